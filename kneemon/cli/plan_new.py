# SPDX-License-Identifier: MIT
"""`kneemon plan new`: a few questions, and a first plan in a file that can be read and changed.

A plan that is there is replaced only when that is asked for, and is kept beside the new one. The file is written whole
or not at all, whatever happens to the power.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import ValidationError

from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.config.fields import Field
from kneemon.config.options import Config
from kneemon.config.places import Places, plan_place
from kneemon.config.plan_fields import DAYS, Weekday
from kneemon.config.plan_file import parse_plan, plan_warnings
from kneemon.config.presets import NEW_FIELDS, PRESETS, preset_text
from kneemon.config.toml_text import glimpse
from kneemon.errors import ExitCode, PlanError
from kneemon.model.plans import Plan
from kneemon.ports import Clock

T = TypeVar("T")

_BAR = 40  # characters of the longest week
_NOTHING = "Nothing was written."


@dataclass
class _Wishes:
    """What was asked for; None is the preset's."""

    preset: str
    start: date
    minutes: float | None
    sessions: int | None
    ceiling: float | None
    step: float | None = None
    weeks: int | None = None
    days: tuple[Weekday, ...] | None = None


def run_new(args: argparse.Namespace, config: Config, places: Places, clock: Clock | None = None) -> int:
    """Write a first plan to args.plan or where the configuration has it.

    Raises PlanError for numbers out of range, for a plan that is there, and for a place that cannot be written;
    ConfigError when there is no place at all.
    """
    clock = clock or SystemClock()
    path = args.plan or places.plan or plan_place(config, os.environ)
    there = os.path.lexists(path)
    if there and not args.replace:
        raise PlanError(
            str(path),
            expected="no plan yet",
            seen="one that is there already",
            remedy="Keep it, or add --replace: the old one is then kept beside the new one.",
        )
    now = clock.anchor().utc.astimezone(ZoneInfo(config.device.time_zone or clock.zone()))
    wishes = _wishes(args, now.date())
    if not args.yes and sys.stdin.isatty():
        _ask_all(args, wishes)
    text = preset_text(
        wishes.preset,
        wishes.start,
        minutes=wishes.minutes,
        sessions=wishes.sessions,
        ceiling=wishes.ceiling,
        weeks=wishes.weeks,
        step=wishes.step,
        days=wishes.days,
    )
    plan = parse_plan(text, path)
    kept = write_plan(path, text, now)
    _tell(path, plan, kept)
    for warning in plan_warnings(plan):
        print(f"unusual: {warning}")
    return ExitCode.OK


