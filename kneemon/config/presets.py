# SPDX-License-Identifier: MIT
"""The text of a first plan: six weeks, gentle, severe, or as asked for.

The weeks are spelled out, so that whoever opens the file sees every number and may change it. What is asked for is
held to the ranges of the defaults table, and no week grows by more than the plan itself would point out. Sources: Walk
With Ease (10 to 35 minutes, three days a week); Wallis 2015 for severe osteoarthritis. They are a beginning for the
talk with a physio, not advice to anybody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from textwrap import wrap
from typing import Annotated, Any

from msgspec import Struct, ValidationError

from kneemon.config.fields import about, fields_of
from kneemon.config.plan_fields import DAYS, PLAN_FIELDS, SEVERE_CAP_MIN, PresetName, Weekday
from kneemon.config.plan_file import growth_open_min
from kneemon.config.toml_text import as_toml, glimpse
from kneemon.errors import PlanError
from kneemon.model.plans import Rules

GENTLE_MIN = 2.0  # row 7: the gentle step is the larger of so many minutes …
GENTLE_PERCENT = 10.0  # … and so many percent of the week before
SEVERE_BOUT_MIN = 15.0  # the stretch that was tried with rests (row 12)


class NewPlan(Struct, frozen=True):
    """What a first plan is made from, by `kneemon plan new`; what is not given is the preset's."""

    preset: Annotated[PresetName, about("What the plan follows. Row 1.")] = "six_week"
    weeks: Annotated[int, about("How many weeks are written down. Row 2.", 4, 26, "weeks")] = 6
    sessions: Annotated[int, about("Walks in a week. Row 3.", 1, 7)] = 3
    minutes: Annotated[float, about("Walking on the first days. Row 5.", 3, 30, "min")] = 10.0
    step_min: Annotated[float, about("How much longer each week's walks are. Row 6.", 1, 10, "min")] = 5.0


NEW_FIELDS = fields_of(NewPlan)


@dataclass(frozen=True, slots=True)
class Preset:
    """One way to begin. step_min None: the gentle step. why: for the top of the file."""

    title: str
    weeks: int
    minutes: float
    step_min: float | None
    why: str


PRESETS: dict[str, Preset] = {
    "six_week": Preset(
        "Six weeks of walking",
        6,
        10.0,
        5.0,
        "These follow a walking programme tried with arthritis (Walk With Ease: 10 to 35 minutes in six weeks, three "
        "days a week).",
    ),
    "gentle": Preset(
        "Gentle walking",
        12,
        10.0,
        None,
        "These begin as a walking programme tried with arthritis does (Walk With Ease), and grow more slowly: by 2 "
        "minutes or a tenth a week. No study tells which pace of growth is best.",
    ),
    "severe": Preset(
        "Short walks",
        7,
        5.0,
        3.0,
        "These are for knees that allow little. In a small study of severe osteoarthritis (Wallis 2015, 24 people) 70 "
        "minutes a week was the most that was tolerated: no week asks for more until a physio sets another limit.",
    ),
    "custom": Preset("My walking plan", 6, 10.0, 5.0, "These are the numbers that were asked for."),
}


