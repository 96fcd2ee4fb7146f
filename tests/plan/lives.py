# SPDX-License-Identifier: MIT
"""Lives with a plan for the tests: walks and answers by day, and the decisions that they lead to."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kneemon.model.diary import Choice, ChoiceKind, GradeAnswer, Knee, Override, PlanUsed, Profile, SteadyAnswer
from kneemon.model.plans import Decision, Plan, PlanState, PlanWeek, StateName
from kneemon.model.questions import Grade, Steady
from kneemon.plan.decide import due
from kneemon.plan.history import History, Noted, Outcome

MONDAY = date(2026, 11, 23)
USUAL = 2
SIX = Plan("Knees", MONDAY, tuple(PlanWeek(minutes) for minutes in (10, 15, 20, 25, 30, 35)), cadence_ceiling_spm=110)
SPM = 100
GOOD = {"p0": 2, "pk": 2, "p1": 2, "p2": 2, "pm": 2}
RISEN = GOOD | {"pk": 5}  # AMBER because of pain
RED = GOOD | {"pk": 7}


def on(day: int) -> date:
    """Days are numbered from the plan's first, 0."""
    return MONDAY + timedelta(days=day)


@dataclass
class Life:
    """What was walked and told, in order; days as numbers from the plan's first."""

    plan: Plan = SIX
    usual: int | None = USUAL
    walks: list[Outcome] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    mornings: dict[date, int] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    seq: int = 0

    def walk(self, day: int, minutes: float | None = None, spm: float = SPM, **scores: object) -> Outcome:
        """A walk; the dose's minutes unless told otherwise. pm is the next morning's pain, and kept as such."""
        planned = self.state.dose.minutes if self.decisions else self.plan.weeks[0].minutes
        if minutes is None:
            minutes = planned
        walk = Outcome(
            session_id=f"walk{len(self.walks)}",
            day=on(day),
            certain=bool(scores.pop("certain", True)),
            walked_min=minutes,
            walking_min=minutes + 6,
            steps=round((minutes + 6) * spm),
            cadence_spm=spm,
            planned_min=planned,
            **scores,
        )
        self.walks.append(walk)
        if walk.pm is not None:
            self.mornings[on(day + 1)] = walk.pm
        return walk

    def week(self, first: int, *scores: dict[str, int], **walk: object) -> None:
        """Walks on days 0, 2, 4 … of a week."""
        for number, each in enumerate(scores):
            self.walk(first + 2 * number, **(each | walk))

    def morning(self, day: int, score: int) -> None:
        self.mornings[on(day)] = score
        self.walks = [replace(w, pm=score) if w.day == on(day - 1) else w for w in self.walks]

    def change(self, walk: Outcome, **scores: object) -> None:
        """Something about a walk is told late."""
        self.seq += 1
        scores = {"seq": self.seq} | scores
        self.walks = [replace(w, **scores) if w.session_id == walk.session_id else w for w in self.walks]

    def tell(self, day: int, fact: object, *, certain: bool = True) -> None:
        self.seq += 1
        self.noted.append(Noted(on(day), certain, self.seq, fact))

    def choose(self, day: int, kind: ChoiceKind) -> None:
        self.tell(day, Choice(kind))

    def grade(self, day: int, grade: Grade) -> None:
        self.tell(day, GradeAnswer(grade))

    def steady(self, day: int, steady: Steady, session_id: str) -> None:
        self.tell(day, SteadyAnswer(steady, session_id))

    def override(self, day: int, state: StateName, step: int | None = None) -> None:
        self.tell(day, Override(state, step))

    def use(self, day: int, plan: Plan) -> None:
        self.plan = plan
        self.tell(day, PlanUsed(plan.rev))

    @property
    def history(self) -> History:
        return History(
            walks=tuple(self.walks),
            mornings=dict(self.mornings),
            before=tuple((walk.day, walk.p0) for walk in self.walks if walk.p0 is not None),
            noted=tuple(self.noted),
            decisions=tuple(self.decisions),
            profile=Profile(Knee.LEFT, usual_pain=self.usual),
        )

    def decide(self, day: int, *, certain: bool = True) -> list[Decision]:
        """Take what is due on a day."""
        taken = due(self.plan, self.history, on(day), certain=certain)
        self.decisions += taken
        return list(taken)

    def days(self, first: int, past: int) -> list[Decision]:
        """Decide once at the end of each day."""
        return [each for day in range(first, past) for each in self.decide(day)]

    @property
    def state(self) -> PlanState:
        return self.decisions[-1].state

    @property
    def rules(self) -> list[str]:
        return [each.rule for each in self.decisions]
