# SPDX-License-Identifier: MIT
"""The rows of every table as they are at one moment, and a new store made of such rows.

Rows go out and come in as the tables have them, in the order of their keys, so that a store made of all rows of another
is the same store. What waits for the broker is not among them: it is made anew. It knows no file format.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kneemon.store import connect
from kneemon.store.faults import explained
from kneemon.store.rows import Row

# The tables, and what each is ordered by; within a walk by the last of it.
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "meta": ("key",),
        "boot": ("number",),
        "anchor": ("boot_id",),
        "plan": ("rev",),
        "session": ("seq",),
        "second": ("session_id", "elapsed_s"),
        "event": ("seq",),
        "former": ("session_id", "revision"),
        "raw": ("session_id", "at_s"),
        "diary": ("seq",),
    }
)
COUNTED = "diary"  # the one of them whose numbers are never used again


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one table."""

    table: str
    columns: Sequence[str]
    rows: Iterable[Row]


class Snapshot:
    """The store at `path` as it is now, whatever is written meanwhile; StoreError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect.reading(path)
        self._connection.row_factory = None
        with explained(path):
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM meta").fetchone()  # the moment is the first reading's

    def close(self) -> None:
        self._connection.close()

    def rows(self, table: str, columns: Sequence[str], session_id: str | None = None) -> Iterator[Row]:
        """All rows of the table, or those of one walk, read as they are wanted."""
        where, values = ("", ()) if session_id is None else ("WHERE session_id = ?", (session_id,))
        sql = f"SELECT {_listed(columns)} FROM {table} {where} ORDER BY {_listed(KEYS[table])}"  # noqa: S608  our own names
        with explained(self._path):
            yield from self._connection.execute(sql, values)

    def newest_entry(self) -> int:
        """The highest number that an entry of the diary ever had, 0 when there was none."""
        with explained(self._path):
            found = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (COUNTED,)).fetchone()
        return int(found[0]) if found else 0


def fill(path: Path, tables: Iterable[Rows], newest_entry: int) -> None:
    """Make a new store at `path` of these rows, in one transaction; StoreError when the disk refuses.

    ValueError or OverflowError when the tables refuse: such rows are in no store.
    """
    with closing(connect.writing(path)) as connection, explained(path):
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for each in tables:
                    _put(connection, each)
                connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (COUNTED,))
                if newest_entry:
                    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (COUNTED, newest_entry))
        except sqlite3.IntegrityError as error:
            raise ValueError(str(error)) from error


def untouched(path: Path) -> bool:
    """Nobody has walked or told anything yet in the store at `path`, which is there; StoreError as in reading."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM session) OR EXISTS (SELECT 1 FROM former) OR EXISTS (SELECT 1 FROM raw)
            OR EXISTS (SELECT 1 FROM diary WHERE kind NOT IN ('plan_used', 'decision', 'advice_said'))
    """
    with closing(connect.reading(path)) as connection, explained(path):
        return not connection.execute(sql).fetchone()[0]


def _put(connection: sqlite3.Connection, rows: Rows) -> None:
    if rows.table not in KEYS:
        raise ValueError(f"there is no table {rows.table}")
    marks = ", ".join("?" * len(rows.columns))
    sql = f"INSERT INTO {rows.table} ({_listed(rows.columns)}) VALUES ({marks})"  # noqa: S608  our own names
    connection.executemany(sql, rows.rows)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
