# SPDX-License-Identifier: MIT
"""Changed walks keep what they promise: the truth goes with the signal, gravity stays, movement follows speed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.model.samples import Array
from tests.training.changes import clock_off, impaired, noisy, shuffled, slowed, uneven, weakened
from tests.training.made_up import walk
from tests.training.signals import RATE_HZ, Kind, Signal, instants_s

CONTACTS_S = np.arange(2.0, 18.0, 0.55)
QUIET_S = ((0.5, 1.0), (19.0, 19.5))
SECONDS = 20.0
some = settings(max_examples=25)
seeds = st.integers(0, 1000)


def swinging(hz: float = 1.5, swing_g: float = 0.2) -> Signal:
    """Gravity and a sine in one direction."""
    at_s = instants_s(1000)
    acc_g = np.tile([0.3, 0.0, 0.9], (len(at_s), 1))
    acc_g[:, 0] += swing_g * np.sin(2 * np.pi * hz * at_s)
    return Signal("swing", "group", "P1", "walk", Kind.COUNTED, acc_g, np.array(()))


def swing_of(signal: Signal) -> tuple[float, float, Array]:
    """Half of what the first axis swings, its frequency by crossings, and the mean, all away from the ends."""
    inner_g = signal.acc_g[150:-150]
    along = inner_g[:, 0] - inner_g[:, 0].mean()
    crossings = np.flatnonzero((along[1:] > 0) & (along[:-1] <= 0))
    hz = (len(crossings) - 1) * RATE_HZ / (crossings[-1] - crossings[0])
    return float(np.sqrt(2) * along.std()), float(hz), inner_g.mean(axis=0)


def off_their_maxima_s(signal: Signal) -> Array:
    """How far each contact is from the highest sample about it."""
    at_s, norm_g = instants_s(len(signal.acc_g)), np.linalg.norm(signal.acc_g, axis=1)
    off_s = []
    for contact_s in signal.contacts_s:
        near = np.flatnonzero(np.abs(at_s - contact_s) < 0.15)
        off_s.append(abs(at_s[near[norm_g[near].argmax()]] - contact_s))
    return np.array(off_s)


@some
@given(seed=seeds, limp=st.floats(0.0, 0.25), irregular=st.floats(0.0, 0.1), heights=st.floats(0.0, 0.45))
def test_contacts_stay_on_their_maxima_however_uneven(seed: int, limp: float, irregular: float, heights: float) -> None:
    changed = uneven(walk(CONTACTS_S, SECONDS), np.random.default_rng(seed), limp, irregular, heights)
    assert len(changed.contacts_s) == len(CONTACTS_S)
    assert off_their_maxima_s(changed).max() < 1.5 / RATE_HZ


@some
@given(seed=seeds, limp=st.floats(0.02, 0.25))
def test_a_limps_steps_alternate_and_its_strides_do_not(seed: int, limp: float) -> None:
    steps_s = np.diff(uneven(walk(CONTACTS_S, SECONDS), np.random.default_rng(seed), limp, 0.0, 0.0).contacts_s)
    short_s, long_s = sorted((steps_s[0], steps_s[1]))
    assert (short_s, long_s) == (pytest.approx(0.55 * (1 - limp)), pytest.approx(0.55 * (1 + limp)))
    np.testing.assert_allclose(steps_s[:-1] + steps_s[1:], 1.1)


def test_uneven_heights_alternate() -> None:
    changed = uneven(walk(CONTACTS_S, SECONDS), np.random.default_rng(1), 0.0, 0.0, 0.4)
    norm_g = np.linalg.norm(changed.acc_g, axis=1)
    places = np.rint(changed.contacts_s * RATE_HZ - 0.5).astype(int)
    heights_g = np.array([norm_g[place - 3 : place + 4].max() for place in places])[2:-2]
    assert max(heights_g[::2]) < min(heights_g[1::2])


def test_a_pause_in_a_limping_walk_stays_as_long_as_it_was() -> None:
    contacts_s = np.concatenate((np.arange(2.0, 8.0, 0.5), np.arange(12.0, 18.0, 0.5)))
    steps_s = np.diff(uneven(walk(contacts_s, SECONDS), np.random.default_rng(1), 0.2, 0.05, 0.0).contacts_s)
    assert steps_s[11] == pytest.approx(4.5)


def test_a_walk_of_few_steps_has_no_rhythm_to_change() -> None:
    few = walk(CONTACTS_S[:5], SECONDS)
    assert uneven(few, np.random.default_rng(1), 0.2, 0.1, 0.4) is few


@some
@given(speed=st.floats(0.5, 1.4))
def test_a_slowed_movement_falls_with_the_square_of_the_speed(speed: float) -> None:
    swing_g, hz, mean_g = swing_of(slowed(swinging(), speed))
    assert swing_g == pytest.approx(0.2 * speed**2, rel=0.03)
    assert hz == pytest.approx(1.5 * speed, rel=0.03)
    np.testing.assert_allclose(mean_g, [0.3, 0.0, 0.9], atol=0.01)


@some
@given(speed=st.floats(0.5, 1.4))
def test_truth_and_quiet_are_slowed_alike(speed: float) -> None:
    changed = slowed(walk(CONTACTS_S, SECONDS, quiet_s=QUIET_S), speed)
    np.testing.assert_allclose(changed.contacts_s, CONTACTS_S / speed)
    np.testing.assert_allclose(changed.quiet_s, np.array(QUIET_S) / speed)
    assert changed.seconds == pytest.approx(SECONDS / speed, abs=1 / RATE_HZ)
    assert off_their_maxima_s(changed).max() < 1.5 / RATE_HZ


def test_a_clock_that_is_off_changes_no_movement() -> None:
    swing_g, hz, _ = swing_of(clock_off(swinging(), 1.05))
    assert swing_g == pytest.approx(0.2, rel=0.01)
    assert hz == pytest.approx(1.5 / 1.05, rel=0.01)


@some
@given(strength=st.floats(0.2, 1.5))
def test_weak_scales_movement_alone(strength: float) -> None:
    changed = weakened(swinging(), strength)
    swing_g, hz, mean_g = swing_of(changed)
    assert swing_g == pytest.approx(0.2 * strength, rel=1e-3)
    assert hz == pytest.approx(1.5, rel=0.01)
    np.testing.assert_allclose(mean_g, swing_of(swinging())[2], atol=1e-4)
    np.testing.assert_allclose(changed.acc_g[:, 1:], swinging().acc_g[:, 1:], atol=1e-9)


def test_a_shuffle_takes_the_strike_and_leaves_the_swing() -> None:
    fast, slow = swinging(hz=8.0), swinging(hz=0.5)
    rng = np.random.default_rng(1)
    softened = np.abs(np.fft.rfft(shuffled(fast, rng, 0.6).acc_g[:, 0]))
    struck = np.abs(np.fft.rfft(fast.acc_g[:, 0]))
    assert softened[160] == pytest.approx(0.4 * struck[160], rel=0.1)  # 8 Hz in 20 s
    assert swing_of(shuffled(slow, rng, 0.6))[0] == pytest.approx(0.2, rel=0.02)


def test_noise_has_the_size_that_is_asked_for() -> None:
    added_g = noisy(swinging(), np.random.default_rng(1), 0.003).acc_g - swinging().acc_g
    assert added_g.std() == pytest.approx(0.003, rel=0.05)


@some
@given(seed=seeds)
def test_an_impaired_walk_has_all_its_steps_and_comes_again_from_the_same_chance(seed: int) -> None:
    plain = walk(CONTACTS_S, SECONDS, quiet_s=QUIET_S)
    one, same = (impaired(plain, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(one.acc_g, same.acc_g)
    assert (one.made, one.called, one.person) == ("impaired", "impaired voisard_healthy", plain.person)
    assert len(one.contacts_s) == len(CONTACTS_S)
    assert np.diff(one.contacts_s).min() > 0
    assert one.contacts_s[-1] < one.seconds
    assert all(start_s < end_s < one.seconds for start_s, end_s in one.quiet_s)
