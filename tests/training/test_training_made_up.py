# SPDX-License-Identifier: MIT
"""Disturbances have no step and keep gravity; simulated outings have the walker's truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.disturbances import KINDS, disturbance
from tests.training.looks import WINDOW_S, looks, walking
from tests.training.signals import RATE_HZ, Kind
from tests.training.walkers import PLACES, simulated

every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_a_disturbance_has_no_step_and_never_loses_gravity(kind: str, seed: int) -> None:
    signal = disturbance(kind, np.random.default_rng(seed), 1, 40.0)
    assert signal.kind is Kind.NONE
    assert not len(signal.contacts_s)
    assert signal.acc_g.shape == (2000, 3)
    assert 0.85 < np.linalg.norm(signal.acc_g, axis=1).mean() < 1.8  # a quick bike's thigh is thrown about


@every_kind
def test_a_kind_keeps_about_one_g_on_average(kind: str) -> None:
    signals = [disturbance(kind, np.random.default_rng(seed), 1, 20.0) for seed in range(40)]
    means_g = [np.linalg.norm(signal.acc_g, axis=1).mean() for signal in signals]
    assert np.mean(means_g) == pytest.approx(1.0, abs=0.12)
    assert np.median(means_g) == pytest.approx(1.0, abs=0.06)


@every_kind
def test_a_disturbance_comes_again_from_the_same_chance_and_is_not_walking(kind: str) -> None:
    one, same, other = (disturbance(kind, np.random.default_rng(seed), 1, 20.0) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.acc_g, same.acc_g)
    assert np.abs(one.acc_g - other.acc_g).max() > 0.05
    assert not looks(one).walking.any()


@every_kind
def test_a_sensor_turned_anyhow_sees_gravity_anywhere(kind: str) -> None:
    means_g = [disturbance(kind, np.random.default_rng(seed), 1, 10.0).acc_g.mean(axis=0) for seed in range(30)]
    assert {int(np.abs(mean_g).argmax()) for mean_g in means_g} == {0, 1, 2}


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_an_outing_has_steps_quiet_spans_and_a_person(seed: int) -> None:
    signal = simulated(np.random.default_rng(seed), 8)
    assert signal.group in PLACES
    assert (signal.made, signal.person, signal.kind) == ("simulated", "made up 2", Kind.COUNTED)
    assert len(signal.contacts_s) > 15
    assert 0.0 < signal.contacts_s[0] < signal.contacts_s[-1] < len(signal.acc_g) / RATE_HZ
    for start_s, end_s in signal.quiet_s:
        assert not ((signal.contacts_s > start_s) & (signal.contacts_s < end_s)).any()
        if end_s - start_s > WINDOW_S:
            assert walking(signal, end_s) is False


def test_the_outings_movement_is_where_the_steps_are() -> None:
    signal = simulated(np.random.default_rng(2), 0)
    norm_g = np.linalg.norm(signal.acc_g, axis=1)
    at = np.rint(signal.contacts_s * RATE_HZ).astype(int)
    near = np.unique((at[:, None] + np.arange(-5, 15)[None, :]).clip(0, len(norm_g) - 1))
    far = np.setdiff1d(np.arange(len(norm_g)), near)
    assert norm_g[near].std() > 2 * norm_g[far].std()
