# SPDX-License-Identifier: MIT
"""The plan's book while it is brought up to date: the history as it was known on a day, and the decisions so far.

Each decision has a cause, a short name of the fact or the span that led to it; no cause leads to a decision twice. That
is why deciding again changes nothing, whenever and however often it is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kneemon.model.diary import PlanUsed, SteadyAnswer
from kneemon.model.plans import Decision, Plan, PlanState, StateName, Value
from kneemon.plan.history import History, Noted, Outcome

DAY = timedelta(days=1)
LEFT = (StateName.DELOAD, StateName.PAUSED, StateName.REVIEW, StateName.STOP_MEDICAL)  # no week runs in these
WEEKLY = ("12.4-PROGRESS", "12.4-HOLD-", "12.4-REGRESS-", "12.4-REVIEW-regress")
_BEGINS = ("12.4-BEGIN", "P-new", "O-override")
_WATCHED_BEFORE = timedelta(days=7)  # a sign told while the plan was still being chosen is a sign


@dataclass(frozen=True, slots=True)
class GaveWay:
    """The knee gave way, times on one walk, or once without one. told: place in the diary of the newest answer about
    it, 0 when there is none."""

    day: date
    name: str
    times: int
    seq: int
    told: int


class Ledger:
    """Reads one history for one plan; `enter` adds a decision."""

    def __init__(self, plan: Plan, history: History, today: date, *, certain: bool) -> None:
        self.plan = plan
        self.history = history
        self.today = today
        self.certain = certain
        self.new: list[Decision] = []
        self._decisions = list(history.decisions)
        self._causes = {decision.values.get("cause") for decision in self._decisions}
        self._walks = tuple(walk for walk in history.walks if _counts(walk, plan))
        used = [each.day for each in history.noted if isinstance(each.fact, PlanUsed)]
        first = min([plan.start, *used, *(decision.day for decision in self._decisions[:1])])
        self._watched_from = first - _WATCHED_BEFORE

    @property
    def state(self) -> PlanState | None:
        return self._decisions[-1].state if self._decisions else None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(self._decisions)

    def enter(self, rule: str, day: date, state: PlanState, reason: str, cause: str, **values: Value) -> None:
        """Decide: from now on `state` holds."""
        was = self.state
        settled_to = self._settled_to(day)
        since = settled_to if state.since == day else state.since
        decision = Decision(
            rule=rule,
            day=day,
            taken_on=self.today,
            was=was.name if was else None,
            state=replace(state, since=since, decided_to=settled_to),
            reason=reason,
            values={"cause": cause, **values, **_doses(was, state)},
        )
        self._decisions.append(decision)
        self._causes.add(cause)
        self.new.append(decision)

    def done(self, cause: str) -> bool:
        return cause in self._causes

    def walks(self, day: date) -> Iterator[Outcome]:
        """The walks of the plan up to `day`, with what was known on it."""
        for walk in self._walks:
            if self.day_of(walk) <= day:
                yield walk if walk.day < day else replace(walk, pm=None)

    def noted(self, day: date) -> list[Noted]:
        """The facts told up to `day`, in the order of telling."""
        told = (each for each in self.history.noted if self.day_of(each) <= day and self.watches(each))
        return sorted(told, key=lambda each: each.seq)

    def last_seq(self, day: date) -> int:
        return max((each.seq for each in self.noted(day)), default=0)

    def day_of(self, fact: Noted | Outcome) -> date:
        """Its day; a label that is not certain is not believed when it lies ahead."""
        return fact.day if fact.certain or fact.day <= self.today else self.today

    def watches(self, fact: Noted | Outcome) -> bool:
        """False for what is known to be older than the plan, and the week before it."""
        return not fact.certain or fact.day >= self._watched_from

    def gave_way(self, last: date) -> list[GaveWay]:
        """Every time that the knee gave way up to a day; on walks first."""
        answers: dict[str, int] = {}
        for each in self.history.noted:
            if isinstance(each.fact, SteadyAnswer):
                answers[each.fact.session_id] = each.seq
        found = [
            GaveWay(self.day_of(walk), walk.session_id, walk.bucklings, walk.seq, answers.get(walk.session_id, 0))
            for walk in self.history.walks
            if walk.bucklings and self.watches(walk)
        ]
        off = [each for each in self.history.gave_way_off_walks() if self.watches(each)]
        found += [GaveWay(self.day_of(each), str(each.seq), 1, each.seq, each.seq) for each in off]
        return [each for each in found if each.day <= last]

    def begin(self) -> date:
        """The first day of the plan that is followed: its start, or the day from which on it was used. Where that day
        was never known, it is that of the first walk by the plan on a known day, today at the latest."""
        used = [each for each in self.history.noted if isinstance(each.fact, PlanUsed)]
        known = [each.day for each in used if each.certain]
        if not used or known:
            return max([self.plan.start, *known[:1]])
        walked = [walk.day for walk in self.history.walks if walk.certain and walk.planned_min is not None]
        return max(self.plan.start, min([*walked, self.today]))

    def followed(self) -> tuple[Value, Value] | None:
        """Revision and first day of the plan that the decisions follow; None before there is one."""
        for decision in reversed(self._decisions):
            if "plan_start" in decision.values:
                return decision.values["plan_rev"], decision.values["plan_start"]
        return None

    def fresh(self) -> Decision | None:
        """The newest beginning: of the plan, or of going on after a flare, a gap, a review or a stop."""
        for decision in reversed(self._decisions):
            left = decision.was in LEFT and decision.state.name not in LEFT
            if left or decision.rule in _BEGINS or decision.was is None:
                return decision
        return None

    def fresh_since(self) -> date:
        """Its day."""
        fresh = self.fresh()
        return fresh.state.week_start if fresh else self.plan.start

    def began(self) -> date:
        """The day of the newest beginning from which on an absence counts: no going on ends one, only a walk does."""
        days = (each.state.week_start for each in reversed(self._decisions) if each.rule in _BEGINS)
        return next(days, self.plan.start)

    def advised_at(self) -> tuple[date, int]:
        """Day and place of the newest word of a professional: what was told before it is settled."""
        for decision in reversed(self._decisions):
            if decision.rule in ("C-advised", "O-override"):
                return decision.day, _whole(decision.values.get("fact"))
        return date.min, 0

    def stopped_at(self) -> int:
        """Place in the diary of the newest fact that stopped the plan; 0 when none did."""
        return max(
            (
                _whole(each.values.get("fact"))
                for each in self._decisions
                if each.state.name is StateName.STOP_MEDICAL and ("-STOP-" in each.rule or each.rule == "O-override")
            ),
            default=0,
        )

    def entered(self) -> Decision:
        """The decision by which the present state was entered."""
        index = len(self._decisions) - 1
        while index and self._decisions[index].was is self._decisions[index].state.name:
            index -= 1
        return self._decisions[index]

    def usual_before_flare(self) -> Value:
        """The usual pain from which the newest flare was told."""
        flares = (each for each in reversed(self._decisions) if each.rule in ("12.4-DELOAD", "O-override"))
        return next((each.values.get("usual_pain") for each in flares if each.state.name is StateName.DELOAD), None)

    def paused_in_flare(self) -> bool:
        """A flare waits for the end of the pause."""
        paused = self.state is not None and self.state.name is StateName.PAUSED
        return paused and self.entered().was is StateName.DELOAD

    def weekly(self) -> Iterator[Decision]:
        """The decisions about weeks, the newest first."""
        return (each for each in reversed(self._decisions) if each.rule.startswith(WEEKLY))

    def _settled_to(self, day: date) -> date:
        """Without a certain date no day is settled: the last certain one stays."""
        if self.certain:
            return day
        return self.state.decided_to if self.state else self.plan.start


def _counts(walk: Outcome, plan: Plan) -> bool:
    return walk.counts and walk.ended and walk.walking_min >= plan.rules.shortest_bout_min


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _doses(was: PlanState | None, state: PlanState) -> dict[str, Value]:
    values: dict[str, Value] = {
        "minutes": state.dose.minutes,
        "sessions": state.dose.sessions,
        "ceiling_spm": state.dose.cadence_ceiling_spm,
        "at_baseline": state.dose.at_baseline,
    }
    if was is None:
        return values
    return {
        "minutes_before": was.dose.minutes,
        "sessions_before": was.dose.sessions,
        "ceiling_spm_before": was.dose.cadence_ceiling_spm,
        "at_baseline_before": was.dose.at_baseline,
        **values,
    }
