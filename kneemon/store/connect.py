# SPDX-License-Identifier: MIT
"""Connections: one that writes, guarded by a lock file beside the database, and any number that only read.

WAL lets the readers read while the writer writes; synchronous=FULL makes a commit outlive a power cut. A diary of
pain is nobody else's business: its files are for their owner and group at most, less where the umask says so.
"""

import errno
import fcntl
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE
from typing import IO

from kneemon.errors import StoreError
from kneemon.store.faults import explained, nothing_stored
from kneemon.store.schema import SCHEMA, migrate, schema_of

BUSY_S = 5.0  # a foreign program looking into the file may hold it for a moment
FOLDER_MODE = 0o750
FILE_MODE = 0o640
OTHERS = 0o007


def lock(path: Path) -> IO[bytes]:
    """Be the only kneemon that writes at `path`, until the file returned is closed. Makes the folder.

    A second writer would take the first one's running walk for one that was cut off.
    """
    with explained(path):
        _make_folder(path.parent)
        handle = os.fdopen(os.open(_beside(path, ".lock"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE), "ab")
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
        with suppress(FileExistsError):  # not opened then: closing it again would end this process's locks on it
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            schema = schema_of(connection, path)
            _shut_out_others(path)
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
            read_only(path), uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
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


def _make_folder(folder: Path) -> None:
    """`mkdir(parents=True)` would give its mode to the last folder only."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=FOLDER_MODE, exist_ok=True)


def _shut_out_others(path: Path) -> None:
    """Close what was there before; SQLite gives what it makes the database's mode. Others' files stay as they are."""
    for end in ("", "-wal", "-shm", ".lock"):
        with suppress(FileNotFoundError, PermissionError):
            file = _beside(path, end)
            mode = S_IMODE(file.stat().st_mode)
            if mode & OTHERS:
                file.chmod(mode & ~OTHERS)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(f"{path.name}{end}")


def read_only(path: Path) -> str:
    """The database's address for a reader.

    SQLite keeps notes beside a WAL database even to read it. Where it cannot, on a card that is mounted read-only, it
    must be told that nobody writes: true as long as there is no journal.
    """
    journal = _beside(path, "-wal")
    at_rest = not os.access(path.parent, os.W_OK) and not journal.exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if at_rest else ''}"
