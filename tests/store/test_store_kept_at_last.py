# SPDX-License-Identifier: MIT
"""What is erased stays erased, and what can never be done keeps nothing else from being stored."""

import logging
import sqlite3
from threading import Event, Thread

import pytest
from store_bench import BOOT_ID, START, START_S, Walk

from kneemon.model.diary import Stamp, WalkNote
from kneemon.store import StoreReader, committing
from kneemon.store.erasing import Sweep

STAMP = Stamp(BOOT_ID, START_S, START, certain=True, tz="UTC")
NO_JSON = """
    INSERT INTO diary (boot_id, at_s, utc, certain, tz, kind, body)
    VALUES ('x', 1, '2026-01-01T00:00:00.000000+00:00', 1, 'UTC', 'pain_answer', 'not json')
"""


def walked(store, name="b1-1-9f2c"):
    walk = Walk(name)
    store.begin(walk.record())
    store.end(walk.ended(60.0))
    store.flush()


def test_an_entry_that_is_no_json_keeps_no_walk_from_being_erased(open_store, path):
    open_store().close()
    with sqlite3.connect(path) as connection:
        connection.execute(NO_JSON)
    store = open_store()
    walked(store)
    store.erase(["b1-1-9f2c"])
    store.flush()
    assert store.problem() is None
    with StoreReader(path) as reader:
        assert not reader.walks()


def test_what_can_never_be_erased_is_told_and_the_rest_is_stored(store, path, caplog):
    walked(store)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TRIGGER no BEFORE DELETE ON outbox BEGIN SELECT raise(ABORT, 'never'); END")
    with caplog.at_level(logging.ERROR):
        store.erase(["b1-1-9f2c"])
        store.write(WalkNote("", "after"), STAMP)
        store.flush()
    assert store.problem() is None
    assert [message.split(":")[0] for message in caplog.messages] == [
        "something cannot be erased and is left in the store"
    ]
    with StoreReader(path) as reader:
        assert not reader.walks()
        assert [entry.fact for entry in reader.diary()] == [WalkNote("", "after")]


@pytest.mark.parametrize("everything", [True, False])
def test_samples_that_were_waiting_do_not_come_back(store, path, everything):
    walked(store)
    store.raw.keep(("b1-1-9f2c", 1.0, 10, b"samples"))
    if everything:
        store.erase_all()
    else:
        store.erase(["b1-1-9f2c"])
    store.flush()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM raw").fetchone() == (0,)


def test_who_flushes_waits_for_a_commit_that_is_being_made(store, path, monkeypatch, clock, eventually):
    """Also when nobody asked for it: its time had come."""
    going_on, go_on, done = Event(), Event(), Event()
    made = committing.commit

    def slowly(*args):
        going_on.set()
        go_on.wait(20.0)
        return made(*args)

    monkeypatch.setattr("kneemon.store.writer.commit", slowly)
    store.keep("name", "text")
    clock.advance(20.0)
    store.keep("name", "another text")
    assert going_on.wait(20.0)

    def flush():
        store.flush()
        done.set()

    flusher = Thread(target=flush)
    flusher.start()
    assert not done.wait(0.3)
    go_on.set()
    flusher.join()
    with StoreReader(path) as reader:
        assert reader.note("name") == "another text"


def test_who_asks_while_the_file_is_written_anew_learns_it_and_who_asked_puts_it_off(
    store, monkeypatch, clock, eventually
):
    begun, end = Event(), Event()

    def slow(self, now_s):
        begun.set()
        end.wait(20.0)
        self.put_off(now_s)
        self.at_work = False

    monkeypatch.setattr(Sweep, "clean", slow)
    walked(store)
    store.erase(["b1-1-9f2c"])
    store.flush()
    clock.advance(59.0)
    assert store.ready(0.0)
    clock.advance(59.0)
    store.keep("look", "1")
    store.flush()
    assert not begun.is_set(), "somebody asked 59 s ago"
    clock.advance(1.0)
    store.keep("look", "2")
    assert begun.wait(20.0)
    assert not store.ready(0.05)
    end.set()
    assert store.ready(20.0)
