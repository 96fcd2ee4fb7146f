# SPDX-License-Identifier: MIT
"""The day's dose in one or two plain sentences, in the reader's language. It knows neither page nor terminal."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil

from kneemon.language import Language, language
from kneemon.model.plans import Plan, PlanState, Prescription, StateName
from kneemon.plan.prescribe import WEEK, coming_walk, next_walk_day, prescribe

ENGLISH = language("en")


def in_words(
    plan: Plan,
    day: date,
    walked_main_s: float = 0.0,
    state: PlanState | None = None,
    *,
    today: bool = True,
    walked_days: Sequence[date] = (),
    week_main_s: float = 0.0,
    baseline_spm: float | None = None,
    language: Language = ENGLISH,
) -> str:
    """today: `day` is. The rest as in `prescribe`."""
    say = language.say
    dose = prescribe(
        plan,
        day,
        walked_main_s,
        state,
        walked_days=walked_days,
        week_main_s=week_main_s,
        baseline_spm=baseline_spm,
    )
    if dose is None:
        return _begins(plan, language)
    if dose.locked:
        return say(
            "The plan is stopped: no walk of the plan until a professional has advised and you have confirmed it."
        )
    at = {"day": language.long_day(day), "place": _place(plan, day, dose, state, language)}
    paused = say("The plan is paused; a walk takes it up again.") if dose.state is StateName.PAUSED else ""
    if dose.dose_s <= 0:
        if today:
            return say("Today, {day} ({place}), is a day of rest; no walk is planned until the plan goes on.", **at)
        return say("{day} ({place}) is a day of rest; no walk is planned until the plan goes on.", **at)
    if dose.rest_day:
        at["coming"] = language.long_day(coming_walk(plan, day, state, walked_days))
        rests = (
            say("Today, {day} ({place}), is a rest day; the next walk is on {coming}.", **at)
            if today
            else say("{day} ({place}) is a rest day; the next walk is on {coming}.", **at)
        )
        return " ".join(filter(None, (rests, _all_the_same(dose, language), paused)))
    on = say("Today, {day} ({place})", **at) if today else say("{day} ({place})", **at)
    parts = [say("{duration} of walking", duration=_duration(dose.dose_s, language))]
    if dose.limit_s != dose.dose_s:
        left = say("{duration} of it still to do", duration=_duration(dose.limit_s, language))
        parts.append(left if dose.limit_s else say("all of it done"))
    if dose.cadence_ceiling_spm is not None:
        parts.append(say("not over {spm} steps/min", spm=language.number(dose.cadence_ceiling_spm)))
    return " ".join(filter(None, (f"{on}: {', '.join(parts)}{_slow(dose, language)}.", paused)))


def _begins(plan: Plan, language: Language) -> str:
    first = next_walk_day(plan, plan.start - timedelta(days=1))
    start = {"start": language.long_day(plan.start), "year": str(plan.start.year)}
    if first == plan.start:
        return language.say("The plan begins on {start} {year}.", **start)
    start["first"] = language.long_day(first)
    return language.say("The plan begins on {start} {year}; the first walk is on {first}.", **start)


def _place(plan: Plan, day: date, dose: Prescription, state: PlanState | None, language: Language) -> str:
    if state is not None:
        return language.say("step {step} of {steps}", step=dose.week, steps=len(plan.weeks))
    if day >= plan.start + WEEK * len(plan.weeks):
        return language.say("week {week} goes on", week=dose.week)
    return language.say("week {week}", week=dose.week)


def _all_the_same(dose: Prescription, language: Language) -> str:
    if not dose.limit_s:
        return language.say("Should you walk all the same: the day's most is walked already.")
    most = _duration(dose.limit_s, language)
    return language.say("Should you walk all the same: not more than {duration}.", duration=most)


def _slow(dose: Prescription, language: Language) -> str:
    before, after = (_duration(each, language) if each else "" for each in (dose.warm_up_s, dose.cool_down_s))
    if before and dose.warm_up_s == dose.cool_down_s:
        return language.say("; {duration} slow before and after", duration=before)
    if before and after:
        return language.say("; {before} slow before and {after} slow after", before=before, after=after)
    if before:
        return language.say("; {duration} slow before", duration=before)
    return language.say("; {duration} slow after", duration=after) if after else ""


def _duration(seconds: float, language: Language) -> str:
    """ "10 minutes", "1 minute 30 seconds"; a part of a second counts as a whole one."""
    minutes, rest = divmod(ceil(seconds), 60)
    said = [language.several("{number} minute", "{number} minutes", minutes)] if minutes or not rest else []
    return " ".join([*said, *([language.several("{number} second", "{number} seconds", rest)] if rest else [])])
