# SPDX-License-Identifier: MIT
"""An entry of the diary as the pages write it: when, what, whether it still counts, and what may be done with it."""

from dataclasses import dataclass

from kneemon.app.diary_words import sentence
from kneemon.app.reading import Reading, zone_of
from kneemon.language import Language
from kneemon.model.diary import Corrected, DiaryEntry, PlanUsed, Restored, Struck
from kneemon.model.plans import Decision
from kneemon.plan.history import place

KEPT = Corrected | Decision | PlanUsed | Restored | Struck  # no answer of anybody: not to be deleted one by one


@dataclass(frozen=True, slots=True)
class EntryRow:
    """said: in a sentence. gone: why it does not count, "" when it does. fixed: it cannot be
    deleted alone. doubt: its day is not known for sure. walk: that it is about, "" for none."""

    seq: int
    day: str
    time: str
    said: str
    walk: str
    gone: str
    struck: bool
    fixed: bool
    doubt: bool


def entry_row(entry: DiaryEntry, reading: Reading, language: Language) -> EntryRow:
    """The entry in the zone in which it was told."""
    stamp, fact, strikes = entry.stamp, entry.fact, reading.strikes
    anchors = reading.anchors_of([entry])
    placed = place(stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=anchors)
    at = placed.at.astimezone(zone_of(stamp.tz))
    walk = str(getattr(fact, "session_id", ""))
    struck = strikes.entries.get(entry.seq)
    gone = ""
    if struck is not None:
        gone = language.say("Deleted: {why}", why=struck.why) if struck.why else language.say("Deleted")
    elif not strikes.counts(entry):
        gone = language.say("It belongs to a deleted walk.")
    return EntryRow(
        seq=entry.seq,
        day=f"{language.weekday(at.date())}, {language.day(at.date())}",
        time=language.time(at),
        said=sentence(fact, language),
        walk=walk,
        gone=gone,
        struck=struck is not None,
        fixed=isinstance(fact, KEPT),
        doubt=not placed.certain,
    )
