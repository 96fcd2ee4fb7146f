# SPDX-License-Identifier: MIT
"""The walker's own cadence from the first comfortable walks, and walks longer than planned."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.plans import Rules
from kneemon.model.questions import Grade
from kneemon.plan.baseline import baseline_spm, overshoot
from kneemon.plan.history import Outcome

RULES = Rules()
MONDAY = date(2026, 11, 23)


def walked(day: int, cadence_spm: float | None = 100.0, **told: object) -> Outcome:
    """A comfortable walk so many days after Monday."""
    walk = Outcome("w", MONDAY + timedelta(days=day), True, 10.0, 16.0, 1600, cadence_spm, 10.0, p0=2, pk=3, p1=3)
    return replace(walk, **told)


def test_the_median_of_the_first_three_whatever_comes_after():
    walks = [walked(0, 98.0), walked(2, 110.0), walked(4, 104.0), walked(6, 140.0), walked(8, 140.0)]
    assert [baseline_spm(walks[:many], MONDAY, RULES) for many in range(6)] == [None, None, None, 104.0, 104.0, 104.0]


@pytest.mark.parametrize(
    "told",
    [
        {"pk": 6},
        {"pk": None, "p1": None},
        {"unscored": True, "p1": None},
        {"fell": True},
        {"bucklings": 2},
        {"grade": Grade.SAME_DAY},
        {"ended": False},
        {"walking_min": 1.9},
        {"cadence_spm": None},
        {"day": MONDAY - timedelta(days=1)},
    ],
)
def test_a_walk_that_does_not_count(told):
    walks = [replace(walked(0, 90.0), **told), walked(0, 98.0), walked(2, 110.0), walked(4, 104.0)]
    assert baseline_spm(walks, MONDAY, RULES) == 104.0
    assert baseline_spm(walks[:3], MONDAY, RULES) is None


@pytest.mark.parametrize("told", [{"p0": None}, {"pm": 4}, {"bucklings": 1}, {"unscored": True}, {"walking_min": 2.0}])
def test_amber_is_comfortable_enough(told):
    assert baseline_spm([walked(day, **told) for day in (0, 2, 4)], MONDAY, RULES) == 100.0


def test_a_bad_morning_counts_where_usual_pain_is_known():
    walks = [walked(0, 130.0, pm=7), walked(0, 98.0), walked(2, 110.0), walked(4, 104.0)]
    assert baseline_spm(walks, MONDAY, RULES) == 110.0
    assert baseline_spm(walks, MONDAY, RULES, lambda _: None) == 110.0
    assert baseline_spm(walks, MONDAY, RULES, lambda _: 2.0) == 104.0


def test_how_many_and_how_long_is_the_plans():
    walks = [walked(day, 100.0 + day, walking_min=5.0) for day in range(4)]
    assert baseline_spm(walks, MONDAY, replace(RULES, baseline_walks=2)) == 100.5
    assert baseline_spm(walks, MONDAY, replace(RULES, baseline_walk_min=6.0)) is None


cadences = st.lists(st.none() | st.floats(40, 140), max_size=12)


@given(cadences, cadences)
def test_once_known_it_stays(first, later):
    walks = [walked(day, cadence_spm) for day, cadence_spm in enumerate([*first, *later])]
    known = baseline_spm(walks[: len(first)], MONDAY, RULES)
    assert (known is None) == (sum(cadence is not None for cadence in first) < 3)
    assert known is None or baseline_spm(walks, MONDAY, RULES) == known


@pytest.mark.parametrize(
    ("walked_min", "over_s", "planned_min", "percent"),
    [
        (10.0, 0.0, 10.0, None),
        (10.0, 120.0, 10.0, None),
        (10.0, 121.0, 10.0, 100 * (600 + 121) / 600),
        (4.0, 0.0, 10.0, None),
        (30.0, 900.0, 30.0, 150.0),
        (30.0, 900.0, None, None),
        (0.0, 900.0, 0.0, None),
    ],
)
def test_overshoot(walked_min, over_s, planned_min, percent):
    walk = walked(0, walked_min=walked_min, over_s=over_s, planned_min=planned_min)
    assert overshoot(walk, RULES) == (None if percent is None else pytest.approx(percent))


def test_from_where_on_it_is_told_is_the_plans():
    walk = walked(0, walked_min=10.0, over_s=60.0)
    assert overshoot(walk, replace(RULES, overshoot_percent=105.0)) == pytest.approx(110.0)
