# SPDX-License-Identifier: MIT
"""`kneemon exercise`: today's doses, and an exercise led by the buzzer of the running kneemon."""

import argparse
import sys
from pathlib import Path

from kneemon.cli.plan_show import stored
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.config.plan_file import load_plan
from kneemon.controls.socket import ask
from kneemon.errors import ControlError, ExitCode
from kneemon.model.diary import ExerciseKind, Leg
from kneemon.model.exercises import Routine
from kneemon.model.plans import ExerciseRules, Rules
from kneemon.plan.colours import by_day
from kneemon.plan.exercises import SAFETY, due_today, routine_for, sets_done
from kneemon.plan.history import history

STANDING = (ExerciseKind.PUSH_OFF, ExerciseKind.BALANCE, ExerciseKind.CALF_STRETCH)


def run(args: argparse.Namespace) -> int:
    _, places = configuration(args)
    if args.exercise == "list":
        _list(places.plan, places.store)
        return ExitCode.OK
    if args.exercise == "stop":
        return _asked(places.socket, {"action": "stop"})
    kind = ExerciseKind(args.exercise.replace("-", "_"))
    for line in SAFETY[kind]:
        print(f"  {line}")
    if kind in STANDING and not (args.support or _support()):
        raise ControlError(
            "the exercise",
            expected="something steady to hold on to within reach",
            seen="no yes to that",
            remedy="Stand beside it, then say so with --support.",
        )
    wanted = {"action": kind.value, "leg": args.leg, "level": args.level, "minutes": args.minutes}
    return _asked(places.socket, {name: value for name, value in wanted.items() if value is not None})


def _support() -> bool:
    """Ask where somebody can answer; the end of the input is no yes."""
    if not sys.stdin.isatty():
        return False
    try:
        answer = input("Is something steady to hold on to within your reach? (yes/no) ")
    except EOFError:
        print()
        return False
    return answer.strip().lower() in ("y", "yes")


def _asked(socket: Path, wanted: dict[str, object]) -> int:
    answer = ask(socket, "exercise", wanted)
    if not answer.get("ok"):
        print(f"kneemon: {answer.get('error', 'It was refused without a reason.')}", file=sys.stderr)
        return ExitCode.CONTROL
    print(answer["done"])
    return ExitCode.OK


def _list(plan_file: Path | None, store: Path) -> None:
    """Each exercise with its dose, and whether today is a day for it."""
    plan = load_plan(plan_file) if plan_file else None
    rules = plan.exercises if plan else ExerciseRules()
    clock = SystemClock()
    kept = stored(store)
    done = sets_done(kept.entries, kept.anchors)
    plan_rules = plan.rules if plan else Rules()
    colours = by_day(history(kept.records, kept.entries, kept.anchors, plan_rules), plan_rules, clock.today())
    for kind in STANDING:
        routine = routine_for(kind, rules, done, colours, physio=plan.physio if plan else False)
        when = "due today" if due_today(kind, rules, done, clock.today()) else "not due today"
        print(f"{kind.value.replace('_', '-'):<13} {_dose(routine)}; {when}")
    print(f"{'cold':<13} a timer of {rules.cold_timer_min:g} minutes for cold or heat, when you want it")
    print("Exercises your physio chose; none of them was tried alone with painful knees (docs/exercises.md).")


def _dose(routine: Routine) -> str:
    legs = "both legs" if routine.legs == (Leg.BOTH,) else " and ".join(leg.value for leg in routine.legs)
    if routine.reps:
        tempo = f"{routine.up_s:g} s up, {routine.down_s:g} s down"
        return f"{routine.sets} × {routine.reps}, {legs}, {tempo} (level {routine.level})"
    return f"{routine.sets} × {routine.hold_s:g} s, {legs}"
