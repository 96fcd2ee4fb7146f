# SPDX-License-Identifier: MIT
"""DRV2605L: planned bytes out, the chip's words in; then on its emulated self, with what can go wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from kneemon.clock import LeadingClock, PacedClock
from kneemon.drivers.drv2605l import ADDRESS, ERM, LRA, Calibration, Drv2605l, Motor
from kneemon.errors import ChipAbsentError, ForeignChipError, ReadbackError
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.drv2605l import VirtualDrv2605l

Bus = Callable[..., Any]


@pytest.mark.parametrize(
    ("motor", "own"),
    [
        (LRA, [(0x16, 0x53), (0x17, 0x85), (0x18, 0x0C), (0x19, 0x6C), (0x1A, 0xB6), (0x1B, 0x98), (0x1D, 0x80)]),
        (ERM, [(0x16, 0x3E), (0x17, 0x8C), (0x18, 0x0C), (0x19, 0x6C), (0x1A, 0x36), (0x1B, 0x93), (0x1D, 0xA0)]),
    ],
    ids=["lra", "erm"],
)
def test_what_is_written(motor: Motor, own: list[tuple[int, int]], registers: type, bus_with: Bus) -> None:
    chip = registers({0x00: 0xE0})
    driver = Drv2605l(bus_with({0x5A: chip}), motor)
    driver.configure()
    library = 6 if motor.lra else 1
    assert chip.written == [(0x01, 0x00), (0x02, 0x00), *own, (0x03, library), (0x01, 0x05)]
    for action, written in (
        (driver.on, [(0x02, 0x7F)]),
        (driver.off, [(0x02, 0x00)]),
        (driver.stop, [(0x02, 0x00), (0x01, 0x40)]),
    ):
        chip.written.clear()
        action()
        assert chip.written == written


@pytest.mark.parametrize(("status", "part"), [(0xE0, "DRV2605L"), (0xE8, "DRV2605L"), (0x60, "DRV2605")])
def test_who_is_accepted(status: int, part: str, registers: type, bus_with: Bus) -> None:
    driver = Drv2605l(bus_with({0x5A: registers({0x00: status})}))
    assert driver.identify() == part
    assert driver.name == "DRV2605L at 0x5a"


@pytest.mark.parametrize("status", [0x00, 0x80, 0xA0, 0xC0, 0xFF])
def test_a_foreign_chip_is_named(status: int, registers: type, bus_with: Bus) -> None:
    chip = registers({0x00: status})
    with pytest.raises(ForeignChipError) as caught:
        Drv2605l(bus_with({0x5A: chip})).identify()
    assert str(caught.value) == (
        f"DRV2605L at 0x5a: expected device 7 or 3 in STATUS, saw 0x{status:02x}. "
        "Check what else sits at this address, and the wires, SDA and SCL first."
    )
    assert chip.written == []


def test_nothing_at_the_address(bus_with: Bus) -> None:
    with pytest.raises(ChipAbsentError) as caught:
        Drv2605l(bus_with({})).identify()
    assert str(caught.value) == (
        "DRV2605L at 0x5a: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check 3V3, GND, SDA (pin 3) and SCL (pin 5) of the haptic driver; IN stays open."
    )


def test_a_register_that_does_not_hold_is_told(registers: type, bus_with: Bus) -> None:
    chip = registers({0x00: 0xE0})
    chip.stuck.add(0x17)
    with pytest.raises(ReadbackError) as caught:
        Drv2605l(bus_with({0x5A: chip})).configure()
    assert str(caught.value) == (
        "DRV2605L at 0x5a, register OD_CLAMP: expected 0x85 as it was written, saw 0x00. "
        "Look for a loose wire, SDA and SCL first."
    )


class Bench:
    """The emulated chip on a bus whose transfers take their time."""

    def __init__(self) -> None:
        self.clock: LeadingClock = PacedClock().leader
        self.chip = VirtualDrv2605l(self.clock.now_s)
        self.bus = EmulatedBus({ADDRESS: self.chip}, took=self.clock.pass_by).open()
        self.driver = Drv2605l(self.bus)
        self.driver.identify()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_on_and_off_drive_the_motor_with_the_whole_of_its_voltage(bench: Bench) -> None:
    bench.driver.configure()
    assert bench.chip.drive == []
    bench.driver.on()
    assert bench.chip.level == 1.0
    bench.clock.wait(0.15)
    bench.driver.off()
    ((_, length_s),) = bench.chip.pulses
    assert length_s == pytest.approx(0.15, abs=0.001)
    bench.driver.stop()
    assert bench.chip.level == 0.0
    assert not bench.driver.alive()


def test_a_reset_behind_our_back_is_seen_and_mended(bench: Bench) -> None:
    bench.driver.configure()
    assert bench.driver.alive()
    bench.chip.reset()
    assert not bench.driver.alive()
    bench.driver.on()
    assert bench.chip.level == 0.0  # asleep
    bench.driver.configure()
    assert bench.driver.alive()
    assert bench.chip.level == 0.0  # what was asked for before it slept is not made up for
    bench.driver.on()
    assert bench.chip.level == 1.0


def test_what_a_calibration_learnt_is_written_from_then_on(bench: Bench) -> None:
    learnt = bench.driver.calibrate(bench.clock.wait)
    assert learnt == Calibration(compensation=0x0E, back_emf=0x75, gain=1)
    assert bench.driver.alive()
    bench.chip.reset()
    bench.driver.configure()
    assert bench.chip.read(0x18, 3) == bytes([0x0E, 0x75, 0xB5])
    kept = Drv2605l(bench.bus, LRA, learnt)
    bench.chip.reset()
    kept.configure()
    assert bench.chip.read(0x18, 3) == bytes([0x0E, 0x75, 0xB5])


def test_a_calibration_takes_its_time_and_no_more(bench: Bench) -> None:
    began_s = bench.clock.now_s()
    bench.driver.calibrate(bench.clock.wait)
    assert 0.6 <= bench.clock.now_s() - began_s < 0.7


def test_a_loose_motor_is_not_learnt_and_plays_all_the_same(bench: Bench) -> None:
    bench.chip.motor_fixed = False
    assert bench.driver.calibrate(bench.clock.wait) is None
    assert bench.driver.alive()
    assert bench.chip.read(0x18, 3) == bytes([0x0C, 0x6C, 0xB6])
    bench.driver.on()
    assert bench.chip.level == 1.0


def test_a_calibration_that_does_not_end_is_ended(bench: Bench) -> None:
    bench.chip.hangs = True
    began_s = bench.clock.now_s()
    assert bench.driver.calibrate(bench.clock.wait) is None
    assert 1.3 <= bench.clock.now_s() - began_s < 1.5
    assert bench.chip.read(0x0C, 1) == b"\x00"
    assert bench.driver.alive()


@pytest.mark.parametrize("trouble", [Trouble.BROKEN_OFF, Trouble.TIMED_OUT])
def test_a_transfer_broken_off_is_left_to_the_caller(trouble: Trouble, bench: Bench) -> None:
    bench.driver.configure()
    bench.bus.misbehave(trouble)
    with pytest.raises(OSError, match=r"\[Errno (5|110)\]"):
        bench.driver.on()
