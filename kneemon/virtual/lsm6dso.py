# SPDX-License-Identifier: MIT
"""An LSM6DSO made of its registers, written from the data sheet: what a driver can see of it over the bus.

The FIFO holds 512 words, a tag and six bytes each. Reading the tag takes a word out; the burst wraps behind its last
byte, and an empty FIFO gives tag 0. The first samples after a power-up are fillers. Not modelled: what triggers the
other FIFO modes (they are like bypass), compression, timestamps, STOP_ON_WTM, INTERNAL_FREQ_FINE. The parity of the tag
is such that its ones are even in number, as the tags seen in examples have it.

Sources: LSM6DSO data sheet DS12140 Rev. 2, §6.5 and 9.3-9.60; Linux st_lsm6dsx_buffer.c (fillers).
"""

from collections import deque

from kneemon.virtual.lsm6 import FULL, OVERRUN, THRESHOLD, VirtualLsm6

FIFO_CTRL1, FIFO_CTRL2, FIFO_CTRL3, FIFO_CTRL4 = 0x07, 0x08, 0x09, 0x0A
FIFO_STATUS1, FIFO_STATUS2 = 0x3A, 0x3B
FIFO_DATA_OUT_TAG, FIFO_DATA_OUT_Z_H = 0x78, 0x7E

FIFO_WORDS = 512
BYPASS, FIFO, CONTINUOUS = 0, 1, 6
ACCELEROMETER = 2
FILLERS = 2
FILLER = bytes.fromhex("ff 7f 00 00 00 00")
NO_WORD = bytes(7)


class VirtualLsm6dso(VirtualLsm6):
    """See `VirtualLsm6`."""

    identity = 0x6C
    wraps = (FIFO_DATA_OUT_Z_H, FIFO_DATA_OUT_TAG)

    def _flush(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._word = NO_WORD
        self._batched = 0
        self._overrun = False
        self._overrun_latched = False

    @property
    def _mode(self) -> int:
        return self._registers[FIFO_CTRL4] & 0x07

    def _written(self, register: int) -> None:
        if register == FIFO_CTRL4 and self._mode == BYPASS:
            self._waiting.clear()
            self._overrun = False

    def _put(self, sample: bytes) -> None:
        batch_rate = self._registers[FIFO_CTRL3] & 0x0F
        if self._mode not in (FIFO, CONTINUOUS) or batch_rate == 0 or self._taken % self._every(batch_rate):
            return
        if len(self._waiting) == FIFO_WORDS:
            if self._mode == FIFO:
                return
            self._waiting.popleft()
            self._overrun = self._overrun_latched = True
        tag = ACCELEROMETER << 3 | self._batched % 4 << 1
        tag |= tag.bit_count() % 2
        self._batched += 1
        self._waiting.append(bytes([tag]) + (FILLER if self._taken <= FILLERS else sample))

    def _fifo_flags(self) -> int:
        threshold = (self._registers[FIFO_CTRL2] & 0x01) << 8 | self._registers[FIFO_CTRL1]
        words = len(self._waiting)
        return (
            (THRESHOLD if 0 < threshold <= words else 0)
            | (OVERRUN if self._overrun else 0)
            | (FULL if words >= FIFO_WORDS - 1 else 0)
        )

    def _fifo_byte(self, address: int) -> int:
        if address == FIFO_STATUS1:
            return len(self._waiting) & 0xFF
        if address == FIFO_STATUS2:
            flags, latched = self._fifo_flags(), self._overrun_latched
            self._overrun_latched = False
            return (
                bool(flags & THRESHOLD) << 7
                | bool(flags & OVERRUN) << 6
                | bool(flags & FULL) << 5
                | latched << 3
                | len(self._waiting) >> 8
            )
        if address == FIFO_DATA_OUT_TAG:
            self._word = self._waiting.popleft() if self._waiting else NO_WORD
            self._overrun = False
        if FIFO_DATA_OUT_TAG <= address <= FIFO_DATA_OUT_Z_H:
            return self._word[address - FIFO_DATA_OUT_TAG]
        return self._registers[address]
