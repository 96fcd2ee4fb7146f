# SPDX-License-Identifier: MIT
"""PiSugar 3: volts, percent, output current of the cell below the Pi, and whether it is plugged in.

A small computer that plays registers: kneemon reads it byte by byte, as its maker does, and writes nothing. It has no
identity, and clock modules carry a memory at the same address 0x57: numbers that no cell has give such a one away.

Source: the maker's own program (PiSugar/pisugar-power-manager-rs, pisugar3.rs); not tried on a board.
"""

import errno

from kneemon.drivers.bus import Device, I2cBus
from kneemon.drivers.cell import check_cell
from kneemon.drivers.registers import Register, flag
from kneemon.errors import ChipAbsentError, ForeignChipError, SensorError
from kneemon.model.power import BatteryReading

CTR1 = Register("CTR1", 0x02)
PLUGGED = flag(CTR1, 7)
VOLTAGE_HIGH, VOLTAGE_LOW = Register("VH", 0x22), Register("VL", 0x23)  # mV
OUTPUT_HIGH, OUTPUT_LOW = Register("OH", 0x26), Register("OL", 0x27)  # mA
PERCENT = Register("P", 0x2A)

STEADY_READS = 3  # of a number whose high byte changes under way


class PiSugar3:
    """See `drivers.gauge.Gauge`."""

    def __init__(self, bus: I2cBus, address: int = 0x57) -> None:
        self._device = Device(
            bus,
            address,
            part="PiSugar 3",
            wiring="Check that its pins touch the Pi's from below, and that its switch is on.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        try:
            self.read()
        except ChipAbsentError:
            raise
        except SensorError as fault:
            raise ForeignChipError(
                self.name,
                expected=fault.expected,
                seen=f"{fault.seen}, which may be the memory of a clock module",
                remedy="Take a clock module (DS3231) off the bus: it cannot share it with a PiSugar 3.",
            ) from fault

    def read(self) -> BatteryReading:
        volts = self._number(VOLTAGE_HIGH, VOLTAGE_LOW) / 1000
        percent = self._device.read(PERCENT.address)
        remedy = "Check the cell and its plug."
        check_cell(self.name, volts, remedy)
        if percent > 100:
            raise SensorError(self.name, expected="0 to 100 %", seen=f"{percent} %", remedy=remedy)
        return BatteryReading(
            volts=volts,
            percent=float(percent),
            current_a=self._number(OUTPUT_HIGH, OUTPUT_LOW) / 1000,
            plugged=PLUGGED.of(self._device.read(CTR1.address)),
        )

    def _number(self, high: Register, low: Register) -> int:
        """Two bytes that belong together: 0x0EFF and 0x0F00 must not become 0x0FFF."""
        before = self._device.read(high.address)
        for _ in range(STEADY_READS):
            least = self._device.read(low.address)
            after = self._device.read(high.address)
            if after == before:
                return after << 8 | least
            before = after
        raise OSError(errno.EIO, f"{high.name} is never twice the same")
