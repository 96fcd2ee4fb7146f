# SPDX-License-Identifier: MIT
"""The bookkeeping: what is lost is counted from the time it took, and time never runs back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.sensor.stamps import Stamps


class Feeder:
    """A chip of 100 Hz that is drained when asked, down to nothing."""

    def __init__(self) -> None:
        self.stamps = Stamps(100.0)
        self.now_s = 50.0
        self.drained = 0

    def drain(self, after_s: float, drop: int = 0) -> tuple[int, float]:
        """Lost before, and the worst error of a stamp; `drop`: samples that are gone."""
        self.now_s += after_s
        self.drained += drop
        taken = int((self.now_s - 50.0) * 100)
        t_s, lost = self.stamps.stamp(taken - self.drained, 0, self.now_s, self.now_s + 0.0004)
        true_s = 50.0 + np.arange(self.drained + 1, taken + 1) / 100
        self.drained = taken
        return lost, float(np.abs(t_s - true_s).max())


def test_an_unbroken_count_loses_nothing() -> None:
    feeder = Feeder()
    assert [feeder.drain(0.1037)[0] for _ in range(100)] == [0] * 100


@pytest.mark.parametrize("drop", [0, 1, 5, 300])
def test_a_broken_count_tells_how_many_are_gone(drop: int) -> None:
    feeder = Feeder()
    for _ in range(200):
        feeder.drain(0.1037)
    feeder.stamps.break_count()
    lost, error_s = feeder.drain(0.1037 + drop / 100, drop)
    assert abs(lost - drop) <= 1
    assert error_s < 0.01
    assert feeder.drain(0.1037)[0] == 0


def test_the_count_of_what_is_gone_is_not_biased() -> None:
    errors = []
    for phase in range(40):
        feeder = Feeder()
        for _ in range(200):
            feeder.drain(0.1037)
        feeder.stamps.break_count()
        errors.append(feeder.drain(1.0 + phase / 1300, 90)[0] - 90)
    assert abs(np.mean(errors)) < 0.1


def test_the_very_first_break_has_nothing_to_count_from() -> None:
    feeder = Feeder()
    feeder.stamps.break_count()
    assert feeder.drain(3.0)[0] == 0


def test_two_breaks_before_a_sample_are_one_gap() -> None:
    feeder = Feeder()
    for _ in range(100):
        feeder.drain(0.1037)
    feeder.stamps.break_count()
    feeder.stamps.break_count()
    assert abs(feeder.drain(2.0, 150)[0] - 150) <= 1


def test_samples_that_were_none_are_taken_back_and_lost() -> None:
    feeder = Feeder()
    for _ in range(100):
        feeder.drain(0.1037)
    feeder.stamps.take_back(25)
    assert feeder.drain(0.1037)[0] == pytest.approx(25, abs=1)
    assert feeder.drain(0.1037)[0] == 0


def test_a_count_far_from_the_line_is_surprising() -> None:
    feeder = Feeder()
    assert feeder.stamps.surprising(10, 0, 50.1, 50.1004)  # there is no line yet
    for _ in range(100):
        feeder.drain(0.1037)
    asked_s = feeder.now_s + 0.1
    for waiting, surprising in ((0, False), (2, False), (9, True), (32, True)):
        assert feeder.stamps.surprising(10, waiting, asked_s, asked_s + 0.0004) is surprising
    assert feeder.stamps.surprising(1, 0, asked_s, asked_s + 0.0004)
    feeder.stamps.break_count()
    assert feeder.stamps.surprising(10, 0, asked_s, asked_s + 0.0004)


def test_more_samples_than_a_chip_can_take_are_invented() -> None:
    feeder = Feeder()
    assert not feeder.stamps.invented(30, 0, 50.1, 50.1004)
    for _ in range(100):
        feeder.drain(0.1037)
    asked_s = feeder.now_s + 0.1
    for count, invented in ((3, False), (10, False), (13, False), (18, True), (60, True)):
        assert feeder.stamps.invented(count, 0, asked_s, asked_s + 0.0004) is invented
    feeder.stamps.break_count()
    assert feeder.stamps.invented(18, 0, asked_s, asked_s + 0.0004)
    feeder.stamps.break_count(200.0)
    assert not feeder.stamps.invented(18, 0, asked_s, asked_s + 0.0004)


def test_another_chip_brings_another_rate_and_the_loss_is_still_counted() -> None:
    feeder = Feeder()
    for _ in range(100):
        feeder.drain(0.1037)
    assert feeder.stamps.rate_hz == pytest.approx(100, rel=0.001)
    feeder.stamps.break_count(104.0)
    t_s, lost = feeder.stamps.stamp(10, 0, feeder.now_s + 1.0, feeder.now_s + 1.0004)
    assert lost == pytest.approx(90, abs=1)
    assert np.diff(t_s) == pytest.approx([1 / 104.0] * 9)
    assert feeder.stamps.rate_hz is None


@settings(max_examples=200, deadline=None)
@given(
    drains=st.lists(
        st.tuples(st.integers(1, 40), st.integers(0, 3), st.floats(0.001, 1.0), st.floats(0.0, 0.3), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_time_never_runs_back_whatever_the_counts_say(drains: list[tuple[int, int, float, float, bool]]) -> None:
    stamps = Stamps(100.0)
    now_s, last_s = 7.0, -np.inf
    for count, waiting, after_s, took_s, broken in drains:
        if broken:
            stamps.break_count()
        now_s += after_s
        t_s, lost = stamps.stamp(count, waiting, now_s, now_s + took_s)
        now_s += took_s
        assert len(t_s) == count
        assert lost >= 0
        assert t_s[0] > last_s
        assert np.all(np.diff(t_s) > 0)
        last_s = t_s[-1]
