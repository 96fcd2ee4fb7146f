# SPDX-License-Identifier: MIT
"""Relative knee load: the worked example of evidence 5.2, the stick, the band, and the walker's own usual."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.diary import Aid
from kneemon.model.plans import Rules
from kneemon.plan.history import Outcome
from kneemon.plan.load import Load, against_usual, load_between, load_of, per_minute

RULES = Rules()
MONDAY = date(2026, 11, 23)


def walked(day: int, steps: int = 1000, aid: Aid = Aid.NONE) -> Outcome:
    """A walk so many days after Monday."""
    return Outcome("w", MONDAY + timedelta(days=day), True, 10.0, 10.0, steps, 100.0, 10.0, aid=aid)


@pytest.mark.parametrize(
    ("steps", "aid", "units"),
    [
        (3150, Aid.NONE, 1638.0),  # the worked example: 30 minutes at 105 steps/min
        (3150, Aid.STICK_OPPOSITE, 1474.2),
        (3150, Aid.STICK_OTHER, 1638.0),
        (3150, Aid.TWO_STICKS, 1638.0),
        (3150, Aid.WALKER, 1638.0),
        (1, Aid.NONE, 0.52),
        (0, Aid.STICK_OPPOSITE, 0.0),
    ],
)
def test_the_impulse_index(steps, aid, units):
    load = load_of(steps, aid, RULES)
    assert load.units == pytest.approx(units)
    assert (load.low, load.high) == (pytest.approx(0.75 * units), pytest.approx(1.25 * units))


def test_both_constants_are_the_plans():
    rules = replace(RULES, impulse_bw_s=0.8, stick_factor=0.8)
    assert load_of(1000, Aid.NONE, rules).units == pytest.approx(400.0)
    assert load_of(1000, Aid.STICK_OPPOSITE, rules).units == pytest.approx(320.0)


def test_a_week_is_half_open():
    walks = [walked(-1), walked(0), walked(3, 500, Aid.STICK_OPPOSITE), walked(6), walked(7)]
    week = load_between(walks, MONDAY, MONDAY + timedelta(days=7), RULES)
    assert week.units == pytest.approx(520 + 234 + 520)
    assert load_between([], MONDAY, MONDAY + timedelta(days=7), RULES) == Load(0.0, 0.0, 0.0)


@pytest.mark.parametrize("main_min", [25.0, 4.0, 0.0])
def test_a_minute_is_one_of_all_walking(main_min):
    """Steps include the warm-up: the same pace is the same load, however little of the main part was walked."""
    pace = replace(walked(0), walked_min=main_min, walking_min=main_min + 6.0, steps=round(100 * (main_min + 6.0)))
    week = MONDAY, MONDAY + timedelta(days=7)
    assert per_minute([walked(-1, 9000), pace, walked(7, 9000)], *week, RULES) == pytest.approx(52.0)


@pytest.mark.parametrize("nothing", [[], [walked(0, 0)], [replace(walked(0), walking_min=0.0)]])
def test_no_minute_has_no_load(nothing):
    assert per_minute(nothing, MONDAY, MONDAY + timedelta(days=7), RULES) is None


@pytest.mark.parametrize(
    ("before", "this", "ratio"),
    [
        ([], [0], None),
        ([-29], [0], None),  # longer ago than four weeks
        ([-28], [0], 1.0),
        ([-1], [0, 2, 4], 3.0),
        ([-1, -2, -8], [0, 2, 4], 2.0),  # two weeks of two and one
        ([-1, -22], [0, 6], 2.0),  # the two weeks between were not walked
        ([-1, -8], [], 0.0),
        ([-1, -8], [7], 0.0),
    ],
)
def test_a_week_against_the_usual(before, this, ratio):
    walks = [walked(day) for day in [*before, *this]]
    assert against_usual(walks, MONDAY, RULES) == (None if ratio is None else pytest.approx(ratio))


days = st.lists(st.tuples(st.integers(-40, 20), st.integers(1, 20_000), st.sampled_from(Aid)), max_size=30)


@given(days, st.integers(-40, 20), st.integers(0, 30))
def test_loads_add_up(lived, first, length):
    walks = [walked(*each) for each in lived]
    start, end = MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + length)
    by_day = sum(
        load_between(walks, start + timedelta(days=day), start + timedelta(days=day + 1), RULES).units
        for day in range(length)
    )
    assert load_between(walks, start, end, RULES).units == pytest.approx(by_day)


@given(days, st.floats(0.8, 1.3))
def test_the_constant_falls_out_of_the_comparison(lived, impulse_bw_s):
    """What was measured on fourteen others does not change how a week compares with the walker's own."""
    walks = [walked(*each) for each in lived]
    usual, other = (against_usual(walks, MONDAY, replace(RULES, impulse_bw_s=each)) for each in (1.04, impulse_bw_s))
    assert usual == (None if other is None else pytest.approx(other))
