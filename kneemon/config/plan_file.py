# SPDX-License-Identifier: MIT
"""The plan's file, TOML that a physio or a walker writes, read as a Plan; and what in a plan deserves a second look.

Every mistake is told at once, with its place in the file. Minutes of the file become seconds of the Plan. Ranges and
warnings follow what has been tried with painful knees (Walk With Ease; Wallis 2015; Farrokhi 2017); they do not say
that what lies within them is safe. docs/plan.md is the manual.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Annotated, Any, Literal, get_args

from msgspec import Struct

from kneemon.config.fields import about, did_you_mean, fields_of, read_table
from kneemon.config.mistakes import Mistake, refusal
from kneemon.config.toml_text import as_toml, glimpse, read_toml
from kneemon.errors import PlanError
from kneemon.model.plans import Plan, PlanWeek

EXAMPLE = Path(__file__).with_name("plan-example.toml")
SCHEMA = 1
MOST_WEEKS = 26
LONG_WALK_MIN = 30

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Weekday, ...] = get_args(Weekday)


class PlanTable(Struct, frozen=True):
    """What holds for the whole plan; it stands above the first week."""

    schema: Annotated[Literal[1], about("The version of this kind of file.")]
    name: Annotated[str, about("What the plan is called, in the log as well.", filled=True)]
    start: Annotated[date, about("The first day of week 1.")]
    walk_days: Annotated[
        tuple[Weekday, ...], about("The days with a walk; without this line it is every day.", filled=True)
    ] = DAYS
    warm_up_min: Annotated[float, about("Slow walking before; it comes on top of the minutes.", 0, 10, "min")] = 3.0
    cool_down_min: Annotated[float, about("Slow walking after; it comes on top of the minutes.", 0, 10, "min")] = 3.0
    cadence_ceiling_spm: (
        Annotated[float, about("The pace not to be exceeded; without this line there is none.", 60, 140, "steps/min")]
        | None
    ) = None
    pain_stop: Annotated[int, about("Pain from which on to stop for the day, on the scale from 0 to 10.", 4, 8)] = 6
    weekly_cap_min: (
        Annotated[
            float, about("The most minutes of walking in a week; no week of the plan may ask for more.", 20, 150, "min")
        ]
        | None
    ) = None


class WeekTable(Struct, frozen=True):
    """One week, in the order of the file; the last one goes on until the plan is changed."""

    minutes: Annotated[float, about("Walking on each walk day, rests not counted.", 3, 60, "min")]
    cadence_ceiling_spm: (
        Annotated[
            float,
            about("The pace not to be exceeded in this week; without this line the plan's.", 60, 140, "steps/min"),
        ]
        | None
    ) = None


PLAN_FIELDS = fields_of(PlanTable)
WEEK_FIELDS = fields_of(WeekTable)


def load_plan(path: Path) -> Plan:
    """The plan in the file; PlanError tells all that is wrong with it."""
    table = read_toml(path, PlanError)
    _refuse_newer(path, table.get("schema"))
    weeks, wrong_weeks = _read_weeks(path, table.pop("week", []))
    plan, mistakes = read_table(
        table, PLAN_FIELDS, where=lambda name: f"{path}: {name}", known="a line of a plan", hint=_meant_in_plan
    )
    mistakes += wrong_weeks
    if "walk_days" in plan or "walk_days" not in table:
        mistakes += _contradictions(path, plan, weeks)
    if mistakes:
        raise refusal(PlanError, str(path), mistakes, "docs/plan.md shows a plan and tells what each line may be.")
    return _plan(PlanTable(**plan), [WeekTable(**week) for week in weeks])


def plan_warnings(plan: Plan) -> list[str]:
    """What a physio may want to look at again, each a sentence with its reason; an empty list promises nothing."""
    return [*_growth(plan), *_long_walks(plan), *_days_without_rest(plan)]


def _plan(table: PlanTable, weeks: list[WeekTable]) -> Plan:
    return Plan(
        name=table.name,
        start=table.start,
        weeks=tuple(PlanWeek(week.minutes, week.cadence_ceiling_spm) for week in weeks),
        walk_days=tuple(sorted(DAYS.index(day) for day in table.walk_days)),
        warm_up_s=60 * table.warm_up_min,
        cool_down_s=60 * table.cool_down_min,
        cadence_ceiling_spm=table.cadence_ceiling_spm,
        pain_stop=table.pain_stop,
        weekly_cap_min=table.weekly_cap_min,
    )


def _refuse_newer(path: Path, schema: object) -> None:
    """A newer file may say anything: nothing else in it is judged."""
    if isinstance(schema, int) and schema > SCHEMA:
        raise PlanError(
            f"{path}: schema",
            expected=f"{SCHEMA}, the newest that this kneemon knows",
            seen=str(schema),
            remedy="Update kneemon, or have the plan written for schema 1.",
        )


def _read_weeks(path: Path, given: object) -> tuple[list[dict[str, Any]], list[Mistake]]:
    where = f"{path}: week"
    if isinstance(given, Mapping):
        return [], [Mistake(where, "[[week]] in double brackets before each week", "[week] in single ones")]
    if not isinstance(given, list) or not all(isinstance(week, Mapping) for week in given):
        return [], [Mistake(where, "[[week]] before each week", glimpse(given))]
    if not 1 <= len(given) <= MOST_WEEKS:
        return [], [Mistake(where, f"1 to {MOST_WEEKS} weeks, each under its [[week]]", str(len(given) or "none"))]
    weeks, mistakes = [], []
    for number, table in enumerate(given, start=1):
        week, wrong = read_table(
            table,
            WEEK_FIELDS,
            where=partial("{}: week {}: {}".format, path, number),
            known="a line of a week",
            hint=_meant_in_week,
        )
        weeks.append(week)
        mistakes += wrong
    return weeks, mistakes


def _contradictions(path: Path, plan: Mapping[str, Any], weeks: list[dict[str, Any]]) -> Iterator[Mistake]:
    days = plan.get("walk_days", DAYS)
    if len(set(days)) < len(days):
        yield Mistake(f"{path}: walk_days", "each day once", as_toml(days))
        return
    cap_min = plan.get("weekly_cap_min")
    for number, week in enumerate(weeks, start=1):
        minutes = week.get("minutes")
        if cap_min is not None and minutes is not None and minutes * len(days) > cap_min:
            most = f"at most {cap_min / len(days):g} on {len(days)} days, for weekly_cap_min = {cap_min:g}"
            yield Mistake(f"{path}: week {number}: minutes", most, f"{minutes:g}")


def _growth(plan: Plan) -> Iterator[str]:
    """Walk With Ease adds 15 min a week; novice runners who added over 30 % had more injuries (Nielsen 2014)."""
    weekly = [week.minutes * len(plan.walk_days or DAYS) for week in plan.weeks]
    for number in range(1, len(weekly)):
        growth = weekly[number] - weekly[number - 1]
        usual = max(15.0, 0.3 * mean(weekly[max(0, number - 2) : number]))
        if round(growth - usual, 6) > 0:
            yield (
                f"Week {number + 1} asks for {weekly[number]:g} minutes in all, {growth:g} more than week {number}; "
                f"kneemon points out more than {usual:.3g} (15 minutes a week, as Walk With Ease grows, or 30 % of the "
                "two weeks before). No study tells how much is too much for painful knees."
            )


def _long_walks(plan: Plan) -> Iterator[str]:
    """Farrokhi 2017: 27 people, 45 min at once or in three parts with an hour between."""
    weeks = [str(number) for number, week in enumerate(plan.weeks, start=1) if week.minutes > LONG_WALK_MIN]
    if weeks:
        yield (
            f"More than {LONG_WALK_MIN} minutes of walking in one go (week {', '.join(weeks)}): in a small study of "
            "painful knees, pain rose during 45 minutes without a rest, and did not when they were split into three "
            "walks of 15 with an hour between. Two shorter walks make the same minutes."
        )


def _days_without_rest(plan: Plan) -> Iterator[str]:
    days = plan.walk_days or tuple(range(len(DAYS)))
    following = [f"{DAYS[day]} and {DAYS[(day + 1) % 7]}" for day in days if (day + 1) % 7 in days]
    if following:
        yield (
            f"Walks on days that follow each other ({', '.join(following)}) from the first week on: Walk With Ease, a "
            "programme tried with arthritis, has three walks a week, so that a day lies between. No study has compared."
        )


def _meant_in_plan(name: str) -> str:
    return did_you_mean(name, [*PLAN_FIELDS, "week"])


def _meant_in_week(name: str) -> str:
    return " (it belongs above the first [[week]])" if name in PLAN_FIELDS else did_you_mean(name, WEEK_FIELDS)
