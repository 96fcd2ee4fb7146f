# SPDX-License-Identifier: MIT
"""A walk that a power cut left open is closed at the next start, once, from what had been stored."""

import random
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta

from kneemon.model.sessions import EndReason
from kneemon.store import StoreReader


def cut_off(store, path, other):
    """The files as a power cut leaves them: copied while the store is open."""
    store.flush()
    for name in (path, path.with_name(f"{path.name}-wal")):
        shutil.copy(name, other.with_name(name.name.replace(path.name, other.name)))
    return other


def test_the_walk_ends_at_its_last_stored_second(store, open_store, path, walk, tmp_path):
    store.begin(walk.record())
    for second in range(1, 8):
        store.progress(walk.session_id, walk.progress(float(second)))
    other = cut_off(store, path, tmp_path / "cut.db")

    recovered = open_store(path=other)
    with StoreReader(other) as reader:
        (record,) = reader.sessions()
    summary = replace(walk.summary(7.0), end_reason=EndReason.POWER_LOSS)
    ended_at = walk.started_at + timedelta(seconds=7)
    assert record == replace(walk.record(), ended_at=ended_at, summary=summary, final=True)
    (message,) = recovered.waiting(0, 10)
    assert message.key == "b1-1-9f2c/1"
    assert b'"steps": 14, "end_reason": "power_loss"' in message.payload
    assert recovered.backlog().documents == 1


def test_a_walk_cut_off_in_its_first_second_is_there_with_zeros(store, open_store, path, walk, tmp_path):
    store.begin(walk.record())
    other = cut_off(store, path, tmp_path / "cut.db")
    open_store(path=other)
    with StoreReader(other) as reader:
        (record,) = reader.sessions()
        assert reader.outbox().documents == 1
    assert record.final
    assert (record.summary.steps, record.summary.duration_s, record.summary.walking_s) == (0, 0.0, 0.0)
    assert record.summary.cadence_mean_spm is None
    assert record.summary.end_reason is EndReason.POWER_LOSS
    assert record.ended_at == record.started_at


def test_opening_again_changes_nothing(store, open_store, path, walk, tmp_path):
    store.begin(walk.record())
    store.progress(walk.session_id, walk.progress(3.0))
    other = cut_off(store, path, tmp_path / "cut.db")
    seen = []
    for _ in range(3):
        recovered = open_store(path=other)
        with StoreReader(other) as reader:
            seen.append((reader.sessions(), recovered.waiting(0, 10)))
        recovered.close()
    assert seen[0] == seen[1] == seen[2]


def test_a_walk_that_ended_is_left_alone(store, open_store, walk):
    store.begin(walk.record())
    store.end(walk.ended(3.0))
    store.close()
    reopened = open_store()
    assert len(reopened.waiting(0, 10)) == 1
    assert [record.summary.main_s for record in reopened.walks()] == [1.5]


def test_an_acknowledged_walk_is_not_sent_again(store, open_store, walk):
    store.begin(walk.record())
    store.end(walk.ended(3.0))
    store.flush()
    store.acknowledged(store.waiting(0, 1)[0].seq)
    store.close()
    assert open_store().backlog().documents == 0


def test_a_torn_journal_costs_only_what_was_torn(store, open_store, path, walk, tmp_path):
    """The card loses the end of what it was told to keep, and scribbles on it."""
    chance = random.Random(11)
    store.begin(walk.record())
    for second in range(1, 41):
        store.progress(walk.session_id, walk.progress(float(second)))
        store.flush()
    whole = cut_off(store, path, tmp_path / "whole.db")
    journal = whole.with_name("whole.db-wal").read_bytes()
    kept = []
    for cut in range(25):
        torn = tmp_path / f"torn{cut}.db"
        shutil.copy(whole, torn)
        end = chance.randrange(len(journal))
        torn.with_name(f"{torn.name}-wal").write_bytes(journal[:end] + chance.randbytes(chance.randrange(3000)))
        recovered = open_store(path=torn)
        with StoreReader(torn) as reader:
            for record in reader.sessions():
                seconds = reader.seconds(record.session_id)
                assert [row.elapsed_s for row in seconds] == [float(s) for s in range(1, len(seconds) + 1)]
                assert record.summary.steps == 2 * len(seconds)
                assert recovered.backlog().documents == 1
                kept.append(len(seconds))
        assert recovered._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        recovered.close()
    assert len(set(kept)) > 5, "the cuts fell at different moments"


def test_the_walk_and_its_document_close_together_or_not_at_all(store, path, walk):
    """A document that cannot be written takes the walk's end back with it."""
    store.begin(walk.record())
    store.flush()
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE outbox RENAME TO away")
    other.commit()
    store.end(walk.ended(3.0))
    store.flush()
    with StoreReader(path) as reader:
        assert not reader.session().final
    other.execute("ALTER TABLE away RENAME TO outbox")
    other.commit()
    other.close()
    store.flush()
    with StoreReader(path) as reader:
        assert reader.session().final
        assert reader.outbox().documents == 1
