# SPDX-License-Identifier: MIT
"""What a sensor on the walker feels: one function of time, in any frame, moving as bodies do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.virtual.gait_model import PLACEMENTS
from kneemon.virtual.script import Fidget, Segment, Sit, Stand, Turn, Walk
from kneemon.virtual.walker import Walker

EVERYTHING = (
    Stand(4.0),
    Walk(12.0, 95.0, 105.0, limp=0.1),
    Turn(2.0),
    Walk(10.0, 80.0, shuffle=0.5, stick=0.5),
    Sit(6.0),
    Fidget(6.0),
)
WORN = sorted(PLACEMENTS)
RATE_HZ = 100.0


def walked(worn: str, walk: Walk, seed: int = 0) -> np.ndarray:
    """Acceleration (n, 3) of a walk in its steady part, in the body's own frame."""
    walker = Walker((walk,), worn=worn, seed=seed, orientation=np.eye(3))
    return walker.acceleration(np.arange(4.0, walk.seconds - 4.0, 1.0 / RATE_HZ))


def moved(script: tuple[Segment, ...], worn: str = "waist") -> float:
    """Standard deviation of |a| over a script."""
    walker = Walker(script, worn=worn)
    return float(np.linalg.norm(walker.acceleration(np.arange(0.0, walker.duration_s, 0.01)), axis=1).std())


def amplitude(signal: np.ndarray, hz: float) -> float:
    """Amplitude of a signal's part at a frequency, within 5 %."""
    spectrum = 2.0 * np.abs(np.fft.rfft((signal - signal.mean()) * np.hanning(len(signal)))) / len(signal)
    frequency = np.fft.rfftfreq(len(signal), 1.0 / RATE_HZ)
    near = (frequency > 0.95 * hz) & (frequency < 1.05 * hz)
    return float(np.sqrt(np.square(spectrum[near]).sum()))


@settings(max_examples=60, deadline=None)
@given(
    worn=st.sampled_from(WORN),
    times=st.lists(st.floats(-5.0, 45.0), min_size=1, max_size=200),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
def test_any_split_of_the_instants_gives_the_same_bits(worn: str, times: list[float], cuts: list[int]) -> None:
    walker = Walker(EVERYTHING, worn=worn, seed=7)
    t_s = np.array(times)
    pieces = [piece for piece in np.split(t_s, sorted(min(cut, len(t_s)) for cut in cuts)) if len(piece)]

    whole = walker.acceleration(t_s)
    split = np.concatenate([walker.acceleration(piece) for piece in pieces])
    assert whole.tobytes() == split.tobytes()


@pytest.mark.parametrize("worn", WORN)
def test_one_by_one_is_the_same_as_all_at_once(worn: str) -> None:
    walker = Walker(EVERYTHING, worn=worn, seed=7)
    t_s = np.arange(0.0, walker.duration_s, 0.037)
    strided = np.repeat(t_s, 2)[::2]

    one_by_one = np.concatenate([walker.acceleration(t_s[i : i + 1]) for i in range(len(t_s))])
    assert walker.acceleration(t_s).tobytes() == one_by_one.tobytes()
    assert walker.acceleration(strided).tobytes() == one_by_one.tobytes()
    assert walker.acceleration(t_s[::-1])[::-1].tobytes() == one_by_one.tobytes()


def test_the_seed_is_the_walker() -> None:
    t_s = np.arange(0.0, 40.0, 0.01)
    one, same, other = (Walker(EVERYTHING, seed=seed).acceleration(t_s) for seed in (1, 1, 2))

    assert one.tobytes() == same.tobytes()
    assert not np.allclose(one, other)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), worn=st.sampled_from(WORN))
def test_orientation_turns_the_vector_and_keeps_its_length(seed: int, worn: str) -> None:
    t_s = np.arange(0.0, 40.0, 0.11)
    matrix = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))[0]
    matrix *= np.linalg.det(matrix)
    body = Walker(EVERYTHING, worn=worn, seed=3, orientation=np.eye(3)).acceleration(t_s)
    sensor = Walker(EVERYTHING, worn=worn, seed=3, orientation=matrix).acceleration(t_s)

    np.testing.assert_allclose(sensor, body @ matrix.T, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(sensor, axis=1), np.linalg.norm(body, axis=1), rtol=1e-12)


def test_orientations_are_drawn_from_everywhere() -> None:
    gravity = np.array([Walker((Stand(1.0),), seed=seed).acceleration([0.5])[0] for seed in range(400)])

    np.testing.assert_allclose(np.linalg.norm(gravity, axis=1), 1.0, atol=0.01)
    assert np.abs(gravity.mean(axis=0)).max() < 0.12
    np.testing.assert_allclose(np.square(gravity).mean(axis=0), 1 / 3, atol=0.07)


@pytest.mark.parametrize("worn", WORN)
def test_the_signal_is_continuous(worn: str) -> None:
    walker = Walker(EVERYTHING, worn=worn, seed=5)
    steps = np.diff(walker.acceleration(np.arange(-1.0, walker.duration_s + 1.0, 1e-4)), axis=0)

    assert np.abs(steps).max() < 0.05


@pytest.mark.parametrize("resting", [Stand(60.0), Sit(60.0)])
@pytest.mark.parametrize("worn", WORN)
def test_a_resting_body_is_quiet(worn: str, resting: Segment) -> None:
    assert 0.0001 < moved((resting,), worn) < 0.005


