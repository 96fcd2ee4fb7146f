# SPDX-License-Identifier: MIT
"""Corrections keep what was, and what is erased is nowhere any more: neither in tables nor in bytes."""

import random
import secrets
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_bench import BOOT_ID, START, START_S, Walk

from kneemon.clock import PacedClock
from kneemon.model.diary import (
    PainAnswer,
    PlanVersion,
    Restored,
    Stamp,
    Struck,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision, Dose, PlanState, StateName
from kneemon.model.questions import Ask
from kneemon.model.records import EventRow, Former, TimeAnchor
from kneemon.store import Store, StoreReader
from kneemon.store.erasing import IDLE_S, Sweep, erased_with

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STAMP = Stamp(BOOT_ID, START_S, NOW, certain=True, tz="UTC")
DAY = date(2026, 11, 22)
STATE = PlanState(StateName.PROGRESS, DAY, DAY, 0, Dose(10.0, 3, 100.0, 30.0), DAY, None)
DECISION = Decision("12.4-STOP-fall", DAY, DAY, None, STATE, "A fall.", {"cause": "fall b1-1-9f2c"})


def walked(store, name, *, marker=""):
    """A walk with everything that may be said of one, each with the marker in it."""
    walk = Walk(name)
    store.begin(walk.record())
    store.progress(name, walk.progress(30.0))
    store.note(name, EventRow(3.0, "cue", 1.0, 2.0, f"{marker}unit"))
    ended = replace(walk.ended(60.0), worn=f"{marker}worn")
    store.end(ended)
    store.write(WalkNote(name, f"{marker}note" + "n" * random.randrange(1500), "walker"), STAMP)
    store.write(Tags(name, shoes=f"{marker}shoes"), STAMP)
    store.write(PainAnswer(Ask.PAIN_END, 3, name), STAMP)
    better = replace(ended, revision=2, sensor=f"{marker}sensor")
    store.revise(better, Former(ended, "y" * random.randrange(3000) + f"{marker}why", "physio", NOW))
    return better


def files(path):
    """Every byte that is kept of the store."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


def test_a_correction_keeps_the_walk_as_it_was_and_two_keep_both(store, path):
    first = walked(store, "b1-1-9f2c")
    third = replace(first, revision=3, summary=replace(first.summary, steps=7))
    store.revise(third, Former(first, "miscounted", "walker", NOW))
    store.flush()
    with StoreReader(path) as reader:
        former = reader.former("b1-1-9f2c")
        assert [(each.record.revision, each.why, each.author) for each in former] == [
            (1, former[0].why, "physio"),
            (2, "miscounted", "walker"),
        ]
        assert former[1].record == first
        assert former[0].kept_at == NOW
        assert reader.session("b1-1-9f2c") == third
        assert [message.key for message in reader.waiting(0, 9)] == ["b1-1-9f2c/3"]
    store.revise(third, Former(first, "again", "walker", NOW))
    store.flush()
    with StoreReader(path) as reader:
        assert len(reader.former("b1-1-9f2c")) == 2, "what is known already is not done again"


def test_an_erased_walk_is_nowhere_in_the_files_though_sqlite_moved_its_rows_about(store, path):
    random.seed(5)
    names = [f"b{random.randrange(10**6)}-{number}-aaaa" for number in range(120)]  # so that rows go in anywhere
    markers = {name: f"MARK{secrets.token_hex(6)}" for name in names}
    walks = {}
    for name in names:
        walks[name] = walked(store, name, marker=markers[name])
        for other in random.sample(sorted(walks), min(5, len(walks))):
            known = walks[other]
            walks[other] = replace(known, revision=known.revision + 1, worn=markers[other] * random.randrange(90))
            store.revise(walks[other], Former(known, "y" * random.randrange(3000) + markers[other], "", NOW))
        store.flush()
    gone = names[::3]
    assert all(markers[name].encode() in files(path) for name in names), "else the search finds nothing at all"
    for name in gone:
        store.erase([name])
    store.close()
    left = files(path)
    assert not [name for name in gone if name.encode() in left or markers[name].encode() in left]
    assert all(markers[name].encode() in left for name in names if name not in gone)
    with StoreReader(path) as reader:
        assert {record.session_id for record in reader.walks()} == set(names) - set(gone)
        assert {message.session_id for message in reader.waiting(0, 999)} == set(names) - set(gone)
        assert not reader.former(gone[0])
        assert not reader.seconds(gone[0])
        assert not reader.events(gone[0])


def idle(store, clock):
    """A long time passes in which nobody asks for anything."""
    store.flush()
    clock.advance(IDLE_S)
    store.keep("the writer", f"looks again at {clock.now_s()}")


def test_it_is_gone_while_the_store_stays_open_too(store, path, clock, eventually):
    walked(store, "b1-1-9f2c", marker="MARKED")
    store.flush()
    assert b"MARKED" in files(path)
    store.erase(["b1-1-9f2c"])
    assert [*store.walks(), *store.diary()] == []
    store.flush()
    assert b"MARKED" in files(path), "not yet: somebody may want something"
    idle(store, clock)
    assert eventually(lambda: b"MARKED" not in files(path))
    assert b"b1-1-9f2c" not in files(path)
    assert store.problem() is None


def test_a_walk_that_is_on_is_not_kept_waiting_and_cannot_be_erased(store, path, clock, eventually):
    walked(store, "b1-1-9f2c", marker="MARKED")
    going = Walk("b1-2-aaaa")
    store.begin(going.record())
    with pytest.raises(ValueError, match="on"):
        store.erase(["b1-2-aaaa"])
    with pytest.raises(ValueError, match="on"):
        store.erase_all()
    store.flush()
    store.erase(["b1-1-9f2c"])
    idle(store, clock)
    store.flush()
    assert b"MARKED" in files(path), "the file is written anew when nobody walks"
    store.end(going.ended(60.0))
    idle(store, clock)
    assert eventually(lambda: b"MARKED" not in files(path))


def test_what_a_cut_kept_from_being_swept_is_swept_at_the_next_opening(open_store, path, monkeypatch):
    store = open_store()
    walked(store, "b1-1-9f2c", marker="MARKED")
    copy = path.with_name(f"{path.name}.schema3.bak")
    copy.write_bytes(b"MARKED as it was before the upgrade")
    with monkeypatch.context() as cut:
        cut.setattr(Sweep, "clean", lambda *_: None)
        store.erase(["b1-1-9f2c"])
        store.close()
    assert b"MARKED" in files(path)
    open_store().close()
    assert b"MARKED" not in files(path)
    assert not copy.exists()


def test_a_place_in_the_diary_is_never_given_twice(store, open_store):
    for number in range(3):
        entry = store.write(WalkNote("", f"{number}"), STAMP)
    assert entry.seq == 3
    store.erase(seqs=[3, 2])
    assert [each.seq for each in store.diary()] == [1]
    assert store.write(WalkNote("", "next"), STAMP).seq == 4
    store.erase(seqs=[4])
    store.close()
    again = open_store()
    assert [each.seq for each in again.diary()] == [1]
    assert again.write(WalkNote("", "after"), STAMP).seq == 5
    again.erase(seqs=[1, 5])
    assert again.write(WalkNote("", "last"), STAMP).seq == 6


def test_what_strikes_an_erased_entry_goes_with_it_and_decisions_stay(store, path):
    walked(store, "b1-1-9f2c")
    store.write(PainAnswer(Ask.PAIN_MORNING, 2), STAMP)
    seq = store.write(Struck(seq=4, why="MARKED"), STAMP).seq
    store.write(Restored(seq=4, author="walker"), STAMP)
    store.write(Struck("b1-1-9f2c", why="MARKED"), STAMP)
    store.write(DECISION, STAMP)
    assert seq == 5
    store.erase(seqs=[4])
    assert [type(each.fact) for each in store.diary()] == [WalkNote, Tags, PainAnswer, Struck, Decision]
    store.erase(["b1-1-9f2c"])
    assert [each.fact for each in store.diary()] == [DECISION]
    store.close()
    assert b"MARKED" not in files(path)
    with StoreReader(path) as reader:
        assert [each.fact for each in reader.diary()] == [DECISION]


def test_documents_of_an_erased_walk_are_not_made_again(store, path):
    walked(store, "b1-1-9f2c")
    store.erase(["b1-1-9f2c"])
    assert store.send_again(["b1-1-9f2c"]) == 0
    with pytest.raises(ValueError, match="not known"):
        store.revise(replace(Walk("b1-1-9f2c").ended(60.0), revision=9))
    assert not store.waiting(0, 9)


def test_all_is_erased_but_the_device_and_its_clock(store, open_store, path):
    walked(store, "b1-1-9f2c", marker="MARKED")
    store.write(DECISION, STAMP)
    store.keep_plan("MARKED", "text")
    store.keep_anchor(TimeAnchor(BOOT_ID, START_S, START, synchronised=True))
    device = store.device
    store.erase_all()
    assert [*store.walks(), *store.diary(), *store.plan_versions()] == []
    assert store.keep_plan("after", "new") == 1
    assert store.write(WalkNote("", "after"), STAMP).seq == 5
    store.close()
    assert b"MARKED" not in files(path)
    again = open_store()
    assert (again.device, set(again.anchors())) == (device, {BOOT_ID})
    assert [each.seq for each in again.diary()] == [5]
    assert [version.name for version in again.plan_versions()] == ["after"]


def test_a_plan_is_kept_with_who_saved_it_and_what_they_said(store, open_store):
    assert store.keep_plan("gentle", "one") == 1
    assert store.keep_plan("gentle", "two", "physio", "more slowly") == 2
    assert store.keep_plan("gentle", "two", "physio", "said again") == 2
    assert store.keep_plan("gentle", "two") == 3, "the same text, from the file"
    at = store.plan_versions()[0].kept_at
    store.close()
    assert open_store().plan_versions() == (
        PlanVersion(1, "gentle", "one", at),
        PlanVersion(2, "gentle", "two", at, "physio", "more slowly"),
        PlanVersion(3, "gentle", "two", at),
    )


@given(data=st.data())
def test_whatever_is_erased_memory_and_file_hold_the_same(data, tmp_path_factory):
    """Before and after an opening, and nothing that was not erased is missing."""
    path = tmp_path_factory.mktemp("erased") / "kneemon.db"
    clock = PacedClock(start=TimeAnchor(BOOT_ID, START_S, START, synchronised=True))
    names = [f"b1-{number}-aaaa" for number in range(4)]
    store = Store.open(path, documents_of=lambda *_: (), clock=clock)
    try:
        for name in names:
            walked(store, name)
        for _ in range(data.draw(st.integers(1, 4))):
            if data.draw(st.booleans()):
                store.close()
                store = Store.open(path, documents_of=lambda *_: (), clock=clock)
            session_ids = data.draw(st.sets(st.sampled_from(names), max_size=2))
            seqs = data.draw(st.sets(st.integers(1, 12), max_size=3))
            gone = erased_with(store.diary(), session_ids, seqs)
            expected = [entry for entry in store.diary() if entry.seq not in gone]
            walks = [record for record in store.walks() if record.session_id not in session_ids]
            store.erase(session_ids, seqs)
            assert list(store.diary()) == expected
            assert list(store.walks()) == walks
            store.flush()
            with StoreReader(path) as reader:
                assert reader.diary() == expected
                assert reader.walks() == walks
    finally:
        store.close()


def test_who_reads_meanwhile_holds_the_sweep_up_and_nothing_else(store, path, clock, eventually):
    walked(store, "b1-1-9f2c", marker="MARKED")
    store.flush()
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM session").fetchone()
    store.erase(["b1-1-9f2c"])
    store.write(WalkNote("", "after"), STAMP)
    idle(store, clock)
    store.flush()
    assert b"MARKED" in files(path)
    assert store.problem() is None
    reader.close()

    def cleaned():
        idle(store, clock)
        return b"MARKED" not in files(path)

    assert eventually(cleaned)
    assert len(store.diary()) == 1


def test_a_walk_erased_while_the_disk_refused_it_is_not_told_to_the_home(store, path, eventually):
    walk = Walk("b1-1-9f2c")
    store.begin(walk.record())
    store.flush()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.end(walk.ended(60.0))
    assert eventually(lambda: store.problem() is not None)
    store.erase(["b1-1-9f2c"])
    other.close()
    store.flush()
    assert store.problem() is None
    assert not store.waiting(0, 9)
    with StoreReader(path) as reader:
        assert not reader.walks()
