# SPDX-License-Identifier: MIT
"""How the dose grows and how it gives way (evidence, sections 1.2, 1.6 and 12.4).

Growth goes towards the steps of the plan, one variable at a time, never past a cap. Giving way takes minutes and keeps
the days. What the plan locks is never changed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import floor

from kneemon.model.plans import Dose, Plan, PlanState, Variable
from kneemon.plan.prescribe import dose_of

SMALLEST_MIN = 0.5  # growth is cut in half minutes; less than that is not worth a week
SHORTEST_WALK_MIN = 3.0  # row 5: a step back leaves at least that
LESS = 0.8  # 12.4: a step back has at least 20 % fewer minutes
AFTER_STOP = 0.5  # 12.4: after STOP_MEDICAL half of the last step
_LOAD = "the knee's load"


@dataclass(frozen=True, slots=True)
class Room:
    """How far the next week may go. growth_min: how many minutes more than now, by row 8. load_weekly_min: the weekly
    minutes at which the knee's load would have grown by as much; None: not known. days_walked: in the week judged; who
    walks on more days than planned is taken to go on doing so."""

    growth_min: float
    load_weekly_min: float | None = None
    days_walked: int = 0

    def days(self, dose: Dose) -> int:
        """On how many days the next week's minutes are likely to be walked."""
        return max(dose.sessions, self.days_walked)


@dataclass(frozen=True, slots=True)
class Growth:
    """What a good week leads to; variable: what grew, None when nothing did. why: a sentence."""

    step: int
    dose: Dose
    variable: Variable | None
    why: str


def grow(plan: Plan, state: PlanState, room: Room) -> Growth:
    """The next dose after a week that went well."""
    dose, step = state.dose, state.step
    cap, most = _cap(dose, room)
    if most < dose.minutes * room.days(dose):
        return Growth(step, dose, None, "The dose stays: the knee's load grew last week without more minutes.")
    limited = dose.at_baseline or dose.bout_cap_min < plan.rules.bout_cap_min
    if limited and Variable.PACE not in plan.locked:
        free = replace(dose, at_baseline=False, bout_cap_min=plan.rules.bout_cap_min)
        return Growth(step, free, Variable.PACE, "Pace and stretches of the step are given back; the minutes stay.")
    if not any(_lags(plan, dose, step)):
        if step + 1 >= len(plan.weeks):
            return Growth(step, dose, None, "The last step is reached and goes on.")
        lighter = _lighter(plan, dose, step)
        if lighter != dose:
            return Growth(step + 1, lighter, None, "The next step asks for less.")
        step += 1
    stays = None
    for variable in _lags(plan, dose, step):
        growth = _towards(plan, state, step, variable, room)
        if growth.variable is not None or cap == _LOAD:  # where the load has no room, pace has none either
            return growth
        stays = stays or growth
    return stays or Growth(step, dose, None, "The next step asks for the same dose.")


def step_back(plan: Plan, dose: Dose, step: int, *, fewer: bool = True) -> tuple[int, Dose]:
    """One step lower with the days kept, at most the dose that held; fewer: by at least 20 % of its minutes."""
    lower = max(step - 1, 0)
    minutes = min(dose.minutes, dose_of(plan, lower).minutes)
    if fewer:
        minutes = min(minutes, max(LESS * dose.minutes, min(SHORTEST_WALK_MIN, dose.minutes)))
    return lower, _with_minutes(plan, dose, minutes)


def held_back(plan: Plan, dose: Dose) -> Dose:
    """The same minutes, no faster than the own baseline, in short stretches."""
    if Variable.PACE in plan.locked:
        return dose
    return replace(dose, at_baseline=True, bout_cap_min=min(dose.bout_cap_min, plan.rules.split_bout_min))


def deloaded(plan: Plan, dose: Dose) -> Dose:
    """The dose of a flare: a share of the minutes at a comfortable pace."""
    share = _with_minutes(plan, dose, dose.minutes * plan.rules.deload_percent / 100)
    return share if Variable.PACE in plan.locked else replace(share, at_baseline=True)


def after_stop(plan: Plan, dose: Dose, step: int) -> tuple[int, Dose]:
    """Half of the last minutes, and the highest step that asks for no more than that."""
    half = _with_minutes(plan, dose, AFTER_STOP * dose.minutes)
    steps = [index for index in range(step + 1) if dose_of(plan, index).minutes <= half.minutes]
    return max(steps, default=0), half


