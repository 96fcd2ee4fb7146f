# SPDX-License-Identifier: MIT
"""The emulated LSM6DSO and LSM6DS3TR-C, what they do alike: byte by byte, without our drivers; then under them."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.lsm6ds3trc import Lsm6ds3trc
from kneemon.drivers.lsm6dso import Lsm6dso
from kneemon.errors import SensorError
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.lsm6 import VirtualLsm6
from kneemon.virtual.lsm6ds3trc import VirtualLsm6ds3trc
from kneemon.virtual.lsm6dso import VirtualLsm6dso

PERIOD_S = 1 / 104


@dataclass(frozen=True)
class Part:
    """settling: samples the driver drops after a start. full_s: in which the FIFO overruns even at 46 Hz."""

    silicon: type[VirtualLsm6]
    driver: type[Lsm6dso] | type[Lsm6ds3trc]
    name: str
    settling: int
    full_s: float


LSM6DSO = Part(VirtualLsm6dso, Lsm6dso, name="LSM6DSO", settling=3, full_s=12.0)
LSM6DS3TRC = Part(VirtualLsm6ds3trc, Lsm6ds3trc, name="LSM6DS3TR-C", settling=0, full_s=16.0)
PARTS = pytest.mark.parametrize("part", [LSM6DSO, LSM6DS3TRC], ids=lambda part: part.name)


def counting(t_s: Array) -> Array:
    """z rises by one count a sample at 104 Hz."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 104 * 0.000244])


def still(t_s: Array) -> Array:
    return np.tile([0.1, -0.2, 0.95], (len(t_s), 1))


@pytest.fixture
def chip(part: Part, clock: LeadingClock) -> VirtualLsm6:
    return part.silicon(counting, clock.now_s)


@PARTS
def test_a_reset_takes_a_while_in_which_writes_are_lost(chip: VirtualLsm6, clock: LeadingClock) -> None:
    chip.write(0x10, 0x4C)
    clock.wait(0.1)
    chip.write(0x12, 0x05)
    assert chip.read(0x12, 1) == b"\x05"
    assert chip.read(0x10, 1) == b"\x00"
    chip.write(0x10, 0x4C)
    assert chip.read(0x10, 1) == b"\x00"
    clock.wait(0.01)
    assert chip.read(0x12, 1) == b"\x04"
    chip.write(0x10, 0x4C)
    assert chip.read(0x10, 1) == b"\x4c"


@PARTS
def test_data_ready_until_a_high_byte_is_read(chip: VirtualLsm6, clock: LeadingClock) -> None:
    chip.write(0x0D, 0x01)
    chip.write(0x10, 0x4C)
    assert (chip.read(0x1E, 1), chip.int1) == (b"\x00", False)
    clock.wait(1.5 * PERIOD_S)
    assert (chip.read(0x1E, 1), chip.int1) == (b"\x01", True)
    chip.read(0x28, 1)
    assert chip.read(0x1E, 1) == b"\x01"
    assert struct.unpack("<3h", chip.read(0x28, 6)) == (2049, -1025, 1)
    assert (chip.read(0x1E, 1), chip.int1) == (b"\x00", False)


@PARTS
@pytest.mark.parametrize(("code", "mg_per_count"), [(0x40, 0.061), (0x48, 0.122), (0x4C, 0.244), (0x44, 0.488)])
def test_full_scale_codes_are_not_in_order(part: Part, code: int, mg_per_count: float, clock: LeadingClock) -> None:
    chip = part.silicon(lambda t_s: np.tile([0.7, 30.0, -30.0], (len(t_s), 1)), clock.now_s)
    chip.write(0x10, code)
    clock.wait(0.1)
    assert struct.unpack("<3h", chip.read(0x28, 6)) == (round(700 / mg_per_count), 32767, -32768)


