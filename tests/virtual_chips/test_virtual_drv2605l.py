# SPDX-License-Identifier: MIT
"""The emulated DRV2605L against the data sheet's words, byte by byte, without our driver."""

import pytest

from kneemon.clock import LeadingClock
from kneemon.virtual.drv2605l import VirtualDrv2605l


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualDrv2605l:
    return VirtualDrv2605l(clock.now_s)


def test_defaults_and_read_only_registers(chip: VirtualDrv2605l) -> None:
    fresh = chip.read(0x00, 0x23)
    assert fresh[:4].hex(" ") == "e0 40 00 01"
    assert fresh[0x16:0x21].hex(" ") == "3e 8c 0c 6c 36 93 f5 a0 20 80 33"
    for register in (0x00, 0x23, 0xFF):
        chip.write(register, 0x77)
    assert chip.read(0x00, 0x23) == fresh
    chip.write(0x16, 0x53)
    assert chip.read(0x16, 1) == b"\x53"
    chip.reset()
    assert chip.read(0x00, 0x23) == fresh
    assert chip.read(0x22, 3) == b"\x00\x00\x00"


def test_the_plain_drv2605_says_so(clock: LeadingClock) -> None:
    assert VirtualDrv2605l(clock.now_s, device_id=3).read(0x00, 1) == b"\x60"


def test_the_reset_bit_brings_the_defaults_back(chip: VirtualDrv2605l) -> None:
    chip.write(0x01, 0x05)
    chip.write(0x02, 0x7F)
    assert chip.level == 1.0
    chip.write(0x01, 0x80)
    assert chip.read(0x01, 2) == b"\x40\x00"
    assert chip.level == 0.0


def test_the_motor_is_driven_in_real_time_mode_and_awake_only(chip: VirtualDrv2605l) -> None:
    chip.write(0x02, 0x7F)
    assert chip.level == 0.0
    chip.write(0x01, 0x00)
    assert chip.level == 0.0
    chip.write(0x01, 0x05)
    assert chip.level == 1.0
    chip.write(0x01, 0x45)
    assert chip.level == 0.0


@pytest.mark.parametrize(
    ("byte", "control3", "level"),
    [(0x00, 0xA0, 0.0), (0x40, 0xA0, 64 / 127), (0x81, 0xA0, -1.0), (0xFF, 0xA8, 1.0), (0x80, 0xA8, 0.0)],
)
def test_signed_or_unsigned_as_control3_says(byte: int, control3: int, level: float, chip: VirtualDrv2605l) -> None:
    chip.write(0x1D, control3)
    chip.write(0x01, 0x05)
    chip.write(0x02, byte)
    assert chip.level == level


def test_its_past_is_kept(chip: VirtualDrv2605l, clock: LeadingClock) -> None:
    chip.write(0x01, 0x05)
    began_s = clock.now_s()
    for byte, seconds in ((0x7F, 0.2), (0x7F, 0.1), (0x40, 0.1), (0x00, 0.5), (0x7F, 0.3)):
        chip.write(0x02, byte)
        clock.wait(seconds)
    assert [round(change.t_s - began_s, 3) for change in chip.drive] == [0.0, 0.3, 0.4, 0.9]
    assert [(round(start_s - began_s, 3), round(length_s, 3)) for start_s, length_s in chip.pulses] == [(0.0, 0.4)]


def calibrating(chip: VirtualDrv2605l) -> VirtualDrv2605l:
    chip.write(0x01, 0x07)
    chip.write(0x0C, 0x01)
    return chip


def test_a_calibration_ends_by_itself_and_leaves_what_it_learnt(chip: VirtualDrv2605l, clock: LeadingClock) -> None:
    calibrating(chip)
    clock.wait(0.59)
    assert chip.read(0x0C, 1) == b"\x01"
    clock.wait(0.02)
    assert chip.read(0x0C, 1) == b"\x00"
    assert chip.read(0x00, 1) == b"\xe0"
    assert chip.read(0x18, 3) == bytes([0x0E, 0x75, 0x35])


def test_a_failed_one_says_so_once(chip: VirtualDrv2605l, clock: LeadingClock) -> None:
    chip.motor_fixed = False
    calibrating(chip)
    clock.wait(1.0)
    assert chip.read(0x00, 1) == b"\xe8"
    assert chip.read(0x00, 1) == b"\xe0"
    assert chip.read(0x18, 3) == bytes([0x0C, 0x6C, 0x36])


def test_one_that_hangs_runs_on_until_go_is_taken_back(chip: VirtualDrv2605l, clock: LeadingClock) -> None:
    chip.hangs = True
    calibrating(chip)
    clock.wait(10.0)
    assert chip.read(0x0C, 1) == b"\x01"
    chip.write(0x0C, 0x00)
    chip.hangs = False
    clock.wait(1.0)
    assert chip.read(0x18, 1) == b"\x0c"


def test_asleep_or_in_another_mode_nothing_is_learnt(chip: VirtualDrv2605l, clock: LeadingClock) -> None:
    for mode in (0x47, 0x00):
        chip.write(0x01, mode)
        chip.write(0x0C, 0x01)
        clock.wait(1.0)
        assert chip.read(0x18, 1) == b"\x0c"
