# SPDX-License-Identifier: MIT
"""The watch on an emulated bus and a led clock: when it looks, what it tells, how it outlives the gauge's faults."""

import logging
from collections.abc import Iterator
from itertools import pairwise
from queue import Queue
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.clock import SystemClock
from kneemon.drivers.bus import I2cBus
from kneemon.drivers.gauge import make_gauge
from kneemon.errors import BusAbsentError
from kneemon.model.power import BatteryLevel, BatteryReading, BatteryState
from kneemon.power.battery import RETRIES, STEADY_LOOKS, BatteryWatch
from kneemon.power.level import BatteryGrade, BatteryParams
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.gauges import VirtualPiSugar3

GOOD, LOW, EMPTY = BatteryLevel.GOOD, BatteryLevel.LOW, BatteryLevel.EMPTY
PARAMS = BatteryParams(low_v=3.55, empty_v=3.4)
PATIENCE_S = 30


class StepClock(SystemClock):
    """Time passes only when a test lets the watch look again: every look is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_s = 100.0
        self.waited: Queue[float] = Queue()
        self.go: Queue[None] = Queue()

    def now_s(self) -> float:
        return self.passed_s

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        self.waited.put(seconds)
        self.go.get(timeout=PATIENCE_S)
        self.passed_s += seconds
        return until is not None and until.is_set()


class Rig:
    """A PiSugar 3 on an emulated bus, and the watch that looks at it when told to."""

    def __init__(self) -> None:
        self.chip = VirtualPiSugar3(volts=3.9)
        self.bus = EmulatedBus({0x57: self.chip})
        self.clock = StepClock()
        self.told: Queue[BatteryState] = Queue()
        self.watch = BatteryWatch(self.bus.open, self.gauge, self.told.put, self.clock, PARAMS)

    @staticmethod
    def gauge(bus: I2cBus):
        return make_gauge("pisugar3", bus)

    def first(self) -> BatteryState:
        return self.told.get(timeout=PATIENCE_S)

    def look(self) -> BatteryState:
        self.clock.go.put(None)
        return self.told.get(timeout=PATIENCE_S)

    def close(self) -> None:
        self.watch._stop.set()
        self.clock.go.put(None)
        self.watch.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


def test_it_looks_at_once_and_then_every_half_minute(rig: Rig) -> None:
    assert rig.first() == BatteryState(100.0, GOOD, BatteryReading(3.9, 75.0, 0.12, plugged=False))
    assert rig.look().t_s == 130.0
    assert rig.look().t_s == 160.0
    assert {rig.clock.waited.get(timeout=PATIENCE_S) for _ in range(3)} == {30.0}


def test_a_walk_of_the_battery(rig: Rig) -> None:
    states = [rig.first()]
    for volts in [3.5] * 5 + [3.3] * 5 + [3.9] * 5:
        rig.chip.volts = volts
        states.append(rig.look())
    changes = [(s.t_s, s.level) for before, s in pairwise(states) if s.level is not before.level]
    assert changes == [(100.0 + 4 * 30, LOW), (100.0 + 10 * 30, EMPTY), (100.0 + 13 * 30, GOOD)]
    assert states[-1].reading.volts == 3.9


def test_a_fault_is_told_once_and_looked_past(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rig.first()
    rig.chip.volts = 3.5
    for _ in range(5):
        rig.look()
    rig.bus.replace(0x57, None)
    gone = [rig.look() for _ in range(20)]
    said = (
        "PiSugar 3 at 0x57: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check that its pins touch the Pi's from below, and that its switch is on."
    )
    assert {(state.level, state.reading, state.fault) for state in gone} == {(LOW, BatteryReading(), said)}
    rig.bus.replace(0x57, rig.chip)
    back = [rig.look() for _ in range(STEADY_LOOKS)]
    assert {(state.level, state.reading.volts, state.fault) for state in back} == {(LOW, 3.5, None)}
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", f"the battery is not known: {said}"),
        ("INFO", "the battery is known again"),
    ]


def test_a_wire_that_comes_and_goes_is_one_line_in_the_log(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rig.first()
    for _ in range(20):
        rig.bus.misbehave(Trouble.NACK, times=None)
        assert rig.look().fault is not None
        rig.bus.behave()
        assert rig.look().fault is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("trouble", [Trouble.NACK, Trouble.BROKEN_OFF, Trouble.TIMED_OUT])
def test_what_goes_wrong_for_a_moment_is_tried_again_at_once(rig: Rig, trouble: Trouble) -> None:
    rig.first()
    rig.bus.misbehave(trouble, times=RETRIES, after=3)
    assert rig.look().fault is None


def test_what_goes_wrong_for_long_is_said_in_words(rig: Rig) -> None:
    rig.first()
    rig.bus.misbehave(Trouble.TIMED_OUT, times=None)
    assert rig.look().fault == (
        "The battery's gauge: expected whole transfers on the I2C bus, saw errno 110 (Connection timed out). Look for "
        "a loose or long wire. If it stays, take the power away for a moment: a chip may hold SDA."
    )
    rig.bus.behave()
    rig.bus.plugged = False
    assert "errno 2 (No such file or directory)" in (rig.look().fault or "")
    rig.bus.plugged = True
    assert rig.look().fault is None


def test_a_bus_that_is_not_there_ends_nothing() -> None:
    def absent() -> I2cBus:
        raise BusAbsentError("I2C bus 1", expected="/dev/i2c-1", seen="none", remedy="Switch it on.")

    told: Queue[BatteryState] = Queue()
    watch = BatteryWatch(absent, Rig.gauge, told.put, SystemClock(), PARAMS)
    state = told.get(timeout=PATIENCE_S)
    watch.close()
    assert (state.level, state.fault) == (GOOD, "I2C bus 1: expected /dev/i2c-1, saw none. Switch it on.")


def test_closing_wakes_it_and_may_be_repeated() -> None:
    told: Queue[BatteryState] = Queue()
    bus = EmulatedBus({0x57: VirtualPiSugar3()})
    watch = BatteryWatch(bus.open, Rig.gauge, told.put, SystemClock(), PARAMS)
    told.get(timeout=PATIENCE_S)
    watch.close()  # in the middle of its half minute
    watch.close()
    assert not watch._thread.is_alive()
    assert told.empty()


@given(
    looks=st.lists(st.tuples(st.sampled_from([3.3, 3.45, 3.5, 3.7, 4.0]), st.integers(0, 3)), min_size=1, max_size=40)
)
def test_faults_in_between_change_no_level(looks: list[tuple[float, int]]) -> None:
    """Each voltage is seen after some looks that fail; the levels are those of the voltages alone."""
    undisturbed = BatteryGrade(PARAMS)
    rig = Rig()
    try:
        level = rig.first().level
        undisturbed.feed(BatteryReading(volts=3.9))
        for volts, faults in looks:
            rig.bus.misbehave(Trouble.FLOATING, times=None)
            for _ in range(faults):
                state = rig.look()
                assert (state.level, state.reading) == (level, BatteryReading())
                assert state.fault is not None
            rig.bus.behave()
            rig.chip.volts = volts
            level = rig.look().level
            assert level is undisturbed.feed(BatteryReading(volts=volts))
    finally:
        rig.close()
