# SPDX-License-Identifier: MIT
"""Diary, anchors and plan versions: what was given is read at once, whatever the disk says, and the same for ever."""

import logging
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Thread
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.errors import StoreError
from kneemon.model.diary import (
    AdviceSaid,
    Aid,
    Choice,
    ChoiceKind,
    Corrected,
    DiaryEntry,
    ExerciseKind,
    ExerciseSet,
    Fact,
    GradeAnswer,
    Knee,
    Leg,
    LimitWish,
    Override,
    PainAnswer,
    PlanUsed,
    PlanVersion,
    Profile,
    Restored,
    SignsAnswer,
    Stamp,
    SteadyAnswer,
    Struck,
    Surface,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision, Dose, PlanState, StateName
from kneemon.model.questions import Ask, Grade, Signs, Steady
from kneemon.model.records import TimeAnchor
from kneemon.ports import DiaryStore
from kneemon.store import StoreReader, facts

BOOT_ID = "4f1c0000-0000-4000-8000-000000000001"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STAMP = Stamp(BOOT_ID, 812.5, NOW, certain=True, tz="Europe/Berlin")
PAIN = PainAnswer(Ask.PAIN_END, 3, "b1-1-9f2c")
DOSE = Dose(10.0, 3, 100.0, 30.0)
STATE = PlanState(StateName.PROGRESS, date(2026, 11, 22), date(2026, 11, 22), 1, DOSE, date(2026, 11, 23), DOSE)
DECISION = Decision(
    "12.4/PROGRESS",
    date(2026, 11, 22),
    date(2026, 11, 24),
    StateName.BASELINE,
    STATE,
    "All three walks went well.",
    {"green": 3, "share": 1.0, "usual": None, "grows": "minutes", "certain": True},
)

# A fact of each kind as it must be readable for ever.
BODIES = {
    "pain_answer": (
        PainAnswer(Ask.PAIN_MORNING, None, "", date(2026, 11, 21)),
        '{"ask":"pain_morning","score":null,"session_id":"","morning":"2026-11-21"}',
    ),
    "signs_answer": (SignsAnswer(Signs.SOMETHING), '{"signs":2,"session_id":""}'),
    "grade_answer": (GradeAnswer(Grade.EMERGENCY), '{"grade":4,"session_id":""}'),
    "steady_answer": (SteadyAnswer(Steady.FELL, "b1-1-9f2c"), '{"steady":3,"session_id":"b1-1-9f2c"}'),
    "profile": (
        Profile(Knee.LEFT, Aid.STICK_OPPOSITE, True, 2, 81.5, "Europe/Berlin", True),
        (
            '{"knee":"left","aid":"stick_opposite","brace":true,"usual_pain":2,"weight_kg":81.5,'
            '"tz":"Europe/Berlin","consent":true}'
        ),
    ),
    "tags": (
        Tags("b1-1-9f2c", surface=Surface.TRAIL, shoes="brown ones"),
        '{"session_id":"b1-1-9f2c","aid":null,"brace":null,"surface":"trail","shoes":"brown ones"}',
    ),
    "choice": (Choice(ChoiceKind.ADVISED), '{"kind":"advised"}'),
    "override": (Override(StateName.HOLD, 2, "seen today"), '{"state":"hold","step":2,"note":"seen today"}'),
    "exercise_set": (
        ExerciseSet(ExerciseKind.PUSH_OFF, Leg.RIGHT, 2, 1, 9, 10, 10, tempo_s=4.25),
        (
            '{"exercise":"push_off","leg":"right","level":2,"number":1,"counted":9,"reps":10,"goal":10,'
            '"held_s":null,"goal_s":null,"touched":false,"tempo_s":4.25}'
        ),
    ),
    "advice_said": (AdviceSaid("shoes"), '{"tip":"shoes"}'),
    "plan_used": (PlanUsed(2), '{"rev":2}'),
    "limit_wish": (LimitWish(20.0), '{"minutes":20.0,"pace_spm":null}'),
    "walk_note": (
        WalkNote("b1-1-9f2c", "uphill", "physio"),
        '{"session_id":"b1-1-9f2c","text":"uphill","author":"physio"}',
    ),
    "corrected": (
        Corrected("b1-1-9f2c", 900, None, "a bus", "walker"),
        '{"session_id":"b1-1-9f2c","steps":900,"walking_min":null,"why":"a bus","author":"walker"}',
    ),
    "struck": (Struck(seq=7, why="not me"), '{"session_id":"","seq":7,"why":"not me","author":""}'),
    "restored": (Restored("b1-1-9f2c"), '{"session_id":"b1-1-9f2c","seq":0,"author":""}'),
    "decision": (
        DECISION,
        (
            '{"rule":"12.4/PROGRESS","day":"2026-11-22","taken_on":"2026-11-24","was":"baseline","state":'
            '{"name":"progress","since":"2026-11-22","week_start":"2026-11-22","step":1,"dose":'
            '{"minutes":10.0,"sessions":3,"cadence_ceiling_spm":100.0,"bout_cap_min":30.0,"at_baseline":false},'
            '"decided_to":"2026-11-23","before":'
            '{"minutes":10.0,"sessions":3,"cadence_ceiling_spm":100.0,"bout_cap_min":30.0,"at_baseline":false}},'
            '"reason":"All three walks went well.",'
            '"values":{"green":3,"share":1.0,"usual":null,"grows":"minutes","certain":true}}'
        ),
    ),
}

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001 zones are drawn
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.text() | numbers | st.integers(-(2**53), 2**53) | st.booleans() | st.none()
st.register_type_strategy(float, numbers)
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
anything_told = st.sampled_from(get_args(Fact)).flatmap(
    lambda kind: st.builds(kind, values=st.dictionaries(st.text(), values)) if kind is Decision else st.builds(kind)
)
stamps = st.builds(Stamp, boot_id=st.text(), t_s=numbers, utc=instants, certain=st.booleans(), tz=st.text())


def told(store):
    return [entry.fact for entry in store.diary()]


def fill(store):
    """Let the database grow no further: SQLite then says what it says of a full disk."""
    store.flush()
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


def free(store):
    store._connection.execute("PRAGMA max_page_count = 1000000")


def test_it_fulfils_the_port(store):
    diary_store: DiaryStore = store
    assert (diary_store.diary(), diary_store.walks(), diary_store.anchors()) == ((), (), {})


def test_every_kind_of_fact_has_its_name():
    assert set(facts.KINDS.values()) == set(get_args(Fact))
    assert set(facts.KINDS) == set(BODIES)


@pytest.mark.parametrize("kind", BODIES)
def test_a_fact_is_stored_as_it_was_from_the_first_on(store, path, kind):
    fact, body = BODIES[kind]
    store.write(fact, STAMP)
    store.close()
    connection = sqlite3.connect(path)
    row = connection.execute("SELECT * FROM diary").fetchall()
    connection.close()
    assert row == [(1, BOOT_ID, 812.5, "2026-11-22T09:00:00.000000+00:00", 1, "Europe/Berlin", kind, body)]
    with StoreReader(path) as reader:
        assert reader.diary() == [DiaryEntry(STAMP, fact, 1)]


@pytest.fixture(scope="module")
def database():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("CREATE TABLE diary (seq, boot_id, at_s, utc, certain, tz, kind, body)")
    yield connection
    connection.close()


@given(fact=anything_told, stamp=stamps, seq=st.integers(1, 2**53))
def test_any_entry_survives_the_database(database, fact, stamp, seq):
    entry = DiaryEntry(stamp, fact, seq)
    database.execute("DELETE FROM diary")
    database.execute(facts.PUT_ENTRY, facts.entry_row(entry))
    (row,) = database.execute("SELECT * FROM diary").fetchall()
    assert facts.entry_of(row) == entry


def test_an_answer_is_in_the_diary_before_the_disk_knows_of_it(store, path):
    store.write(PAIN, STAMP)
    assert store.diary() == (DiaryEntry(STAMP, PAIN, 1),)
    store.flush()
    assert store.diary() == (DiaryEntry(STAMP, PAIN, 1),), "nothing stands twice"
    with StoreReader(path) as reader:
        assert reader.diary() == [DiaryEntry(STAMP, PAIN, 1)]


def test_an_entry_is_committed_at_once(open_store, path, eventually):
    store = open_store(commit_s=10.0)
    with StoreReader(path) as reader:
        store.write(PAIN, STAMP)
        assert eventually(lambda: len(reader.diary()) == 1), "the clock of the test stands still"


def test_the_order_goes_on_after_a_restart(store, open_store, path):
    for score in (1, 2):
        store.write(replace(PAIN, score=score), STAMP)
    store.close()
    again = open_store()
    again.write(replace(PAIN, score=3), replace(STAMP, utc=NOW - timedelta(days=9)))
    assert [(entry.seq, entry.fact.score) for entry in again.diary()] == [(1, 1), (2, 2), (3, 3)]
    again.close()
    with StoreReader(path) as reader:
        assert [entry.seq for entry in reader.diary()] == [1, 2, 3]
        assert [entry.fact.score for entry in reader.diary(last=2)] == [2, 3], "the newest, in order"


def test_nothing_told_is_lost_while_the_disk_is_full(store, path, walk):
    store.write(PAIN, STAMP)
    fill(store)
    for number in range(400):
        store.write(AdviceSaid(f"tip {number}"), STAMP)
    store.begin(walk.record())
    store.flush()
    assert "a full disk" in store.problem()
    assert [entry.seq for entry in store.diary()] == list(range(1, 402))
    assert store.walks() == (walk.record(),)
    store.keep_anchor(TimeAnchor(BOOT_ID, 900.0, NOW, synchronised=True))
    assert (set(store.anchors()), store.keep_plan("gentle", "one"), store.keep_plan("gentle", "one")) == (
        {BOOT_ID},
        1,
        1,
    )
    with StoreReader(path) as reader:
        assert len(reader.diary()) == 1
    free(store)
    store.flush()
    with StoreReader(path) as reader:
        assert tuple(reader.diary()) == store.diary()
        assert (len(reader.anchors()), len(reader.plan_versions()), len(reader.walks())) == (1, 1, 1)


def test_several_threads_tell_and_every_entry_has_a_place_of_its_own(store, path):
    def tell(name):
        for number in range(50):
            store.write(AdviceSaid(f"{name}{number}"), STAMP)

    threads = [Thread(target=tell, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.flush()
    assert store.problem() is None
    assert [entry.seq for entry in store.diary()] == list(range(1, 201))
    with StoreReader(path) as reader:
        assert tuple(reader.diary()) == store.diary()


def test_what_has_no_place_in_the_store_leaves_no_trace(store):
    store.write(replace(PAIN, score=np.int64(3)), STAMP)
    with pytest.raises(TypeError, match="a complex has no place in the store"):
        store.write(replace(PAIN, score=3j), STAMP)
    store.write(PAIN, STAMP)
    assert told(store) == [PAIN, PAIN]
    assert [entry.seq for entry in store.diary()] == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE diary SET kind = 'mood' WHERE seq = 3",
        """UPDATE diary SET body = '{"ask":"pain_at_noon","score":3}' WHERE seq = 3""",
        """UPDATE diary SET body = '{"score":3}' WHERE seq = 3""",
        "UPDATE diary SET body = '{' WHERE seq = 3",
        "UPDATE diary SET body = x'00ff' WHERE seq = 3",
        "UPDATE diary SET utc = 'yesterday' WHERE seq = 3",
        "UPDATE diary SET at_s = 'noon' WHERE seq = 3",
    ],
)
def test_an_entry_that_only_a_newer_kneemon_knows_is_left_out_and_counted(store, open_store, path, caplog, change):
    for number in (1, 2, 3):
        store.write(replace(PAIN, score=number), STAMP)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute(change)
    connection.commit()
    connection.close()
    with StoreReader(path) as reader:
        assert reader.unreadable == 0
        assert [entry.seq for entry in reader.diary()] == [1, 2]
        assert reader.unreadable == 1
        assert [entry.seq for entry in reader.diary(last=2)] == [2]
    again = open_store()
    again.write(PAIN, STAMP)
    assert [entry.seq for entry in again.diary()] == [1, 2, 4], "its place is not given to another"
    assert again.unreadable == 1
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.WARNING, "1 entries of the diary cannot be read and are left out")
    ]


