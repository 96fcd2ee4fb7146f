# SPDX-License-Identifier: MIT
"""The emulated LIS2DW12 against the data sheet's words, byte by byte, where it differs from the LIS3DH."""

import pytest
from lis_parts import LIS2DW12, measuring, words

from kneemon.clock import LeadingClock
from kneemon.drivers.lis2dw12 import Lis2dw12
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.lis2dw12 import VirtualLis2dw12


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualLis2dw12:
    return VirtualLis2dw12(LIS2DW12.counting, clock.now_s)


def test_defaults_and_read_only_registers(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    def image() -> bytes:
        return chip.read(0x0D, 0x28 - 0x0D) + chip.read(0x2E, 0x40 - 0x2E)

    fresh = image()
    assert fresh[0x0F - 0x0D] == 0x44
    assert fresh[0x21 - 0x0D] == 0x04
    assert sum(fresh) == 0x44 + 0x04
    for register in (0x0D, 0x0F, 0x26, 0x27, 0x28, 0x2F, 0x37, 0x60):
        chip.write(register, 0x77)
    assert image() == fresh
    chip.write(0x22, 0x77)
    assert chip.read(0x22, 1) == b"\x77"
    chip.reset()
    clock.wait(0.001)
    assert image() == fresh


def test_without_address_increment_a_burst_repeats_the_first_byte(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(LIS2DW12, chip)
    clock.wait(0.035)
    chip.write(0x21, 0x00)
    assert chip.read(0x28, 6) == bytes([0x00]) * 6  # 512 << 2, its low byte
    assert chip.read(0x29, 6) == bytes([0x08]) * 6
    assert chip.read(0x2F, 1) == bytes([3])  # and nothing was taken out
    chip.write(0x21, 0x04)
    assert words(chip.read(0x28, 6)) == [512 << 2, -256 << 2, 1 << 2]
    assert chip.read(0x2F, 1) == bytes([2])


def test_overrun_is_told_when_a_sample_was_overwritten(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(LIS2DW12, chip)
    clock.wait(0.325)
    assert chip.read(0x2F, 1) == b"\xa0"
    clock.wait(0.08)
    assert chip.read(0x2F, 1) == b"\xe0"
    assert LIS2DW12.z_counts(chip.read(0x28, 6)) == [9]
    assert chip.read(0x2F, 1) == b"\x9f"
    assert LIS2DW12.z_counts(b"".join(chip.read(0x28, 6) for _ in range(31))) == list(range(10, 41))
    assert chip.read(0x2F, 1) == b"\x00"


def test_a_reset_takes_a_while_and_loses_writes(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(LIS2DW12, chip)
    chip.write(0x21, 0x40)
    assert chip.read(0x21, 1) == b"\x44"
    chip.write(0x22, 0x55)
    assert chip.read(0x20, 1) == b"\x00"
    clock.wait(0.001)
    assert chip.read(0x21, 2) == b"\x04\x00"
    chip.write(0x22, 0x55)
    assert chip.read(0x22, 1) == b"\x55"


@pytest.mark.parametrize(
    ("celsius", "data", "coarse"),
    [
        *[(25.0, "00 00", 0), (26.0, "00 01", 1), (15.0, "00 f6", 0xF6), (25.0625, "10 00", 0)],
        (36.6, "a0 0b", 12),
    ],
)
def test_the_thermometer(celsius: float, data: str, coarse: int, chip: VirtualLis2dw12) -> None:
    chip.temperature_c = celsius
    assert chip.read(0x0D, 2) == bytes.fromhex(data)
    assert chip.read(0x26, 1) == bytes([coarse])
    driver = Lis2dw12(EmulatedBus({0x19: chip}).open())
    assert driver.temperature_c() == pytest.approx(celsius, abs=1 / 32)
