# SPDX-License-Identifier: MIT
"""Ways by which a dose must not come back up, and signs that must not be lost between the rules."""

from dataclasses import replace

import pytest

from kneemon.model.diary import Choice, ChoiceKind, GradeAnswer, Knee, PlanUsed, Profile
from kneemon.model.plans import Plan, PlanWeek, Rules, StateName, Variable
from kneemon.model.questions import Grade, Steady
from kneemon.plan.history import History
from tests.plan.lives import GOOD, MONDAY, RED, RISEN, SIX, Life, on

FIRST = replace(SIX, rev=1)


def grown(weeks, plan=FIRST):
    """So many good weeks, decided day by day."""
    life = Life(plan=plan)
    for week in range(weeks):
        life.days(7 * week, 7 * week + 1)
        life.week(7 * week, GOOD, GOOD, GOOD)
    life.days(7 * weeks, 7 * weeks + 1)
    return life


def stopped_and_advised(plan=FIRST):
    life = Life(plan=plan)
    life.grade(1, Grade.SAME_DAY)
    life.choose(2, ChoiceKind.ADVISED)
    life.decide(2)
    return life


class TestStop:
    def test_advice_opens_without_a_date_and_only_when_told_after_the_sign(self):
        life = Life()
        life.decide(0)
        life.tell(-300, Choice(ChoiceKind.ADVISED), certain=False)
        life.tell(-300, GradeAnswer(Grade.SAME_DAY), certain=False)
        assert [each.rule for each in life.decide(-300, certain=False)] == ["12.4-STOP-flag"]
        life.tell(-299, Choice(ChoiceKind.ADVISED), certain=False)
        (opened,) = life.decide(-299, certain=False)
        assert (opened.rule, opened.day, life.state.dose.minutes) == ("C-advised", on(0), 5)
        assert (life.state.week_start, life.state.decided_to) == (on(0), on(0))
        assert life.decide(-299, certain=False) == []
        assert [each.rule for each in life.decide(2)] == ["C-none"]  # the word that came too early

    def test_bucklings_without_a_walk_count_on_their_day(self):
        life = Life()
        life.steady(1, Steady.STEADY, "")
        life.decide(1)
        assert life.rules == ["12.4-BEGIN"]
        life.walk(1, bucklings=1)
        assert life.history.bucklings_on(on(1)) == 2
        assert [each.rule for each in life.decide(1)] == ["12.4-STOP-bucklings"]
        assert life.decide(1) == []

    def test_an_answer_about_a_walk_is_no_second_buckling(self):
        life = Life()
        walk = life.walk(1, bucklings=1)
        life.steady(1, Steady.STEADY, walk.session_id)
        life.decide(1)
        assert (life.history.bucklings_on(on(1)), life.rules) == (1, ["12.4-BEGIN"])

    def test_bucklings_without_a_walk_count_in_seven_days_and_hold_the_week(self):
        life = Life()
        life.steady(1, Steady.STEADY, "")
        life.steady(4, Steady.STEADY, "")
        life.decide(4)
        assert life.rules == ["12.4-BEGIN", "12.4-REVIEW-bucklings"]
        held = Life()
        held.week(0, GOOD, GOOD, GOOD)
        held.steady(1, Steady.STEADY, "")
        held.decide(7)
        assert held.rules == ["12.4-BEGIN", "12.4-HOLD-buckling"]

    def test_a_buckling_after_the_advice_of_the_same_day_counts(self):
        life = Life()
        life.grade(1, Grade.SOON)
        life.choose(2, ChoiceKind.ADVISED)
        life.steady(2, Steady.STEADY, "")
        life.steady(3, Steady.STEADY, "")
        life.decide(3)
        assert life.rules[1:] == ["12.4-REVIEW-flag", "C-advised", "12.4-REVIEW-bucklings"]

    def test_advice_without_a_date_settles_the_bucklings_before_it(self):
        life = Life()
        life.decide(0)
        for _ in range(2):
            life.steady(3, Steady.STEADY, "")
        life.decide(3, certain=False)
        life.tell(3, Choice(ChoiceKind.ADVISED), certain=False)
        life.decide(3, certain=False)
        assert life.decide(4) == []
        assert life.rules[1:] == ["12.4-STOP-bucklings", "C-advised"]

    def test_half_a_dose_survives_an_edit(self):
        life = stopped_and_advised()
        life.use(3, replace(FIRST, name="Knees two", rev=2))
        life.decide(3)
        assert (life.rules[-1], life.state.dose.minutes) == ("P-edited", 5)

    def test_a_bigger_plan_does_not_raise_what_advice_opens(self):
        life = Life(plan=FIRST)
        life.grade(1, Grade.SAME_DAY)
        life.decide(1)
        life.use(2, Plan("big", on(2), (PlanWeek(60),), session_top_min=60, rev=2))
        life.choose(3, ChoiceKind.ADVISED)
        life.decide(3)
        assert (life.rules[-2:], life.state.dose.minutes) == (["P-new", "C-advised"], 5)

    def test_half_a_dose_survives_the_first_day_and_nothing_is_a_gap_before_it(self):
        life = Life(plan=replace(FIRST, start=on(40)))
        life.tell(0, PlanUsed(1))
        life.grade(0, Grade.SAME_DAY)
        life.choose(1, ChoiceKind.ADVISED)
        assert [each.rule for each in life.days(0, 42)] == ["12.4-STOP-flag", "C-advised", "12.4-BEGIN"]
        assert (life.state.name, life.state.dose.minutes) == (StateName.BASELINE, 5)
        life.use(42, replace(life.plan, name="Knees two", rev=2))
        life.decide(42)
        assert (life.rules[-1], life.state.dose.minutes) == ("P-edited", 5)

    @pytest.mark.parametrize(("day", "rules"), [(-1, ["12.4-BEGIN", "12.4-STOP-flag"]), (-8, ["12.4-BEGIN"])])
    def test_a_sign_of_the_week_before_the_plan_is_used_counts(self, day, rules):
        life = Life(plan=FIRST)
        life.grade(day, Grade.EMERGENCY)
        life.use(0, FIRST)
        life.decide(0)
        assert life.rules == rules