def test_a_field_that_a_newer_kneemon_added_does_no_harm(store, path):
    store.write(PAIN, STAMP)
    store.flush()
    connection = sqlite3.connect(path)
    connection.execute("""UPDATE diary SET body = '{"ask":"pain_end","score":3,"mood":"fair"}'""")
    connection.commit()
    connection.close()
    with StoreReader(path) as reader:
        assert [entry.fact for entry in reader.diary()] == [PainAnswer(Ask.PAIN_END, 3)]
        assert reader.unreadable == 0


def test_a_diary_that_cannot_be_read_is_told(store, path):
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE diary RENAME TO away")
    other.commit()
    with pytest.raises(StoreError, match="no such table: diary"):
        store.diary()
    other.execute("ALTER TABLE away RENAME TO diary")
    other.commit()
    other.close()
    assert store.diary() == ()


def test_walks_in_order_of_beginning_each_as_far_as_it_is_known(store, open_store, new_walk, revised):
    first, second = new_walk("b1-1-aaaa"), new_walk("b1-2-bbbb", NOW - timedelta(days=9))
    for walk in (first, second):
        store.begin(walk.record())
        store.end(walk.ended(10.0))
    store.close()
    again = open_store()
    assert again.walks() == (first.ended(10.0), second.ended(10.0))
    third = new_walk("b1-3-cccc")
    again.begin(third.record())
    again.progress(third.session_id, third.progress(4.0))
    (*_, goes_on) = again.walks()
    assert (goes_on.session_id, goes_on.summary) == (third.session_id, third.summary(4.0))
    better = revised(first.ended(10.0))
    again.end(better)
    again.flush()
    assert [record.session_id for record in again.walks()] == ["b1-1-aaaa", "b1-2-bbbb", "b1-3-cccc"]
    assert again.walks()[0] == better


