# SPDX-License-Identifier: MIT
"""The detector over what is no walking: machine-like signals, at any rate and turned anyhow, hardly give a step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machines import MACHINES
from outings import gait_of
from stages import Stream

from kneemon.model.gait import CadenceEstimate, InitialContact

SEEDS = st.integers(0, 10**6)
LASTS_S = 90.0
OUTINGS = 40
RATES_HZ = (25.0, 50.0, 97.3)


def steps_of(stream: Stream) -> int:
    return sum(isinstance(event, InitialContact) for event in gait_of(stream))


def machine(kind: str, seed: int, rate_hz: float) -> Stream:
    rng = np.random.default_rng(seed)
    t_s = np.arange(int(LASTS_S * rate_hz)) / rate_hz
    turned, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    return Stream(t_s, MACHINES[kind](rng, t_s) @ turned.T + rng.normal(0.0, 0.003, (len(t_s), 3)))


@pytest.mark.parametrize("kind", MACHINES)
def test_hardly_a_machine_makes_a_step(kind: str) -> None:
    """Sizes are drawn so wide that some are a walker's but for the feet: one in twenty may be taken for one."""
    walked = [seed for seed in range(OUTINGS) if steps_of(machine(kind, seed, RATES_HZ[seed % len(RATES_HZ)]))]
    assert len(walked) <= OUTINGS // 20, f"{kind} of seeds {walked}"


@pytest.mark.parametrize("kind", MACHINES)
def test_every_machine_moves_enough_to_be_looked_at(kind: str) -> None:
    """Else the examination above would see stillness."""
    acc_g = machine(kind, 1, 50.0).acc_g
    norm_g = np.sqrt((acc_g**2).sum(axis=1))
    assert np.std(norm_g) > 0.01
    assert np.std(acc_g, axis=0).max() > 0.02


@settings(max_examples=30)
@given(hz=st.floats(0.3, 6.0), size_g=st.floats(0.02, 0.6), seed=SEEDS)
def test_no_shaking_has_a_cadence_that_no_walker_has(hz: float, size_g: float, seed: int) -> None:
    t_s, rng = np.arange(1500) / 50.0, np.random.default_rng(seed)
    turn = 2.0 * np.pi * hz * t_s
    acc_g = np.stack([0.3 * size_g * np.sin(turn / 2), 0.0 * t_s, 1.0 + size_g * np.cos(turn)], axis=1)
    for event in gait_of(Stream(t_s, acc_g + rng.normal(0.0, 0.003, acc_g.shape))):
        if isinstance(event, CadenceEstimate) and event.cadence_spm is not None:
            assert 20.0 < event.cadence_spm < 220.0