class TestGrowth:
    def test_weeks_walked_at_the_dose_before_grow_once(self):
        life = Life()
        life.decide(0)
        for week in range(6):
            life.week(7 * week, GOOD, GOOD, GOOD)
        life.decide(42)
        assert life.rules == ["12.4-BEGIN", "12.4-PROGRESS", *["12.4-HOLD-little-data"] * 5]
        assert life.state.dose.minutes == 15
        assert life.decisions[-1].reason == "Walks on 3 of 3 days; these walks were still at the dose before."

    @pytest.mark.parametrize(
        ("minutes", "rule"), [(0, "HOLD-adherence"), (6, "HOLD-adherence"), (6.2, "PROGRESS"), (10, "PROGRESS")]
    )
    def test_minutes_count_beside_days(self, minutes, rule):
        life = Life()
        life.week(0, GOOD, GOOD, GOOD, minutes=minutes)
        life.decide(7)
        assert life.rules[-1] == f"12.4-{rule}"

    def test_a_week_of_warm_ups_says_what_was_walked(self):
        life = Life()
        life.week(0, GOOD, GOOD, minutes=0)
        life.decide(7)
        assert life.decisions[-1].reason == "Walks on 2 of 3 days, 0 of 30 minutes; what was in the way?"

    def test_an_amber_walk_is_forgiven_only_beside_a_green_one(self):
        life = Life(plan=replace(SIX, sessions=1))
        for week in range(2):
            life.week(7 * week, RISEN)
            life.decide(7 * week + 7)
        assert life.rules == ["12.4-BEGIN", "12.4-HOLD-pain", "12.4-REGRESS-two-holds"]
        assert life.decisions[1].reason == "1 walk was AMBER because of pain."

    def test_usual_pain_that_is_missing_is_said(self):
        life = Life(plan=replace(SIX, sessions=2), usual=None)
        life.week(0, GOOD, GOOD)
        life.decide(7)
        assert life.decisions[-1].reason == "The usual pain is not known; the setup asks for it."


