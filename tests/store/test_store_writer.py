# SPDX-License-Identifier: MIT
"""What is given to the store is read back the same; when it is committed; what the outbox keeps."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import numpy as np
import pytest

from kneemon.clock import PacedClock
from kneemon.errors import StoreError
from kneemon.model.records import EventRow, OutboxMessage, TimeAnchor
from kneemon.ports import DiaryStore, Notes, Outbox, SessionStore
from kneemon.store import StoreReader


def test_a_walk_is_read_back_as_it_was_given(store, path, walk):
    store.begin(walk.record())
    for second in range(1, 26):
        store.progress(walk.session_id, walk.progress(float(second)))
    store.note(walk.session_id, EventRow(3.0, "pace_high", 120.0, 110.0, "steps/min"))
    store.note(walk.session_id, EventRow(2.0, "pain"))
    store.end(walk.ended(25.0))
    store.close()
    with StoreReader(path) as reader:
        assert reader.sessions() == [walk.ended(25.0)]
        seconds = reader.seconds(walk.session_id)
        assert [row.elapsed_s for row in seconds] == [float(second) for second in range(1, 26)]
        assert (seconds[0].steps, seconds[0].cadence_spm, seconds[0].activity) == (2, 120.0, "walking")
        assert (seconds[0].part, seconds[0].over_pace) == ("main", True)
        assert reader.events(walk.session_id) == [
            EventRow(2.0, "pain"),
            EventRow(3.0, "pace_high", 120.0, 110.0, "steps/min"),
        ]


def test_it_fulfils_its_ports(store):
    session_store: SessionStore = store
    diary: DiaryStore = store
    outbox: Outbox = store
    notes: Notes = store
    assert session_store.problem() is None
    assert diary.unreadable == 0
    assert notes.recall("settings") is None
    assert outbox.backlog().documents == 0


def test_beginning_and_end_are_committed_at_once(store, path, walk, eventually):
    store.begin(walk.record())
    reader = StoreReader(path)
    assert eventually(lambda: [r.final for r in reader.sessions()] == [False])
    store.end(walk.ended(4.0))
    assert eventually(lambda: [r.final for r in reader.sessions()] == [True])
    assert eventually(lambda: reader.outbox().documents == 1)
    reader.close()


def test_seconds_wait_for_the_interval_and_no_longer(open_store, path, walk, clock, eventually):
    store = open_store(commit_s=10.0)
    store.begin(walk.record())
    store.flush()
    reader = StoreReader(path)
    for second in range(1, 8):
        clock.advance(1.0)
        store.progress(walk.session_id, walk.progress(float(second)))
    Event().wait(0.05)
    assert reader.seconds(walk.session_id) == []
    clock.advance(1.0)
    store.progress(walk.session_id, walk.progress(8.0))  # when the next one is on the card, 10 s would be at stake
    assert eventually(lambda: len(reader.seconds(walk.session_id)) == 8)
    assert reader.session(walk.session_id).summary == walk.summary(8.0)
    assert reader.session(walk.session_id).ended_at == walk.started_at + timedelta(seconds=8)
    reader.close()


def test_the_interval_passes_though_nothing_more_arrives(open_store, path, walk, clock, eventually):
    store = open_store(commit_s=10.0)
    store.begin(walk.record())
    store.flush()
    store.note(walk.session_id, EventRow(1.0, "pain", 3.0))
    clock.advance(10.0)
    with StoreReader(path) as reader:
        assert eventually(lambda: reader.events(walk.session_id) == [EventRow(1.0, "pain", 3.0)])


def test_flush_leaves_nothing_waiting(store, path, walk):
    store.begin(walk.record())
    store.progress(walk.session_id, walk.progress(1.0))
    store.flush()
    with StoreReader(path) as reader:
        assert len(reader.seconds(walk.session_id)) == 1


def test_numbers_of_numpy_are_stored_as_numbers(store, path, walk):
    summary = replace(walk.summary(1.0), steps=np.int64(2), walking_s=np.float64(0.75), cadence_mean_spm=np.float32(96))
    progress = replace(walk.progress(1.0), steps=np.int64(2), cadence_spm=np.float32(96), so_far=summary)
    store.begin(walk.record())
    store.progress(walk.session_id, progress)
    store.note(walk.session_id, EventRow(np.float64(1), "pace_high", np.float32(96), np.int64(90), "steps/min"))
    store.flush()
    with StoreReader(path) as reader:
        assert reader.session().summary == replace(walk.summary(1.0), walking_s=0.75, cadence_mean_spm=96.0)
        assert (reader.seconds(walk.session_id)[0].steps, reader.seconds(walk.session_id)[0].cadence_spm) == (2, 96.0)
        assert reader.events(walk.session_id) == [EventRow(1.0, "pace_high", 96.0, 90.0, "steps/min")]


def test_what_is_no_number_is_refused_where_it_is_given(store, walk):
    with pytest.raises(TypeError, match="a complex has no place in the store"):
        store.begin(replace(walk.record(), summary=replace(walk.summary(), steps=2j)))


def test_names_count_boots_and_walks_for_ever(open_store, walk, new_walk):
    store = open_store()
    first, second = (store.next_session_id(walk.boot_id) for _ in range(2))
    assert re.fullmatch(r"b1-1-[0-9a-f]{4}", first)
    assert re.fullmatch(r"b1-2-[0-9a-f]{4}", second)
    store.begin(new_walk(first).record())
    store.end(new_walk(first).ended(1.0))
    store.close()

    restarted = open_store()
    assert restarted.next_session_id(walk.boot_id).startswith("b1-2-")
    assert restarted.device == store.device
    restarted.close()

    rebooted = open_store(clock=PacedClock(start=TimeAnchor("another-boot", 10.0, datetime.now(UTC), False)))
    assert rebooted.next_session_id("another-boot").startswith("b2-1-")
    with pytest.raises(ValueError, match="opened in boot another-boot, not in yet-another"):
        rebooted.next_session_id("yet-another")


def test_the_boots_are_numbered(open_store, path):
    def opened_in(boot_id):
        with closing(open_store(clock=PacedClock(start=TimeAnchor(boot_id, 10.0, datetime.now(UTC), False)))) as store:
            return store.boots

    assert dict(opened_in("one")) == {"one": 1}
    second = opened_in("two")
    assert dict(opened_in("two")) == dict(second) == {"one": 1, "two": 2}
    assert dict(opened_in("three")) == {"one": 1, "two": 2, "three": 3}
    assert dict(second) == {"one": 1, "two": 2}, "as of its opening"
    with pytest.raises(TypeError):
        second["one"] = 7


def test_the_device_is_twelve_of_small_letters_and_digits(store):
    assert re.fullmatch(r"[a-z0-9]{12}", store.device)


def test_the_outbox_keeps_order_and_forgets_what_was_acknowledged(store, new_walk, eventually):
    names = [f"b1-{number}-aaaa" for number in range(1, 6)]
    for name in names:
        store.begin(new_walk(name).record())
        store.end(new_walk(name).ended(3.0))
    store.flush()
    waiting = store.waiting(0, 10)
    assert [message.key for message in waiting] == [f"{name}/1" for name in names]
    assert [message.seq for message in waiting] == sorted(message.seq for message in waiting)
    assert isinstance(waiting[0], OutboxMessage)
    assert waiting[0].topic == "session/summary"
    assert b'"steps": 6' in waiting[0].payload
    assert store.waiting(waiting[1].seq, 2) == waiting[2:4]

    store.acknowledged(waiting[0].seq)
    store.acknowledged(waiting[4].seq)
    assert eventually(lambda: store.backlog().documents == 3)
    assert store.waiting(0, 10) == waiting[1:4]

    store.begin(new_walk("b1-6-aaaa").record())
    store.end(new_walk("b1-6-aaaa").ended(3.0))
    store.flush()
    assert store.waiting(waiting[4].seq, 10)[0].key == "b1-6-aaaa/1", "a number is never used again"


def test_a_document_can_be_sent_as_soon_as_it_was_given(store, new_walk):
    """Whoever is woken after `end` looks once, perhaps before the disk has finished."""
    for number in range(1, 51):
        walk = new_walk(f"b1-{number}-aaaa")
        store.begin(walk.record())
        store.end(walk.ended(3.0))
        assert len(store.waiting(0, 100)) == number


def test_what_a_later_record_knows_better_is_kept(store, path, walk, revised):
    store.begin(walk.record())
    better = replace(
        revised(walk.ended(3.0)),
        started_at=walk.started_at + timedelta(days=300),
        ended_at=walk.started_at + timedelta(days=300, seconds=3),
        tz="Europe/Lisbon",
        sensor="mpu6050 at 0x69 on bus 1",
    )
    store.end(better)
    store.flush()
    with StoreReader(path) as reader:
        assert reader.sessions() == [better]


def test_a_refused_document_stays_with_its_reason(store, path, walk):
    store.begin(walk.record())
    store.end(walk.ended(3.0))
    store.flush()
    (message,) = store.waiting(0, 10)
    store.refused(message.seq, "Not authorized")
    store.refused(message.seq, "Quota exceeded")
    store.flush()
    assert store.waiting(0, 10) == [message]
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT attempts, last_error FROM outbox").fetchall() == [(2, "Quota exceeded")]
    connection.close()


def test_no_document_where_none_is_wanted(open_store, walk):
    store = open_store(documents_of=lambda *_: ())
    store.begin(walk.record())
    store.end(walk.ended(3.0))
    store.flush()
    assert store.backlog().documents == 0


def test_readers_read_while_the_writer_writes(open_store, path, walk, eventually):
    store = open_store(commit_s=0.0)
    store.begin(walk.record())
    store.flush()
    done, seen, torn = Event(), [], []

    def read():
        with StoreReader(path) as reader:
            while not done.is_set():
                steps = 2 * len(reader.seconds(walk.session_id))
                summary = reader.session("latest").summary
                seen.append(steps)
                if summary.steps < steps:
                    torn.append((summary.steps, steps))

    thread = Thread(target=read)
    thread.start()
    for second in range(1, 301):
        store.progress(walk.session_id, walk.progress(float(second)))
    store.flush()
    assert eventually(lambda: seen and seen[-1] == 600)
    done.set()
    thread.join()
    assert not torn, "the summary is as new as the seconds"
    assert seen == sorted(seen)


def test_close_writes_what_waits_and_may_be_called_again(store, path, walk):
    store.begin(walk.record())
    store.progress(walk.session_id, walk.progress(1.0))
    store.close()
    store.close()
    store.flush()
    assert store.problem() == f"the store {path} is closed"
    assert not path.with_name("kneemon.db-wal").exists()
    with StoreReader(path) as reader:
        assert len(reader.seconds(walk.session_id)) == 1


def test_a_second_writer_is_turned_away(store, open_store, path):
    with pytest.raises(StoreError) as told:
        open_store()
    assert str(told.value) == (
        f"the store {path} cannot be used: expected to be its only writer, saw another running kneemon. "
        "Stop that one first, or give this one a store of its own."
    )
    store.close()
    open_store().close()
