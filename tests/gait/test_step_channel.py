# SPDX-License-Identifier: MIT
"""The step channel: exact sums, nothing out of stillness, one maximum a step."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.dsp.resample import QUANTUM
from kneemon.dsp.ring import Ring
from kneemon.gait.step_channel import AHEAD, BEHIND, Channel, ahead, channel_period, newest, taps

RATE_HZ = 50.0
PERIODS_S = st.floats(0.34, 1.62)


def ring_of(norm: np.ndarray) -> Ring:
    ring = Ring(800, 4)
    for begin in range(0, len(norm), 20):
        part = norm[begin : begin + 20]
        ring.append(np.column_stack([part, np.zeros((len(part), 3))]))
    return ring


@given(period_s=PERIODS_S)
def test_the_taps_are_exact_and_sum_to_zero(period_s: float) -> None:
    h = taps(channel_period(period_s), RATE_HZ)
    assert h.sum() == 0.0
    assert np.array_equal(h * QUANTUM, np.round(h * QUANTUM))
    assert np.abs(h).sum() < 4.0  # sums of samples of up to 1000 g stay exact in a double


@given(period_s=PERIODS_S, level=st.integers(-(2**16), 2**20))
def test_a_still_sensor_gives_exactly_nothing(period_s: float, level: int) -> None:
    channel = newest(ring_of(np.full(400, level / QUANTUM)), channel_period(period_s), RATE_HZ, 300)
    assert len(channel.y)
    assert not channel.y.any()


@given(period_s=PERIODS_S)
def test_periods_share_channels_no_more_than_6_percent_away(period_s: float) -> None:
    assert channel_period(period_s) == pytest.approx(period_s, rel=0.063)


@given(period_s=st.floats(0.36, 1.5), width=st.floats(2.5, 6.0))
def test_each_step_of_a_train_is_one_maximum_at_a_constant_small_offset(period_s: float, width: float) -> None:
    places, k = 150.0 + np.arange(7) * RATE_HZ * period_s, np.arange(700)
    norm = sum(0.2 * np.exp(-0.5 * ((k - place) / width) ** 2) for place in places)
    channel = newest(ring_of(np.round(norm * QUANTUM) / QUANTUM), channel_period(period_s), RATE_HZ, 600)
    look_back = int(0.9 * RATE_HZ * period_s)
    high = [i for i in channel.maxima() if channel.prominence(i, look_back) > 0.012 and channel.y[i] > 0]
    offsets = np.array([channel.position(i) for i in high]) - places
    assert np.abs(offsets[1:-1] - np.median(offsets)).max() < 0.15
    assert np.abs(offsets).max() < 0.2 * RATE_HZ * period_s  # the first and the last lack a neighbour
    assert np.abs(np.median(offsets)) < 0.05 * RATE_HZ * period_s


@given(period_s=PERIODS_S)
def test_a_position_waits_for_the_samples_ahead_of_it_and_for_no_more(period_s: float) -> None:
    period_s = channel_period(period_s)
    after = ahead(period_s, RATE_HZ)
    assert AHEAD * period_s * RATE_HZ <= after < AHEAD * period_s * RATE_HZ + 1
    channel = newest(ring_of(np.zeros(400)), period_s, RATE_HZ, 100)
    assert (channel.first + len(channel.y), len(channel.y)) == (400 - after, 100)
    tick = np.zeros(400)
    tick[300] = 1.0
    channel = newest(ring_of(tick), period_s, RATE_HZ, 400)
    moved = channel.first + np.flatnonzero(channel.y)
    assert 300 - after <= moved[0] < 300 < moved[-1] <= 300 + ceil(BEHIND * period_s * RATE_HZ)


def test_a_ring_too_short_for_the_filter_gives_no_position() -> None:
    assert len(newest(ring_of(np.zeros(10)), channel_period(0.6), RATE_HZ, 100).y) == 0


def test_the_few_newest_positions_are_those_of_the_whole_span() -> None:
    ring = ring_of(np.round(np.random.default_rng(0).normal(0.0, 0.2, 500) * QUANTUM) / QUANTUM)
    whole = newest(ring, channel_period(0.6), RATE_HZ, 400)
    for most in (3, 7, 40):
        few = newest(ring, channel_period(0.6), RATE_HZ, most)
        assert np.array_equal(few.y, whole.y[-most:])
        start = whole.first + len(whole.y) - most
        assert few.maxima_from(start + 1) == [whole.first + i for i in whole.maxima() if whole.first + i > start]


def test_maxima_have_both_neighbours_and_a_plateau_counts_once() -> None:
    channel = Channel(1000, np.array([5.0, 1.0, 3.0, 3.0, 0.0, 2.0, 1.0, 4.0]))
    assert channel.maxima() == [2, 5]
    assert channel.maxima(3) == [5]
    assert channel.maxima(6) == []
    assert channel.prominence(5, 1) == 2.0
    assert channel.prominence(5, 4) == 2.0
    assert channel.prominence(2, 9) == 2.0
    assert channel.position(5) == pytest.approx(1005 + 0.5 * (0.0 - 1.0) / (0.0 - 4.0 + 1.0))
