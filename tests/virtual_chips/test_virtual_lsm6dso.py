# SPDX-License-Identifier: MIT
"""The emulated LSM6DSO against the data sheet's words, byte by byte: its registers, its FIFO, its rates."""

import struct

import numpy as np
import pytest

from kneemon.clock import LeadingClock
from kneemon.model.samples import Array
from kneemon.virtual.lsm6dso import VirtualLsm6dso

PERIOD_S = 1 / 104


def counting(t_s: Array) -> Array:
    """z rises by one count a sample at 104 Hz."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 104 * 0.000244])


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualLsm6dso:
    return VirtualLsm6dso(counting, clock.now_s)


def sampling(chip: VirtualLsm6dso, ctrl1: int = 0x4C, batch: int = 4, mode: int = 6) -> VirtualLsm6dso:
    for register, value in [(0x09, batch), (0x0A, mode), (0x10, ctrl1)]:
        chip.write(register, value)
    return chip


def status(chip: VirtualLsm6dso) -> tuple[int, int]:
    """Words waiting, flags."""
    low, high = chip.read(0x3A, 2)
    return low | (high & 0x03) << 8, high & 0xFC


def pop(chip: VirtualLsm6dso) -> tuple[int, ...]:
    return struct.unpack("<B3h", chip.read(0x78, 7))


def test_defaults_and_read_only_registers(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    fresh = chip.read(0x00, 0x78)
    assert (fresh[0x0F], fresh[0x12], fresh[0x18]) == (0x6C, 0x04, 0xE0)
    assert sum(fresh) == 0x6C + 0x04 + 0xE0
    for register in (0x0F, 0x1E, 0x20, 0x28, 0x3A, 0x3B, 0x78, 0xC0):
        chip.write(register, 0x77)
    assert chip.read(0x00, 0x78) == fresh
    chip.write(0x07, 0x77)
    assert chip.read(0x07, 1) == b"\x77"
    chip.reset()
    clock.wait(0.01)
    assert chip.read(0x00, 0x78) == fresh
    assert chip.read(0xC0, 1) == b"\x00"


def test_powered_down_nothing_is_measured(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip, ctrl1=0x0C)
    clock.wait(1.0)
    assert status(chip) == (0, 0)
    chip.write(0x10, 0x4C)
    clock.wait(1.0)
    assert status(chip)[0] == 104
    chip.write(0x10, 0x0C)
    clock.wait(1.0)
    assert status(chip)[0] == 104
    chip.write(0x10, 0xF0)  # no such rate
    clock.wait(1.0)
    assert status(chip)[0] == 104


def test_words_tags_and_the_filler(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(6.5 * PERIOD_S)
    words = [pop(chip) for _ in range(6)]
    assert [word[0] for word in words] == [0x11, 0x12, 0x14, 0x17, 0x11, 0x12]
    assert [word[1:] for word in words[:2]] == [(0x7FFF, 0, 0)] * 2
    assert [word[1:] for word in words[2:]] == [(2049, -1025, n) for n in (3, 4, 5, 6)]
    assert pop(chip) == (0, 0, 0, 0)  # the tag of an empty FIFO


def test_the_fillers_come_with_each_power_up(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(0.1)
    chip.write(0x0A, 0x00)
    chip.write(0x0A, 0x06)
    clock.wait(1.5 * PERIOD_S)
    assert pop(chip)[1] == 2049
    chip.write(0x10, 0x0C)
    chip.write(0x10, 0x4C)
    clock.wait(1.5 * PERIOD_S)
    assert pop(chip)[1] == 0x7FFF


def test_a_burst_wraps_behind_each_word(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(8.5 * PERIOD_S)
    burst = chip.read(0x78, 28)
    assert [burst[at] >> 3 for at in (0, 7, 14, 21)] == [2] * 4
    assert status(chip)[0] == 4
    chip.read(0x78, 3)  # broken off: what was begun is gone
    assert status(chip)[0] == 3
    assert pop(chip)[3] == 6


def test_without_if_inc_a_burst_stays_where_it_is(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    chip.write(0x12, 0x40)
    clock.wait(4.5 * PERIOD_S)
    assert chip.read(0x0F, 3) == b"\x6c" * 3
    assert chip.read(0x78, 4) == bytes([0x11, 0x12, 0x14, 0x17])


def test_the_oldest_word_goes_and_it_is_told(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(510.5 * PERIOD_S)
    assert status(chip) == (510, 0)
    clock.wait(PERIOD_S)
    assert status(chip) == (511, 0x20)
    clock.wait(PERIOD_S)
    assert status(chip) == (512, 0x20)
    clock.wait(8 * PERIOD_S)
    assert status(chip) == (512, 0x68)
    assert status(chip) == (512, 0x60)  # the latch was read
    assert pop(chip)[3] == 9
    assert status(chip) == (511, 0x20)
    clock.wait(2 * PERIOD_S)
    pop(chip)
    assert status(chip) == (511, 0x28)  # the latch alone remembers


def test_the_fifo_mode_stops_when_full_and_bypass_empties(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip, mode=1)
    clock.wait(600 * PERIOD_S)
    assert status(chip) == (512, 0x20)
    assert pop(chip)[1] == 0x7FFF
    chip.write(0x0A, 0x00)
    assert status(chip) == (0, 0)
    clock.wait(0.1)
    assert status(chip) == (0, 0)


@pytest.mark.parametrize(("batch", "words"), [(0, 0), (3, 50), (4, 100), (5, 100)])
def test_the_batch_rate(batch: int, words: int, chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip, batch=batch)
    clock.wait(100.5 * PERIOD_S)
    assert status(chip)[0] == words


def test_the_watermark_raises_int1_and_reading_lowers_it(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    chip.write(0x07, 16)
    chip.write(0x0D, 0x08)
    sampling(chip)
    clock.wait(15.5 * PERIOD_S)
    assert (status(chip), chip.int1) == ((15, 0), False)
    clock.wait(PERIOD_S)
    assert (status(chip), chip.int1) == ((16, 0x80), True)
    pop(chip)
    assert not chip.int1
    chip.write(0x12, 0x24)  # active low
    assert chip.int1
    chip.write(0x12, 0x04)
    chip.write(0x08, 0x01)  # the ninth bit: 272 words
    clock.wait(100 * PERIOD_S)
    assert not chip.int1
    clock.wait(200 * PERIOD_S)
    assert chip.int1


@pytest.mark.parametrize(("bit", "after"), [(0x01, 1), (0x20, 511), (0x10, 513)])
def test_what_else_int1_can_tell(bit: int, after: int, chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    chip.write(0x0D, bit)
    sampling(chip)
    clock.wait((after - 0.5) * PERIOD_S)
    assert not chip.int1
    clock.wait(PERIOD_S)
    assert chip.int1


@pytest.mark.parametrize(("odr", "rate_hz"), [(1, 12.5), (2, 26), (3, 52), (4, 104), (5, 208), (6, 416)])
@pytest.mark.parametrize("rate_error", [0.0, -0.07])
def test_the_sample_rate_is_honoured_and_wrong(
    odr: int, rate_hz: float, rate_error: float, clock: LeadingClock
) -> None:
    chip = sampling(VirtualLsm6dso(counting, clock.now_s, rate_error), ctrl1=odr << 4 | 0x0C, batch=10)
    clock.wait(50.5 / (rate_hz * (1 + rate_error)))
    assert status(chip)[0] == 50
