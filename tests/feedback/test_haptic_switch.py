# SPDX-License-Identifier: MIT
"""The haptic driver as an output: away, back, reset, on a bus that fails; the other outputs never notice."""

from itertools import product
from threading import Event

import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory
from stage import PATIENCE_S, START_S, Stage, StageClock

from kneemon.clock import PacedClock
from kneemon.config.options import FeedbackOptions
from kneemon.drivers.bus import I2cBus
from kneemon.drivers.drv2605l import ADDRESS, LRA
from kneemon.errors import PinsError
from kneemon.feedback.haptic import HapticSwitch
from kneemon.feedback.outputs import Sense
from kneemon.feedback.wired import wired_outputs
from kneemon.model.cues import CueKind
from kneemon.virtual.bus import EmulatedBus, Trouble
from kneemon.virtual.drv2605l import VirtualDrv2605l

ABSENT = (
    "DRV2605L at 0x5a: expected an answer, saw none, errno 121 (Remote I/O error). "
    "Check 3V3, GND, SDA (pin 3) and SCL (pin 5) of the haptic driver; IN stays open."
)


class Board:
    """A haptic driver on a bus, and a stage that plays on it."""

    def __init__(self) -> None:
        def make(clock: StageClock) -> HapticSwitch:
            self.chip = VirtualDrv2605l(clock.now_s)
            self.bus = EmulatedBus({ADDRESS: self.chip}, took=lambda seconds: clock.wait(seconds, Event()))
            return HapticSwitch(self.bus.open, LRA)

        self.stage = Stage([(Sense.FELT, make)])

    def felt(self) -> list[tuple[float, float]]:
        """Start and length of each, to a tenth of a second."""
        return [(round(start_s - START_S, 1), round(length_s, 1)) for start_s, length_s in self.chip.pulses]