def write_plan(path: Path, text: str, now: datetime) -> Path | None:
    """Put the plan's text into its place, whole; what was there is kept beside it under the time, and its place given.

    Raises PlanError when it cannot be written; then what was there is still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()  # a link stays one
        kept = None
        if target.exists():
            kept = _free_name(target, now)
            _flushed(kept, target.read_bytes())
        fresh = target.with_name(f"{target.name}.new")
        _flushed(fresh, text.encode("utf-8"))
        fresh.replace(target)
        _flush_folder(target.parent)
    except OSError as fault:
        raise PlanError(
            str(path),
            expected="a place that can be written",
            seen=fault.strerror or str(fault),
            remedy="On the device put sudo before the command; else name another file. Nothing was replaced.",
        ) from fault
    return kept


def drawn_weeks(plan: Plan) -> list[str]:
    """A line for each week: its minutes of a walk, and a bar as long as its minutes in all."""
    weekly = [week.minutes * (week.sessions or plan.sessions) for week in plan.weeks]
    longest = max(weekly)
    return [
        f"  week {number:>2}  {week.minutes:>4g} min × {week.sessions or plan.sessions}  "
        f"{'█' * max(1, round(_BAR * minutes / longest))} {minutes:g}"
        for number, (week, minutes) in enumerate(zip(plan.weeks, weekly, strict=True), start=1)
    ]


def _wishes(args: argparse.Namespace, today: date) -> _Wishes:
    """What the command line asks for. Raises PlanError for days that are none."""
    try:
        days = None if args.days is None else _days(args.days)
    except ValueError as fault:
        raise PlanError(
            "--days", expected="days such as mon,wed,fri", seen=glimpse(args.days), remedy=_NOTHING
        ) from fault
    return _Wishes(
        args.preset or "six_week",
        args.start or today,
        args.minutes,
        args.sessions,
        args.ceiling,
        args.step,
        args.weeks,
        days,
    )


def _ask_all(args: argparse.Namespace, wishes: _Wishes) -> None:
    """The questions whose answers were not given on the command line; Enter takes what stands in brackets."""
    print("A few questions. Enter takes what stands in brackets; every number can be changed in the file later.")
    if args.preset is None:
        for name, preset in PRESETS.items():
            print(f"  {name:<9} {preset.title}: {preset.why}")
        wishes.preset = _ask("What should it follow", wishes.preset, _fitting(NEW_FIELDS["preset"]))
    preset = PRESETS[wishes.preset]
    if args.start is None:
        wishes.start = _ask("The first day", wishes.start, _day)
    if args.minutes is None:
        question = "Minutes of walking that are comfortable now"
        wishes.minutes = _ask(question, preset.minutes, _fitting(NEW_FIELDS["minutes"]))
    if wishes.preset == "custom" and args.step is None:
        wishes.step = _ask("Minutes more each week", 5.0, _fitting(NEW_FIELDS["step_min"]))
    if wishes.preset == "custom" and args.weeks is None:
        wishes.weeks = _ask("How many weeks", preset.weeks, _fitting(NEW_FIELDS["weeks"]))
    if args.sessions is None and args.days is None:
        question = "Walks in a week, or their days such as mon,wed,fri"
        three: int | tuple[Weekday, ...] = 3
        answer = _ask(question, three, _sessions_or_days)
        wishes.sessions, wishes.days = (answer, None) if isinstance(answer, int) else (len(answer), answer)


def _ask(question: str, usual: T, understood: Callable[[str], T]) -> T:
    """Ask until it is understood."""
    shown = f"{usual:g}" if isinstance(usual, float) else usual
    while True:
        try:
            word = input(f"{question} [{shown}]: ").strip()
        except EOFError as fault:
            raise PlanError(
                "The questions", expected="an answer, or Enter", seen="the end of the input", remedy=_NOTHING
            ) from fault
        if not word:
            return usual
        try:
            return understood(word)
        except ValueError as fault:
            print(f"  {fault}")


def _fitting(field: Field) -> Callable[[str], Any]:
    def understood(word: str) -> Any:
        try:
            return field.fit(field.from_word(word))
        except ValidationError as fault:
            raise ValueError(f"Expected {field.expected}, saw {glimpse(word)}.") from fault

    return understood


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as fault:
        raise ValueError(f"Expected a day such as 2026-11-23, saw {glimpse(word)}.") from fault


def _sessions_or_days(word: str) -> int | tuple[Weekday, ...]:
    """ "4" -> 4, "mon, Friday" -> ("mon", "fri")."""
    if word.isdecimal() and 1 <= int(word) <= len(DAYS):
        return int(word)
    return _days(word)


def _days(word: str) -> tuple[Weekday, ...]:
    """ "mon, Friday" -> ("mon", "fri")."""
    wanted = {part[:3].lower() for part in re.split(r"[\s,]+", word) if part}
    if not wanted or not wanted <= set(DAYS):
        raise ValueError(f"Expected a number from 1 to 7, or days such as mon,wed,fri, saw {glimpse(word)}.")
    return tuple(day for day in DAYS if day in wanted)


def _tell(path: Path, plan: Plan, kept: Path | None) -> None:
    if kept is not None:
        print(f"The plan before is kept as {kept}.")
    days = f" on {', '.join(DAYS[day] for day in plan.walk_days)}" if plan.walk_days else ""
    print(f"Written to {path}: {plan.name}, {several(len(plan.weeks), 'week')} from {plan.start}{days}.")
    print("Minutes of a walk, walks a week, and minutes of the week in all:")
    print("\n".join(drawn_weeks(plan)))
    print("A step is taken when a week went well, not by the calendar; you can stop at any time.")
    print(
        "Next: go through it with your physio; `kneemon plan check` reads it after every change, `kneemon plan show` "
        "tells what it means for today. A running kneemon reads it when it starts."
    )


def _free_name(path: Path, now: datetime) -> Path:
    """plan-20261123-080000.toml; with -2, -3 … where that is taken."""
    stem = f"{path.stem}-{now:%Y%m%d-%H%M%S}"
    names = (f"{stem}{'' if number == 1 else f'-{number}'}{path.suffix}" for number in count(1))
    return next(free for free in map(path.with_name, names) if not os.path.lexists(free))


def _flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
