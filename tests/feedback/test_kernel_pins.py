# SPDX-License-Identifier: MIT
"""Pins whose edges are the kernel's: who holds the line when, and what button and interrupt hear of it."""

import errno
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import enumerate as threads

import pytest
from gpiozero import DigitalInputDevice, DigitalOutputDevice
from gpiozero.pins import Factory
from gpiozero.pins.local import LocalPiFactory
from pretended import DOWN, NONE, PATIENCE_S, PretendedChip, PretendedLgpio

from kneemon.clock import SystemClock
from kneemon.controls.button import WalkButton
from kneemon.errors import PinsError
from kneemon.feedback import kernel_line
from kneemon.feedback.kernel_line import Edge, Flag
from kneemon.feedback.pins import pin_factory
from kneemon.ports import Press
from kneemon.sensor.interrupt import InterruptLine

ZERO_2_W = 0x902120
BUTTON, INT1 = 27, 22
BOTH = Flag.INPUT | Flag.EDGE_RISING | Flag.EDGE_FALLING
OURS = ("gpiozero.pins.lgpio", "kneemon.feedback.kernel_pins")


@pytest.fixture
def chip() -> Iterator[PretendedChip]:
    chip = PretendedChip()
    chip.high.add(BUTTON)  # pulled up
    yield chip
    for held in chip.held:
        assert not held.open
        os.close(held.wire)


@pytest.fixture
def pins(chip: PretendedChip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Factory]:
    """kneemon's own factory on a chip that is none. What was imported with it is forgotten afterwards."""
    for name in OURS:
        sys.modules.pop(name, None)
    monkeypatch.setitem(sys.modules, "lgpio", PretendedLgpio(chip))
    monkeypatch.setattr(LocalPiFactory, "_get_revision", lambda _: ZERO_2_W)
    monkeypatch.setattr(kernel_line, "ioctl", chip.ioctl)
    (tmp_path / "gpiochip0").touch()
    factory = pin_factory("lgpio")
    monkeypatch.setattr(sys.modules[OURS[1]], "DEVICE", f"{tmp_path}/gpiochip{{}}")
    yield factory
    factory.close()
    for name in OURS:
        del sys.modules[name]
    assert not [thread.name for thread in threads() if thread.name.startswith("gpio-")]


class Finger:
    """A button and what it told."""

    def __init__(self, pins: Factory) -> None:
        self.told: SimpleQueue[Press] = SimpleQueue()
        self.button = WalkButton(BUTTON, lambda press, _t_s: self.told.put(press), SystemClock(), pins)

    def heard(self) -> Press:
        return self.told.get(timeout=PATIENCE_S)


def test_a_press_is_told_by_the_kernel(chip: PretendedChip, pins: Factory) -> None:
    finger = Finger(pins)
    line = chip.now_held(BUTTON)
    assert BUTTON not in chip.claimed
    assert (line.flags, line.debounce_us) == (BOTH | Flag.BIAS_PULL_UP, 30_000)
    line.put((1_000_000_000, Edge.FALLING), (1_100_000_000, Edge.RISING))
    assert [finger.heard(), finger.heard()] == [Press.DOWN, Press.UP]
    finger.button.close()


def test_edges_that_were_lost_leave_the_level_of_the_last_one(chip: PretendedChip, pins: Factory) -> None:
    finger = Finger(pins)
    chip.now_held(BUTTON).put((10, Edge.FALLING), (20, Edge.FALLING), (30, Edge.RISING))
    assert [finger.heard(), finger.heard()] == [Press.DOWN, Press.UP]
    assert not finger.button.pressed
    chip.now_held(BUTTON).put((40, Edge.RISING), (50, Edge.FALLING))
    assert finger.heard() is Press.DOWN
    finger.button.close()


