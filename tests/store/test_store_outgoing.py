# SPDX-License-Identifier: MIT
"""Walks become documents: at their end, in a new revision, once more when asked, and when making them fails."""

import json
import logging
import sqlite3
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from store_bench import documents_of

from kneemon.model.records import Backlog, DocumentKind, PainTold, TimeQuality
from kneemon.model.sessions import EndReason
from kneemon.store import StoreReader


def walked(store, walk, seconds=45):
    store.begin(walk.record())
    for second in range(1, seconds + 1):
        store.progress(walk.session_id, walk.progress(float(second)))
    store.end(walk.ended(float(seconds)))
    return walk.ended(float(seconds))


def keys(store):
    return [message.key for message in store.waiting(0, 1000)]


def test_a_walk_is_told_without_its_seconds(open_store, walk):
    given = []

    def noting(record, seconds):
        given.append(seconds)
        return documents_of(record, seconds)

    store = open_store(documents_of=noting)
    walked(store, walk)
    (message,) = store.waiting(0, 10)
    assert given == [None]
    assert (message.key, message.session_id, message.kind, message.expiry_s) == (
        "b1-1-9f2c/1",
        "b1-1-9f2c",
        DocumentKind.SUMMARY,
        None,
    )


def test_or_with_all_of_them_though_they_were_not_on_disk_before(open_store, walk):
    store = open_store(detail=True, commit_s=1000.0)
    walked(store, walk)
    summary, *detail = store.waiting(0, 10)
    assert summary.kind is DocumentKind.SUMMARY
    assert [(message.kind, message.expiry_s, message.session_id) for message in detail] == [
        (DocumentKind.DETAIL, 86400, "b1-1-9f2c")
    ] * 3
    assert [message.key for message in detail] == ["b1-1-9f2c/1/0", "b1-1-9f2c/1/1", "b1-1-9f2c/1/2"]
    assert [len(json.loads(message.payload)) for message in detail] == [20, 20, 5]


def test_a_walk_that_was_cut_off_is_told_with_what_is_known(open_store, walk, path):
    store = open_store(detail=True)
    store.begin(walk.record())
    store.progress(walk.session_id, walk.progress(1.0))
    store.close()
    assert keys(open_store(detail=True)) == ["b1-1-9f2c/1", "b1-1-9f2c/1/0"]


def test_a_new_revision_replaces_the_documents_that_wait(open_store, path, walk, revised):
    store = open_store(detail=True)
    better = replace(
        revised(walked(store, walk)),
        started_at=walk.started_at + timedelta(days=300),
        ended_at=walk.started_at + timedelta(days=300, seconds=45),
        time_quality=TimeQuality.ESTIMATED,
        time_error_s=86400.5,
        pain_told=PainTold(before=2, after=0),
    )
    old = store.waiting(0, 10)
    store.revise(better)
    assert store.walks() == (better,), "known at once"
    new = store.waiting(0, 10)
    assert [message.key for message in new] == ["b1-1-9f2c/2", "b1-1-9f2c/2/0", "b1-1-9f2c/2/1", "b1-1-9f2c/2/2"]
    assert min(message.seq for message in new) > max(message.seq for message in old)
    with StoreReader(path) as reader:
        assert reader.sessions() == [better]


def test_the_acknowledgement_of_a_superseded_document_does_nothing_to_the_new_one(store, walk, revised):
    record = walked(store, walk)
    (in_flight,) = store.waiting(0, 10)
    store.revise(revised(record))
    store.refused(in_flight.seq, "Quota exceeded")
    store.acknowledged(in_flight.seq)
    (waiting,) = store.waiting(0, 10)
    assert waiting.key == "b1-1-9f2c/2"
    store.acknowledged(waiting.seq)
    assert store.waiting(0, 10) == []


