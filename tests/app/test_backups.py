# SPDX-License-Identifier: MIT
"""Whether it is time for a backup, as the store remembers the newest."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.app.backups import NOTE, BackupAge, asked_backup, backup_age, noted
from kneemon.clock import PacedClock
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import SessionSummary
from kneemon.store import Store, StoreReader
from kneemon.store.backup import remember

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLOCK = PacedClock(start=TimeAnchor("4f1c", 1000.0, NOW, synchronised=True))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """With one walk."""
    path = tmp_path / "kneemon.db"
    kept = Store.open(path, documents_of=lambda *_: (), clock=CLOCK)
    summary = SessionSummary.begun(1000.0, None)
    kept.begin(
        SessionRecord(kept.device, "w", 1, "4f1c", NOW, NOW, "UTC", TimeQuality.NTP, "waist", "s", "0", summary, False)
    )
    kept.close()
    return path


@pytest.fixture(scope="module")
def noted_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreReader]:
    path = tmp_path_factory.mktemp("noted") / "kneemon.db"
    Store.open(path, documents_of=lambda *_: (), clock=CLOCK).close()
    remember(path, NOTE, noted(CLOCK))
    with StoreReader(path) as reader:
        yield reader


def age(path: Path, now: datetime = NOW, days: int = 30) -> BackupAge:
    with StoreReader(path) as reader:
        return backup_age(reader, now, days)


def test_no_store_no_walk_no_reminder(tmp_path):
    assert backup_age(None, NOW, 30) == BackupAge(None, None, due=False)
    path = tmp_path / "empty.db"
    Store.open(path, documents_of=lambda *_: (), clock=CLOCK).close()
    assert not age(path).due


def test_walks_without_any_backup(store):
    assert age(store) == BackupAge(None, None, due=True)
    assert age(store).sentence == "No backup of the diary has been made yet. `kneemon backup` makes one."
    assert not age(store, days=0).due, "who wants no reminder gets none"


def test_the_running_kneemon_remembers_when(store):
    kept = Store.open(store, documents_of=lambda *_: (), clock=CLOCK)
    answer = asked_backup(kept, CLOCK)
    assert answer == {"ok": True, "done": "The backup is noted."}
    kept.close()
    assert age(store) == BackupAge(NOW, 0, due=False)
    assert age(store).sentence == "The newest backup is less than a day old."


def test_an_old_one(store):
    remember(store, NOTE, noted(CLOCK))
    assert not age(store, NOW + timedelta(days=29, hours=23)).due
    old = age(store, NOW + timedelta(days=30))
    assert (old.due, old.days) == (True, 30)
    assert old.sentence == "The newest backup is 30 days old. `kneemon backup` makes one."
    assert age(store, NOW + timedelta(days=1)).sentence == "The newest backup is 1 day old."
    assert not age(store, NOW + timedelta(days=4000), days=0).due


def test_a_clock_that_was_wrong(store):
    remember(store, NOTE, noted(CLOCK))
    assert age(store, NOW - timedelta(days=4000)) == BackupAge(NOW, 0, due=False)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22", "2026-11-22T09:00:00"])
def test_a_note_that_is_no_time_counts_as_none(store, text):
    remember(store, NOTE, text)
    assert age(store).newest is None


@given(passed=st.timedeltas(timedelta(0), timedelta(days=9999)), days=st.integers(1, 365))
def test_it_is_due_from_that_many_days_on(noted_once, passed, days):
    assert backup_age(noted_once, NOW + passed, days).due == (passed >= timedelta(days=days))