def test_beyond_the_script_the_body_rests() -> None:
    walker = Walker((Walk(20.0, 100.0),))
    for t_s in (np.arange(-30.0, 0.0, 0.01), np.arange(20.0, 50.0, 0.01), np.array([-1e9, 1e9])):
        np.testing.assert_allclose(np.linalg.norm(walker.acceleration(t_s), axis=1), 1.0, atol=0.02)


def test_movement_at_the_waist_is_as_strong_as_real_walks() -> None:
    for cadence in (100.0, 107.0, 115.0):
        for seed in range(3):
            sizes = np.linalg.norm(walked("waist", Walk(40.0, cadence), seed), axis=1)
            assert 0.1 < (sizes - 1.0).std() < 0.35
    slow = np.linalg.norm(walked("waist", Walk(40.0, 65.0)), axis=1)
    assert 0.04 < slow.std() < 0.12


def test_up_and_forward_swing_once_a_step_and_sideways_once_a_stride() -> None:
    forward, left, up = walked("waist", Walk(68.0, 102.0, irregularity=0.005)).T
    step_hz = 102.0 / 60.0

    for signal in (forward, up):
        assert amplitude(signal, step_hz) > 5 * amplitude(signal, step_hz / 2)
    assert amplitude(left, step_hz / 2) > 2 * amplitude(left, step_hz)


def test_gravity_swings_with_the_thigh_and_not_with_the_trunk() -> None:
    stride_hz = 51.0 / 60.0
    thigh, waist = (walked(worn, Walk(68.0, 102.0, irregularity=0.005))[:, 0] for worn in ("thigh", "waist"))
    assert amplitude(thigh, stride_hz) > 5 * amplitude(waist, stride_hz)


@pytest.mark.parametrize("worn", ["thigh", "shank"])
def test_the_own_foot_strikes_harder(worn: str) -> None:
    walk = Walk(40.0, 100.0, irregularity=0.0)
    walker = Walker((walk,), worn=worn, orientation=np.eye(3))
    t_s = np.arange(0.0, 40.0, 0.002)
    sharp = np.abs(np.gradient(walker.acceleration(t_s)[:, 2], t_s))
    after = [sharp[(t_s >= c) & (t_s < c + 0.05)].max() for c in walker.initial_contacts[4:-4]]

    one, other = np.median(after[0::2]), np.median(after[1::2])
    assert max(one, other) > 1.5 * min(one, other)


def test_a_limp_lands_unequally() -> None:
    def unequal(limp: float) -> float:
        walker = Walker((Walk(60.0, 90.0, limp=limp, irregularity=0.0),), orientation=np.eye(3))
        t_s = np.arange(0.0, 60.0, 0.002)
        up = walker.acceleration(t_s)[:, 2]
        after = [np.ptp(up[(t_s >= c) & (t_s < c + 0.2)]) for c in walker.initial_contacts[4:-4]]
        one, other = np.median(after[0::2]), np.median(after[1::2])
        return max(one, other) / min(one, other)

    assert unequal(0.2) > unequal(0.0) + 0.2


def test_a_bout_begins_and_ends_weakly() -> None:
    walker = Walker((Walk(30.0, 100.0),))
    contacts = walker.initial_contacts

    def around(place: int) -> float:
        t_s = np.arange(contacts[place], contacts[place] + 0.4, 0.002)
        return float(np.linalg.norm(walker.acceleration(t_s), axis=1).std())

    middle = np.median([around(place) for place in range(10, 30)])
    assert around(0) < 0.8 * middle
    assert around(len(contacts) - 1) < 0.8 * middle


def test_faster_stronger_cleaner_steps_move_the_sensor_more() -> None:
    usual = moved((Walk(40.0, 90.0),))
    assert moved((Walk(40.0, 110.0),)) > 1.2 * usual
    assert moved((Walk(40.0, 90.0, strength=0.7),)) < 0.8 * usual
    assert moved((Walk(40.0, 90.0, shuffle=0.8),)) < 0.7 * usual
    assert moved((Fidget(120.0),)) > 5 * moved((Stand(120.0),))


def test_sitting_lays_the_thigh_level() -> None:
    walker = Walker((Stand(5.0), Sit(5.0), Stand(5.0)), worn="thigh", orientation=np.eye(3))
    standing, sitting, risen = walker.acceleration([4.0, 9.0, 14.0])

    assert standing[2] > 0.99
    assert sitting[0] > 0.95
    assert risen[2] > 0.99


def test_a_stick_taps_before_the_weak_foot() -> None:
    def sharpness(stick: float) -> np.ndarray:
        walker = Walker((Walk(40.0, 70.0, irregularity=0.0, stick=stick),), orientation=np.eye(3))
        t_s = np.arange(0.0, 40.0, 0.002)
        slope = np.abs(np.gradient(walker.acceleration(t_s)[:, 2], t_s))
        before = [slope[(t_s >= c - 0.1) & (t_s < c - 0.05)].max() for c in walker.initial_contacts[4:-4]]
        return np.array([np.median(before[0::2]), np.median(before[1::2])])

    changed = sharpness(1.0) / sharpness(0.0)
    assert changed.max() > 1.5
    assert changed.min() < 1.2
