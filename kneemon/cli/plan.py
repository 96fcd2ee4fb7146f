# SPDX-License-Identifier: MIT
"""`kneemon plan`: make it, show it, check it, look at its versions and decisions, and steer it."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from kneemon.app.compose import tips
from kneemon.app.desk import desk
from kneemon.app.plan_in_use import SAVED, saved_plan
from kneemon.cli import plan_new
from kneemon.cli.plan_show import as_followed, saved_by, show_plan, stored
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.config.plan_file import load_plan, parse_plan, plan_text, plan_warnings
from kneemon.errors import ControlError, ExitCode, PlanError, StoreError
from kneemon.model.diary import Choice, ChoiceKind, Fact, LimitWish, Override, PlanUsed, PlanVersion
from kneemon.model.plans import Decision, Plan, StateName
from kneemon.store.reader import StoreReader

CONFIRM = "Has a doctor or a physiotherapist advised you since, and said that you may walk again? Type yes: "


def run(args: argparse.Namespace) -> int:
    match args.action:
        case "show":
            _show(args)
        case "check":
            _check(args)
        case "new":
            config, places = configuration(args)
            return plan_new.run_new(args, config, places)
        case "versions":
            _versions(args)
        case "decisions":
            _decisions(args)
        case "override":
            _tell(args, Override(StateName(args.state), _step(args.week), args.note))
        case "limits":
            _tell(args, LimitWish(args.minutes, args.pace))
        case _:
            kind = ChoiceKind(args.action)
            if kind is ChoiceKind.ADVISED and not _confirmed():
                return ExitCode.OK
            _tell(args, Choice(kind))
    return ExitCode.OK


def _file(path: Path | None) -> Path:
    if path is None:
        raise PlanError(
            "The plan",
            expected="a plan's file",
            seen="none: neither named here, nor in the configuration, nor beside it as plan.toml",
            remedy="`kneemon plan new` writes a first one; without a plan kneemon counts and limits nothing.",
        )
    return path


def _show(args: argparse.Namespace) -> None:
    """A file that is named is shown by the calendar, unless a store is named, too; a store alone has its own plan.

    Tips are for whose device this is, not for who looks at a store or a file.
    """
    clock = SystemClock()
    store, path = args.store, args.plan
    mine: frozenset[str] = frozenset()
    if store is None and path is None:
        config, places = configuration(args)
        store, path, mine = places.store, places.plan, tips(config)
        if config.device.time_zone:
            clock.live_in(config.device.time_zone)
    kept = stored(store)
    saved = saved_plan(None if path is None else plan_text(path), kept.versions) if args.plan is None else None
    if saved is not None:
        plan = saved
    elif path is None and kept.versions:
        newest = kept.versions[-1]
        plan = replace(parse_plan(newest.text, Path(newest.name)), rev=newest.rev)
    else:
        plan = as_followed(_file(path), kept.versions)
    show_plan(plan, kept, clock, args.day, mine)


def _check(args: argparse.Namespace) -> None:
    """A file; without its name the one that is configured, and whether it is what holds."""
    if args.plan is not None:
        _check_one(load_plan(args.plan), args.plan)
        return
    places = configuration(args)[1]
    versions = stored(places.store).versions
    saved = saved_plan(None if places.plan is None else plan_text(places.plan), versions)
    if places.plan is not None or saved is None:
        path = _file(places.plan)
        _check_one(load_plan(path), path)
    if saved is None:
        return
    if places.plan is None:
        _check_one(saved, SAVED)
    older = "" if places.plan is None else " It is newer than the file, which is followed again when its text changes."
    print(f"What holds is {saved_by(versions[-1])}.{older}")


def _check_one(plan: Plan, path: Path) -> None:
    warnings = plan_warnings(plan)
    for warning in warnings:
        print(f"unusual: {warning}")
    weeks = "week" if len(plan.weeks) == 1 else "weeks"
    print(f"{path}: {plan.name}, {len(plan.weeks)} {weeks}: {'read, see above' if warnings else 'nothing unusual'}.")


def _versions(args: argparse.Namespace) -> None:
    path = args.store or configuration(args)[1].store
    with StoreReader(path) as reader:
        versions = reader.plan_versions()
        used = [entry.fact.rev for entry in reader.diary_of("plan_used", last=1) if isinstance(entry.fact, PlanUsed)]
    if args.rev is not None:
        print(_version(versions, args.rev).text, end="")
    elif not versions:
        print(f"No plan has been followed yet in {path}.")
    for version in versions if args.rev is None else ():
        note = f": {' '.join(version.note.split())}" if version.note else ""
        who = f"  by the {version.author}{note}" if version.author else ""
        now = "  (it holds now)" if version.rev in used else ""
        print(f"{version.rev:>3}  kept {version.kept_at:%Y-%m-%d %H:%M} (UTC)  {version.name}{who}{now}")


def _version(versions: Sequence[PlanVersion], rev: int) -> PlanVersion:
    for version in versions:
        if version.rev == rev:
            return version
    raise StoreError(
        f"version {rev} of the plan",
        expected=f"a version from 1 to {len(versions)}" if versions else "a plan that was followed",
        seen="none of that number",
        remedy="`kneemon plan versions` lists them.",
    )


def _decisions(args: argparse.Namespace) -> None:
    path = args.store or configuration(args)[1].store
    with StoreReader(path) as reader:
        decisions = [entry.fact for entry in reader.diary() if isinstance(entry.fact, Decision)]
    if args.json:
        for decision in decisions:
            print(json.dumps(msgspec.to_builtins(decision) | {"late": decision.late}))
    elif not decisions:
        print(f"Nothing has been decided yet in {path}.")
    for decision in () if args.json else decisions:
        late = f", decided on {decision.taken_on}" if decision.late else ""
        was = decision.was.value if decision.was else "nothing"
        dose = decision.state.dose
        print(f"{decision.day}  {decision.rule}{late}")
        print(f"  {was} -> {decision.state.name.value}, {dose.minutes:.3g} min, {dose.sessions} a week")
        print(f"  {decision.reason}")
        print(f"  {', '.join(f'{name} {_value(value)}' for name, value in decision.values.items())}")


def _value(value: object) -> str:
    if value is None:
        return "not known"
    if value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tell(args: argparse.Namespace, fact: Fact) -> None:
    config, places = configuration(args)
    with desk(config, places, SystemClock()) as told:
        print(told.tell(fact))


def _step(week: int | None) -> int | None:
    if week is not None and week < 1:
        raise ControlError(
            "--week", expected="a week of the plan, from 1", seen=str(week), remedy="`kneemon plan show` lists them."
        )
    return None if week is None else week - 1


def _confirmed() -> bool:
    """The walker's own word, at a terminal: no script may give it, and the end of the input is no yes."""
    if not sys.stdin.isatty():
        raise ControlError(
            "The confirmation",
            expected="your own yes at a terminal",
            seen="no terminal",
            remedy="Run `kneemon plan advised` yourself and answer its question; the plan stays as it is.",
        )
    try:
        if input(CONFIRM).strip().lower() == "yes":
            return True
    except EOFError:
        print()
    print("Then the plan stays as it is. Get advice first.")
    return False
