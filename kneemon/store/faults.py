# SPDX-License-Identifier: MIT
"""What SQLite and the disk complain about, in a person's words."""

import errno
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kneemon.errors import StoreEmptyError, StoreError

logger = logging.getLogger(__name__)

WAL_INDEX_BYTES = 32 * 1024  # what SQLite needs beside the database before it can write at all

# What was expected, what was seen ("" for the complaint itself), what to do.
_FULL = ("room on its disk", "a full disk", "Free some space.")
_LOCKED_OUT = (
    "a file and folder that may be written",
    "no permission",
    "Run kneemon as the owner of that folder, or choose another file for the store.",
)
_NOWHERE = ("a file in a folder", "", "Check the path, or choose another file for the store.")
_UNKNOWN = ("a disk that answers", "", "Look into the system's log for faults of the disk.")
_KINDS = {
    "SQLITE_FULL": _FULL,
    "ENOSPC": _FULL,
    "EDQUOT": _FULL,
    "SQLITE_READONLY": _LOCKED_OUT,
    "SQLITE_PERM": _LOCKED_OUT,
    "EACCES": _LOCKED_OUT,
    "EPERM": _LOCKED_OUT,
    "EROFS": _LOCKED_OUT,
    "SQLITE_CANTOPEN": _NOWHERE,
    "ENOTDIR": _NOWHERE,
    "EEXIST": _NOWHERE,
    "EISDIR": _NOWHERE,
    "SQLITE_NOTADB": ("a database", "a file that is none", "Move it away, or choose another file for the store."),
    "SQLITE_CORRUPT": ("a sound database", "a damaged one", "Move it away but keep it: sqlite3 recovers much."),
    "SQLITE_BUSY": ("to be its only writer", "another program writing into it", "Close that program."),
}


def explain(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """The error as one sentence about the store at `path`."""
    if isinstance(error, OSError):
        name = errno.errorcode.get(error.errno or 0, "")
        complaint = error.strerror or str(error)
    else:
        # An extended code, SQLITE_IOERR_WRITE, begins with its plain one. The Python module's own complaints have none.
        name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
        complaint = str(error)
    if name == "SQLITE_IOERR" and _brimful(path.parent):
        name = "SQLITE_FULL"
    expected, seen, remedy = _KINDS.get(name, _UNKNOWN)
    return StoreError(f"the store {path} cannot be used", expected=expected, seen=seen or complaint, remedy=remedy)


def nothing_stored(path: Path) -> StoreEmptyError:
    return StoreEmptyError(
        f"no walk has been stored yet at {path}",
        expected="at least one",
        seen="none",
        remedy="Walk once with `kneemon run`, or name another store.",
    )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise as StoreError what SQLite or the disk complains about within."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from error


def free_mb(folder: Path) -> int | None:
    """Room on the folder's disk; None when it does not tell."""
    try:
        return shutil.disk_usage(folder).free // 1_000_000
    except OSError:
        return None


class Trouble:
    """A fault that the store survives: logged once when it comes and once when it is over."""

    def __init__(self) -> None:
        self.text: str | None = None

    def came(self, error: StoreError) -> None:
        if self.text is None:
            logger.error("%s", error, exc_info=error.__cause__)
        self.text = str(error)

    def over(self, outcome: str) -> None:
        if self.text is not None:
            logger.warning("%s", outcome)
        self.text = None


def _brimful(folder: Path) -> bool:
    """On a disk without any room SQLite fails before it finds out why."""
    try:
        return shutil.disk_usage(folder).free < WAL_INDEX_BYTES
    except OSError:
        return False
