# SPDX-License-Identifier: MIT
"""A store of an older kneemon led to today's schema on demand, before the service does it; and what would be done.

Who asks may be the administrator: what is made beside the store belongs to whom the store belongs to.
"""

import errno
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kneemon.store import connect
from kneemon.store.faults import explained
from kneemon.store.replacing import give, held
from kneemon.store.schema import SCHEMA, kept_copy, schema_of


@dataclass(frozen=True, slots=True)
class Led:
    """From which schema to which. before: None where nothing was ever stored. copy: the store as it was before."""

    before: int | None
    after: int
    copy: Path | None


def looked_at(path: Path) -> Led:
    """What `led` would do; nothing is touched. StoreError when the store cannot be read, StoreNewerError."""
    with explained(path):
        if not path.exists():
            return Led(None, SCHEMA, None)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        with closing(sqlite3.connect(connect.read_only(path), uri=True, timeout=connect.BUSY_S)) as connection:
            before = schema_of(connection, path)
    return Led(before or None, SCHEMA, kept_copy(path, before) if 0 < before < SCHEMA else None)


def led(path: Path) -> Led:
    """Lead the store at `path` to the newest schema; where nothing is stored nothing is made.

    StoreError when it cannot be written or a kneemon is running, StoreNewerError when a newer one wrote it.
    """
    found = looked_at(path)
    if found.copy is not None:
        with held(path):
            connect.writing(path).close()
            if found.copy.exists():
                give(found.copy, path)
    return found
