# SPDX-License-Identifier: MIT
"""The step channel: exact sums, nothing out of stillness, one maximum a step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.dsp.resample import QUANTUM
from kneemon.dsp.ring import Ring
from kneemon.gait.step_channel import Channel, channel_period, newest, taps

PERIODS_S = st.floats(0.34, 1.62)


def ring_of(norm: np.ndarray) -> Ring:
    ring = Ring(500, 4)
    for begin in range(0, len(norm), 20):
        part = norm[begin : begin + 20]
        ring.append(np.column_stack([part, np.zeros((len(part), 3))]))
    return ring


@given(period_s=PERIODS_S)
def test_the_taps_are_symmetric_exact_and_sum_to_zero(period_s: float) -> None:
    h = taps(channel_period(period_s), 50.0)
    assert len(h) % 2 == 1
    assert h.sum() == 0.0
    assert np.array_equal(h * QUANTUM, np.round(h * QUANTUM))
    assert h == pytest.approx(h[::-1], abs=2 / QUANTUM)


@given(period_s=PERIODS_S, level=st.integers(-(2**16), 2**20))
def test_a_still_sensor_gives_exactly_nothing(period_s: float, level: int) -> None:
    channel = newest(ring_of(np.full(400, level / QUANTUM)), channel_period(period_s), 50.0, 300)
    assert len(channel.y)
    assert not channel.y.any()


@given(period_s=PERIODS_S)
def test_periods_share_channels_no_more_than_6_percent_away(period_s: float) -> None:
    assert channel_period(period_s) == pytest.approx(period_s, rel=0.063)


@pytest.mark.parametrize("period_s", [0.4, 0.6, 0.9, 1.3])
def test_each_step_is_one_maximum_at_its_place(period_s: float) -> None:
    places = 90.0 + np.arange(4) * 50.0 * period_s
    k = np.arange(400)
    norm = sum(0.2 * np.exp(-0.5 * ((k - place) / 4.0) ** 2) for place in places)
    channel = newest(ring_of(np.round(norm * QUANTUM) / QUANTUM), channel_period(period_s), 50.0, 400)
    high = [i for i in channel.maxima() if channel.prominence(i, int(0.9 * 50 * period_s)) > 0.012]
    found = [channel.position(i) for i in high]
    assert [place for place in found if place < places[-1] + 5] == pytest.approx(list(places), abs=0.3)


def test_the_span_ends_half_a_filter_before_the_newest_sample() -> None:
    ring, half = ring_of(np.zeros(400)), len(taps(channel_period(0.6), 50.0)) // 2
    channel = newest(ring, channel_period(0.6), 50.0, 100)
    assert (channel.first, len(channel.y)) == (400 - half - 100, 100)
    assert len(newest(ring_of(np.zeros(10)), channel_period(0.6), 50.0, 100).y) == 0


def test_maxima_have_both_neighbours_and_a_plateau_counts_once() -> None:
    channel = Channel(1000, np.array([5.0, 1.0, 3.0, 3.0, 0.0, 2.0, 1.0, 4.0]))
    assert channel.maxima() == [2, 5]
    assert channel.maxima(3) == [5]
    assert channel.maxima(6) == []
    assert channel.prominence(5, 1) == 2.0
    assert channel.prominence(5, 4) == 2.0
    assert channel.prominence(2, 9) == 2.0
    assert channel.position(5) == pytest.approx(1005 + 0.5 * (0.0 - 1.0) / (0.0 - 4.0 + 1.0))
