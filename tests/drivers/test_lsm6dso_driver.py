# SPDX-License-Identifier: MIT
"""LSM6DSO: golden bytes in, planned bytes out. What it does as the LSM6DS3TR-C does is examined for both."""

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lsm6dso import BLOCK_WORDS, Lsm6dso, Status, after_start, decode_status, decode_words

Bus = Callable[..., Any]

BLOCK = bytes.fromhex("11 00000000 0210  12 feef0100ffff  22 e80300000000  14 ff7f00000000")
START = [(0x0A, 0x00), (0x0A, 0x06)]


class Fifo:
    """Words behind the tag register, and how many are told; whoever reads more than was told fails."""

    def __init__(self, registers: type, words: bytes, flags: int = 0, told: int | None = None) -> None:
        self.chip = registers({})
        self.words = words
        self.flags = flags
        self.told = len(words) // 7 if told is None else told
        self.reads: list[tuple[int, int]] = []
        self.flags_later = 0

    def read(self, register: int, length: int) -> bytes:
        self.reads.append((register, length))
        if register == 0x3A:
            data = bytes([self.told & 0xFF, self.flags | self.told >> 8])
            self.flags = self.flags_later
            return data[:length]
        if register != 0x78:
            return bytes(self.chip.read(register, length))
        assert length % 7 == 0
        assert length // 7 <= self.told
        self.told -= length // 7
        data, self.words = self.words[:length], self.words[length:]
        return data

    def write(self, register: int, value: int) -> None:
        self.chip.write(register, value)
        if (register, value) == (0x0A, 0x00):
            self.told, self.words = 0, b""


def word(x: int, y: int = 0, z: int = 0, tag: int = 0x11) -> bytes:
    return struct.pack("<B3h", tag, x, y, z)


@pytest.mark.parametrize(
    ("data", "samples", "overrun"),
    [("10 80", 16, False), ("00 00", 0, False), ("ff 29", 511, True), ("00 62", 512, True)],
)
def test_status_vectors(data: str, samples: int, overrun: bool) -> None:
    assert decode_status(bytes.fromhex(data)) == Status(samples, overrun)


@pytest.mark.parametrize("data", ["01 02", "ff ff", "00 03"])
def test_more_words_than_there_are_is_a_broken_transfer(data: str, registers: type, bus_with: Bus) -> None:
    low, high = bytes.fromhex(data)
    assert decode_status(bytes([low, high])) is None
    with pytest.raises(OSError, match="more words than there are"):
        Lsm6dso(bus_with({0x6A: registers({0x3A: low, 0x3B: high})})).level()


def test_the_golden_block_holds_two_samples_a_timestamp_and_a_filler() -> None:
    counts = decode_words(BLOCK)
    assert counts is not None
    assert (counts[:2] * Lsm6dso.scale_g_per_count).tolist() == [
        [0, 0, pytest.approx(0.999912)],
        pytest.approx([-0.999912, 0.000244, -0.000244]),
    ]
    assert counts[2:].tolist() == [[32767, 0, 0]]
    assert len(after_start(counts[2:], 1)[0]) == 0


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 5]), st.binary(min_size=6, max_size=6)), max_size=20))
def test_only_samples_are_taken_in_their_order(words: list[tuple[int, bytes]]) -> None:
    counts = decode_words(b"".join(bytes([tag << 3]) + data for tag, data in words))
    assert counts is not None
    assert counts.tobytes() == b"".join(data for tag, data in words if tag == 2)


@pytest.mark.parametrize("tag", [0, *range(6, 32)])
def test_a_tag_that_makes_no_sense_spoils_the_drain(tag: int, registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, word(1) + word(2, tag=tag << 3) + word(3))
    drain = Lsm6dso(bus_with({0x6A: fifo})).drain()
    assert drain.misaligned
    assert not drain.overrun
    assert drain.counts.shape == (0, 3)
    assert fifo.chip.written == START


