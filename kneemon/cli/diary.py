# SPDX-License-Identifier: MIT
"""`kneemon diary`: what was told, chosen, done and decided, newest first, each in a sentence.

A day that was not certain when it was written, and has not become so since, has a ~ before it.
"""

import argparse
import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from kneemon.app.told import in_words as limits_in_words
from kneemon.cli.settings import configuration
from kneemon.errors import ConfigError, ExitCode
from kneemon.model.diary import (
    AdviceSaid,
    Choice,
    ChoiceKind,
    DiaryEntry,
    ExerciseSet,
    Fact,
    GradeAnswer,
    LimitWish,
    Override,
    PainAnswer,
    PlanUsed,
    Profile,
    SignsAnswer,
    SteadyAnswer,
    Tags,
)
from kneemon.model.plans import Decision
from kneemon.model.questions import Ask, Grade, Signs, Steady
from kneemon.model.records import TimeAnchor
from kneemon.plan.history import Placed, place
from kneemon.store.facts import KINDS
from kneemon.store.reader import StoreReader

KIND_OF = {fact: kind for kind, fact in KINDS.items()}
WHEN = {
    Ask.PAIN_BEFORE: "before the walk",
    Ask.PAIN_NOW: "during the walk",
    Ask.PAIN_MARK: "during the walk",
    Ask.PAIN_END: "at the end of the walk",
    Ask.PAIN_LATER: "two hours after the walk",
    Ask.PAIN_MORNING: "in the morning",
}
SIGNS = {
    None: "Something new? Not answered.",
    Signs.NOTHING_NEW: "Nothing new noticed.",
    Signs.SOMETHING: "Something new noticed.",
}
GRADES = {
    None: "Which list? Not answered yet: no walk starts.",
    Grade.NONE_OF_THESE: "It is on none of the lists.",
    Grade.SOON: "It is on list 2: a review soon.",
    Grade.SAME_DAY: "It is on list 3: advice on the same day.",
    Grade.EMERGENCY: "It is on list 4: an emergency.",
}
STEADY = {
    None: "The knee gave way; steady or not was not answered.",
    Steady.STEADY: "The knee gave way; steady afterwards.",
    Steady.NOT_STEADY: "The knee gave way; not steady afterwards.",
    Steady.FELL: "The knee gave way, with a fall.",
}
CHOICES = {
    ChoiceKind.PAUSE: "Chose to pause the plan.",
    ChoiceKind.RESUME: "Chose to go on.",
    ChoiceKind.STAY: "Chose not to grow this week.",
    ChoiceKind.REST: "Chose to rest in a flare.",
    ChoiceKind.ADVISED: "Confirmed that a professional has advised.",
}


def run(args: argparse.Namespace) -> int:
    if args.last < 1:
        raise ConfigError(
            "--last", expected="a whole number from 1", seen=str(args.last), remedy="Leave it out for 40."
        )
    path = args.store or configuration(args)[1].store
    with StoreReader(path) as reader:
        entries = reader.diary(args.last)
        unreadable, anchors = reader.unreadable, reader.anchors()
    for entry in reversed(entries):
        placed = placed_of(entry, anchors)
        print(json.dumps(facts_of(entry, placed)) if args.json else _line(entry, placed))
    if not args.json and not entries:
        print(f"Nothing has been noted yet in {path}.")
    if not args.json and unreadable:
        print(f"({unreadable} more cannot be read by this kneemon.)")
    return ExitCode.OK


def placed_of(entry: DiaryEntry, anchors: Mapping[str, TimeAnchor]) -> Placed:
    """When it was told, by all that is known of the clock by now."""
    stamp = entry.stamp
    return place(stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=anchors)


def facts_of(entry: DiaryEntry, placed: Placed) -> dict[str, object]:
    """The entry for programs: its kind, when, and the fact as it is stored."""
    return {
        "seq": entry.seq,
        "at": placed.at.isoformat(),
        "day": placed.day.isoformat(),
        "certain": placed.certain,
        "kind": KIND_OF[type(entry.fact)],
        "fact": msgspec.to_builtins(entry.fact),
    }


def sentence(fact: Fact) -> str:
    """The fact in plain words."""
    match fact:
        case PainAnswer(ask, score, _, morning):
            when = f"on the morning of {morning}" if morning is not None else WHEN[ask]
            return f"Pain {when}: {'not answered' if score is None else f'{score} of 10'}."
        case SignsAnswer(signs):
            return SIGNS[signs]
        case GradeAnswer(grade):
            return GRADES[grade]
        case SteadyAnswer(steady):
            return STEADY[steady]
        case Choice(kind):
            return CHOICES[kind]
        case Profile():
            return _profile(fact)
        case Tags():
            return _tags(fact)
        case Override(state, step, note):
            week = "" if step is None else f", week {step + 1}"
            return f"Set by the physio: {state.value}{week}.{f' {note}' if note else ''}"
        case ExerciseSet():
            return _exercise(fact)
        case AdviceSaid(tip):
            return f"Tip given: {tip}."
        case PlanUsed(rev):
            return f"Version {rev} of the plan is followed from here on."
        case LimitWish():
            words = limits_in_words(fact)
            return f"Asked for beside the plan: {words}." if words else "The plan's own limits hold again."
        case Decision():
            return f"Decided ({fact.rule}{', late' if fact.late else ''}): {fact.reason}"


def _line(entry: DiaryEntry, placed: Placed) -> str:
    walk = getattr(entry.fact, "session_id", "")
    about = f" ({walk})" if walk else ""
    return (
        f"{'' if placed.certain else '~'}{_local(placed, entry.stamp.tz):%Y-%m-%d %H:%M}  {sentence(entry.fact)}{about}"
    )


def _local(placed: Placed, tz: str) -> datetime:
    try:
        return placed.at.astimezone(ZoneInfo(tz))
    except (KeyError, ValueError, OSError):
        return placed.at


def _profile(profile: Profile) -> str:
    pain = "" if profile.usual_pain is None else f", usual pain {profile.usual_pain}"
    brace = ", with a brace" if profile.brace else ""
    return f"Set up: knee {profile.knee.value}, aid {_words(profile.aid.value)}{brace}{pain}."


def _tags(tags: Tags) -> str:
    parts = [
        f"{name} {_words(value)}" for name, value in (("aid", tags.aid), ("on", tags.surface)) if value is not None
    ]
    if tags.brace is not None:
        parts.append("with a brace" if tags.brace else "without a brace")
    if tags.shoes is not None:
        parts.append(f"shoes: {tags.shoes}")
    return f"Walked: {', '.join(parts) or 'nothing special'}."


def _exercise(done: ExerciseSet) -> str:
    what = f"{_words(done.exercise.value).capitalize()}, {done.leg.value}, set {done.number}"
    if done.held_s is not None:
        goal = "" if done.goal_s is None else f" of {done.goal_s:.0f}"
        return f"{what}: held {done.held_s:.0f}{goal} s{', then touched down' if done.touched else ''}."
    goal = "" if done.goal is None else f" of {done.goal}"
    corrected = "" if done.counted in (None, done.reps) else f" (the sensor saw {done.counted})"
    return f"{what}: {'not known how many' if done.reps is None else done.reps}{goal} repetitions{corrected}."


def _words(value: str) -> str:
    return value.replace("_", " ")
