# SPDX-License-Identifier: MIT
"""What goes into one transaction; what could not be written goes into the next, before what came since."""

from collections import deque
from dataclasses import dataclass, field

from kneemon.store.rows import Row


@dataclass(slots=True)
class Batch:
    """sessions: the newest state of each. statements: SQL and its values, in order."""

    sessions: dict[str, Row] = field(default_factory=dict)
    seconds: deque[Row] = field(default_factory=deque)
    statements: list[tuple[str, Row]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sessions or self.seconds or self.statements)

    def add(self, later: "Batch") -> "Batch":
        """Take in what came later; returns itself."""
        self.sessions |= later.sessions
        self.seconds += later.seconds
        self.statements += later.statements
        return self

    def let_go(self, most: int) -> int:
        """Drop the oldest seconds until there are at most `most`; returns how many were dropped."""
        surplus = max(0, len(self.seconds) - most)
        for _ in range(surplus):
            self.seconds.popleft()
        return surplus
