# SPDX-License-Identifier: MIT
"""`kneemon answer`: an answer to what kneemon asks, also late. What it takes by button it takes here in words, too."""

import argparse
import sys
from collections.abc import Iterator, Mapping

from kneemon.app.desk import Desk, desk
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.errors import ControlError, ExitCode
from kneemon.model.questions import ANSWERS, Ask, Grade, Signs, Steady
from kneemon.plan.gate import RED_FLAG_LISTS

QUESTIONS = {
    "before": Ask.PAIN_BEFORE,
    "now": Ask.PAIN_NOW,
    "end": Ask.PAIN_END,
    "later": Ask.PAIN_LATER,
    "morning": Ask.PAIN_MORNING,
    "signs": Ask.SIGNS,
    "grade": Ask.GRADE,
    "gave-way": Ask.GAVE_WAY,
    "reps": Ask.REPS,
}
WORDS: Mapping[Ask, Mapping[str, int]] = {
    Ask.SIGNS: {"nothing": Signs.NOTHING_NEW, "something": Signs.SOMETHING},
    Ask.GRADE: {
        "none": Grade.NONE_OF_THESE,
        "soon": Grade.SOON,
        "same-day": Grade.SAME_DAY,
        "emergency": Grade.EMERGENCY,
    },
    Ask.GAVE_WAY: {"steady": Steady.STEADY, "not-steady": Steady.NOT_STEADY, "fell": Steady.FELL},
}
WHICH = "Which list holds what you notice, 1 to 4? Of several, the highest: "


def run(args: argparse.Namespace) -> int:
    ask = QUESTIONS[args.question]
    value = value_of(ask, args.value)
    if args.day is not None and ask is not Ask.PAIN_MORNING:
        raise ControlError(
            "--day",
            expected="the question morning, which alone is about a day",
            seen=args.question,
            remedy="Name the walk with --walk; `kneemon sessions` lists them.",
        )
    config, places = configuration(args)
    with desk(config, places, SystemClock()) as told:
        print(told.answer(ask, value, args.walk, args.day))
        if ask is Ask.SIGNS and value == Signs.SOMETHING:
            _grade(told, args.walk)
    return ExitCode.OK


def value_of(ask: Ask, word: str) -> int:
    """The number that an answer in words or digits stands for. Raises ControlError."""
    words = WORDS.get(ask, {})
    value = words.get(word.strip().lower().replace("_", "-").replace(" ", "-"))
    if value is None and word.strip().isdecimal():
        value = int(word)
    if value is None or value not in ANSWERS[ask]:
        first, last = ANSWERS[ask][0], ANSWERS[ask][-1]
        named = f"{' or '.join(words)}, or " if words else ""
        raise ControlError(
            f"The answer to {next(name for name, asked in QUESTIONS.items() if asked is ask)}",
            expected=f"{named}a whole number from {first} to {last}",
            seen=repr(word),
            remedy=_remedy(ask),
        )
    return value


def _remedy(ask: Ask) -> str:
    if ask is Ask.REPS:
        return "It is how many repetitions the set had."
    return "The card has the same numbers." if ask in WORDS else "Pain: 0 is none, 10 the worst imaginable."


def lists() -> Iterator[str]:
    """What is on each list, as on the card."""
    for grade in Grade:
        entries = RED_FLAG_LISTS.get(grade, ())
        yield f"  {grade.value}  {'none of these' if not entries else entries[0]}"
        yield from (f"     {entry}" for entry in entries[1:])


def _grade(told: Desk, walk: str) -> None:
    """Which list: asked at a terminal until it is answered or left; until then no walk starts."""
    print("\n".join(lists()))
    if not sys.stdin.isatty():
        print("Tell which with `kneemon answer grade 1-4`: until then no walk starts.")
        return
    while True:
        try:
            value = value_of(Ask.GRADE, input(WHICH))
        except ControlError as error:
            print(error)
            continue
        except EOFError:
            print("\nNot answered: no walk starts until you tell it with `kneemon answer grade 1-4`.")
            return
        print(told.answer(Ask.GRADE, value, walk))
        return
