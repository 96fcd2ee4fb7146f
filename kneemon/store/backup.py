# SPDX-License-Identifier: MIT
"""A copy of the store as it is at one moment, made while the writer writes, and looked at before it is believed.

VACUUM INTO reads within one transaction, so that the writer never waits, and writes whole pages anew: what was erased
is not in the copy, not even as a remnant, and the copy is one file that needs no journal, on any file system. The
copying of pages that SQLite has, too, begins anew with each commit of another process, and takes remnants along.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kneemon.errors import BackupError
from kneemon.model.names import names_a_walk
from kneemon.store import connect, rows
from kneemon.store.faults import explained
from kneemon.store.replacing import held
from kneemon.store.schema import SCHEMA, made_by_us, objects_of, schema_of

OPS_BETWEEN_LOOKS = 20_000  # of SQLite's machine: some ten looks a second

PASSING = "outbox"  # what waits there comes and goes

Told = Callable[[float], None]  # what share is done, 0 to 1

# Errors of SQLite when it writes the copy: what was expected, what was seen, what to do.
_COPYING = {
    "SQLITE_FULL": ("room for the copy", "a full disk", "Free some space there, or name another folder."),
    "SQLITE_CANTOPEN": ("a folder that may be written", "that it may not", "Name another folder."),
    "SQLITE_READONLY": ("a folder that may be written", "that it may not", "Name another folder."),
    "SQLITE_IOERR": ("a disk that answers", "a fault of the disk", "Was the stick taken away? Plug it in and repeat."),
}
_CHANGED = "Another program changed it: undo that there, or take a backup from before."
_FROM_STORE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_BUSY")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds. rows: how many, by table."""

    device: str
    schema: int
    rows: Mapping[str, int]


def size_of(path: Path) -> int:
    """How many bytes a copy of the store at `path` takes, nearly; StoreError when it cannot be read."""
    with closing(connect.reading(path)) as connection, explained(path):
        pages, free, bytes_ = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * bytes_


def copy_store(path: Path, target: Path, told: Told) -> Contents:
    """Make `target`, a file that is empty or not there, a copy of the store at `path`, and check it.

    StoreError when the store cannot be read, BackupError when it is none to be restored or the copy is not sound.
    """
    with closing(connect.reading(path)) as connection:
        with explained(path):
            _nothing_foreign(connection, path, SCHEMA)  # what cannot be restored is told while the store is there
            _names_of_walks(connection, path)
        for _ in range(2):  # what comes and goes meanwhile may deceive the comparison once
            with explained(path):
                before, version = _rows(connection), _version(connection)
            _vacuum(connection, path, target, told)
            copied = checked(target)
            with explained(path):
                after = before if _version(connection) == version else _rows(connection)
            kept = [name for name in copied.rows if name != PASSING]
            short = [name for name in kept if not _between(before[name], copied.rows[name], after[name])]
            if not short:
                return copied
            target.unlink()
    seen = ", ".join(f"{copied.rows[name]} of {before[name]} rows of {name}" for name in short)
    raise _unsound(target, f"all that is in {path}", seen)


def checked(path: Path) -> Contents:
    """What the database at `path` holds, of whatever schema, that nobody else has open.

    BackupError when it is damaged or holds what kneemon never puts there, StoreError when it is another program's,
    StoreNewerError when a newer kneemon's.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            schema = schema_of(connection, path)
            if schema == 0:
                raise _unsound(path, "a database of kneemon", "an empty one")
            _nothing_foreign(connection, path, schema)
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise _unsound(path, "a sound database", str(verdict))
            _names_of_walks(connection, path)
            found = connection.execute("SELECT value FROM meta WHERE key = 'device'").fetchone()
            return Contents(found[0] if found else "", schema, _rows(connection))
    except sqlite3.Error as error:
        raise _unsound(path, "a sound database", str(error)) from error


def take_database(file: Path, target: Path) -> None:
    """Make `target` a copy of a bare database that no program has open, its journal included.

    BackupError, and StoreError and StoreNewerError as in `checked`.
    """
    try:
        target.touch(mode=connect.FILE_MODE, exist_ok=False)  # SQLite would let everybody read it
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            _nothing_foreign(connection, file, schema_of(connection, file))  # before anything in it is worked out
            connection.execute("VACUUM INTO ?", (str(target),))
    except (sqlite3.Error, OSError) as error:
        raise BackupError(
            f"the database {file}",
            expected="a sound one, and room for a copy of it",
            seen=str(error),
            remedy="Take another backup, or free some space.",
        ) from error


def remember(path: Path, name: str, text: str) -> None:
    """Keep a note in the store while no kneemon writes into it; StoreError when one does."""
    with held(path), closing(connect.writing(path)) as connection, explained(path):
        connection.execute(rows.PUT_META, (rows.NOTE + name, text))


def _nothing_foreign(connection: sqlite3.Connection, path: Path, schema: int) -> None:
    """A trigger or a view would do things of its own whenever kneemon writes or reads."""
    found, ours = objects_of(connection), made_by_us(schema)
    strange = [f"the {kind} {name[:40]!r}" for kind, name, _ in sorted(found - ours)]
    strange += [f"no table {name!r}" for kind, name, _ in sorted(ours - found) if kind == "table"]
    if not strange:
        return
    raise BackupError(
        f"the database {path} cannot be used",
        expected="only what kneemon puts into its database",
        seen=strange[0],
        remedy=_CHANGED,
    )


def _names_of_walks(connection: sqlite3.Connection, path: Path) -> None:
    """They become names of files."""
    for (name,) in connection.execute("SELECT session_id FROM session"):
        if not names_a_walk(name):
            raise BackupError(
                f"the database {path} cannot be used",
                expected="walks named by letters, digits and hyphens",
                seen=repr(name[:40]),
                remedy=_CHANGED,
            )


def _vacuum(connection: sqlite3.Connection, path: Path, target: Path, told: Told) -> None:
    expected = size_of(path) or 1

    def look() -> int:
        told(min(1.0, target.stat().st_size / expected))
        return 0

    told(0.0)
    connection.set_progress_handler(look, OPS_BETWEEN_LOOKS)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
        if name == "SQLITE_INTERRUPT":
            raise KeyboardInterrupt from error
        if name in _FROM_STORE:
            with explained(path):
                raise
        expected_, seen, remedy = _COPYING.get(name, ("a copy of the store", str(error), "Name another folder."))
        raise BackupError(f"no backup in {target.parent}", expected=expected_, seen=seen, remedy=remedy) from error
    finally:
        connection.set_progress_handler(None, 0)


def _rows(connection: sqlite3.Connection) -> Mapping[str, int]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
    names = sorted(name for (name,) in found)
    count = "SELECT count(*) FROM "
    return MappingProxyType({name: int(connection.execute(f'{count}"{name}"').fetchone()[0]) for name in names})


def _version(connection: sqlite3.Connection) -> int:
    """Changes when somebody else has committed."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _between(one: int, number: int, other: int) -> bool:
    return min(one, other) <= number <= max(one, other)


def _unsound(path: Path, expected: str, seen: str) -> BackupError:
    return BackupError(
        f"the database {path} cannot be used",
        expected=expected,
        seen=seen,
        remedy="Take another backup; a stick that damages files belongs into the bin.",
    )
