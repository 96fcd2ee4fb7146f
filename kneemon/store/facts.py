# SPDX-License-Identifier: MIT
"""The diary's entries, the anchors of civil time and the plan's versions as rows of the tables, and back.

A fact is JSON beside the name of its kind. A class may be renamed, its kind may not, and a field that is added needs a
default, so that what was written before can still be read.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from kneemon.model.diary import (
    AdviceSaid,
    Choice,
    Corrected,
    DiaryEntry,
    ExerciseSet,
    Fact,
    GradeAnswer,
    LimitWish,
    Override,
    PainAnswer,
    PlanUsed,
    PlanVersion,
    Profile,
    Restored,
    SignsAnswer,
    Stamp,
    SteadyAnswer,
    Struck,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision
from kneemon.model.records import TimeAnchor
from kneemon.store.rows import Row, instant, plain

KINDS: Mapping[str, type[Fact]] = MappingProxyType(
    {
        "pain_answer": PainAnswer,
        "signs_answer": SignsAnswer,
        "grade_answer": GradeAnswer,
        "steady_answer": SteadyAnswer,
        "profile": Profile,
        "tags": Tags,
        "choice": Choice,
        "override": Override,
        "exercise_set": ExerciseSet,
        "advice_said": AdviceSaid,
        "plan_used": PlanUsed,
        "limit_wish": LimitWish,
        "walk_note": WalkNote,
        "corrected": Corrected,
        "struck": Struck,
        "restored": Restored,
        "decision": Decision,
    }
)
_KIND_OF = {fact: kind for kind, fact in KINDS.items()}
_DECODERS = {kind: msgspec.json.Decoder(fact) for kind, fact in KINDS.items()}

PUT_ENTRY = "INSERT INTO diary (seq, boot_id, at_s, utc, certain, tz, kind, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
PUT_ANCHOR = "INSERT OR REPLACE INTO anchor (boot_id, monotonic_s, utc) VALUES (?, ?, ?)"
PUT_PLAN = "INSERT INTO plan (rev, name, text, kept_at, author, note) VALUES (?, ?, ?, ?, ?, ?)"


def entry_row(entry: DiaryEntry) -> Row:
    """TypeError when the fact holds what has no place in the store."""
    stamp = entry.stamp
    return (
        entry.seq,
        stamp.boot_id,
        float(stamp.t_s),
        instant(stamp.utc),
        bool(stamp.certain),
        stamp.tz,
        _KIND_OF[type(entry.fact)],
        msgspec.json.encode(entry.fact, enc_hook=plain).decode(),
    )


def entry_of(row: sqlite3.Row) -> DiaryEntry | None:
    """The entry of a row of `diary`; None when this kneemon cannot read it: a newer one wrote it, or it is damaged."""
    try:
        utc, certain = datetime.fromisoformat(row["utc"]), bool(row["certain"])
        stamp = Stamp(row["boot_id"], float(row["at_s"]), utc, certain, row["tz"])
        return DiaryEntry(stamp, _DECODERS[row["kind"]].decode(row["body"]), row["seq"])
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError):
        return None


def anchor_row(anchor: TimeAnchor) -> Row:
    return anchor.boot_id, float(anchor.monotonic_s), instant(anchor.utc)


def anchor_of(row: sqlite3.Row) -> TimeAnchor:
    """Only synchronised ones are kept."""
    return TimeAnchor(row["boot_id"], row["monotonic_s"], datetime.fromisoformat(row["utc"]), synchronised=True)


def plan_row(version: PlanVersion) -> Row:
    return version.rev, version.name, version.text, instant(version.kept_at), version.author, version.note


def plan_of(row: sqlite3.Row) -> PlanVersion:
    kept_at = datetime.fromisoformat(row["kept_at"])
    return PlanVersion(row["rev"], row["name"], row["text"], kept_at, row["author"], row["note"])
