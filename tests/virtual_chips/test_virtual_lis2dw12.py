# SPDX-License-Identifier: MIT
"""The emulated LIS2DW12 against the data sheet's words, byte by byte, without our driver; then under it."""

import struct
from collections.abc import Callable
from contextlib import suppress
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lis2dw12 import Lis2dw12
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.lis2dw12 import VirtualLis2dw12


def counting(t_s: Array) -> Array:
    """z rises by 100 counts a second, so that at 100 Hz each sample is one count more than the last."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 100 * 0.000976])


def lying(t_s: Array) -> Array:
    return np.tile([0.02, -0.01, 1.0], (len(t_s), 1))


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualLis2dw12:
    return VirtualLis2dw12(counting, clock.now_s)


def measuring(chip: VirtualLis2dw12, fifo_ctrl: int = 0xD0, ctrl6: int = 0x20, ctrl1: int = 0x54) -> None:
    chip.write(0x25, ctrl6)
    chip.write(0x2E, fifo_ctrl)
    chip.write(0x20, ctrl1)


def words(burst: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(burst) // 2}h", burst))


def z_counts(burst: bytes) -> list[int]:
    return [word >> 2 for word in words(burst)[2::3]]


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
    measuring(chip)
    clock.wait(0.035)
    chip.write(0x21, 0x00)
    assert chip.read(0x28, 6) == bytes([0x00]) * 6  # 512 << 2, its low byte
    assert chip.read(0x29, 6) == bytes([0x08]) * 6
    assert chip.read(0x2F, 1) == bytes([3])  # and nothing was taken out
    chip.write(0x21, 0x04)
    assert words(chip.read(0x28, 6)) == [512 << 2, -256 << 2, 1 << 2]
    assert chip.read(0x2F, 1) == bytes([2])


def test_a_long_burst_goes_round_through_the_fifo(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.075)
    assert z_counts(chip.read(0x28, 30)) == [1, 2, 3, 4, 5]
    assert chip.read(0x2F, 1) == bytes([2])
    assert z_counts(chip.read(0x28, 12)) == [6, 7]
    assert chip.read(0x2F, 1) == bytes([0])
    assert z_counts(chip.read(0x28, 6)) == [7]  # empty: the last one stays


def test_powered_down_nothing_is_measured(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(chip, ctrl1=0x04)
    clock.wait(1.0)
    assert chip.read(0x2F, 1) == bytes([0])
    chip.write(0x20, 0x54)
    clock.wait(0.105)
    assert chip.read(0x2F, 1) == bytes([10])
    chip.write(0x20, 0x00)
    clock.wait(1.0)
    assert chip.read(0x2F, 1) == bytes([10])


def test_overrun_is_told_when_a_sample_was_overwritten(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.325)
    assert chip.read(0x2F, 1) == b"\xa0"
    clock.wait(0.08)
    assert chip.read(0x2F, 1) == b"\xe0"
    assert z_counts(chip.read(0x28, 6)) == [9]
    assert chip.read(0x2F, 1) == b"\x9f"
    assert z_counts(b"".join(chip.read(0x28, 6) for _ in range(31))) == list(range(10, 41))
    assert chip.read(0x2F, 1) == b"\x00"


def test_fifo_mode_stops_when_full_and_bypass_empties(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(chip, fifo_ctrl=0x30)
    clock.wait(1.0)
    assert z_counts(chip.read(0x28, 6)) == [1]
    chip.write(0x2E, 0x00)
    assert chip.read(0x2F, 1) == b"\x00"
    clock.wait(0.025)
    assert z_counts(chip.read(0x28, 6)) == [102]  # the newest
    assert chip.read(0x27, 1) == b"\x00"


def test_the_watermark_line_rises_at_fth(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    chip.write(0x23, 0x02)
    measuring(chip)
    clock.wait(0.155)
    assert not chip.int1
    clock.wait(0.01)
    assert chip.int1
    assert chip.read(0x2F, 1) == b"\x90"
    chip.write(0x22, 0x08)  # active low
    assert not chip.int1
    chip.write(0x22, 0x00)
    chip.read(0x28, 6)
    assert not chip.int1
    chip.write(0x23, 0x01)  # data ready
    assert not chip.int1
    clock.wait(0.01)
    assert chip.int1


def test_a_reset_takes_a_while_and_loses_writes(chip: VirtualLis2dw12, clock: LeadingClock) -> None:
    measuring(chip)
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


@pytest.mark.parametrize(
    ("ctrl1", "ctrl6", "g_per_digit", "bits"),
    [
        *[(0x54, 0x00, 0.000244, 14), (0x54, 0x10, 0.000488, 14), (0x54, 0x20, 0.000976, 14)],
        *[(0x54, 0x30, 0.001952, 14), (0x50, 0x00, 0.000976, 12), (0x51, 0x00, 0.000244, 14)],
    ],
)
def test_range_and_resolution(ctrl1: int, ctrl6: int, g_per_digit: float, bits: int, clock: LeadingClock) -> None:
    chip = VirtualLis2dw12(lambda t_s: np.tile([0.7, 30.0, -30.0], (len(t_s), 1)), clock.now_s)
    measuring(chip, ctrl1=ctrl1, ctrl6=ctrl6)
    clock.wait(0.015)
    rail = 1 << bits - 1
    digits = [round(0.7 / g_per_digit), rail - 1, -rail]
    assert words(chip.read(0x28, 6)) == [digit << 16 - bits for digit in digits]


@pytest.mark.parametrize(
    ("ctrl1", "rate_hz"), [(0x44, 50), (0x54, 100), (0x64, 200), (0x94, 1600), (0x10, 1.6), (0x90, 200)]
)
@pytest.mark.parametrize("rate_error", [0.0, -0.07])
def test_the_output_data_rate_is_honoured_and_wrong(
    ctrl1: int, rate_hz: float, rate_error: float, clock: LeadingClock
) -> None:
    chip = VirtualLis2dw12(counting, clock.now_s, rate_error)
    measuring(chip, ctrl1=ctrl1)
    clock.wait(20.5 / (rate_hz * (1 + rate_error)))
    assert chip.read(0x2F, 1)[0] & 0x3F == 20


@pytest.mark.parametrize(("bits", "sign"), [(0x40, 1), (0x80, -1)])
def test_the_self_test_moves_the_axes_that_are_not_stuck(bits: int, sign: int, clock: LeadingClock) -> None:
    chip = VirtualLis2dw12(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s)
    chip.stuck_axes = {1}
    measuring(chip, ctrl6=0x10)
    chip.write(0x22, bits)
    clock.wait(0.015)
    moved = round(0.4 / 0.000488)
    assert [word >> 2 for word in words(chip.read(0x28, 6))] == [sign * moved, 0, sign * moved]


def test_the_driver_tests_the_chip_itself(clock: LeadingClock) -> None:
    chip = VirtualLis2dw12(lying, clock.now_s, rate_error=-0.1, noise_g=0.002)
    driver = Lis2dw12(EmulatedBus({0x19: chip}, clock.pass_by).open())
    driver.identify()
    driver.configure(clock.wait)
    result = driver.self_test(clock.wait)
    assert result.passed
    assert result.shifts == pytest.approx((0.4, 0.4, 0.4), abs=0.01)
    assert chip.read(0x22, 1)[0] & 0xC0 == 0
    assert not driver.alive()
    chip.stuck_axes = {2}
    result = driver.self_test(clock.wait)
    assert not result.passed
    assert result.shifts[2] == pytest.approx(0.0, abs=0.01)
    driver.configure(clock.wait)
    assert driver.alive()


@pytest.mark.parametrize("after", range(0, 60, 3))
def test_a_broken_self_test_leaves_the_bits_cleared(after: int, clock: LeadingClock) -> None:
    chip = VirtualLis2dw12(lying, clock.now_s)
    bus = EmulatedBus({0x19: chip}, clock.pass_by).open()
    bus.misbehave(Trouble.BROKEN_OFF, after=after)
    with suppress(OSError):  # a late transfer is not reached
        Lis2dw12(bus).self_test(clock.wait)
    assert chip.read(0x22, 1)[0] & 0xC0 == 0


@pytest.mark.parametrize(("after", "told"), [(0, True), (1, False), (2, True), (3, False)])
def test_wires_that_float_during_a_drain_give_no_sample(after: int, told: bool, clock: LeadingClock) -> None:
    """In turn: the level, five samples, the level, four samples."""
    chip = VirtualLis2dw12(counting, clock.now_s)
    bus = EmulatedBus({0x19: chip}, clock.pass_by).open()
    driver = Lis2dw12(bus)
    driver.configure(clock.wait)
    driver.start()
    clock.wait(0.095)
    bus.misbehave(Trouble.FLOATING, after=after)
    if told:
        with pytest.raises(OSError, match="more samples than there are"):
            driver.drain()
    else:
        drain = driver.drain()
        assert drain.misaligned
        assert len(drain.counts) == 0
        assert driver.level() == 0


def test_the_line_of_the_driver_rises_at_its_watermark(clock: LeadingClock) -> None:
    chip = VirtualLis2dw12(counting, clock.now_s)
    driver = Lis2dw12(EmulatedBus({0x19: chip}).open(), options=ChipOptions(interrupt=True))
    driver.configure(clock.wait)
    driver.start()
    assert driver.watermark == 16
    while not chip.int1:
        clock.wait(0.001)
    assert driver.level() == driver.watermark
    assert len(driver.drain().counts) == 16
    assert not chip.int1


def test_a_dip_of_the_supply_is_noticed(clock: LeadingClock) -> None:
    chip = VirtualLis2dw12(counting, clock.now_s)
    driver = Lis2dw12(EmulatedBus({0x19: chip}).open())
    driver.configure(clock.wait)
    assert driver.alive()
    chip.reset()
    assert not driver.alive()


@settings(max_examples=80, deadline=None)
@given(
    rate_hz=st.sampled_from([50, 100, 200]),
    rate_error=st.floats(-0.1, 0.1),
    waits_s=st.lists(st.floats(0.0, 0.1), min_size=1, max_size=20),
    stalls_s=st.dictionaries(st.integers(0, 60), st.sampled_from([0.05, 0.2, 0.4]), max_size=2),
    seed=st.integers(0, 2**16),
)
def test_what_is_drained_is_the_quantised_signal_at_the_chips_instants(
    marked: Callable[..., Any],
    rate_hz: int,
    rate_error: float,
    waits_s: list[float],
    stalls_s: dict[int, float],
    seed: int,
) -> None:
    """In order, none twice; and none missing unless an overrun is told, wherever between transfers the host stalls."""
    clock = PacedClock().leader
    marks = marked(1 / 0.000976, -8192, 8191, seed)
    chip = VirtualLis2dw12(marks.signal, clock.now_s, rate_error)
    marks.sampler = chip.sampler
    parts = count()
    running = False

    def took(seconds: float) -> None:
        clock.pass_by(seconds + (stalls_s.get(next(parts), 0.0) if running else 0.0))

    driver = Lis2dw12(EmulatedBus({0x19: chip}, took).open(), options=ChipOptions(rate_hz=rate_hz))
    driver.identify()
    driver.configure(clock.wait)
    driver.start()
    running = True
    first = driver.drain()
    drained = marks.indices(first.counts)
    full = first.overrun
    for wait_s in waits_s:
        clock.wait(wait_s)
        drain = driver.drain()
        assert not drain.misaligned
        full = full or drain.overrun
        drained += marks.indices(drain.counts)
    assert all(later > earlier for earlier, later in pairwise(drained))
    if not full and drained:
        assert drained == list(range(drained[0], drained[-1] + 1))
    if not stalls_s:
        assert not full
