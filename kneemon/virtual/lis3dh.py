# SPDX-License-Identifier: MIT
"""An LIS3DH made of its registers, written from the data sheet: what a driver can see of it over the bus.

The address goes up in a burst only when it came with 0x80; otherwise every byte is the first one again. The FIFO's
level ends at 31. Not modelled: clicks, inertial interrupts, the high-pass filter, the ADC with its thermometer (no
register shows temperature_c), what ends stream-to-FIFO mode (until then it is stream).

Source: LIS3DH data sheet DocID17530 Rev 2, §2.6, 5.1, 6.1.1, 8.
"""

from kneemon.virtual.lis import BYPASS, FIFO_CTRL, FIFO_ENTRIES, PUSH_SIGN, RATE, WHO_AM_I, Format, Int1, VirtualLis

CTRL_REG0, CTRL_REG1, CTRL_REG3, CTRL_REG4, CTRL_REG5, CTRL_REG6 = 0x1E, RATE, 0x22, 0x23, 0x24, 0x25

RATES_HZ = (0, 1, 10, 25, 50, 100, 200, 400, 1600, 1344)  # of the codes; the last two in 10 and 12 bits
G_PER_DIGIT = (0.001, 0.002, 0.004, 0.012)  # of 12 bits, by full scale
BOOT_S = 0.005  # writes are lost before
PUSH_G = 0.5  # of the self-test: 68 to 1440 mg are right


class VirtualLis3dh(VirtualLis):
    """See `VirtualLis`."""

    defaults = ((WHO_AM_I, 0x33), (CTRL_REG0, 0x10), (CTRL_REG1, 0x07))
    writable = frozenset(
        {
            *range(CTRL_REG0, 0x27),
            FIFO_CTRL,
            *(0x30, 0x32, 0x33, 0x34, 0x36, 0x37, 0x38, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F),
        }
    )
    reset_s = 0.0
    interrupt = Int1(CTRL_REG3, ((0x04, 0x80), (0x02, 0x40)), data_ready=0x10, active_low=(CTRL_REG6, 0x02))

    @property
    def _rate_hz(self) -> float:
        control = self._registers[CTRL_REG1]
        code = control >> 4
        if code == 9 and control & 0x08:
            return 5376.0
        return RATES_HZ[code] if code < len(RATES_HZ) else 0.0

    @property
    def _mode(self) -> int:
        return self._registers[FIFO_CTRL] >> 6 if self._registers[CTRL_REG5] & 0x40 else BYPASS

    @property
    def _format(self) -> Format:
        control = self._registers[CTRL_REG4]
        low_power = bool(self._registers[CTRL_REG1] & 0x08)
        bits = 8 if low_power else 12 if control & 0x08 else 10
        return Format(
            bits,
            g_per_digit=G_PER_DIGIT[control >> 4 & 0x03] * 2 ** (12 - bits),
            push_g=PUSH_G * PUSH_SIGN[control >> 1 & 0x03],
            order=">i2" if control & 0x40 else "<i2",
        )

    def _begin_burst(self, register: int) -> tuple[int, bool]:
        return register & 0x7F, bool(register & 0x80)

    def _written(self, register: int) -> None:
        if register == CTRL_REG5 and self._registers[CTRL_REG5] & 0x80:
            self._registers[CTRL_REG5] &= 0x7F
            self._ready_s = self._now() + BOOT_S

    def _status(self) -> int:
        return 0x0F * self._unread

    def _fifo_level(self) -> int:
        entries = len(self._waiting)
        above = entries > self._registers[FIFO_CTRL] & 0x1F
        return above << 7 | (entries == FIFO_ENTRIES) << 6 | (entries == 0) << 5 | min(entries, FIFO_ENTRIES - 1)
