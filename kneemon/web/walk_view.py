# SPDX-License-Identifier: MIT
"""A walk as the pages write it: a row of the list, its parts, what happened on the way, in the reader's words.

Times are those of the zone in which it was walked. What is not known is a dash or says so; gaps stay gaps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kneemon.app.dose_read import left_min, of_plan
from kneemon.app.reading import WalkRead
from kneemon.chart import Table
from kneemon.language import Language, _
from kneemon.model.cues import CueKind
from kneemon.model.plans import Part
from kneemon.model.records import EventRow, SecondRow, SessionRecord, TimeQuality
from kneemon.model.sessions import INTERRUPTED, Activity, EndReason

NOT_KNOWN = "–"
PARTS: Mapping[str, str] = {
    Part.FREE: _("Walk without a plan"),
    Part.WARM_UP: _("Warm-up"),
    Part.MAIN: _("Main part"),
    Part.COOL_DOWN: _("Cool-down"),
    Part.OVER: _("After the plan's end"),
}
ENDS: Mapping[EndReason, str] = {
    EndReason.COMMAND: _("by the walker"),
    EndReason.STILLNESS: _("by itself, after standing still"),
    EndReason.SHUTDOWN: _("broken off: kneemon was stopped"),
    EndReason.POWER_LOSS: _("broken off: the device lost its power"),
}
HAPPENED: Mapping[str, str] = {
    CueKind.MAIN_PART: _("Signal: the main part begins"),
    CueKind.PACE_HIGH: _("Signal: slow down"),
    CueKind.REST_DUE: _("Signal: time for a rest"),
    CueKind.PAIN_ROSE: _("Signal: pain rose, slower or a rest"),
    CueKind.LIMIT_NEAR: _("Signal: the main part is nearly done"),
    CueKind.LIMIT_REACHED: _("Signal: today's walk is done"),
    CueKind.OVER_LIMIT: _("Signal: walked past the plan's end"),
    CueKind.PAIN_STOP: _("Signal: stop for today because of pain"),
    CueKind.GAVE_WAY: _("The knee gave way"),
    CueKind.FAULT: _("The sensor failed"),
    "gap": _("No signal"),
    "pause": _("Pause"),
    "pain": _("Pain told"),
    "pain_before": _("Pain before the walk told"),
}


@dataclass(frozen=True, slots=True)
class WalkRow:
    """One walk of a list, its cells said already. colour: for the macro of that name. of_plan: beside what was walked.
    pain: before, highest, later, next morning. doubt: its day is not known for sure."""

    session_id: str
    day: str
    time: str
    doubt: bool
    colour: str
    walked: str
    planned: str
    of_plan: str
    walking: str
    steps: str
    cadence: str
    above: str
    pain: str
    marks: tuple[str, ...]
    struck: bool


def listed(walk: WalkRead, language: Language) -> WalkRow:
    """The walk as a row."""
    outcome, start = walk.outcome, walk.local_start
    scores = (outcome.p0, outcome.pk, outcome.p2, outcome.pm)
    return WalkRow(
        session_id=outcome.session_id,
        day=f"{language.weekday(start.date())}, {language.day(start.date())}",
        time=language.time(start),
        doubt=in_doubt(walk),
        colour=colour_of(walk),
        walked=language.number(outcome.walked_min, 1),
        planned=_planned(walk, language),
        of_plan=of_plan(walk, language),
        walking=language.number(outcome.walking_min, 1),
        steps=language.number(outcome.steps),
        cadence=language.number(outcome.cadence_spm, 0),
        above=language.number(above_percent(walk), 0),
        pain=" / ".join(NOT_KNOWN if score is None else str(score) for score in scores),
        marks=tuple(_marks(walk, language)),
        struck=walk.struck is not None,
    )


def colour_of(walk: WalkRead) -> str:
    """For the macro `colour`; "" when the walk is not judged."""
    if walk.struck is not None:
        return "deleted"
    return walk.judged.colour.value if walk.judged else ""


def in_doubt(walk: WalkRead) -> bool:
    return walk.record.time_quality is TimeQuality.UNSYNCED and not walk.outcome.certain


def above_percent(walk: WalkRead) -> float | None:
    """Of the walking: above the cadence ceiling. None without a ceiling, or without walking."""
    summary = walk.record.summary
    if ceiling_of(walk.record) is None or summary.walking_s <= 0:
        return None
    return 100.0 * summary.over_pace_s / summary.walking_s


def ceiling_of(record: SessionRecord) -> float | None:
    """steps/min; None without one."""
    dose = record.summary.prescription
    return dose.cadence_ceiling_spm if dose else None


def time_told(walk: WalkRead, language: Language) -> str:
    """How far its day and hour can be trusted, when that needs saying."""
    record = walk.record
    if record.time_quality is TimeQuality.NTP:
        return ""
    if record.time_quality is TimeQuality.ESTIMATED and record.time_error_s is not None:
        minutes = language.number(record.time_error_s / 60.0, 0)
        said = _("The time of this walk is a guess: it began up to {minutes} minutes later. Its length is exact.")
        return language.say(said, minutes=minutes)
    return language.say(
        "The device did not know the time on this walk: day and hour are a guess. How long it lasted is exact."
    )


def ended(walk: WalkRead, language: Language) -> str:
    reason = walk.record.summary.end_reason
    return language.say("not over yet") if reason is None else language.say(ENDS[reason])


def parts_table(seconds: Sequence[SecondRow], language: Language) -> Table:
    """Each part of the plan in its order, with the time in it and what was walked."""
    say = language.say
    heads = (
        say("Part"),
        say("From minute"),
        say("Walking, minutes"),
        say("Resting or paused, minutes"),
        say("Steps"),
        say("Mean cadence, steps per minute"),
        say("Above the ceiling, minutes"),
    )
    rows = []
    for part in dict.fromkeys(row.part for row in seconds):
        inside = [row for row in seconds if row.part == part]
        walking = [row for row in inside if row.activity == Activity.WALKING]
        known = [row.cadence_spm for row in walking if row.cadence_spm is not None]
        rows.append(
            (
                say(PARTS.get(part, part)),
                language.minutes(inside[0].elapsed_s),
                language.minutes(len(walking)),
                language.minutes(len(inside) - len(walking)),
                language.number(sum(row.steps for row in inside)),
                language.number(sum(known) / len(known) if known else None),
                language.minutes(sum(row.over_pace for row in inside)),
            )
        )
    return Table(heads, tuple(rows))


def happened_table(events: Iterable[EventRow], language: Language) -> Table:
    """What was said, told or lost on the way, in order; bouts are left out."""
    say = language.say
    rows = [
        (language.minutes(max(0.0, event.at_s)), say(HAPPENED.get(event.kind, event.kind)), _values(event, language))
        for event in events
        if event.kind in HAPPENED
    ]
    return Table((say("Minute of the walk"), say("What happened"), say("Figures")), tuple(rows))


def _values(event: EventRow, language: Language) -> str:
    """What was measured against what; times as minutes and seconds."""
    say, number = language.say, language.number
    if event.kind in ("pain", "pain_before"):
        return say("not told how much") if event.value is None else say("{score} of 10", score=number(event.value))
    if event.value is None:
        return ""
    if event.kind in ("gap", "pause"):
        return say("for {time} minutes", time=language.minutes(event.value))
    if event.kind == CueKind.PACE_HIGH:
        return say("{value} steps per minute, ceiling {limit}", value=number(event.value), limit=number(event.limit))
    if event.unit == "s":
        if not event.limit:
            return say("{value} minutes", value=language.minutes(event.value))
        value, limit = language.minutes(event.value), language.minutes(event.limit)
        return say("{value} of {limit} minutes", value=value, limit=limit)
    return " ".join(filter(None, (number(event.value), event.unit)))


def _planned(walk: WalkRead, language: Language) -> str:
    """The day's dose, and what was left of it where some was walked before."""
    dose, left = language.number(walk.outcome.planned_min, 0), left_min(walk)
    return dose if left is None else language.say("{minutes}, {left} left", minutes=dose, left=language.number(left, 1))


def _marks(walk: WalkRead, language: Language) -> Iterable[str]:
    """What a glance at the list should not miss."""
    summary, say = walk.record.summary, language.say
    if summary.end_reason is None:
        yield say("not over yet")
    elif summary.end_reason in INTERRUPTED:
        yield say("broken off")
    if walk.outcome.fell:
        yield say("fall")
    if walk.outcome.bucklings:
        yield language.several("gave way once", "gave way {number} times", walk.outcome.bucklings)
    if walk.outcome.grade is not None and walk.outcome.grade > 1:
        yield say("sign told, list {number}", number=int(walk.outcome.grade))
    if summary.gaps:
        yield language.several("{number} gap", "{number} gaps", summary.gaps)
    if walk.overshoot_percent is not None:
        yield say("{percent} % of the plan", percent=language.number(walk.overshoot_percent))
    if not walk.outcome.counts:
        yield say("too short for the plan")
    if walk.notes:
        yield say("note")
