# SPDX-License-Identifier: MIT
"""MAX17048: volts and percent of one lithium cell. Words of 16 bits, big-endian.

The chip models the cell by itself; kneemon only reads it, and never sends its quick-start or reset.

Sources: MAX17048 data sheet, register summary (VCELL, SOC, VERSION), as kept by public drivers; not tried on a board.
"""

from kneemon.drivers.bus import Device, I2cBus
from kneemon.drivers.cell import check_cell, read_word
from kneemon.drivers.registers import Register
from kneemon.errors import ForeignChipError
from kneemon.model.power import BatteryReading

VCELL = Register("VCELL", 0x02)
SOC = Register("SOC", 0x04)
VERSION = Register("VERSION", 0x08)

VOLTS_PER_COUNT = 78.125e-6
PERCENT_PER_COUNT = 1 / 256
OURS = 0x0010  # VERSION without its lowest four bits, which count the chip's revisions
REVISION = 0x000F


def decode_volts(word: int) -> float:
    return word * VOLTS_PER_COUNT


def decode_percent(word: int) -> float:
    """0 to 100: a model that is still learning its cell may say a little more."""
    return min(word * PERCENT_PER_COUNT, 100.0)


class Max17048:
    """See `drivers.gauge.Gauge`."""

    def __init__(self, bus: I2cBus, address: int = 0x36) -> None:
        self._device = Device(
            bus,
            address,
            part="MAX17048",
            wiring="Check SDA, SCL and GND. The gauge lives on its cell: without one it does not answer.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        version = read_word(self._device, VERSION)
        if version & ~REVISION != OURS:
            raise ForeignChipError(
                self.name,
                expected="0x0010 to 0x001f in VERSION",
                seen=f"0x{version:04x}",
                remedy="Name the gauge that is on the board in power.gauge, and check what else is at that address.",
            )

    def read(self) -> BatteryReading:
        volts = check_cell(self.name, decode_volts(read_word(self._device, VCELL)), "Check the cell and its plug.")
        return BatteryReading(volts=volts, percent=decode_percent(read_word(self._device, SOC)))
