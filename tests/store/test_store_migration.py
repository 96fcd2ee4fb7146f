# SPDX-License-Identifier: MIT
"""A store that kneemon wrote before there was a diary: schema1.sql holds one, as that kneemon's own code left it."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kneemon.errors import StoreError
from kneemon.model.diary import PlanUsed, Stamp
from kneemon.model.plans import StateName
from kneemon.model.records import EventRow
from kneemon.model.sessions import EndReason, PainMark
from kneemon.store import StoreReader

KEPT = (
    "SELECT * FROM meta",
    "SELECT * FROM boot",
    "SELECT * FROM second",
    "SELECT * FROM event",
    "SELECT * FROM session WHERE session_id = 'b1-1-9f2c'",
    "SELECT * FROM outbox WHERE key = 'b1-1-9f2c/1'",
)
OLD = Path(__file__).with_name("schema1.sql").read_text(encoding="utf-8")


@pytest.fixture
def old(path):
    """One walk that ended and waits in the outbox, and one that a power cut left open."""
    connection = sqlite3.connect(path)
    connection.executescript(OLD)
    connection.close()
    path.chmod(0o640)
    return path


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
        assert rows_of(old, query) == kept[query]


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
    with pytest.raises(StoreError, match=r"expected schema 2, saw schema 1\. Start `kneemon run` once"):
        StoreReader(copy)
