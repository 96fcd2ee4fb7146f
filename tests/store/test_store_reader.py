# SPDX-License-Identifier: MIT
"""Reading: order, limits, names, and what is said when there is nothing."""

import os
import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest

from kneemon.errors import StoreError
from kneemon.store import StoreReader


@pytest.fixture
def reader(store, path, new_walk):
    """Three walks; the clock was wrong at the last one."""
    for name, day in (("b1-1-aaaa", 20), ("b1-2-bbbb", 22), ("b2-1-cccc", 1)):
        walk = new_walk(name, datetime(2026, 11, day, 9, tzinfo=UTC))
        store.begin(walk.record())
        store.end(walk.ended(10.0))
    store.flush()
    with StoreReader(path) as reader:
        yield reader


def names(records):
    return [record.session_id for record in records]


def test_newest_first_whatever_the_clock_said(reader):
    assert names(reader.sessions()) == ["b2-1-cccc", "b1-2-bbbb", "b1-1-aaaa"]
    assert names(reader.sessions(limit=2)) == ["b2-1-cccc", "b1-2-bbbb"]
    assert reader.session("latest").session_id == "b2-1-cccc"
    assert reader.session("b1-1-aaaa").session_id == "b1-1-aaaa"


def test_since_takes_any_zone(reader):
    berlin = timezone(timedelta(hours=1))
    assert names(reader.sessions(since=datetime(2026, 11, 22, 10, tzinfo=berlin))) == ["b1-2-bbbb"]
    assert names(reader.sessions(since=datetime(2026, 11, 22, 10, 0, 0, 1, tzinfo=berlin))) == []


def test_an_unknown_name_is_answered_with_the_nearest(reader):
    with pytest.raises(StoreError) as told:
        reader.session("b1-2-bbbc")
    text = str(told.value)
    assert text.startswith("there is no walk 'b1-2-bbbc': expected `latest` or a walk's name, such as b1-2-bbbb")
    assert text.endswith("saw 'b1-2-bbbc'. `kneemon sessions` lists them all.")
    with pytest.raises(StoreError, match="such as b2-1-cccc, b1-2-bbbb, b1-1-aaaa, saw 'yesterday'"):
        reader.session("yesterday")


def test_a_store_without_walks(store, path):
    with StoreReader(path) as reader:
        assert reader.sessions() == []
        assert reader.seconds("b1-1-aaaa") == []
        assert reader.events("b1-1-aaaa") == []
        for name in ("latest", "b1-1-aaaa"):
            with pytest.raises(StoreError) as told:
                reader.session(name)
            assert str(told.value) == (
                f"no walk has been stored yet at {path}: expected at least one, saw none. "
                "Walk once with `kneemon run`, or name another store."
            )


def test_a_path_with_the_signs_of_an_address(open_store, tmp_path):
    path = tmp_path / "my walks? 50% #1.db"
    open_store(path=path)
    with StoreReader(path) as reader:
        assert reader.sessions() == []


def test_a_folder_that_cannot_be_written_is_still_read(store, path, walk, monkeypatch):
    monkeypatch.setattr(os, "access", lambda folder, mode: (folder, mode) != (path.parent, os.W_OK))
    store.begin(walk.record())
    store.flush()
    with StoreReader(path) as reader:
        assert len(reader.sessions()) == 1, "a walk that goes on is in the journal"
    store.close()
    before = sorted(path.parent.iterdir())
    with StoreReader(path) as reader:
        assert len(reader.sessions()) == 1
        assert sorted(path.parent.iterdir()) == before, "nothing is written beside it"


def test_it_cannot_write(reader):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM session")


def test_a_summary_that_cannot_be_read_is_told(reader, path):
    connection = sqlite3.connect(path)
    connection.execute("""UPDATE session SET summary = '{"steps": "many"}' WHERE session_id = 'b1-1-aaaa'""")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="the walk b1-1-aaaa cannot be read: expected a session and its summary, saw"):
        reader.sessions()
    assert reader.session("b1-2-bbbb").summary.steps == 20
