# SPDX-License-Identifier: MIT
"""The dose of a day, what is left of it, and both in words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.app.dose_words import in_words
from kneemon.model.plans import Dose, Plan, PlanState, PlanWeek, Prescription, Rules, StateName
from kneemon.plan.prescribe import after, dose_of, next_walk_day, prescribe

MONDAY = date(2026, 11, 23)
PLAN = Plan(
    name="Knees",
    start=MONDAY,
    weeks=(PlanWeek(10), PlanWeek(15, cadence_ceiling_spm=100), PlanWeek(20.5)),
    walk_days=(0, 2, 4),
    cadence_ceiling_spm=110,
)

seconds = st.floats(0, 10_000)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
plans = st.builds(
    Plan,
    name=st.just("Knees"),
    start=days,
    weeks=st.lists(st.builds(PlanWeek, st.floats(3, 60), st.none() | st.floats(60, 140)), min_size=1, max_size=26).map(
        tuple
    ),
    walk_days=st.sets(st.integers(0, 6)).map(lambda chosen: tuple(sorted(chosen))),
    cadence_ceiling_spm=st.none() | st.floats(60, 140),
    session_top_min=st.just(60),
)


def test_a_prescription_carries_the_plan():
    assert prescribe(PLAN, MONDAY) == Prescription(
        plan="Knees",
        day=MONDAY,
        week=1,
        dose_s=600,
        limit_s=600,
        warm_up_s=180,
        cool_down_s=180,
        cadence_ceiling_spm=110,
        pain_stop=6,
        rest_day=False,
        bout_cap_s=1800,
        rest_s=3600,
        prompt_s=600,
        pain_rise=3,
    )


@pytest.mark.parametrize(
    ("day", "week", "dose_s", "ceiling_spm", "rest_day"),
    [
        (0, 1, 600, 110, False),
        (1, 1, 600, 110, True),
        (4, 1, 600, 110, False),
        (6, 1, 600, 110, True),
        (7, 2, 900, 100, False),
        (13, 2, 900, 100, True),
        (14, 3, 1230, 110, False),
        (20, 3, 1230, 110, True),
        (21, 3, 1230, 110, False),
        (700, 3, 1230, 110, False),
    ],
)
def test_the_days_of_a_plan(day, week, dose_s, ceiling_spm, rest_day):
    dose = prescribe(PLAN, MONDAY + timedelta(days=day))
    assert dose is not None
    assert (dose.week, dose.dose_s, dose.cadence_ceiling_spm, dose.rest_day) == (week, dose_s, ceiling_spm, rest_day)


def test_before_the_plan_begins_there_is_no_dose():
    assert prescribe(PLAN, MONDAY - timedelta(days=1)) is None


def test_weeks_begin_on_the_weekday_of_the_start():
    thursday = replace(PLAN, start=MONDAY + timedelta(days=3))
    assert prescribe(thursday, MONDAY + timedelta(days=9)).week == 1
    assert prescribe(thursday, MONDAY + timedelta(days=10)).week == 2


def test_without_walk_days_no_day_is_a_rest_day():
    daily = replace(PLAN, walk_days=())
    assert not any(prescribe(daily, MONDAY + timedelta(days=day)).rest_day for day in range(7))


@pytest.mark.parametrize(("walked_s", "limit_s"), [(0, 600), (200.5, 399.5), (600, 0), (5000, 0)])
def test_what_was_walked_today_comes_off(walked_s, limit_s):
    dose = prescribe(PLAN, MONDAY, walked_s)
    assert (dose.limit_s, dose.dose_s) == (limit_s, 600)
    assert after(prescribe(PLAN, MONDAY), walked_s) == dose


@given(plans, days, seconds)
def test_the_limit_lies_within_the_dose(plan, day, walked_s):
    dose = prescribe(plan, day, walked_s)
    assert (dose is None) == (day < plan.start)
    if dose is not None:
        assert 0 <= dose.limit_s <= dose.dose_s
        assert dose.dose_s == 60 * plan.weeks[dose.week - 1].minutes


@given(plans, days, seconds, seconds)
def test_two_walks_take_off_what_one_of_their_sum_does(plan, day, first_s, second_s):
    dose = prescribe(plan, max(day, plan.start))
    twice = after(after(dose, first_s), second_s)
    assert twice.limit_s == pytest.approx(after(dose, first_s + second_s).limit_s, abs=1e-6)
    assert replace(twice, limit_s=dose.limit_s) == dose


@given(plans, st.integers(0, 40), st.integers(0, 6))
def test_a_week_lasts_seven_days_and_the_last_goes_on(plan, week, day):
    dose = prescribe(plan, plan.start + timedelta(weeks=week, days=day))
    assert dose.week == min(week + 1, len(plan.weeks))


@given(plans, days)
def test_the_next_walk_day_is_the_first_that_is_no_rest_day(plan, day):
    coming = next_walk_day(plan, day)
    assert coming > day
    assert coming >= plan.start
    assert not prescribe(plan, coming).rest_day
    between = day + timedelta(days=1)
    while between < coming:
        dose = prescribe(plan, between)
        assert dose is None or dose.rest_day
        between += timedelta(days=1)


SLOW = "; 3 minutes slow before and after."


@pytest.mark.parametrize(
    ("day", "walked_s", "words"),
    [
        (0, 0, f"Today, Monday 23 November (week 1): 10 minutes of walking, not over 110 steps/min{SLOW}"),
        (
            0,
            200.5,
            (
                "Today, Monday 23 November (week 1): 10 minutes of walking, 6 minutes 40 seconds of it still to do, "
                f"not over 110 steps/min{SLOW}"
            ),
        ),
        (
            0,
            700,
            f"Today, Monday 23 November (week 1): 10 minutes of walking, all of it done, not over 110 steps/min{SLOW}",
        ),
        (
            1,
            0,
            (
                "Today, Tuesday 24 November (week 1), is a rest day; the next walk is on Wednesday 25 November. "
                "Should you walk all the same: not more than 10 minutes."
            ),
        ),
        (
            1,
            700,
            (
                "Today, Tuesday 24 November (week 1), is a rest day; the next walk is on Wednesday 25 November. "
                "Should you walk all the same: the day's most is walked already."
            ),
        ),
        (7, 0, f"Today, Monday 30 November (week 2): 15 minutes of walking, not over 100 steps/min{SLOW}"),
        (
            18,
            0,
            f"Today, Friday 11 December (week 3): 20 minutes 30 seconds of walking, not over 110 steps/min{SLOW}",
        ),
        (
            21,
            0,
            (
                "Today, Monday 14 December (week 3 goes on): 20 minutes 30 seconds of walking, "
                f"not over 110 steps/min{SLOW}"
            ),
        ),
        (-1, 0, "The plan begins on Monday 23 November 2026."),
    ],
)
def test_a_day_in_words(day, walked_s, words):
    assert in_words(PLAN, MONDAY + timedelta(days=day), walked_s) == words


@pytest.mark.parametrize(
    ("warm_up_s", "cool_down_s", "ending"),
    [
        (180, 300, "; 3 minutes slow before and 5 minutes slow after."),
        (60, 0, "; 1 minute slow before."),
        (0, 90, "; 1 minute 30 seconds slow after."),
        (0, 0, "."),
    ],
)
def test_slow_walking_in_words(warm_up_s, cool_down_s, ending):
    plan = replace(PLAN, cadence_ceiling_spm=None, warm_up_s=warm_up_s, cool_down_s=cool_down_s)
    assert in_words(plan, MONDAY) == f"Today, Monday 23 November (week 1): 10 minutes of walking{ending}"


def test_a_plan_that_begins_on_a_rest_day_names_the_first_walk():
    plan = replace(PLAN, start=MONDAY + timedelta(days=1))
    assert (
        in_words(plan, MONDAY)
        == "The plan begins on Tuesday 24 November 2026; the first walk is on Wednesday 25 November."
    )


def standing(name=StateName.HOLD, minutes=12.0, **dose):
    return PlanState(
        name=name,
        since=MONDAY,
        week_start=MONDAY,
        step=1,
        dose=Dose(minutes, 3, 100, 15, **dose),
        decided_to=MONDAY,
    )


def test_where_the_plan_stands_says_the_dose():
    dose = prescribe(replace(PLAN, rev=4), MONDAY, 120, standing())
    assert (dose.dose_s, dose.limit_s, dose.week, dose.state, dose.plan_rev) == (720, 600, 2, StateName.HOLD, 4)
    assert (dose.bout_cap_s, dose.cadence_ceiling_spm, dose.locked) == (900, 100, False)
    assert in_words(PLAN, MONDAY, 0, standing()) == (
        f"Today, Monday 23 November (step 2 of 3): 12 minutes of walking, not over 100 steps/min{SLOW}"
    )


@pytest.mark.parametrize("day", [-3, 0, 1, 40])
def test_a_stopped_plan_is_locked_on_every_day(day):
    state = standing(StateName.STOP_MEDICAL)
    dose = prescribe(PLAN, MONDAY + timedelta(days=day), 0, state)
    assert (dose.locked, dose.limit_s, dose.dose_s, dose.rest_day) == (True, 0, 0, True)
    assert in_words(PLAN, MONDAY + timedelta(days=day), 0, state) == (
        "The plan is stopped: no walk of the plan until a professional has advised and you have confirmed it."
    )


@pytest.mark.parametrize(
    ("fixed_spm", "baseline_spm", "at_baseline", "relative", "ceiling_spm"),
    [
        (120, None, False, True, 120),
        (120, 100, False, True, 110),
        (105, 100, False, True, 105),
        (None, 100, False, True, 110),
        (None, 100, False, False, None),
        (120, 100, True, True, 100),
        (120, 100, True, False, 100),
        (90, 100, True, True, 90),
        (None, None, True, True, None),
    ],
)
def test_the_lowest_ceiling_holds(fixed_spm, baseline_spm, at_baseline, relative, ceiling_spm):
    plan = replace(PLAN, rules=Rules(ceiling_relative=relative))
    state = replace(standing(), dose=Dose(12, 3, fixed_spm, 15, at_baseline))
    dose = prescribe(plan, MONDAY, 0, state, baseline_spm=baseline_spm)
    assert dose.cadence_ceiling_spm == (None if ceiling_spm is None else pytest.approx(ceiling_spm))


@pytest.mark.parametrize(
    ("day", "walked", "rest_day"),
    [
        (1, (0,), True),  # early: yesterday had a walk
        (2, (0,), False),
        (2, (0, 2), False),  # today's is begun
        (5, (0, 2, 4), True),
        (6, (0, 2, 4), True),
        (7, (0, 2, 4), False),  # a new week
        (15, (14,), False),  # no longer early
        (20, (14, 15, 16), True),
    ],
)
def test_the_weeks_walks_and_the_days_between(day, walked, rest_day):
    plan = replace(PLAN, walk_days=())
    days = tuple(MONDAY + timedelta(days=each) for each in walked)
    assert prescribe(plan, MONDAY + timedelta(days=day), 0, standing(), walked_days=days).rest_day is rest_day


def test_the_weekly_cap_leaves_what_it_leaves():
    plan = replace(PLAN, weekly_cap_min=40)
    assert prescribe(plan, MONDAY, 0, standing(), week_main_s=2000).limit_s == 400
    assert prescribe(plan, MONDAY, 0, standing(), week_main_s=3000).limit_s == 0
    assert dose_of(replace(plan, weeks=(PlanWeek(20, None, 4),)), 0).minutes == 10


def test_the_next_walk_after_a_full_week_is_in_the_next_one():
    plan = replace(PLAN, walk_days=())
    days = [MONDAY + timedelta(days=each) for each in (0, 2, 4)]
    assert "the next walk is on Monday 30 November" in in_words(plan, days[-1] + timedelta(days=1), walked_days=days)


def test_a_day_of_rest_and_a_paused_plan_in_words():
    assert in_words(PLAN, MONDAY, 0, standing(StateName.DELOAD, 0.0)) == (
        "Today, Monday 23 November (step 2 of 3), is a day of rest; no walk is planned until the plan goes on."
    )
    assert in_words(PLAN, MONDAY, 0, standing(StateName.PAUSED)).endswith(
        "The plan is paused; a walk takes it up again."
    )


def test_the_rise_rule_may_be_off():
    plan = replace(PLAN, rules=Rules(rise_rule=False, pain_acceptable_max=4, prompt_min=0, rest_min=5))
    dose = prescribe(plan, MONDAY)
    assert (dose.pain_rise, dose.pain_stop, dose.prompt_s, dose.rest_s) == (None, 5, 0, 300)
