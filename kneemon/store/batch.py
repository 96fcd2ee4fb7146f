# SPDX-License-Identifier: MIT
"""What goes into one transaction; what could not be written goes into the next, before what came since."""

from collections import deque
from dataclasses import dataclass, field

from kneemon.model.records import SessionRecord
from kneemon.store.raw_rows import PUT_RAW, Operation
from kneemon.store.rows import Row

MOST_RAW = 2400  # blocks kept in memory while nothing can be written: some 10 MB


@dataclass(frozen=True, slots=True)
class Publication:
    """A walk that is over and whose documents are to be made, with its detail or without."""

    record: SessionRecord
    detail: bool


@dataclass(slots=True)
class Batch:
    """sessions: the newest state of each. statements: SQL and its values, in order. publications: by session id.

    raw: what is to be done with raw samples, in order, before the statements.
    """

    sessions: dict[str, Row] = field(default_factory=dict)
    seconds: deque[Row] = field(default_factory=deque)
    statements: list[tuple[str, Row]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    raw: list[Operation] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sessions or self.seconds or self.statements or self.notes or self.publications or self.raw)

    @property
    def others(self) -> int:
        """How much there is beside seconds and the states of sessions."""
        return len(self.statements) + len(self.notes) + len(self.publications) + len(self.raw)

    def add(self, later: "Batch") -> "Batch":
        """Take in what came later; returns itself."""
        self.sessions |= later.sessions
        self.seconds += later.seconds
        self.statements += later.statements
        self.notes |= later.notes
        self.raw += later.raw
        for session_id, publication in later.publications.items():
            earlier = self.publications.get(session_id, publication)
            self.publications[session_id] = Publication(publication.record, earlier.detail or publication.detail)
        return self

    def let_go(self, most: int) -> int:
        """Drop the oldest seconds until there are at most `most`; returns how many were dropped.

        So with raw samples; a walk knows by its blocks' numbers that some are missing.
        """
        too_many = sum(sql == PUT_RAW for sql, _ in self.raw) - MOST_RAW
        while too_many > 0:
            self.raw.remove(next(each for each in self.raw if each[0] == PUT_RAW))
            too_many -= 1
        surplus = max(0, len(self.seconds) - most)
        for _ in range(surplus):
            self.seconds.popleft()
        return surplus
