# SPDX-License-Identifier: MIT
"""Months of random lives: what the plan must never do, whatever is walked, told, chosen or edited."""

from dataclasses import replace
from datetime import timedelta
from math import inf

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kneemon.model.diary import Choice, ChoiceKind, GradeAnswer
from kneemon.model.plans import Plan, PlanWeek, Rules, StateName, Variable
from kneemon.model.questions import Grade, Steady
from kneemon.plan.decide import due
from kneemon.plan.prescribe import prescribe
from kneemon.plan.rulebook import RULES
from tests.plan.lives import GOOD, MONDAY, RED, RISEN, Life, on

LITTLE = 1e-6
WEEK = timedelta(days=7)
STOP = StateName.STOP_MEDICAL
KEPT = (STOP, StateName.REVIEW, StateName.DELOAD, StateName.PAUSED)

# The walks of a week, by what it is like.
WEEKS = {
    "good": (GOOD, GOOD, GOOD),
    "good too": (GOOD, GOOD, GOOD),
    "one risen": (GOOD, RISEN, GOOD),
    "painful": (RISEN, RISEN, GOOD),
    "red": (GOOD, RED, GOOD),
    "mornings up": (GOOD | {"pm": 4}, GOOD | {"pm": 3}, GOOD | {"pm": 4}),
    "gave way": (GOOD, GOOD | {"bucklings": 1}, GOOD),
    "unanswered": (GOOD, GOOD | {"pm": None}, GOOD | {"pm": None}),
}

scores = st.none() | st.sampled_from((2, 2, 2, 3, 3, 4, 5, 7))
weeks = st.builds(
    PlanWeek,
    st.sampled_from((3, 5, 10, 12.5, 20, 30, 45)),
    st.none() | st.sampled_from((90, 100, 110)),
    st.none() | st.integers(1, 6),
)
plans = st.builds(
    Plan,
    name=st.just("Knees"),
    start=st.just(MONDAY),
    weeks=st.lists(weeks, min_size=1, max_size=8).map(tuple),
    sessions=st.integers(1, 5),
    cadence_ceiling_spm=st.none() | st.sampled_from((90, 110)),
    weekly_cap_min=st.none() | st.sampled_from((40, 70)),
    session_top_min=st.sampled_from((20, 35, 60)),
    locked=st.sets(st.sampled_from(Variable), max_size=2).map(tuple),
    rules=st.builds(Rules, deload_days=st.integers(3, 8), flare_mornings=st.integers(1, 3)),
    rev=st.just(1),
)


