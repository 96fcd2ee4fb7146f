# SPDX-License-Identifier: MIT
"""`kneemon simulate`: many devices' `traffic`, which is another module's, or a made-up `life` to be looked at.

A life's weeks go into a new file only, never where the walks of this device are or would be.
"""

import argparse
import logging
import os
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from kneemon.app.life import Life, LifeOptions, live
from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import SYSTEM_STATE, places
from kneemon.config.plan_file import parse_plan, plan_text
from kneemon.config.presets import preset_text
from kneemon.errors import ExitCode, PlanError, StoreError
from kneemon.model.diary import Aid
from kneemon.model.plans import Plan

MOST_WEEKS = 104
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)  # days that calendars and time zones agree on


def run(args: argparse.Namespace) -> int:
    """Raises BrokerError, too, and what `_life` raises."""
    if args.action == "traffic":
        from kneemon.cli import traffic  # with it comes paho

        return traffic.run(args)
    return _life(args)


def _life(args: argparse.Namespace) -> int:
    """Raises StoreError for a file that is there or must not be used, PlanError, ConfigError."""
    logging.basicConfig(level=logging.ERROR)
    store: Path = args.store
    _refuse(store)
    if not 1 <= args.weeks <= MOST_WEEKS:
        raise PlanError(
            "--weeks", expected=f"a whole number from 1 to {MOST_WEEKS}", seen=str(args.weeks), remedy="Try 12."
        )
    if args.seed < 0:
        raise PlanError("--seed", expected="a whole number from 0", seen=str(args.seed), remedy="Try 7.")
    start = _start(args.start) or SystemClock().today() - timedelta(weeks=args.weeks)
    path: Path | None = args.plan
    text = preset_text("six_week", start) if path is None else plan_text(path)
    plan = parse_plan(text, path or Path("six_week.toml"))
    _within(plan, path, start, args.weeks)
    options = LifeOptions(store, text, path or Path("six_week.toml"), start, args.weeks, args.seed)
    _tell(options, plan, live(options, _progress(sys.stderr.isatty())))
    return ExitCode.OK


def _refuse(store: Path) -> None:
    """A made-up walk among real ones would be believed."""
    mine = places(load_config(None, overrides={}, environ=os.environ), os.environ).store
    if any(store.resolve() == each.resolve() for each in (mine, SYSTEM_STATE / mine.name)):
        raise StoreError(
            f"--store {store}",
            expected="a store for made-up walks alone",
            seen="the place of this device's own walks",
            remedy="Name another file.",
        )
    if os.path.lexists(store):
        raise StoreError(
            f"--store {store}",
            expected="a name for a new file",
            seen="one that is there already",
            remedy="A made-up life is written only into a store that it made; name another file.",
        )
    if not store.parent.is_dir():
        raise StoreError(
            f"--store {store}",
            expected="a name in a folder that is there",
            seen=f"no folder {store.parent}",
            remedy="Make it first, or name another file.",
        )


def _start(text: str | None) -> date | None:
    try:
        start = date.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise PlanError(
            "--start", expected="a date such as 2026-08-30", seen=repr(text), remedy="Year, month and day."
        ) from error
    if start is not None and not FIRST_DAY <= start <= LAST_DAY:
        raise PlanError(
            "--start", expected=f"a day from {FIRST_DAY} to {LAST_DAY}", seen=str(start), remedy="Is the year right?"
        )
    return start


def _within(plan: Plan, path: Path | None, start: date, weeks: int) -> None:
    last = start + timedelta(days=7 * weeks - 1)
    if not start <= plan.start <= last:
        raise PlanError(
            f"the plan {path}",
            expected=f"a first day within this life, {start} to {last}",
            seen=str(plan.start),
            remedy=f"Add --start {plan.start}, or change the plan's start.",
        )


def _progress(shown: bool) -> Callable[[int, int], None]:
    """A line for who waits at a terminal."""

    def told(lived: int, days: int) -> None:
        if shown:
            end = "\r\033[K" if lived == days else ""
            print(f"\rday {lived} of {days}", end=end, file=sys.stderr, flush=True)

    return told


def _tell(options: LifeOptions, plan: Plan, life: Life) -> None:
    person, walks = life.person, life.walks
    knee = {"both": "both knees hurt"}.get(person.knee.value, f"the {person.knee.value} knee hurts")
    aid = "" if person.aid is Aid.NONE else f", walks with {person.aid.value.replace('_', ' ')}"
    walking_min, main_min = sum(walk.walking_min for walk in walks), sum(walk.walked_min for walk in walks)
    kneemon = [sys.executable, "-m", "kneemon"] if sys.argv[0].endswith("__main__.py") else sys.argv[:1]
    verbs = ("sessions", "diary --last 400", "plan show", "plan decisions")
    looks = [f"{shlex.join(kneemon)} {verb} --store {shlex.quote(str(options.store))}" for verb in verbs]
    print(
        f"""A made-up life: {several(options.weeks, "week")} from {options.start}, seed {options.seed}, plan {plan.name}
Who           nobody: {knee}, usually {person.usual_pain:.0f} of 10{aid}
Walks         {len(walks)} on {several(len({walk.day for walk in walks}), "day")}
Minutes       {walking_min:.0f} walked, {main_min:.0f} of them of the plan's dose
Days          {_counted(life.colours)}
States        {" > ".join(life.states)}
Decisions     {several(len(life.rules), "decision")}: {_counted(life.rules)}
Stored in     {options.store}
Look at it    {f"{chr(10)}              ".join(looks)}"""
    )


def _counted(things: Iterable[str]) -> str:
    return ", ".join(f"{count} × {thing}" for thing, count in Counter(map(str, things)).most_common()) or "none"