@pytest.fixture
def board() -> Board:
    return Board()


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_it_plays_the_rhythm_of_the_cue(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    board.stage.play(CueKind.PACE_HIGH)
    board.stage.pulses_after(1)
    assert board.felt() == [(0.0, 0.4), (0.7, 0.4), (3.9, 0.4), (4.6, 0.4)]
    assert messages(caplog) == []
    assert board.chip.read(0x01, 1) == b"\x40", "closing puts it to sleep"


def test_away_for_long_it_is_told_once_and_the_light_goes_on(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    board.bus.replace(ADDRESS, None)
    board.stage.at(1.0, CueKind.FAULT, important=True)
    board.stage.play(CueKind.STOPPED)
    seen = board.stage.pulses_after(2)
    assert [round(length_s, 1) for _, length_s in seen] == [0.1, 0.1, 1.5]
    assert messages(caplog) == [f"an output cannot be switched: {ABSENT}"]
    assert board.stage.player.shaken(START_S + np.arange(0.0, 10.0, 0.01)) is None


def test_one_that_comes_back_plays_from_the_next_pulse_on(board: Board) -> None:
    board.bus.replace(ADDRESS, None)
    board.stage.clock.at(START_S + 1.0, lambda: board.bus.replace(ADDRESS, board.chip))
    board.stage.play(CueKind.PAIN_STOP, important=True)
    assert len(board.stage.pulses_after(1)) == 6
    assert len(board.felt()) == 5


def test_one_that_was_reset_is_set_up_again(board: Board) -> None:
    board.stage.clock.at(START_S + 0.9, board.chip.reset)
    board.stage.play(CueKind.PAIN_STOP, important=True)
    board.stage.pulses_after(1)
    assert len(board.felt()) == 6


@pytest.mark.parametrize("trouble", list(Trouble))
def test_no_fault_of_the_wire_stops_the_cue_or_leaves_the_motor_on(trouble: Trouble) -> None:
    """Wherever in the cue it begins, from the first transfer to the last, be it short or long."""
    for after, times in product(range(50), (1, 4, 40)):
        board = Board()
        board.bus.misbehave(trouble, times=times, after=after)
        board.stage.play(CueKind.PACE_HIGH)
        while len(board.stage.output.pulses) < 4 or board.chip.level:
            assert board.stage.output.spoken.acquire(timeout=PATIENCE_S), (after, times)
            if trouble is Trouble.STUCK:
                board.bus.power_cycle()
        board.stage.player.close()
        assert board.stage.output.faults == []
        assert len(board.stage.output.pulses) == 4


def test_a_motor_that_could_not_be_switched_off_is_switched_off_as_soon_as_it_can_be(board: Board) -> None:
    """Once a second, though nothing more is said."""
    board.stage.clock.at(START_S + 0.1, lambda: board.bus.misbehave(Trouble.TIMED_OUT, times=None))
    board.stage.clock.at(START_S + 8.0, board.bus.behave)
    board.stage.play(CueKind.NOTED)
    while not board.chip.pulses:
        assert board.stage.output.spoken.acquire(timeout=PATIENCE_S)
    assert 8.0 <= board.chip.pulses[0][1] <= 10.0


def test_a_bus_that_is_gone_is_opened_anew(board: Board) -> None:
    board.bus.plugged = False
    board.stage.clock.at(START_S + 1.0, lambda: setattr(board.bus, "plugged", True))
    board.stage.play(CueKind.PAIN_STOP, important=True)
    board.stage.pulses_after(1)
    assert len(board.felt()) == 5
    assert board.bus.opened == 1


def test_its_shaking_is_known(board: Board) -> None:
    board.stage.play(CueKind.STOPPED)
    board.stage.pulses_after(1)
    shaken = board.stage.player.shaken(START_S + np.array([0.0, 0.1, 0.4]))
    assert shaken is not None
    assert shaken.tolist() == [True, True, False]


class Desk:
    """A haptic driver on a bus, opened as the configuration says."""

    def __init__(self) -> None:
        self.clock = PacedClock().leader
        self.chip = VirtualDrv2605l(self.clock.now_s)
        self.bus = EmulatedBus({ADDRESS: self.chip}, took=self.clock.pass_by)
        self.opened: list[I2cBus] = []

    def open(self) -> I2cBus:
        self.opened.append(self.bus.open())
        return self.opened[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_at_the_start_an_lra_is_learnt_and_an_erm_is_not(desk: Desk) -> None:
    (haptic,) = wired_outputs(FeedbackOptions(outputs=("haptic",)), None, desk.open, desk.clock.wait)
    assert haptic.sense is Sense.FELT
    assert desk.chip.read(0x16, 5) == bytes([0x53, 0x85, 0x0E, 0x75, 0xB5])
    haptic.close()
    desk.chip.reset()
    options = FeedbackOptions(outputs=("haptic",), haptic_motor="erm")
    (haptic,) = wired_outputs(options, None, desk.open, desk.clock.wait)
    assert desk.chip.read(0x16, 5) == bytes([0x3E, 0x8C, 0x0C, 0x6C, 0x36])
    assert haptic.on()
    assert desk.chip.level == 1.0
    assert haptic.off()
    assert desk.chip.level == 0.0


def test_what_was_learnt_outlives_a_loose_wire(desk: Desk) -> None:
    switch = HapticSwitch(desk.open, LRA)
    switch.begin(desk.clock.wait)
    desk.bus.misbehave(Trouble.TIMED_OUT)
    with pytest.raises(OSError, match=r"\[Errno 110\]"):
        switch.on()
    desk.chip.reset()
    switch.on()
    assert desk.chip.level == 1.0
    assert desk.chip.read(0x18, 3) == bytes([0x0E, 0x75, 0xB5])
    assert len(desk.opened) == 2


def test_a_loose_motor_is_a_warning(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.chip.motor_fixed = False
    (haptic,) = wired_outputs(FeedbackOptions(outputs=("haptic",)), None, desk.open, desk.clock.wait)
    assert messages(caplog) == [
        "the haptic driver could not calibrate its motor: is it fixed to the box? It plays all the same"
    ]
    assert haptic.on()


@pytest.mark.parametrize("motor", ["lra", "erm"])
def test_absent_at_the_start_it_ends_nothing_and_is_told_once(
    motor: str, desk: Desk, mock_pins: MockFactory, caplog: pytest.LogCaptureFixture
) -> None:
    desk.bus.replace(ADDRESS, None)
    options = FeedbackOptions(outputs=("haptic", "led", "buzzer", "piezo"), haptic_motor=motor)  # type: ignore[arg-type]
    outputs = wired_outputs(options, mock_pins, desk.open, desk.clock.wait)
    assert [output.sense for output in outputs] == [Sense.HEARD, Sense.HEARD, Sense.SEEN, Sense.FELT]
    assert [output.on() for output in outputs] == [True, True, True, False]
    assert [output.off() for output in outputs] == [True, True, True, True]
    assert messages(caplog) == [f"an output cannot be switched: {ABSENT}"]
    desk.bus.replace(ADDRESS, desk.chip)
    assert outputs[-1].on()
    assert desk.chip.level == 1.0
    for output in outputs:
        output.close()
    assert desk.chip.level == 0.0


def test_a_pin_that_cannot_be_had_is_an_error_before_the_bus_is_touched(desk: Desk, mock_pins: MockFactory) -> None:
    options = FeedbackOptions(outputs=("haptic", "led", "buzzer"), led_pin=17)
    with pytest.raises(PinsError, match="GPIO 17 for the light"):
        wired_outputs(options, mock_pins, desk.open, desk.clock.wait)
    assert desk.opened == []


def test_without_pins_there_is_the_haptic_driver_or_nothing(desk: Desk) -> None:
    assert wired_outputs(FeedbackOptions(), None, desk.open, desk.clock.wait) == ()
    assert desk.opened == []


@pytest.mark.parametrize("pins", ["motor", "piezo"])
def test_each_has_its_pin(pins: str, desk: Desk, mock_pins: MockFactory) -> None:
    options = FeedbackOptions(outputs=(pins,), motor_pin=5, piezo_pin=6, piezo_hz=2300)  # type: ignore[arg-type]
    (output,) = wired_outputs(options, mock_pins, desk.open, desk.clock.wait)
    bcm = 5 if pins == "motor" else 6
    output.on()
    assert mock_pins.pin(bcm).state == (1.0 if pins == "motor" else 0.5)
    if pins == "piezo":
        assert mock_pins.pin(bcm).frequency == 2300
    output.off()
    assert mock_pins.pin(bcm).state == 0.0
    output.close()