@pytest.mark.parametrize("words", [0, 1, 3, 4, 5, 16, 512])
def test_words_are_read_four_at_a_time_and_never_more_than_were_told(
    words: int, registers: type, bus_with: Bus
) -> None:
    fifo = Fifo(registers, b"".join(word(n) for n in range(600)), told=words)
    drain = Lsm6dso(bus_with({0x6A: fifo})).drain()
    assert drain.counts[:, 0].tolist() == list(range(words))
    assert not drain.misaligned
    assert fifo.told == 0
    lengths = [length for register, length in fifo.reads if register == 0x78]
    assert all(length == 28 for length in lengths[:-1])
    assert max(lengths, default=0) <= 7 * BLOCK_WORDS == 28
    assert {length for register, length in fifo.reads if register != 0x78} == {2}  # the status in one piece


@pytest.mark.parametrize(
    ("flags", "later", "overrun"), [(0x20, 0, False), (0x40, 0, True), (0x08, 0, True), (0, 8, True)]
)
def test_overrun_is_told_also_when_it_came_while_we_began(
    flags: int, later: int, overrun: bool, registers: type, bus_with: Bus
) -> None:
    fifo = Fifo(registers, word(1) + word(2), flags)
    fifo.flags_later = later
    drain = Lsm6dso(bus_with({0x6A: fifo})).drain()
    assert drain.overrun is overrun
    assert len(drain.counts) == 2


def test_after_a_start_fillers_and_three_samples_are_dropped(registers: type, bus_with: Bus) -> None:
    fifo = Fifo(registers, b"")
    driver = Lsm6dso(bus_with({0x6A: fifo}))
    driver.start()
    drained = []
    for x in (0x7FFF, 0x7FFD, 1, 0x7FFE, 2, 3, 4, 0x7FFF, 5):
        fifo.words, fifo.told = word(x), 1
        drained += driver.drain().counts[:, 0].tolist()
    assert drained == [4, 0x7FFF, 5]  # by then 0x7fff is a clipped sample


@given(
    st.lists(st.integers(-32768, 32767), max_size=30),
    st.lists(st.integers(0, 30), max_size=5),
    st.integers(0, 3),
)
def test_what_is_dropped_after_a_start_does_not_depend_on_the_drains(
    xs: list[int], cuts: list[int], settling: int
) -> None:
    counts = np.array([[x, 0, 0] for x in xs], np.int16).reshape(-1, 3)
    whole, _ = after_start(counts, settling)
    pieces = []
    left = settling
    for start, stop in pairwise([0, *sorted(min(cut, len(xs)) for cut in cuts), len(xs)]):
        piece, left = after_start(counts[start:stop], left)
        pieces += piece.tolist()
    assert pieces == whole.tolist()
    assert len(xs) - len(pieces) >= min(settling, len(xs))


@pytest.mark.parametrize(
    ("rate_hz", "chip_hz", "batch", "ctrl1"), [(50, 52.0, 3, 0x3C), (100, 104.0, 4, 0x4C), (200, 208.0, 5, 0x5C)]
)
@pytest.mark.parametrize("interrupt", [False, True])
def test_what_is_written(
    rate_hz: int, chip_hz: float, batch: int, ctrl1: int, interrupt: bool, registers: type, bus_with: Bus
) -> None:
    chip = registers({})
    driver = Lsm6dso(bus_with({0x6A: chip}), options=ChipOptions(rate_hz, interrupt))
    waits: list[float] = []
    driver.configure(waits.append)
    assert chip.written == [
        (0x12, 0x01),
        (0x12, 0x44),
        (0x18, 0xE2),
        (0x0A, 0x00),
        (0x07, 16 if interrupt else 0),
        (0x08, 0x00),
        (0x09, batch),
        (0x0D, 0x08 if interrupt else 0),
        (0x11, 0x00),
        (0x14, 0x00),
        (0x17, 0x00),
        (0x10, ctrl1),
    ]
    assert waits == [0.015]
    assert driver.nominal_hz == chip_hz
    assert driver.fifo_samples == 512
    assert driver.watermark == (16 if interrupt else None)
    chip.written.clear()
    driver.start()
    assert chip.written == START
    chip.written.clear()
    driver.stop()
    assert chip.written == [(0x10, 0x00)]
