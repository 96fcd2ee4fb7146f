# SPDX-License-Identifier: MIT
"""The dose a plan prescribes for a day, what is left of it after a walk, and both in plain words.

The plan is followed by the calendar: a missed walk is not made up for, and nothing grows because a day went well. It
knows neither the clock nor what was walked; whoever asks says the day and the seconds already walked in its main part.
"""

from dataclasses import replace
from datetime import date, timedelta
from math import ceil

from kneemon.model.plans import Plan, Prescription


def prescribe(plan: Plan, day: date, walked_main_s: float = 0.0) -> Prescription | None:
    """The day's dose; None before the plan begins. After the last week its dose goes on.

    walked_main_s: walking of the main part already done on that day, seconds, not negative.
    """
    if day < plan.start:
        return None
    index = min((day - plan.start).days // 7, len(plan.weeks) - 1)
    week = plan.weeks[index]
    dose_s = 60.0 * week.minutes
    ceiling_spm = plan.cadence_ceiling_spm if week.cadence_ceiling_spm is None else week.cadence_ceiling_spm
    return Prescription(
        plan=plan.name,
        day=day,
        week=index + 1,
        dose_s=dose_s,
        limit_s=max(0.0, dose_s - walked_main_s),
        warm_up_s=plan.warm_up_s,
        cool_down_s=plan.cool_down_s,
        cadence_ceiling_spm=ceiling_spm,
        pain_stop=plan.pain_stop,
        rest_day=not _walk_day(plan, day),
    )


def after(prescription: Prescription, main_s: float) -> Prescription:
    """What is left once a session has walked main_s seconds of the main part."""
    return replace(prescription, limit_s=max(0.0, prescription.limit_s - main_s))


def next_walk_day(plan: Plan, day: date) -> date:
    """The first day after `day` with a planned walk."""
    coming = max(day + timedelta(days=1), plan.start)
    while not _walk_day(plan, coming):
        coming += timedelta(days=1)
    return coming


def in_words(plan: Plan, day: date, walked_main_s: float = 0.0, *, today: bool = True) -> str:
    """The day's dose in one or two plain sentences; today: `day` is."""
    dose = prescribe(plan, day, walked_main_s)
    if dose is None:
        return _begins(plan)
    last = " goes on" if day >= plan.start + timedelta(weeks=len(plan.weeks)) else ""
    on = f"{'Today, ' if today else ''}{_date(day)} (week {dose.week}{last})"
    if dose.rest_day:
        left = f"not more than {_duration(dose.limit_s)}" if dose.limit_s else "the day's most is walked already"
        coming = _date(next_walk_day(plan, day))
        comma = "," if today else ""
        return f"{on}{comma} is a rest day; the next walk is on {coming}. Should you walk all the same: {left}."
    return f"{on}: {_duration(dose.dose_s)} of walking{_left(dose)}{_ceiling(dose)}{_slow(dose)}."


def _walk_day(plan: Plan, day: date) -> bool:
    return not plan.walk_days or day.weekday() in plan.walk_days


def _begins(plan: Plan) -> str:
    first = plan.start if _walk_day(plan, plan.start) else next_walk_day(plan, plan.start)
    walk = "" if first == plan.start else f"; the first walk is on {_date(first)}"
    return f"The plan begins on {_date(plan.start)} {plan.start.year}{walk}."


def _left(dose: Prescription) -> str:
    if dose.limit_s == dose.dose_s:
        return ""
    return f", {_duration(dose.limit_s)} of it still to do" if dose.limit_s else ", all of it done"


def _ceiling(dose: Prescription) -> str:
    return "" if dose.cadence_ceiling_spm is None else f", not over {dose.cadence_ceiling_spm:g} steps/min"


def _slow(dose: Prescription) -> str:
    before, afterwards = dose.warm_up_s, dose.cool_down_s
    if before and before == afterwards:
        return f"; {_duration(before)} slow before and after"
    parts = [
        f"{_duration(part_s)} slow {when}" for part_s, when in ((before, "before"), (afterwards, "after")) if part_s
    ]
    return f"; {' and '.join(parts)}" if parts else ""


def _date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _duration(seconds: float) -> str:
    """ "10 minutes", "1 minute 30 seconds"; a part of a second counts as a whole one."""
    minutes, rest = divmod(ceil(seconds), 60)
    parts = [
        f"{number} {word}{'s' * (number != 1)}" for number, word in ((minutes, "minute"), (rest, "second")) if number
    ]
    return " ".join(parts) or "0 minutes"
