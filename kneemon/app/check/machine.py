# SPDX-License-Identifier: MIT
"""What of the computer the check looks at: one place, so that an examination can give it another computer."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gpiozero.pins import Factory

from kneemon.drivers.bus import I2cBus, open_bus
from kneemon.feedback.pins import pin_factory
from kneemon.power.radios import DEVICE as RFKILL


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free


@dataclass(frozen=True, slots=True)
class Machine:
    """open_bus: by its number. open_pins: by the name in feedback.pins. iio: where the kernel shows its sensors.

    rfkill: the radios' switch. systemctl: the program, None where there is none. free_bytes: of a folder's disk.
    """

    open_bus: Callable[[int], I2cBus] = open_bus
    open_pins: Callable[[Literal["lgpio", "mock"]], Factory] = pin_factory
    iio: Path = Path("/sys/bus/iio/devices")
    rfkill: Path = RFKILL
    systemctl: str | None = None
    free_bytes: Callable[[Path], int] = _free_bytes


def this_machine() -> Machine:
    """The one we run on."""
    return Machine(systemctl=shutil.which("systemctl"))
