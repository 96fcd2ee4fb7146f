# SPDX-License-Identifier: MIT
"""The columns of the diary's files: one row for each thing that was told, and one for each decision of the plan.

Times of day are local to the zone the entry was made in. Where the clock was set only later in that boot, they are
corrected; time_certain tells whether they can be trusted. None is an empty cell: not known, or not answered.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import IntEnum

from kneemon.export.columns import Cell, Column
from kneemon.model.diary import DiaryEntry, GradeAnswer, PainAnswer, SignsAnswer, SteadyAnswer
from kneemon.model.plans import Decision
from kneemon.model.questions import Ask


@dataclass(frozen=True, slots=True)
class Dated:
    """An entry and when it was made: `at` is aware, in the entry's own zone; certain as in `plan.history.Placed`."""

    entry: DiaryEntry
    at: datetime
    certain: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and when it was written down."""

    decision: Decision
    dated: Dated


def _kind(row: Dated) -> str:
    """The fact's class in small letters, as the store has it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(row.entry.fact).__name__).lower()


def _question(row: Dated) -> Ask | None:
    match row.entry.fact:
        case PainAnswer(ask=ask):
            return ask
        case SignsAnswer():
            return Ask.SIGNS
        case GradeAnswer():
            return Ask.GRADE
        case SteadyAnswer():
            return Ask.GAVE_WAY
    return None


def _answer(row: Dated) -> int | None:
    match row.entry.fact:
        case PainAnswer(score=answer) | SignsAnswer(signs=answer) | GradeAnswer(grade=answer):
            return answer
        case SteadyAnswer(steady=answer):
            return answer
    return None


def _meaning(row: Dated) -> str | None:
    answer = _answer(row)
    return answer.name.lower() if isinstance(answer, IntEnum) else None


def _morning(row: Dated) -> str | None:
    fact = row.entry.fact
    return fact.morning.isoformat() if isinstance(fact, PainAnswer) and fact.morning is not None else None


def _details(row: Dated) -> str | None:
    fact = row.entry.fact
    if isinstance(fact, Decision):
        return _named({"rule": fact.rule, "state": fact.state.name})
    if _question(row) is not None:
        return None
    told = {field.name: getattr(fact, field.name) for field in fields(fact)}
    return _named({name: value for name, value in told.items() if name != "session_id" and value not in (None, "")})


def _named(values: dict[str, object]) -> str:
    """name=value; name=value"""
    return "; ".join(f"{name}={_plain(value)}" for name, value in values.items())


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return f"{round(value, 3)}" if isinstance(value, float) else str(value)


def _state(name: str) -> Callable[[Decided], Cell]:
    def cell(row: Decided) -> Cell:
        value = getattr(row.decision.state, name)
        return value.isoformat() if isinstance(value, date) else value

    return cell


def _dose(name: str) -> Callable[[Decided], Cell]:
    return lambda row: getattr(row.decision.state.dose, name)


DIARY_COLUMNS: tuple[Column[Dated], ...] = (
    Column("seq", "", "place in the diary, never changed", lambda row: row.entry.seq),
    Column("local_time", "", "when it was told, time of day", lambda row: row.at),
    Column("tz", "", "time zone of the time of day", lambda row: row.entry.stamp.tz),
    Column("time_certain", "0 or 1", "1 where the clock was, or became, right", lambda row: row.certain),
    Column("kind", "", "what was told", _kind),
    Column(
        "session_id", "", "the walk that it is about", lambda row: getattr(row.entry.fact, "session_id", "") or None
    ),
    Column("question", "", "what was asked", _question),
    Column("answer", "see question", "the answer; empty when there was none", _answer),
    Column("meaning", "", "the answer in a word, where it is no amount", _meaning),
    Column("morning", "", "the morning that was asked about, when it was told on a later day", _morning),
    Column("details", "", "all else that was told, as name=value", _details),
)

DECISION_COLUMNS: tuple[Column[Decided], ...] = (
    Column("seq", "", "place in the diary", lambda row: row.dated.entry.seq),
    Column("local_time", "", "when it was written down, time of day", lambda row: row.dated.at),
    Column("rule", "", "the rule's number in the physio's manual", lambda row: row.decision.rule),
    Column("day", "", "the day it was due", lambda row: row.decision.day.isoformat()),
    Column("taken_on", "", "the day it was taken", lambda row: row.decision.taken_on.isoformat()),
    Column("late", "0 or 1", "1 when it was taken on a later day than due", lambda row: row.decision.late),
    Column("was", "", "where the plan stood before; empty at its beginning", lambda row: row.decision.was),
    Column("state", "", "where it stands from then on", _state("name")),
    Column("since", "", "since which day it stands there", _state("since")),
    Column("week_start", "", "first day of the running week of seven", _state("week_start")),
    Column("plan_week", "", "week of the plan, the first is 1", lambda row: row.decision.state.step + 1),
    Column("walk_min", "min", "dose: walking on a walk day", _dose("minutes")),
    Column("week_sessions", "sessions", "dose: walks a week", _dose("sessions")),
    Column("cadence_ceiling_spm", "steps/min", "dose: cadence not to be exceeded", _dose("cadence_ceiling_spm")),
    Column("bout_cap_min", "min", "dose: longest stretch without a long rest", _dose("bout_cap_min")),
    Column("at_baseline", "0 or 1", "1 when the pace is held to the walker's own baseline", _dose("at_baseline")),
    Column("reason", "", "why, in a sentence", lambda row: row.decision.reason),
    Column("values", "", "the values it came from, as name=value", lambda row: _named(dict(row.decision.values))),
)