@PARTS
@pytest.mark.parametrize(
    ("sign", "expected"), [(0, (0, 0, 0)), (1, (3443, 0, 5000)), (2, (-3443, 0, -5000)), (3, (0, 0, 0))]
)
def test_the_self_test_moves_what_is_not_stuck(
    part: Part, sign: int, expected: tuple[int, ...], clock: LeadingClock
) -> None:
    chip = part.silicon(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s)
    chip.stuck_axes.add(1)
    chip.write(0x10, 0x38)
    chip.write(0x14, sign)
    clock.wait(0.1)
    assert struct.unpack("<3h", chip.read(0x28, 6)) == expected


@PARTS
@pytest.mark.parametrize(("celsius", "data"), [(25.0, "00 00"), (26.0, "00 01"), (20.0, "00 fb"), (500.0, "ff 7f")])
def test_the_thermometer(celsius: float, data: str, chip: VirtualLsm6) -> None:
    chip.temperature_c = celsius
    assert chip.read(0x20, 2) == bytes(2)
    chip.write(0x10, 0x4C)
    assert chip.read(0x20, 2) == bytes.fromhex(data)


# Under the driver.


@PARTS
@pytest.mark.parametrize("trouble", [Trouble.BROKEN_OFF, Trouble.NACK, Trouble.FLOATING])
@pytest.mark.parametrize("after", range(40))
def test_wherever_the_self_test_goes_wrong_it_is_left_powered_down(
    trouble: Trouble, after: int, part: Part, clock: LeadingClock
) -> None:
    chip = part.silicon(still, clock.now_s)
    bus = EmulatedBus({0x6A: chip}, clock.pass_by).open()
    bus.misbehave(trouble, after=after)
    try:
        part.driver(bus).self_test(clock.wait)
    except (OSError, SensorError):
        assert trouble is not Trouble.NACK
    assert chip.read(0x14, 1) == b"\x00"
    assert chip.read(0x10, 1) == b"\x00"


@PARTS
def test_a_self_test_without_samples_says_so(part: Part, clock: LeadingClock) -> None:
    chip = part.silicon(still, clock.now_s)

    def wait(seconds: float) -> None:
        clock.wait(seconds)
        chip.sampler.halt()
        chip.read(0x28, 6)

    with pytest.raises(SensorError) as caught:
        part.driver(EmulatedBus({0x6A: chip}, clock.pass_by).open()).self_test(wait)
    assert str(caught.value) == (
        f"{part.name} at 0x6a: expected a sample every 19 ms during the self-test, saw none in 23 ms. "
        "Take its power away for a moment; if this comes back, replace the board."
    )


@PARTS
@settings(max_examples=40, deadline=None)
@given(
    rate_hz=st.sampled_from([50, 100, 200]),
    rate_error=st.floats(-0.1, 0.1),
    waits_s=st.lists(st.floats(0.0, 0.4), min_size=1, max_size=20),
    stall=st.integers(0, 40),
    seed=st.integers(0, 2**16),
)
def test_what_is_drained_is_the_quantised_signal_at_the_chips_instants(
    part: Part,
    marked: Callable[..., Any],
    rate_hz: int,
    rate_error: float,
    waits_s: list[float],
    stall: int,
    seed: int,
) -> None:
    """In order, none twice; none missing but where the drain says so: before what it brings."""
    clock = PacedClock().leader
    marks = marked(1 / 0.000244, -32768, 32767, seed)
    chip = part.silicon(marks.signal, clock.now_s, rate_error)
    marks.sampler = chip.sampler
    driver = part.driver(EmulatedBus({0x6A: chip}, clock.pass_by).open(), options=ChipOptions(rate_hz))
    driver.configure(clock.wait)
    driver.start()

    drained: list[int] = []
    for number, wait_s in enumerate(waits_s):
        clock.wait(part.full_s if number == stall else wait_s)
        waiting = driver.level()
        drain = driver.drain()
        assert not drain.misaligned
        assert drain.overrun == (number == stall)
        indices = marks.indices(drain.counts)
        assert all(later == earlier + 1 for earlier, later in pairwise(indices))
        if drained or part.settling == 0:
            assert len(indices) >= waiting
        if drained:
            assert indices == [] or (indices[0] == drained[-1] + 1) != drain.overrun
        drained += indices
