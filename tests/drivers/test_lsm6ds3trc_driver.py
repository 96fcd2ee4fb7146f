# SPDX-License-Identifier: MIT
"""LSM6DS3TR-C: golden bytes in, planned bytes out. What it does as the LSM6DSO does is examined for both."""

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lsm6ds3trc import Lsm6ds3trc, Status, decode_status

Bus = Callable[..., Any]
START = [(0x0A, 0x00), (0x0A, 0x26)]


class Fifo:
    """Word n is n. It counts what is read from it; whoever reads more than was told fails."""

    def __init__(self, registers: type, words: int, pattern: int = 0, overrun: bool = False) -> None:
        self.chip = registers({})
        self.words = words
        self.pattern = pattern
        self.overrun = overrun
        self.taken = 0
        self.reads: list[tuple[int, int]] = []
        self.later: tuple[int, int] | None = None  # words and pattern, once something was read
        self.overrun_again = False

    def read(self, register: int, length: int) -> bytes:
        self.reads.append((register, length))
        if register == 0x3A:
            words, pattern = self.later if self.later and self.taken else (self.words, self.pattern)
            flags = self.overrun << 6 | (words == 0 and not self.overrun) << 4
            return struct.pack("<HH", words | flags << 8, pattern)[:length]
        if register != 0x3E:
            return bytes(self.chip.read(register, length))
        count = length // 2
        assert 0 < count <= self.words
        data = struct.pack(f"<{count}h", *range(self.taken, self.taken + count))
        self.words -= count
        self.taken += count
        self.pattern = (self.pattern + count) % 3
        self.overrun = self.overrun_again
        return data

    def write(self, register: int, value: int) -> None:
        self.chip.write(register, value)
        if (register, value) == (0x0A, 0x00):
            self.words, self.pattern, self.overrun, self.later = 0, 0, False, None


@pytest.mark.parametrize(
    ("data", "samples", "overrun"), [("60 80", 32, False), ("00 10", 0, False), ("fe 67", 682, True)]
)
def test_status_vectors(data: str, samples: int, overrun: bool, registers: type, bus_with: Bus) -> None:
    low, high = bytes.fromhex(data)
    assert decode_status(bytes([low, high, 2, 0])) == Status(samples * 3, 2, overrun)
    assert Lsm6ds3trc(bus_with({0x6A: registers({0x3A: low, 0x3B: high})})).level() == samples


def test_the_pattern_has_ten_bits() -> None:
    assert decode_status(bytes([3, 0, 0x34, 0xFE])) == Status(3, 0x234, False)


def test_words_in_an_empty_fifo_are_a_broken_transfer(registers: type, bus_with: Bus) -> None:
    assert decode_status(b"\xff" * 4) is None
    chip = registers({0x3A: 0xFF, 0x3B: 0xFF, 0x3C: 0xFF, 0x3D: 0xFF})
    with pytest.raises(OSError, match="words in an empty FIFO"):
        Lsm6ds3trc(bus_with({0x6A: chip})).level()


