# SPDX-License-Identifier: MIT
"""The state machine: which decisions are due (evidence, section 12.4). Pure: the same history gives the same ones.

The days since the newest decision are gone through one by one, each with what was known on it. On a day what stops or
sends to review comes first, then a gap, a flare, the week. `plan.rulebook` says each rule in words.
"""

from dataclasses import replace
from datetime import date, timedelta

from kneemon.model.diary import Choice, ChoiceKind, PlanUsed
from kneemon.model.plans import Decision, Plan, PlanState, StateName
from kneemon.plan.growth import deloaded, grow, step_back
from kneemon.plan.history import History
from kneemon.plan.ledger import DAY, LEFT, GaveWay, Ledger
from kneemon.plan.moves import beginning, edited, flaring, moved, regressed, renewed, reviewed, settled, stopped
from kneemon.plan.told import NAMES, chosen, overriding, resumed, review_told, stop_told
from kneemon.plan.week import WEEK, look_at, room, verdict

BUCKLINGS_STOP = 2  # row 40, fixed: on one day
BUCKLING_DAYS = 7  # row 39
REGRESS_REVIEW = 3  # 12.4
REGRESS_SPAN = timedelta(weeks=6)  # 12.4
SETTLED_MORNINGS = 2  # 12.4
GAPS = (28, 14, 7)  # 12.4: whole days without a walk
KEPT = (StateName.STOP_MEDICAL, StateName.REVIEW, StateName.DELOAD)  # no plan's file leads out of these


def due(plan: Plan, history: History, today: date, *, certain: bool) -> tuple[Decision, ...]:
    """Every decision that is due and not yet in `history`, in order; the last one's state is what holds.

    The first is the beginning of the plan. certain: `today` is known to be right; where it is not, only what stops the
    plan and the advice that opens it again is decided, and no week ends, nothing grows, no gap is inferred.
    """
    ledger = Ledger(plan, history, today, certain=certain)
    if not certain:
        while _stop(ledger, today) or _opened(ledger):
            pass
        return tuple(ledger.new)
    day = min(ledger.state.decided_to if ledger.state else ledger.begin(), today)
    while day <= today:
        while _decide(ledger, day):
            pass
        day += DAY
    return tuple(ledger.new)


def standing_state(history: History) -> PlanState | None:
    """What holds now: the state of the newest decision."""
    return history.decisions[-1].state if history.decisions else None


def _decide(ledger: Ledger, day: date) -> bool:
    """The next decision of a day; False when there is none left."""
    state = ledger.state
    if ledger.followed() is None or state is None:
        if _begin(ledger, day):
            return True
        return (state is not None and _told(ledger, state, day)) or _stop(ledger, day)
    return (
        _new_plan(ledger, state, day)
        or _gap(ledger, state, day)
        or _told(ledger, state, day)
        or _stop(ledger, day)
        or _bucklings(ledger, state, day)
        or _walked_again(ledger, state, day)
        or _flare(ledger, state, day)
        or _settled(ledger, state, day)
        or _week(ledger, state, day)
        or _told(ledger, state, day, after_the_morning=True)
    )


def _begin(ledger: Ledger, day: date) -> bool:
    """What was stopped or sent to review before the first day stays so, and a dose that was halved is kept."""
    if day < ledger.begin():
        return False
    plan, state = ledger.plan, ledger.state
    start = plan.start.isoformat()
    coming = renewed(plan, state, day, stays=state.name in KEPT) if state else beginning(plan, day)
    reason, cause = f"The plan {plan.name} begins.", f"begin {plan.start}"
    whole = coming == beginning(plan, day)
    ledger.enter("12.4-BEGIN", day, coming, reason, cause, plan_rev=plan.rev, plan_start=start, whole_step=whole)
    return True