class TestRed:
    def test_a_week_with_a_red_walk_is_judged_before_the_gap(self):
        life = grown(4)
        life.walk(28, p0=2, pk=9)
        taken = life.days(29, 38)
        assert [each.rule for each in taken] == ["12.4-REGRESS-red", "12.4-PAUSED-7"]
        assert life.state.dose.minutes == 24

    def test_a_pause_within_the_week_hides_no_red_walk(self):
        life = grown(4)
        life.walk(28, **RED)
        life.choose(30, ChoiceKind.PAUSE)
        life.choose(31, ChoiceKind.RESUME)
        life.week(32, GOOD, GOOD, GOOD)
        life.days(29, 39)
        assert life.rules[-3:] == ["12.4-PAUSED-choice", "12.4-RESUMED-choice", "12.4-REGRESS-red"]
        assert life.decisions[-1].values["late_red"] == "walk12"
        life.week(39, GOOD, GOOD, GOOD)
        life.days(39, 47)
        assert life.rules[-1] == "12.4-PROGRESS"

    def test_advice_settles_the_red_walks_before_it(self):
        life = grown(1)
        life.walk(8, **RED)
        life.grade(9, Grade.SOON)
        life.choose(10, ChoiceKind.ADVISED)
        life.decide(10)
        life.week(11, GOOD, GOOD, GOOD)
        life.days(11, 18)
        assert life.rules[-2:] == ["C-advised", "12.4-PROGRESS"]

    def test_another_rule_or_profile_makes_no_old_walk_red(self):
        life = Life(plan=FIRST)
        life.week(0, *[GOOD | {"p0": 3, "pk": 5}] * 3)
        life.decide(7)
        life.use(8, replace(FIRST, rev=2, rules=Rules(pain_acceptable_max=4)))
        life.week(8, GOOD, GOOD, GOOD)
        life.decide(14)
        assert "12.4-REGRESS-red" not in life.rules

    def test_the_usual_pain_is_that_of_the_profile_in_force(self):
        told = [(on(day), Profile(Knee.LEFT, usual_pain=pain)) for day, pain in ((0, 5), (5, None), (10, 1))]
        past = History(profile=told[-1][1], profiles=tuple(told))
        assert [past.usual_pain(on(day)) for day in (-5, 0, 9, 10, 20)] == [5, 5, 5, 1, 1]


class TestFlareAndReview:
    def flaring(self):
        life = grown(4)
        life.morning(30, 5)
        life.morning(31, 5)
        life.days(29, 32)
        assert life.state.name is StateName.DELOAD
        return life

    def test_a_new_plan_leads_out_of_neither(self):
        big = Plan("big", on(32), (PlanWeek(45),), session_top_min=60, rev=2)
        flare = self.flaring()
        held = flare.state.dose.minutes
        flare.use(32, big)
        flare.decide(32)
        assert (flare.rules[-1], flare.state.name, flare.state.dose.minutes) == ("P-new", StateName.DELOAD, held)
        assert flare.decisions[-1].reason == "A new plan, big, is used; it stays in a flare."
        review = grown(2)
        review.grade(15, Grade.SOON)
        review.use(16, replace(big, start=on(16)))
        review.decide(16)
        assert (review.rules[-1], review.state.name, review.state.dose.minutes) == ("P-new", StateName.REVIEW, 15)

    @pytest.mark.parametrize("rest", [False, True])
    def test_a_pause_does_not_end_a_flare(self, rest):
        life = self.flaring()
        if rest:
            life.choose(31, ChoiceKind.REST)
            life.decide(31)
        held = life.state.dose
        life.choose(32, ChoiceKind.PAUSE)
        life.choose(33, ChoiceKind.RESUME)
        life.days(32, 34)
        assert life.rules[-2:] == ["12.4-PAUSED-choice", "12.4-RESUMED-choice"]
        assert (life.state.name, life.state.dose) == (StateName.DELOAD, held)
        for day in range(34, 40):
            life.morning(day, 2)
        life.days(34, 40)
        assert (life.rules[-1], life.state.dose.minutes) == ("12.4-DELOAD-settled", 24)

    def test_a_pause_and_a_new_plan_do_not_end_a_flare(self):
        life = self.flaring()
        life.choose(32, ChoiceKind.PAUSE)
        life.use(33, replace(FIRST, start=on(33), rev=2))
        life.choose(34, ChoiceKind.RESUME)
        life.days(32, 35)
        assert life.rules[-3:] == ["12.4-PAUSED-choice", "P-new", "12.4-RESUMED-choice"]
        assert (life.state.name, life.state.dose.minutes) == (StateName.DELOAD, 10)

    def test_a_review_from_before_the_first_day_goes_on(self):
        life = Life(plan=FIRST)
        life.use(-3, FIRST)
        life.grade(-3, Grade.SAME_DAY)
        life.choose(-2, ChoiceKind.ADVISED)
        life.grade(-1, Grade.SOON)
        life.days(-3, 2)
        assert life.rules == ["12.4-STOP-flag", "C-advised", "12.4-REVIEW-flag", "12.4-BEGIN"]
        assert (life.state.name, life.state.dose.minutes) == (StateName.REVIEW, 5)

    def test_a_rest_that_a_long_gap_ends_has_minutes_again(self):
        life = self.flaring()
        life.choose(31, ChoiceKind.REST)
        life.choose(32, ChoiceKind.PAUSE)
        life.choose(70, ChoiceKind.RESUME)
        life.days(31, 71)
        assert (life.state.name, life.state.step, life.state.dose.minutes) == (StateName.BASELINE, 0, 10)


