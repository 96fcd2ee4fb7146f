# SPDX-License-Identifier: MIT
"""The dose a plan prescribes for a day, what is left of it after a walk, and when the next walk is due.

Where the plan stands (PlanState) says the dose; without one, before the plan's life has begun and for a look ahead, the
weeks go by the calendar. It knows neither the clock nor what was walked; whoever asks says the day and the seconds
already walked in its main part.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from kneemon.model.diary import LimitWish
from kneemon.model.plans import Dose, Plan, PlanState, Prescription, StateName
from kneemon.plan.limits import ceiling_spm, day_limit_s

WEEK = timedelta(days=7)
NO_WISH = LimitWish()
EARLY = 2 * WEEK  # row 4: the weeks in which walk days do not follow each other


def dose_of(plan: Plan, step: int) -> Dose:
    """What a step of the plan asks for, within the plan's own limits; a step past the last is the last."""
    week = plan.weeks[min(step, len(plan.weeks) - 1)]
    sessions = plan.sessions if week.sessions is None else week.sessions
    most_min = plan.session_top_min
    if plan.weekly_cap_min is not None:
        most_min = min(most_min, plan.weekly_cap_min / sessions)
    return Dose(
        minutes=min(week.minutes, most_min),
        sessions=sessions,
        cadence_ceiling_spm=plan.cadence_ceiling_spm if week.cadence_ceiling_spm is None else week.cadence_ceiling_spm,
        bout_cap_min=plan.rules.bout_cap_min,
    )


def prescribe(
    plan: Plan,
    day: date,
    walked_main_s: float = 0.0,
    state: PlanState | None = None,
    *,
    walked_days: Sequence[date] = (),
    week_main_s: float = 0.0,
    baseline_spm: float | None = None,
    wish: LimitWish = NO_WISH,
    raises: bool = False,
) -> Prescription | None:
    """The day's dose; None before the plan begins, unless a state holds. After the last step its dose goes on.

    walked_main_s: walking of the main part already done on that day, seconds, not negative; week_main_s: in the running
    week, that day included. walked_days: days with a walk of the plan. baseline_spm: the walker's own comfortable
    cadence, once it is known. wish: limits beside the plan's; raises: they may be higher than those.
    """
    if day < plan.start and state is None:
        return None
    locked = state is not None and state.name is StateName.STOP_MEDICAL
    index = state.step if state else min(max((day - plan.start).days, 0) // 7, len(plan.weeks) - 1)
    dose = state.dose if state else dose_of(plan, index)
    dose_s = 0.0 if locked else 60.0 * dose.minutes
    rules = plan.rules
    own = Prescription(
        plan=plan.name,
        day=day,
        week=index + 1,
        dose_s=dose_s,
        limit_s=dose_s,
        warm_up_s=plan.warm_up_s,
        cool_down_s=plan.cool_down_s,
        cadence_ceiling_spm=_ceiling_spm(plan, dose, baseline_spm),
        pain_stop=rules.pain_acceptable_max + 1,
        rest_day=dose_s <= 0 or not _walk_day(plan, day) or _walked_enough(plan, day, dose, state, walked_days),
        plan_rev=plan.rev,
        state=state.name if state else StateName.BASELINE,
        locked=locked,
        bout_cap_s=60.0 * dose.bout_cap_min,
        rest_s=60.0 * rules.rest_min,
        prompt_s=60.0 * rules.prompt_min,
        pain_rise=rules.pain_rise + 1 if rules.rise_rule else None,
    )
    limit_s = day_limit_s(own, wish, plan, raises=raises) - walked_main_s
    if plan.weekly_cap_min is not None:
        limit_s = min(limit_s, 60.0 * plan.weekly_cap_min - week_main_s)
    return replace(own, limit_s=max(0.0, limit_s), cadence_ceiling_spm=ceiling_spm(own, wish, raises=raises))


def after(prescription: Prescription, main_s: float) -> Prescription:
    """What is left once a session has walked main_s seconds of the main part."""
    return replace(prescription, limit_s=max(0.0, prescription.limit_s - main_s))


def next_walk_day(plan: Plan, day: date) -> date:
    """The first day after `day` with a planned walk."""
    coming = max(day + timedelta(days=1), plan.start)
    while not _walk_day(plan, coming):
        coming += timedelta(days=1)
    return coming


def coming_walk(plan: Plan, day: date, state: PlanState | None, walked_days: Sequence[date]) -> date:
    """The first day after `day` on which a walk is due, the week's walks being made or not."""
    coming = next_walk_day(plan, day)
    dose = state.dose if state else dose_of(plan, (coming - plan.start).days // 7)
    while _walked_enough(plan, coming, dose, state, walked_days):
        coming = next_walk_day(plan, coming)
    return coming


def _ceiling_spm(plan: Plan, dose: Dose, baseline_spm: float | None) -> float | None:
    """The lowest of the fixed ceiling and what the walker's own baseline allows."""
    ceilings = [] if dose.cadence_ceiling_spm is None else [dose.cadence_ceiling_spm]
    if baseline_spm is not None and dose.at_baseline:
        ceilings.append(baseline_spm)
    elif baseline_spm is not None and plan.rules.ceiling_relative:
        ceilings.append(baseline_spm * plan.rules.ceiling_percent / 100)
    return min(ceilings, default=None)


def _walked_enough(plan: Plan, day: date, dose: Dose, state: PlanState | None, walked: Sequence[date]) -> bool:
    """The week's walks are made, or, early in the plan, yesterday had one; a day that is begun is no rest day."""
    if day in walked:
        return False
    begin = state.week_start if state else plan.start
    first = begin + WEEK * ((day - begin).days // 7)
    made = {each for each in walked if first <= each < day}
    yesterday = day - timedelta(days=1)
    early = day < plan.start + EARLY and not plan.rules.consecutive_days_early
    return len(made) >= dose.sessions or (early and yesterday in walked)


def _walk_day(plan: Plan, day: date) -> bool:
    return not plan.walk_days or day.weekday() in plan.walk_days
