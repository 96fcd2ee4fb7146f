# SPDX-License-Identifier: MIT
"""INA219: volts of the whole battery behind a UPS board. Words of 16 bits, big-endian.

The chip has no identity: that its configuration says "measuring all the time", as it does after power-on, must do. Its
current is left unread: neither the shunt's ohms nor which way round it sits are the same from board to board, so a
charge could pass for a discharge. kneemon writes nothing.

Source: INA219 data sheet, register details (Configuration, Bus Voltage), from memory; not tried on a board.
"""

from kneemon.drivers.bus import Device, I2cBus
from kneemon.drivers.cell import check_cell, read_word
from kneemon.drivers.registers import Register
from kneemon.errors import ForeignChipError
from kneemon.model.power import BatteryReading

CONFIGURATION = Register("Configuration", 0x00)
BUS_VOLTAGE = Register("Bus Voltage", 0x02)

RESET_OR_UNUSED = 0xC000  # of the configuration: RST clears itself, the bit below it is always 0
MODE = 0b111
MEASURING_BUS = (0b110, 0b111)  # bus alone, shunt and bus; again and again
VOLTS_PER_COUNT = 4e-3


def decode_volts(word: int) -> float:
    """Bits 15-3; below them are flags."""
    return (word >> 3) * VOLTS_PER_COUNT


class Ina219:
    """See `drivers.gauge.Gauge`. cells: in a row, for the chip sees them all at once."""

    def __init__(self, bus: I2cBus, address: int = 0x40, cells: int = 1) -> None:
        self._cells = cells
        self._device = Device(
            bus,
            address,
            part="INA219",
            wiring="Check SDA, SCL, 3V3 and GND; UPS boards often put it at 0x42 or 0x43: set power.gauge_address.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        seen = read_word(self._device, CONFIGURATION)
        if seen & RESET_OR_UNUSED or seen & MODE not in MEASURING_BUS:
            raise ForeignChipError(
                self.name,
                expected="a configuration that measures all the time, 0x399f after power-on",
                seen=f"0x{seen:04x}",
                remedy="Check what is at that address; when it is the gauge, take its power away for a moment.",
            )

    def read(self) -> BatteryReading:
        volts = decode_volts(read_word(self._device, BUS_VOLTAGE)) / self._cells
        remedy = f"Check the battery, and power.cells, which is {self._cells}."
        return BatteryReading(volts=check_cell(self.name, volts, remedy))
