# SPDX-License-Identifier: MIT
"""Samples that came without an error and yet cannot be right: garbage, a frozen chip, a rest that is not one g."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.drivers.chip import Counts
from kneemon.sensor.doubts import Frozen, Rest, clipped, garbled

SCALE = 1 / 4096


def counts(*size_g: float) -> Counts:
    """Samples of that |a|, all on y, with a little on x."""
    return np.column_stack([np.ones(len(size_g)), np.array(size_g) / SCALE, np.zeros(len(size_g))]).astype(np.int16)


@pytest.mark.parametrize(
    ("size_g", "is_garbled"),
    [
        ((1.0,) * 20, False),
        ((1.0, 1.0, 7.9, 7.9, 1.0, 1.0), False),  # a heel on a kerb: 20 ms
        ((1.0, 7.9, 7.9, 7.9, 1.0, 1.0), True),
        ((7.9, 1.0, 7.9, 1.0, 7.9), True),
        ((4.9,) * 20, False),
        ((5.1,) * 5, True),
        ((5.1,) * 4, False),  # too few to tell
    ],
)
def test_more_than_five_g_for_long_is_no_walk(size_g: tuple[float, ...], is_garbled: bool) -> None:
    assert garbled(counts(*size_g), SCALE) is is_garbled


def test_exactly_nothing_is_no_measurement() -> None:
    samples = counts(*[1.0] * 10)
    samples[4] = 0
    assert garbled(samples, SCALE)
    assert not garbled(counts(), SCALE)


@given(st.lists(st.floats(0.01, 7.9), min_size=8, max_size=40))
def test_a_drain_that_is_mostly_too_large_is_always_found(size_g: list[float]) -> None:
    """The reference's measure: eight samples or more whose median is over 5 g."""
    if np.median(np.linalg.norm(counts(*size_g) * SCALE, axis=1)) > 5.0 and np.mean(np.array(size_g) > 5.001) > 0.5:
        assert garbled(counts(*size_g), SCALE)


def test_random_bytes_are_found() -> None:
    chance = np.random.default_rng(1)
    found = [garbled(chance.integers(-32768, 32768, (5, 3)).astype(np.int16), SCALE) for _ in range(2000)]
    assert np.mean(found) > 0.97


def test_clipped_counts_any_axis_on_a_rail() -> None:
    samples = np.array([[2047, 0, 0], [0, -2048, 1], [2046, -2047, 0]], np.int16)
    assert clipped(samples, -2048, 2047) == 2
    assert clipped(samples[2:], -2048, 2047) == 0


def test_the_first_identical_samples_are_suspected_and_no_others() -> None:
    frozen, one, other = Frozen(50), [[1, 2, 3]], [[1, 2, 4]]
    assert not frozen.see(np.array(one + other * 2, np.int16))
    assert frozen.suspects(3) == 0
    assert not frozen.see(np.array(one + other * 5, np.int16))
    assert frozen.suspects(6) == 5
    assert not frozen.see(np.array(other * 20, np.int16))
    assert frozen.suspects(20) == 20
    assert not frozen.see(np.array(other * 24, np.int16))
    assert frozen.see(np.array(other, np.int16))
    assert not frozen.see(np.array(one, np.int16))
    assert frozen.suspects(1) == 0


def coarse(after: int = 50) -> Frozen:
    frozen = Frozen(after)
    frozen.coarse = True
    return frozen


@pytest.mark.parametrize(("before", "jumped"), [((0, 1, 250), False), ((1, -1, 249), False), ((0, 2, 250), True)])
@pytest.mark.parametrize("cut", [0, 1, 7])
def test_a_coarse_chip_freezes_with_a_jump_or_not_at_once(before: tuple[int, ...], jumped: bool, cut: int) -> None:
    """cut: of how many of the run the drain consists that brings the sample before."""
    samples = np.array([[9, 9, 9], before] + [[0, 0, 250]] * 47, np.int16)
    frozen = coarse()
    assert [frozen.see(samples[: 2 + cut]), frozen.see(samples[2 + cut :])] == [False, False]
    held = len(samples) - 2 - cut
    assert frozen.suspects(held) == (held if jumped else 0)
    assert frozen.see(np.array([[0, 0, 250]] * 3, np.int16)) is jumped


