# SPDX-License-Identifier: MIT
"""`kneemon migrate`: an older store is led on and kept, a newer one refused, and --check changes nothing."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kneemon import __version__
from kneemon.clock import PacedClock
from kneemon.errors import ExitCode
from kneemon.model.records import TimeAnchor
from kneemon.store import Store, StoreReader, connect
from kneemon.store.schema import MIGRATIONS, SCHEMA

Kneemon = Callable[..., Any]  # as tests/cli/conftest.py has it
NOW = datetime(2026, 11, 23, tzinfo=UTC)
OLD_STORES = Path(__file__).parents[1] / "store"


@pytest.fixture(params=range(1, SCHEMA))
def old(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, int]:
    """A store as the kneemon of that schema left it."""
    path = tmp_path / "kneemon.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((OLD_STORES / f"schema{request.param}.sql").read_text(encoding="utf-8"))
    path.chmod(0o640)
    return path, request.param


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_an_older_store_is_led_on_and_kept(old: tuple[Path, int], kneemon: Kneemon) -> None:
    path, schema = old
    with closing(sqlite3.connect(path)) as connection:
        walks = connection.execute("SELECT session_id FROM session ORDER BY seq").fetchall()
    told = kneemon("migrate", "--store", path)
    copy = path.with_name(f"kneemon.db.schema{schema}.bak")
    assert told.code == ExitCode.OK
    assert told.out.splitlines() == [
        f"The store {path} was led from schema {schema} to {SCHEMA}.",
        f"As it was before it is kept at {copy}.",
        "Remove that file when all is well: what is erased from now on is still in it.",
    ]
    with StoreReader(path) as reader:
        assert [(record.session_id,) for record in reversed(reader.sessions())] == walks
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema,)
        assert connection.execute("SELECT session_id FROM session ORDER BY seq").fetchall() == walks
    assert copy.stat().st_mode & 0o777 == 0o640
    again = kneemon("migrate", "--store", path)
    assert again.out == f"The store {path} is up to date: schema {SCHEMA}, as kneemon {__version__} has it.\n"


def test_a_look_changes_nothing(old: tuple[Path, int], kneemon: Kneemon) -> None:
    path, schema = old
    before = content(path.parent)
    told = kneemon("migrate", "--check", "--store", path)
    assert told.code == ExitCode.OK
    assert told.out.splitlines() == [
        f"The store {path} would be led from schema {schema} to {SCHEMA}; nothing was changed.",
        f"Before that it would be kept as it is at {path}.schema{schema}.bak.",
    ]
    assert content(path.parent) == before


def test_programs_are_told_what_was_done(old: tuple[Path, int], kneemon: Kneemon) -> None:
    path, schema = old
    kept = {"store": str(path), "before": schema, "after": SCHEMA, "copy": f"{path}.schema{schema}.bak"}
    assert json.loads(kneemon("migrate", "--json", "--store", path).out) == kept
    assert json.loads(kneemon("migrate", "--json", "--store", path).out) == kept | {"before": SCHEMA, "copy": None}


@pytest.mark.parametrize("words", [(), ("--check",)])
def test_a_newer_store_is_refused_and_not_touched(
    newer: Path, words: tuple[str, ...], kneemon: Kneemon, tmp_path: Path
) -> None:
    before = newer.read_bytes()
    told = kneemon("migrate", *words, "--store", newer)
    assert told.code == ExitCode.STORE
    assert told.err == (
        f"kneemon: the store {newer} was written by a newer kneemon: expected schema {SCHEMA} at most, saw schema 99. "
        "Upgrade kneemon; the file was not touched.\n"
    )
    assert newer.read_bytes() == before


def test_where_nothing_is_stored_nothing_is_made(kneemon: Kneemon, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "kneemon.db"
    told = kneemon("migrate", "--store", path)
    assert told.code == ExitCode.OK
    assert told.out == (
        f"Nothing has been stored yet at {path}; kneemon {__version__} will begin with schema {SCHEMA}.\n"
    )
    assert not path.parent.exists()


def test_a_running_kneemon_is_not_migrated_under_its_feet(old: tuple[Path, int], kneemon: Kneemon) -> None:
    path, _ = old
    before = path.read_bytes()
    with connect.lock(path):
        told = kneemon("migrate", "--store", path)
    assert told.code == ExitCode.STORE
    assert "saw another running kneemon. Stop that one first" in told.err
    assert path.read_bytes() == before


def test_a_store_in_use_may_be_looked_at(kneemon: Kneemon, tmp_path: Path) -> None:
    path = tmp_path / "kneemon.db"
    clock = PacedClock(start=TimeAnchor("4f1c", 1000.0, NOW, synchronised=True))
    store = Store.open(path, documents_of=lambda *_: (), clock=clock)
    try:
        assert "is up to date" in kneemon("migrate", "--check", "--store", path).out
    finally:
        store.close()


def test_a_copy_cut_off_leaves_none_and_the_store_as_it_was(
    old: tuple[Path, int], kneemon: Kneemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, schema = old

    def torn(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", torn)
        told = kneemon("migrate", "--store", path)
    assert told.code == ExitCode.STORE
    assert "saw a full disk. Free some space." in told.err
    assert {each.name for each in path.parent.glob("kneemon.db.schema*")} == set()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema,)


def test_each_schema_has_its_store_here() -> None:
    assert {path.name for path in OLD_STORES.glob("schema*.sql")} == {f"schema{n}.sql" for n in range(1, SCHEMA)}
    assert len(MIGRATIONS) == SCHEMA
