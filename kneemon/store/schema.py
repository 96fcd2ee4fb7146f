# SPDX-License-Identifier: MIT
"""The tables, as numbered migrations: entry n leads from schema n to n + 1, in one transaction, and is never edited.

PRAGMA user_version holds the schema's number, PRAGMA application_id tells a kneemon store from other databases. The
truth of a session's figures is its summary, JSON; the columns a query wants are generated from it. Times are ISO 8601
in UTC with microseconds, so that they sort as text; elapsed_s and the at_s of an event are seconds after the session's
start, the at_s of the diary seconds of CLOCK_BOOTTIME.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from stat import S_IMODE

from kneemon.errors import StoreError, StoreNewerError
from kneemon.store.durable import sync

APPLICATION_ID = 0x6B6E6565  # "knee"

MIGRATIONS = (
    f"""
    PRAGMA application_id = {APPLICATION_ID};

    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    CREATE TABLE boot (number INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE);

    CREATE TABLE session (
        seq INTEGER PRIMARY KEY,  -- order of beginning; the clock may have been wrong
        session_id TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        device TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT NOT NULL,
        tz TEXT NOT NULL,
        time_quality TEXT NOT NULL,
        worn TEXT NOT NULL,
        sensor TEXT NOT NULL,
        software TEXT NOT NULL,
        final INTEGER NOT NULL,
        summary TEXT NOT NULL,
        steps INTEGER AS (json_extract(summary, '$.steps')) STORED,
        walking_s REAL AS (json_extract(summary, '$.walking_s')) STORED,
        main_s REAL AS (json_extract(summary, '$.main_s')) STORED,
        end_reason TEXT AS (json_extract(summary, '$.end_reason')) STORED
    );
    CREATE INDEX session_started ON session (started_at);
    CREATE INDEX session_open ON session (end_reason) WHERE end_reason IS NULL;

    CREATE TABLE second (
        session_id TEXT NOT NULL,
        elapsed_s REAL NOT NULL,
        steps INTEGER NOT NULL,
        cadence_spm REAL,
        activity TEXT NOT NULL,
        part TEXT NOT NULL,
        over_pace INTEGER NOT NULL,
        PRIMARY KEY (session_id, elapsed_s)
    ) WITHOUT ROWID;

    CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL,
        at_s REAL NOT NULL,
        kind TEXT NOT NULL,
        value REAL,
        "limit" REAL,
        unit TEXT NOT NULL
    );
    CREATE INDEX event_session ON event (session_id, at_s);

    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of sending, never used again
        key TEXT NOT NULL UNIQUE,
        topic TEXT NOT NULL,
        payload BLOB NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        last_error TEXT
    );
    """,
    """
    CREATE TABLE diary (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of telling; an entry is never changed
        boot_id TEXT NOT NULL,
        at_s REAL NOT NULL,
        utc TEXT NOT NULL,
        certain INTEGER NOT NULL,
        tz TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL
    );

    CREATE TABLE anchor (boot_id TEXT PRIMARY KEY, monotonic_s REAL NOT NULL, utc TEXT NOT NULL) WITHOUT ROWID;

    CREATE TABLE plan (rev INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL, kept_at TEXT NOT NULL);
    """,
    """
    ALTER TABLE session ADD COLUMN time_error_s REAL;
    ALTER TABLE session ADD COLUMN pain_told TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE session ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;  -- its documents are still to be made
    CREATE INDEX session_owed ON session (seq) WHERE owed;

    -- What waits has the shape of its time: it is made anew, from the walks.
    UPDATE session SET owed = 1 WHERE session_id IN (SELECT substr(key, 1, instr(key, '/') - 1) FROM outbox);
    DROP TABLE outbox;
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of sending, never used again
        key TEXT NOT NULL UNIQUE,
        topic TEXT NOT NULL,
        payload BLOB NOT NULL,
        size INTEGER NOT NULL,  -- of the payload, bytes
        session_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        expiry_s INTEGER,
        queued_at TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        last_error TEXT
    );
    CREATE INDEX outbox_session ON outbox (session_id);
    CREATE INDEX outbox_size ON outbox (kind, seq, size);
    """,
    """
    -- A walk as it was before a correction by hand or a count by a better engine.
    CREATE TABLE former (
        session_id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        record TEXT NOT NULL,
        why TEXT NOT NULL,
        author TEXT NOT NULL,
        kept_at TEXT NOT NULL,
        PRIMARY KEY (session_id, revision)
    ) WITHOUT ROWID;

    -- Samples as the sensor gave them, in blocks that can be read alone; see store/raw.py.
    CREATE TABLE raw (
        session_id TEXT NOT NULL,
        at_s REAL NOT NULL,  -- of the first sample, stream time
        samples INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (session_id, at_s)
    );

    CREATE INDEX raw_size ON raw (session_id, length(body));

    ALTER TABLE plan ADD COLUMN author TEXT NOT NULL DEFAULT '';  -- '' is the plan's file
    ALTER TABLE plan ADD COLUMN note TEXT NOT NULL DEFAULT '';

    CREATE INDEX diary_utc ON diary (utc);
    CREATE INDEX diary_boot ON diary (boot_id);
    CREATE INDEX diary_kind ON diary (kind, seq);
    CREATE INDEX diary_session ON diary (iif(json_valid(body), json_extract(body, '$.session_id'), NULL));
    """,
)

SCHEMA = len(MIGRATIONS)


def schema_of(connection: sqlite3.Connection, path: Path) -> int:
    """The database's schema, 0 for an empty one.

    StoreError when it is another program's, StoreNewerError when a newer kneemon wrote it; nothing is touched.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (application or schema or tables):
        raise StoreError(
            f"the store {path} cannot be used",
            expected="a database of kneemon",
            seen="a database of another program",
            remedy="Choose another file for the store.",
        )
    if schema > SCHEMA:
        raise StoreNewerError(
            f"the store {path} was written by a newer kneemon",
            expected=f"schema {SCHEMA} at most",
            seen=f"schema {schema}",
            remedy="Upgrade kneemon; the file was not touched.",
        )
    return int(schema)