def test_revisions_in_one_commit_leave_the_newest_only(open_store, walk, revised):
    """The disk refuses all of them for a while; see the faults."""
    store = open_store()
    store._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(store._path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    record = walked(store, walk)
    for _ in range(5):
        record = revised(record)
        store.revise(record)
    other.execute("ROLLBACK")
    other.close()
    store.flush()
    assert keys(store) == ["b1-1-9f2c/6"]


def test_a_revision_replaces_only_what_it_brings_anew(store, walk, revised):
    record = walked(store, walk)
    assert store.send_again([walk.session_id], detail=True) == 1
    assert len(keys(store)) == 4
    store.revise(revised(record))
    assert keys(store) == ["b1-1-9f2c/1/0", "b1-1-9f2c/1/1", "b1-1-9f2c/1/2", "b1-1-9f2c/2"]


def test_the_highest_revision_wins(store, open_store, path, walk, revised):
    record = walked(store, walk)
    newest = revised(revised(record))
    store.revise(newest)
    store.revise(newest)
    assert keys(store) == ["b1-1-9f2c/3"]
    store.close()
    again = open_store()
    for stale in (record, revised(record), replace(newest, tz="Europe/Lisbon")):
        with pytest.raises(ValueError, match=r"^the walk b1-1-9f2c is known in revision 3 already$"):
            again.revise(stale)
    again.end(record)
    assert keys(again) == ["b1-1-9f2c/3"]
    with StoreReader(path) as reader:
        assert reader.sessions() == [newest]


def test_only_a_walk_that_is_over_can_be_revised(store, walk, new_walk, revised):
    store.begin(walk.record())
    for record in (revised(walk.ended(3.0)), revised(new_walk("b1-2-none").ended(3.0))):
        with pytest.raises(ValueError, match=r"^the walk b1-\d-\w{4} is not over, or not known$"):
            store.revise(record)
    store.end(walk.ended(3.0))
    with pytest.raises(ValueError, match="is not over"):
        store.revise(revised(walk.record(3.0)))


def test_what_a_broker_has_can_be_sent_again(open_store, walk, new_walk):
    store = open_store()
    names = [f"b1-{number}-aaaa" for number in range(1, 4)]
    for name in names:
        walked(store, new_walk(name), 21)
    store.acknowledged(store.waiting(0, 10)[0].seq)
    store.begin(walk.record())
    assert store.send_again([*names, names[0], walk.session_id, "b9-9-none"]) == 3
    assert keys(store) == ["b1-2-aaaa/1", "b1-3-aaaa/1", "b1-1-aaaa/1"], "what waits keeps its place"
    assert store.send_again(names[:1], detail=True) == 1
    assert keys(store)[3:] == ["b1-1-aaaa/1/0", "b1-1-aaaa/1/1"]
    assert store.send_again([]) == store.send_again(["b9-9-none"]) == 0
    store.close()
    again = open_store()
    for message in again.waiting(0, 10):
        again.acknowledged(message.seq)
    assert again.send_again(names[1:]) == 2
    assert keys(again) == ["b1-2-aaaa/1", "b1-3-aaaa/1"]


def test_no_document_where_none_is_wanted(open_store, walk):
    store = open_store(documents_of=lambda *_: ())
    walked(store, walk)
    store.flush()
    assert store.backlog() == Backlog()
    store.close()
    assert keys(open_store()) == [], "what nobody wanted then is not told later"


class Broken:
    """Documents that cannot be made, until it is mended."""

    def __init__(self):
        self.mended = False

    def __call__(self, record, seconds):
        if self.mended:
            return documents_of(record, seconds)
        raise KeyError("steps")


def problem_of(name):
    return (
        f"the walk {name} cannot be told to the home: expected documents made of it, saw KeyError: 'steps'. "
        "The walk itself is stored. Please report this."
    )


def test_a_walk_whose_documents_cannot_be_made_is_kept(open_store, path, new_walk, revised, caplog):
    broken = Broken()
    store = open_store(documents_of=broken)
    first, second = (walked(store, new_walk(name), 3) for name in ("b1-1-aaaa", "b1-2-bbbb"))
    store.flush()
    assert store.problem() == problem_of("b1-2-bbbb")
    assert len(caplog.records) == 1, "told once"
    assert caplog.records[0].message == problem_of("b1-1-aaaa")
    assert caplog.records[0].exc_info[0] is KeyError
    with StoreReader(path) as reader:
        assert reader.walks() == [first, second]
    broken.mended = True
    assert store.send_again(["b1-2-bbbb"]) == 1
    store.flush()
    assert store.problem() == problem_of("b1-1-aaaa"), "there is one more"
    store.revise(revised(first))
    store.flush()
    assert store.problem() is None
    assert keys(store) == ["b1-2-bbbb/1", "b1-1-aaaa/2"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]
    store.close()
    assert len(keys(open_store())) == 2, "nothing is owed any more"


def test_it_is_tried_again_at_the_next_opening(open_store, new_walk):
    store = open_store(documents_of=Broken())
    walked(store, new_walk("b1-1-aaaa"), 3)
    store.begin(new_walk("b1-2-bbbb").record())
    store.close()
    still = open_store(documents_of=Broken())
    assert still.problem() == problem_of("b1-2-bbbb")
    assert [record.summary.end_reason for record in still.walks()] == [EndReason.COMMAND, EndReason.POWER_LOSS]
    still.close()
    assert keys(open_store()) == ["b1-1-aaaa/1", "b1-2-bbbb/1"]


def test_an_owed_walk_that_cannot_be_read_stands_in_nobodys_way(open_store, path, new_walk):
    store = open_store(documents_of=Broken())
    for name in ("b1-1-aaaa", "b1-2-bbbb"):
        walked(store, new_walk(name), 3)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE session SET pain_told = 'none' WHERE session_id = 'b1-1-aaaa'")
    connection.commit()
    connection.close()
    again = open_store()
    assert keys(again) == ["b1-2-bbbb/1"]
    assert again.problem().startswith("the walk b1-1-aaaa cannot be told to the home")


def test_the_old_documents_wait_on_when_new_ones_cannot_be_made(open_store, walk, revised):
    broken = Broken()
    broken.mended = True
    store = open_store(documents_of=broken)
    record = walked(store, walk, 3)
    store.flush()
    broken.mended = False
    store.revise(revised(record))
    assert keys(store) == ["b1-1-9f2c/1"]
    store.close()
    assert keys(open_store()) == ["b1-1-9f2c/2"]


def test_a_fault_of_the_disk_is_not_the_documents_fault(open_store, path, walk, caplog):
    faults = [sqlite3.OperationalError("disk I/O error")]

    def documents(record, seconds):
        if faults:
            raise faults.pop()
        return documents_of(record, seconds)

    store = open_store(documents_of=documents)
    walked(store, walk, 3)
    store.flush()
    store.flush()
    assert keys(store) == ["b1-1-9f2c/1"]
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        f"the store {path} cannot be used",
        f"the store {path} is written again; 0 seconds were lost",
    ]


def test_a_detail_that_was_asked_for_is_not_forgotten_for_what_comes_after(store, walk, revised):
    store._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(store._path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    record = walked(store, walk, 21)
    store.send_again([walk.session_id], detail=True)
    store.revise(revised(record))
    other.execute("ROLLBACK")
    other.close()
    store.flush()
    assert keys(store) == ["b1-1-9f2c/2", "b1-1-9f2c/2/0", "b1-1-9f2c/2/1"]


def test_whoever_asks_for_documents_meanwhile_gets_no_older_ones(open_store, walk, revised):
    store = open_store(detail=True)
    record = walked(store, walk, 3)
    done = Event()

    def ask():
        while not done.is_set():
            store.send_again([walk.session_id], detail=True)

    thread = Thread(target=ask)
    thread.start()
    for _ in range(300):
        record = revised(record)
        store.revise(record)
    done.set()
    thread.join()
    assert keys(store) == ["b1-1-9f2c/301", "b1-1-9f2c/301/0"]
