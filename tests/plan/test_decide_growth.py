# SPDX-License-Identifier: MIT
"""One variable at a time, never past a cap; and every rule has words."""

from dataclasses import replace

import pytest

from kneemon.model.plans import Dose, Plan, PlanWeek, Rules, Variable
from kneemon.plan.growth import Room, grow, no_more_than, step_back
from kneemon.plan.moves import beginning
from kneemon.plan.prescribe import dose_of
from kneemon.plan.rulebook import RULES
from tests.plan.lives import GOOD, MONDAY, SIX, Life

WIDE = Room(1000.0)


def plan(*weeks, **more):
    return Plan("Knees", MONDAY, tuple(weeks), **more)


@pytest.mark.parametrize(
    ("weeks", "room", "minutes", "sessions", "spm", "step", "variable"),
    [
        ((PlanWeek(10), PlanWeek(15)), Room(15), 15, 3, None, 1, Variable.MINUTES),
        ((PlanWeek(10), PlanWeek(20)), Room(15), 15, 3, None, 1, Variable.MINUTES),  # cut by row 8
        ((PlanWeek(10), PlanWeek(20)), Room(16), 15, 3, None, 1, Variable.MINUTES),  # in half minutes
        ((PlanWeek(10), PlanWeek(20)), Room(30, 36), 12, 3, None, 1, Variable.MINUTES),  # cut by the load
        ((PlanWeek(10), PlanWeek(20)), Room(30, 31), 10, 3, None, 0, None),
        ((PlanWeek(10), PlanWeek(20)), Room(30, 29), 10, 3, None, 0, None),
        ((PlanWeek(10), PlanWeek(15, None, 4)), Room(15), 15, 3, None, 1, Variable.MINUTES),
        ((PlanWeek(10), PlanWeek(10, None, 5)), Room(15), 10, 4, None, 1, Variable.DAYS),
        ((PlanWeek(20), PlanWeek(20, None, 4)), Room(15), 20, 3, None, 0, None),
        ((PlanWeek(10), PlanWeek(20)), Room(21, None, 7), 13, 3, None, 1, Variable.MINUTES),  # row 8 over seven days
        ((PlanWeek(10), PlanWeek(20)), Room(30, 84, 7), 12, 3, None, 1, Variable.MINUTES),  # and the load
        ((PlanWeek(10), PlanWeek(20)), Room(30, 69, 7), 10, 3, None, 0, None),
        ((PlanWeek(10), PlanWeek(15)), Room(15, None, 2), 15, 3, None, 1, Variable.MINUTES),
        ((PlanWeek(10), PlanWeek(10, None, 4)), Room(15, 79, 7), 10, 3, None, 0, None),
        ((PlanWeek(10), PlanWeek(10, None, 4)), Room(15, 80, 7), 10, 4, None, 1, Variable.DAYS),
        ((PlanWeek(20, 90), PlanWeek(20, 100, 4)), Room(15), 20, 3, 100, 1, Variable.PACE),  # no room for the day
        ((PlanWeek(20, 90), PlanWeek(20, 100, 4)), Room(15, 70), 20, 3, 90, 0, None),  # the load leaves none for pace
        ((PlanWeek(10, 90), PlanWeek(10, 100)), Room(15), 10, 3, 100, 1, Variable.PACE),
        ((PlanWeek(10), PlanWeek(10)), Room(15), 10, 3, None, 1, None),
        ((PlanWeek(20), PlanWeek(10, 90)), Room(15), 10, 3, 90, 1, None),  # less is taken at once
        ((PlanWeek(10),), Room(15), 10, 3, None, 0, None),
    ],
)
def test_a_step(weeks, room, minutes, sessions, spm, step, variable):
    grown = grow(plan(*weeks), beginning(plan(*weeks), MONDAY), room)
    dose = grown.dose
    assert (dose.minutes, dose.sessions, dose.cadence_ceiling_spm) == (minutes, sessions, spm)
    assert (grown.step, grown.variable) == (step, variable)
    assert grown.why.endswith(".")


def test_a_step_is_finished_before_the_next_one():
    steps = plan(PlanWeek(10), PlanWeek(15, 100, 4), PlanWeek(20, 100, 4), cadence_ceiling_spm=90)
    state, seen = beginning(steps, MONDAY), []
    for _ in range(5):
        grown = grow(steps, state, WIDE)
        state = replace(state, step=grown.step, dose=grown.dose)
        seen.append((grown.step, grown.variable, grown.dose.minutes, grown.dose.sessions))
    assert seen == [
        (1, Variable.MINUTES, 15, 3),
        (1, Variable.DAYS, 15, 4),
        (1, Variable.PACE, 15, 4),
        (2, Variable.MINUTES, 20, 4),
        (2, None, 20, 4),
    ]


def test_what_is_locked_is_passed_over():
    steps = plan(PlanWeek(10), PlanWeek(15, None, 4), locked=(Variable.MINUTES,))
    grown = grow(steps, beginning(steps, MONDAY), WIDE)
    assert (grown.variable, grown.dose.minutes, grown.dose.sessions) == (Variable.DAYS, 10, 4)
    assert step_back(steps, grown.dose, 1)[1].minutes == 10


