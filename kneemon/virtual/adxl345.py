# SPDX-License-Identifier: MIT
"""An ADXL345 made of its registers, written from the data sheet: what a driver can see of it over the bus.

The FIFO holds 32 samples, one more waits at the output filter. Reading any data register takes a sample out; the rest
of the burst, FIFO_STATUS included, shows what is left. Not modelled: taps, activity, free fall, sleep, and what ends
the trigger mode (until then it is like stream). It has no thermometer: `temperature_c` shows nowhere.

Source: ADXL345 data sheet Rev. E, p. 19-27 and Tables 14-18.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler, Signal

DEVID, BW_RATE, POWER_CTL, INT_ENABLE, INT_MAP, INT_SOURCE, DATA_FORMAT = 0x00, 0x2C, 0x2D, 0x2E, 0x2F, 0x30, 0x31
DATAX0, DATAZ1, FIFO_CTL, FIFO_STATUS = 0x32, 0x37, 0x38, 0x39
WRITABLE = {*range(0x1D, 0x2B), *range(0x2C, 0x30), DATA_FORMAT, FIFO_CTL}
LAST = FIFO_STATUS

FIFO_ENTRIES = 32
BYPASS, FIFO = 0, 1
PUSHED_G = np.array([2.0, -2.0, 2.7])  # by the self-test at 3.3 V: the middle of the limits


class VirtualAdxl345:
    """signal: sampled at the chip's own instants, `rate_error` away from what BW_RATE says. now: stream time, s.

    Back doors: temperature_c; stuck_axes, those of 0 1 2 that the self-test does not move.
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
        self._registers = bytearray(LAST + 1)
        self._waiting: deque[bytes] = deque()
        self.reset()

    def reset(self) -> None:
        """Back door: a dip of the supply. Registers at their defaults, in standby, FIFO empty."""
        self._registers[:] = bytes(LAST + 1)
        self._registers[DEVID] = 0xE5
        self._registers[BW_RATE] = 0x0A
        self._waiting.clear()
        self._output = bytes(6)
        self._unread = False
        self._overrun = False
        self.sampler.halt()

    @property
    def int1(self) -> bool:
        """The level of the INT1 line now: True is 3.3 V."""
        self._catch_up()
        image = self._image()
        raised = bool(image[INT_SOURCE] & image[INT_ENABLE] & ~image[INT_MAP])
        return raised != bool(image[DATA_FORMAT] & 0x20)

    def read(self, register: int, length: int) -> bytes:
        self._catch_up()
        burst = range(register, register + length)
        before = self._image()
        if any(DATAX0 <= address <= DATAZ1 for address in burst):
            self._pop()
            before[DATAX0 : DATAZ1 + 1] = self._output
        after = self._image()
        return bytes((before if address <= DATAZ1 else after)[address] if address <= LAST else 0 for address in burst)

    def write(self, register: int, value: int) -> None:
        self._catch_up()
        if register not in WRITABLE:
            return
        changed = self._registers[register] != value
        self._registers[register] = value
        if register in (BW_RATE, POWER_CTL) and changed:
            if self._registers[POWER_CTL] & 0x08:
                self.sampler.run(3200 / 2 ** (0xF - (self._registers[BW_RATE] & 0xF)))
            else:
                self.sampler.halt()
        elif register == FIFO_CTL and self._mode == BYPASS:
            self._waiting.clear()
            self._overrun = False

    @property
    def _mode(self) -> int:
        return self._registers[FIFO_CTL] >> 6

    def _image(self) -> bytearray:
        """All registers as a burst would see them now."""
        image = bytearray(self._registers)
        entries = min(len(self._waiting), FIFO_ENTRIES)
        ready = self._unread if self._mode == BYPASS else bool(self._waiting)
        watermark = entries >= self._registers[FIFO_CTL] & 0x1F
        image[INT_SOURCE] = ready << 7 | watermark << 1 | self._overrun
        image[DATAX0 : DATAZ1 + 1] = self._output
        image[FIFO_STATUS] = entries
        return image

    def _pop(self) -> None:
        """The oldest sample moves to the data registers; without one they keep what they show."""
        if self._waiting:
            self._output = self._waiting.popleft()
        self._unread = False
        self._overrun = False

    def _catch_up(self) -> None:
        for sample in self._words(self.sampler.due()):
            self._put(sample)

    def _put(self, sample: bytes) -> None:
        if self._mode == BYPASS:
            self._overrun = self._overrun or self._unread
            self._output, self._unread = sample, True
            return
        full = len(self._waiting) > FIFO_ENTRIES
        if self._mode == FIFO and full:
            return
        if full:
            self._waiting.popleft()
        self._waiting.append(sample)
        self._overrun = self._overrun or len(self._waiting) >= FIFO_ENTRIES

    def _words(self, acc_g: Array) -> list[bytes]:
        """Quantised, clipped and justified as DATA_FORMAT says; six bytes per sample."""
        data_format = self._registers[DATA_FORMAT]
        range_code = data_format & 0x03
        full_resolution = bool(data_format & 0x08)
        bits = 10 + range_code if full_resolution else 10
        counts_per_g = 256 if full_resolution else 256 >> range_code
        rail = 1 << bits - 1
        if data_format & 0x80:
            acc_g = acc_g + PUSHED_G * [axis not in self.stuck_axes for axis in range(3)]
        counts = np.clip(np.rint(acc_g * counts_per_g), -rail, rail - 1).astype("<i2")
        if data_format & 0x04:
            counts <<= 16 - bits
        return [row.tobytes() for row in counts]
