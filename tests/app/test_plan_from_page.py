# SPDX-License-Identifier: MIT
"""A plan saved from the page: followed at once, kept with its author, and who wrote last wins, page or file."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from app_bench import wait_until
from daemon_bench import LONG_S, Daemon, record_walk
from hypothesis import given
from hypothesis import strategies as st
from records_bench import DAY, Kept, at_rest, documents, lived_once

from kneemon.app.asked_records import amend
from kneemon.app.plan_in_use import planned, saved_plan
from kneemon.app.programme import Programme
from kneemon.clock import PacedClock
from kneemon.config.plan_file import parse_plan
from kneemon.config.presets import preset_text
from kneemon.controls.socket import ask
from kneemon.errors import PlanError, RefusalError
from kneemon.model.diary import PlanUsed, PlanVersion
from kneemon.model.records import TimeAnchor
from kneemon.store import Store

START = DAY - timedelta(days=15)
SLOWER = preset_text("six_week", START).replace("cadence_ceiling_spm = 100", "cadence_ceiling_spm = 90")
GENTLE = preset_text("gentle", START)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived_once(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def kept(lived: Path, tmp_path: Path) -> Iterator[Kept]:
    with at_rest(lived, tmp_path) as opened:
        yield opened


def test_the_running_programme_follows_it_at_once(kept: Kept) -> None:
    before = kept.programme.prescription()
    assert before
    assert kept.programme.plan
    assert (kept.path.parent / "plan.toml").read_text() != GENTLE
    said = kept.amend("save-plan", text=GENTLE, author="physio", note="more slowly")
    assert said.startswith("The plan is saved as version 2, and followed from now on.")
    after = kept.programme.prescription()
    assert after
    assert (after.plan, kept.programme.plan.name) == (kept.programme.plan.name, parse_plan(GENTLE, Path("x")).name)
    assert after.plan != before.plan
    assert [entry.fact for entry in kept.programme.entries if isinstance(entry.fact, PlanUsed)][-1] == PlanUsed(2)
    assert kept.programme.history.decisions[-1].values["plan_rev"] == 2
    with kept.reader() as reader:
        version = reader.plan_versions()[-1]
    assert replace(version, kept_at=None) == PlanVersion(
        2, kept.programme.plan.name, GENTLE, None, "physio", "more slowly"
    )
    assert (kept.path.parent / "plan.toml").read_text() == preset_text("six_week", START), "the file is not written"


def test_what_is_measured_by_the_plan_waits_for_the_next_start_and_says_so(kept: Kept) -> None:
    text = preset_text("six_week", START) + "\n[rules]\nmoderate_spm = 95\n"
    said = kept.amend("save-plan", text=text, author="walker")
    assert "What counts as moderate and vigorous pace changes when kneemon starts next." in said
    assert "moderate" not in kept.amend("save-plan", text=f"# again\n{text}", author="walker")


def test_a_plan_that_cannot_be_read_is_told_and_nothing_is_kept(kept: Kept) -> None:
    plan = kept.programme.plan
    with pytest.raises(PlanError) as caught:
        kept.amend("save-plan", text=GENTLE.replace("minutes", "minuts"), author="physio")
    assert str(caught.value).startswith("the plan that was saved")
    assert "minuts" in str(caught.value)
    assert kept.programme.plan == plan
    assert len(kept.store.plan_versions()) == 1


def test_the_same_again_and_a_plan_of_nobody_are_refused(kept: Kept) -> None:
    kept.amend("save-plan", text=GENTLE, author="physio")
    with pytest.raises(RefusalError) as caught:
        kept.amend("save-plan", text=GENTLE, author="walker")
    assert str(caught.value) == (
        "the plan: expected another text than the plan that is followed, saw the same. There is nothing to save."
    )
    with pytest.raises(RefusalError) as caught:
        kept.amend("save-plan", text=SLOWER)
    assert str(caught.value) == (
        "the author: expected walker or physio: a plan without one is the plan's file, saw ''. Ask for it anew."
    )


def test_a_first_plan_may_come_from_the_page_before_the_date_is_known(tmp_path: Path) -> None:
    clock = PacedClock(start=TimeAnchor("4f1c", 60.0, datetime(2026, 11, 17, 9, tzinfo=UTC), synchronised=False))
    store = Store.open(tmp_path / "kneemon.db", documents_of=documents, clock=clock)
    programme = Programme(planned(None, store), store, clock)
    said = amend("save-plan", {"text": GENTLE, "author": "walker"}, programme, store)
    assert said == (
        "The plan is saved as version 1, and followed from now on. "
        "What follows from it is decided once the date is known."
    )
    assert programme.prescription() is not None
    store.close()
    again = Store.open(tmp_path / "kneemon.db", documents_of=documents, clock=clock)
    assert planned(None, again) == programme.plan
    again.close()


def test_who_wrote_last_wins(lived: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"

    def start() -> tuple[str, int]:
        with at_rest(lived, tmp_path) as kept:
            plan = kept.programme.plan
            assert plan
            assert kept.programme._rev() == plan.rev
            return plan.name, plan.rev

    six, gentle = parse_plan(SLOWER, file).name, parse_plan(GENTLE, file).name
    assert start() == (six, 1)
    with at_rest(lived, tmp_path) as kept:
        kept.amend("save-plan", text=GENTLE, author="physio")
    assert start() == (gentle, 2), "the file is as it was when the page's was saved"
    file.write_text(f"# seen to\n{preset_text('six_week', START)}")
    assert start() == (six, 3)
    assert start() == (six, 3)
    file.write_text(GENTLE)
    assert start() == (gentle, 4)
    with at_rest(lived, tmp_path) as kept:
        kept.amend("save-plan", text=SLOWER + "\n# by the page", author="walker")
    assert start() == (six, 5)


def test_without_a_file_the_pages_holds_and_a_file_that_was_taken_away_does_not() -> None:
    at = TimeAnchor("b", 0.0, PacedClock().anchor().utc, synchronised=True).utc
    file, page = PlanVersion(1, "file", SLOWER, at), PlanVersion(2, "page", GENTLE, at, "physio")
    saved = saved_plan(None, [file, page])
    assert saved
    assert saved.rev == 2
    assert saved_plan(None, [file]) is None
    assert saved_plan(None, []) is None
    assert saved_plan(SLOWER, [page]) is None, "a file that was never read is new"


def test_a_saved_plan_that_is_no_longer_read_gives_way_to_the_file(caplog: pytest.LogCaptureFixture) -> None:
    at = PacedClock().anchor().utc
    versions = [PlanVersion(1, "file", SLOWER, at), PlanVersion(2, "page", "nonsense = 1", at, "physio")]
    with caplog.at_level(logging.WARNING):
        assert saved_plan(SLOWER, versions) is None
    assert caplog.messages[0].startswith("the plan saved by the physio does not hold: the plan that was saved")


@given(writes=st.lists(st.sampled_from(["file a", "file b", "page a", "page b", "start"]), max_size=12))
def test_the_newest_writer_is_always_followed(tmp_path_factory: pytest.TempPathFactory, writes: list[str]) -> None:
    """But a file that is written with the text it has is as if it had not been written."""
    folder = tmp_path_factory.mktemp("writers")
    file, texts = folder / "plan.toml", {"a": GENTLE, "b": SLOWER}
    clock = PacedClock()
    file.write_text(expected := texts["a"])
    read, followed = texts["a"], ""
    store = Store.open(folder / "kneemon.db", documents_of=documents, clock=clock)
    programme = Programme(planned(file, store), store, clock)
    try:
        for write in writes:
            who, _, text = write.partition(" ")
            if who == "file":
                file.write_text(texts[text])
            elif who == "page" and texts[text] != expected:
                amend("save-plan", {"text": texts[text], "author": "physio"}, programme, store)
                expected = texts[text]
            elif who == "start":
                if file.read_text() != read:
                    read = expected = file.read_text()
                store.close()
                store = Store.open(folder / "kneemon.db", documents_of=documents, clock=clock)
                programme = Programme(planned(file, store), store, clock)
            assert programme.plan
            followed = store.plan_versions()[programme.plan.rev - 1].text
            assert followed == expected
    finally:
        store.close()


def test_a_real_kneemon_follows_it_over_the_socket_and_over_a_restart(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(SLOWER)
    daemon = Daemon(tmp_path, record_walk(tmp_path / "walk.csv", 600.0))
    try:
        first = daemon.started()["plan"]
        reply = ask(daemon.socket, "save-plan", {"text": GENTLE, "author": "physio", "note": "gently"})
        assert reply["ok"], reply
        second = daemon.status()["plan"]
        assert second == parse_plan(GENTLE, Path("x")).name
        assert second != first
        refused = ask(daemon.socket, "save-plan", {"text": "weeks = 7", "author": "physio"})
        assert not refused["ok"]
        assert refused["code"] == "bad_args"
        assert "the plan that was saved" in str(refused["error"])
        daemon.terminate()
        assert daemon.started()["plan"] == second
        daemon.terminate()
        (tmp_path / "plan.toml").write_text(SLOWER + "# changed\n")
        assert daemon.started()["plan"] == first
        with daemon.reader() as reader:
            assert wait_until(lambda: [each.author for each in reader.plan_versions()] == ["", "physio", ""], LONG_S)
    finally:
        daemon.put_down()
