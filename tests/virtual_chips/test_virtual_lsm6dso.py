# SPDX-License-Identifier: MIT
"""The emulated LSM6DSO against the data sheet's words, byte by byte, without our driver; then under it."""

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
from kneemon.drivers.lsm6dso import Lsm6dso
from kneemon.errors import SensorError
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.lsm6dso import VirtualLsm6dso

PERIOD_S = 1 / 104


def counting(t_s: Array) -> Array:
    """z rises by one count a sample at 104 Hz."""
    return np.column_stack([np.full_like(t_s, 0.5), np.full_like(t_s, -0.25), (t_s - 1000.0) * 104 * 0.000244])


@pytest.fixture
def chip(clock: LeadingClock) -> VirtualLsm6dso:
    return VirtualLsm6dso(counting, clock.now_s)


def sampling(chip: VirtualLsm6dso, ctrl1: int = 0x4C, batch: int = 4, mode: int = 6) -> VirtualLsm6dso:
    for register, value in [(0x09, batch), (0x0A, mode), (0x10, ctrl1)]:
        chip.write(register, value)
    return chip


def status(chip: VirtualLsm6dso) -> tuple[int, int]:
    """Words waiting, flags."""
    low, high = chip.read(0x3A, 2)
    return low | (high & 0x03) << 8, high & 0xFC


def pop(chip: VirtualLsm6dso) -> tuple[int, ...]:
    return struct.unpack("<B3h", chip.read(0x78, 7))