def _new_plan(ledger: Ledger, state: PlanState, day: date) -> bool:
    """Another plan's file than the one that is followed."""
    plan = ledger.plan
    start = plan.start.isoformat()
    followed = ledger.followed()
    if followed is None or followed == (plan.rev, start):
        return False
    used = [each for each in ledger.history.noted if isinstance(each.fact, PlanUsed) and each.fact.rev == plan.rev]
    from_day = ledger.day_of(used[-1]) if used else ledger.today
    cause = f"plan {plan.rev} {start}"
    if followed[1] == start and day >= from_day:
        coming = edited(plan, state, day, untouched=_untouched(ledger, day))
        reason = f"The plan was changed; step {coming.step + 1} goes on."
        ledger.enter("P-edited", day, coming, reason, cause, plan_rev=plan.rev, plan_start=start)
        return True
    if followed[1] == start or day < max(from_day, plan.start):
        return False
    stays = state.name in KEPT or ledger.paused_in_flare()
    coming = renewed(plan, state, day, stays=True) if stays else beginning(plan, day)
    reason = f"A new plan, {plan.name}, {f'is used; it stays {NAMES[state.name]}' if stays else 'begins'}."
    ledger.enter("P-new", day, coming, reason, cause, plan_rev=plan.rev, plan_start=start, whole_step=not stays)
    return True


def _untouched(ledger: Ledger, day: date) -> bool:
    """The plan has begun with the whole dose of its first step, and no walk was made yet."""
    fresh = ledger.fresh()
    begun = fresh is not None and fresh.values.get("whole_step") is True
    return begun and not any(walk.day >= ledger.fresh_since() for walk in ledger.walks(day))


def _gap(ledger: Ledger, state: PlanState, day: date) -> bool:
    """Whole days without a walk; a walk on `day` itself ends the gap and does not undo it.

    Going on without a walk begins the count for a pause again, and not that for a step back. A week with walks is
    judged before it is left.
    """
    paused = state.name is StateName.PAUSED
    if state.name in LEFT and not paused:
        return False
    walked = [walk.day for walk in ledger.walks(day - DAY)]
    plan = ledger.plan
    for length in reversed(GAPS):
        since = ledger.fresh_since() if length == min(GAPS) else ledger.began()
        last = max([since - DAY, *walked])
        idle = (day - last).days - 1
        cause = f"gap {last} {length}"
        if idle < length or ledger.done(cause) or (length == min(GAPS) and paused):
            continue
        if not paused and max(walked, default=date.min) >= state.week_start and _week(ledger, state, day):
            return True
        step, dose = state.step, state.dose
        if length == 14:
            step, dose = step_back(plan, dose, step, fewer=False)
        elif length == 28:
            step, dose = 0, step_back(plan, dose, 0, fewer=False)[1]
        reason = f"{length} days without a walk."
        coming = moved(state, StateName.PAUSED, day, step=step, dose=dose, before=state.before if paused else None)
        ledger.enter(f"12.4-PAUSED-{length}", day, coming, reason, cause, last_walk=last.isoformat(), idle_days=idle)
        return True
    return False


def _told(ledger: Ledger, state: PlanState, day: date, *, after_the_morning: bool = False) -> bool:
    """The first fact told that is not yet answered."""
    for each in ledger.noted(day):
        if chosen(ledger, state, each, day, after_the_morning=after_the_morning):
            return True
        if after_the_morning:
            continue
        if stop_told(ledger, each, day) or review_told(ledger, state, each, day):
            return True
        if overriding(ledger, state, each, day):
            return True
    return False


