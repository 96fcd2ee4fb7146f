# SPDX-License-Identifier: MIT
"""The rows of raw samples: what is kept, how much at most, and which go first. It does not know what is in a block.

Whole walks go, the one that began first before the others, and never the one that is being kept; when that one alone is
too large no more of it is kept.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from kneemon.store import connect
from kneemon.store.faults import explained
from kneemon.store.rows import Row

logger = logging.getLogger(__name__)

Operation = tuple[str, Row]  # SQL and its values
BYTES_PER_MB = 1_000_000
PUT_RAW = "INSERT OR REPLACE INTO raw (session_id, at_s, samples, body) VALUES (?, ?, ?, ?)"
TRIM_RAW = "DELETE FROM raw WHERE session_id = ? AND at_s > ? AND samples > 0"  # the end of a walk has none
FORGET_RAW = "DELETE FROM raw WHERE session_id = ?"
FORGET_ALL_RAW = "DELETE FROM raw"
CHOSEN = "raw"  # the note of what was chosen while kneemon ran: "on" or "off"
GET_KEYS = "SELECT at_s FROM raw WHERE session_id = ? ORDER BY at_s"
GET_BODY = "SELECT body FROM raw WHERE session_id = ? AND at_s = ?"
GET_WALKS = "SELECT DISTINCT session_id FROM raw"

SIZES = """
    SELECT raw.session_id, sum(length(body)) FROM raw LEFT JOIN session USING (session_id)
    GROUP BY raw.session_id ORDER BY min(coalesce(session.seq, 0))
"""


class RawKeeping:
    """What the app asks for; each returns at once. put: an operation, for the next transaction or to be done now."""

    def __init__(self, path: Path, put: Callable[[Operation, bool], None]) -> None:
        self._path = path
        self._put = put
        self._given: set[str] = set()  # walks of which rows were given, perhaps not yet committed

    def keep(self, row: Row) -> None:
        """One block of a walk; committed within the store's interval."""
        self._given.add(str(row[0]))
        self._put((PUT_RAW, row), False)

    def trim(self, session_id: str, after_s: float) -> None:
        """Let go of the walk's blocks that begin later."""
        self._put((TRIM_RAW, (session_id, after_s)), False)

    def forget(self, session_id: str | None) -> bool:
        """Delete the walk's samples, None: those of every walk; False when there are none. Raises StoreError."""
        every = session_id is None
        if not (self._given if every else session_id in self._given) and not self._has(session_id):
            return False
        self._given -= self._given if every else {session_id}
        self._put((FORGET_ALL_RAW, ()) if every else (FORGET_RAW, (session_id,)), True)
        return True

    def _has(self, session_id: str | None) -> bool:
        with closing(connect.reading(self._path)) as connection, explained(self._path):
            return connection.execute(*has_raw(session_id)).fetchone() is not None


def has_raw(session_id: str | None) -> Operation:
    """Asks for a row of the walk, None: of any; by the key, however many there are."""
    if session_id is None:
        return "SELECT 1 FROM raw LIMIT 1", ()
    return "SELECT 1 FROM raw WHERE session_id = ? LIMIT 1", (session_id,)


def raw_walks(path: Path) -> frozenset[str]:
    """The walks of which there are samples. Raises StoreError."""
    with closing(connect.reading(path)) as connection, explained(path):
        return frozenset(row[0] for row in connection.execute(GET_WALKS))


class RawRoom:
    """Puts rows of raw samples into the caller's transaction, and makes room for them in it.

    The sizes are read once, when the first row comes, and anew when they may have become wrong.
    """

    def __init__(self, connection: sqlite3.Connection, most_bytes: float) -> None:
        self._connection = connection
        self._most_bytes = most_bytes
        self._sizes: dict[str, int] | None = None  # by walk, in order of beginning
        self._gone: list[str] = []
        self._full: set[str] = set()  # walks of which no more is kept
        self._told: set[str] = set()

    def do(self, operations: Iterable[Operation]) -> None:
        """Each in its place: a row to be put, or rows to be deleted."""
        for sql, values in operations:
            if sql != PUT_RAW:
                self._connection.execute(sql, values)
                self._sizes, self._full = None, set()
                continue
            session_id, body = str(values[0]), values[3]
            if session_id not in self._full and self._made(session_id, len(body) if isinstance(body, bytes) else 0):
                self._connection.execute(sql, values)

    def taken_back(self) -> None:
        """The transaction failed."""
        self._sizes = None
        self._gone.clear()
        self._full &= self._told

    def committed(self, beside: Iterable[Operation]) -> None:
        """Tell what was let go, once. beside: what else was done in the transaction."""
        if any("DELETE FROM raw" in sql for sql, _ in beside):
            self._sizes = None
        if self._gone:
            names = ", ".join(self._gone)
            logger.warning("the raw samples of %s were let go: there is room for %s", names, self._room)
        for session_id in sorted(self._full - self._told):
            logger.warning("no more raw samples of %s are kept: it alone takes %s", session_id, self._room)
        self._told |= self._full
        self._gone.clear()

    @property
    def _room(self) -> str:
        return f"{self._most_bytes / BYTES_PER_MB:.0f} MB (raw.most_mb)"

    def _made(self, session_id: str, size: int) -> bool:
        """Make room for so many bytes of this walk; False when it alone is too large."""
        sizes = self._known()
        if sizes.get(session_id, 0) + size > self._most_bytes:
            self._full.add(session_id)
            return False
        for oldest in [name for name in sizes if name != session_id]:
            if sum(sizes.values()) + size <= self._most_bytes:
                break
            self._connection.execute(FORGET_RAW, (oldest,))
            del sizes[oldest]
            self._gone.append(oldest)
        sizes[session_id] = sizes.get(session_id, 0) + size
        return True

    def _known(self) -> dict[str, int]:
        if self._sizes is None:
            self._sizes = {row[0]: int(row[1]) for row in self._connection.execute(SIZES)}
        return self._sizes
