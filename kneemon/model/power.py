# SPDX-License-Identifier: MIT
"""What the battery says. `None` means not known; a gauge that measures volts alone knows no percent."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """One look at a gauge. volts: of one cell. percent: 0-100. current_a: out of it. plugged: it is charged."""

    volts: float | None = None
    percent: float | None = None
    current_a: float | None = None
    plugged: bool | None = None


class BatteryLevel(StrEnum):
    """What follows from several readings."""

    GOOD = "good"
    LOW = "low"  # time to go home
    EMPTY = "empty"  # close the walk and switch off now


@dataclass(frozen=True, slots=True)
class BatteryState:
    """The battery at stream time t_s: the median of the newest readings, and the level. fault: why nothing is known."""

    t_s: float
    level: BatteryLevel
    reading: BatteryReading
    fault: str | None = None
