# SPDX-License-Identifier: MIT
"""Stores that an older kneemon wrote, as its own code left them.

schema1.sql: before there was a diary. schema2.sql: before a walk had several documents. schema3.sql: before a walk
could be corrected.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kneemon.errors import StoreError
from kneemon.model.diary import PlanUsed, Stamp
from kneemon.model.plans import StateName
from kneemon.model.records import Backlog, EventRow, PainTold
from kneemon.model.sessions import EndReason, PainMark
from kneemon.store import StoreReader, connect

KEPT = (
    "SELECT * FROM meta",
    "SELECT * FROM boot",
    "SELECT * FROM second",
    "SELECT * FROM event",
    """SELECT seq, session_id, revision, device, boot_id, started_at, ended_at, tz, time_quality, worn, sensor,
              software, final, summary FROM session WHERE end_reason = 'command'""",
)
KEPT_SINCE_2 = (*KEPT, "SELECT * FROM diary", "SELECT * FROM anchor", "SELECT rev, name, text, kept_at FROM plan")


def written_by(path, script):
    connection = sqlite3.connect(path)
    connection.executescript(Path(__file__).with_name(script).read_text(encoding="utf-8"))
    connection.close()
    path.chmod(0o640)
    return path


@pytest.fixture
def old(path):
    """One walk that ended and waits in the outbox, and one that a power cut left open."""
    return written_by(path, "schema1.sql")


@pytest.fixture
def newer(path):
    """One walk whose document was taken, one whose was refused, one whose waits, and one that a power cut left open."""
    return written_by(path, "schema2.sql")


def rows_of(path, query):
    connection = sqlite3.connect(path)
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def test_everything_is_kept(old, open_store):
    kept = {query: rows_of(old, query) for query in KEPT}
    store = open_store()
    assert store.device == "ab12cd34ef56"
    with StoreReader(old) as reader:
        whole, cut = reader.walks()
        assert (whole.session_id, whole.summary.steps, whole.summary.end_reason) == ("b1-1-9f2c", 6, EndReason.COMMAND)
        assert whole.summary.pains == (PainMark(2.0, 3),)
        assert (cut.session_id, cut.summary.end_reason) == ("b1-2-77aa", EndReason.POWER_LOSS)
        assert reader.events("b1-1-9f2c") == [EventRow(2.0, "pain", 3.0, unit="of 10")]
        assert (reader.diary(), reader.anchors(), reader.plan_versions()) == ([], {}, [])
    for query in KEPT:
        assert rows_of(old, query)[: len(kept[query])] == kept[query]
    assert [message.key for message in store.waiting(0, 10)] == ["b1-1-9f2c/1", "b1-2-77aa/1"]


def test_what_was_not_asked_then_is_not_known_and_the_plan_stands_at_its_beginning(old, open_store):
    summary = open_store().walks()[0].summary
    assert (summary.pain_before, summary.moderate_s, summary.vigorous_s) == (None, 0.0, 0.0)
    prescription = summary.prescription
    assert (prescription.plan_rev, prescription.state, prescription.bout_cap_s) == (0, StateName.BASELINE, None)


def test_the_diary_begins(old, open_store):
    store = open_store()
    stamp = Stamp("4f1c0000-0000-4000-8000-000000000001", 5000.0, datetime(2026, 11, 23, tzinfo=UTC), True, "UTC")
    store.write(PlanUsed(store.keep_plan("gentle", "one")), stamp)
    store.close()
    with StoreReader(old) as reader:
        assert [(entry.seq, entry.fact) for entry in reader.diary()] == [(1, PlanUsed(1))]


def test_the_copy_is_the_old_store_and_as_private_as_it_was(old, open_store):
    before = rows_of(old, "SELECT * FROM session")
    open_store()
    copy = old.with_name("kneemon.db.schema1.bak")
    assert copy.stat().st_mode & 0o777 == 0o640
    assert rows_of(copy, "SELECT * FROM session") == before
    assert rows_of(copy, "PRAGMA user_version") == [(1,)]
    with pytest.raises(StoreError, match=r"expected schema 4, saw schema 1\. Start `kneemon run` once"):
        StoreReader(copy)


def test_everything_of_schema_2_is_kept(newer, open_store):
    kept = {query: rows_of(newer, query) for query in KEPT_SINCE_2}
    store = open_store()
    assert store.device == "ab12cd34ef56"
    for query in KEPT_SINCE_2:
        assert rows_of(newer, query)[: len(kept[query])] == kept[query], query
    assert [(record.session_id, record.summary.end_reason) for record in store.walks()] == [
        ("b1-1-9f2c", EndReason.COMMAND),
        ("b1-2-77aa", EndReason.COMMAND),
        ("b1-3-c0de", EndReason.COMMAND),
        ("b1-4-77bb", EndReason.POWER_LOSS),
    ]
    assert {(record.time_error_s, record.pain_told) for record in store.walks()} == {(None, PainTold())}
    assert len(store.diary()) == 3


def test_what_waited_is_made_anew_and_what_was_taken_is_not(newer, open_store):
    waiting = open_store().waiting(0, 10)
    assert [message.key for message in waiting] == ["b1-2-77aa/1", "b1-3-c0de/1", "b1-4-77bb/1"]
    assert all(b'"session_id"' in message.payload for message in waiting), "of today's shape"
    assert waiting[0].session_id == "b1-2-77aa"
    assert rows_of(newer, "SELECT count(*) FROM session WHERE owed") == [(0,)]


@pytest.mark.parametrize("script", ["schema1.sql", "schema2.sql"])
def test_nothing_that_waited_is_lost_while_nobody_wants_it(path, open_store, script):
    """A migration, and MQTT switched off at the time of it."""
    written_by(path, script)
    store = open_store(documents_of=lambda *_: ())
    assert store.backlog() == Backlog()
    store.close()
    owed = {"schema1.sql": ["b1-1-9f2c/1"], "schema2.sql": ["b1-2-77aa/1", "b1-3-c0de/1"]}[script]
    assert [message.key for message in open_store().waiting(0, 10)] == owed


def test_everything_of_schema_3_is_kept_and_nobody_is_named_as_the_author_of_a_plan(path, open_store):
    written_by(path, "schema3.sql")
    kept = {query: rows_of(path, query) for query in KEPT}
    store = open_store()
    for query in KEPT:
        assert set(kept[query]) <= set(rows_of(path, query)), query
    walk, cut = store.walks()
    assert (walk.revision, walk.pain_told, cut.summary.end_reason) == (2, PainTold(after=3), EndReason.POWER_LOSS)
    assert (store.recall("remembered"), [entry.seq for entry in store.diary()]) == ("7", [1, 2, 3])
    with StoreReader(path) as reader:
        (plan,) = reader.plan_versions()
        assert (plan.rev, plan.text, plan.author, plan.note) == (1, "one", "", "")
        assert (reader.former(walk.session_id), reader.raw_sizes()) == ([], {})
        assert [entry.seq for entry in reader.diary_about(walk.session_id)] == [1]


def test_a_cut_between_migration_and_opening_loses_nothing(newer, open_store):
    connect.writing(newer).close()
    assert rows_of(newer, "PRAGMA user_version") == [(4,)]
    assert len(open_store().waiting(0, 10)) == 3
