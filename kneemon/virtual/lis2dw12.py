# SPDX-License-Identifier: MIT
"""An LIS2DW12 made of its registers, written from the data sheet: what a driver can see of it over the bus.

Overrun means that a sample was overwritten, until the next one is taken out. Not modelled: taps, wake-up, free fall,
sleep, single conversions, what ends the two triggered modes (one is continuous, the other bypass until then).

Sources: LIS2DW12 data sheet, mechanical characteristics and registers; ST AN5038, FIFO.
"""

import numpy as np

from kneemon.virtual.lis import BYPASS, FIFO_CTRL, PUSH_SIGN, RATE, WHO_AM_I, Format, Int1, VirtualLis

OUT_T_L, OUT_T_H = 0x0D, 0x0E
CTRL1, CTRL2, CTRL3, CTRL4, CTRL6, OUT_T = RATE, 0x21, 0x22, 0x23, 0x25, 0x26

BYPASS_TO_CONTINUOUS = 4
LOW_POWER, HIGH_PERFORMANCE = 0, 1
RATES_HZ = {
    LOW_POWER: (0, 1.6, 12.5, 25, 50, 100, 200, 200, 200, 200),
    HIGH_PERFORMANCE: (0, 12.5, 12.5, 25, 50, 100, 200, 400, 800, 1600),
}
G_PER_DIGIT = (0.000244, 0.000488, 0.000976, 0.001952)  # of 14 bits, by full scale
PUSH_G = 0.4  # of the self-test: 70 to 1500 mg are right


class VirtualLis2dw12(VirtualLis):
    """See `VirtualLis`."""

    defaults = ((WHO_AM_I, 0x44), (CTRL2, 0x04))
    writable = frozenset({*range(CTRL1, OUT_T), FIFO_CTRL, *range(0x30, 0x37), *range(0x3C, 0x40)})
    reset_s = 0.000_05
    interrupt = Int1(CTRL4, ((0x02, 0x80), (0x04, 0x20)), data_ready=0x01, active_low=(CTRL3, 0x08))

    @property
    def _rate_hz(self) -> float:
        control = self._registers[CTRL1]
        rates_hz = RATES_HZ.get(control >> 2 & 0x03, ())
        return rates_hz[control >> 4] if control >> 4 < len(rates_hz) else 0.0

    @property
    def _mode(self) -> int:
        mode = self._registers[FIFO_CTRL] >> 5
        return BYPASS if mode == BYPASS_TO_CONTINUOUS else mode

    @property
    def _format(self) -> Format:
        bits = 12 if self._registers[CTRL1] & 0x0F == 0 else 14  # low-power mode 1 alone has 12
        return Format(
            bits,
            g_per_digit=G_PER_DIGIT[self._registers[CTRL6] >> 4 & 0x03] * 2 ** (14 - bits),
            push_g=PUSH_G * PUSH_SIGN[self._registers[CTRL3] >> 6],
        )

    def _begin_burst(self, register: int) -> tuple[int, bool]:
        return register, bool(self._registers[CTRL2] & 0x04)

    def _written(self, register: int) -> None:
        if register == CTRL2 and self._registers[CTRL2] & 0x40:
            self.reset()

    def _status(self) -> int:
        return bool(self._fifo_level() & 0x80) << 7 | self._unread

    def _fifo_level(self) -> int:
        entries = len(self._waiting)
        reached = entries >= self._registers[FIFO_CTRL] & 0x1F and self._mode != BYPASS
        return reached << 7 | self._overwritten << 6 | entries

    def _read_byte(self, address: int, onward: bool) -> int:
        if address == CTRL2 and self._now() < self._ready_s:
            return self._registers[CTRL2] | 0x40
        if address in (OUT_T_L, OUT_T_H):
            digits = int(np.clip(round((self.temperature_c - 25.0) * 16), -2048, 2047))
            return (digits << 4).to_bytes(2, "little", signed=True)[address - OUT_T_L]
        if address == OUT_T:
            return int(np.clip(round(self.temperature_c - 25.0), -128, 127)) & 0xFF
        return super()._read_byte(address, onward)
