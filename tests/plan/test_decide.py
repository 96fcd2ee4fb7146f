# SPDX-License-Identifier: MIT
"""The state machine's conditions, as tables and day by day."""

from dataclasses import replace

import pytest

from kneemon.model.diary import ChoiceKind
from kneemon.model.plans import PlanWeek, StateName, Variable
from kneemon.model.questions import Grade, Steady
from kneemon.plan.decide import due, standing_state
from kneemon.plan.history import History
from kneemon.plan.rulebook import RULES
from tests.plan.lives import GOOD, MONDAY, RED, RISEN, SIX, Life, on

NO_MORNING = {"p0": 2, "pk": 2, "p1": 2, "p2": 2}


@pytest.mark.parametrize(
    ("walks", "rule"),
    [
        ((GOOD, GOOD, GOOD), "12.4-PROGRESS"),
        ((GOOD, GOOD), "12.4-PROGRESS"),
        ((GOOD, GOOD, RISEN), "12.4-PROGRESS"),
        ((GOOD,), "12.4-HOLD-adherence"),
        ((GOOD, RISEN, RISEN), "12.4-HOLD-pain"),
        ((GOOD, GOOD, GOOD | {"pm": 3}), "12.4-PROGRESS"),
        ((GOOD, GOOD | {"pm": 3}, GOOD | {"pm": 3}), "12.4-HOLD-pain"),  # the mean is up by 0.67
        ((GOOD | {"pm": 4}, GOOD, GOOD | {"pm": 4}), "12.4-HOLD-pain"),
        ((GOOD | {"pm": 4}, GOOD | {"pm": 4}), "12.4-REGRESS-mean"),
        ((GOOD, GOOD, RED), "12.4-REGRESS-red"),
        ((GOOD, GOOD, GOOD | {"pm": 5}), "12.4-REGRESS-red"),
        ((GOOD, GOOD, GOOD | {"bucklings": 1}), "12.4-HOLD-buckling"),
        ((GOOD, GOOD, NO_MORNING), "12.4-PROGRESS"),
        ((GOOD, NO_MORNING, NO_MORNING), "12.4-HOLD-little-data"),
        ((NO_MORNING, NO_MORNING, NO_MORNING), "12.4-HOLD-little-data"),
        ((GOOD, GOOD | {"p0": None}, GOOD | {"pk": None, "p1": None}), "12.4-HOLD-little-data"),
        ((RISEN, RISEN), "12.4-HOLD-pain"),
    ],
)
def test_a_first_week(walks, rule):
    life = Life()
    life.week(0, *walks)
    waits = any(walk.get("pm") is None for walk in walks)
    assert [each.rule for each in life.decide(7)] == ["12.4-BEGIN", *([] if waits else [rule])]
    if waits:
        assert [each.rule for each in life.decide(8)] == [rule]
    assert life.state.name is RULES[rule].state
    assert (life.state.week_start, life.state.dose.sessions) == (on(7), 3)


def test_a_week_without_usual_pain_is_little_data():
    life = Life(usual=None)
    life.week(0, *[{"pk": 2, "p1": 2, "p2": 2, "pm": 2}] * 3)
    life.decide(7)
    assert life.rules[-1] == "12.4-HOLD-little-data"


def test_a_good_life_walks_up_the_six_weeks():
    life = Life()
    minutes = []
    for week in range(8):
        life.days(7 * week, 7 * week + 1)
        minutes.append(life.state.dose.minutes)
        life.week(7 * week, GOOD, GOOD, GOOD)
    life.days(56, 57)
    assert minutes == [10, 15, 20, 25, 30, 35, 35, 35]
    assert life.rules == ["12.4-BEGIN"] + ["12.4-PROGRESS"] * 8
    assert (
        life.decisions[-1].reason == "The week went well: walks on 3 of 3 days. The last step is reached and goes on."
    )
    assert life.decisions[1].reason == "The week went well: walks on 3 of 3 days. 10 minutes become 15."
    assert life.decisions[1].values == {
        "cause": "week 2026-11-23",
        "week": "2026-11-23",
        "usual_pain": 2.0,
        "days_walked": 3,
        "days_planned": 3,
        "walked_min": 30,
        "days_at_dose": 3,
        "colours": "walk0=green walk1=green walk2=green",
        "late_red": "",
        "mornings_now": 2.0,
        "mornings_before": 2.0,
        "walks_without_morning": 0,
        "bucklings": 0,
        "facts": 0,
        "growth_cap_min": 15.0,
        "load_cap_weekly_min": 45.0,
        "variable": Variable.MINUTES,
        "minutes": 15,
        "minutes_before": 10,
        "sessions": 3,
        "sessions_before": 3,
        "ceiling_spm": 110,
        "ceiling_spm_before": 110,
        "at_baseline": False,
        "at_baseline_before": False,
    }


