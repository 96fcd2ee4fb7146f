# SPDX-License-Identifier: MIT
"""Draining when the chip says so; and by the clock again when its line does not speak the truth."""

import logging
import sys
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory

from kneemon.clock import PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.errors import PinsError
from kneemon.model.samples import SampleBlock
from kneemon.sensor.fifo import FifoSource
from kneemon.sensor.interrupt import InterruptLine
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.chips import VIRTUAL_CHIPS

PIN = 22
SLICE_S = 0.001
WITH_A_LINE = ["adxl345", "lsm6dso", "lsm6ds3trc", "lis3dh", "lis2dw12"]


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.close()


class Wired:
    """A source whose chip's INT1 is on a mock pin; the level of the pin follows while time passes."""

    def __init__(self, part: str, pins: MockFactory, level: Callable[[Any], bool], **options: Any) -> None:
        leader = PacedClock().leader
        self.line = InterruptLine(PIN, pins)
        self.pin = pins.pin(PIN)
        self.now_s = leader.now_s
        self.clock = leader
        self.waits: list[float] = []
        kind = CHIPS[part]
        noise = np.random.default_rng(1).normal([0.0, 0.6, 0.8], 0.02, (100_000, 3))
        self.chip: Any = VIRTUAL_CHIPS[part](
            lambda t_s: noise[np.rint((t_s - 1000.0) * 100).astype(int)], leader.now_s, options.pop("rate_error", 0.0)
        )
        self._level = level
        self.bus = EmulatedBus({kind.addresses[0]: self.chip}, took=self.pass_by)
        self.source = FifoSource(
            self.bus.open,
            lambda bus: kind.make(bus, kind.addresses[0], ChipOptions(interrupt=True)),
            self,  # type: ignore[arg-type]
            name=part,
            interrupt=self.line,
        )

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        begin_s = self.clock.now_s()
        while self.clock.now_s() < begin_s + seconds and not (until is not None and until.is_set()):
            self.pass_by(SLICE_S)
        self.waits.append(self.clock.now_s() - begin_s)
        return until is not None and until.is_set()

    def pass_by(self, seconds: float) -> None:
        self.clock.pass_by(seconds)
        (self.pin.drive_high if self._level(self) else self.pin.drive_low)()

    def blocks(self, seconds: float) -> list[SampleBlock]:
        end_s, blocks = self.clock.now_s() + seconds, []
        while self.clock.now_s() < end_s:
            said = self.source.read()
            assert isinstance(said, SampleBlock), said
            blocks.append(said)
        return blocks


def truthful(it: Wired) -> bool:
    return bool(it.chip.int1)


@pytest.mark.parametrize("part", WITH_A_LINE)
@pytest.mark.parametrize("rate_error", [-0.1, 0.0, 0.1])
def test_the_fifo_is_emptied_when_the_chip_says_so(
    part: str, rate_error: float, pins: MockFactory, caplog: pytest.LogCaptureFixture
) -> None:
    it = Wired(part, pins, truthful, rate_error=rate_error)
    blocks = it.blocks(10.0)
    assert {len(block) for block in blocks[1:]} <= {15, 16, 17, 18, 19}
    assert sum(block.lost_before for block in blocks) == 0
    assert caplog.records == []


@pytest.mark.parametrize("part", ["mpu6050", "mpu6500"])
def test_a_chip_without_a_watermark_is_drained_by_the_clock(part: str, pins: MockFactory) -> None:
    it = Wired(part, pins, lambda _: False)
    it.blocks(5.0)
    assert set(np.round(it.waits[-10:], 3)) <= {0.2, 0.201}


@pytest.mark.parametrize(
    ("level", "seen"), [(lambda _: False, "stay low"), (lambda _: True, "high without them")], ids=["low", "high"]
)
def test_a_line_that_lies_is_told_once_and_the_clock_takes_over(
    level: Callable[[Wired], bool], seen: str, pins: MockFactory, caplog: pytest.LogCaptureFixture
) -> None:
    it = Wired("adxl345", pins, level)
    blocks = it.blocks(10.0)
    (told,) = caplog.records
    assert told.getMessage() == (
        "ADXL345 at 0x53: expected the interrupt line to rise when 16 samples are waiting, "
        f"saw it {seen}, 3 times in a row. "
        "Check the wire from INT1 to its pin; until the next start the FIFO is emptied by the clock."
    )
    assert told.levelno == logging.WARNING
    assert set(np.round(it.waits[-10:], 3)) <= {0.192, 0.193}
    assert sum(block.lost_before for block in blocks) == 0
    samples = sum(map(len, blocks))
    assert samples == pytest.approx(1000, abs=25)


def test_an_edge_that_was_missed_does_not_stall(pins: MockFactory) -> None:
    """The line rose while nobody listened: it is high, and nothing is waited for."""
    it = Wired("adxl345", pins, truthful)
    it.blocks(1.0)
    it.pass_by(0.25)
    it.line.clear()
    before_s = it.clock.now_s()
    assert len(it.blocks(0.001)[0]) >= 25
    assert it.clock.now_s() - before_s < 0.05


def test_a_chip_whose_line_broke_off_once_is_believed_on(pins: MockFactory, caplog: pytest.LogCaptureFixture) -> None:
    it = Wired("adxl345", pins, truthful)
    it.blocks(2.0)
    broken_s = it.clock.now_s()
    it._level = lambda it: truthful(it) and it.clock.now_s() - broken_s > 0.3
    blocks = it.blocks(5.0)
    assert caplog.records == []
    assert sum(block.lost_before for block in blocks) == 0
    assert {len(block) for block in blocks[4:]} <= {15, 16, 17}


def test_closing_wakes_and_lets_the_pin_go(pins: MockFactory) -> None:
    it = Wired("adxl345", pins, truthful)
    it.blocks(1.0)
    it.source.close()
    assert it.line.event.is_set()
    assert not it.line.high
    assert it.source.read() is None
    it.source.close()
    InterruptLine(PIN, pins).close()


def test_the_line_rises_and_falls_with_its_pin(pins: MockFactory) -> None:
    line, pin = InterruptLine(PIN, pins), pins.pin(PIN)
    assert not line.high
    assert not line.event.is_set()
    pin.drive_high()
    assert line.high
    assert line.event.is_set()
    line.clear()
    assert not line.event.is_set()
    pin.drive_low()
    assert not line.event.is_set()
    line.close()
    line.close()


def test_a_pin_that_is_taken_is_named(pins: MockFactory) -> None:
    line = InterruptLine(PIN, pins)
    with pytest.raises(PinsError) as caught:
        InterruptLine(PIN, pins)
    assert str(caught.value).startswith("GPIO 22 for the sensor's interrupt: expected a free pin of the header, saw ")
    line.close()


def test_closing_in_the_midst_of_a_look_at_the_line_is_no_error(pins: MockFactory) -> None:
    """`read` looks while another thread closes: that it is open, and how it stands, are two steps of gpiozero's."""
    ended: list[InterruptLine] = []

    def look(line: InterruptLine, looking: Event) -> None:
        while line.high:
            looking.set()
        ended.append(line)

    often_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(300):
            line, looking = InterruptLine(PIN, pins), Event()
            pins.pin(PIN).drive_high()
            looker = Thread(target=look, args=(line, looking))
            looker.start()
            looking.wait()
            line.close()
            looker.join()
    finally:
        sys.setswitchinterval(often_s)
    assert len(ended) == 300
