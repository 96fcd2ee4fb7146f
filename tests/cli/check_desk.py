# SPDX-License-Identifier: MIT
"""A desk with boards on it, for the check: emulated chips on a bus, mock pins, a kernel's files, a clock to lead."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gpiozero.pins import Factory
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from kneemon.app.check import Finding, Machine, Outcome, check
from kneemon.clock import LeadingClock, PacedClock
from kneemon.config.loader import load_config
from kneemon.config.places import Places, places
from kneemon.drivers.bus import I2cBus, open_bus
from kneemon.drivers.chips import CHIPS
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import Array
from kneemon.virtual.bus import EmulatedBus, EmulatedChip
from kneemon.virtual.chips import VIRTUAL_CHIPS

GOOD, NOTE, FAULT = Outcome.GOOD, Outcome.NOTE, Outcome.FAULT
AT_REST_G = np.array([0.0, 0.6, 0.8])
SECONDS = 3.0

Signal = Callable[[Array], Array]


def at_rest(t_s: Array) -> Array:
    return np.tile(AT_REST_G, (len(t_s), 1))


class DeskClock(LeadingClock):
    """Whoever listens is told whenever time has passed."""

    def __init__(self, start: TimeAnchor | None = None) -> None:
        super().__init__(PacedClock(start=start), None)
        self.listeners: list[Callable[[], object]] = []

    def pass_by(self, seconds: float) -> None:
        super().pass_by(seconds)
        for listener in self.listeners:
            listener()


class Desk:
    """Boards are laid onto it; then `check` looks at all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = DeskClock()
        self.bus = EmulatedBus({}, took=lambda seconds: self.clock.pass_by(self.slowness * seconds))
        self.slowness = 1.0
        self.pins: Factory = MockFactory(pin_class=MockPWMPin)
        self.machine: dict[str, Any] = {"systemctl": None}
        self.chips: dict[int, Any] = {}

    def lay(
        self, chip: str, signal: Signal = at_rest, *, at: int = 0, rate_error: float = 0.0, noise_g: float = 0.003
    ) -> Any:
        """An emulated sensor at its address; a back door to it."""
        silicon = VIRTUAL_CHIPS[chip](signal, self.clock.now_s, rate_error, noise_g, 1)
        self.put(at or CHIPS[chip].addresses[0], silicon)
        return silicon

    def put(self, address: int, chip: EmulatedChip) -> None:
        self.chips[address] = chip
        self.bus.replace(address, chip)

    def wire_int1(self, bcm: int, level: Callable[[], bool]) -> None:
        """The pin follows the level."""
        pin = self.pins.pin(bcm)
        assert isinstance(pin, MockPin)
        self.clock.listeners.append(lambda: (pin.drive_high if level() else pin.drive_low)())

    def open_bus(self, number: int) -> I2cBus:
        return self.bus.open() if self.bus.plugged else open_bus(number)

    def check(self, *, play: bool = False, **options: str) -> list[Finding]:
        """options: by their dotted names with __ for the dot. Pins are mock, or none at all unless some are named."""
        words = {name.replace("__", "."): word for name, word in ({"feedback__pins": "none"} | options).items()}
        config = load_config(overrides=words, environ=self.environ)
        machine = Machine(**({"open_bus": self.open_bus, "open_pins": lambda _: self.pins} | self.machine))
        where = places(config, self.environ)
        return list(check(config, where, self.clock, seconds=SECONDS, play=play, machine=machine))

    def found(self, part: str, **options: str) -> Finding:
        """The one finding about the part."""
        (finding,) = [finding for finding in self.check(**options) if finding.part == part]
        return finding

    @property
    def environ(self) -> Mapping[str, str]:
        folder = str(self.folder)
        return {"STATE_DIRECTORY": folder, "RUNTIME_DIRECTORY": folder, "HOME": folder}

    @property
    def places(self) -> Places:
        return places(load_config(environ=self.environ), self.environ)


def outcomes(found: list[Finding]) -> Mapping[str, Outcome]:
    return {finding.part: finding.outcome for finding in found}


def texts(found: list[Finding]) -> Mapping[str, str]:
    return {finding.part: finding.text for finding in found}


def faults(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.outcome is FAULT]