def test_two_weeks_held_for_pain_are_a_step_back_and_too_few_walks_never_are():
    life = Life()
    for week in range(3):
        life.week(7 * week, GOOD, *[RISEN if week else GOOD] * 2)
        life.decide(7 * week + 7)
    assert life.rules == ["12.4-BEGIN", "12.4-PROGRESS", "12.4-HOLD-pain", "12.4-REGRESS-two-holds"]
    assert (life.state.step, life.state.dose.minutes) == (0, 10)
    seldom = Life()
    for week in range(5):
        seldom.week(7 * week, GOOD)
        seldom.decide(7 * week + 7)
    assert seldom.rules == ["12.4-BEGIN", *["12.4-HOLD-adherence"] * 5]


def test_a_step_back_keeps_the_days_and_gives_its_limits_back_first():
    life = Life()
    for week in range(2):
        life.week(7 * week, GOOD, GOOD, GOOD)
        life.decide(7 * week + 7)
    life.week(14, GOOD, RED, GOOD)
    life.decide(21)
    dose = life.state.dose
    assert (life.state.name, life.state.step) == (StateName.REGRESS, 1)
    assert (dose.minutes, dose.sessions, dose.at_baseline, dose.bout_cap_min) == (15, 3, True, 15)
    life.week(21, GOOD, GOOD, GOOD)
    life.decide(28)
    dose = life.state.dose
    assert life.rules[-1] == "12.4-PROGRESS"
    assert (dose.minutes, dose.at_baseline, dose.bout_cap_min, life.state.step) == (15, False, 30, 1)
    life.week(28, GOOD, GOOD, GOOD)
    life.decide(35)
    assert (life.state.dose.minutes, life.state.step) == (20, 2)


def test_a_step_back_from_the_first_step_takes_a_fifth_and_leaves_three_minutes():
    life = Life(plan=replace(SIX, weeks=(PlanWeek(4), PlanWeek(8))))
    life.week(0, RED, GOOD, GOOD)
    life.decide(7)
    assert life.state.dose.minutes == pytest.approx(3.2)
    life.week(7, RED, GOOD, GOOD)
    life.decide(14)
    assert life.state.dose.minutes == 3


def test_the_third_step_back_in_six_weeks_is_a_review():
    life = Life()
    for week in range(3):
        life.week(7 * week, RED, GOOD, GOOD)
        life.decide(7 * week + 7)
    assert life.rules[1:] == ["12.4-REGRESS-red", "12.4-REGRESS-red", "12.4-REVIEW-regress"]
    life.week(21, GOOD, GOOD, GOOD)
    assert life.days(22, 39) == []
    life.choose(39, ChoiceKind.ADVISED)
    assert [each.rule for each in life.decide(39)] == ["C-advised"]
    assert (life.state.name, life.state.week_start) == (StateName.HOLD, on(39))


def test_an_old_walk_that_became_red_counts_once_in_the_running_week():
    life = Life()
    life.week(0, GOOD, GOOD, GOOD)
    life.decide(7)
    life.change(life.walks[0], pk=8)
    life.week(7, GOOD, GOOD, GOOD)
    life.decide(14)
    assert life.rules[-1] == "12.4-REGRESS-red"
    assert life.decisions[-1].reason == "1 walk was RED, before this week."
    assert life.decisions[-1].values["late_red"] == "walk0"
    life.week(14, GOOD, GOOD, GOOD)
    life.decide(21)
    assert life.rules[-1] == "12.4-PROGRESS"