def test_only_what_is_certain_anchors_a_boot_and_the_newest_holds(store, open_store, path):
    at = TimeAnchor(BOOT_ID, 900.0, NOW, synchronised=True)
    later = TimeAnchor(BOOT_ID, 960.0, NOW + timedelta(minutes=1, milliseconds=3), synchronised=True)
    store.keep_anchor(replace(at, synchronised=False))
    assert store.anchors() == {}
    store.keep_anchor(at)
    assert store.anchors() == {BOOT_ID: at}
    store.keep_anchor(later)
    store.keep_anchor(TimeAnchor(BOOT_ID, 10.0, NOW, synchronised=False))
    store.close()
    again = open_store()
    other = TimeAnchor("another", 5.0, NOW, synchronised=True)
    again.keep_anchor(other)
    assert again.anchors() == {BOOT_ID: later, "another": other}
    again.flush()
    with StoreReader(path) as reader:
        assert reader.anchors() == again.anchors()


def test_a_plan_is_kept_once_until_its_text_changes(store, open_store, path):
    start = store._clock.anchor().utc
    assert [store.keep_plan("gentle", text) for text in ("one", "one", "two")] == [1, 1, 2]
    store.close()
    again = open_store()
    assert again.keep_plan("gentle", "two") == 2
    assert again.keep_plan("gentle", "one") == 3, "the same plan again is used anew"
    again.flush()
    with StoreReader(path) as reader:
        assert reader.plan_versions() == [
            PlanVersion(rev, "gentle", text, start) for rev, text in ((1, "one"), (2, "two"), (3, "one"))
        ]
