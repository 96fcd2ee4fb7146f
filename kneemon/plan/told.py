# SPDX-License-Identifier: MIT
"""What the walker and the physio say, and what the plan answers; each choice and override has exactly one decision."""

from dataclasses import replace
from datetime import date

from kneemon.model.diary import Choice, ChoiceKind, GradeAnswer, Override, SteadyAnswer
from kneemon.model.plans import PlanState, StateName
from kneemon.model.questions import Grade, Steady
from kneemon.plan.growth import deloaded, step_back
from kneemon.plan.history import Noted
from kneemon.plan.ledger import Ledger
from kneemon.plan.moves import moved, opened, overridden, reviewed, stopped

# They answer what the same day's morning decided, and so come after it.
AFTER_THE_MORNING = (ChoiceKind.STAY, ChoiceKind.REST)
NAMES = {
    StateName.BASELINE: "in its first week",
    StateName.PROGRESS: "growing",
    StateName.HOLD: "held",
    StateName.REGRESS: "one step back",
    StateName.DELOAD: "in a flare",
    StateName.REVIEW: "waiting for a review",
    StateName.PAUSED: "paused",
    StateName.STOP_MEDICAL: "stopped",
}


def stop_told(ledger: Ledger, each: Noted, day: date) -> bool:
    """A sign of the lists that stop the plan, or a fall."""
    fact = each.fact
    if isinstance(fact, GradeAnswer) and fact.grade is not None and fact.grade >= Grade.SAME_DAY:
        rule, cause = "12.4-STOP-flag", f"grade {each.seq}"
        reason = f"A sign of the {fact.grade.name.replace('_', '-')} list was reported."
    elif isinstance(fact, SteadyAnswer) and fact.steady is Steady.FELL:
        rule, cause = "12.4-STOP-fall", f"fall {fact.session_id or each.seq}"
        reason = "A fall was reported when the knee gave way."
    else:
        return False
    if ledger.done(cause):
        return False
    ledger.enter(rule, day, stopped(ledger.plan, ledger.state, day), reason, cause, fact=each.seq, certain=each.certain)
    return True


def review_told(ledger: Ledger, state: PlanState, each: Noted, day: date) -> bool:
    """A sign of the SOON list; what was told before a professional advised is settled."""
    fact, cause = each.fact, f"grade {each.seq}"
    if not isinstance(fact, GradeAnswer) or fact.grade is not Grade.SOON or ledger.done(cause):
        return False
    if state.name in (StateName.STOP_MEDICAL, StateName.REVIEW) or each.seq <= ledger.advised_at()[1]:
        return False
    reason = "A sign of the SOON list was reported: arrange a review."
    ledger.enter("12.4-REVIEW-flag", day, reviewed(state, day), reason, cause, fact=each.seq)
    return True


def chosen(ledger: Ledger, state: PlanState, each: Noted, day: date, *, after_the_morning: bool) -> bool:
    """A choice of the walker."""
    fact, cause = each.fact, f"choice {each.seq}"
    if not isinstance(fact, Choice) or (fact.kind in AFTER_THE_MORNING) is not after_the_morning or ledger.done(cause):
        return False
    answer = _answer(ledger, state, fact.kind, each.seq, day)
    if answer is None:
        reason = f"You chose {fact.kind}; the plan is {NAMES[state.name]}, so nothing changes."
        answer = ("C-none", moved(state, state.name, day, before=state.before), reason)
    rule, coming, reason = answer
    ledger.enter(rule, day, coming, reason, cause, fact=each.seq, choice=str(fact.kind))
    return True


def overriding(ledger: Ledger, state: PlanState, each: Noted, day: date) -> bool:
    """What the physio set."""
    fact, cause = each.fact, f"override {each.seq}"
    if not isinstance(fact, Override) or ledger.done(cause):
        return False
    if state.name is StateName.STOP_MEDICAL:
        rule, coming = "O-refused", state
        reason = f"Not set to {fact.state}: the plan is stopped until the walker confirms professional advice."
    else:
        rule, coming = "O-override", overridden(ledger.plan, state, fact.state, fact.step, day)
        reason = f"The physio set {fact.state}, step {coming.step + 1}{f': {fact.note}' if fact.note else ''}."
    usual = ledger.history.usual_pain(day)
    ledger.enter(rule, day, coming, reason, cause, fact=each.seq, set_state=str(fact.state), usual_pain=usual)
    return True


def resumed(ledger: Ledger, state: PlanState, day: date) -> PlanState:
    """Out of PAUSED: BASELINE after a long gap or when it was paused there, the flare again when it was paused in one,
    else HOLD; with a fresh week."""
    entered = ledger.entered()
    if any(each.rule == "12.4-PAUSED-28" and each.day >= entered.day for each in ledger.decisions):
        dose = state.dose
        if not dose.minutes and state.before is not None:  # a rest that is over
            dose = step_back(ledger.plan, deloaded(ledger.plan, state.before), 0, fewer=False)[1]
        return moved(state, StateName.BASELINE, day, dose=dose, fresh=True)
    if ledger.paused_in_flare():
        return moved(state, StateName.DELOAD, day, before=state.before, fresh=True)
    name = StateName.BASELINE if entered.was is StateName.BASELINE else StateName.HOLD
    return moved(state, name, day, fresh=True)


def _answer(
    ledger: Ledger, state: PlanState, kind: ChoiceKind, seq: int, day: date
) -> tuple[str, PlanState, str] | None:
    """Rule, state and reason; None where the choice has no place."""
    plan, now = ledger.plan, state.name
    if kind is ChoiceKind.PAUSE and now is StateName.DELOAD:
        paused = moved(state, StateName.PAUSED, day, before=state.before)
        return "12.4-PAUSED-choice", paused, "You chose to pause, in a flare."
    if kind is ChoiceKind.PAUSE and now not in (StateName.PAUSED, StateName.REVIEW, StateName.STOP_MEDICAL):
        return "12.4-PAUSED-choice", moved(state, StateName.PAUSED, day), "You chose to pause."
    if kind is ChoiceKind.RESUME and now is StateName.PAUSED:
        return "12.4-RESUMED-choice", resumed(ledger, state, day), "You chose to go on."
    if kind is ChoiceKind.STAY and now is StateName.PROGRESS and state.before is not None:
        held = moved(state, StateName.HOLD, day, dose=state.before)
        return "C-stay", held, f"You chose not to grow this week: {state.before.minutes:g} minutes go on."
    if kind is ChoiceKind.REST and now is StateName.DELOAD and state.dose.minutes:
        resting = moved(state, now, day, dose=replace(state.dose, minutes=0.0), before=state.before)
        return "C-rest", resting, "You chose rest until the flare has settled."
    if kind is ChoiceKind.ADVISED and now is StateName.STOP_MEDICAL and seq > ledger.stopped_at():
        coming = opened(plan, state, day)
        return "C-advised", coming, f"A professional has advised: {coming.dose.minutes:g} minutes to begin with."
    if kind is ChoiceKind.ADVISED and now is StateName.REVIEW:
        return "C-advised", moved(state, StateName.HOLD, day, fresh=True), "A professional has advised."
    return None
