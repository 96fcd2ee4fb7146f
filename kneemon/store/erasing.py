# SPDX-License-Identifier: MIT
"""What its owner erases is gone: out of every table, out of the pages of the file, and with the copies of upgrades. A
copy that a restore made of the store before it stays, as every backup does.

SQLite leaves copies of rows in its pages when it balances them, whatever `secure_delete` says. So the file is written
anew after an erasure, which takes some time: the writer's thread does it when nobody has asked for anything for a while
and no walk is on, or when the store closes; what a cut kept from being done is done after the next opening.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path

from kneemon.model.diary import DiaryEntry, Fact, Restored, Struck
from kneemon.model.plans import Decision
from kneemon.store import rows
from kneemon.store.faults import Trouble, explain

logger = logging.getLogger(__name__)

Statement = tuple[str, rows.Row]

OF_A_WALK = (
    "DELETE FROM second WHERE session_id = ?",
    "DELETE FROM event WHERE session_id = ?",
    "DELETE FROM raw WHERE session_id = ?",
    "DELETE FROM former WHERE session_id = ?",
    "DELETE FROM outbox WHERE session_id = ?",
    "DELETE FROM session WHERE session_id = ?",
    """
    DELETE FROM diary WHERE iif(json_valid(body), json_extract(body, '$.session_id'), NULL) = ? AND kind <> 'decision'
    """,
)
ALL = (
    "DELETE FROM second",
    "DELETE FROM event",
    "DELETE FROM raw",
    "DELETE FROM former",
    "DELETE FROM outbox",
    "DELETE FROM session",
    "DELETE FROM diary",
    "DELETE FROM plan",
)
DUE = "sweep"  # in meta: something was erased, and its bytes may still be in the file
IDLE_S = 60.0  # without a request, before the file is written anew


def erased_with(
    entries: Iterable[DiaryEntry], session_ids: Collection[str] = (), seqs: Collection[int] = ()
) -> frozenset[int]:
    """The entries to be erased: those named, those about these walks but for decisions, and all that strikes them."""
    gone = {
        entry.seq
        for entry in entries
        if entry.seq in seqs or (_about(entry.fact) in session_ids and not isinstance(entry.fact, Decision))
    }
    strikes = {
        entry.seq for entry in entries if isinstance(entry.fact, Struck | Restored) and entry.fact.seq in gone - {0}
    }
    return frozenset(gone | strikes)


def erasing(session_ids: Collection[str], seqs: Collection[int]) -> list[Statement]:
    """Out of the tables; what is in the diary about a walk and cannot be read, too."""
    of_walks = [(statement, (session_id,)) for session_id in session_ids for statement in OF_A_WALK]
    return [(rows.PUT_META, (DUE, "")), *of_walks, *(("DELETE FROM diary WHERE seq = ?", (seq,)) for seq in seqs)]


def erasing_all() -> list[Statement]:
    """Every walk, the whole diary, every plan; what the device is called, and its clock's facts, stay."""
    dropped = ("DELETE FROM meta WHERE key GLOB ?", (f"{rows.DROPPED}*",))
    return [(rows.PUT_META, (DUE, "")), *((statement, ()) for statement in ALL), dropped]


class Sweep:
    """Writes the file anew without what was erased; what keeps it from that is told in the log. Used by one thread.

    at_work: it is being done, or will be at once.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, now_s: float) -> None:
        connection.execute("PRAGMA secure_delete = ON")
        self.at_work = False
        self._not_before_s = now_s + IDLE_S
        self._trouble = Trouble()
        self._connection = connection
        self._path = path
        self._due = connection.execute("SELECT 1 FROM meta WHERE key = ?", (DUE,)).fetchone() is not None

    def expect(self, statements: Sequence[Statement]) -> None:
        """These have been committed."""
        self._due = self._due or any(values[:1] == (DUE,) for _, values in statements)

    def put_off(self, now_s: float) -> None:
        """Somebody asks for something."""
        self._not_before_s = now_s + IDLE_S

    def due_in_s(self, now_s: float) -> float:
        """Infinite when nothing was erased."""
        return self._not_before_s - now_s if self._due else inf

    def clean(self, now_s: float) -> None:
        """Do it, if it is due at all; what fails stays due."""
        if self._due:
            self._clean()
        self.put_off(now_s)
        self.at_work = False

    def _clean(self) -> None:
        try:
            self._connection.execute("VACUUM")
            (held, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            for copy in self._path.parent.glob(f"{self._path.name}.schema*.bak"):
                with suppress(FileNotFoundError):
                    copy.unlink()
            if held:  # somebody reads in the old file just now
                return
            self._connection.execute("DELETE FROM meta WHERE key = ?", (DUE,))
        except sqlite3.Error as error:
            self._trouble.came(explain(error, self._path))
            return
        except OSError as error:
            logger.warning("a copy of the store cannot be deleted: %s", error)
            return
        self._due = False
        self._trouble.over(f"what was erased is gone from the store {self._path}")


def _about(fact: Fact) -> str:
    return getattr(fact, "session_id", "") or ""