class TestAbsence:
    def test_a_review_without_walks_is_an_absence(self):
        life = grown(5)
        life.grade(36, Grade.SOON)
        life.choose(126, ChoiceKind.ADVISED)
        life.days(36, 127)
        assert life.rules[-3:] == ["C-advised", "12.4-PAUSED-14", "12.4-PAUSED-28"]
        life.walk(126, **GOOD)
        life.decide(127)
        assert (life.state.name, life.state.dose.minutes) == (StateName.BASELINE, 10)

    def test_so_is_a_stop(self):
        life = grown(6)
        life.grade(43, Grade.SAME_DAY)
        life.choose(223, ChoiceKind.ADVISED)
        life.days(43, 224)
        assert (life.state.step, life.state.dose.minutes) == (0, 10)

    def test_going_on_without_a_walk_ends_none(self):
        life = grown(6)
        for day in range(50, 98, 8):
            life.choose(day, ChoiceKind.RESUME)
            life.days(day - 8, day + 1)
        assert [rule for rule in life.rules if rule in ("12.4-PAUSED-14", "12.4-PAUSED-28")] == [
            "12.4-PAUSED-14",
            "12.4-PAUSED-28",
        ]
        assert (life.state.step, life.state.dose.minutes) == (0, 10)

    def test_the_physios_word_begins_the_count_again(self):
        life = grown(5)
        life.override(80, StateName.HOLD, 3)
        life.days(36, 82)
        assert (life.rules[-1], life.state.dose.minutes) == ("O-override", 25)


class TestDates:
    def test_a_plan_that_stands_in_the_future_decides_on_todays_date(self):
        life = Life()
        life.decide(400)
        life.grade(5, Grade.SAME_DAY)
        (stop,) = life.decide(5)
        assert (stop.rule, stop.day) == ("12.4-STOP-flag", on(5))

    def test_a_plan_first_used_on_an_unknown_day_begins_with_its_first_known_walk(self):
        life = Life(plan=replace(FIRST, start=on(-700)))
        life.tell(-30, PlanUsed(1), certain=False)
        assert [(each.rule, each.day) for each in life.decide(0)] == [("12.4-BEGIN", MONDAY)]
        walked = Life(plan=life.plan, noted=life.noted)
        walked.walk(-3, 10, **GOOD)
        assert [(each.rule, each.day) for each in walked.decide(0)] == [("12.4-BEGIN", on(-3))]

    def test_longer_stretches_of_the_file_hold_where_the_pace_is_locked(self):
        life = Life(plan=replace(FIRST, locked=(Variable.PACE,), rules=Rules(bout_cap_min=10)))
        life.week(0, GOOD, GOOD, GOOD)
        life.decide(7)
        life.use(8, replace(life.plan, rev=2, rules=Rules(bout_cap_min=30)))
        life.decide(8)
        assert life.state.dose.bout_cap_min == 30
