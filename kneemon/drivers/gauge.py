# SPDX-License-Identifier: MIT
"""What every battery gauge can do for us, and those that kneemon knows, by the name they have in the configuration.

Beside SensorError, each call raises OSError for a transfer that was broken off. A gauge is only ever read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from kneemon.drivers.bus import I2cBus
from kneemon.drivers.ina219 import Ina219
from kneemon.drivers.max17048 import Max17048
from kneemon.drivers.pisugar3 import PiSugar3
from kneemon.model.power import BatteryReading


class Gauge(Protocol):
    """One gauge at one address."""

    @property
    def name(self) -> str:
        """Part and address: MAX17048 at 0x36."""
        ...

    def identify(self) -> None:
        """Raises ChipAbsentError or ForeignChipError."""
        ...

    def read(self) -> BatteryReading:
        """One look; volts are those of one cell. Raises SensorError for numbers that no battery has."""
        ...


@dataclass(frozen=True, slots=True)
class GaugeKind:
    """make: bus, address, cells in a row -> driver. addresses: where it can sit; the first is its usual one."""

    make: Callable[[I2cBus, int, int], Gauge]
    addresses: tuple[int, ...]


GAUGES: Mapping[str, GaugeKind] = MappingProxyType(
    {
        "max17048": GaugeKind(lambda bus, address, _cells: Max17048(bus, address), (0x36,)),
        "ina219": GaugeKind(Ina219, tuple(range(0x40, 0x50))),
        "pisugar3": GaugeKind(lambda bus, address, _cells: PiSugar3(bus, address), (0x57,)),
    }
)


def make_gauge(name: str, bus: I2cBus, address: int = 0, cells: int = 1) -> Gauge:
    """The gauge `name` of `power.gauge` on `bus`; address 0 is its usual one. Raises KeyError for a name not known."""
    kind = GAUGES[name]
    return kind.make(bus, address or kind.addresses[0], cells)
