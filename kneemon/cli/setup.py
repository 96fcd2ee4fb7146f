# SPDX-License-Identifier: MIT
"""`kneemon setup`: which knee, what helps, pain as usual, and consent in plain words; then a first plan.

At a terminal it asks, with what is known so far in brackets; elsewhere the options answer. Without consent nothing is
written.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from kneemon.app.compose import tips
from kneemon.app.desk import desk
from kneemon.cli import plan_new
from kneemon.cli.advice import tip_for
from kneemon.cli.plan_show import Stored, stored
from kneemon.cli.settings import configuration
from kneemon.clock import SystemClock
from kneemon.config.places import Places
from kneemon.config.presets import PRESETS
from kneemon.errors import ConfigError, ControlError, ExitCode
from kneemon.model.diary import Aid, Knee, Profile
from kneemon.plan.advice import Moment

T = TypeVar("T")

CONSENT = """\
What kneemon keeps: your answers about pain and warning signs, your walks and exercises, and what the plan decided.
That is health data. It stays on this device: there is no account, no company behind it and no location in it. It
leaves the device only when you export it or switch on MQTT yourself. You can delete all of it at any time by
deleting the file {store}.
Without your yes nothing is set up; what you walk and answer all the same is kept there, too."""

ABOUT = """\
kneemon is a diary with timers and with limits that you and your physio set. It makes no diagnosis and treats nothing;
that it is silent does not mean that a walk does your knee no harm. You can stop at any time."""

NEXT = """\
What happens next
  The first week has one and the same dose; nothing grows in it. The pace ceiling of the plan stays as it is until
  three comfortable walks have told your own usual pace.
  Before a walk you are asked how much it hurts and whether anything is new; after it, two hours later and the next
  morning, how much it hurts. What you do not answer stays unknown, and then the plan does not grow.
  `kneemon plan show` tells what is planned for today, and why. Go through the plan with your physio: docs/physio.md."""

KEEP = "none"  # no new plan
OFFERED = ("six_week", "gentle", "severe")
LEAST_KG, MOST_KG = 25.0, 300.0  # what a scale may say


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    asking = sys.stdin.isatty()
    kept = stored(places.store)
    before = _before(kept)
    print(ABOUT, CONSENT.format(store=places.store), sep="\n\n", end="\n\n")
    if not args.consent and not _consent(before, asking=asking):
        print("Then nothing was written. `kneemon setup` asks again whenever you like.")
        return ExitCode.OK
    zone = config.device.time_zone or SystemClock().zone()
    profile = _interview(args, before, zone) if asking else _given(args, before, zone)
    preset, start = _plan(args, places, asking=asking)
    if preset != KEEP:
        words = _plan_words(args, preset, start, replace=places.plan is not None, asking=asking)
        code = plan_new.run_new(words, config, places)
        if code != ExitCode.OK:
            return code
        config, places = configuration(args)  # the plan is where there was none
    with desk(config, places, SystemClock()) as told:
        print(told.tell(profile))
    print(f"\n{NEXT}")
    tip = tip_for(Moment.SETUP, SystemClock().today(), tips(config), profile, kept.entries, kept.anchors)
    if tip:
        print(f"\nA tip: {tip} (`kneemon advice`)")
    return ExitCode.OK


def _consent(before: Profile | None, *, asking: bool) -> bool:
    """Raises ControlError where nobody can be asked."""
    if not asking:
        raise ControlError(
            "The consent",
            expected="your yes to keeping this diary on the device",
            seen="no terminal to ask at, and no --consent",
            remedy="Nothing was written. Read the lines above; with --consent you say yes to them.",
        )
    usual = "yes" if before is not None and before.consent else "no"
    try:
        return _asked("May kneemon keep this diary on this device? yes or no", usual, _yes_or_no)
    except ControlError:  # the end of the input is no yes
        print()
        return False


def _before(kept: Stored) -> Profile | None:
    """What an earlier setup was told; None where there was none."""
    profiles = [entry.fact for entry in kept.entries if isinstance(entry.fact, Profile)]
    return profiles[-1] if profiles else None


def _given(args: argparse.Namespace, before: Profile | None, zone: str) -> Profile:
    """By the options; what they leave out is as before. Raises ConfigError."""
    knee = args.knee or (before.knee.value if before else None)
    if knee is None:
        raise ConfigError(
            "--knee",
            expected="left, right or both",
            seen="none",
            remedy="Nothing was written. Name the knee that hurts, or run `kneemon setup` at a terminal.",
        )
    known = before or Profile(Knee(knee))
    return Profile(
        Knee(knee),
        Aid(args.aid) if args.aid else known.aid,
        known.brace if args.brace is None else args.brace,
        known.usual_pain if args.usual_pain is None else args.usual_pain,
        known.weight_kg if args.weight is None else _checked("--weight", args.weight, _weight),
        _checked("--time-zone", args.time_zone or known.tz or zone, _zone),
        consent=True,
    )


def _interview(args: argparse.Namespace, before: Profile | None, zone: str) -> Profile:
    """Question by question; an option that is given answers the first time, Enter takes what is in brackets."""
    known = before or Profile(Knee.RIGHT)
    pain, weight = (known.usual_pain, known.weight_kg)
    return Profile(
        Knee(
            _asked("Which knee hurts? left, right or both", args.knee or (known.knee if before else ""), _one_of(Knee))
        ),
        Aid(
            _asked(
                "What helps you to walk? none, stick-opposite (in the hand opposite the painful knee), stick-other,\n"
                "two-sticks or walker",
                args.aid or known.aid,
                _one_of(Aid),
            )
        ),
        _asked(
            "Do you wear a knee brace? yes or no", _yes(known.brace if args.brace is None else args.brace), _yes_or_no
        ),
        _asked(
            "How much does it hurt as usual, from 0 (none) to 10 (worst imaginable)? Or: none known",
            _shown(pain if args.usual_pain is None else args.usual_pain, "none known"),
            _usual_pain,
        ),
        _asked(
            "Your weight in kg, only for the load in your report? Or: none",
            args.weight or _shown(weight, "none"),
            _weight,
        ),
        _asked("Your time zone, such as Europe/Berlin?", args.time_zone or known.tz or zone, _zone),
        consent=True,
    )


def _plan(args: argparse.Namespace, places: Places, *, asking: bool) -> tuple[str, date]:
    """Which preset from which day on; nobody's plan is replaced unasked."""
    today = SystemClock().today()
    usual = args.preset or (KEEP if places.plan is not None else "six_week")
    if not asking:
        return usual, args.start or today
    print("\nA first plan; your physio may change every number of it later:")
    for name in OFFERED:
        print(f"  {name:<9} {PRESETS[name].title}: {PRESETS[name].why}")
    print(f"  {KEEP:<9} no new plan: keep what is there")
    preset = _asked("Which?", usual, _one_of_words((*OFFERED, KEEP)))
    if preset == KEEP:
        return preset, today
    return preset, _asked("Its first day, year-month-day?", str(args.start or today), _day)


