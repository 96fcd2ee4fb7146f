# SPDX-License-Identifier: MIT
"""The emulated MPU-6500 family: what it does otherwise than an MPU-6050, byte by byte; then under its driver."""

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from kneemon.clock import LeadingClock
from kneemon.drivers.mpu6500 import IDENTITY, Mpu6500
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.mpu6500 import VirtualMpu6500

ICM_20602 = 0x12


def counting(t_s: Array) -> Array:
    """z rises by 100 counts a second, so that at 100 Hz each sample is one count more than the last."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 100 / 4096])


def awake(chip: VirtualMpu6500) -> VirtualMpu6500:
    for register, value in [(0x1A, 3), (0x1D, 3), (0x19, 9), (0x1C, 0x10), (0x6A, 0x40), (0x23, 0x08), (0x6B, 0x01)]:
        chip.write(register, value)
    return chip


def count(chip: VirtualMpu6500) -> int:
    return int.from_bytes(chip.read(0x72, 2), "big")


@pytest.mark.parametrize(("identity", "power", "config"), [(0x70, 0x01, 0), (0x98, 0x40, 0), (ICM_20602, 0x41, 0x80)])
def test_defaults(identity: int, power: int, config: int, clock: LeadingClock) -> None:
    chip = VirtualMpu6500(counting, clock.now_s, identity=identity)
    assert chip.read(0x75, 1) == bytes([identity])
    assert (chip.read(0x6B, 1), chip.read(0x1A, 1)) == (bytes([power]), bytes([config]))
    assert chip.read(0x0D, 3) == bytes([100, 90, 120])


@pytest.mark.parametrize(("config2", "size"), [(0x03, 512), (0x43, 1024), (0x83, 2048), (0xC3, 4096)])
def test_the_fifo_has_the_size_it_was_given(config2: int, size: int, clock: LeadingClock) -> None:
    chip = awake(VirtualMpu6500(counting, clock.now_s))
    chip.write(0x1D, config2)
    clock.wait(size / 600 - 0.02)
    assert chip.read(0x3A, 1)[0] & 0x10 == 0
    assert count(chip) < size
    clock.wait(0.05)
    assert chip.read(0x3A, 1)[0] & 0x10 == 0x10
    assert count(chip) == size


def test_it_can_be_told_to_keep_the_oldest(clock: LeadingClock) -> None:
    chip = awake(VirtualMpu6500(counting, clock.now_s))
    chip.write(0x1A, 0x43)
    clock.wait(2.0)
    assert chip.read(0x3A, 1)[0] & 0x10 == 0x10
    assert count(chip) == 510
    assert struct.unpack(">3h", chip.read(0x74, 6)) == (2048, -1024, 1)


def test_the_icm_2060x_puts_the_temperature_behind_each_sample(clock: LeadingClock) -> None:
    chip = awake(VirtualMpu6500(counting, clock.now_s, identity=ICM_20602))
    chip.temperature_c = 27.0
    clock.wait(0.025)
    assert count(chip) == 16
    assert struct.unpack(">8h", chip.read(0x74, 16)) == (2048, -1024, 1, 654, 2048, -1024, 2, 654)
    clock.wait(2.0)
    assert count(chip) == 1008
    assert chip.read(0x3A, 1)[0] & 0x10 == 0x10


@pytest.mark.parametrize("identity", IDENTITY.parts)
def test_each_of_the_family_under_the_driver(identity: int, marked: Callable[..., Any], clock: LeadingClock) -> None:
    marks = marked(4096, -32768, 32767, 1)
    chip = VirtualMpu6500(marks.signal, clock.now_s, rate_error=0.04, identity=identity)
    marks.sampler = chip.sampler
    chip.temperature_c = 33.0
    driver = Mpu6500(EmulatedBus({0x69: chip}, clock.pass_by).open())
    driver.identify()
    driver.configure(clock.wait)
    driver.start()
    drained: list[int] = []
    for _ in range(20):
        clock.wait(0.15)
        drain = driver.drain()
        assert not drain.overrun
        drained += marks.indices(drain.counts)
    assert all(later == earlier + 1 for earlier, later in pairwise(drained))
    assert len(drained) > 300
    assert driver.temperature_c() == pytest.approx(33.0, abs=0.01)
    clock.wait(2.0)
    drain = driver.drain()
    assert drain.overrun
    assert drain.misaligned
    clock.wait(0.1)
    assert len(marks.indices(driver.drain().counts)) > 8


@pytest.mark.parametrize("identity", IDENTITY.parts)
def test_each_of_the_family_tests_itself(identity: int, clock: LeadingClock) -> None:
    chip = VirtualMpu6500(lambda t_s: np.tile([0.0, 0.0, 1.0], (len(t_s), 1)), clock.now_s, identity=identity)
    driver = Mpu6500(EmulatedBus({0x69: chip}, clock.pass_by).open())
    driver.identify()
    result = driver.self_test(clock.wait)
    assert result.passed
    assert result.shifts == pytest.approx((20.0, -20.0, 5.0), abs=0.1)
    chip.stuck_axes.add(2)
    assert driver.self_test(clock.wait).shifts[2] == -100.0
    assert chip.read(0x1C, 1) == b"\x10"
