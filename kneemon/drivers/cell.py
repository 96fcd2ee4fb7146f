# SPDX-License-Identifier: MIT
"""What gauges have in common: words of 16 bits, high byte first, and the volts that a lithium cell can have.

A reading outside of them is no reading: a gauge without its cell, a wrong number of cells or a loose wire must never
pass for an empty battery.

Source: general practice for lithium-ion cells: charged to 4.2 V (4.35 V for some), cut off by their own guard at
2.5 to 3.0 V, below which this computer does not run.
"""

from kneemon.drivers.bus import Device
from kneemon.drivers.registers import Register
from kneemon.errors import SensorError

LEAST_V, MOST_V = 2.5, 4.5  # of one cell


def read_word(device: Device, register: Register) -> int:
    """A register of 16 bits."""
    return int.from_bytes(device.read_block(register.address, 2), "big")


def check_cell(name: str, volts: float, remedy: str) -> float:
    """`volts` of one cell again. Raises SensorError when no cell has them; name: the gauge's."""
    if not LEAST_V <= volts <= MOST_V:
        raise SensorError(name, expected=f"{LEAST_V:g} to {MOST_V:g} V of a cell", seen=f"{volts:.2f} V", remedy=remedy)
    return volts