def preset_text(
    preset: str,
    start: date,
    *,
    minutes: float | None = None,
    sessions: int | None = None,
    ceiling: float | None = None,
    name: str | None = None,
    weeks: int | None = None,
    step: float | None = None,
    days: Sequence[Weekday] | None = None,
) -> str:
    """The text of a plan's file; None leaves a value to the preset. PlanError for what is out of its range.

    minutes: of the first days' walks. step: minutes more each week. days: the days with a walk, () for any day; else,
    up to three walks a week, every other day from the first one.
    """
    given = {"preset": preset, "minutes": minutes, "sessions": sessions, "weeks": weeks, "step_min": step}
    for asked, value in given.items():
        _check(asked, NEW_FIELDS[asked].expected, NEW_FIELDS[asked].fit, value)
    for asked, value in {"cadence_ceiling_spm": ceiling, "name": name}.items():
        _check(asked, PLAN_FIELDS[asked].expected, PLAN_FIELDS[asked].fit, value)
    chosen = PRESETS[preset]
    if days is None:
        days = _every_other_day(start, sessions or 3)
    walks = sessions or len(days) or 3
    if days and walks != len(days):
        raise _refused("days", f"{walks}, as many as walks in a week", as_toml(list(days)))
    top_min = PLAN_FIELDS["session_top_min"].default
    lengths = _lengths(
        chosen.minutes if minutes is None else minutes,
        weeks or chosen.weeks,
        walks,
        step or chosen.step_min,
        min(top_min, SEVERE_CAP_MIN // walks) if preset == "severe" else top_min,
    )
    lines = [
        *_head(chosen.why),
        *_top(preset, name or chosen.title, start, days, walks, ceiling),
        *(_severe() if preset == "severe" else ()),
        *_weeks(lengths, walks),
    ]
    return "\n".join(lines) + "\n"


def _check(name: str, expected: str, fit: Any, value: object) -> None:
    if value is None:
        return
    try:
        fit(value)
    except ValidationError as fault:
        raise _refused(name, expected, glimpse(value)) from fault


def _refused(name: str, expected: str, seen: str) -> PlanError:
    remedy = "docs/defaults.md tells every range; a physio may write other numbers into the file."
    return PlanError(f"A new plan: {name}", expected=expected, seen=seen, remedy=remedy)


def _every_other_day(start: date, sessions: int) -> tuple[Weekday, ...]:
    """Days of the week with a day between, the first day of the plan among them; none for more than three."""
    if sessions > 3:
        return ()
    return tuple(DAYS[day] for day in sorted((start.weekday() + 2 * number) % 7 for number in range(sessions)))


def _lengths(first_min: float, weeks: int, walks: int, step_min: float | None, top_min: float) -> list[float]:
    """The minutes of each week's walks: whole ones from the second week on, and never over the growth limit."""
    lengths = [min(first_min, top_min)]
    while len(lengths) < weeks:
        last = lengths[-1]
        step = max(GENTLE_MIN, GENTLE_PERCENT / 100.0 * last) if step_min is None else step_min
        open_min = growth_open_min([walks * length for length in lengths], Rules()) / walks
        lengths.append(max(last, float(floor(min(last + min(step, open_min), top_min) + 1e-9))))
    return lengths


def _head(why: str) -> Iterator[str]:
    yield "# A walking plan for kneemon. It is plan.toml beside kneemon.toml; change it as you like."
    yield "#"
    talk = "They are a beginning for the talk with your physio, not advice to you."
    manual = "docs/plan.md tells what each line may be; `kneemon plan check` tells what is wrong or unusual in it."
    for text in (f"Your physio sets the numbers. {why} {talk}", manual):
        yield from wrap(text, 118, initial_indent="# ", subsequent_indent="# ")
    yield ""


def _top(
    preset: str, name: str, start: date, days: Sequence[Weekday], walks: int, ceiling: float | None
) -> Iterator[str]:
    lines = [
        ("schema = 1", "the version of this kind of file: leave it"),
        (f"name = {as_toml(name)}", "no person's name: it travels with every walk"),
        (f"start = {start.isoformat()}", "the first day of week 1: year-month-day, no quotation marks"),
        (f"preset = {as_toml(preset)}", "what it was made from"),
        ("physio = false", "true: a physiotherapist set the numbers, which opens further limits"),
    ]
    if days:
        lines.append((f"walk_days = {as_toml(list(days))}", "the other days are rest days"))
    lines.append((f"sessions_per_week = {walks}", "walks in a week"))
    lines += [
        ("warm_up_min = 3", "slow walking before, on top of the minutes below"),
        ("cool_down_min = 3", "slow walking after, on top as well"),
        (f"cadence_ceiling_spm = {120 if ceiling is None else ceiling:g}", "steps per minute not to be exceeded"),
    ]
    if preset == "severe":
        lines.append((f"weekly_cap_min = {SEVERE_CAP_MIN:g}", "the most minutes of walking in a week"))
    lines.append(("session_top_min = 35", "the most minutes that a walk may grow to"))
    yield from (f"{line:<39} # {comment}" for line, comment in lines)
    yield ""


def _severe() -> Iterator[str]:
    yield "[rules]"
    yield f"{f'bout_cap_min = {SEVERE_BOUT_MIN:g}':<39} # the longest stretch without a rest"
    yield f"{'ceiling_percent = 100':<39} # no brisker than the own comfortable pace"
    yield ""


def _weeks(lengths: Sequence[float], walks: int) -> Iterator[str]:
    yield "# One [[week]] for each step, in order: the next one is taken when a week went well. Minutes are walking on"
    yield "# each walk day; rests do not count. The last step goes on until the plan is changed."
    for length in lengths:
        yield ""
        yield "[[week]]"
        yield f"{f'minutes = {length:g}':<39} # {length * walks:g} minutes in the week"