def test_the_level_is_read_of_the_kernels_line(chip: PretendedChip, pins: Factory) -> None:
    line = InterruptLine(INT1, pins)
    assert chip.now_held(INT1).flags == BOTH | Flag.BIAS_PULL_DOWN
    assert chip.now_held(INT1).debounce_us == 0
    assert not line.high
    chip.high.add(INT1)
    assert line.high
    chip.now_held(INT1).put((1, Edge.RISING))
    assert line.event.wait(PATIENCE_S)
    line.close()
    assert not line.high


def test_closed_a_line_is_given_back_and_can_be_had_again(chip: PretendedChip, pins: Factory) -> None:
    for _ in range(2):
        finger = Finger(pins)
        chip.now_held(BUTTON).put((1, Edge.FALLING))
        assert finger.heard() is Press.DOWN
        finger.button.close()
        assert not chip.is_held(BUTTON)
        assert chip.claimed[BUTTON] == NONE


def test_times_are_those_of_the_kernel_in_seconds(chip: PretendedChip, pins: Factory) -> None:
    told: SimpleQueue[tuple[float, bool]] = SimpleQueue()

    def changed(ticks: float, high: bool) -> None:
        told.put((ticks, high))

    pin = pins.pin(BUTTON)
    pin.when_changed = changed
    chip.now_held(BUTTON).put((1_500_000_000, Edge.RISING))
    assert told.get(timeout=PATIENCE_S) == (1.5, True)
    pin.when_changed = None
    assert not chip.is_held(BUTTON)


def test_what_is_changed_while_edges_are_told_takes_another_line(chip: PretendedChip, pins: Factory) -> None:
    device = DigitalInputDevice(BUTTON, pull_up=True, pin_factory=pins)
    device.pin.bounce = 0.05
    assert chip.now_held(BUTTON).debounce_us == 50_000
    device.pin.edges = "rising"
    assert chip.now_held(BUTTON).flags == Flag.INPUT | Flag.EDGE_RISING | Flag.BIAS_PULL_UP
    device.pin.pull = "down"
    assert chip.now_held(BUTTON).flags == Flag.INPUT | Flag.EDGE_RISING | Flag.BIAS_PULL_DOWN
    assert device.pin.pull == "down"
    device.pin.when_changed = None
    assert chip.claimed[BUTTON] == DOWN
    device.close()


def test_a_pin_that_becomes_an_output_lets_its_line_go(chip: PretendedChip, pins: Factory) -> None:
    device = DigitalInputDevice(BUTTON, pull_up=True, pin_factory=pins)
    assert device.pin.pull == "up"
    device.pin.function = "output"
    assert not chip.is_held(BUTTON)
    assert device.pin.function == "output"
    device.close()


def test_an_output_has_no_line(chip: PretendedChip, pins: Factory) -> None:
    device = DigitalOutputDevice(BUTTON, pin_factory=pins)
    device.on()
    assert not chip.held
    device.close()


def test_a_device_that_nobody_closed_gives_its_line_back(chip: PretendedChip, pins: Factory) -> None:
    device = DigitalInputDevice(BUTTON, pull_up=True, pin_factory=pins)
    assert device.value == 0
    assert chip.is_held(BUTTON)
    del device
    gc.collect()
    assert not chip.is_held(BUTTON)
    assert chip.claimed[BUTTON] == NONE


def test_the_factory_closes_what_is_open(chip: PretendedChip, pins: Factory) -> None:
    line = InterruptLine(INT1, pins)
    pins.close()
    assert not chip.is_held(INT1)
    line.close()


def test_another_program_has_the_line(chip: PretendedChip, pins: Factory) -> None:
    chip.others.add(BUTTON)
    with pytest.raises(PinsError, match=r"GPIO 27 for the button: .* busy. Another program holds it"):
        Finger(pins)


def test_another_program_was_quicker(chip: PretendedChip, pins: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between lgpio's letting go and our taking; what was let go is lgpio's again."""

    def taken(*_: object) -> None:
        assert BUTTON not in chip.claimed
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(kernel_line, "ioctl", taken)
    with pytest.raises(PinsError, match=r"GPIO 27 for the button: .* is busy. Another program holds it"):
        Finger(pins)
    assert chip.claimed[BUTTON] == NONE