def _stop(ledger: Ledger, day: date) -> bool:
    """Signs that stop the plan, falls, and knees that gave way twice on a day. Where no date is certain, every fact
    counts, whatever its day."""
    last = day if ledger.certain else date.max
    for each in ledger.noted(last):
        if stop_told(ledger, each, day):
            return True
    stop = stopped(ledger.plan, ledger.state, day)
    for walk in ledger.history.walks:
        if ledger.day_of(walk) <= last and ledger.watches(walk) and walk.fell:
            cause = f"fall {walk.session_id}"
            if not ledger.done(cause):
                reason = "A fall was reported when the knee gave way."
                fact = max(walk.seq, ledger.last_seq(last))
                ledger.enter("12.4-STOP-fall", day, stop, reason, cause, fact=fact)
                return True
    by_day: dict[date, list[GaveWay]] = {}
    for buckling in ledger.gave_way(last):
        by_day.setdefault(buckling.day, []).append(buckling)
    for on, found in by_day.items():
        times = sum(buckling.times for buckling in found)
        cause = f"bucklings {found[-1].name} {times}"
        if times >= BUCKLINGS_STOP and not ledger.done(cause):
            fact = max(found[-1].seq, ledger.last_seq(last))
            reason = f"The knee gave way {times} times on one day."
            ledger.enter("12.4-STOP-bucklings", day, stop, reason, cause, fact=fact, bucklings=times, on=on.isoformat())
            return True
    return False


def _opened(ledger: Ledger) -> bool:
    """The walker's word that a professional has advised needs no date: its place in the diary is enough."""
    state = ledger.state
    if state is None or state.name is not StateName.STOP_MEDICAL:
        return False
    advised = [each for each in ledger.noted(date.max) if each.fact == Choice(ChoiceKind.ADVISED)]
    return any(
        chosen(ledger, state, each, state.decided_to, after_the_morning=False)
        for each in advised
        if each.seq > ledger.stopped_at()
    )


def _bucklings(ledger: Ledger, state: PlanState, day: date) -> bool:
    """Too often within seven days; what was told before a professional advised is settled."""
    if state.name in (StateName.REVIEW, StateName.STOP_MEDICAL):
        return False
    advised_on, advised = ledger.advised_at()
    first = day - (BUCKLING_DAYS - 1) * DAY
    within = [each for each in ledger.gave_way(day) if each.day >= first]
    gave_way = [each for each in within if (each.told > advised if each.told else each.day > advised_on)]
    times = sum(each.times for each in gave_way)
    if times < ledger.plan.rules.bucklings_review:
        return False
    cause = f"bucklings7 {gave_way[-1].name} {times}"
    if ledger.done(cause):
        return False
    reason = f"The knee gave way {times} time{'s' * (times != 1)} within {BUCKLING_DAYS} days: arrange a review."
    ledger.enter("12.4-REVIEW-bucklings", day, reviewed(state, day), reason, cause, bucklings=times)
    return True


def _walked_again(ledger: Ledger, state: PlanState, day: date) -> bool:
    if state.name is not StateName.PAUSED:
        return False
    by_gap = ledger.entered().rule in {f"12.4-PAUSED-{length}" for length in GAPS}
    walked = [walk for walk in ledger.walks(day) if walk.day > state.since or (by_gap and walk.day == state.since)]
    cause = f"resumed {walked[0].session_id}" if walked else ""
    if not walked or ledger.done(cause):
        return False
    coming = resumed(ledger, state, day)
    ledger.enter("12.4-RESUMED-walk", day, coming, "You walked again; a fresh week begins.", cause)
    return True


def _flare(ledger: Ledger, state: PlanState, day: date) -> bool:
    """Mornings in a row clearly above the usual pain of the day before them; also told a day late."""
    if state.name in LEFT:
        return False
    history, rules = ledger.history, ledger.plan.rules
    for last in (day, day - DAY):
        mornings = [last - back * DAY for back in reversed(range(rules.flare_mornings))]
        usual = history.usual_pain(mornings[0] - DAY)
        scores = [history.mornings.get(each) for each in mornings]
        known = [score for score in scores if score is not None]
        cause = f"flare {last}"
        if usual is None or len(known) < len(scores) or mornings[0] <= ledger.fresh_since() or ledger.done(cause):
            continue
        if min(known) >= usual + rules.pain_rise:
            told = " and ".join(map(str, known))
            reason = f"Morning pain was {told}, usually {usual:g}: a flare."
            ledger.enter(
                "12.4-DELOAD", day, flaring(ledger.plan, state, day), reason, cause, usual_pain=usual, mornings=told
            )
            return True
    return False


