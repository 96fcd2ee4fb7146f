# SPDX-License-Identifier: MIT
"""The states of the plan, and how each is entered from the one before (evidence, section 12.4)."""

from dataclasses import replace
from datetime import date

from kneemon.model.plans import Dose, Plan, PlanState, StateName
from kneemon.plan.growth import after_stop, deloaded, held_back, no_more_than, step_back
from kneemon.plan.prescribe import dose_of


def beginning(plan: Plan, day: date) -> PlanState:
    """The first step, from `day` on."""
    return PlanState(
        name=StateName.BASELINE, since=day, week_start=day, step=0, dose=dose_of(plan, 0), decided_to=day, before=None
    )


def renewed(plan: Plan, state: PlanState, day: date, *, stays: bool) -> PlanState:
    """The first step, with no more than the dose that held; stays: in the same state, too."""
    lower = edited(plan, replace(state, step=0), day, untouched=False)
    return replace(lower if stays else beginning(plan, day), dose=lower.dose, week_start=day)


def moved(
    state: PlanState,
    name: StateName,
    day: date,
    *,
    step: int | None = None,
    dose: Dose | None = None,
    before: Dose | None = None,
    fresh: bool = False,
) -> PlanState:
    """`name` from `day` on; fresh: with a new week. What is not given stays; a state that stays keeps its day."""
    return PlanState(
        name=name,
        since=state.since if name is state.name else day,
        week_start=day if fresh else state.week_start,
        step=state.step if step is None else step,
        dose=dose or state.dose,
        decided_to=day,
        before=before,
    )


def stopped(plan: Plan, state: PlanState | None, day: date) -> PlanState:
    """Locked; the last dose with minutes is kept to go back to half of it."""
    if state is None:
        return stopped(plan, beginning(plan, plan.start), day)
    if state.name is StateName.STOP_MEDICAL:
        return state
    last = state.dose if state.dose.minutes > 0 or state.before is None else state.before
    return moved(state, StateName.STOP_MEDICAL, day, dose=replace(last, minutes=0.0), before=last)


def opened(plan: Plan, state: PlanState, day: date) -> PlanState:
    """After STOP_MEDICAL."""
    step, dose = after_stop(plan, state.before or state.dose, state.step)
    return moved(state, StateName.BASELINE, day, step=step, dose=dose, fresh=True)


def reviewed(state: PlanState, day: date, *, step: int | None = None, dose: Dose | None = None) -> PlanState:
    """REVIEW at the last tolerated dose: growth that no whole week has borne yet is taken back."""
    if dose is None and state.name is StateName.PROGRESS and state.before is not None:
        dose = state.before
    return moved(state, StateName.REVIEW, day, step=step, dose=dose)


def regressed(plan: Plan, state: PlanState) -> tuple[int, Dose]:
    """Step and dose of a step back."""
    step, dose = step_back(plan, state.dose, state.step)
    return step, held_back(plan, dose)


def flaring(plan: Plan, state: PlanState, day: date) -> PlanState:
    """DELOAD."""
    return moved(state, StateName.DELOAD, day, dose=deloaded(plan, state.dose), before=state.dose)


def settled(plan: Plan, state: PlanState, day: date) -> PlanState:
    """Out of DELOAD: one step lower than before the flare."""
    step, dose = step_back(plan, state.before or state.dose, state.step)
    return moved(state, StateName.HOLD, day, step=step, dose=dose, fresh=True)


def edited(plan: Plan, state: PlanState, day: date, *, untouched: bool) -> PlanState:
    """The same step of a changed file; untouched: no walk was made yet, so that all of it holds at once."""
    step = min(state.step, len(plan.weeks) - 1)
    before = None if state.before is None else no_more_than(plan, state.before, step)
    if untouched and state.name is StateName.BASELINE:
        dose = dose_of(plan, step)
    else:
        dose = no_more_than(plan, state.dose, step)
    if not state.dose.minutes:  # stopped, or resting
        dose = replace(dose, minutes=0.0)
    return moved(state, state.name, day, step=step, dose=dose, before=before)


def overridden(plan: Plan, state: PlanState, name: StateName, step: int | None, day: date) -> PlanState:
    """What the physio set: the state, with the dose of the step."""
    if name is StateName.STOP_MEDICAL:
        return stopped(plan, state, day)
    step = min(state.step if step is None else step, len(plan.weeks) - 1)
    rung = dose_of(plan, step)
    dose, before = rung, None
    if name is StateName.REGRESS:
        dose = held_back(plan, rung)
    elif name is StateName.DELOAD:
        dose, before = deloaded(plan, rung), rung
    return replace(moved(state, name, day, step=step, dose=dose, before=before, fresh=True), since=day)
