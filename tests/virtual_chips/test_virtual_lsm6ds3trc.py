# SPDX-License-Identifier: MIT
"""The emulated LSM6DS3TR-C against the data sheet's words, byte by byte: its registers and its FIFO."""

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.lsm6ds3trc import Lsm6ds3trc
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.lsm6ds3trc import VirtualLsm6ds3trc

PERIOD_S = 1 / 104


def counting(t_s: Array) -> Array:
    """z rises by one count a sample at 104 Hz."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 104 * 0.000244])


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualLsm6ds3trc:
    return VirtualLsm6ds3trc(counting, clock.now_s)


def sampling(chip: VirtualLsm6ds3trc, fifo: int = 0x26, decimation: int = 1) -> VirtualLsm6ds3trc:
    for register, value in [(0x08, decimation), (0x0A, fifo), (0x10, 0x4C)]:
        chip.write(register, value)
    return chip


def status(chip: VirtualLsm6ds3trc) -> tuple[int, int, int]:
    """Words waiting, flags, pattern."""
    low, high, pattern_low, pattern_high = chip.read(0x3A, 4)
    return low | (high & 0x07) << 8, high & 0xF8, pattern_low | pattern_high << 8


def pop(chip: VirtualLsm6ds3trc, words: int = 3) -> tuple[int, ...]:
    return struct.unpack(f"<{words}h", chip.read(0x3E, 2 * words))


def test_defaults_and_read_only_registers(chip: VirtualLsm6ds3trc) -> None:
    fresh = chip.read(0x00, 0x3E)
    assert (fresh[0x0F], fresh[0x12], fresh[0x18], fresh[0x3B]) == (0x6A, 0x04, 0xE0, 0x10)
    assert sum(fresh) == 0x6A + 0x04 + 0xE0 + 0x10
    for register in (0x0F, 0x1E, 0x28, 0x3A, 0x3B, 0x3C, 0x3E):
        chip.write(register, 0x77)
    assert chip.read(0x00, 0x3E) == fresh


def test_words_have_no_tag_and_the_pattern_tells_the_axis(chip: VirtualLsm6ds3trc, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(3.5 * PERIOD_S)
    assert status(chip) == (9, 0x00, 0)
    assert pop(chip, 1) == (2049,)
    assert status(chip) == (8, 0x00, 1)
    assert pop(chip, 1) == (-1025,)
    assert status(chip) == (7, 0x00, 2)
    assert pop(chip, 7) == (1, 2049, -1025, 2, 2049, -1025, 3)
    assert status(chip) == (0, 0x10, 0)
    assert pop(chip, 1) == (3,)  # an empty FIFO shows its last word
    assert status(chip) == (0, 0x10, 0)


def test_a_full_fifo_loses_whole_samples_and_it_is_told(chip: VirtualLsm6ds3trc, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(681.5 * PERIOD_S)
    assert status(chip) == (2043, 0x00, 0)
    clock.wait(PERIOD_S)
    assert status(chip) == (2046, 0x20, 0)
    clock.wait(4 * PERIOD_S)
    assert status(chip) == (2046, 0x60, 0)
    assert pop(chip) == (2049, -1025, 5)
    assert status(chip) == (2043, 0x00, 0)


def test_what_was_begun_stays_begun_when_it_overruns(chip: VirtualLsm6ds3trc, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(1.5 * PERIOD_S)
    pop(chip, 1)
    clock.wait(700 * PERIOD_S)
    words, flags, pattern = status(chip)
    assert (flags, pattern) == (0x60, 1)
    assert words == 2045
    assert pop(chip, 5) == (-1025, 20, 2049, -1025, 21)


def test_the_fifo_mode_stops_when_full_and_bypass_empties(chip: VirtualLsm6ds3trc, clock: LeadingClock) -> None:
    sampling(chip, fifo=0x21)
    clock.wait(800 * PERIOD_S)
    assert status(chip) == (2046, 0x20, 0)
    assert pop(chip, 4) == (2049, -1025, 1, 2049)
    chip.write(0x0A, 0x00)
    assert status(chip) == (0, 0x10, 0)
    clock.wait(0.1)
    assert status(chip) == (0, 0x10, 0)


@pytest.mark.parametrize(
    ("fifo", "decimation", "samples"), [(0x26, 1, 100), (0x1E, 1, 50), (0x2E, 1, 100), (0x26, 0, 0), (0x06, 1, 0)]
)
def test_what_the_fifo_needs(
    fifo: int, decimation: int, samples: int, chip: VirtualLsm6ds3trc, clock: LeadingClock
) -> None:
    sampling(chip, fifo, decimation)
    clock.wait(100.5 * PERIOD_S)
    assert status(chip)[0] == 3 * samples


def test_the_threshold_counts_words_and_raises_int1(chip: VirtualLsm6ds3trc, clock: LeadingClock) -> None:
    chip.write(0x06, 48)
    chip.write(0x0D, 0x08)
    sampling(chip)
    clock.wait(15.5 * PERIOD_S)
    assert (status(chip)[:2], chip.int1) == ((45, 0x00), False)
    clock.wait(PERIOD_S)
    assert (status(chip)[:2], chip.int1) == ((48, 0x80), True)
    pop(chip, 1)
    assert not chip.int1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40)), min_size=1, max_size=12), st.integers(0, 2**16))
def test_words_that_somebody_else_took_cost_one_sample(
    marked: Callable[..., Any], thefts: list[tuple[int, int]], seed: int
) -> None:
    clock = PacedClock().leader
    marks = marked(1 / 0.000244, -32768, 32767, seed)
    chip = VirtualLsm6ds3trc(marks.signal, clock.now_s)
    marks.sampler = chip.sampler
    driver = Lsm6ds3trc(EmulatedBus({0x6A: chip}, clock.pass_by).open())
    driver.configure(clock.wait)
    driver.start()
    drained: list[int] = []
    for words, samples in thefts:
        clock.wait(samples * PERIOD_S)
        waiting = driver.level()
        taken = min(words, 3 * waiting)
        if taken:
            chip.read(0x3E, 2 * taken)
        drain = driver.drain()
        assert drain.overrun == (taken % 3 > 0)
        assert not drain.misaligned
        drained += marks.indices(drain.counts)
    assert drained == sorted(set(drained))
