# SPDX-License-Identifier: MIT
"""Connections: one that writes, guarded by a lock file beside the database, and any number that only read.

WAL lets the readers read while the writer writes; synchronous=FULL makes a commit outlive a power cut.
"""

import errno
import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO

from kneemon.errors import StoreError
from kneemon.store.faults import explained, nothing_stored
from kneemon.store.schema import SCHEMA, migrate, schema_of

BUSY_S = 5.0  # a foreign program looking into the file may hold it for a moment


def lock(path: Path) -> IO[bytes]:
    """Be the only kneemon that writes at `path`, until the file returned is closed. Makes the folder.

    A second writer would take the first one's running walk for one that was cut off.
    """
    with explained(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = path.with_name(f"{path.name}.lock").open("ab")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.close()
            raise StoreError(
                f"the store {path} cannot be used",
                expected="to be its only writer",
                seen="another running kneemon",
                remedy="Stop that one first, or give this one a store of its own.",
            ) from error
    return handle


def writing(path: Path) -> sqlite3.Connection:
    """The writing connection, at the newest schema, without implicit transactions; StoreError, StoreNewerError."""
    with explained(path):
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            schema = schema_of(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection, path, schema)
        except BaseException:
            connection.close()
            raise
    connection.row_factory = sqlite3.Row
    return connection


def reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; StoreError when there is nothing to read, StoreNewerError."""
    with explained(path):
        if not path.exists():
            raise nothing_stored(path)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        connection = sqlite3.connect(
            _read_only(path), uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            schema = schema_of(connection, path)
            if schema == 0:
                raise nothing_stored(path)
            if schema < SCHEMA:
                raise StoreError(
                    f"the store {path} was written by an older kneemon",
                    expected=f"schema {SCHEMA}",
                    seen=f"schema {schema}",
                    remedy="Start `kneemon run` once; it brings the store up to date and keeps a copy.",
                )
        except BaseException:
            connection.close()
            raise
    connection.row_factory = sqlite3.Row
    return connection


def _read_only(path: Path) -> str:
    """The database's address for a reader.

    SQLite keeps notes beside a WAL database even to read it. Where it cannot, on a card that is mounted read-only, it
    must be told that nobody writes: true as long as there is no journal.
    """
    journal = path.with_name(f"{path.name}-wal")
    at_rest = not os.access(path.parent, os.W_OK) and not journal.exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if at_rest else ''}"
