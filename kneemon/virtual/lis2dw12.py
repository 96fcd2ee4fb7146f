# SPDX-License-Identifier: MIT
"""An LIS2DW12 made of its registers, written from the data sheet: what a driver can see of it over the bus.

The FIFO holds 32 samples; the last byte of a sample takes it out, and a burst goes round from there. Overrun means that
a sample was overwritten, until the next one is taken out. Not modelled: taps, wake-up, free fall, sleep, single
conversions, what ends the two triggered modes (one is continuous, the other bypass until then), the filters.

Sources: LIS2DW12 data sheet, mechanical characteristics and registers; ST AN5038, FIFO.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler, Signal

OUT_T_L, OUT_T_H, WHO_AM_I = 0x0D, 0x0E, 0x0F
CTRL1, CTRL2, CTRL3, CTRL4, CTRL6, OUT_T = 0x20, 0x21, 0x22, 0x23, 0x25, 0x26
STATUS, OUT_X_L, OUT_Z_H, FIFO_CTRL, FIFO_SAMPLES = 0x27, 0x28, 0x2D, 0x2E, 0x2F
WRITABLE = {*range(CTRL1, OUT_T), FIFO_CTRL, *range(0x30, 0x37), *range(0x3C, 0x40)}
REGISTERS = 0x40

FIFO_ENTRIES = 32
BYPASS, FIFO, BYPASS_TO_CONTINUOUS = 0, 1, 4
LOW_POWER, HIGH_PERFORMANCE = 0, 1
RATES_HZ = {
    LOW_POWER: (0, 1.6, 12.5, 25, 50, 100, 200, 200, 200, 200),
    HIGH_PERFORMANCE: (0, 12.5, 12.5, 25, 50, 100, 200, 400, 800, 1600),
}
G_PER_DIGIT = (0.000244, 0.000488, 0.000976, 0.001952)  # of 14 bits, by full scale
RESET_S = 0.000_05
PUSH_G = 0.4  # of the self-test: 70 to 1500 mg are right


class VirtualLis2dw12:
    """signal: sampled at the chip's own instants, `rate_error` away from what CTRL1 says. now: stream time, s.

    temperature_c: of the silicon. stuck_axes: 0 1 2, those that a self-test does not move.
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
        self._ready_s = now()  # it was switched on long ago

    def reset(self) -> None:
        """Registers at their defaults, powered down, FIFO empty: SOFT_RESET, or as a back door a dip of the supply."""
        self._registers[:] = bytes(REGISTERS)
        self._registers[WHO_AM_I] = 0x44
        self._registers[CTRL2] = 0x04
        self._waiting.clear()
        self._output = bytes(6)
        self._unread = False
        self._overrun = False
        self._ready_s = self._now() + RESET_S
        self.sampler.halt()

    @property
    def int1(self) -> bool:
        """The level of the INT1 line."""
        self._catch_up()
        routed = self._registers[CTRL4]
        status = self._fifo_samples()
        active = (
            bool(routed & 0x02 and status & 0x80)
            or bool(routed & 0x04 and status & 0x20)
            or bool(routed & 0x01 and self._unread)
        )
        return active != bool(self._registers[CTRL3] & 0x08)

    def read(self, register: int, length: int) -> bytes:
        self._catch_up()
        onward = bool(self._registers[CTRL2] & 0x04)
        address = register
        burst = bytearray()
        for _ in range(length):
            burst.append(self._read_byte(address, onward))
            if onward:
                address = OUT_X_L if address == OUT_Z_H and self._mode != BYPASS else address + 1
        return bytes(burst)

    def write(self, register: int, value: int) -> None:
        self._catch_up()
        if register not in WRITABLE or self._now() < self._ready_s:
            return
        if register == CTRL2 and value & 0x40:
            self.reset()
            return
        changed = self._registers[register] != value
        self._registers[register] = value
        if register == CTRL1 and changed:
            rates_hz = RATES_HZ.get(value >> 2 & 0x03, ())
            rate_hz = rates_hz[value >> 4] if value >> 4 < len(rates_hz) else 0
            if rate_hz > 0:
                self.sampler.run(rate_hz)
            else:
                self.sampler.halt()
        elif register == FIFO_CTRL and self._mode == BYPASS:
            self._waiting.clear()
            self._overrun = False

    @property
    def _mode(self) -> int:
        mode = self._registers[FIFO_CTRL] >> 5
        return BYPASS if mode == BYPASS_TO_CONTINUOUS else mode

    def _fifo_samples(self) -> int:
        entries = len(self._waiting)
        reached = entries >= self._registers[FIFO_CTRL] & 0x1F and self._mode != BYPASS
        return reached << 7 | self._overrun << 6 | entries

    def _read_byte(self, address: int, onward: bool) -> int:
        if address >= REGISTERS:
            return 0
        if address == CTRL2 and self._now() < self._ready_s:
            return self._registers[CTRL2] | 0x40
        if address in (OUT_T_L, OUT_T_H):
            digits = int(np.clip(round((self.temperature_c - 25.0) * 16), -2048, 2047))
            return (digits << 4).to_bytes(2, "little", signed=True)[address - OUT_T_L]
        if address == OUT_T:
            return int(np.clip(round(self.temperature_c - 25.0), -128, 127)) & 0xFF
        if address == STATUS:
            return bool(self._fifo_samples() & 0x80) << 7 | self._unread
        if address == FIFO_SAMPLES:
            return self._fifo_samples()
        if not OUT_X_L <= address <= OUT_Z_H:
            return self._registers[address]
        sample = self._waiting[0] if self._waiting else self._output
        if address == OUT_Z_H and onward:
            self._unread = self._overrun = False
            self._output = sample
            if self._waiting:
                self._waiting.popleft()
        return sample[address - OUT_X_L]

    def _catch_up(self) -> None:
        for sample in self._words(self.sampler.due()):
            self._unread = True
            if self._mode == BYPASS:
                self._output = sample
            elif len(self._waiting) < FIFO_ENTRIES:
                self._waiting.append(sample)
            elif self._mode != FIFO:
                self._waiting.popleft()
                self._waiting.append(sample)
                self._overrun = True

    def _words(self, acc_g: Array) -> list[bytes]:
        """Pushed, quantised, clipped and justified as the control registers say; six bytes per sample."""
        bits = 12 if self._registers[CTRL1] & 0x0F == 0 else 14  # low-power mode 1 alone has 12
        g_per_digit = G_PER_DIGIT[self._registers[CTRL6] >> 4 & 0x03] * 2 ** (14 - bits)
        moved = [axis not in self.stuck_axes for axis in range(3)]
        push_g = {1: PUSH_G, 2: -PUSH_G}.get(self._registers[CTRL3] >> 6, 0.0) * np.array(moved)
        rail = 1 << bits - 1
        digits = np.clip(np.rint((acc_g + push_g) / g_per_digit), -rail, rail - 1).astype(np.int16)
        return [row.tobytes() for row in (digits << 16 - bits).astype("<i2")]
