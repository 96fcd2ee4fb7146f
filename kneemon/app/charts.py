# SPDX-License-Identifier: MIT
"""From what was read to what is drawn: the charts of page and paper, the same figures in both."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from kneemon.app.reading import Reading, WalkRead, WeekRead
from kneemon.chart import Chart
from kneemon.chart.cadence import Pace
from kneemon.chart.cadence import cadence_chart as draw_cadence
from kneemon.chart.pain import Felt
from kneemon.chart.pain import pain_chart as draw_pain
from kneemon.chart.walk import Walked
from kneemon.chart.walk import walk_chart as draw_walk
from kneemon.chart.weeks import Counted, Week
from kneemon.chart.weeks import exercises_chart as draw_exercises
from kneemon.chart.weeks import load_chart as draw_load
from kneemon.chart.weeks import weeks_chart as draw_weeks
from kneemon.chart.words import PAGE, Look
from kneemon.language import Language
from kneemon.model.diary import DiaryEntry, ExerciseKind, ExerciseSet, Leg
from kneemon.model.plans import Decision
from kneemon.plan.history import place
from kneemon.plan.load import USUAL_WEEKS, WEEK, load_between

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
SETS_A_WEEK = 60  # more than anybody does: how far back to read


def walk_chart(reading: Reading, walk: WalkRead, language: Language, look: Look = PAGE) -> Chart:
    """The cadence of one walk, second by second."""
    name, summary = walk.record.session_id, walk.record.summary
    dose = summary.prescription
    walked = Walked(
        summary.duration_s,
        None if dose is None else dose.cadence_ceiling_spm,
        reading.seconds(name),
        reading.events(name),
        summary.pains,
        summary.gave_way_s,
    )
    return draw_walk("cadence", walked, language, look)


def weeks_chart(reading: Reading, count: int, language: Language, look: Look = PAGE) -> Chart:
    """The newest weeks against the plan."""
    return draw_weeks("weeks", weeks_read(reading, count), language, look)


def pain_chart(
    walks: Sequence[WalkRead], language: Language, look: Look = PAGE, *, no_start: int | None = None
) -> Chart:
    """walks: in order; those struck and those too short for the plan are left out."""
    felt = [
        Felt(
            walk.outcome.day,
            walk.outcome.p0,
            walk.outcome.pk,
            walk.outcome.pm,
            walk.judged.colour if walk.judged else None,
        )
        for walk in counting(walks)
    ]
    return draw_pain("pain", felt, no_start, language, look)


def cadence_chart(walks: Sequence[WalkRead], language: Language, look: Look = PAGE) -> Chart:
    """walks: in order; those struck and those too short for the plan are left out."""
    return draw_cadence("pace", [_pace(walk) for walk in counting(walks)], language, look)


def exercises_chart(reading: Reading, count: int, language: Language, look: Look = PAGE) -> Chart:
    """The sets of the newest weeks; the goal is that of the push-off, the only one with a number a week."""
    firsts = [week.first for week in reading.weeks(count)]
    done = dict.fromkeys(firsts, 0.0)
    for entry in reading.exercises(count * SETS_A_WEEK):
        first = firsts[0] + WEEK * ((day_of(reading, entry) - firsts[0]).days // 7)
        if first in done and isinstance(entry.fact, ExerciseSet) and entry.fact.exercise is ExerciseKind.PUSH_OFF:
            done[first] += 0.5 if entry.fact.leg is not Leg.BOTH else 1.0
    rules = reading.plan.exercises if reading.plan else None
    goal = None if rules is None else float(rules.push_off_sets * rules.push_off_days)
    return draw_exercises("exercises", [Counted(first, done[first], goal) for first in firsts], language, look)


def load_chart(reading: Reading, count: int, language: Language, look: Look = PAGE) -> Chart:
    """Load units of the newest weeks, each beside the mean of the walked ones of the four before it."""
    firsts = [week.first for week in reading.weeks(count)]
    walks = reading.past(firsts[0] - USUAL_WEEKS * WEEK, firsts[-1] + WEEK).walks
    units = {
        first: load_between(walks, first, first + WEEK, reading.rules).units
        for first in (firsts[0] + WEEK * number for number in range(-USUAL_WEEKS, count))
    }
    weeks = []
    for first in firsts:
        before = [units[first - back * WEEK] for back in range(1, USUAL_WEEKS + 1) if units[first - back * WEEK] > 0]
        weeks.append(Counted(first, units[first], sum(before) / len(before) if before else None))
    return draw_load("load", weeks, language, look)


def weeks_read(reading: Reading, count: int) -> list[Week]:
    """As the charts take them."""
    return [
        Week(week.first, week.walked_min, week.walks, week.planned_min, week.planned_walks, week.state)
        for week in weeks_lived(reading, count)
    ]


def weeks_lived(reading: Reading, count: int) -> list[WeekRead]:
    """The newest weeks, without those before the first walk and the plan; the running one always."""
    weeks = reading.weeks(count)
    begun = next((place for place, week in enumerate(weeks) if week.walks or week.state is not None), count - 1)
    if (
        not begun
        or reading.empty
        or reading.reader.sessions_between(LONG_AGO, datetime.combine(weeks[begun].first, time(), UTC))
    ):
        return weeks
    return weeks[begun:]


def counting(walks: Sequence[WalkRead]) -> list[WalkRead]:
    """Those that count for the plan: neither struck nor too short."""
    return [walk for walk in walks if walk.struck is None and walk.outcome.counts]


def decisions(reading: Reading, limit: int) -> list[Decision]:
    """The newest ones, in order."""
    return [entry.fact for entry in reading.decisions(limit) if isinstance(entry.fact, Decision)][::-1]


def day_of(reading: Reading, entry: DiaryEntry) -> date:
    stamp = entry.stamp
    return place(
        stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=reading.anchors_of([entry])
    ).day  # fmt: skip


def _pace(walk: WalkRead) -> Pace:
    summary = walk.record.summary
    dose = summary.prescription
    ceiling = None if dose is None else dose.cadence_ceiling_spm
    over = None if ceiling is None or summary.walking_s <= 0 else summary.over_pace_s / summary.walking_s
    return Pace(walk.outcome.day, summary.cadence_mean_spm, summary.cadence_p95_spm, ceiling, over)
