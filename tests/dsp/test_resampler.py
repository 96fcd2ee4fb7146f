# SPDX-License-Identifier: MIT
"""The resampler gives means over even intervals, exactly; what it draws across and where it begins anew."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.dsp.resample import LARGEST_G, QUANTUM, Resampler, ResamplerParams, Stretch
from kneemon.model.samples import Array

HALF_QUANTUM = 0.5001 / QUANTUM


def even(t_s: Array, acc_g: Array, params: ResamplerParams = ResamplerParams()) -> Array:
    """All outputs of one uninterrupted signal."""
    begun, *stretches = Resampler(params).feed(t_s, acc_g)
    assert (begun.origin_s, begun.first, len(begun.acc_g), begun.gap_s) == (t_s[0], 0, 0, None)
    return np.concatenate([stretch.acc_g for stretch in stretches])


def restarts(stretches: tuple[Stretch, ...]) -> list[tuple[float, float | None]]:
    return [(s.origin_s, s.gap_s) for s in stretches if s.first == 0 and not len(s.acc_g)]


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), rate_hz=st.floats(8.0, 400.0), origin_s=st.floats(-1e5, 1e6))
def test_a_straight_line_is_met_exactly_at_any_rate_and_jitter(seed: int, rate_hz: float, origin_s: float) -> None:
    rng = np.random.default_rng(seed)
    t_s = origin_s + np.r_[0.0, np.cumsum(rng.uniform(0.3, 1.7, 200) / rate_hz)]
    slope, level = rng.uniform(-0.5, 0.5, 3), rng.uniform(-2.0, 2.0, 3)
    outputs = even(t_s, level + (t_s - origin_s)[:, None] * slope)
    middle_s = (np.arange(len(outputs)) + 0.5) / 50.0
    assert len(outputs) == pytest.approx((t_s[-1] - origin_s) * 50.0, abs=1)
    np.testing.assert_allclose(outputs, level + middle_s[:, None] * slope, rtol=0, atol=HALF_QUANTUM + 1e-7)


def test_an_output_is_the_mean_of_the_drawn_line_over_its_interval() -> None:
    t_s = np.array([0.0, 0.005, 0.012, 0.02, 0.05])
    acc_g = np.array([[1.0], [3.0], [-1.0], [0.5], [2.0]]) * [1.0, -1.0, 2.0]
    fine_s = (np.arange(200000) + 0.5) * 1e-7
    mean = np.interp(fine_s, t_s, acc_g[:, 0]).mean()
    np.testing.assert_allclose(even(t_s, acc_g)[0], mean * np.array([1.0, -1.0, 2.0]), atol=2 * HALF_QUANTUM)


def test_every_output_is_a_multiple_of_the_quantum() -> None:
    t_s = np.arange(1000) / 133.0
    outputs = even(t_s, np.random.default_rng(0).normal(0.0, 1.0, (1000, 3)))
    assert np.array_equal(outputs * QUANTUM, np.round(outputs * QUANTUM))


def test_a_faster_source_is_filtered_not_thinned() -> None:
    t_s = np.arange(2000) / 200.0
    buzz = np.where(np.arange(2000) % 2, 0.5, -0.5)[:, None] * [1.0, 1.0, 1.0]
    assert np.abs(even(t_s, 1.0 + buzz) - 1.0).max() <= 0.07


@pytest.mark.parametrize("rate_hz", [50.0, 64.0])
def test_another_output_rate_is_another_spacing(rate_hz: float) -> None:
    t_s = np.arange(301) / 100.0
    outputs = even(t_s, t_s[:, None] * [1.0, 1.0, 1.0] + 1.0, ResamplerParams(rate_hz=rate_hz))
    assert len(outputs) == int(3.0 * rate_hz)
    np.testing.assert_allclose(np.diff(outputs[:, 0]), 1.0 / rate_hz, atol=4 * HALF_QUANTUM)


def test_a_hole_longer_than_the_longest_begins_a_new_signal() -> None:
    resampler = Resampler(ResamplerParams(max_gap_s=1.0))
    ones = np.ones((100, 3))
    assert restarts(resampler.feed(np.arange(100) / 50.0, ones)) == [(0.0, None)]
    assert restarts(resampler.feed(2.98 + np.arange(100) / 50.0, ones)) == []
    late_s = 7.0 + np.arange(100) / 50.0
    assert restarts(resampler.feed(late_s, ones)) == [(7.0, pytest.approx(7.0 - 4.96))]


def test_every_hole_within_a_block_is_told_once() -> None:
    t_s = np.r_[np.arange(50), 200 + np.arange(50), 400 + np.arange(50)] / 50.0
    told = restarts(Resampler().feed(t_s, np.ones((150, 3))))
    assert told == [(0.0, None), (4.0, pytest.approx(4.0 - 0.98)), (8.0, pytest.approx(8.0 - 4.98))]


@pytest.mark.parametrize("back_s", [0.0, 0.5, 100.0])
def test_a_stamp_that_does_not_rise_begins_a_new_signal(back_s: float) -> None:
    resampler, ones = Resampler(), np.ones((100, 3))
    resampler.feed(np.arange(100) / 50.0, ones)
    again_s = 1.98 - back_s + np.arange(100) / 50.0
    stretches = resampler.feed(again_s, ones)
    assert restarts(stretches) == [(again_s[0], pytest.approx(-back_s))]
    assert stretches[1].first == 0
    assert stretches[1].acc_g == pytest.approx(1.0)


@pytest.mark.parametrize("nonsense", [np.nan, np.inf, -np.inf, LARGEST_G, -1e300])
def test_a_row_that_no_sensor_measures_is_left_out(nonsense: float) -> None:
    t_s, acc_g = np.arange(100) / 50.0, np.ones((100, 3))
    acc_g[40, 1] = nonsense
    assert even(t_s, acc_g) == pytest.approx(1.0)


def test_a_row_of_zeros_is_a_dead_wire_but_a_zero_axis_is_not() -> None:
    t_s, acc_g = np.arange(100) / 50.0, np.tile([0.0, 0.0, 1.0], (100, 1))
    acc_g[40] = 0.0
    assert even(t_s, acc_g) == pytest.approx(np.tile([0.0, 0.0, 1.0], (99, 1)))
