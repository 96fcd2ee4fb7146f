# SPDX-License-Identifier: MIT
"""Walks that are over become documents in the outbox, within the transaction that stores them; what waits is bounded.

A document is never changed where it stands: it may be in flight, and the acknowledgement of the old one would delete
the new one. It is replaced by one with a place of its own. A walk whose documents cannot be made is stored all the same
and owes them: it is tried again at the next opening. Used by one thread at a time.
"""

import logging
import sqlite3
from collections.abc import Iterable

from kneemon.errors import StoreError
from kneemon.model.records import Backlog, DocumentKind, OutboxMessage, SecondRow, SessionRecord
from kneemon.ports import Clock, DocumentsOf
from kneemon.store import rows
from kneemon.store.batch import Publication
from kneemon.store.faults import Trouble

logger = logging.getLogger(__name__)

BYTES_PER_MB = 1e6
LET_GO_FIRST = (DocumentKind.DETAIL, DocumentKind.SUMMARY)

OWE = "UPDATE session SET owed = ? WHERE session_id = ? AND owed <> ?"
OWED = "SELECT * FROM session WHERE owed AND end_reason IS NOT NULL ORDER BY seq"
KNOWN = "SELECT count(*) FROM session WHERE session_id = ? AND revision <= ?"  # else it is erased, or known better
BEFORE = "SELECT seq, key, kind, size FROM outbox WHERE session_id = ?"
DELETE = "DELETE FROM outbox WHERE seq = ?"
BLAME = "UPDATE outbox SET attempts = attempts + 1, last_error = ? WHERE seq = ?"
ALL_SIZES = "SELECT coalesce(sum(size), 0) FROM outbox"
SIZES_OF_KIND = "SELECT seq, size FROM outbox WHERE kind = ? ORDER BY seq"
NEWEST_SUMMARY = "SELECT max(seq) FROM outbox WHERE kind = 'summary'"
COUNT_DROPPED = """
    INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = CAST(value + excluded.value AS TEXT)
"""


class Outgoing:
    """backlog: as of the newest commit. most_bytes: payloads that may wait. detail: of every walk, without being asked.

    trouble: why a walk has no documents.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        documents_of: DocumentsOf,
        clock: Clock,
        *,
        detail: bool,
        most_bytes: float,
    ) -> None:
        self.detail = detail
        self.trouble = Trouble()
        self._connection = connection
        self._documents_of = documents_of
        self._clock = clock
        self._most_bytes = most_bytes
        self._failed: dict[str, StoreError] = {}
        self._told: set[DocumentKind] = set()
        self.backlog = self.count()

    def owed(self) -> list[Publication]:
        """Walks whose documents could not be made, or were made for another home; in order of beginning."""
        publications = []
        for row in self._connection.execute(OWED).fetchall():
            try:
                publications.append(Publication(rows.record_of(row), self.detail))
            except StoreError as error:
                self._fail(row["session_id"], error)
        return publications

    def publish(self, publications: Iterable[Publication]) -> None:
        """Put their documents into the outbox instead of the ones before, and make room; within a transaction."""
        (size,) = self._connection.execute(ALL_SIZES).fetchone()
        size = self._make_room(size)
        for publication in publications:
            size = self._make_room(size + self._put(publication))

    def count(self) -> Backlog:
        """What waits, seen from within the transaction."""
        return rows.backlog_of(self._connection.execute(rows.GET_BACKLOG).fetchone())

    def committed(self, backlog: Backlog) -> None:
        """The transaction in which `count` said so is on disk."""
        before, self.backlog = self.backlog, backlog
        if backlog.dropped_detail > before.dropped_detail:
            self._tell(DocumentKind.DETAIL)
        if backlog.dropped_summaries > before.dropped_summaries:
            self._tell(DocumentKind.SUMMARY)

    def _put(self, publication: Publication) -> int:
        """How many bytes more are waiting then."""
        record = publication.record
        (known,) = self._connection.execute(KNOWN, (record.session_id, record.revision)).fetchone()
        if not known:
            return 0
        try:
            documents = self._made(record, publication.detail)
        except sqlite3.Error:  # not the documents' fault: the transaction's
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the walk must be stored
            self._fail(record.session_id, error)
            self._connection.execute(OWE, (1, record.session_id, 1))
            return 0
        self._succeed(record.session_id)
        if not documents:  # nobody wants them now; what is owed stays so until somebody does
            return 0
        self._connection.execute(OWE, (0, record.session_id, 0))
        return self._replace(record.session_id, documents)

    def _made(self, record: SessionRecord, detail: bool) -> list[tuple[OutboxMessage, rows.Row]]:
        def seconds() -> list[SecondRow]:
            found = self._connection.execute(rows.GET_SECONDS, (record.session_id,)).fetchall()
            return [rows.second_of(row) for row in found]

        messages = self._documents_of(record, seconds if detail else None)
        now = self._clock.anchor().utc
        return [(message, rows.document_row(message, record.session_id, now)) for message in messages]

    def _replace(self, session_id: str, documents: list[tuple[OutboxMessage, rows.Row]]) -> int:
        """Only kinds that are among the new ones; what waits already under its key keeps its place."""
        kinds, keys = {message.kind for message, _ in documents}, {message.key for message, _ in documents}
        more = 0
        for seq, key, kind, size in self._connection.execute(BEFORE, (session_id,)).fetchall():
            if kind in kinds and key not in keys:
                self._connection.execute(DELETE, (seq,))
                more -= size
        for message, row in documents:
            if self._connection.execute(rows.PUT_DOCUMENT, row).rowcount:
                more += len(message.payload)
        return more

    def _make_room(self, size: int) -> int:
        """Let go of what is too much, the oldest detail first, but never of the newest summary; what then waits."""
        if size <= self._most_bytes:
            return size
        (newest,) = self._connection.execute(NEWEST_SUMMARY).fetchone()
        for kind in LET_GO_FIRST:
            dropped = []
            for seq, bytes_ in self._connection.execute(SIZES_OF_KIND, (kind.value,)):
                if size <= self._most_bytes or seq == newest:
                    break
                dropped.append((seq,))
                size -= bytes_
            self._connection.executemany(DELETE, dropped)
            if dropped:
                self._connection.execute(COUNT_DROPPED, (rows.DROPPED + kind.value, str(len(dropped))))
        return size

    def _fail(self, session_id: str, error: Exception) -> None:
        fault = StoreError(
            f"the walk {session_id} cannot be told to the home",
            expected="documents made of it",
            seen=f"{type(error).__name__}: {error}",
            remedy="The walk itself is stored. Please report this.",
        )
        fault.__cause__ = error
        self._failed[session_id] = fault
        self.trouble.came(fault)

    def _succeed(self, session_id: str) -> None:
        self._failed.pop(session_id, None)
        if self._failed:
            self.trouble.came(next(iter(self._failed.values())))
        else:
            self.trouble.over("every walk can be told to the home again")

    def _tell(self, kind: DocumentKind) -> None:
        if kind in self._told:
            return
        self._told.add(kind)
        what = "details" if kind is DocumentKind.DETAIL else "summaries"
        logger.warning(
            "more than %g MB wait for the broker: the oldest %s of walks are let go unsent; "
            "the walks themselves stay stored",
            self._most_bytes / BYTES_PER_MB,
            what,
        )
