# SPDX-License-Identifier: MIT
"""The arguments of the verbs about plan, diary and exercises; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kneemon.model.diary import Aid, ExerciseKind, Knee, Leg, Surface
from kneemon.model.plans import StateName

Configured = Callable[[argparse.ArgumentParser], None]
Day = Callable[[str], date]

PAIN = ("before", "now", "end", "later", "morning")
OTHER = ("signs", "grade", "gave-way", "reps")
EXERCISES = tuple(kind.value.replace("_", "-") for kind in ExerciseKind)
PRESETS = ("six_week", "gentle", "severe", "custom")


def _named(word: str) -> str:
    """A name of several words, however they are joined."""
    return word.lower().replace("-", "_").replace(" ", "_")


def setup(parser: argparse.ArgumentParser, configured: Configured, day: Day) -> None:
    configured(parser)
    parser.add_argument("--knee", choices=[knee.value for knee in Knee], help="which knee hurts")
    parser.add_argument("--aid", type=_named, choices=[aid.value for aid in Aid], help="what helps you to walk")
    parser.add_argument("--brace", action=argparse.BooleanOptionalAction, help="a knee brace is worn")
    parser.add_argument("--usual-pain", type=int, choices=range(11), metavar="0-10", help="pain as usual")
    parser.add_argument("--weight", metavar="KG", help="body weight in kg, or none; only for the load in your report")
    parser.add_argument("--time-zone", metavar="ZONE", help="such as Europe/Berlin")
    parser.add_argument(
        "--preset", type=_named, choices=(*PRESETS[:3], "none"), help="the first plan; none keeps what is there"
    )
    parser.add_argument("--start", type=day, metavar="YYYY-MM-DD", help="the first day of the plan")
    parser.add_argument(
        "--consent", action="store_true", help="yes to keeping the diary on this device; asked otherwise"
    )


def answer(parser: argparse.ArgumentParser, configured: Configured, day: Day) -> None:
    parser.add_argument("question", choices=(*PAIN, *OTHER), help="what was asked")
    parser.add_argument("value", help="pain 0-10; signs: nothing or something; gave-way: steady, not-steady or fell; …")
    parser.add_argument("--walk", default="", metavar="ID", help="the walk it is about (default: the newest)")
    parser.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="which morning, when answered late")
    configured(parser)


def tag(parser: argparse.ArgumentParser, configured: Configured) -> None:
    parser.add_argument("--walk", default="", metavar="ID", help="the walk it is about (default: the newest)")
    parser.add_argument("--aid", type=_named, choices=[aid.value for aid in Aid], help="what helped to walk")
    parser.add_argument("--brace", action=argparse.BooleanOptionalAction, help="a knee brace was worn")
    parser.add_argument("--surface", choices=[surface.value for surface in Surface], help="what was walked on")
    parser.add_argument("--shoes", metavar="TEXT", help="which shoes")
    configured(parser)


def diary(parser: argparse.ArgumentParser, stored: Configured) -> None:
    parser.add_argument("--last", type=int, default=40, metavar="N", help="how many entries (default: 40)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    stored(parser)


def exercise(parser: argparse.ArgumentParser, configured: Configured) -> None:
    parser.add_argument("exercise", choices=(*EXERCISES, "list", "stop"), help="which; list shows today's doses")
    parser.add_argument("--leg", choices=[leg.value for leg in Leg], help="default: as the exercise's level has it")
    parser.add_argument("--level", type=int, choices=range(1, 5), metavar="1-4", help="default: the level reached")
    parser.add_argument("--minutes", type=float, metavar="N", help="of the cold or heat timer, 5 to 20")
    parser.add_argument("--support", action="store_true", help="yes: something to hold on to is within reach")
    configured(parser)


def simulate(parser: argparse.ArgumentParser, traffic: Configured) -> None:
    """traffic: adds the arguments of `simulate traffic`."""
    kinds = parser.add_subparsers(dest="action", metavar="life|traffic", required=True)
    traffic(kinds.add_parser("traffic", help="many made-up devices at one broker, to see what it can carry"))
    life = kinds.add_parser("life", help="weeks of a made-up walker's life, into a store of their own")
    life.add_argument("--weeks", type=int, default=12, metavar="N", help="how many (default: 12)")
    life.add_argument("--seed", type=int, default=7, metavar="N", help="another person (default: 7)")
    life.add_argument(
        "--store", type=Path, required=True, metavar="FILE", help="a new file; never the configured store"
    )
    life.add_argument("--plan", type=Path, metavar="PLAN", help="the plan to live by (default: the six weeks)")
    life.add_argument("--start", metavar="YYYY-MM-DD", help="the first day (default: so that it ends today)")


def plan(parser: argparse.ArgumentParser, configured: Configured, stored: Configured, day: Day) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, about: str, *, file: bool = False) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        if file:
            added.add_argument("plan", nargs="?", type=Path, metavar="PLAN", help="its file (default: as configured)")
        return added

    show = action("show", "today's dose, the weeks, and where you stand", file=True)
    show.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="another day than today")
    stored(show)
    configured(action("check", "read a plan and tell everything that is wrong or unusual in it", file=True))
    new = action("new", "write a first plan after a few questions", file=True)
    new.add_argument("--preset", type=_named, choices=PRESETS, help="what it follows; custom: your own numbers")
    new.add_argument("--start", type=day, metavar="YYYY-MM-DD", help="the first day of week 1")
    new.add_argument("--minutes", type=float, metavar="N", help="walking on the first days")
    new.add_argument("--sessions", type=int, choices=range(1, 8), metavar="1-7", help="walks a week")
    new.add_argument("--days", metavar="mon,wed,fri", help="on which days")
    new.add_argument("--weeks", type=int, metavar="N", help="how many weeks are written down, 4 to 26")
    new.add_argument("--step", type=float, metavar="N", help="minutes more each week")
    new.add_argument("--ceiling", type=float, metavar="SPM", help="steps per minute not to be exceeded")
    new.add_argument("--replace", action="store_true", help="replace the plan that is there; the old one is kept")
    new.add_argument("--yes", action="store_true", help="ask nothing: what is not given is the preset's")
    configured(new)
    versions = action("versions", "the versions of the plan that were followed, or one of them whole")
    versions.add_argument("rev", nargs="?", type=int, metavar="REV", help="print this one's file")
    stored(versions)
    decisions = action("decisions", "every decision with its rule, its reason and the values it came from")
    decisions.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    stored(decisions)
    for name, about in (
        ("pause", "pause the plan: a holiday, an illness"),
        ("resume", "go on after a pause"),
        ("stay", "do not grow this week: go on with the dose before"),
        ("rest", "rest in a flare rather than walk less"),
        ("advised", "confirm that a professional has advised: leaves a stop or a review"),
    ):
        configured(action(name, about))
    limits = action("limits", "lower limits beside the plan's, until you lift them; without numbers: lift them")
    limits.add_argument("--minutes", type=float, metavar="N", help="walking minutes of a day at most")
    limits.add_argument("--pace", type=float, metavar="SPM", help="steps per minute at most")
    configured(limits)
    override = action("override", "for the physio: set a state, and perhaps the week")
    override.add_argument("state", choices=[name.value for name in StateName if name is not StateName.STOP_MEDICAL])
    override.add_argument("--week", type=int, metavar="N", help="the plan's week to go on with, from 1")
    override.add_argument("--note", default="", metavar="TEXT", help="why; it is kept with the decision")
    configured(override)
