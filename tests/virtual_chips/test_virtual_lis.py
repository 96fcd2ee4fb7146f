# SPDX-License-Identifier: MIT
"""The emulated LIS3DH and LIS2DW12, what they do alike: byte by byte, without our drivers; then under them."""

from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lis_parts import LIS2DW12, LIS3DH, Part, measuring, words

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.lis import VirtualLis

PARTS = pytest.mark.parametrize("part", [LIS3DH, LIS2DW12], ids=lambda part: part.driver.__name__)


@pytest.fixture
def chip(part: Part, clock: LeadingClock) -> VirtualLis:
    return part.silicon(part.counting, clock.now_s)


@PARTS
def test_a_long_burst_goes_round_through_the_fifo(part: Part, chip: VirtualLis, clock: LeadingClock) -> None:
    measuring(part, chip)
    clock.wait(0.075)
    assert part.z_counts(chip.read(part.output, 30)) == [1, 2, 3, 4, 5]
    assert chip.read(0x2F, 1) == bytes([2])
    assert part.z_counts(chip.read(part.output, 12)) == [6, 7]
    assert chip.read(0x2F, 1) == bytes([part.empty])
    assert part.z_counts(chip.read(part.output, 6)) == [7]  # empty: the last one stays


@PARTS
def test_powered_down_nothing_is_measured(part: Part, chip: VirtualLis, clock: LeadingClock) -> None:
    measuring(part, chip, r20=part.asleep)
    clock.wait(1.0)
    assert chip.read(0x2F, 1) == bytes([part.empty])
    measuring(part, chip)
    clock.wait(0.105)
    assert chip.read(0x2F, 1) == bytes([10])
    chip.write(0x20, 0x00)
    clock.wait(1.0)
    assert chip.read(0x2F, 1) == bytes([10])


@PARTS
def test_fifo_mode_stops_when_full_and_bypass_empties(part: Part, chip: VirtualLis, clock: LeadingClock) -> None:
    measuring(part, chip, r2e=part.stopping)
    clock.wait(1.0)
    assert part.z_counts(chip.read(part.output, 6)) == [1]
    chip.write(0x2E, 0x00)
    assert chip.read(0x2F, 1) == bytes([part.empty])
    clock.wait(0.025)
    assert part.z_counts(chip.read(part.output, 6)) == [102]  # the newest
    assert chip.read(0x27, 1) == b"\x00"


@PARTS
def test_the_watermark_line_rises_at_sixteen(part: Part, chip: VirtualLis, clock: LeadingClock) -> None:
    chip.write(*part.watermark)
    measuring(part, chip)
    clock.wait(0.155)
    assert not chip.int1
    clock.wait(0.01)
    assert chip.int1
    assert chip.read(0x2F, 1) == b"\x90"
    chip.write(*part.active_low)
    assert not chip.int1
    chip.write(part.active_low[0], 0x00)
    chip.read(part.output, 6)
    assert not chip.int1
    chip.write(*part.data_ready)
    assert not chip.int1
    clock.wait(0.01)
    assert chip.int1


@pytest.mark.parametrize(
    ("part", "control", "full_scale", "g_per_digit", "bits"),
    [(LIS3DH, 0x57, at, g, 12) for at, g in [(0x88, 0.001), (0x98, 0.002), (0xA8, 0.004), (0xB8, 0.012)]]
    + [(LIS3DH, 0x57, 0x80, 0.004, 10), (LIS3DH, 0x57, 0xA0, 0.016, 10)]
    + [(LIS3DH, 0x5F, 0x80, 0.016, 8), (LIS3DH, 0x5F, 0xA0, 0.064, 8)]
    + [(LIS2DW12, 0x54, at, g, 14) for at, g in [(0x00, 0.000244), (0x10, 0.000488), (0x20, 0.000976)]]
    + [(LIS2DW12, 0x54, 0x30, 0.001952, 14), (LIS2DW12, 0x51, 0x00, 0.000244, 14), (LIS2DW12, 0x50, 0, 0.000976, 12)],
)
def test_range_and_resolution(
    part: Part, control: int, full_scale: int, g_per_digit: float, bits: int, clock: LeadingClock
) -> None:
    chip = part.silicon(lambda t_s: np.tile([0.7, 30.0, -30.0], (len(t_s), 1)), clock.now_s)
    measuring(part, chip, **{"r20": control, f"r{part.measuring[0][0]:02x}": full_scale})
    clock.wait(0.015)
    rail = 1 << bits - 1
    digits = [round(0.7 / g_per_digit), rail - 1, -rail]
    assert words(chip.read(part.output, 6)) == [digit << 16 - bits for digit in digits]