def _settled(ledger: Ledger, state: PlanState, day: date) -> bool:
    """Out of a flare, or to review when it lasts."""
    if state.name is not StateName.DELOAD:
        return False
    rules, since = ledger.plan.rules, state.since
    usual = ledger.usual_before_flare()
    known = [(on, score) for on, score in sorted(ledger.history.mornings.items()) if since < on <= day]
    newest = known[-SETTLED_MORNINGS:]
    told = " and ".join(str(score) for _, score in newest)
    calm = (
        isinstance(usual, int | float)
        and len(newest) == SETTLED_MORNINGS
        and newest[-1][0] >= day - DAY
        and all(score <= usual + rules.pain_noise for _, score in newest)
    )
    days = (day - since).days
    if calm and days >= rules.deload_days:
        coming = settled(ledger.plan, state, day)
        reason = f"The flare has settled: morning pain was {told}."
        ledger.enter("12.4-DELOAD-settled", day, coming, reason, f"settled {since}", usual_pain=usual, mornings=told)
        return True
    if calm or days < rules.unsettled_days:
        return False
    dose = state.dose if state.dose.minutes else deloaded(ledger.plan, state.before or state.dose)
    reason = f"The flare has not settled within {rules.unsettled_days} days: arrange a review."
    ledger.enter(
        "12.4-DELOAD-review", day, reviewed(state, day, dose=dose), reason, f"unsettled {since}", usual_pain=usual
    )
    return True


def _week(ledger: Ledger, state: PlanState, day: date) -> bool:
    """The week that is over, once each of its walks has its morning score or a full day more has passed."""
    first = state.week_start
    cause = f"week {first}"
    if state.name in LEFT or day < first + WEEK or ledger.done(cause):
        return False
    plan, rules = ledger.plan, ledger.plan.rules
    walks = tuple(ledger.walks(day))
    waiting = any(walk.pm is None for walk in walks if first <= walk.day < first + WEEK)
    if waiting and day < first + WEEK + DAY:
        return False
    before = next(ledger.weekly(), None)
    held_for_pain = (
        before is not None and before.rule == "12.4-HOLD-pain" and before.values.get("week") == str(first - WEEK)
    )
    since = ledger.fresh_since()
    judged = tuple(reversed([each.values for each in ledger.weekly()]))
    answered = max(ledger.decisions[0].day, ledger.advised_at()[0])
    week = look_at(ledger.history, walks, first, state.dose, rules, since=since, judged=judged, settled=answered)
    rule, reason = verdict(week, rules, held_for_pain=held_for_pain)
    coming = moved(state, StateName.HOLD, day)
    values = week.values
    if rule == "12.4-PROGRESS":
        space = room(walks, first, rules, since=since, dose=state.dose)
        growth = grow(plan, state, space)
        before_growth = state.dose if growth.variable else None
        coming = moved(state, StateName.PROGRESS, day, step=growth.step, dose=growth.dose, before=before_growth)
        reason = f"{reason} {growth.why}"
        values |= {
            "growth_cap_min": space.growth_min,
            "load_cap_weekly_min": space.load_weekly_min,
            "variable": growth.variable,
        }
    elif "REGRESS" in rule:
        step, dose = regressed(plan, state)
        coming = moved(state, StateName.REGRESS, day, step=step, dose=dose)
        backs = [each for each in ledger.weekly() if "-REGRESS-" in each.rule and each.day > day - REGRESS_SPAN]
        backs = [each for each in backs if each.day > ledger.advised_at()[0]]
        values["steps_back"] = len(backs) + 1
        if len(backs) + 1 >= REGRESS_REVIEW:
            rule, coming = "12.4-REVIEW-regress", reviewed(state, day, step=step, dose=dose)
            reason = f"{reason} It is the third step back within six weeks: arrange a review."
    ledger.enter(rule, day, replace(coming, week_start=first + WEEK), reason, cause, **values)
    return True