class TestFlare:
    def flaring(self):
        life = Life()
        life.week(0, GOOD, GOOD, GOOD)
        life.decide(7)
        life.morning(9, 4)
        life.morning(10, 4)
        life.decide(9)
        life.decide(10)
        return life

    def test_two_bad_mornings_halve_the_dose(self):
        life = self.flaring()
        assert life.rules == ["12.4-BEGIN", "12.4-PROGRESS", "12.4-DELOAD"]
        assert life.decisions[-1].reason == "Morning pain was 4 and 4, usually 2: a flare."
        assert (life.state.dose.minutes, life.state.dose.sessions, life.state.dose.at_baseline) == (7.5, 3, True)

    @pytest.mark.parametrize("scores", [(4, 3), (3, 4), (4, None), (None, 4)])
    def test_one_bad_morning_is_no_flare(self, scores):
        life = Life()
        for day, score in zip((3, 4), scores, strict=True):
            if score is not None:
                life.morning(day, score)
        assert [each.rule for each in life.decide(6)] == ["12.4-BEGIN"]

    def test_it_ends_one_step_lower_after_its_days(self):
        life = self.flaring()
        for day in range(11, 17):
            life.morning(day, 3)
        taken = life.days(11, 17)
        assert [(each.rule, each.day) for each in taken] == [("12.4-DELOAD-settled", on(15))]
        assert (life.state.name, life.state.step, life.state.dose.minutes) == (StateName.HOLD, 0, 10)
        assert (life.state.week_start, life.state.dose.at_baseline) == (on(15), False)

    def test_it_goes_to_review_when_it_lasts(self):
        life = self.flaring()
        life.morning(14, 3)
        life.morning(15, 4)
        taken = life.days(11, 30)
        assert [(each.rule, each.day) for each in taken] == [("12.4-DELOAD-review", on(24))]
        assert life.state.dose.minutes == 7.5

    def test_rest_may_be_chosen(self):
        life = self.flaring()
        life.choose(11, ChoiceKind.REST)
        assert [each.rule for each in life.decide(11)] == ["C-rest"]
        assert life.state.dose.minutes == 0
        assert [each.rule for each in life.days(12, 25)] == ["12.4-DELOAD-review"]
        assert life.state.dose.minutes == 7.5

    def test_rest_chosen_on_the_flares_first_day_is_kept_when_decided_at_once(self):
        life = Life()
        life.morning(2, 5)
        life.morning(3, 5)
        life.choose(3, ChoiceKind.REST)
        life.decide(4)
        assert life.rules == ["12.4-BEGIN", "12.4-DELOAD", "C-rest"]