def kept_copy(path: Path, schema: int) -> Path:
    """Where the store at `path` is kept as it was at that schema."""
    return path.with_name(f"{path.name}.schema{schema}.bak")


def made_by_us(schema: int) -> frozenset[tuple[str, str, str]]:
    """Type, name and text of everything that a database of that schema has."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for migration in MIGRATIONS[:schema]:
            connection.executescript(migration)
        return objects_of(connection)


def objects_of(connection: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    """Type, name and text of everything in the database but SQLite's own; how it is set is not looked at."""
    found = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    return frozenset((kind, name, " ".join(sql.split())) for kind, name, sql in found if not _of_sqlite(kind, name))


def _of_sqlite(kind: str, name: str) -> bool:
    """What SQLite makes for itself: numbers given, statistics, and the indexes of keys."""
    own = name == "sqlite_sequence" or name.startswith("sqlite_stat")
    return (kind == "table" and own) or (kind == "index" and name.startswith("sqlite_autoindex_"))


def migrate(connection: sqlite3.Connection, path: Path, schema: int, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Lead the database from `schema` to the newest, keeping a copy beside it of one that holds something."""
    if 0 < schema < len(migrations):
        _keep(connection, path, kept_copy(path, schema))
    for number, migration in enumerate(migrations[schema:], start=schema + 1):
        with connection:  # takes a failed migration back
            connection.executescript(f"BEGIN IMMEDIATE; {migration}; PRAGMA user_version = {number}; COMMIT")


def _keep(connection: sqlite3.Connection, path: Path, copy: Path) -> None:
    """By its own name the copy is whole and on the disk, whenever the power is cut."""
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=S_IMODE(path.stat().st_mode), exist_ok=False)  # SQLite would let everybody read it
        connection.execute("VACUUM INTO ?", (str(part),))
        sync(part)
        part.replace(copy)
        sync(copy.parent)
    finally:
        part.unlink(missing_ok=True)
