# SPDX-License-Identifier: MIT
"""One look: the step period without an octave error, figures free of orientation, nothing seen where nothing moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.gait.rhythm import FEATURES, RATE_HZ, WINDOW, Look, look
from kneemon.model.samples import Array

STILL_G = 0.006
T_S = np.arange(WINDOW) / RATE_HZ


def bouncing(step_s: float, stride_g: float = 0.0, step_g: float = 0.2, phase: float = 0.0) -> Array:
    """Upright: a bounce once a step, a sway forward and a bounce once a stride."""
    turn = 2 * np.pi * (T_S / step_s + phase)
    up = 1.0 + step_g * np.cos(turn) + stride_g * np.cos(turn / 2 + 0.3)
    return np.column_stack([0.1 * np.cos(turn + 1.0), stride_g * np.sin(turn / 2), up])


def look_at(acc_g: Array, before_s: float | None = None) -> Look | None:
    return look(np.sqrt((acc_g**2).sum(axis=1)) - 1.0, acc_g, before_s, STILL_G)


@settings(max_examples=60)
@given(step_s=st.floats(0.4, 1.25), phase=st.floats(0.0, 1.0), stride_g=st.floats(0.0, 0.06))
def test_the_step_is_found_not_the_stride(step_s: float, phase: float, stride_g: float) -> None:
    seen = look_at(bouncing(step_s, stride_g, phase=phase))
    assert seen is not None
    assert seen.period_s == pytest.approx(step_s, rel=0.08)


def test_a_pure_step_rhythm_scores_almost_four_and_noise_almost_none() -> None:
    assert look_at(bouncing(0.6)).comb > 3.0
    noise = np.random.default_rng(0).normal([0.0, 0.0, 1.0], 0.1, (WINDOW, 3))
    assert look_at(noise).comb < 2.0


@pytest.mark.parametrize("step_g", [0.0, 0.005])
def test_nothing_is_seen_where_nothing_moves(step_g: float) -> None:
    still = np.tile([0.0, 0.6, 0.8], (WINDOW, 1)) + step_g * bouncing(0.6)
    assert look_at(still) is None


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_every_figure_is_free_of_orientation(seed: int) -> None:
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    acc_g = bouncing(0.62, 0.08) + np.random.default_rng(1).normal(0.0, 0.01, (WINDOW, 3))
    upright, turned = look_at(acc_g), look_at(acc_g @ matrix.T)
    assert turned.period_s == upright.period_s
    assert turned.features == pytest.approx(upright.features, abs=1e-6)
    assert len(turned.features) == len(FEATURES)


def test_a_walk_keeps_its_period_where_two_would_do() -> None:
    ambiguous = bouncing(0.5, stride_g=0.06, step_g=0.12)
    assert look_at(ambiguous, before_s=0.5).period_s == pytest.approx(0.5, rel=0.05)
    assert look_at(ambiguous, before_s=1.0).period_s == pytest.approx(1.0, rel=0.05)
