# SPDX-License-Identifier: MIT
"""The emulated LIS3DH against the data sheet's words, byte by byte, without our driver; then under it."""

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
from kneemon.drivers.lis3dh import Lis3dh
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.lis3dh import VirtualLis3dh


def counting(t_s: Array) -> Array:
    """z rises by 100 counts a second, so that at 100 Hz each sample is one count more than the last."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 100 * 0.004])


def lying(t_s: Array) -> Array:
    return np.tile([0.02, -0.01, 1.0], (len(t_s), 1))


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualLis3dh:
    return VirtualLis3dh(counting, clock.now_s)


def measuring(chip: VirtualLis3dh, fifo_ctrl: int = 0x8F, ctrl_reg4: int = 0xA8, ctrl_reg1: int = 0x57) -> None:
    chip.write(0x23, ctrl_reg4)
    chip.write(0x24, 0x40)
    chip.write(0x2E, fifo_ctrl)
    chip.write(0x20, ctrl_reg1)


def words(burst: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(burst) // 2}h", burst))


def z_counts(burst: bytes) -> list[int]:
    return [word >> 4 for word in words(burst)[2::3]]


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
    measuring(chip)
    clock.wait(0.035)
    assert chip.read(0x28, 6) == bytes([0xD0]) * 6  # 125 << 4, its low byte
    assert chip.read(0x2F, 1) == bytes([3])  # and nothing was taken out
    assert words(chip.read(0xA8, 6)) == [125 << 4, -62 << 4, 1 << 4]
    assert chip.read(0x2F, 1) == bytes([2])


def test_a_long_burst_goes_round_through_the_fifo(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.075)
    assert z_counts(chip.read(0xA8, 30)) == [1, 2, 3, 4, 5]
    assert chip.read(0x2F, 1) == bytes([2])
    assert z_counts(chip.read(0xA8, 12)) == [6, 7]
    assert chip.read(0x2F, 1) == b"\x20"
    assert z_counts(chip.read(0xA8, 6)) == [7]  # empty: the last one stays


def test_powered_down_nothing_is_measured(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    measuring(chip, ctrl_reg1=0x07)
    clock.wait(1.0)
    assert chip.read(0x2F, 1) == b"\x20"
    chip.write(0x20, 0x57)
    clock.wait(0.105)
    assert chip.read(0x2F, 1) == bytes([10])
    chip.write(0x20, 0x00)
    clock.wait(1.0)
    assert chip.read(0x2F, 1) == bytes([10])


def test_a_full_fifo_shows_31_with_overrun_and_drops_the_oldest(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.315)
    assert chip.read(0x2F, 1) == b"\x9f"
    clock.wait(0.01)
    assert chip.read(0x2F, 1) == b"\xdf"
    clock.wait(0.08)
    assert chip.read(0x2F, 1) == b"\xdf"
    assert z_counts(b"".join(chip.read(0xA8, 6) for _ in range(32))) == list(range(9, 41))
    assert chip.read(0x2F, 1) == b"\x20"


def test_fifo_mode_stops_when_full_and_bypass_empties(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    measuring(chip, fifo_ctrl=0x40)
    clock.wait(1.0)
    assert z_counts(chip.read(0xA8, 6)) == [1]
    chip.write(0x2E, 0x00)
    assert chip.read(0x2F, 1) == b"\x20"
    clock.wait(0.025)
    assert z_counts(chip.read(0xA8, 6)) == [102]  # the newest
    assert chip.read(0x27, 1) == b"\x00"


def test_the_watermark_line_rises_at_one_more_than_fth(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    chip.write(0x22, 0x04)
    measuring(chip, fifo_ctrl=0x8F)
    clock.wait(0.155)
    assert not chip.int1
    clock.wait(0.01)
    assert chip.int1
    assert chip.read(0x2F, 1) == b"\x90"
    chip.write(0x25, 0x02)  # active low
    assert not chip.int1
    chip.write(0x25, 0x00)
    chip.read(0xA8, 6)
    assert not chip.int1
    chip.write(0x22, 0x10)  # data ready
    assert not chip.int1
    clock.wait(0.01)
    assert chip.int1


def test_booting_takes_a_while_and_loses_writes(chip: VirtualLis3dh, clock: LeadingClock) -> None:
    chip.write(0x24, 0x80)
    chip.write(0x21, 0x55)
    assert chip.read(0x21, 1) == b"\x00"
    assert chip.read(0x24, 1) == b"\x00"
    clock.wait(0.005)
    chip.write(0x21, 0x55)
    assert chip.read(0x21, 1) == b"\x55"


@pytest.mark.parametrize(
    ("ctrl_reg1", "ctrl_reg4", "g_per_digit", "bits"),
    [
        *[(0x57, 0x88, 0.001, 12), (0x57, 0x98, 0.002, 12), (0x57, 0xA8, 0.004, 12), (0x57, 0xB8, 0.012, 12)],
        *[(0x57, 0x80, 0.004, 10), (0x57, 0xA0, 0.016, 10), (0x5F, 0x80, 0.016, 8), (0x5F, 0xA0, 0.064, 8)],
    ],
)
def test_range_and_resolution(
    ctrl_reg1: int, ctrl_reg4: int, g_per_digit: float, bits: int, clock: LeadingClock
) -> None:
    chip = VirtualLis3dh(lambda t_s: np.tile([0.7, 30.0, -30.0], (len(t_s), 1)), clock.now_s)
    measuring(chip, ctrl_reg1=ctrl_reg1, ctrl_reg4=ctrl_reg4)
    clock.wait(0.015)
    rail = 1 << bits - 1
    digits = [round(0.7 / g_per_digit), rail - 1, -rail]
    assert words(chip.read(0xA8, 6)) == [digit << 16 - bits for digit in digits]


def test_big_endian_data(clock: LeadingClock) -> None:
    chip = VirtualLis3dh(lying, clock.now_s)
    measuring(chip, ctrl_reg4=0xE8)
    clock.wait(0.015)
    assert chip.read(0xA8, 6) == bytes.fromhex("0050 ffe0 0fa0")  # 5, -2 (from -2.5) and 250 digits


@pytest.mark.parametrize(("ctrl_reg1", "rate_hz"), [(0x47, 50), (0x57, 100), (0x67, 200), (0x77, 400), (0x97, 1344)])
@pytest.mark.parametrize("rate_error", [0.0, -0.07])
def test_the_output_data_rate_is_honoured_and_wrong(
    ctrl_reg1: int, rate_hz: float, rate_error: float, clock: LeadingClock
) -> None:
    chip = VirtualLis3dh(counting, clock.now_s, rate_error)
    measuring(chip, ctrl_reg1=ctrl_reg1)
    clock.wait(20.5 / (rate_hz * (1 + rate_error)))
    assert chip.read(0x2F, 1)[0] & 0x1F == 20


@pytest.mark.parametrize(("bits", "sign"), [(0x02, 1), (0x04, -1)])
def test_the_self_test_moves_the_axes_that_are_not_stuck(bits: int, sign: int, clock: LeadingClock) -> None:
    chip = VirtualLis3dh(lying, clock.now_s)
    chip.stuck_axes = {1}
    measuring(chip, ctrl_reg4=0x88 | bits)
    clock.wait(0.015)
    x, y, z = (word >> 4 for word in words(chip.read(0xA8, 6)))
    assert (x - 20, y + 10, z - 1000) == (sign * 500, 0, sign * 500)


def test_the_driver_tests_the_chip_itself(clock: LeadingClock) -> None:
    chip = VirtualLis3dh(lying, clock.now_s, rate_error=-0.1, noise_g=0.002)
    driver = Lis3dh(EmulatedBus({0x18: chip}, clock.pass_by).open())
    driver.identify()
    driver.configure(clock.wait)
    result = driver.self_test(clock.wait)
    assert result.passed
    assert result.shifts == pytest.approx((0.5, 0.5, 0.5), abs=0.01)
    assert chip.read(0x23, 1)[0] & 0x06 == 0
    assert not driver.alive()
    chip.stuck_axes = {2}
    result = driver.self_test(clock.wait)
    assert not result.passed
    assert result.shifts[2] == pytest.approx(0.0, abs=0.01)
    driver.configure(clock.wait)
    assert driver.alive()


@pytest.mark.parametrize("after", range(0, 60, 3))
def test_a_broken_self_test_leaves_the_bits_cleared(after: int, clock: LeadingClock) -> None:
    chip = VirtualLis3dh(lying, clock.now_s)
    bus = EmulatedBus({0x18: chip}, clock.pass_by).open()
    bus.misbehave(Trouble.BROKEN_OFF, after=after)
    with suppress(OSError):  # a late transfer is not reached
        Lis3dh(bus).self_test(clock.wait)
    assert chip.read(0x23, 1)[0] & 0x06 == 0


@pytest.mark.parametrize(("after", "told"), [(0, True), (1, False), (2, True), (3, False)])
def test_wires_that_float_during_a_drain_give_no_sample(after: int, told: bool, clock: LeadingClock) -> None:
    """In turn: the level, five samples, the level, four samples."""
    chip = VirtualLis3dh(counting, clock.now_s)
    bus = EmulatedBus({0x18: chip}, clock.pass_by).open()
    driver = Lis3dh(bus)
    driver.configure(clock.wait)
    driver.start()
    clock.wait(0.095)
    bus.misbehave(Trouble.FLOATING, after=after)
    if told:
        with pytest.raises(OSError, match="empty and full"):
            driver.drain()
    else:
        drain = driver.drain()
        assert drain.misaligned
        assert len(drain.counts) == 0
        assert driver.level() == 0


def test_the_line_of_the_driver_rises_at_its_watermark(clock: LeadingClock) -> None:
    chip = VirtualLis3dh(counting, clock.now_s)
    driver = Lis3dh(EmulatedBus({0x18: chip}).open(), options=ChipOptions(interrupt=True))
    driver.configure(clock.wait)
    driver.start()
    assert driver.watermark == 16
    while not chip.int1:
        clock.wait(0.001)
    assert driver.level() == driver.watermark
    assert len(driver.drain().counts) == 16
    assert not chip.int1


def test_a_dip_of_the_supply_is_noticed(clock: LeadingClock) -> None:
    chip = VirtualLis3dh(counting, clock.now_s)
    driver = Lis3dh(EmulatedBus({0x18: chip}).open())
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
    marks = marked(250, -2048, 2047, seed)
    chip = VirtualLis3dh(marks.signal, clock.now_s, rate_error)
    marks.sampler = chip.sampler
    parts = count()
    running = False

    def took(seconds: float) -> None:
        clock.pass_by(seconds + (stalls_s.get(next(parts), 0.0) if running else 0.0))

    driver = Lis3dh(EmulatedBus({0x18: chip}, took).open(), options=ChipOptions(rate_hz=rate_hz))
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
