# SPDX-License-Identifier: MIT
"""What counts of walks and diary: all but what was struck out, and not restored since. Nothing is lost by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kneemon.model.diary import DiaryEntry, Restored, Struck
from kneemon.model.records import SessionRecord


@dataclass(frozen=True, slots=True)
class Strikes:
    """What is struck now: walks by session id, entries by seq, each with the fact that did it."""

    walks: dict[str, Struck]
    entries: dict[int, Struck]

    def counts(self, entry: DiaryEntry) -> bool:
        """An answer about a walk that is struck does not count either; strikes themselves always do."""
        if isinstance(entry.fact, Struck | Restored):
            return True
        return entry.seq not in self.entries and getattr(entry.fact, "session_id", None) not in self.walks


def strikes(entries: Iterable[DiaryEntry]) -> Strikes:
    """By the whole diary, or its strikes alone, in order."""
    found = Strikes({}, {})
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, Struck):
            if fact.session_id:
                found.walks[fact.session_id] = fact
            else:
                found.entries[fact.seq] = fact
        elif isinstance(fact, Restored):
            found.walks.pop(fact.session_id, None)
            found.entries.pop(fact.seq, None)
    return found


def counted(
    records: Sequence[SessionRecord], entries: Sequence[DiaryEntry]
) -> tuple[list[SessionRecord], list[DiaryEntry]]:
    """What the rules and the totals are made of."""
    struck = strikes(entries)
    walks = [record for record in records if record.session_id not in struck.walks]
    return walks, [entry for entry in entries if struck.counts(entry)]
