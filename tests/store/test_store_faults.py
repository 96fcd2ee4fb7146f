# SPDX-License-Identifier: MIT
"""A disk that is full or goes away while walking: nothing is lost, it is told once, and it ends by itself."""

import logging
import sqlite3
from threading import Event

from kneemon.model.records import EventRow
from kneemon.store import StoreReader, writer


def fill(store):
    """Let the database grow no further: SQLite then says what it says of a full disk."""
    store.flush()
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


def free(store):
    store._connection.execute("PRAGMA max_page_count = 1000000")


def walk_on(store, walk, first, last):
    for second in range(first, last + 1):
        store.progress(walk.session_id, walk.progress(float(second)))


def test_nothing_is_lost_while_the_disk_is_full(store, path, walk, caplog):
    store.begin(walk.record())
    fill(store)
    walk_on(store, walk, 1, 2000)
    store.flush()
    problem = store.problem()
    assert problem == (
        f"the store {path} cannot be used: expected room on its disk, saw a full disk. Free some space. "
        "Seconds waiting in memory: 2000."
    )
    walk_on(store, walk, 2001, 2100)
    store.note(walk.session_id, EventRow(2050.0, "pain", 4.0))
    store.end(walk.ended(2100.0))
    store.flush()
    with StoreReader(path) as reader:
        assert reader.seconds(walk.session_id) == [], "all of a transaction or nothing"
    free(store)
    store.flush()
    assert store.problem() is None
    with StoreReader(path) as reader:
        assert len(reader.seconds(walk.session_id)) == 2100
        assert reader.events(walk.session_id) == [EventRow(2050.0, "pain", 4.0)]
        assert reader.session() == walk.ended(2100.0)
    assert [message.key for message in store.waiting(0, 10)] == ["b1-1-9f2c/1"]
    told = [(record.levelno, record.message) for record in caplog.records]
    assert [level for level, _ in told] == [logging.ERROR, logging.WARNING]
    assert "a full disk" in told[0][1]
    assert told[1][1] == f"the store {path} is written again; 0 seconds were lost"


def test_it_tries_again_by_itself_every_interval(open_store, walk, clock, eventually):
    store = open_store(commit_s=10.0)
    store.begin(walk.record())
    fill(store)
    walk_on(store, walk, 1, 2000)
    store.flush()
    assert store.problem() is not None
    free(store)
    store.end(walk.ended(2000.0))
    Event().wait(0.05)
    assert store.problem() is not None, "not before the interval has passed"
    clock.advance(10.0)
    assert eventually(lambda: store.problem() is None)


def test_what_comes_while_a_commit_fails_is_newer_than_what_failed(store, path, walk, eventually):
    store.begin(walk.record())
    store.flush()
    store._connection.execute("PRAGMA busy_timeout = 500")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.progress(walk.session_id, walk.progress(1.0))
    store.acknowledged(99)
    assert eventually(lambda: not store._waiting), "the writer is at it"
    store.progress(walk.session_id, walk.progress(2.0))
    assert eventually(lambda: store.problem() is not None)
    assert "expected to be its only writer, saw another program writing into it" in store.problem()
    other.execute("ROLLBACK")
    other.close()
    store.flush()
    with StoreReader(path) as reader:
        assert reader.session().summary == walk.summary(2.0)
        assert len(reader.seconds(walk.session_id)) == 2


def test_only_the_oldest_seconds_are_let_go(store, path, walk, caplog, monkeypatch):
    monkeypatch.setattr(writer, "MOST_SECONDS", 1500)
    store.begin(walk.record())
    fill(store)
    for second in range(1, 2001):
        store.progress(walk.session_id, walk.progress(float(second)))
        store.note(walk.session_id, EventRow(float(second), "pace_high"))
    store.flush()
    assert store.problem().endswith("Seconds waiting in memory: 1500, 500 lost.")
    free(store)
    store.end(walk.ended(2000.0))
    store.flush()
    with StoreReader(path) as reader:
        assert [row.elapsed_s for row in reader.seconds(walk.session_id)] == [float(s) for s in range(501, 2001)]
        assert len(reader.events(walk.session_id)) == 2000
        assert reader.session().summary.steps == 4000
    assert caplog.messages[-1] == f"the store {path} is written again; 500 seconds were lost"


def test_closing_with_a_full_disk_says_what_is_lost(store, walk, caplog):
    store.begin(walk.record())
    fill(store)
    walk_on(store, walk, 1, 2000)
    store.note(walk.session_id, EventRow(2000.0, "pain", 4.0))
    store.close()
    assert caplog.messages[-1] == "the store closes with 2000 seconds and 1 other rows unwritten"


def test_an_outbox_that_cannot_be_read_is_empty_and_told(store, path, walk):
    store.begin(walk.record())
    store.end(walk.ended(3.0))
    store.flush()
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE outbox RENAME TO away")
    other.commit()
    assert store.waiting(0, 10) == ()
    assert "no such table: outbox" in store.problem()
    assert store.backlog().documents == 1
    other.execute("ALTER TABLE away RENAME TO outbox")
    other.commit()
    other.close()
    assert len(store.waiting(0, 10)) == 1
    assert store.problem() is None
