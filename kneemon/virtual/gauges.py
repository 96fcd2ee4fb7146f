# SPDX-License-Identifier: MIT
"""Battery gauges made of their registers, written from their data sheets: what a driver can see over the bus.

The cell behind each is a number of volts that a test sets. Not modelled: alerts, sleep, the INA219's current and power,
the PiSugar's clock and its switching.

Sources: MAX17048 and INA219 data sheets, register tables; PiSugar 3 register list.
"""


class VirtualMax17048:
    """volts, percent: of its cell, quantised as the chip does."""

    def __init__(self, volts: float = 3.7, percent: float = 50.0, version: int = 0x0012) -> None:
        self.volts = volts
        self.percent = percent
        self.version = version

    def read(self, register: int, length: int) -> bytes:
        words = {
            0x02: int(self.volts / 78.125e-6 + 0.5) & 0xFFFF,
            0x04: int(self.percent * 256 + 0.5) & 0xFFFF,
            0x08: self.version,
        }
        start = register & 0xFE  # the address counts bytes and goes on through the burst
        data = b"".join(words.get(start + at, 0).to_bytes(2, "big") for at in range(0, length + 1, 2))
        return data[register - start :][:length]

    def write(self, register: int, value: int) -> None:
        """Half a word is dropped."""


class VirtualIna219:
    """volts: of the bus. A pointer chooses one register of 16 bits; reading on gives the same one again."""

    def __init__(self, volts: float = 3.7) -> None:
        self.volts = volts
        self.configuration = 0x399F
        self.conversion_ready = True
        self.overflow = False

    def read(self, register: int, length: int) -> bytes:
        bus = int(self.volts / 4e-3 + 0.5) << 3 | self.conversion_ready << 1 | self.overflow
        word = {0x00: self.configuration, 0x02: bus & 0xFFFF}.get(register, 0).to_bytes(2, "big")
        return (word * (length // 2 + 1))[:length]

    def write(self, register: int, value: int) -> None:
        """Half a word is dropped."""


class VirtualPiSugar3:
    """volts, percent, output_a, plugged: of its cell. torn: its volts as soon as the high byte of the old is read."""

    def __init__(self, volts: float = 3.9, percent: int = 75, output_a: float = 0.12, *, plugged: bool = False) -> None:
        self.volts = volts
        self.percent = percent
        self.output_a = output_a
        self.plugged = plugged
        self.torn: float | None = None

    def read(self, register: int, length: int) -> bytes:
        data = bytes(self._byte(register + at) for at in range(length))
        if register == 0x22 and self.torn is not None:
            self.volts, self.torn = self.torn, None
        return data

    def write(self, register: int, value: int) -> None:
        """Protected: without 0x29 in 0x0B first, nothing is taken."""

    def _byte(self, register: int) -> int:
        millivolts, milliamps = round(self.volts * 1000), round(self.output_a * 1000)
        return {
            0x02: self.plugged << 7 | 0x20,
            0x22: millivolts >> 8,
            0x23: millivolts & 0xFF,
            0x26: milliamps >> 8,
            0x27: milliamps & 0xFF,
            0x2A: self.percent,
        }.get(register, 0)
