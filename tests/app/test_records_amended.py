# SPDX-License-Identifier: MIT
"""Amended while kneemon runs, and in any order: nothing breaks, and disk and memory say the same."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from app_bench import Bench
from daemon_bench import Daemon, record_walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records_bench import at_rest, bytes_of, lived_once

from kneemon.app.asked import RECORDS
from kneemon.app.desk import desk
from kneemon.clock import SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import places
from kneemon.controls.socket import ask
from kneemon.errors import ControlError, RefusalError
from kneemon.model.diary import Corrected, PainAnswer, Profile, Struck, WalkNote
from kneemon.model.samples import SampleBlock
from kneemon.plan.history import History
from kneemon.virtual.walker import Walker

Outing = tuple[Walker, list[SampleBlock]]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived_once(tmp_path_factory.mktemp("lived"))


def as_seen(past: History) -> History:
    """Without what is decided, which stays whatever is struck."""
    return replace(past, decisions=())


# The kneemon that runs


def test_a_walk_that_is_on_stays_and_one_that_is_over_is_amended_by_the_running_kneemon(
    bench: Callable[..., Bench], outing: Outing
) -> None:
    kneemon = bench()
    kneemon.walk(
        outing[1],
        {
            2.0: kneemon.ask("start"),
            50.0: kneemon.ask("strike", session_id="latest"),
            51.0: kneemon.ask("erase", session_id="latest"),
            52.0: kneemon.ask("correct-walk", session_id="latest", steps=3),
            53.0: kneemon.ask("erase-all"),
            54.0: kneemon.ask("note-walk", session_id="latest", text="windy", author="walker"),
            90.0: kneemon.ask("stop"),
            91.0: kneemon.ask("correct-walk", session_id="latest", steps=3, author="walker"),
            92.0: kneemon.ask("strike", session_id="latest"),
            93.0: kneemon.ask("strike", session_id="nobody"),
        },
    )
    on = {
        "ok": False,
        "code": "already_walking",
        "error": "the walk: expected one that is over, saw one that is on. End it first.",
    }
    assert kneemon.answers[1:4] == [on] * 3
    assert kneemon.answers[4]["error"].startswith("the store: expected no walk that is on, saw one.")
    assert [answer["ok"] for answer in kneemon.answers[5:9]] == [True] * 4
    assert kneemon.answers[9]["code"] == "no_session"
    record = kneemon.record()
    assert (record.revision, record.summary.steps) == (2, 3)
    assert kneemon.facts(Struck) == [Struck(record.session_id)]
    assert kneemon.home.woken


def test_a_walk_is_erased_by_the_running_kneemon(bench: Callable[..., Bench], outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(
        outing[1],
        {
            2.0: kneemon.ask("start"),
            90.0: kneemon.ask("stop"),
            91.0: kneemon.ask("note-walk", session_id="latest", text="MARKED"),
            92.0: kneemon.ask("erase", session_id="latest"),
            93.0: kneemon.ask("start"),
        },
    )
    assert [answer["ok"] for answer in kneemon.answers] == [True] * 5
    assert len(kneemon.records()) == 1
    assert kneemon.facts(WalkNote) == []
    assert b"MARKED" not in bytes_of(kneemon.path.parent)


# Whatever is amended

_amendments = st.lists(
    st.tuples(
        st.sampled_from([name for name in RECORDS if name != "save-plan"]),
        st.integers(0, 7),
        st.sampled_from(["walk", "entry"]),
        st.integers(0, 20),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amendments=_amendments)
def test_no_sequence_of_amendments_breaks_the_programme(
    lived: Path, tmp_path_factory: pytest.TempPathFactory, amendments: list[tuple[str, int, str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("amended")
    with at_rest(lived, folder) as kept:
        for name, number, what, seq in amendments:
            ids = [*kept.ids, "latest"]
            which: dict[str, object] = {"session_id": ids[number % len(ids)]}
            if what == "entry" and name not in ("note-walk", "correct-walk"):
                which = {"seq": seq}
            figures = {"steps": 100 * number, "walking_min": number} if name == "correct-walk" else {}
            with suppress(RefusalError):
                assert kept.amend(name, **which, **figures, text=f"note {seq}")
            kept.programme.look()
            assert kept.programme.prescription() is not None
            kept.programme.open_questions()
            kept.programme.colours()
        seen, entries = kept.programme.history, kept.programme.entries
    with at_rest(lived, folder) as again:
        assert again.programme.history == seen, "what is read from the disk is what was lived"
        assert again.programme.entries == entries


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_struck_and_restored_is_as_if_it_had_never_been_struck(
    lived: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with at_rest(lived, tmp_path_factory.mktemp("struck")) as kept:
        before, dose = as_seen(kept.programme.history), kept.programme.prescription()
        tellable = [entry.seq for entry in kept.programme.entries if isinstance(entry.fact, PainAnswer | Profile)]
        walks = data.draw(st.lists(st.sampled_from(kept.ids), unique=True))
        seqs = data.draw(st.lists(st.sampled_from(tellable), unique=True, max_size=6))
        struck: list[dict[str, object]] = [{"session_id": each} for each in walks]
        struck += [{"seq": each} for each in seqs]
        for each in data.draw(st.permutations(struck)):
            kept.amend("strike", **each)
        for each in data.draw(st.permutations(struck)):
            kept.amend("restore", **each)
        assert as_seen(kept.programme.history) == before
        if not kept.programme.history.decisions[len(before.decisions) :]:
            assert kept.programme.prescription() == dose


def test_a_real_kneemon_amends_over_its_socket_and_says_yes_when_it_is_on_disk(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, record_walk(tmp_path / "walk.csv", 30.0))
    path = daemon.store
    try:
        daemon.started()

        def told(name: str, **args: object) -> str:
            reply = ask(daemon.socket, name, args)
            assert reply["ok"], reply
            return str(reply["done"])

        told("start")
        on = ask(daemon.socket, "erase", {"session_id": "latest"})
        assert (on["ok"], on["code"]) == (False, "already_walking")
        told("stop")
        config = load_config(daemon.config, environ={})
        with desk(config, places(config, {}), SystemClock()) as opened:
            assert opened.amend("note-walk", {"session_id": "latest", "text": "MARKED", "author": "walker"}) == "Noted."
            with pytest.raises(ControlError) as caught:
                opened.amend("restore", {"session_id": "latest"})
        assert str(caught.value) == (
            "the running kneemon: expected to note it, saw a refusal. "
            "the walk: expected one that is deleted, saw one that is not. It is as it was."
        )
        told("correct-walk", session_id="latest", steps=3, why="MARKED", author="physio")
        with daemon.reader() as reader:
            assert reader.session().summary.steps == 3
            assert [each.why for each in reader.former(reader.session().session_id)] == ["MARKED"]
            assert reader.diary()[-1].fact == Corrected(reader.session().session_id, 3, None, "MARKED", "physio")
        assert b"MARKED" in bytes_of(tmp_path)
        told("erase", session_id="latest")
        with daemon.reader() as reader:
            assert reader.sessions() == []
        assert daemon.terminate() == 0
        assert path.exists()
        assert b"MARKED" not in bytes_of(tmp_path), "the file is written anew before it ends, at the latest"
    finally:
        daemon.put_down()