def no_more_than(plan: Plan, dose: Dose, step: int) -> Dose:
    """The dose within a step of the plan: what the step asks for less holds, what it asks for more does not yet, and
    what is locked is the plan's."""
    rung = dose_of(plan, step)
    locked = plan.locked
    return replace(
        dose,
        minutes=rung.minutes if Variable.MINUTES in locked else min(dose.minutes, rung.minutes),
        sessions=rung.sessions if Variable.DAYS in locked else min(dose.sessions, rung.sessions),
        cadence_ceiling_spm=rung.cadence_ceiling_spm
        if Variable.PACE in locked
        else _lower(dose.cadence_ceiling_spm, rung.cadence_ceiling_spm),
        bout_cap_min=rung.bout_cap_min if Variable.PACE in locked else min(dose.bout_cap_min, rung.bout_cap_min),
    )


def _with_minutes(plan: Plan, dose: Dose, minutes: float) -> Dose:
    return dose if Variable.MINUTES in plan.locked else replace(dose, minutes=minutes)


def _lower(one: float | None, other: float | None) -> float | None:
    """The stricter of two ceilings; None is none."""
    return min((each for each in (one, other) if each is not None), default=None)


def _target_min(plan: Plan, dose: Dose, step: int) -> float:
    target = dose_of(plan, step).minutes
    return target if plan.weekly_cap_min is None else min(target, plan.weekly_cap_min / dose.sessions)


def _lags(plan: Plan, dose: Dose, step: int) -> Iterator[Variable]:
    """The variables in which the dose is short of the step, in the order in which they grow."""
    rung = dose_of(plan, step)
    if Variable.MINUTES not in plan.locked and _target_min(plan, dose, step) - dose.minutes >= SMALLEST_MIN:
        yield Variable.MINUTES
    room = plan.weekly_cap_min is None or dose.minutes * (dose.sessions + 1) <= plan.weekly_cap_min
    if Variable.DAYS not in plan.locked and rung.sessions > dose.sessions and room:
        yield Variable.DAYS
    if Variable.PACE not in plan.locked and _faster(rung.cadence_ceiling_spm, dose.cadence_ceiling_spm):
        yield Variable.PACE


def _faster(ceiling: float | None, than: float | None) -> bool:
    return than is not None and (ceiling is None or ceiling > than)


def _lighter(plan: Plan, dose: Dose, step: int) -> Dose:
    """The dose with all that the next step asks for less than this one."""
    now, coming = dose_of(plan, step), dose_of(plan, step + 1)
    less = dose
    if coming.minutes < now.minutes:
        less = _with_minutes(plan, less, min(less.minutes, coming.minutes))
    if coming.sessions < now.sessions and Variable.DAYS not in plan.locked:
        less = replace(less, sessions=min(less.sessions, coming.sessions))
    if _faster(now.cadence_ceiling_spm, coming.cadence_ceiling_spm) and Variable.PACE not in plan.locked:
        less = replace(less, cadence_ceiling_spm=_lower(less.cadence_ceiling_spm, coming.cadence_ceiling_spm))
    return less


def _cap(dose: Dose, room: Room) -> tuple[str, float]:
    """What limits the next week, and to how many minutes."""
    most = dose.minutes * room.days(dose) + room.growth_min
    if room.load_weekly_min is not None and room.load_weekly_min < most:
        return _LOAD, room.load_weekly_min
    return "row 8's weekly growth", most


def _towards(plan: Plan, state: PlanState, step: int, variable: Variable, room: Room) -> Growth:
    """One variable towards the step, as far as the caps allow."""
    dose = state.dose
    if variable is Variable.PACE:
        ceiling = dose_of(plan, step).cadence_ceiling_spm
        words = "is given up" if ceiling is None else f"goes from {dose.cadence_ceiling_spm:g} to {ceiling:g} steps/min"
        return Growth(step, replace(dose, cadence_ceiling_spm=ceiling), variable, f"The pace ceiling {words}.")
    days, (cap, most) = room.days(dose), _cap(dose, room)
    if variable is Variable.DAYS:
        if dose.minutes * (days + 1) > most:
            return Growth(state.step, dose, None, f"The dose stays: {cap} leaves no room for one more day.")
        more = dose.sessions + 1
        return Growth(step, replace(dose, sessions=more), variable, f"{dose.sessions} walks a week become {more}.")
    target = _target_min(plan, dose, step)
    minutes = target
    if target * days > most:
        minutes = floor(most / days / SMALLEST_MIN) * SMALLEST_MIN
    if minutes - dose.minutes < SMALLEST_MIN:
        return Growth(state.step, dose, None, f"The dose stays: {cap} leaves no room for more minutes.")
    cut = f", not the step's {target:g}: {cap} is the cap" if minutes < target else ""
    return Growth(
        step,
        replace(dose, minutes=minutes),
        variable,
        f"{dose.minutes:g} minutes become {minutes:g}{cut}.",
    )
