# SPDX-License-Identifier: MIT
"""What may wait for the broker is bounded: the oldest detail is let go first, never the newest summary."""

import logging
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_bench import Walk

from kneemon.clock import PacedClock
from kneemon.model.records import Backlog, DocumentKind, OutboxMessage
from kneemon.store import StoreReader, rows, schema
from kneemon.store.batch import Publication
from kneemon.store.outgoing import Outgoing

MOST = 1000
STORED = "the walks themselves stay stored"
DETAIL, SUMMARY = DocumentKind.DETAIL, DocumentKind.SUMMARY


@dataclass(frozen=True)
class Told:
    """A walk told in a document of `summary` bytes and chunks of `chunks` bytes."""

    walk: int
    revision: int
    summary: int
    chunks: tuple[int, ...]


@dataclass(frozen=True)
class Acknowledged:
    """The document at this place, from the oldest, if there is one."""

    place: int


tellings = st.lists(
    st.builds(
        Told,
        walk=st.integers(1, 4),
        revision=st.integers(1, 3),
        summary=st.integers(0, 600) | st.integers(0, 1500),
        chunks=st.lists(st.integers(0, 500), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=4,
)
steps = st.lists(tellings | st.builds(Acknowledged, st.integers(0, 4)), max_size=15)


class Bench:
    """An outbox in memory, and every document that was ever put into it."""

    def __init__(self):
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        schema.migrate(self.connection, Path("unused"), 0)
        self._wanted: list[OutboxMessage] = []
        self.outgoing = Outgoing(self.connection, lambda *_: self._wanted, PacedClock(), detail=True, most_bytes=MOST)

    def close(self):
        self.connection.close()

    def tell(self, told: Told):
        """One walk in one transaction; what would wait if nothing were let go."""
        name = f"b1-{told.walk}-aaaa"
        record = Walk(name).ended(1.0)
        key = f"{name}/{told.revision}"
        self._wanted = [OutboxMessage(key, "summary", bytes(told.summary), kind=SUMMARY)] + [
            OutboxMessage(f"{key}/{chunk}", "detail", bytes(size), kind=DETAIL)
            for chunk, size in enumerate(told.chunks)
        ]
        replaced = {SUMMARY, DETAIL} if told.chunks else {SUMMARY}
        keys = {message.key for message in self._wanted}
        before = self.waiting()
        kept = [m for m in before if m.session_id != name or m.kind not in replaced or m.key in keys]
        there = {message.key for message in kept}
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(rows.PUT_SESSION, rows.session_row(record))
        self.outgoing.publish([Publication(record, detail=True)])
        backlog = self.outgoing.count()
        self.connection.execute("COMMIT")
        self.outgoing.committed(backlog)
        return [*kept, *(message for message in self._wanted if message.key not in there)]

    def waiting(self):
        return [rows.document_of(row) for row in self.connection.execute(rows.GET_WAITING, (0, 10_000))]


def size_of(messages):
    return sum(len(message.payload) for message in messages)


@given(steps=steps)
def test_never_more_than_the_limit_details_first_oldest_first_and_no_more_than_needed(steps):
    bench = Bench()
    dropped = Counter()
    for step in steps:
        if isinstance(step, Acknowledged):
            for message in bench.waiting()[step.place : step.place + 1]:
                bench.connection.execute("DELETE FROM outbox WHERE seq = ?", (message.seq,))
            continue
        for told in step:
            whole = bench.tell(told)
            left = bench.waiting()
            kept = {message.key for message in left}
            gone = [message for message in whole if message.key not in kept]
            assert [message.key for message in left] == [m.key for m in whole if m.key in kept], "in order"
            summaries = [message.key for message in left if message.kind is SUMMARY]
            assert size_of(left) <= MOST or (len(left) == 1 and len(summaries) == 1)
            assert summaries[-1] == [message.key for message in whole if message.kind is SUMMARY][-1]
            in_turn = [message for kind in (DETAIL, SUMMARY) for message in gone if message.kind is kind]
            assert not gone or size_of([*left, in_turn[-1]]) > MOST, "no more than needed"
            for kind in (DETAIL, SUMMARY):
                of_kind = [message.key in kept for message in whole if message.kind is kind]
                assert of_kind == sorted(of_kind), "the oldest of a kind go first"
                dropped[kind] += of_kind.count(False)
            if any(message.kind is SUMMARY for message in gone):
                assert all(message.kind is SUMMARY for message in left), "details first"
    backlog = bench.outgoing.backlog
    assert (backlog.dropped_detail, backlog.dropped_summaries) == (dropped[DETAIL], dropped[SUMMARY])
    bench.close()


@pytest.fixture
def heavy():
    """Summaries of 400 kB and, where it is wanted, a detail of 500 kB."""

    def documents_of(record, seconds):
        key = f"{record.session_id}/{record.revision}"
        messages = [OutboxMessage(key, "session/summary", bytes(400_000), kind=SUMMARY)]
        if seconds is not None:
            messages.append(OutboxMessage(f"{key}/0", "session/detail", bytes(500_000), kind=DETAIL))
        return messages

    return documents_of


def walk_five_times(store):
    for number in range(1, 6):
        walk = Walk(f"b1-{number}-aaaa")
        store.begin(walk.record())
        store.end(walk.ended(1.0))
        store.flush()


def keys(store):
    return [message.key for message in store.waiting(0, 100)]


def test_it_is_counted_over_openings_and_told_once_in_each(open_store, path, heavy, caplog):
    store = open_store(documents_of=heavy, detail=True, outbox_mb=1)
    walk_five_times(store)
    assert keys(store) == ["b1-4-aaaa/1", "b1-5-aaaa/1"]
    assert store.backlog().documents == 2
    assert (store.backlog().dropped_detail, store.backlog().dropped_summaries) == (5, 3)
    assert store.problem() is None
    told = [(record.levelno, record.message) for record in caplog.records]
    assert told == [
        (
            logging.WARNING,
            f"more than 1 MB wait for the broker: the oldest {what} of walks are let go unsent; " + STORED,
        )
        for what in ("details", "summaries")
    ]
    store.close()
    with StoreReader(path) as reader:
        assert (reader.outbox().dropped_detail, reader.outbox().dropped_summaries) == (5, 3)
        assert len(reader.walks()) == 5
    caplog.clear()
    again = open_store(documents_of=heavy, detail=True, outbox_mb=1)
    assert caplog.records == [], "nothing was let go since"
    assert again.send_again(["b1-1-aaaa"]) == 1
    assert keys(again) == ["b1-5-aaaa/1", "b1-1-aaaa/1"]
    assert (again.backlog().dropped_detail, again.backlog().dropped_summaries) == (5, 4)
    assert len(caplog.records) == 1


def test_a_smaller_limit_holds_from_the_next_opening_on(open_store, heavy):
    store = open_store(documents_of=heavy, detail=True, outbox_mb=50)
    walk_five_times(store)
    assert len(keys(store)) == 10
    store.close()
    again = open_store(documents_of=heavy, outbox_mb=2.5)
    assert keys(again) == ["b1-1-aaaa/1", "b1-2-aaaa/1", "b1-3-aaaa/1", "b1-4-aaaa/1", "b1-5-aaaa/1", "b1-5-aaaa/1/0"]
    again.close()
    assert keys(open_store(documents_of=heavy, outbox_mb=0.1)) == ["b1-5-aaaa/1"], "never the newest summary"


def test_a_drop_that_was_taken_back_is_neither_counted_nor_told(open_store, path, heavy, caplog):
    store = open_store(documents_of=heavy, outbox_mb=1)
    walk_five_times(store)
    assert store.backlog().dropped_summaries == 3
    store._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    walk = Walk("b1-6-aaaa")
    store.begin(walk.record())
    store.end(walk.ended(1.0))
    store.flush()
    assert (store.backlog().documents, store.backlog().dropped_summaries) == (2, 3)
    other.execute("ROLLBACK")
    other.close()
    store.flush()
    assert (store.backlog().documents, store.backlog().dropped_summaries) == (2, 4)


def test_the_backlog_says_since_when(store, path, clock):
    assert store.backlog() == Backlog()
    begun = clock.anchor().utc
    for number in range(1, 3):
        walk = Walk(f"b1-{number}-aaaa")
        store.begin(walk.record())
        store.end(walk.ended(1.0))
        store.flush()
        clock.advance(60.0)
    assert store.backlog() == Backlog(documents=2, oldest=begun)
    with StoreReader(path) as reader:
        assert reader.outbox() == store.backlog()
        store.acknowledged(store.waiting(0, 1)[0].seq)
        store.flush()
        assert (store.backlog().documents, (store.backlog().oldest - begun).total_seconds()) == (1, 60.0)
        assert reader.outbox() == store.backlog()


def test_the_sizes_are_summed_without_reading_the_documents(store):
    """It is done at the end of each walk, with up to 50 MB waiting on a slow card."""
    plan = " ".join(
        row["detail"] for row in store._connection.execute("EXPLAIN QUERY PLAN SELECT sum(size) FROM outbox")
    )
    assert "COVERING INDEX outbox_size" in plan