class Lives(RuleBasedStateMachine):
    """One walker; `day` is the next one to live. plain: every fact was told on its day, so that deciding once at the
    end must come to the same."""

    @initialize(plan=plans, usual=st.none() | st.integers(0, 5))
    def begin(self, plan, usual):
        self.life = Life(plan=plan, usual=usual)
        self.day = 0
        self.plain = True
        self.advised = set()
        self.calm = 0
        self.live()

    def live(self, *, certain=True):
        """The end of a day, and its decisions."""
        history = self.life.history
        was = self.life.state if self.life.decisions else None
        taken = due(self.life.plan, history, on(self.day), certain=certain)
        assert due(self.life.plan, history, on(self.day), certain=certain) == taken
        for decision in taken:
            self.life.decisions.append(decision)
            self.examine(decision, was, certain=certain)
            was = decision.state
        assert due(self.life.plan, self.life.history, on(self.day), certain=certain) == ()
        self.day += 1

    def examine(self, decision, was, *, certain):
        rule, state = decision.rule, decision.state
        assert decision.reason.endswith((".", "?"))
        assert decision.values["cause"]
        assert certain or rule.startswith(("12.4-STOP-", "C-advised"))
        enters = RULES[rule].state
        assert enters in (None, state.name) or (rule == "P-new" and was.name is state.name in KEPT)
        if was is None:
            return
        assert decision.was is was.name
        if was.name is STOP and state.name is not STOP:
            assert (rule, state.name) == ("C-advised", StateName.BASELINE)
            assert decision.values["fact"] in self.advised
        if rule == "12.4-PROGRESS":
            self.examine_growth(decision, was)
        elif rule.startswith(("12.4-DELOAD-settled", "12.4-DELOAD-review", "C-advised", "12.4-RESUMED")):
            assert state.dose.minutes <= max(was.dose.minutes, was.before.minutes if was.before else 0)
        elif rule not in ("O-override", "P-new", "P-edited", "12.4-BEGIN"):
            assert state.dose.minutes <= was.dose.minutes
        if rule.startswith(("12.4-", "C-")):
            self.examine_locks(rule, was, state)

    def examine_growth(self, decision, was):
        plan, dose, old = self.life.plan, decision.state.dose, was.dose
        walks = [walk for walk in self.life.walks if walk.walking_min >= plan.rules.shortest_bout_min]
        first = was.week_start
        week = [walk for walk in walks if first <= walk.day < first + WEEK]
        before = [walk for walk in walks if first - WEEK <= walk.day < first]
        assert sum(walk.pm is None for walk in week) <= 1
        assert not any(walk.bucklings or walk.fell for walk in week)
        assert 3 * len({walk.day for walk in week}) >= 2 * old.sessions
        one, two = (sum(walk.walked_min for walk in each) for each in (week, [*week, *before]))
        growth = dose.weekly_min - old.weekly_min
        assert growth <= max(plan.rules.growth_min, plan.rules.growth_percent / 100 * max(one, two / 2)) + LITTLE
        if growth > 0:
            assert dose.weekly_min <= (plan.weekly_cap_min or inf) + LITTLE
            assert dose.weekly_min <= (decision.values["load_cap_weekly_min"] or inf) + LITTLE
        grown = [
            dose.minutes > old.minutes,
            dose.sessions > old.sessions,
            (
                old.cadence_ceiling_spm is not None
                and (dose.cadence_ceiling_spm is None or dose.cadence_ceiling_spm > old.cadence_ceiling_spm)
            )
            or (dose.at_baseline, -dose.bout_cap_min) < (old.at_baseline, -old.bout_cap_min),
        ]
        assert sum(grown) <= 1
        if dose.minutes > old.minutes:
            assert dose.minutes <= plan.session_top_min

    def examine_locks(self, rule, was, state):
        """What is locked stays; only rest and a stop take minutes all the same, and give back what they took."""
        locked, dose = self.life.plan.locked, state.dose
        if was.dose.minutes and dose.minutes and Variable.MINUTES in locked and rule != "12.4-BEGIN":
            assert dose.minutes == was.dose.minutes
        if Variable.DAYS in locked and rule != "12.4-BEGIN":
            assert dose.sessions == was.dose.sessions
        if Variable.PACE in locked and rule != "12.4-BEGIN":
            assert dose.cadence_ceiling_spm == was.dose.cadence_ceiling_spm
            assert not dose.at_baseline or was.dose.at_baseline

    @rule(
        kinds=st.lists(st.sampled_from(sorted(WEEKS)), min_size=2, max_size=6),
        walks=st.sampled_from((1, 3, 3, 4, 7)),
        spm=st.sampled_from((80, 100, 140)),
        share=st.sampled_from((0.5, 1.0, 1.0, 1.5)),
    )
    def some_weeks(self, kinds, walks, spm, share):
        if self.life.state.name in (STOP, StateName.REVIEW):
            self.advised_today()
        for kind in kinds:
            made = 0
            for day in range(7):
                if day * walks // 7 != (day + 1) * walks // 7:
                    scores = WEEKS[kind][made % 3]
                    self.life.walk(self.day, share * max(3.0, self.life.state.dose.minutes), spm=spm, **scores)
                    made += 1
                self.live()
        self.calm += 1

    @rule(p0=scores, pk=scores, p2=scores, pm=scores, bucklings=st.sampled_from((0, 0, 0, 0, 0, 0, 1, 2)))
    def a_walk(self, p0, pk, p2, pm, bucklings):
        self.life.walk(self.day, 10, p0=p0, pk=pk, p1=pk, p2=p2, pm=pm, bucklings=bucklings)
        self.live()

    @rule(days=st.sampled_from((1, 3, 7, 15, 30)))
    def no_walk(self, days):
        for _ in range(days):
            self.live()

    @rule(score=st.integers(0, 8), days=st.integers(1, 6))
    def mornings(self, score, days):
        for _ in range(days):
            self.life.morning(self.day, score)
            self.live()

    @rule(kind=st.sampled_from([each for each in ChoiceKind if each is not ChoiceKind.ADVISED]))
    def a_choice(self, kind):
        self.life.choose(self.day, kind)
        self.live()

    @rule()
    def a_professional_advises(self):
        self.advised_today()
        self.live()

    def advised_today(self):
        self.life.choose(self.day, ChoiceKind.ADVISED)
        self.advised.add(self.life.seq)

    @precondition(lambda self: self.calm)
    @rule(grade=st.sampled_from((Grade.NONE_OF_THESE, Grade.NONE_OF_THESE, Grade.SOON, Grade.SAME_DAY)))
    def a_sign(self, grade):
        self.calm = 0
        self.life.grade(self.day, grade)
        self.live()

    @precondition(lambda self: self.life.walks and self.calm)
    @rule()
    def a_fall_is_told(self):
        self.calm = 0
        walk = self.life.walks[-1]
        self.life.steady(self.day, Steady.FELL, walk.session_id)
        self.life.change(walk, fell=True)
        self.plain = self.plain and walk.day == on(self.day)
        self.live()

    @precondition(lambda self: self.life.walks)
    @rule(back=st.integers(1, 6), pk=scores, pm=scores)
    def told_late(self, back, pk, pm):
        self.life.change(self.life.walks[-min(back, len(self.life.walks))], pk=pk, pm=pm)
        self.plain = False
        self.live()

    @precondition(lambda self: self.calm)
    @rule(name=st.sampled_from(StateName), step=st.none() | st.integers(0, 9))
    def an_override(self, name, step):
        self.calm = 0
        self.life.override(self.day, name, step)
        self.live()

    @precondition(lambda self: self.calm)
    @rule(weeks=st.lists(weeks, min_size=1, max_size=8).map(tuple), again=st.booleans())
    def an_edit(self, weeks, again):
        self.calm = 0
        start = on(self.day) if again else self.life.plan.start
        self.life.use(self.day, replace(self.life.plan, weeks=weeks, start=start, rev=self.life.plan.rev + 1))
        self.plain = False
        self.live()

    @rule(label=st.integers(-400, 400), grade=st.sampled_from((None, None, Grade.SAME_DAY)), advised=st.booleans())
    def a_day_without_a_date(self, label, grade, advised):
        """The label is any; the day passes all the same."""
        assume(self.life.decisions)
        held = self.life.state
        if grade:
            self.life.tell(label, GradeAnswer(grade), certain=False)
        if advised:
            self.life.tell(label, Choice(ChoiceKind.ADVISED), certain=False)
            self.advised.add(self.life.seq)
        today, self.day = self.day, label
        self.live(certain=False)
        assert self.life.state.decided_to == held.decided_to
        assert self.life.state.week_start in (held.week_start, held.decided_to)
        assert not advised or self.life.state.name is not STOP
        self.day = today + 1
        self.plain = False

    @invariant()
    def what_is_stopped_is_locked(self):
        state = self.life.state
        dose = prescribe(self.life.plan, on(self.day), 0.0, state)
        assert dose is not None
        assert dose.locked == (state.name is STOP)
        if dose.locked:
            assert (dose.limit_s, dose.dose_s, state.dose.minutes) == (0, 0, 0)
        assert 0 <= state.step < len(self.life.plan.weeks)

    def teardown(self):
        if not hasattr(self, "life"):
            return
        causes = [each.values["cause"] for each in self.life.decisions]
        assert len(set(causes)) == len(causes)
        if self.plain:
            at_once = replace(self.life.history, decisions=())
            decided = due(self.life.plan, at_once, on(self.day - 1), certain=True)
            assert [replace(each, taken_on=each.day) for each in decided] == self.life.decisions


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=250, stateful_step_count=25)
