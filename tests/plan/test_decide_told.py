# SPDX-License-Identifier: MIT
"""Gaps, choices, the physio's word and changed files, day by day."""

from dataclasses import replace

import pytest

from kneemon.model.diary import ChoiceKind
from kneemon.model.plans import PlanWeek, StateName
from tests.plan.lives import GOOD, SIX, Life, on


class TestGaps:
    def walked(self, weeks=2):
        life = Life()
        for week in range(weeks):
            life.week(7 * week, GOOD, GOOD, GOOD)
            life.decide(7 * week + 7)
        return life

    @pytest.mark.parametrize(
        ("back", "rules", "name", "step", "minutes"),
        [
            (19, [], StateName.PROGRESS, 2, 20),
            (20, ["7", "RESUMED"], StateName.HOLD, 2, 20),
            (26, ["7", "RESUMED"], StateName.HOLD, 2, 20),
            (27, ["7", "14", "RESUMED"], StateName.HOLD, 1, 15),
            (40, ["7", "14", "RESUMED"], StateName.HOLD, 1, 15),
            (41, ["7", "14", "28", "RESUMED"], StateName.BASELINE, 0, 10),
        ],
    )
    def test_a_gap(self, back, rules, name, step, minutes):
        names = {"RESUMED": "12.4-RESUMED-walk"}
        life = self.walked()
        life.walk(12, **GOOD)  # the last walk before the gap; day 13 is the first whole day without
        life.walk(back, **GOOD)
        taken = life.decide(back)
        assert [each.rule for each in taken] == [names.get(rule, f"12.4-PAUSED-{rule}") for rule in rules]
        assert (life.state.name, life.state.step, life.state.dose.minutes) == (name, step, minutes)
        if rules:
            assert life.state.week_start == on(back)
            assert [each.late for each in taken] == [each.day < on(back) for each in taken]

    def test_a_plan_that_is_never_walked_is_paused(self):
        life = Life()
        assert [each.rule for each in life.days(0, 8)] == ["12.4-BEGIN", "12.4-PAUSED-7"]

    def test_a_chosen_pause_lasts_until_a_walk_or_a_choice(self):
        life = self.walked()
        life.choose(15, ChoiceKind.PAUSE)
        life.choose(18, ChoiceKind.RESUME)
        life.decide(18)
        assert life.rules[-2:] == ["12.4-PAUSED-choice", "12.4-RESUMED-choice"]
        assert (life.state.name, life.state.week_start) == (StateName.HOLD, on(18))

    def test_resting_in_a_flare_is_no_gap(self):
        life = self.walked()
        life.morning(15, 6)
        life.morning(16, 6)
        assert [each.rule for each in life.days(15, 29)] == ["12.4-DELOAD"]


class TestChoices:
    def test_to_stay_takes_this_weeks_growth_back(self):
        life = Life()
        life.week(0, GOOD, GOOD, GOOD)
        life.choose(7, ChoiceKind.STAY)
        life.decide(7)
        assert life.rules == ["12.4-BEGIN", "12.4-PROGRESS", "C-stay"]
        assert (life.state.name, life.state.dose.minutes, life.state.week_start) == (StateName.HOLD, 10, on(7))
        life.week(7, GOOD, GOOD, GOOD)
        life.decide(14)
        assert (life.state.dose.minutes, life.state.step) == (15, 1)

    @pytest.mark.parametrize("kind", [ChoiceKind.STAY, ChoiceKind.REST, ChoiceKind.RESUME, ChoiceKind.ADVISED])
    def test_what_has_no_place_is_noted_and_changes_nothing(self, kind):
        life = Life()
        life.decide(0)
        was = life.state
        life.choose(1, kind)
        (taken,) = life.decide(1)
        assert (taken.rule, taken.reason) == (
            "C-none",
            f"You chose {kind}; the plan is in its first week, so nothing changes.",
        )
        assert replace(life.state, decided_to=was.decided_to) == was

    @pytest.mark.parametrize("name", [each for each in StateName if each is not StateName.STOP_MEDICAL])
    def test_the_physio_sets_any_state(self, name):
        life = Life()
        life.override(1, name, 3)
        life.decide(1)
        assert (life.rules[-1], life.state.name, life.state.step) == ("O-override", name, 3)
        assert life.state.dose.minutes == (12.5 if name is StateName.DELOAD else 25)

    def test_the_physio_may_stop_and_only_the_walkers_word_opens(self):
        life = Life()
        life.override(1, StateName.STOP_MEDICAL)
        life.override(2, StateName.HOLD)
        life.choose(3, ChoiceKind.ADVISED)
        life.decide(3)
        assert life.rules == ["12.4-BEGIN", "O-override", "O-refused", "C-advised"]


class TestPlans:
    def test_an_edited_file_holds_at_once_where_it_asks_for_less(self):
        life = Life()
        for week in range(2):
            life.week(7 * week, GOOD, GOOD, GOOD)
            life.decide(7 * week + 7)
        life.use(15, replace(SIX, rev=2, weeks=(PlanWeek(10), PlanWeek(12), PlanWeek(14))))
        assert [each.rule for each in life.decide(15)] == ["P-edited"]
        assert (life.state.step, life.state.dose.minutes, life.state.name) == (2, 14, StateName.PROGRESS)
        life.use(16, replace(SIX, rev=3))
        life.decide(16)
        assert life.state.dose.minutes == 14

    def test_a_file_edited_before_the_first_walk_holds_at_once(self):
        life = Life()
        life.decide(0)
        life.use(0, replace(SIX, rev=2, weeks=(PlanWeek(20),)))
        life.decide(0)
        assert (life.rules, life.state.dose.minutes) == (["12.4-BEGIN", "P-edited"], 20)

    def test_another_first_day_begins_anew_on_it(self):
        life = Life()
        life.week(0, GOOD, GOOD, GOOD)
        life.decide(7)
        life.use(8, replace(SIX, rev=2, start=on(10), weeks=(PlanWeek(5),)))
        taken = life.days(8, 12)
        assert [(each.rule, each.day) for each in taken] == [("P-new", on(10))]
        assert (life.state.name, life.state.dose.minutes, life.state.week_start) == (StateName.BASELINE, 5, on(10))
