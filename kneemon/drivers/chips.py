# SPDX-License-Identifier: MIT
"""The chips kneemon can drive, by the name they have in the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kneemon.drivers import adxl345, lis2dw12, lis3dh, lsm6ds3trc, lsm6dso, mpu6050, mpu6500
from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import Chip, ChipOptions, Identity


@dataclass(frozen=True, slots=True)
class ChipKind:
    """make: bus, address, options -> driver. addresses: where it can sit; the first is our wiring."""

    make: Callable[[I2cBus, int, ChipOptions], Chip]
    addresses: tuple[int, ...]
    identity: Identity


CHIPS: Mapping[str, ChipKind] = MappingProxyType(
    {
        "adxl345": ChipKind(adxl345.Adxl345, (0x53, 0x1D), adxl345.IDENTITY),
        "mpu6050": ChipKind(mpu6050.Mpu6050, (0x69, 0x68), mpu6050.IDENTITY),
        "mpu6500": ChipKind(mpu6500.Mpu6500, (0x69, 0x68), mpu6500.IDENTITY),
        "lsm6dso": ChipKind(lsm6dso.Lsm6dso, (0x6A, 0x6B), lsm6dso.IDENTITY),
        "lsm6ds3trc": ChipKind(lsm6ds3trc.Lsm6ds3trc, (0x6A, 0x6B), lsm6ds3trc.IDENTITY),
        "lis3dh": ChipKind(lis3dh.Lis3dh, (0x18, 0x19), lis3dh.IDENTITY),
        "lis2dw12": ChipKind(lis2dw12.Lis2dw12, (0x19, 0x18), lis2dw12.IDENTITY),
    }
)
