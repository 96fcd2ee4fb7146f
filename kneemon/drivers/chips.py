# SPDX-License-Identifier: MIT
"""The chips kneemon can drive, by the name they have in the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kneemon.drivers.adxl345 import Adxl345
from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import Chip
from kneemon.drivers.mpu6050 import Mpu6050


@dataclass(frozen=True, slots=True)
class ChipKind:
    """make: bus, address, output data rate in Hz -> driver. addresses: where it can sit; the first is our wiring."""

    make: Callable[[I2cBus, int, int], Chip]
    addresses: tuple[int, ...]


CHIPS: Mapping[str, ChipKind] = MappingProxyType(
    {
        "adxl345": ChipKind(Adxl345, (0x53, 0x1D)),
        "mpu6050": ChipKind(Mpu6050, (0x69, 0x68)),
    }
)
