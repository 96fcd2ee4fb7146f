# SPDX-License-Identifier: MIT
"""A box that somebody turns, its chip on an emulated bus, and `kneemon calibrate` at work on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from kneemon.app.calibrate import Calibrated, Guide, calibrate
from kneemon.clock import PacedClock
from kneemon.config.loader import load_config
from kneemon.config.places import Places, places
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import Array
from kneemon.sensor.calibration import Calibrations, Method
from kneemon.sensor.positions import Side
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import EmulatedBus

OFFSET_G, GAIN = np.array([0.05, -0.08, 0.12]), np.array([1.03, 0.95, 0.97])
CARRIED_S = 0.8
ORDER = (Side.Z_UP, Side.X_DOWN, Side.Y_UP, Side.Z_DOWN, Side.X_UP, Side.Y_DOWN)
CHIP = "ADXL345 at 0x53"
BEGAN = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 24, 9, 0, tzinfo=UTC), synchronised=True)


def up(side: Side) -> Array:
    return np.eye(3)[side.axis] * side.sign


@dataclass
class Turning:
    """A chip that reads gain times the truth plus offset, in a box that is laid on one side after the other."""

    order: tuple[Side, ...] = ORDER
    gain: Array = field(default_factory=lambda: GAIN)
    shaken_g: float = 0.0  # while it should lie still
    turn_s: float = 4.0

    def __call__(self, t_s: Array) -> Array:
        turn = ((t_s - BEGAN.monotonic_s) / self.turn_s).astype(int)
        carried = (t_s - BEGAN.monotonic_s) % self.turn_s < CARRIED_S
        true_g = np.array([up(side) for side in self.order])[turn % len(self.order)]
        swing_g = np.where(carried, 0.4, self.shaken_g) * np.sin(20.0 * t_s)
        read: Array = (true_g + swing_g[:, None]) * self.gain + OFFSET_G
        return read


@dataclass
class Desk:
    """The device with its chip, and somebody who calibrates it."""

    folder: Path
    clock: PacedClock = field(default_factory=lambda: PacedClock(start=BEGAN))
    seen: list[Guide] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lay(Turning())

    def lay(self, signal: Callable[[Array], Array]) -> None:
        self.silicon = VirtualAdxl345(signal, self.clock.now_s, 0.0, 0.004, 1)
        self.bus = EmulatedBus({0x53: self.silicon}, took=self.clock.leader.pass_by)

    @property
    def environ(self) -> dict[str, str]:
        return dict.fromkeys(("STATE_DIRECTORY", "RUNTIME_DIRECTORY", "HOME"), str(self.folder))

    @property
    def places(self) -> Places:
        return places(load_config(environ=self.environ), self.environ)

    @property
    def kept(self) -> Calibrations:
        return Calibrations.read(self.places.calibration)

    def calibrate(
        self, how: Method = Method.SIX, *, show: Callable[[Guide], None] | None = None, **options: str
    ) -> Calibrated:
        """options: by their dotted names with __ for the dot."""
        words = {name.replace("__", "."): word for name, word in options.items()}
        return calibrate(
            load_config(overrides=words, environ=self.environ),
            self.places,
            self.clock.leader,
            how,
            show or self.seen.append,
            bus_opener=lambda _: self.bus.open(),
        )
