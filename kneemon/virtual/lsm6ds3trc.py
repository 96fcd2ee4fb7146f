# SPDX-License-Identifier: MIT
"""An LSM6DS3TR-C made of its registers, written from the data sheet: what a driver can see of it over the bus.

The FIFO holds 682 samples of three words, two bytes each and without a tag. Reading the low byte takes a word out; what
is left may begin in the middle of a sample, and FIFO_PATTERN tells with which axis. A full FIFO loses its three oldest
words to a new sample. Not modelled: decimation, the other data sets, STOP_ON_FTH, ONLY_HIGH_DATA, the FIFO modes that
a trigger changes (they are like bypass), and that some chips of the family mix up the axes.

Sources: ST lsm6ds3tr-c-pid; Linux st_lsm6dsx_buffer.c and st_lsm6dsx_core.c (depth).
"""

from collections import deque

from kneemon.virtual.lsm6 import FULL, OVERRUN, THRESHOLD, VirtualLsm6

FIFO_CTRL1, FIFO_CTRL2, FIFO_CTRL3, FIFO_CTRL5 = 0x06, 0x07, 0x08, 0x0A
FIFO_STATUS1, FIFO_STATUS2, FIFO_STATUS3 = 0x3A, 0x3B, 0x3C
FIFO_DATA_OUT_L, FIFO_DATA_OUT_H = 0x3E, 0x3F

SAMPLE_WORDS = 3
FIFO_WORDS = 682 * SAMPLE_WORDS
BYPASS, FIFO, CONTINUOUS = 0, 1, 6
NO_DECIMATION = 1


class VirtualLsm6ds3trc(VirtualLsm6):
    """See `VirtualLsm6`."""

    identity = 0x6A
    wraps = (FIFO_DATA_OUT_H, FIFO_DATA_OUT_L)

    def _flush(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._word = bytes(2)
        self._pattern = 0
        self._overrun = False

    @property
    def _mode(self) -> int:
        return self._registers[FIFO_CTRL5] & 0x07

    def _written(self, register: int) -> None:
        if register == FIFO_CTRL5 and self._mode == BYPASS:
            self._flush()

    def _put(self, sample: bytes) -> None:
        rate = self._registers[FIFO_CTRL5] >> 3 & 0x0F
        in_fifo = self._registers[FIFO_CTRL3] & 0x07 == NO_DECIMATION
        if self._mode not in (FIFO, CONTINUOUS) or rate == 0 or not in_fifo or self._taken % self._every(rate):
            return
        if len(self._waiting) + SAMPLE_WORDS > FIFO_WORDS:
            if self._mode == FIFO:
                return
            for _ in range(SAMPLE_WORDS):
                self._waiting.popleft()
            self._overrun = True
        self._waiting.extend(sample[at : at + 2] for at in (0, 2, 4))

    def _fifo_flags(self) -> int:
        threshold = (self._registers[FIFO_CTRL2] & 0x07) << 8 | self._registers[FIFO_CTRL1]
        words = len(self._waiting)
        return (
            (THRESHOLD if 0 < threshold <= words else 0)
            | (OVERRUN if self._overrun else 0)
            | (FULL if words + SAMPLE_WORDS > FIFO_WORDS else 0)
        )

    def _fifo_byte(self, address: int) -> int:
        words = len(self._waiting)
        if address == FIFO_STATUS1:
            return words & 0xFF
        if address == FIFO_STATUS2:
            flags = self._fifo_flags()
            return (
                bool(flags & THRESHOLD) << 7
                | bool(flags & OVERRUN) << 6
                | bool(flags & FULL) << 5
                | (words == 0) << 4
                | words >> 8
            )
        if address == FIFO_STATUS3:
            return self._pattern
        if address == FIFO_DATA_OUT_L:
            self._pop()
        if address in (FIFO_DATA_OUT_L, FIFO_DATA_OUT_H):
            return self._word[address - FIFO_DATA_OUT_L]
        return self._registers[address]

    def _pop(self) -> None:
        """The oldest word moves to the output; without one it keeps what it shows."""
        if self._waiting:
            self._word = self._waiting.popleft()
            self._pattern = (self._pattern + 1) % SAMPLE_WORDS
        self._overrun = False