def test_defaults_and_read_only_registers(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    fresh = chip.read(0x00, 0x78)
    assert (fresh[0x0F], fresh[0x12], fresh[0x18]) == (0x6C, 0x04, 0xE0)
    assert sum(fresh) == 0x6C + 0x04 + 0xE0
    for register in (0x0F, 0x1E, 0x20, 0x28, 0x3A, 0x3B, 0x78, 0xC0):
        chip.write(register, 0x77)
    assert chip.read(0x00, 0x78) == fresh
    chip.write(0x07, 0x77)
    assert chip.read(0x07, 1) == b"\x77"
    chip.reset()
    clock.wait(0.01)
    assert chip.read(0x00, 0x78) == fresh
    assert chip.read(0xC0, 1) == b"\x00"


def test_powered_down_nothing_is_measured(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip, ctrl1=0x0C)
    clock.wait(1.0)
    assert status(chip) == (0, 0)
    chip.write(0x10, 0x4C)
    clock.wait(1.0)
    assert status(chip)[0] == 104
    chip.write(0x10, 0x0C)
    clock.wait(1.0)
    assert status(chip)[0] == 104
    chip.write(0x10, 0xF0)  # no such rate
    clock.wait(1.0)
    assert status(chip)[0] == 104


def test_a_reset_takes_a_while_in_which_writes_are_lost(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(0.1)
    chip.write(0x12, 0x05)
    assert chip.read(0x12, 1) == b"\x05"
    assert chip.read(0x10, 1) == b"\x00"
    assert status(chip)[0] == 0
    chip.write(0x10, 0x4C)
    assert chip.read(0x10, 1) == b"\x00"
    clock.wait(0.01)
    assert chip.read(0x12, 1) == b"\x04"
    chip.write(0x10, 0x4C)
    assert chip.read(0x10, 1) == b"\x4c"


def test_words_tags_and_the_filler(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(6.5 * PERIOD_S)
    words = [pop(chip) for _ in range(6)]
    assert [word[0] for word in words] == [0x11, 0x12, 0x14, 0x17, 0x11, 0x12]
    assert [word[1:] for word in words[:2]] == [(0x7FFF, 0, 0)] * 2
    assert [word[1:] for word in words[2:]] == [(2049, -1025, n) for n in (3, 4, 5, 6)]
    assert pop(chip) == (0, 0, 0, 0)  # the tag of an empty FIFO


def test_the_fillers_come_with_each_power_up(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(0.1)
    chip.write(0x0A, 0x00)
    chip.write(0x0A, 0x06)
    clock.wait(1.5 * PERIOD_S)
    assert pop(chip)[1] == 2049
    chip.write(0x10, 0x0C)
    chip.write(0x10, 0x4C)
    clock.wait(1.5 * PERIOD_S)
    assert pop(chip)[1] == 0x7FFF


def test_a_burst_wraps_behind_each_word(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(8.5 * PERIOD_S)
    burst = chip.read(0x78, 28)
    assert [burst[at] >> 3 for at in (0, 7, 14, 21)] == [2] * 4
    assert status(chip)[0] == 4
    chip.read(0x78, 3)  # broken off: what was begun is gone
    assert status(chip)[0] == 3
    assert pop(chip)[3] == 6


def test_without_if_inc_a_burst_stays_where_it_is(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    chip.write(0x12, 0x40)
    clock.wait(4.5 * PERIOD_S)
    assert chip.read(0x0F, 3) == b"\x6c" * 3
    assert chip.read(0x78, 4) == bytes([0x11, 0x12, 0x14, 0x17])


def test_the_oldest_word_goes_and_it_is_told(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    clock.wait(510.5 * PERIOD_S)
    assert status(chip) == (510, 0)
    clock.wait(PERIOD_S)
    assert status(chip) == (511, 0x20)
    clock.wait(PERIOD_S)
    assert status(chip) == (512, 0x20)
    clock.wait(8 * PERIOD_S)
    assert status(chip) == (512, 0x68)
    assert status(chip) == (512, 0x60)  # the latch was read
    assert pop(chip)[3] == 9
    assert status(chip) == (511, 0x20)
    clock.wait(2 * PERIOD_S)
    pop(chip)
    assert status(chip) == (511, 0x28)  # the latch alone remembers


def test_the_fifo_mode_stops_when_full_and_bypass_empties(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip, mode=1)
    clock.wait(600 * PERIOD_S)
    assert status(chip) == (512, 0x20)
    assert pop(chip)[1] == 0x7FFF
    chip.write(0x0A, 0x00)
    assert status(chip) == (0, 0)
    clock.wait(0.1)
    assert status(chip) == (0, 0)


@pytest.mark.parametrize(("batch", "words"), [(0, 0), (3, 50), (4, 100), (5, 100)])
def test_the_batch_rate(batch: int, words: int, chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip, batch=batch)
    clock.wait(100.5 * PERIOD_S)
    assert status(chip)[0] == words


def test_the_watermark_raises_int1_and_reading_lowers_it(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    chip.write(0x07, 16)
    chip.write(0x0D, 0x08)
    sampling(chip)
    clock.wait(15.5 * PERIOD_S)
    assert (status(chip), chip.int1) == ((15, 0), False)
    clock.wait(PERIOD_S)
    assert (status(chip), chip.int1) == ((16, 0x80), True)
    pop(chip)
    assert not chip.int1
    chip.write(0x12, 0x24)  # active low
    assert chip.int1
    chip.write(0x12, 0x04)
    chip.write(0x08, 0x01)  # the ninth bit: 272 words
    clock.wait(100 * PERIOD_S)
    assert not chip.int1
    clock.wait(200 * PERIOD_S)
    assert chip.int1


@pytest.mark.parametrize(("bit", "after"), [(0x01, 1), (0x20, 511), (0x10, 513)])
def test_what_else_int1_can_tell(bit: int, after: int, chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    chip.write(0x0D, bit)
    sampling(chip)
    clock.wait((after - 0.5) * PERIOD_S)
    assert not chip.int1
    clock.wait(PERIOD_S)
    assert chip.int1


def test_data_ready_until_a_high_byte_is_read(chip: VirtualLsm6dso, clock: LeadingClock) -> None:
    sampling(chip)
    assert chip.read(0x1E, 1) == b"\x00"
    clock.wait(1.5 * PERIOD_S)
    assert chip.read(0x1E, 1) == b"\x01"
    chip.read(0x28, 1)
    assert chip.read(0x1E, 1) == b"\x01"
    assert struct.unpack("<3h", chip.read(0x28, 6)) == (2049, -1025, 1)
    assert chip.read(0x1E, 1) == b"\x00"


@pytest.mark.parametrize(("code", "mg_per_count"), [(0x40, 0.061), (0x48, 0.122), (0x4C, 0.244), (0x44, 0.488)])
def test_full_scale_codes_are_not_in_order(code: int, mg_per_count: float, clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(lambda t_s: np.tile([0.7, 30.0, -30.0], (len(t_s), 1)), clock.now_s)
    chip.write(0x10, code)
    clock.wait(0.1)
    assert struct.unpack("<3h", chip.read(0x28, 6)) == (round(700 / mg_per_count), 32767, -32768)


@pytest.mark.parametrize(("odr", "rate_hz"), [(1, 12.5), (2, 26), (3, 52), (4, 104), (5, 208), (6, 416)])
@pytest.mark.parametrize("rate_error", [0.0, -0.07])
def test_the_sample_rate_is_honoured_and_wrong(
    odr: int, rate_hz: float, rate_error: float, clock: LeadingClock
) -> None:
    chip = sampling(VirtualLsm6dso(counting, clock.now_s, rate_error), ctrl1=odr << 4 | 0x0C, batch=10)
    clock.wait(50.5 / (rate_hz * (1 + rate_error)))
    assert status(chip)[0] == 50


@pytest.mark.parametrize(
    ("sign", "expected"), [(0, (0, 0, 0)), (1, (3443, 0, 5000)), (2, (-3443, 0, -5000)), (3, (0, 0, 0))]
)
def test_the_self_test_moves_what_is_not_stuck(sign: int, expected: tuple[int, ...], clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s)
    chip.stuck_axes.add(1)
    chip.write(0x10, 0x38)
    chip.write(0x14, sign)
    clock.wait(0.1)
    assert struct.unpack("<3h", chip.read(0x28, 6)) == expected


@pytest.mark.parametrize(("celsius", "data"), [(25.0, "00 00"), (26.0, "00 01"), (20.0, "00 fb"), (500.0, "ff 7f")])
def test_the_thermometer(celsius: float, data: str, chip: VirtualLsm6dso) -> None:
    chip.temperature_c = celsius
    assert chip.read(0x20, 2) == bytes(2)
    sampling(chip)
    assert chip.read(0x20, 2) == bytes.fromhex(data)


# Under the driver.


def still(t_s: Array) -> Array:
    return np.tile([0.1, -0.2, 0.95], (len(t_s), 1))


def driven(
    chip: VirtualLsm6dso, clock: LeadingClock, options: ChipOptions = ChipOptions()
) -> tuple[EmulatedBus, Lsm6dso]:
    bus = EmulatedBus({0x6A: chip}, clock.pass_by).open()
    return bus, Lsm6dso(bus, options=options)


def test_the_driver_sets_it_up_and_sees_a_reset(clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(still, clock.now_s)
    chip.temperature_c = 31.5
    _, driver = driven(chip, clock, ChipOptions(interrupt=True))
    driver.identify()
    driver.configure(clock.wait)
    assert driver.alive()
    driver.start()
    assert driver.temperature_c() == 31.5
    clock.wait(15 * PERIOD_S)
    assert not chip.int1
    clock.wait(2 * PERIOD_S)
    assert chip.int1
    assert driver.level() >= 16
    assert len(driver.drain().counts) >= 11
    assert not chip.int1
    chip.reset()
    clock.wait(0.1)
    assert not driver.alive()
    assert driver.drain().counts.shape == (0, 3)
    driver.configure(clock.wait)
    assert driver.alive()
    driver.stop()
    before = driver.level()
    clock.wait(1.0)
    assert driver.level() == before


def test_the_self_test_passes_and_leaves_no_push(clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(still, clock.now_s, rate_error=-0.1, noise_g=0.003, seed=7)
    _, driver = driven(chip, clock)
    result = driver.self_test(clock.wait)
    assert result.shifts == pytest.approx((0.42, 0.35, 0.61), abs=0.01)
    assert result.limits == ((0.05, 1.7),) * 3
    assert result.unit == "g"
    assert result.passed
    assert chip.read(0x14, 1) == b"\x00"
    assert not driver.alive()
    driver.configure(clock.wait)
    assert driver.alive()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_self_test_finds_a_stuck_axis(axis: int, clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(still, clock.now_s, noise_g=0.003, seed=8)
    chip.stuck_axes = {axis}
    result = driven(chip, clock)[1].self_test(clock.wait)
    assert not result.passed
    assert [shift < 0.05 for shift in result.shifts] == [number == axis for number in range(3)]


@pytest.mark.parametrize("trouble", [Trouble.BROKEN_OFF, Trouble.TIMED_OUT, Trouble.NACK, Trouble.FLOATING])
@pytest.mark.parametrize("after", range(40))
def test_wherever_the_self_test_goes_wrong_no_push_is_left(trouble: Trouble, after: int, clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(still, clock.now_s)
    bus, driver = driven(chip, clock)
    bus.misbehave(trouble, after=after)
    try:
        driver.self_test(clock.wait)
    except (OSError, SensorError):
        assert trouble is not Trouble.NACK
    assert chip.read(0x14, 1) == b"\x00"
    assert chip.read(0x10, 1) == b"\x00"


def test_a_wait_that_is_interrupted_leaves_no_push(clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(still, clock.now_s)
    _, driver = driven(chip, clock)
    waits = 0

    def wait(seconds: float) -> None:
        nonlocal waits
        waits += 1
        clock.wait(seconds)
        if chip.read(0x14, 1) != b"\x00":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        driver.self_test(wait)
    assert waits == 9
    assert chip.read(0x14, 1) == b"\x00"


def test_a_self_test_without_samples_says_so(clock: LeadingClock) -> None:
    chip = VirtualLsm6dso(still, clock.now_s)
    _, driver = driven(chip, clock)

    def wait(seconds: float) -> None:
        clock.wait(seconds)
        chip.sampler.halt()
        chip.read(0x28, 6)

    with pytest.raises(SensorError) as caught:
        driver.self_test(wait)
    assert str(caught.value) == (
        "LSM6DSO at 0x6a: expected a sample every 19 ms during the self-test, saw none in 23 ms. "
        "Take its power away for a moment; if this comes back, replace the board."
    )


@settings(max_examples=40, deadline=None)
@given(
    rate_hz=st.sampled_from([50, 100, 200]),
    rate_error=st.floats(-0.1, 0.1),
    waits_s=st.lists(st.floats(0.0, 0.4), min_size=1, max_size=20),
    stall=st.integers(0, 40),
    seed=st.integers(0, 2**16),
)
def test_what_is_drained_is_the_quantised_signal_at_the_chips_instants(
    marked: Callable[..., Any], rate_hz: int, rate_error: float, waits_s: list[float], stall: int, seed: int
) -> None:
    """In order, none twice; none missing but where the drain says so: before what it brings."""
    clock = PacedClock().leader
    marks = marked(1 / 0.000244, -32768, 32767, seed)
    chip = VirtualLsm6dso(marks.signal, clock.now_s, rate_error)
    marks.sampler = chip.sampler
    driver = driven(chip, clock, ChipOptions(rate_hz))[1]
    driver.identify()
    driver.configure(clock.wait)
    driver.start()

    drained: list[int] = []
    for number, wait_s in enumerate(waits_s):
        clock.wait(12.0 if number == stall else wait_s)
        waiting = driver.level()
        drain = driver.drain()
        assert not drain.misaligned
        assert drain.overrun == (number == stall)
        indices = marks.indices(drain.counts)
        assert all(later == earlier + 1 for earlier, later in pairwise(indices))
        if drained:  # what is dropped after the start has been dropped
            assert len(indices) >= waiting
            assert indices == [] or (indices[0] == drained[-1] + 1) != drain.overrun
        drained += indices
