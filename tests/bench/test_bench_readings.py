# SPDX-License-Identifier: MIT
"""How long a steady walker is left without a reading, on made-up truth and readings."""

from hypothesis import given
from hypothesis import strategies as st

from tests.bench.readings import BEFORE_FIRST_S, steady, without_reading_s

WALK = [10.0 + 0.5 * step for step in range(41)]  # 10 to 30 s


def test_a_stretch_has_eight_steps_and_no_wide_gap() -> None:
    seven, eight = [0.5 * step for step in range(7)], [0.5 * step for step in range(8)]
    assert list(steady(seven)) == []
    assert list(steady(eight)) == [(0.0, 3.5)]
    assert list(steady(eight + [5.125 + t for t in eight])) == [(0.0, 3.5), (5.125, 8.625)]
    assert list(steady([])) == list(steady([1.0])) == []


def test_a_stretch_ends_where_strides_are_no_longer_alike() -> None:
    even = [0.5 * step for step in range(10)]
    limp = [0.5 * step + 0.125 * (step % 2) for step in range(10)]
    assert list(steady(limp)) == [(0.0, 4.625)], "a limp's strides are even"
    assert list(steady(even + [5.25 + t for t in even])) == [(0.0, 4.5), (5.25, 9.75)], "the truth lacks half a step"
    faster = [4.5 + 0.375 * step for step in range(1, 11)]
    assert list(steady(even + faster)) == [(0.0, 4.875), (5.25, 8.25)]


def test_the_longest_time_is_looked_for_from_six_seconds_on() -> None:
    assert without_reading_s([], WALK) == [14.0]
    assert without_reading_s([17.0, 20.0, 29.0], WALK) == [9.0]
    assert without_reading_s([2.0, 11.0, 15.9], WALK) == [14.0]
    assert without_reading_s([16.0, 30.0, 44.0], WALK) == [14.0]
    assert without_reading_s([19.0, 20.0, 21.0, 22.0, 24.0, 26.0, 28.0], WALK) == [3.0]


def test_each_stretch_has_its_own_longest_time_and_a_short_one_none() -> None:
    later = [50.0 + 0.5 * step for step in range(21)]  # 50 to 60 s
    short = [80.0 + 0.5 * step for step in range(13)]  # 80 to 86 s: over when looking begins
    assert without_reading_s([20.0, 58.0], WALK + later + short) == [10.0, 2.0]


@given(
    readings=st.lists(st.floats(0.0, 40.0), max_size=30).map(sorted),
    more_s=st.floats(0.0, 40.0),
)
def test_another_reading_never_makes_it_longer(readings: list[float], more_s: float) -> None:
    (before_s,) = without_reading_s(readings, WALK)
    (after_s,) = without_reading_s(sorted([*readings, more_s]), WALK)
    assert 0.0 < after_s <= before_s <= WALK[-1] - WALK[0] - BEFORE_FIRST_S