@pytest.mark.parametrize(
    ("part", "control", "rate_hz"),
    [(LIS3DH, at, hz) for at, hz in [(0x47, 50), (0x57, 100), (0x67, 200), (0x77, 400), (0x97, 1344)]]
    + [(LIS2DW12, at, hz) for at, hz in [(0x44, 50), (0x54, 100), (0x64, 200), (0x94, 1600), (0x10, 1.6), (0x90, 200)]],
)
@pytest.mark.parametrize("rate_error", [0.0, -0.07])
def test_the_output_data_rate_is_honoured_and_wrong(
    part: Part, control: int, rate_hz: float, rate_error: float, clock: LeadingClock
) -> None:
    chip = part.silicon(part.counting, clock.now_s, rate_error)
    measuring(part, chip, r20=control)
    clock.wait(20.5 / (rate_hz * (1 + rate_error)))
    assert chip.read(0x2F, 1)[0] & part.level == 20


@pytest.mark.parametrize(
    ("part", "range_and_push", "moved"),
    [
        (LIS3DH, {"r23": 0x8A}, 500 << 4),
        (LIS3DH, {"r23": 0x8C}, -500 << 4),
        (LIS3DH, {"r23": 0x8E}, 0),
        (LIS2DW12, {"r25": 0x10, "r22": 0x40}, 820 << 2),
        (LIS2DW12, {"r25": 0x10, "r22": 0x80}, -820 << 2),
        (LIS2DW12, {"r25": 0x10, "r22": 0xC0}, 0),
    ],
)
def test_the_self_test_moves_the_axes_that_are_not_stuck(
    part: Part, range_and_push: dict[str, int], moved: int, clock: LeadingClock
) -> None:
    chip = part.silicon(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s)
    chip.stuck_axes = {1}
    measuring(part, chip, **range_and_push)
    clock.wait(0.015)
    assert words(chip.read(part.output, 6)) == [moved, 0, moved]


@PARTS
@pytest.mark.parametrize(("after", "told"), [(0, True), (1, False), (2, True), (3, False)])
def test_wires_that_float_during_a_drain_give_no_sample(
    after: int, told: bool, part: Part, chip: VirtualLis, clock: LeadingClock
) -> None:
    """In turn: the level, five samples, the level, four samples."""
    bus = EmulatedBus({part.address: chip}, clock.pass_by).open()
    driver = part.driver(bus, part.address, ChipOptions())
    driver.configure(clock.wait)
    driver.start()
    clock.wait(0.095)
    bus.misbehave(Trouble.FLOATING, after=after)
    if told:
        with pytest.raises(OSError, match=part.told):
            driver.drain()
    else:
        drain = driver.drain()
        assert drain.misaligned
        assert len(drain.counts) == 0
        assert driver.level() == 0


@PARTS
@settings(max_examples=80, deadline=None)
@given(
    rate_hz=st.sampled_from([50, 100, 200]),
    rate_error=st.floats(-0.1, 0.1),
    waits_s=st.lists(st.floats(0.0, 0.1), min_size=1, max_size=20),
    stalls_s=st.dictionaries(st.integers(0, 60), st.sampled_from([0.05, 0.2, 0.4]), max_size=2),
    seed=st.integers(0, 2**16),
)
def test_what_is_drained_is_the_quantised_signal_at_the_chips_instants(
    part: Part,
    marked: Callable[..., Any],
    rate_hz: int,
    rate_error: float,
    waits_s: list[float],
    stalls_s: dict[int, float],
    seed: int,
) -> None:
    """In order, none twice; and none missing unless an overrun is told, wherever between transfers the host stalls."""
    clock = PacedClock().leader
    marks = marked(1 / part.scale_g, *part.rails, seed)
    chip = part.silicon(marks.signal, clock.now_s, rate_error)
    marks.sampler = chip.sampler
    parts = count()
    running = False

    def took(seconds: float) -> None:
        clock.pass_by(seconds + (stalls_s.get(next(parts), 0.0) if running else 0.0))

    driver = part.driver(EmulatedBus({part.address: chip}, took).open(), part.address, ChipOptions(rate_hz=rate_hz))
    driver.configure(clock.wait)
    driver.start()
    running = True
    drained: list[int] = []
    full = False
    for wait_s in (0.0, *waits_s):
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
