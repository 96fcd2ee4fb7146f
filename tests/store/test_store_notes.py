# SPDX-License-Identifier: MIT
"""Small texts kept over a restart, and how much room the disk has."""

import shutil
import sqlite3
from types import SimpleNamespace

from kneemon.store import StoreReader


def test_a_note_is_recalled_at_once_and_after_a_restart(store, open_store, path):
    assert store.recall("desired") is None
    store.keep("desired", "mute")
    assert store.recall("desired") == "mute"
    store.keep("desired", "")
    assert store.recall("desired") == ""
    store.keep("device", "not the device's name")
    store.close()
    again = open_store()
    assert (again.recall("desired"), again.recall("device"), again.recall("other")) == (
        "",
        "not the device's name",
        None,
    )
    assert again.device == store.device
    with StoreReader(path) as reader:
        assert (reader.note("desired"), reader.note("device"), reader.note("other")) == (
            "",
            "not the device's name",
            None,
        )


def test_it_waits_for_the_interval_and_no_longer(open_store, path, clock, eventually):
    store = open_store(commit_s=10.0)
    store.keep("last sync", "one")
    with StoreReader(path) as reader:
        assert reader.note("last sync") is None
        clock.advance(10.0)
        assert eventually(lambda: reader.note("last sync") == "one")


def test_it_goes_with_the_next_commit(open_store, path, walk):
    store = open_store(commit_s=1000.0)
    store.keep("last sync", "one")
    store.keep("last sync", "two")
    store.begin(walk.record())
    store.waiting(0, 1)
    with StoreReader(path) as reader:
        assert reader.note("last sync") == "two"


def test_what_is_kept_already_is_not_written_again(store, path):
    store.keep("last sync", "one")
    store.flush()
    store.keep("last sync", "one")
    assert not store._waiting


def test_notes_wait_while_the_disk_refuses_them(store, path):
    store._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for number in range(3):
        store.keep("last sync", str(number))
        store.flush()
    assert store.problem() is not None
    assert store.recall("last sync") == "2"
    other.execute("ROLLBACK")
    other.close()
    store.flush()
    with StoreReader(path) as reader:
        assert reader.note("last sync") == "2"


def test_the_room_on_the_disk_is_told_in_megabytes(store, path, monkeypatch):
    assert store.disk_free_mb() > 0
    asked = []
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: asked.append(folder) or SimpleNamespace(free=5_120_999_999)
    )
    assert (store.disk_free_mb(), asked) == (5120, [path.parent])


def test_a_disk_that_does_not_tell(store, monkeypatch):
    def disk_usage(_):
        raise FileNotFoundError

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    assert store.disk_free_mb() is None
