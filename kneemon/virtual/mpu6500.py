# SPDX-License-Identifier: MIT
"""The MPU-6500 family made of its registers: an emulated MPU-6050 with what they do otherwise.

A filter of the accelerometer's own and the size of the FIFO in ACCEL_CONFIG2, a FIFO that can be told to stop when it
is full, another thermometer, another self-test. The ICM-20600 and 20602 write the temperature behind each sample. Not
modelled: what `mpu6050` does not, and what those measure that wake up awake, until CONFIG is written.

Sources: MPU-6500 Register Map Rev. 2.1 and ICM-20602 data sheet (both from memory), Linux inv_mpu6050, and InvenSense's
own drivers (self-test).
"""

from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.mpu6050 import (
    CONFIG,
    FIFO_EN,
    INT_STATUS,
    OVERFLOW,
    PWR_MGMT_1,
    SELF_TEST_X,
    TEMP_OUT_H,
    WHO_AM_I,
    VirtualMpu6050,
)
from kneemon.virtual.sampler import Signal

ACCEL_CONFIG2 = 0x1D
MPUS = (0x70, 0x71, 0x73, 0x74, 0x78)  # the older half: awake after a reset, the older thermometer
HOT = (0x11, 0x12)  # ICM-20600, ICM-20602
TRIM = bytes([100, 90, 120])
PUSHED_G = 2620 / 16384 * 1.01 ** (np.frombuffer(TRIM, np.uint8) - 1.0) * [1.2, 0.8, 1.05]  # what they mean, and off


class VirtualMpu6500(VirtualMpu6050):
    """See `VirtualMpu6050`. identity: which of the family it is, by its WHO_AM_I."""

    def __init__(
        self,
        signal: Signal,
        now: Callable[[], float],
        rate_error: float = 0.0,
        noise_g: float = 0.0,
        seed: int = 0,
        *,
        identity: int = 0x70,
    ) -> None:
        self._identity = identity
        super().__init__(signal, now, rate_error, noise_g, seed)

    def _defaults(self) -> dict[int, int]:
        trim = {SELF_TEST_X + place: value for place, value in enumerate(TRIM)}
        hot = {CONFIG: 0x80, PWR_MGMT_1: 0x41} if self._identity in HOT else {}
        return trim | {PWR_MGMT_1: 0x01 if self._identity in MPUS else 0x40, WHO_AM_I: self._identity} | hot

    def _pushed_g(self) -> Array:
        return PUSHED_G

    def _temperature(self) -> int:
        if self._identity in MPUS:
            return round((self.temperature_c - 21) * 333.87)
        return round((self.temperature_c - 25) * 326.8)

    def _frame(self, words: bytes) -> bytes:
        if self._identity not in HOT:
            return super()._frame(words)
        wanted = self._registers[FIFO_EN]
        temperature = bytes(self._registers[TEMP_OUT_H : TEMP_OUT_H + 2])
        accelerometer = words + temperature if wanted & 0x08 else b""
        gyroscopes = (b"" if wanted & 0x08 else temperature) + bytes(6) if wanted & 0x10 else b""
        return accelerometer + gyroscopes

    @property
    def _room(self) -> int:
        """Bytes of the whole FIFO."""
        return 1008 if self._identity in HOT else 512 << (self._registers[ACCEL_CONFIG2] >> 6)

    def _put(self, frame: bytes) -> None:
        full = len(self._fifo) + len(frame) > self._room
        if full:
            self._registers[INT_STATUS] |= OVERFLOW
            if self._registers[CONFIG] & 0x40:
                return
        self._fifo.extend(frame)
        while len(self._fifo) > self._room:
            self._fifo.popleft()
