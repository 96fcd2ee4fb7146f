# SPDX-License-Identifier: MIT
"""The emulated chips, by the name their driver has in the configuration, and what they have in common."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.lis2dw12 import VirtualLis2dw12
from kneemon.virtual.lis3dh import VirtualLis3dh
from kneemon.virtual.lsm6ds3trc import VirtualLsm6ds3trc
from kneemon.virtual.lsm6dso import VirtualLsm6dso
from kneemon.virtual.mpu6050 import VirtualMpu6050
from kneemon.virtual.mpu6500 import VirtualMpu6500
from kneemon.virtual.sampler import Sampler, Signal


class VirtualChip(Protocol):
    """Registers on the bus before, and back doors behind.

    sampler: when samples are taken, and freezing them. temperature_c: of the silicon. stuck_axes: those of 0 1 2 that
    a self-test does not move.
    """

    sampler: Sampler
    temperature_c: float
    stuck_axes: set[int]

    @property
    def int1(self) -> bool:
        """The level of the INT1 line now."""
        ...

    def read(self, register: int, length: int) -> bytes: ...

    def write(self, register: int, value: int) -> None: ...

    def reset(self) -> None:
        """A dip of the supply: registers at their defaults, FIFO empty."""
        ...


class MakeVirtualChip(Protocol):
    """signal: in g at stream seconds. now: stream time. rate_error: of its clock. noise_g: standard deviation."""

    def __call__(
        self, signal: Signal, now: Callable[[], float], rate_error: float = 0.0, noise_g: float = 0.0, seed: int = 0
    ) -> VirtualChip: ...


VIRTUAL_CHIPS: Mapping[str, MakeVirtualChip] = MappingProxyType(
    {
        "adxl345": VirtualAdxl345,
        "mpu6050": VirtualMpu6050,
        "mpu6500": VirtualMpu6500,
        "lsm6dso": VirtualLsm6dso,
        "lsm6ds3trc": VirtualLsm6ds3trc,
        "lis3dh": VirtualLis3dh,
        "lis2dw12": VirtualLis2dw12,
    }
)
