# SPDX-License-Identifier: MIT
"""An LIS3DH made of its registers, written from the data sheet: what a driver can see of it over the bus.

The address goes up in a burst only when it came with 0x80; otherwise every byte is the first one again. The FIFO holds
32 samples and its level ends at 31; the last byte of a sample takes it out, and a burst goes round from there. Not
modelled: clicks, inertial interrupts, the high-pass filter, the ADC with its thermometer, what ends stream-to-FIFO mode
(until then it is stream), the low-pass filter, how long it settles.

Source: LIS3DH data sheet DocID17530 Rev 2, §2.6, 5.1, 6.1.1, 8.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler, Signal

STATUS_REG_AUX, WHO_AM_I, CTRL_REG0 = 0x07, 0x0F, 0x1E
CTRL_REG1, CTRL_REG3, CTRL_REG4, CTRL_REG5, CTRL_REG6 = 0x20, 0x22, 0x23, 0x24, 0x25
STATUS_REG, OUT_X_L, OUT_Z_H, FIFO_CTRL_REG, FIFO_SRC_REG = 0x27, 0x28, 0x2D, 0x2E, 0x2F
WRITABLE = {
    *range(CTRL_REG0, 0x27),
    FIFO_CTRL_REG,
    *(0x30, 0x32, 0x33, 0x34, 0x36, 0x37, 0x38, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F),
}
REGISTERS = 0x40

FIFO_ENTRIES = 32
BYPASS, FIFO = 0, 1
RATES_HZ = (0, 1, 10, 25, 50, 100, 200, 400, 1600, 1344)  # of the codes; the last two in 10 and 12 bits
G_PER_DIGIT = (0.001, 0.002, 0.004, 0.012)  # of 12 bits, by full scale
BOOT_S = 0.005  # writes are lost before
PUSH_G = 0.5  # of the self-test: 68 to 1440 mg are right


class VirtualLis3dh:
    """signal: sampled at the chip's own instants, `rate_error` away from what CTRL_REG1 says. now: stream time, s.

    temperature_c: of the silicon; no register shows it. stuck_axes: 0 1 2, those that a self-test does not move.
    """

    def __init__(
        self,
        signal: Signal,
        now: Callable[[], float],
        rate_error: float = 0.0,
        noise_g: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.sampler = Sampler(signal, now, rate_error=rate_error, noise_g=noise_g, seed=seed)
        self.temperature_c = 25.0
        self.stuck_axes: set[int] = set()
        self._now = now
        self._registers = bytearray(REGISTERS)
        self._waiting: deque[bytes] = deque()
        self.reset()

    def reset(self) -> None:
        """Back door: a dip of the supply. Registers at their defaults, powered down, FIFO empty."""
        self._registers[:] = bytes(REGISTERS)
        self._registers[WHO_AM_I] = 0x33
        self._registers[CTRL_REG0] = 0x10
        self._registers[CTRL_REG1] = 0x07
        self._waiting.clear()
        self._output = bytes(6)
        self._unread = False
        self._booted_s = self._now()
        self.sampler.halt()

    @property
    def int1(self) -> bool:
        """The level of the INT1 line."""
        self._catch_up()
        routed = self._registers[CTRL_REG3]
        status = self._fifo_src()
        active = (
            bool(routed & 0x04 and status & 0x80)
            or bool(routed & 0x02 and status & 0x40)
            or bool(routed & 0x10 and self._unread)
        )
        return active != bool(self._registers[CTRL_REG6] & 0x02)

    def read(self, register: int, length: int) -> bytes:
        self._catch_up()
        address, onward = register & 0x7F, bool(register & 0x80)
        burst = bytearray()
        for _ in range(length):
            burst.append(self._read_byte(address, onward))
            if onward:
                address = OUT_X_L if address == OUT_Z_H and self._fifo_on else address + 1
        return bytes(burst)

    def write(self, register: int, value: int) -> None:
        self._catch_up()
        if register not in WRITABLE or self._now() < self._booted_s:
            return
        changed = self._registers[register] != value
        self._registers[register] = value
        if register == CTRL_REG5 and value & 0x80:
            self._registers[CTRL_REG5] = value & 0x7F
            self._booted_s = self._now() + BOOT_S
        if register == CTRL_REG1 and changed:
            rate_hz = self._rate_hz
            if rate_hz > 0:
                self.sampler.run(rate_hz)
            else:
                self.sampler.halt()
        if not self._fifo_on:
            self._waiting.clear()

    @property
    def _rate_hz(self) -> float:
        control = self._registers[CTRL_REG1]
        code = control >> 4
        if code == 9 and control & 0x08:
            return 5376.0
        return RATES_HZ[code] if code < len(RATES_HZ) else 0.0

    @property
    def _mode(self) -> int:
        return self._registers[FIFO_CTRL_REG] >> 6

    @property
    def _fifo_on(self) -> bool:
        return bool(self._registers[CTRL_REG5] & 0x40) and self._mode != BYPASS

    def _fifo_src(self) -> int:
        entries = len(self._waiting)
        above = entries > self._registers[FIFO_CTRL_REG] & 0x1F
        return above << 7 | (entries == FIFO_ENTRIES) << 6 | (entries == 0) << 5 | min(entries, FIFO_ENTRIES - 1)

    def _read_byte(self, address: int, onward: bool) -> int:
        if address >= REGISTERS:
            return 0
        if address == STATUS_REG:
            return 0x0F * self._unread
        if address == FIFO_SRC_REG:
            return self._fifo_src()
        if not OUT_X_L <= address <= OUT_Z_H:
            return self._registers[address]
        sample = self._waiting[0] if self._fifo_on and self._waiting else self._output
        if address == OUT_Z_H and onward:
            self._unread = False
            self._output = sample
            if self._waiting:
                self._waiting.popleft()
        return sample[address - OUT_X_L]

    def _catch_up(self) -> None:
        for sample in self._words(self.sampler.due()):
            self._unread = True
            if not self._fifo_on:
                self._output = sample
            elif len(self._waiting) < FIFO_ENTRIES:
                self._waiting.append(sample)
            elif self._mode != FIFO:
                self._waiting.popleft()
                self._waiting.append(sample)

    def _words(self, acc_g: Array) -> list[bytes]:
        """Pushed, quantised, clipped and justified as the control registers say; six bytes per sample."""
        control = self._registers[CTRL_REG4]
        low_power = bool(self._registers[CTRL_REG1] & 0x08)
        bits = 8 if low_power else 12 if control & 0x08 else 10
        g_per_digit = G_PER_DIGIT[control >> 4 & 0x03] * 2 ** (12 - bits)
        moved = [axis not in self.stuck_axes for axis in range(3)]
        push_g = {1: PUSH_G, 2: -PUSH_G}.get(control >> 1 & 0x03, 0.0) * np.array(moved)
        rail = 1 << bits - 1
        digits = np.clip(np.rint((acc_g + push_g) / g_per_digit), -rail, rail - 1).astype(np.int16)
        order = ">i2" if control & 0x40 else "<i2"
        return [row.tobytes() for row in (digits << 16 - bits).astype(order)]