def _plan_words(
    args: argparse.Namespace, preset: str, start: date, *, replace: bool, asking: bool
) -> argparse.Namespace:
    """As `kneemon plan new` would have been told; what was not asked here it asks."""
    return argparse.Namespace(
        plan=None,
        preset=preset,
        start=start,
        minutes=None,
        sessions=None,
        days=None,
        weeks=None,
        step=None,
        ceiling=None,
        replace=replace,
        yes=not asking,
        config=args.config,
        set=args.set,
    )


def _asked(question: str, usual: object, understood: Callable[[str], T]) -> T:
    """Ask until it is understood; Enter takes `usual`, where there is one."""
    bracket = f" [{usual}]" if usual != "" else ""
    while True:
        try:
            word = input(f"{question}{bracket}: ").strip() or str(usual)
        except EOFError as error:
            raise ControlError(
                "The questions",
                expected="an answer, or Enter",
                seen="the end of the input",
                remedy="Nothing was written.",
            ) from error
        try:
            return understood(word)
        except ValueError as problem:
            print(f"  {problem}")


def _checked(option: str, word: str, understood: Callable[[str], T]) -> T:
    try:
        return understood(word)
    except ValueError as problem:
        expected, _, seen = str(problem).removeprefix("Expected ").removesuffix(".").partition(", saw ")
        raise ConfigError(option, expected=expected, seen=seen, remedy="Nothing was written.") from problem


def _one_of(kind: type[Knee] | type[Aid]) -> Callable[[str], str]:
    return _one_of_words(tuple(each.value for each in kind))


def _one_of_words(words: Sequence[str]) -> Callable[[str], str]:
    def understood(word: str) -> str:
        plain = word.lower().replace("-", "_").replace(" ", "_")
        if plain not in words:
            raise ValueError(f"Expected {', '.join(words[:-1])} or {words[-1]}, saw {word!r}.")
        return plain

    return understood


def _yes_or_no(word: str) -> bool:
    if word.lower() not in ("yes", "y", "no", "n"):
        raise ValueError(f"Expected yes or no, saw {word!r}.")
    return word.lower() in ("yes", "y")


def _usual_pain(word: str) -> int | None:
    if word.lower() == "none known":
        return None
    if not word.isdecimal() or int(word) > 10:
        raise ValueError(f"Expected a whole number from 0 to 10, saw {word!r}.")
    return int(word)


def _weight(word: str) -> float | None:
    if word.lower() == "none":
        return None
    with suppress(ValueError):
        kg = float(word.lower().removesuffix("kg").strip().replace(",", "."))
        if LEAST_KG <= kg <= MOST_KG:
            return kg
    raise ValueError(f"Expected a weight from {LEAST_KG:g} to {MOST_KG:g} kg, or none, saw {word!r}.")


def _zone(word: str) -> str:
    try:
        return ZoneInfo(word).key
    except (KeyError, ValueError, OSError):
        raise ValueError(f"Expected a time zone such as Europe/Berlin, saw {word!r}.") from None


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ValueError(f"Expected a day such as 2026-11-23, saw {word!r}.") from None


def _yes(given: bool) -> str:
    return "yes" if given else "no"


def _shown(value: float | None, unknown: str) -> str:
    return unknown if value is None else f"{value:g}"
