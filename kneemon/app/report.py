# SPDX-License-Identifier: MIT
"""What the report counts and points at: the whole weeks asked for, and the days of the running one.

Figures alone, from what was read; the words are `report_sheet`'s. Walks that were struck count nowhere. Against the
plan only weeks are held that are over and had a plan; one that rested plans nothing. None is not known.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from kneemon.app.charts import counting, day_of, decisions, weeks_read
from kneemon.app.reading import Reading, WalkRead
from kneemon.chart.weeks import Week
from kneemon.export.formats import LONGEST_WEEKS
from kneemon.model.diary import Corrected, Fact, GradeAnswer, Override, SignsAnswer, SteadyAnswer
from kneemon.model.plans import Colour, Decision, StateName
from kneemon.model.questions import Grade, Signs
from kneemon.model.records import TimeQuality

DAY = timedelta(days=1)
GAP_S = 60.0  # without signal: worth a word
OVER_SHARE = 0.2  # of the walking above the ceiling: worth a word
WARNING = (Grade.SOON, Grade.SAME_DAY, Grade.EMERGENCY)
PLAIN = (StateName.BASELINE, StateName.PROGRESS)  # states that call for no look


@dataclass(frozen=True, slots=True)
class Figures:
    """made, planned: days with a walk, and days to have one on; they and the minutes are of the weeks that are over and
    had a plan. all_: in the whole time. over_share: of all walking under a ceiling. before, morning: means of the
    known. missing: answers that never came, of walks whose next morning is over."""

    weeks_over: int
    weeks_planned: int
    made: int
    planned: int | None
    minutes: float
    planned_min: float | None
    all_walks: int
    all_minutes: float
    over_share: float | None
    before: float | None
    before_known: int
    morning: float | None
    morning_known: int
    colours: Mapping[Colour | None, int]
    missing: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look at. grave: 3 red and stops, 2 the plan's decisions and pain, 1 the rest. why: phrases or a
    fact, from which words are made; number: what was counted."""

    day: date
    kind: str
    grave: int
    why: tuple[str, ...] = ()
    fact: Fact | None = None
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All of it; walks: in order, struck ones too; last: the newest that counts."""

    first: date
    today: date
    weeks: tuple[Week, ...]
    walks: tuple[WalkRead, ...]
    last: WalkRead | None
    figures: Figures
    flags: tuple[Flag, ...]
    decision: Decision | None


def report(reading: Reading, weeks: int) -> Report:
    """The newest `weeks` whole weeks, 1 to LONGEST_WEEKS, and the running one. Of an earlier time: `Reading.until`."""
    count = min(max(weeks, 1), LONGEST_WEEKS) + 1
    read = weeks_read(reading, count)
    first = read[0].first
    walks = reading.walks_between(first, reading.today)
    counted = counting(walks)
    newest = decisions(reading, 1)
    return Report(
        first,
        reading.today,
        tuple(read),
        tuple(walks),
        counted[-1] if counted else None,
        _figures(read, counted, reading.today),
        tuple(
            sorted(
                _flags(reading, reading.weeks(count)[0].first, walks, count),
                key=lambda flag: (-flag.grave, -flag.day.toordinal()),
            )
        ),
        newest[-1] if newest else None,
    )


def _figures(weeks: Sequence[Week], walks: Sequence[WalkRead], today: date) -> Figures:
    held = [week for week in weeks[:-1] if week.planned_min is not None]
    limited = [walk.record.summary for walk in walks if _ceiling(walk) is not None]
    walking_s = sum(summary.walking_s for summary in limited)
    before = [walk.outcome.p0 for walk in walks if walk.outcome.p0 is not None]
    mornings = [walk.outcome.pm for walk in walks if walk.outcome.pm is not None]
    walked = {walk.outcome.day for walk in walks}
    settled = [walk.outcome for walk in walks if today > walk.outcome.day + DAY]
    return Figures(
        weeks_over=len(weeks) - 1,
        weeks_planned=len(held),
        made=len({day for week in held for day in walked if week.first <= day < week.first + 7 * DAY}),
        planned=sum(week.planned_walks or 0 for week in held) if held else None,
        minutes=sum(week.walked_min for week in held),
        planned_min=sum(week.planned_min or 0.0 for week in held) if held else None,
        all_walks=len(walks),
        all_minutes=sum(walk.outcome.walked_min for walk in walks),
        over_share=sum(summary.over_pace_s for summary in limited) / walking_s if walking_s > 0 else None,
        before=fmean(before) if before else None,
        before_known=len(before),
        morning=fmean(mornings) if mornings else None,
        morning_known=len(mornings),
        colours=Counter(walk.judged.colour if walk.judged else None for walk in walks),
        missing=sum(score is None for walk in settled for score in (walk.p0, walk.pk, walk.pm)),
    )


def _ceiling(walk: WalkRead) -> float | None:
    dose = walk.record.summary.prescription
    return None if dose is None else dose.cadence_ceiling_spm


def _flags(reading: Reading, first: date, walks: Sequence[WalkRead], weeks: int) -> Iterator[Flag]:
    for walk in walks:
        yield from _of_walk(walk)
    yield from _of_diary(reading, first)
    for decision in decisions(reading, 6 * weeks + 20):
        if decision.taken_on < first:
            continue
        name = decision.state.name
        told = decision.rule.startswith(("O-", "12.4-RESUMED"))  # by the override or the walk that it answers
        if name not in PLAIN and not told:
            stopped = name is StateName.STOP_MEDICAL
            yield Flag(decision.taken_on, "decision", 3 if stopped else 2, (decision.reason,), decision)


def _of_walk(walk: WalkRead) -> Iterator[Flag]:
    day, outcome, summary = walk.outcome.day, walk.outcome, walk.record.summary
    if walk.struck is not None:
        yield Flag(day, "struck", 1, fact=walk.struck)
        return
    if walk.judged and walk.judged.colour is Colour.RED:
        yield Flag(day, "red", 3, walk.judged.because)
    if outcome.fell:
        yield Flag(day, "fell", 3)
    elif outcome.bucklings:
        yield Flag(day, "gave_way", 3, number=outcome.bucklings)
    if walk.overshoot_percent is not None:
        yield Flag(day, "overshoot", 1, number=walk.overshoot_percent)
    over = summary.over_pace_s / summary.walking_s if summary.walking_s > 0 and _ceiling(walk) is not None else 0.0
    if over > OVER_SHARE:
        yield Flag(day, "over_ceiling", 1, number=100.0 * over)
    if summary.gaps_s >= GAP_S:
        yield Flag(day, "gaps", 1, number=summary.gaps_s)
    if walk.record.time_quality is TimeQuality.UNSYNCED and not outcome.certain:
        yield Flag(day, "unsynced", 1)
    for author, text in sorted(walk.notes.items()):
        yield Flag(day, "note", 1, (author, text))


def _of_diary(reading: Reading, first: date) -> Iterator[Flag]:
    """Signs and lists, a knee that gave way without a walk, what the physio set, what was corrected."""
    past = reading.past(first, reading.today)
    graded = [(noted, noted.fact.grade) for noted in past.noted if isinstance(noted.fact, GradeAnswer)]
    listed = {noted.day for noted, grade in graded if grade in WARNING}
    answered = max((noted.seq for noted, grade in graded if grade is not None), default=0)
    off_walks = past.gave_way_off_walks()
    for noted in past.noted:
        if not first <= noted.day <= reading.today:
            continue
        match noted.fact:
            case SignsAnswer(Signs.SOMETHING) if noted.day not in listed:  # else its list says more
                yield Flag(noted.day, "told", 2, fact=noted.fact)
            case GradeAnswer(grade) if grade in WARNING or (grade is None and noted.seq > answered):
                yield Flag(noted.day, "told", 3, fact=noted.fact)
            case SteadyAnswer() if noted in off_walks:
                yield Flag(noted.day, "told", 3, fact=noted.fact)
            case Override():
                yield Flag(noted.day, "told", 2, fact=noted.fact)
            case _:
                pass
    if not reading.empty:
        struck = reading.strikes
        for entry in reading.reader.diary_of("corrected"):
            day = day_of(reading, entry)
            if isinstance(entry.fact, Corrected) and struck.counts(entry) and first <= day <= reading.today:
                yield Flag(day, "told", 1, fact=entry.fact)
