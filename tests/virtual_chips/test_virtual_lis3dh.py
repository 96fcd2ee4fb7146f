# SPDX-License-Identifier: MIT
"""The emulated LIS3DH against the data sheet's words, byte by byte, where it differs from the LIS2DW12."""

import numpy as np
import pytest
from lis_parts import LIS3DH, measuring, words

from kneemon.clock import LeadingClock
from kneemon.virtual.lis3dh import VirtualLis3dh


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualLis3dh:
    return VirtualLis3dh(LIS3DH.counting, clock.now_s)


def test_defaults_and_read_only_registers(chip: VirtualLis3dh) -> None:
    def image() -> bytes:
        return chip.read(0x87, 0x28 - 0x07) + chip.read(0xAE, 0x40 - 0x2E)

    fresh = image()
    assert fresh[0x0F - 0x07] == 0x33
    assert fresh[0x1E - 0x07] == 0x10
    assert fresh[0x20 - 0x07] == 0x07
    assert chip.read(0x2F, 1) == b"\x20"
    assert sum(fresh) == 0x33 + 0x10 + 0x07 + 0x20
    for register in (0x07, 0x0F, 0x27, 0x28, 0x2F, 0x31, 0x60):
        chip.write(register, 0x77)
    assert image() == fresh
    chip.write(0x21, 0x77)
    assert chip.read(0x21, 1) == b"\x77"
    chip.reset()
    assert image() == fresh


def test_without_its_high_bit_a_burst_repeats_the_first_byte(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    measuring(LIS3DH, chip)
    clock.wait(0.035)
    assert chip.read(0x28, 6) == bytes([0xD0]) * 6  # 125 << 4, its low byte
    assert chip.read(0x2F, 1) == bytes([3])  # and nothing was taken out
    assert words(chip.read(0xA8, 6)) == [125 << 4, -62 << 4, 1 << 4]
    assert chip.read(0x2F, 1) == bytes([2])


def test_a_full_fifo_shows_31_with_overrun_and_drops_the_oldest(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    measuring(LIS3DH, chip)
    clock.wait(0.315)
    assert chip.read(0x2F, 1) == b"\x9f"
    clock.wait(0.01)
    assert chip.read(0x2F, 1) == b"\xdf"
    clock.wait(0.08)
    assert chip.read(0x2F, 1) == b"\xdf"
    assert LIS3DH.z_counts(b"".join(chip.read(0xA8, 6) for _ in range(32))) == list(range(9, 41))
    assert chip.read(0x2F, 1) == b"\x20"


def test_booting_takes_a_while_and_loses_writes(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    chip.write(0x24, 0x80)
    chip.write(0x21, 0x55)
    assert chip.read(0x21, 1) == b"\x00"
    assert chip.read(0x24, 1) == b"\x00"
    clock.wait(0.005)
    chip.write(0x21, 0x55)
    assert chip.read(0x21, 1) == b"\x55"


def test_big_endian_data(clock: LeadingClock) -> None:
    chip = VirtualLis3dh(lambda t_s: np.tile([0.02, -0.01, 1.0], (len(t_s), 1)), clock.now_s)
    measuring(LIS3DH, chip, r23=0xE8)
    clock.wait(0.015)
    assert chip.read(0xA8, 6) == bytes.fromhex("0050 ffe0 0fa0")  # 5, -2 (from -2.5) and 250 digits