def test_a_coarse_chip_that_never_moved_is_frozen_after_a_minute() -> None:
    frozen = coarse()
    second = np.array([[0, 0, 250]] * 100, np.int16)
    assert [frozen.see(second) for _ in range(60)] == [False] * 59 + [True]
    assert frozen.see(second), "and it stays so across a recovery"
    assert frozen.suspects(100) == 0


def test_an_hour_of_a_coarse_chip_on_a_table_is_not_called_frozen() -> None:
    """0.73 mg of noise behind its filter of 11 Hz, in the middle of a count of 4 mg."""
    frequency_hz = np.fft.rfftfreq(360_000, 0.01)
    white = np.fft.rfft(np.random.default_rng(1).standard_normal((360_000, 3)), axis=0)
    noise = np.fft.irfft(white / np.sqrt(1 + (frequency_hz / 11.0) ** 4)[:, None], 360_000, axis=0)
    samples = np.rint((0.73 * noise / noise.std(axis=0) + [0, 0, 1000]) / 4).astype(np.int16)
    drains = np.array_split(samples, 18_000)
    frozen, fine = coarse(), Frozen(50)
    assert not any(frozen.see(drain) for drain in drains)
    assert sum(fine.see(drain) for drain in drains) > 1000  # so it is the coarseness that is known


def test_without_a_limit_nothing_is_suspected() -> None:
    frozen = Frozen(None)
    assert not frozen.see(np.array([[1, 2, 3]] * 200, np.int16))
    assert frozen.suspects(200) == 0


def seconds(*size_g: float, noise_g: float = 0.005) -> np.ndarray:
    """100 samples of each |a|."""
    size = np.repeat(size_g, 100) + np.random.default_rng(2).normal(0.0, noise_g, 100 * len(size_g))
    return np.column_stack([0.6 * size, np.zeros(len(size)), -0.8 * size])


def watch() -> Rest:
    rest = Rest()
    rest.begin(100)
    return rest


@pytest.mark.parametrize("size_g", [0.5, 0.84, 1.16, 1.95])
def test_the_third_wrong_rest_is_told_once(size_g: float) -> None:
    rest = watch()
    assert [rest.wrong_g(seconds(size_g)) for _ in range(6)] == [
        None,
        None,
        pytest.approx(size_g, abs=0.01),
        *[None] * 3,
    ]


@pytest.mark.parametrize("size_g", [0.86, 1.0, 1.14])
def test_a_rest_near_one_g_is_right(size_g: float) -> None:
    assert watch().wrong_g(seconds(*[size_g] * 20)) is None


def test_what_moves_is_not_judged() -> None:
    rest = watch()
    assert rest.wrong_g(seconds(*[0.5] * 20, noise_g=0.04)) is None
    assert rest.wrong_g(seconds(0.5, 0.5)) is None
    assert rest.wrong_g(seconds(0.7, noise_g=0.1)) is None
    assert rest.wrong_g(seconds(0.5)) == pytest.approx(0.5, abs=0.01)


def test_a_right_rest_and_a_new_chip_begin_anew() -> None:
    rest = watch()
    assert rest.wrong_g(seconds(0.5, 0.5, 1.0, 0.5, 0.5)) is None
    assert rest.wrong_g(seconds(0.5)) is not None
    assert rest.wrong_g(seconds(0.5, 1.0, 0.5, 0.5)) is None
    assert rest.wrong_g(seconds(0.5)) is not None
    rest.begin(100)
    assert rest.wrong_g(seconds(0.5, 0.5)) is None
    assert rest.wrong_g(seconds(0.5)) is not None


def test_pieces_do_not_reach_across_a_gap_and_may_come_in_crumbs() -> None:
    rest, samples = watch(), seconds(0.5, 0.5, 0.5)
    crumbs = [samples[at : at + 7] for at in range(0, 280, 7)]
    assert [rest.wrong_g(crumb) for crumb in crumbs] == [None] * 40
    rest.broken()
    told = [rest.wrong_g(crumb) is not None for crumb in crumbs]
    assert told.index(True) == 14  # two pieces before the gap, and one of 15 crumbs after it