def test_a_day_without_room_holds_nothing_else_up():
    """Row 8 gives 30 % of three walks a week, less than a fourth: what is left of the step is taken all the same."""
    steps = plan(PlanWeek(35, 90), PlanWeek(35, 100, 4), PlanWeek(35, 110, 4))
    state, seen = beginning(steps, MONDAY), []
    for _ in range(3):
        grown = grow(steps, state, Room(31.5))
        state = replace(state, step=grown.step, dose=grown.dose)
        seen.append((grown.step, grown.variable, grown.dose.sessions, grown.dose.cadence_ceiling_spm, grown.why))
    stays = "The dose stays: row 8's weekly growth leaves no room for one more day."
    assert seen == [
        (1, Variable.PACE, 3, 100, "The pace ceiling goes from 90 to 100 steps/min."),
        (1, None, 3, 100, stays),
        (1, None, 3, 100, stays),
    ]


@pytest.mark.parametrize(("locked", "bout_cap_min"), [((), 15), ((Variable.PACE,), 45)])
def test_a_locked_pace_has_the_plans_own_stretches(locked, bout_cap_min):
    steps = plan(PlanWeek(10), rules=Rules(bout_cap_min=45), locked=locked)
    assert no_more_than(steps, Dose(10, 3, None, 15), 0).bout_cap_min == bout_cap_min


@pytest.mark.parametrize(("more", "minutes"), [({"weekly_cap_min": 36}, 12), ({"session_top_min": 14}, 14), ({}, 30)])
def test_the_plans_own_limits(more, minutes):
    steps = plan(PlanWeek(10), PlanWeek(30), **more)
    assert grow(steps, beginning(steps, MONDAY), WIDE).dose.minutes == minutes


@pytest.mark.parametrize(("minutes", "back"), [(15, 10), (12, 9.6), (10, 8), (3.5, 3), (2, 2)])
def test_a_step_back_takes_at_least_a_fifth(minutes, back):
    step, dose = step_back(SIX, Dose(minutes, 4, None, 30), 1)
    assert (step, dose.minutes, dose.sessions) == (0, pytest.approx(back), 4)


def test_brisker_walks_count_against_the_next_week():
    """The second guard: at 200 steps a minute, usually 157, 60 minutes weigh as much as 47."""
    life = Life()
    life.week(0, GOOD, GOOD, GOOD)
    life.decide(7)
    life.week(7, GOOD, GOOD, GOOD, spm=200)
    life.decide(14)
    last = life.decisions[-1]
    assert last.reason == (
        "The week went well: walks on 3 of 3 days. 15 minutes become 15.5, not the step's 20: the knee's load is the "
        "cap."
    )
    usual_spm = (3 * 16 * 100 + 3 * 21 * 200) / (3 * 16 + 3 * 21)  # warm-up and cool-down counted
    assert last.values["load_cap_weekly_min"] == pytest.approx((45 + 15) * usual_spm / 200)


def test_a_short_main_part_is_no_load():
    """Two of three walks at the same pace end early: their warm-up steps must not look like a heavier knee."""
    life = Life(plan=plan(PlanWeek(20), PlanWeek(22)))
    life.week(0, GOOD, GOOD, GOOD)
    life.decide(7)
    life.week(7, GOOD)
    life.walk(9, 14, **GOOD)
    life.walk(11, 14, **GOOD)
    life.decide(14)
    assert life.decisions[-1].values["load_cap_weekly_min"] == pytest.approx(66 + 0.3 * (60 + 50) / 2)


def test_row_8_counts_the_days_that_are_walked():
    """Three days planned, seven walked: seven times as many minutes are added as in a walk, not three times."""
    life = Life()
    for first in range(0, 28, 7):
        for day in range(first, first + 7):
            life.walk(day, **GOOD)
        life.decide(first + 7)
    assert [each.state.dose.minutes for each in life.decisions] == [10, 13, 15, 19, 20]
    assert all(each.values["load_cap_weekly_min"] >= 7 * each.state.dose.minutes for each in life.decisions[1:])


def test_row_8_is_relative_to_what_was_walked():
    life = Life(plan=plan(PlanWeek(30), PlanWeek(60), session_top_min=60))
    life.week(0, GOOD, GOOD, GOOD)
    life.decide(7)
    assert life.decisions[-1].values["growth_cap_min"] == 27
    assert life.state.dose.minutes == 39
    assert life.decisions[-1].reason.endswith(
        "30 minutes become 39, not the step's 60: row 8's weekly growth is the cap."
    )


def test_every_rule_has_words_and_rows_of_the_table():
    for number, each in RULES.items():
        assert each.number == number
        assert each.when.endswith(".")
        assert each.then.endswith(".")
        assert all(1 <= row <= 59 for row in each.rows)


def test_a_dose_past_the_last_step_is_the_last():
    assert dose_of(SIX, 40) == dose_of(SIX, 5) == Dose(35, 3, 110, Rules().bout_cap_min)
