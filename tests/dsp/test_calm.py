# SPDX-License-Identifier: MIT
"""The motor's own shaking: it makes no step while the wearer stands, and takes none while he walks."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kneemon.dsp.calm import Calmer, CalmerParams
from kneemon.dsp.resample import QUANTUM
from kneemon.feedback.patterns import PATTERNS
from kneemon.gait.detector import GaitDetector
from kneemon.model.cues import CueKind
from kneemon.model.gait import InitialContact
from kneemon.model.samples import Array, SampleBlock
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker

SPIN_UP_S = 0.04  # of a coin motor
SETTLES_S = 0.15  # after which a box is quiet again
FINE_HZ = 10_000


def running(kind: CueKind, until_s: float) -> Iterator[tuple[float, float]]:
    """When the motor runs that says one cue over and over."""
    pattern, t_s = PATTERNS[kind], 3.0
    while t_s + pattern.lasts_s < until_s:
        for pulse in pattern.pulses:
            yield t_s, t_s + pulse.on_s
            t_s += pulse.on_s + pulse.off_s
        t_s += pattern.again_after_s


@dataclass(frozen=True)
class Motor:
    """turns_hz, and up to sway_hz beside it. filter_hz: where the chip's own filter begins, of first order; or none."""

    peak_g: float = 1.0
    turns_hz: float = 180.0
    sway_hz: float = 15.0
    filter_hz: float | None = None


def shaking(t_s: Array, spans_s: list[tuple[float, float]], motor: Motor, seed: int) -> Array:
    """A turning weight, spinning up and down, taken at the instants t_s."""
    rng = np.random.default_rng(seed)
    fine_s = np.arange(0.0, t_s[-1] + 0.1, 1 / FINE_HZ)
    speed = np.zeros(len(fine_s))
    for start_s, end_s in spans_s:
        on, off = fine_s >= start_s, fine_s >= end_s
        reached = 1.0 - np.exp(-(end_s - start_s) / SPIN_UP_S)
        rising = 1.0 - np.exp(-np.clip(fine_s - start_s, 0.0, 1e3) / SPIN_UP_S)
        falling = reached * np.exp(-np.clip(fine_s - end_s, 0.0, 1e3) / SPIN_UP_S)
        speed += np.where(off, falling, np.where(on, rising, 0.0))
    turns = (
        np.cumsum(speed * (motor.turns_hz + motor.sway_hz * np.sin(2.0 * np.pi * 0.7 * fine_s + rng.uniform(0.0, 6.0))))
        / FINE_HZ
    )
    plane, _ = np.linalg.qr(rng.standard_normal((3, 2)))
    weight = (
        np.stack([np.cos(2.0 * np.pi * turns), np.sin(2.0 * np.pi * turns)], axis=1)
        * (motor.peak_g * speed**2)[:, None]
    )
    if motor.filter_hz is not None:
        passed = 1.0 / (1.0 + 1j * np.fft.rfftfreq(len(weight), 1.0 / FINE_HZ) / motor.filter_hz)
        weight = np.fft.irfft(np.fft.rfft(weight, axis=0) * passed[:, None], len(weight), axis=0)
    return (weight @ plane.T)[(t_s * FINE_HZ).astype(int)]


def contacts(t_s: Array, acc_g: Array, shaken: NDArray[np.bool_] | None) -> int:
    detector, events = GaitDetector(), []
    for i in range(0, len(t_s), 16):
        part = None if shaken is None else shaken[i : i + 16]
        events += detector.feed(SampleBlock(t_s[i : i + 16], acc_g[i : i + 16], shaken=part))
    return sum(isinstance(event, InitialContact) for event in (*events, *detector.flush()))