@pytest.mark.parametrize("words", [0, 1, 2, 3, 5, 15, 16, 18, 48, 2046])
def test_only_whole_samples_are_read_in_blocks_of_five(words: int, registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, words)
    drain = Lsm6ds3trc(bus_with({0x6A: fifo})).drain()
    assert drain.counts.tobytes() == np.arange(words // 3 * 3, dtype="<i2").tobytes()
    assert (drain.overrun, drain.misaligned) == (False, False)
    assert fifo.words == words % 3
    assert all(length == 4 or (register == 0x3E and length <= 30) for register, length in fifo.reads)


@pytest.mark.parametrize(("pattern", "skipped"), [(1, 2), (2, 1)])
@pytest.mark.parametrize("words", [1, 2, 3, 7, 2045])
def test_the_rest_of_a_sample_is_skipped_and_told(
    pattern: int, skipped: int, words: int, registers: type, bus_with: Bus
) -> None:
    fifo = Fifo(registers, words, pattern)
    drain = Lsm6ds3trc(bus_with({0x6A: fifo})).drain()
    whole = max(0, words - skipped) // 3
    assert drain.counts.tolist() == [[skipped + 3 * n + axis for axis in range(3)] for n in range(whole)]
    assert drain.overrun
    assert not drain.misaligned


@pytest.mark.parametrize("pattern", [3, 0x3FF])
def test_a_pattern_that_cannot_be_starts_the_fifo_afresh(pattern: int, registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, 30, pattern)
    drain = Lsm6ds3trc(bus_with({0x6A: fifo})).drain()
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert fifo.taken == 0
    assert fifo.chip.written == START


@pytest.mark.parametrize("pattern", [1, 2, 7])
def test_axes_that_turned_while_we_read_spoil_the_drain(pattern: int, registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, 30)
    fifo.later = (3, pattern)
    drain = Lsm6ds3trc(bus_with({0x6A: fifo})).drain()
    assert drain.misaligned
    assert drain.counts.shape == (0, 3)
    assert fifo.chip.written == START


def test_the_pattern_of_an_empty_fifo_means_nothing(registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, 30)
    fifo.later = (0, 2)
    driver = Lsm6ds3trc(bus_with({0x6A: fifo}))
    assert len(driver.drain().counts) == 10
    assert not driver.drain().misaligned


def test_overrun_is_told(registers: type, bus_with: Bus) -> None:
    drain = Lsm6ds3trc(bus_with({0x6A: Fifo(registers, 2046, overrun=True)})).drain()
    assert drain.overrun
    assert len(drain.counts) == 682
    assert not drain.misaligned


def test_overrun_is_told_also_when_it_came_while_we_read(registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, 30)
    fifo.overrun_again = True
    fifo.later = (2046, 0)
    drain = Lsm6ds3trc(bus_with({0x6A: fifo})).drain()
    assert drain.overrun
    assert len(drain.counts) == 10


def test_an_overrun_whose_count_has_wrapped_starts_the_fifo_afresh(registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, 0, overrun=True)
    drain = Lsm6ds3trc(bus_with({0x6A: fifo})).drain()
    assert (drain.overrun, drain.misaligned, len(drain.counts)) == (True, True, 0)
    assert fifo.chip.written == START


def test_a_block_of_ones_is_a_broken_transfer(registers: type, bus_with: Bus) -> None:
    chip = registers({0x3A: 3})
    chip.answers[0x3E] = [b"\xff" * 6]
    with pytest.raises(OSError, match="every bit"):
        Lsm6ds3trc(bus_with({0x6A: chip})).drain()


@pytest.mark.parametrize(
    ("rate_hz", "chip_hz", "fifo", "ctrl1"),
    [(50, 52.0, 0x1E, 0x3C), (100, 104.0, 0x26, 0x4C), (200, 208.0, 0x2E, 0x5C)],
)
@pytest.mark.parametrize("interrupt", [False, True])
def test_what_is_written(
    rate_hz: int, chip_hz: float, fifo: int, ctrl1: int, interrupt: bool, registers: type, bus_with: Bus
) -> None:
    chip = registers({})
    driver = Lsm6ds3trc(bus_with({0x6A: chip}), options=ChipOptions(rate_hz, interrupt))
    waits: list[float] = []
    driver.configure(waits.append)
    assert chip.written == [
        (0x12, 0x01),
        (0x12, 0x44),
        (0x0A, 0x00),
        (0x06, 48 if interrupt else 0),
        (0x07, 0x00),
        (0x08, 0x01),
        (0x09, 0x00),
        (0x0D, 0x08 if interrupt else 0),
        (0x11, 0x00),
        (0x14, 0x00),
        (0x10, ctrl1),
    ]
    assert waits == [0.015, 0.1]
    assert driver.nominal_hz == chip_hz
    assert driver.fifo_samples == 682
    assert driver.watermark == (16 if interrupt else None)
    chip.written.clear()
    driver.start()
    assert chip.written == [(0x0A, 0x00), (0x0A, fifo)]
    chip.written.clear()
    driver.stop()
    assert chip.written == [(0x10, 0x00)]


def test_its_elder_is_taken_too(registers: type, bus_with: Bus) -> None:
    Lsm6ds3trc(bus_with({0x6A: registers({0x0F: 0x69})})).identify()
