# SPDX-License-Identifier: MIT
"""What the battery is, from readings: no noise, no outlier and no plug makes it empty; a falling voltage does, once."""

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.config.options import PowerOptions
from kneemon.model.power import BatteryLevel, BatteryReading
from kneemon.power.level import BatteryGrade, BatteryParams

GOOD, LOW, EMPTY = BatteryLevel.GOOD, BatteryLevel.LOW, BatteryLevel.EMPTY
PARAMS = BatteryParams(low_v=PowerOptions().low_v, empty_v=PowerOptions().empty_v)
ANY_VOLTS = st.floats(2.5, 4.5)


def levels(volts: list[float], *, plugged: bool | None = None, grade: BatteryGrade | None = None) -> list[BatteryLevel]:
    grade = grade or BatteryGrade(PARAMS)
    return [grade.feed(BatteryReading(volts=value, plugged=plugged)) for value in volts]


def in_turn(seen: list[BatteryLevel]) -> list[BatteryLevel]:
    return [level for level, _ in groupby(seen)]


def test_a_minute_of_looks() -> None:
    assert PARAMS.empty_looks == 3
    assert BatteryParams(3.5, 3.4, every_s=45.0).empty_looks == 3  # two would span 45 s only
    assert BatteryParams(3.5, 3.4, every_s=60.0).empty_looks == 2


def test_five_readings_before_anything_is_believed() -> None:
    assert levels([3.2] * 7) == [GOOD] * 4 + [LOW, LOW, EMPTY]


@pytest.mark.parametrize(
    ("volts", "end"),
    [(3.551, GOOD), (3.55, LOW), (3.401, LOW), (3.40, EMPTY)],
)
def test_the_limits_themselves(volts: float, end: BatteryLevel) -> None:
    assert levels([volts] * 20)[-1] is end


def test_relieved_is_not_charged() -> None:
    grade = BatteryGrade(PARAMS)
    assert levels([3.54] * 5, grade=grade)[-1] is LOW
    assert levels([3.649] * 10, grade=grade)[-1] is LOW
    assert levels([3.65] * 10, grade=grade)[-1] is GOOD


def test_an_empty_battery_that_recovers_is_low_first() -> None:
    grade = BatteryGrade(PARAMS)
    assert levels([3.3] * 7, grade=grade)[-1] is EMPTY
    assert levels([3.45] * 10, grade=grade)[-1] is EMPTY
    assert levels([3.51] * 10, grade=grade)[-1] is LOW


def test_a_plug_in_the_last_moment_takes_empty_back_at_once() -> None:
    grade = BatteryGrade(PARAMS)
    assert levels([3.3] * 7, grade=grade)[-1] is EMPTY
    assert levels([3.3], plugged=True, grade=grade) == [LOW]


def test_the_minute_begins_anew_after_a_plug() -> None:
    grade = BatteryGrade(PARAMS)
    assert levels([3.3] * 6, grade=grade)[-1] is LOW
    levels([3.3], plugged=True, grade=grade)
    assert levels([3.3] * 3, plugged=False, grade=grade) == [LOW, LOW, EMPTY]


def test_low_is_not_said_of_a_plugged_battery() -> None:
    assert set(levels([3.3] * 20, plugged=True)) == {GOOD}


def test_percent_speaks_where_volts_are_not_known() -> None:
    grade = BatteryGrade(PARAMS)
    falling = [grade.feed(BatteryReading(percent=float(percent))) for percent in (*range(30, 0, -1), 0, 0)]
    assert in_turn(falling) == [GOOD, LOW, EMPTY]
    assert falling.index(LOW) == 30 - 20 + 2  # the median of five is two looks behind
    assert falling.index(EMPTY) == 30 - 3 + 2 + 2  # … and a minute is three looks


def test_volts_come_before_percent() -> None:
    grade = BatteryGrade(PARAMS)
    for _ in range(20):
        assert grade.feed(BatteryReading(volts=3.9, percent=0.0)) is GOOD


def test_a_gauge_that_knows_nothing_changes_nothing() -> None:
    grade = BatteryGrade(PARAMS)
    levels([3.5] * 5, grade=grade)
    assert {grade.feed(BatteryReading()) for _ in range(20)} == {LOW}


def test_the_reading_is_the_median_number_by_number() -> None:
    grade = BatteryGrade(PARAMS)
    assert grade.reading == BatteryReading()
    for volts, current_a, plugged in ((3.7, 0.1, True), (4.4, 0.2, True), (3.8, None, False)):
        grade.feed(BatteryReading(volts, None, current_a, plugged))
    assert grade.reading == BatteryReading(volts=3.8, current_a=pytest.approx(0.15), plugged=False)


@given(
    truth=st.floats(PARAMS.empty_v + 0.06, 4.2),
    noise=st.lists(st.floats(-0.05, 0.05), min_size=5, max_size=200),
    wild=st.lists(ANY_VOLTS, min_size=200, max_size=200),
    period=st.integers(5, 9),
)
def test_noise_and_outliers_never_empty_it(truth: float, noise: list[float], wild: list[float], period: int) -> None:
    """Two of any five readings may be anything at all."""
    volts = [wild[i] if i % period < 2 else truth + noise[i] for i in range(len(noise))]
    assert EMPTY not in levels(volts)


@given(st.lists(st.tuples(ANY_VOLTS, st.booleans()), max_size=200))
def test_empty_needs_three_looks_in_a_row_without_a_plug(looks: list[tuple[float, bool]]) -> None:
    grade = BatteryGrade(PARAMS)
    seen = [grade.feed(BatteryReading(volts=volts, plugged=plugged)) for volts, plugged in looks]
    for i, (before, after) in enumerate(pairwise(seen), start=1):
        if before is not EMPTY and after is EMPTY:
            assert not any(plugged for _, plugged in looks[i - 2 : i + 1])
            assert before is LOW
        if looks[i][1]:
            assert after is not EMPTY


@given(volts=st.lists(ANY_VOLTS, max_size=200))
def test_a_plugged_battery_never_falls(volts: list[float]) -> None:
    assert set(levels(volts, plugged=True)) <= {GOOD}


@given(
    first=st.floats(3.8, 4.2),
    steps=st.lists(st.floats(0.0, 0.02), max_size=200),
    noise=st.lists(st.floats(-0.04, 0.04), min_size=1, max_size=40),
)
def test_a_falling_voltage_is_good_then_low_then_empty(first: float, steps: list[float], noise: list[float]) -> None:
    """Under noise, too: each is told once in a discharge."""
    volts = [first] * 5
    for step in steps:
        volts.append(max(volts[-1] - step, 3.0))
    while volts[-1] > 3.3:
        volts.append(volts[-1] - 0.01)
    volts += [volts[-1]] * 10
    wavering = [value + noise[i % len(noise)] for i, value in enumerate(volts)]
    assert in_turn(levels(wavering)) == [GOOD, LOW, EMPTY]
