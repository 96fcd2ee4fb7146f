# SPDX-License-Identifier: MIT
"""What in a plan is pointed out for a second look, in which words, and what is not."""

from dataclasses import replace
from datetime import date

import pytest

from kneemon.config.plan_file import EXAMPLE, load_plan, plan_warnings
from kneemon.model.plans import Plan, PlanWeek, Rules


def plan(*minutes: float, days: tuple[int, ...] = (0, 2, 4)) -> Plan:
    weeks = tuple(PlanWeek(each) for each in minutes)
    return Plan("Knees", date(2026, 11, 23), weeks, walk_days=days, sessions=len(days))


@pytest.mark.parametrize(
    ("minutes", "weeks"),
    [
        ((10, 15, 20, 25, 30), []),  # 15 min more a week, as Walk With Ease
        ((10, 16), [2]),  # 18 more
        ((10, 15, 21), [3]),  # 18 more, 30 % of the mean of 30 and 45 is 11
        ((20, 25, 30), []),
        ((60 / 3, 75 / 3, 96 / 3), [3]),  # 21 more than 75; 30 % of 67.5 is 20.25
        ((60 / 3, 75 / 3, 95 / 3), []),  # 20 more
        ((20, 10, 20), [3]),  # back to where it was: 30 more than 30; 30 % of 45 is 13.5
        ((20, 26), []),  # 18 more, 30 % of 60 is 18
        ((20, 27), [2]),
        ((30, 10, 3), []),
    ],
)
def test_growth_is_pointed_out(minutes, weeks):
    told = [line for line in plan_warnings(plan(*minutes)) if " more than week " in line]
    assert [line.split()[1] for line in told] == [str(week) for week in weeks]


def test_growth_goes_by_the_walks_of_each_week():
    weeks = (PlanWeek(10.0, sessions=2), PlanWeek(10.0, sessions=4), PlanWeek(10.0))
    (line,) = plan_warnings(Plan("Knees", date(2026, 11, 23), weeks, sessions=3))
    assert line.startswith("Week 2 asks for 40 minutes in all, 20 more than week 1; kneemon points out more than 15 ")


def test_growth_goes_by_the_plans_own_limit():
    weeks = (PlanWeek(30.0), PlanWeek(34.0), PlanWeek(40.0))
    strict = Plan("Knees", date(2026, 11, 23), weeks, sessions=3, rules=Rules(growth_percent=10.0))
    (line,) = plan_warnings(strict)
    assert "Week 3 asks for 120 minutes in all, 18 more than week 2; kneemon points out more than 15 " in line
    assert "or 10 % of the two weeks before" in line
    assert plan_warnings(replace(strict, rules=Rules())) == []


def test_the_words_of_the_warnings():
    given = replace(plan(10, 20, 35, 40, days=(0, 1, 3, 6)), rules=Rules(bout_cap_min=45.0))
    assert plan_warnings(given) == [
        (
            "Week 2 asks for 80 minutes in all, 40 more than week 1; kneemon points out more than 15 "
            "(15 minutes a week, as Walk With Ease grows, or 30 % of the two weeks before). "
            "No study tells how much is too much for painful knees."
        ),
        (
            "Week 3 asks for 140 minutes in all, 60 more than week 2; kneemon points out more than 18 "
            "(15 minutes a week, as Walk With Ease grows, or 30 % of the two weeks before). "
            "No study tells how much is too much for painful knees."
        ),
        (
            "More than 30 minutes of walking in one go (week 3, 4), which bout_cap_min = 45 allows: in a small study "
            "of painful knees, pain rose during 45 minutes without a rest, and did not when they were split into "
            "three walks of 15 with an hour between."
        ),
        (
            "Walks on days that follow each other (mon and tue, sun and mon) from the first week on: Walk With Ease, a "
            "programme tried with arthritis, has three walks a week, so that a day lies between. No study has compared."
        ),
    ]


def test_the_usual_cap_splits_long_walks():
    long = plan(30, 35)
    assert plan_warnings(long) == []
    (line,) = plan_warnings(replace(long, rules=Rules(bout_cap_min=31.0)))
    assert line.startswith("More than 30 minutes of walking in one go (week 2), which bout_cap_min = 31 allows")


@pytest.mark.parametrize(
    ("sessions", "early", "begins"),
    [
        ((3, 3), False, None),
        ((4, 3), False, None),
        ((4, 4), False, "4 and 4 walks in the first weeks do not fit with a day between (consecutive_days_early = "),
        ((5, 1), False, "5 and 1 walks in the first weeks do not fit with a day between (consecutive_days_early = "),
        ((3, 3), True, "Walks on days that follow each other are open from the first week on: Walk With Ease"),
    ],
)
def test_days_without_rest_where_any_day_will_do(sessions, early, begins):
    weeks = tuple(PlanWeek(5.0, sessions=each) for each in sessions)
    told = plan_warnings(Plan("Knees", date(2026, 11, 23), weeks, rules=Rules(consecutive_days_early=early)))
    assert len(told) == (begins is not None)
    assert all(line.startswith(begins) for line in told)


def test_the_example_gives_no_warning():
    assert plan_warnings(load_plan(EXAMPLE)) == []