def buzzed(
    walker: Walker, kind: CueKind, seed: int, motor: Motor = Motor()
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Stamps, the calm signal, the shaken one, and where it shakes."""
    t_s = np.arange(int(walker.duration_s * 100)) / 100.0
    calm_g = walker.acceleration(t_s)
    spans_s = list(running(kind, walker.duration_s - 2.0))
    shaken = np.zeros(len(t_s), dtype=bool)
    for start_s, end_s in spans_s:
        shaken |= (t_s >= start_s) & (t_s < end_s + SETTLES_S)
    return t_s, calm_g, calm_g + shaking(t_s, spans_s, motor, seed), shaken


@pytest.mark.parametrize("seed", range(3))
def test_a_motor_alone_makes_no_step_and_without_the_calm_it_would(seed: int) -> None:
    t_s, calm_g, buzzed_g, shaken = buzzed(Walker((Stand(60),), seed=seed), CueKind.OVER_LIMIT, seed)
    assert contacts(t_s, calm_g, None) == 0
    assert contacts(t_s, buzzed_g, shaken) == 0
    assert contacts(t_s, buzzed_g, None) > 5


@pytest.mark.parametrize("turns_hz", [198.0, 200.0, 202.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_motor_that_folds_to_almost_nothing_makes_no_step_up_to_a_tenth_of_a_g_before_a_50_hz_filter(
    turns_hz: float, seed: int
) -> None:
    """Twice the rate: no mean takes it out, and the chip's filter takes three quarters. Measured: 0.12 g at most."""
    motor = Motor(peak_g=0.1, turns_hz=turns_hz, sway_hz=2.0, filter_hz=50.0)
    t_s, _, buzzed_g, shaken = buzzed(Walker((Stand(60),), seed=seed), CueKind.OVER_LIMIT, seed, motor)
    assert contacts(t_s, buzzed_g, shaken) == 0


@pytest.mark.parametrize("seed", range(2))
def test_without_the_chips_filter_it_would(seed: int) -> None:
    motor = Motor(peak_g=0.1, turns_hz=200.0, sway_hz=2.0)
    t_s, _, buzzed_g, shaken = buzzed(Walker((Stand(60),), seed=seed), CueKind.OVER_LIMIT, seed, motor)
    assert contacts(t_s, buzzed_g, shaken) > 5


@pytest.mark.parametrize("cadence_spm", [60, 100])
@pytest.mark.parametrize("kind", [CueKind.OVER_LIMIT, CueKind.PACE_HIGH, CueKind.LIMIT_NEAR])
def test_a_walk_keeps_its_steps_while_the_motor_speaks(kind: CueKind, cadence_spm: float) -> None:
    walker = Walker((Stand(3), Walk(50, cadence_spm), Stand(4)), seed=5)
    t_s, calm_g, buzzed_g, shaken = buzzed(walker, kind, 5)
    assert contacts(t_s, buzzed_g, shaken) == pytest.approx(contacts(t_s, calm_g, None), abs=1)


def test_what_was_not_shaken_passes_untouched() -> None:
    t_s = np.arange(300) / 100.0
    acc_g = np.random.default_rng(0).normal(0.0, 1.0, (300, 3))
    shaken = np.zeros(300, dtype=bool)
    shaken[100:120] = True
    calmed = Calmer().feed(t_s, acc_g, shaken)
    assert np.array_equal(calmed[~shaken], acc_g[~shaken])
    assert not np.array_equal(calmed[shaken], acc_g[shaken])
    assert Calmer().feed(t_s, acc_g, None) is acc_g


def test_a_shaken_sample_is_the_mean_of_the_newest() -> None:
    t_s = np.arange(100) / 128.0
    acc_g = np.random.default_rng(1).integers(-(2**15), 2**15, (100, 3)) / QUANTUM
    calmed = Calmer().feed(t_s, acc_g, t_s >= 0.5)
    recent = int(CalmerParams().span_s * 128) + 1
    for i in (64, 77, 99):
        np.testing.assert_allclose(calmed[i], acc_g[i + 1 - recent : i + 1].mean(axis=0), rtol=0, atol=1 / QUANTUM)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    cuts=st.lists(st.integers(1, 250), max_size=8),
    back_s=st.sampled_from([0.0, 0.05, 2.0]),
)
def test_any_split_gives_the_same_bits_and_writes_no_input(seed: int, cuts: list[int], back_s: float) -> None:
    rng = np.random.default_rng(seed)
    t_s = np.cumsum(rng.uniform(0.005, 0.015, 250))
    t_s[150:] -= back_s
    acc_g, shaken = rng.normal(0.0, 1.0, (250, 3)), rng.random(250) < 0.5
    for given_in in (t_s, acc_g, shaken):
        given_in.setflags(write=False)
    whole = Calmer().feed(t_s, acc_g, shaken)
    calmer, edges = Calmer(), sorted({0, 250, *cuts})
    parts = [calmer.feed(t_s[i:j], acc_g[i:j], shaken[i:j]) for i, j in pairwise(edges)]
    assert np.array_equal(np.concatenate(parts), whole)
    calmer.reset()
    assert np.array_equal(calmer.feed(t_s, acc_g, shaken), whole)
