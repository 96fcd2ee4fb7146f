# SPDX-License-Identifier: MIT
"""The emulated ADXL345 against the data sheet's words, byte by byte, without our driver; then under it."""

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.adxl345 import Adxl345
from kneemon.drivers.chip import ChipOptions
from kneemon.model.samples import Array
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import EmulatedBus


def counting(t_s: Array) -> Array:
    """z rises by 100 counts a second, so that at 100 Hz each sample is one count more than the last."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 100 / 256])


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualAdxl345:
    return VirtualAdxl345(counting, clock.now_s)


def measuring(chip: VirtualAdxl345, fifo_ctl: int = 0x90, data_format: int = 0x0A) -> VirtualAdxl345:
    chip.write(0x31, data_format)
    chip.write(0x38, fifo_ctl)
    chip.write(0x2D, 0x08)
    return chip


def sample(burst: bytes) -> tuple[int, ...]:
    return struct.unpack("<3h", burst[:6])


def test_defaults_and_read_only_registers(chip: VirtualAdxl345) -> None:
    def image() -> bytes:
        return chip.read(0x00, 1) + chip.read(0x1D, 0x32 - 0x1D) + chip.read(0x38, 2)

    fresh = image()
    assert fresh[0] == 0xE5
    assert fresh[1 + 0x2C - 0x1D] == 0x0A
    assert fresh[1 + 0x30 - 0x1D] == 0x02  # watermark: 0 entries are as many as 0 asked for
    assert sum(fresh) == 0xE5 + 0x0A + 0x02
    for register in (0x00, 0x01, 0x2B, 0x30, 0x32, 0x39, 0x60):
        chip.write(register, 0x77)
    assert image() == fresh
    chip.write(0x1E, 0x77)
    assert chip.read(0x1E, 1) == b"\x77"
    chip.reset()
    assert image() == fresh


def test_in_standby_nothing_is_measured(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    chip.write(0x38, 0x90)
    clock.wait(1.0)
    assert chip.read(0x39, 1) == b"\x00"
    chip.write(0x2D, 0x08)
    clock.wait(0.105)
    assert chip.read(0x39, 1) == bytes([10])
    chip.write(0x2D, 0x00)
    clock.wait(1.0)
    assert chip.read(0x39, 1) == bytes([10])


def test_a_burst_takes_one_sample_out_and_tells_what_is_left(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.055)
    first, second = chip.read(0x32, 8), chip.read(0x32, 8)
    assert sample(first) == (128, -64, 1)
    assert sample(second) == (128, -64, 2)
    assert first[6:] == bytes([0x90, 4])
    assert second[6:] == bytes([0x90, 3])


def test_a_single_byte_loses_the_rest_of_its_sample(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.055)
    assert chip.read(0x32, 1) == bytes([128])
    assert sample(chip.read(0x32, 6)) == (128, -64, 2)
    assert chip.read(0x39, 1) == bytes([3])


def test_an_empty_fifo_shows_the_last_sample_again(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.015)
    assert chip.read(0x32, 8) == chip.read(0x32, 8)


def test_a_full_fifo_holds_33_sets_overrun_and_drops_the_oldest(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.315)
    assert chip.read(0x39, 1) == bytes([31])
    assert chip.read(0x30, 1)[0] & 0x01 == 0
    clock.wait(0.09)  # 40 samples in all
    assert chip.read(0x39, 1) == bytes([32])
    assert chip.read(0x30, 1)[0] & 0x83 == 0x83
    pops = [chip.read(0x32, 8) for _ in range(33)]
    assert [sample(pop)[2] for pop in pops] == list(range(8, 41))
    assert [pop[7] for pop in pops[:3]] == [32, 31, 30]
    assert chip.read(0x30, 1)[0] & 0x83 == 0


def test_watermark_is_a_level(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip, fifo_ctl=0x84)
    clock.wait(0.035)
    assert chip.read(0x30, 1)[0] & 0x02 == 0
    clock.wait(0.01)
    assert chip.read(0x30, 1)[0] & 0x02 == 0x02
    chip.read(0x32, 6)
    assert chip.read(0x30, 1)[0] & 0x02 == 0


def test_int1_shows_what_is_enabled_and_mapped_to_it(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip, fifo_ctl=0x84)
    clock.wait(0.045)
    assert not chip.int1
    chip.write(0x2E, 0x02)
    assert chip.int1
    chip.write(0x2F, 0x02)  # to INT2
    assert not chip.int1
    chip.write(0x2F, 0x00)
    chip.read(0x32, 6)
    assert not chip.int1
    chip.write(0x31, 0x2A)  # low when active
    assert chip.int1


def test_the_self_test_moves_each_axis_that_is_not_stuck(clock: LeadingClock) -> None:
    chip = VirtualAdxl345(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s)
    measuring(chip, data_format=0x8B)
    clock.wait(0.015)
    assert sample(chip.read(0x32, 6)) == (512, -512, round(2.7 * 256))
    chip.stuck_axes.update({0, 2})
    clock.wait(0.01)
    assert sample(chip.read(0x32, 6)) == (0, -512, 0)
    chip.write(0x31, 0x0B)
    clock.wait(0.01)
    assert sample(chip.read(0x32, 6)) == (0, 0, 0)


def test_fifo_mode_stops_when_full_and_keeps_the_oldest(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip, fifo_ctl=0x50)
    clock.wait(1.0)
    assert sample(chip.read(0x32, 6))[2] == 1


def test_bypass_shows_the_newest_and_clears_the_fifo(chip: VirtualAdxl345, clock: LeadingClock) -> None:
    measuring(chip)
    clock.wait(0.1)
    chip.write(0x38, 0x00)
    assert chip.read(0x39, 1) == b"\x00"
    clock.wait(0.035)
    assert chip.read(0x30, 1)[0] & 0x81 == 0x81  # data ready, and older data replaced unread
    assert sample(chip.read(0x32, 6))[2] in (13, 14)
    assert chip.read(0x30, 1)[0] & 0x81 == 0


@pytest.mark.parametrize(
    ("data_format", "counts_per_g", "rail"),
    [
        *[(0x08, 256, 512), (0x09, 256, 1024), (0x0A, 256, 2048), (0x0B, 256, 4096)],
        *[(0x00, 256, 512), (0x01, 128, 512), (0x02, 64, 512), (0x03, 32, 512)],
    ],
)
def test_range_and_resolution(data_format: int, counts_per_g: int, rail: int, clock: LeadingClock) -> None:
    chip = VirtualAdxl345(lambda t_s: np.tile([0.7, 30.0, -30.0], (len(t_s), 1)), clock.now_s)
    measuring(chip, data_format=data_format)
    clock.wait(0.015)
    assert sample(chip.read(0x32, 6)) == (round(0.7 * counts_per_g), rail - 1, -rail)


def test_left_justified_data(clock: LeadingClock) -> None:
    chip = VirtualAdxl345(lambda t_s: np.tile([1.0, -1.0, 0.0], (len(t_s), 1)), clock.now_s)
    measuring(chip, data_format=0x0E)  # 12 bits in the upper ones of 16
    clock.wait(0.015)
    assert sample(chip.read(0x32, 6)) == (256 << 4, -256 << 4, 0)


@pytest.mark.parametrize(("code", "rate_hz"), [(0x09, 50), (0x0A, 100), (0x0B, 200), (0x0F, 3200), (0x06, 6.25)])
@pytest.mark.parametrize("rate_error", [0.0, -0.07])
def test_the_output_data_rate_is_honoured_and_wrong(
    code: int, rate_hz: float, rate_error: float, clock: LeadingClock
) -> None:
    chip = VirtualAdxl345(counting, clock.now_s, rate_error)
    chip.write(0x2C, code)
    measuring(chip)
    period_s = 1 / (rate_hz * (1 + rate_error))
    clock.wait(20.5 * period_s)
    assert chip.read(0x39, 1) == bytes([20])
    assert chip.sampler.instants(0, 2) - 1000.0 == pytest.approx([period_s, 2 * period_s])


def test_noise_is_seeded_and_freezing_repeats_the_last_sample(clock: LeadingClock) -> None:
    chips = [
        VirtualAdxl345(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s, noise_g=0.01, seed=seed) for seed in (1, 1, 2)
    ]
    for chip in chips:
        measuring(chip)
    clock.wait(0.1)
    first, again, other = ([chip.read(0x32, 6) for _ in range(9)] for chip in chips)
    assert first == again != other
    assert len(set(first)) > 5
    clock.wait(0.1)
    chips[0].read(0x39, 1)
    chips[0].sampler.frozen = True
    clock.wait(0.1)
    still = [chips[0].read(0x32, 6) for _ in range(chips[0].read(0x39, 1)[0])][-9:]
    assert len(set(still)) == 1


@settings(max_examples=60, deadline=None)
@given(
    rate_hz=st.sampled_from([50, 100, 200]),
    rate_error=st.floats(-0.1, 0.1),
    waits_s=st.lists(st.floats(0.0, 0.1), min_size=1, max_size=25),  # 22 samples at most, 8 left from before: not full
    stalls=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_what_is_drained_is_the_quantised_signal_at_the_chips_instants(
    marked: Callable[..., Any], rate_hz: int, rate_error: float, waits_s: list[float], stalls: bool, seed: int
) -> None:
    """In order, none twice; and none missing as long as the FIFO is never full."""
    clock = PacedClock().leader
    marks = marked(256, -2048, 2047, seed)
    chip = VirtualAdxl345(marks.signal, clock.now_s, rate_error)
    marks.sampler = chip.sampler
    driver = Adxl345(EmulatedBus({0x53: chip}, clock.pass_by).open(), options=ChipOptions(rate_hz=rate_hz))
    driver.identify()
    driver.configure(clock.wait)
    driver.start()

    drained: list[int] = []
    full = False
    for wait_s in waits_s:
        clock.wait(wait_s * (10 if stalls else 1))
        drain = driver.drain()
        assert not drain.misaligned
        full = full or drain.overrun
        drained += marks.indices(drain.counts)
    assert all(later > earlier for earlier, later in pairwise(drained))
    if not full:
        assert drained == list(range(1, len(drained) + 1))
    if not stalls:
        assert not full
    taken = int((clock.now_s() - (chip.sampler.started_s or 0.0)) * chip.sampler.rate_hz)
    assert taken - (drained[-1] if drained else 0) <= 8  # what came in while the last drain was read