class TestStop:
    @pytest.mark.parametrize("grade", [Grade.SAME_DAY, Grade.EMERGENCY])
    @pytest.mark.parametrize("certain", [True, False])
    def test_a_sign_locks_whether_the_date_is_known_or_not(self, grade, certain):
        life = Life()
        life.decide(0)
        life.grade(3, grade)
        assert [each.rule for each in life.decide(3, certain=certain)] == ["12.4-STOP-flag"]
        assert (life.state.name, life.state.dose.minutes) == (StateName.STOP_MEDICAL, 0)
        assert life.state.decided_to == (on(3) if certain else on(0))
        assert life.decide(3, certain=certain) == []

    def test_a_fall_locks(self):
        life = Life()
        walk = life.walk(1, bucklings=1)
        life.decide(1)
        life.steady(2, Steady.FELL, walk.session_id)
        life.change(walk, fell=True)
        assert [each.rule for each in life.decide(2)] == ["12.4-STOP-fall"]

    def test_two_bucklings_on_a_day_lock_also_across_walks(self):
        life = Life()
        life.walk(1, bucklings=1)
        life.walk(1, bucklings=1)
        assert [each.rule for each in life.decide(1)] == ["12.4-BEGIN", "12.4-STOP-bucklings"]

    def test_bucklings_on_two_days_are_a_review(self):
        life = Life()
        life.walk(1, bucklings=1)
        life.walk(6, bucklings=1)
        life.decide(6)
        assert life.rules == ["12.4-BEGIN", "12.4-REVIEW-bucklings"]
        apart = Life()
        apart.walk(1, bucklings=1)
        apart.walk(8, bucklings=1)
        apart.decide(8)
        assert "12.4-REVIEW-bucklings" not in apart.rules

    def test_only_advice_unlocks_to_half(self):
        life = Life()
        life.week(0, GOOD, GOOD, GOOD)
        life.decide(7)
        life.grade(8, Grade.SAME_DAY)
        life.decide(8)
        life.override(9, StateName.HOLD, 3)
        life.choose(9, ChoiceKind.RESUME)
        life.walk(9, 10, **GOOD)
        assert [each.rule for each in life.decide(9)] == ["O-refused", "C-none"]
        life.use(20, replace(SIX, rev=2, start=on(20)))
        assert [each.rule for each in life.days(10, 60)] == ["P-new"]
        assert life.state.name is StateName.STOP_MEDICAL
        life.walk(59, 10, **GOOD)
        life.choose(60, ChoiceKind.ADVISED)
        assert [each.rule for each in life.decide(60)] == ["C-advised"]
        assert (life.state.name, life.state.step, life.state.dose.minutes) == (StateName.BASELINE, 0, 5)
        assert life.days(61, 66) == []

    def test_half_of_the_step_that_was_walked(self):
        life = Life()
        for week in range(3):
            life.week(7 * week, GOOD, GOOD, GOOD)
            life.decide(7 * week + 7)
        life.grade(22, Grade.EMERGENCY)
        life.choose(23, ChoiceKind.ADVISED)
        life.decide(24)
        assert life.rules[-2:] == ["12.4-STOP-flag", "C-advised"]
        assert (life.state.step, life.state.dose.minutes, life.state.week_start) == (0, 12.5, on(23))

    def test_advice_told_before_the_stop_does_not_unlock(self):
        life = Life()
        life.decide(0)
        life.choose(1, ChoiceKind.ADVISED)
        life.grade(1, Grade.SAME_DAY)
        life.decide(2)
        assert life.rules == ["12.4-BEGIN", "C-none", "12.4-STOP-flag"]

    def test_a_new_sign_after_the_advice_locks_again(self):
        life = Life()
        life.grade(1, Grade.SAME_DAY)
        life.choose(2, ChoiceKind.ADVISED)
        life.grade(3, Grade.EMERGENCY)
        life.decide(5)
        assert life.rules == ["12.4-BEGIN", "12.4-STOP-flag", "C-advised", "12.4-STOP-flag"]

    def test_soon_is_a_review_and_takes_unproven_growth_back(self):
        life = Life()
        life.week(0, GOOD, GOOD, GOOD)
        life.decide(7)
        life.grade(8, Grade.SOON)
        life.decide(8)
        assert (life.rules[-1], life.state.dose.minutes) == ("12.4-REVIEW-flag", 10)
        life.choose(9, ChoiceKind.ADVISED)
        assert [each.rule for each in life.days(9, 12)] == ["C-advised"]

    def test_none_of_these_changes_nothing(self):
        life = Life()
        life.grade(1, Grade.NONE_OF_THESE)
        life.decide(2)
        assert life.rules == ["12.4-BEGIN"]


def test_without_a_certain_date_only_what_protects_is_decided():
    life = Life()
    assert life.decide(3, certain=False) == []
    life.decide(0)
    life.week(0, GOOD, GOOD, GOOD)
    life.morning(9, 9)
    life.morning(10, 9)
    life.choose(11, ChoiceKind.PAUSE)
    assert life.decide(60, certain=False) == []
    assert [each.rule for each in life.decide(14)][:2] == ["12.4-PROGRESS", "12.4-DELOAD"]


def test_what_is_due_is_found_late_once_and_marked():
    life = Life()
    life.week(0, GOOD, GOOD, GOOD)
    assert [(each.rule, each.late) for each in life.decide(10)] == [("12.4-BEGIN", True), ("12.4-PROGRESS", True)]
    assert life.decide(10) == []


def test_before_its_first_day_a_plan_has_no_state():
    assert due(SIX, History(), on(-1), certain=True) == ()
    assert standing_state(History()) is None
    (begin,) = due(SIX, History(), MONDAY, certain=True)
    assert (begin.rule, begin.was, begin.reason) == ("12.4-BEGIN", None, "The plan Knees begins.")
    assert standing_state(History(decisions=(begin,))) == begin.state


def test_a_sign_told_before_the_first_day_locks_the_plan_from_its_beginning():
    life = Life()
    life.use(-3, SIX)
    life.grade(-2, Grade.EMERGENCY)
    assert [each.rule for each in life.days(-3, 2)] == ["12.4-STOP-flag", "12.4-BEGIN"]
    assert life.state.name is StateName.STOP_MEDICAL
    old = Life()
    old.grade(-90, Grade.EMERGENCY)
    assert [each.rule for each in old.days(-1, 2)] == ["12.4-BEGIN"]
