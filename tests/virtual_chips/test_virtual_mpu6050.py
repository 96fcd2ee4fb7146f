# SPDX-License-Identifier: MIT
"""The emulated MPU-6050 against the register map's words, byte by byte, without our driver; then under it."""

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.mpu6050 import Mpu6050
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.mpu6050 import VirtualMpu6050


def counting(t_s: Array) -> Array:
    """z rises by 100 counts a second, so that at 100 Hz each sample is one count more than the last."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 100 / 4096])


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualMpu6050:
    return VirtualMpu6050(counting, clock.now_s)


def awake(chip: VirtualMpu6050) -> VirtualMpu6050:
    for register, value in [(0x1A, 3), (0x19, 9), (0x1C, 0x10), (0x6A, 0x40), (0x23, 0x08), (0x6B, 0x01)]:
        chip.write(register, value)
    return chip


def count(chip: VirtualMpu6050) -> int:
    return int.from_bytes(chip.read(0x72, 2), "big")


def test_it_wakes_up_asleep_and_knows_its_name(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    assert chip.read(0x6B, 1) == b"\x40"
    assert chip.read(0x75, 1) == b"\x68"
    chip.write(0x75, 0)
    assert chip.read(0x75, 1) == b"\x68"
    chip.write(0x6A, 0x40)
    chip.write(0x23, 0x08)
    clock.wait(1.0)
    assert count(chip) == 0


def test_a_reset_takes_a_while_in_which_writes_are_lost(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    chip.write(0x6B, 0x80)
    assert chip.read(0x6B, 1) == b"\x40"
    assert chip.read(0x1C, 1) == b"\x00"
    chip.write(0x6B, 0x01)
    assert chip.read(0x6B, 1) == b"\x40"
    clock.wait(0.1)
    chip.write(0x6B, 0x01)
    assert chip.read(0x6B, 1) == b"\x01"


def test_the_fifo_needs_both_enables(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    chip.write(0x6A, 0x00)
    clock.wait(0.1)
    assert count(chip) == 0
    chip.write(0x6A, 0x40)
    chip.write(0x23, 0x00)
    clock.wait(0.1)
    assert count(chip) == 0
    chip.write(0x23, 0x08)
    clock.wait(0.101)
    assert count(chip) == 60


def test_the_order_of_the_bytes(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    clock.wait(0.025)
    burst = chip.read(0x74, 12)
    assert struct.unpack(">6h", burst) == (2048, -1024, 1, 2048, -1024, 2)
    assert struct.unpack(">3h", chip.read(0x3B, 6)) == (2048, -1024, 2)


def test_other_sensors_follow_in_the_order_of_the_registers(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    chip.write(0x23, 0xF8)
    clock.wait(0.015)
    assert count(chip) == 14
    assert chip.read(0x74, 14)[6:] == bytes([0xF0, 0xB0]) + bytes(6)  # 25 °C, then gyroscopes that stand still


def test_the_fifo_resets_only_while_it_is_off(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    clock.wait(0.055)
    chip.write(0x6A, 0x44)
    assert chip.read(0x6A, 1) == b"\x40"  # the bit clears itself
    assert count(chip) == 30
    chip.write(0x6A, 0x04)
    assert chip.read(0x6A, 1) == b"\x00"
    assert count(chip) == 0


def test_the_low_byte_of_the_count_alone_is_stale(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    clock.wait(0.055)
    assert chip.read(0x73, 1) == b"\x00"
    assert chip.read(0x72, 1) == b"\x00"
    assert chip.read(0x73, 1) == bytes([30])
    clock.wait(0.05)
    assert chip.read(0x73, 1) == bytes([30])
    assert chip.read(0x72, 2) == bytes([0, 60])


def test_an_empty_fifo_repeats_its_last_byte(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    clock.wait(0.015)
    burst = chip.read(0x74, 10)
    assert burst[6:] == bytes([burst[5]] * 4)
    assert count(chip) == 0


def test_an_overflow_drops_bytes_not_samples(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    clock.wait(1.705)
    assert count(chip) == 1020
    assert chip.read(0x3A, 1)[0] & 0x10 == 0
    clock.wait(0.01)
    assert count(chip) == 1024
    assert chip.read(0x3A, 1)[0] & 0x10 == 0x10
    assert chip.read(0x3A, 1)[0] & 0x10 == 0  # reading clears it
    assert struct.unpack(">3h", chip.read(0x74, 6)) != (2048, -1024, 1)
    data = chip.read(0x74, 1018)
    assert struct.unpack(">3h", data[-6:]) == (2048, -1024, 171)


@pytest.mark.parametrize(("code", "counts_per_g"), [(0x00, 16384), (0x08, 8192), (0x10, 4096), (0x18, 2048)])
def test_full_scale(code: int, counts_per_g: int, clock: LeadingClock) -> None:
    chip = VirtualMpu6050(lambda t_s: np.tile([0.7, 30.0, -30.0], (len(t_s), 1)), clock.now_s)
    chip.write(0x1C, code)
    chip.write(0x1A, 3)
    chip.write(0x6B, 0x01)
    clock.wait(0.1)
    assert struct.unpack(">3h", chip.read(0x3B, 6)) == (round(0.7 * counts_per_g), 32767, -32768)


@pytest.mark.parametrize(("config", "divider", "rate_hz"), [(3, 9, 100), (3, 19, 50), (1, 4, 200), (0, 79, 100)])
@pytest.mark.parametrize("rate_error", [0.0, 0.05])
def test_the_sample_rate_is_honoured_and_wrong(
    config: int, divider: int, rate_hz: int, rate_error: float, clock: LeadingClock
) -> None:
    chip = VirtualMpu6050(counting, clock.now_s, rate_error)
    awake(chip)
    chip.write(0x1A, config)
    chip.write(0x19, divider)
    before = count(chip)
    clock.wait(50.5 / (rate_hz * (1 + rate_error)))
    assert count(chip) - before == 300


def test_a_dip_of_the_supply_puts_it_to_sleep(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    clock.wait(0.5)
    chip.reset()
    clock.wait(0.5)
    assert count(chip) == 0
    assert chip.read(0x6B, 1) == b"\x40"
    assert chip.read(0x1C, 1) == b"\x00"


def test_the_self_test_moves_each_axis_that_is_not_stuck(clock: LeadingClock) -> None:
    chip = VirtualMpu6050(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s)
    assert chip.read(0x0D, 4) == bytes([0xA0, 0x20, 0xE0, 0x27])
    awake(chip)
    chip.stuck_axes.add(1)
    chip.write(0x1C, 0xF0)
    clock.wait(0.1)
    x, y, z = struct.unpack(">3h", chip.read(0x3B, 6))
    assert (x, y) == (round(2795.472 * 1.03), 0)
    assert z == round(3768.32 * 1.1)
    chip.write(0x1C, 0x30)  # z alone
    clock.wait(0.1)
    assert struct.unpack(">3h", chip.read(0x3B, 6)) == (0, 0, z)


def test_the_interrupt_line(chip: VirtualMpu6050, clock: LeadingClock) -> None:
    awake(chip)
    chip.write(0x38, 0x01)
    clock.wait(0.02)
    assert not chip.int1  # a pulse
    chip.write(0x37, 0x20)  # held until the status is read
    assert chip.int1
    chip.read(0x3A, 1)
    assert not chip.int1
    chip.write(0x37, 0xA0)  # and the other way round
    assert chip.int1


@settings(max_examples=40, deadline=None)
@given(
    rate_hz=st.sampled_from([50, 100, 200]),
    rate_error=st.floats(-0.1, 0.1),
    waits_s=st.lists(st.floats(0.0, 0.25), min_size=1, max_size=20),
    stall=st.integers(0, 40),
    seed=st.integers(0, 2**16),
)
def test_what_is_drained_is_the_quantised_signal_at_the_chips_instants(
    marked: Callable[..., Any], rate_hz: int, rate_error: float, waits_s: list[float], stall: int, seed: int
) -> None:
    """In order, none twice; none missing but where the drain says so: after a stall long enough to overflow."""
    clock = PacedClock().leader
    marks = marked(4096, -32768, 32767, seed)
    chip = VirtualMpu6050(marks.signal, clock.now_s, rate_error)
    marks.sampler = chip.sampler
    driver = Mpu6050(EmulatedBus({0x69: chip}, clock.pass_by).open(), options=ChipOptions(rate_hz=rate_hz))
    driver.identify()
    driver.configure(clock.wait)
    driver.start()

    drained: list[int] = []
    whole = True
    for number, wait_s in enumerate(waits_s):
        clock.wait(4.0 if number == stall else wait_s)
        drain = driver.drain()
        assert drain.misaligned == drain.overrun == (number == stall)
        whole = whole and not drain.misaligned
        indices = marks.indices(drain.counts)
        drained += indices
        assert all(later == earlier + 1 for earlier, later in pairwise(drained if whole else indices))
    assert drained == sorted(set(drained))
