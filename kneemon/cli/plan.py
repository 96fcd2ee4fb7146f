# SPDX-License-Identifier: MIT
"""`kneemon plan show` and `kneemon plan check`."""

import argparse
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.config.plan_file import load_plan, plan_warnings
from kneemon.errors import ExitCode, PlanError
from kneemon.plan.prescribe import in_words
from kneemon.store.reader import StoreReader


def run(args: argparse.Namespace) -> int:
    config_places = None if args.plan else configuration(args)[1]
    path = args.plan or (config_places.plan if config_places else None)
    if path is None:
        raise PlanError(
            "The plan",
            expected="a plan's file",
            seen="none: neither named here, nor in the configuration, nor beside it as plan.toml",
            remedy="docs/plan.md tells how to write one; without a plan kneemon counts and stores and sets no limits.",
        )
    plan = load_plan(path)
    if args.action == "check":
        warnings = plan_warnings(plan)
        weeks = "week" if len(plan.weeks) == 1 else "weeks"
        for warning in warnings:
            print(f"unusual: {warning}")
        print(
            f"{path}: {plan.name}, {len(plan.weeks)} {weeks}: {'read, see above' if warnings else 'nothing unusual'}."
        )
        return ExitCode.OK
    clock = SystemClock()
    day = args.day or clock.today()
    walked_s = _walked_s(config_places.store, day, clock.zone()) if config_places else 0.0
    print(in_words(plan, day, walked_s, today=day == clock.today()))
    print(f"\n{plan.name}, from {plan.start}:")
    for number, week in enumerate(plan.weeks, start=1):
        begins = plan.start + timedelta(weeks=number - 1)
        here = "  <" if begins <= day < begins + timedelta(weeks=1) else ""
        print(f"  week {number:>2}  from {begins}  {week.minutes:>3g} min{here}")
    return ExitCode.OK


def _walked_s(store: Path, day: date, zone: str) -> float:
    """Of the main part, on that day; 0 where nothing was ever stored."""
    with suppress(PermissionError):  # the reader tells it in words
        if not store.exists():
            return 0.0
    with StoreReader(store) as reader:
        return reader.walked_main_s(day, zone)
