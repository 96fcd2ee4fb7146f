# SPDX-License-Identifier: MIT
"""What one may not do to another's words and plans, and that a walk's name never means everything."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from daemon_bench import Daemon, record_walk
from records_bench import DAY, Kept, at_rest, lived_once

from kneemon.app.household import Household
from kneemon.app.plan_in_use import NO_FILE, SEEN, file_mark, seeing
from kneemon.clock import PacedClock
from kneemon.config.plan_file import parse_plan
from kneemon.config.presets import preset_text
from kneemon.controls.socket import ask
from kneemon.errors import RefusalError
from kneemon.model.diary import Override, WalkNote
from kneemon.model.plans import StateName

GENTLE = preset_text("gentle", DAY)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived_once(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def kept(lived: Path, tmp_path: Path) -> Iterator[Kept]:
    with at_rest(lived, tmp_path) as opened:
        yield opened


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(RefusalError) as caught:
        call()
    return str(caught.value)


# Limits and notes of the physio


@pytest.mark.parametrize("what", ["override", "note"])
def test_what_the_physio_set_or_noted_is_the_physios_alone(kept: Kept, what: str) -> None:
    if what == "override":
        kept.programme.tell(Override(StateName.REVIEW, 1, "see me first"))
        seq, seen = kept.seq_of(Override, nth=-1), "what the physio set"
    else:
        kept.amend("note-walk", session_id="latest", text="a stick, please", author="physio")
        seq, seen = kept.seq_of(WalkNote, nth=-1), "a note by the physio"
    state = kept.programme.state
    for author in ("walker", ""):
        assert refusal(lambda who=author: kept.amend("strike", seq=seq, author=who)) == (
            f"the entry: expected one of your own, saw {seen}. Only the physio can delete it."
        )
        assert refusal(lambda who=author: kept.amend("erase", seq=seq, author=who)) == (
            f"the entry: expected one of your own, saw {seen}. It goes only when everything is erased."
        )
    assert refusal(lambda: kept.amend("erase", seq=seq, author="physio"))
    assert kept.programme.state == state
    assert kept.amend("strike", seq=seq, author="physio").startswith("The entry is deleted.")
    assert refusal(lambda: kept.amend("restore", seq=seq, author="walker")).endswith("Only the physio can delete it.")
    assert kept.amend("restore", seq=seq, author="physio").startswith("The entry counts again.")
    assert kept.amend("erase-all").startswith("Every walk")


def test_the_walkers_own_note_is_the_walkers(kept: Kept) -> None:
    kept.amend("note-walk", session_id="latest", text="windy", author="walker")
    assert kept.amend("strike", seq=kept.seq_of(WalkNote, nth=-1), author="walker").startswith("The entry is deleted.")


# Names


def test_no_walks_name_means_everything(kept: Kept) -> None:
    ids = kept.ids
    assert "`kneemon sessions` lists them all." in refusal(lambda: kept.amend("erase", session_id="all"))
    assert refusal(lambda: kept.amend("erase-all", session_id=ids[0])).startswith(
        "the request: expected erase-all alone; one walk or entry is erased by erase, saw {'session_id': "
    )
    assert kept.ids == ids
    kept.store.raw.keep((ids[0], 1.0, 10, b"samples"))
    assert not kept.store.raw.forget("all")
    assert kept.store.raw.forget(None)


def test_of_all_walks_only_those_that_count_go_out_again(kept: Kept) -> None:
    ids = kept.ids
    kept.amend("strike", session_id=ids[0])
    home = Household(kept.programme, kept.store, None, PacedClock(), walking=lambda: False, do=lambda _: ())  # type: ignore[arg-type]
    assert home.send_again(None, None, detail=False) == f"{len(ids) - 1} walks go out again."
    kept.store.flush()
    assert ids[0] not in {message.session_id for message in kept.store.waiting(0, 999)}


# Plans


def test_a_plan_that_another_saved_meanwhile_is_not_overwritten(kept: Kept) -> None:
    kept.amend("save-plan", text=GENTLE, author="physio", base=1)
    at = kept.store.plan_versions()[-1].kept_at
    with pytest.raises(RefusalError) as caught:
        kept.amend("save-plan", text=f"# mine\n{GENTLE}", author="walker", base=1)
    assert caught.value.code == "changed"
    assert str(caught.value) == (
        f"the plan: expected version 1 to be the newest, saw version 2, saved by the physio on {at:%Y-%m-%d} at "
        f"{at:%H:%M} UTC. Look at that one first, then save yours again."
    )
    assert len(kept.store.plan_versions()) == 2
    kept.amend("save-plan", text=f"# mine\n{GENTLE}", author="walker", base=2)
    assert len(kept.store.plan_versions()) == 3


def test_what_was_in_the_file_when_the_page_saved_is_older_than_what_it_saved(lived: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    shutil.copy(lived / "plan.toml", file)
    first = file.read_text()

    def save(kept: Kept, text: str) -> None:
        kept.amend("save-plan", text=text, author="physio", **{SEEN: file_mark(file)})

    def start() -> str:
        with at_rest(lived, tmp_path) as kept:
            assert kept.programme.plan
            return kept.store.plan_versions()[kept.programme.plan.rev - 1].text

    with at_rest(lived, tmp_path) as kept:
        file.write_text(edited := f"# edited while kneemon ran\n{first}")
        save(kept, GENTLE)
    assert start() == GENTLE, "the page was last"
    with at_rest(lived, tmp_path) as kept:
        kept.amend("erase-all")
    assert start() == GENTLE
    file.write_text(first)
    assert start() == first, "the file was last, though with a text that it had before"
    with at_rest(lived, tmp_path) as kept:
        file.unlink()
        save(kept, GENTLE)
        file.write_text(edited)
        assert file_mark(None) == file_mark(tmp_path / "none.toml") == NO_FILE
    assert start() == edited


def test_only_a_plan_that_is_saved_is_marked_and_nobody_marks_it_themselves(tmp_path: Path) -> None:
    passed: list[object] = []

    def control(name: str, args: object) -> dict[str, object]:
        passed.append(args)
        return {"ok": True}

    asked = seeing(control, None)  # type: ignore[arg-type]
    asked("save-plan", {"text": "x", SEEN: "mine"})
    asked("note-walk", {"text": "x"})
    assert passed == [{"text": "x", SEEN: NO_FILE}, {"text": "x"}]


def test_a_real_kneemon_knows_who_was_last(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(preset_text("six_week", DAY))
    daemon = Daemon(tmp_path, record_walk(tmp_path / "walk.csv", 600.0))
    try:
        daemon.started()
        file.write_text(f"# edited\n{preset_text('six_week', DAY)}")
        assert ask(daemon.socket, "save-plan", {"text": GENTLE, "author": "physio", "base": 1})["ok"]
        again = ask(daemon.socket, "save-plan", {"text": f"# x\n{GENTLE}", "author": "walker", "base": 1})
        assert again["code"] == "changed"
        daemon.terminate()
        assert daemon.started()["plan"] == parse_plan(GENTLE, file).name
    finally:
        daemon.put_down()
