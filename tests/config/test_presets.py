# SPDX-License-Identifier: MIT
"""A first plan can be read, is within its ranges, and gives nothing to point out that could have been avoided."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.config.plan_file import parse_plan, plan_warnings
from kneemon.config.presets import PRESETS, preset_text
from kneemon.errors import PlanError
from kneemon.model.plans import Plan

MONDAY = date(2026, 11, 23)
PATH = Path("plan.toml")


def made(preset: str, start: date = MONDAY, **wishes) -> Plan:
    return parse_plan(preset_text(preset, start, **wishes), PATH)


@pytest.mark.parametrize(
    ("preset", "minutes"),
    [
        ("six_week", [10, 15, 20, 25, 30, 35]),
        ("gentle", [10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 33]),
        ("severe", [5, 8, 11, 14, 17, 20, 23]),
        ("custom", [10, 15, 20, 25, 30, 35]),
    ],
)
def test_the_weeks_of_each_preset(preset, minutes):
    plan = made(preset)
    assert [week.minutes for week in plan.weeks] == minutes
    assert plan.preset == preset
    assert plan.name == PRESETS[preset].title
    assert (plan.walk_days, plan.sessions) == ((0, 2, 4), 3)
    assert plan.cadence_ceiling_spm == 120.0
    assert not plan.physio
    assert plan_warnings(plan) == []


def test_severe_is_held_by_what_was_tolerated():
    plan = made("severe")
    assert plan.weekly_cap_min == 70.0
    assert (plan.rules.bout_cap_min, plan.rules.ceiling_percent) == (15.0, 100.0)
    assert max(week.minutes * plan.sessions for week in plan.weeks) == 69.0
    assert [week.minutes for week in made("severe", sessions=7, minutes=30).weeks] == [10.0] * 7


def test_what_is_asked_for_is_in_the_file():
    plan = made("custom", minutes=7.5, sessions=2, ceiling=104.5, name='Walks "of" mine', weeks=4, step=3)
    assert plan.name == 'Walks "of" mine'
    assert [week.minutes for week in plan.weeks] == [7.5, 10.0, 13.0, 16.0]
    assert (plan.walk_days, plan.sessions, plan.cadence_ceiling_spm) == ((0, 2), 2, 104.5)
    assert made("six_week", days=("tue", "sat")).walk_days == (1, 5)
    assert made("six_week", days=(), sessions=2).walk_days == ()


@given(st.integers(0, 6), st.integers(1, 3))
def test_a_day_lies_between_walks_and_the_first_day_is_one(shift, sessions):
    start = MONDAY + timedelta(days=shift)
    days = made("six_week", start, sessions=sessions).walk_days
    assert len(days) == sessions
    assert start.weekday() in days
    assert not any((day + 1) % 7 in days for day in days)


@given(
    st.sampled_from(sorted(PRESETS)),
    st.none() | st.floats(3, 30),
    st.none() | st.integers(1, 7),
    st.none() | st.integers(4, 26),
    st.none() | st.floats(1, 10),
    st.none() | st.floats(60, 140),
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_whatever_is_asked_for_within_the_ranges_can_be_read(preset, minutes, sessions, weeks, step, ceiling, name):
    plan = made(preset, minutes=minutes, sessions=sessions, weeks=weeks, step=step, ceiling=ceiling, name=name)
    lengths = [week.minutes for week in plan.weeks]
    assert len(lengths) == (weeks or PRESETS[preset].weeks)
    assert lengths == sorted(lengths)
    assert plan.sessions == (sessions or 3)
    if name is not None:
        assert plan.name == name
    too_many = plan.sessions > 3  # they cannot have a day between in both of the first weeks
    assert [line.split()[1] for line in plan_warnings(plan)] == (["and"] if too_many else [])


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"minutes": 2}, "minutes: expected a number from 3 to 30 min, saw 2"),
        ({"minutes": 31}, "minutes: expected a number from 3 to 30 min, saw 31"),
        ({"sessions": 8}, "sessions: expected a whole number from 1 to 7, saw 8"),
        ({"ceiling": 141}, "cadence_ceiling_spm: expected a number from 60 to 140 steps/min, saw 141"),
        ({"weeks": 3}, "weeks: expected a whole number from 4 to 26 weeks, saw 3"),
        ({"step": 11}, "step_min: expected a number from 1 to 10 min, saw 11"),
        ({"name": ""}, 'name: expected text in quotation marks, not empty, saw ""'),
        ({"sessions": 2, "days": ("mon",)}, 'days: expected 2, as many as walks in a week, saw ["mon"]'),
    ],
)
def test_what_is_out_of_range_is_refused(wishes, told):
    with pytest.raises(PlanError) as caught:
        preset_text("six_week", MONDAY, **wishes)
    remedy = "docs/defaults.md tells every range; a physio may write other numbers into the file."
    assert str(caught.value) == f"A new plan: {told}. {remedy}"


def test_an_unknown_preset_is_refused():
    with pytest.raises(PlanError, match=r'preset: expected "six_week", "gentle", "severe" or "custom", saw "wild"'):
        preset_text("wild", MONDAY)
