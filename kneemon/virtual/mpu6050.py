# SPDX-License-Identifier: MIT
"""An MPU-6050 made of its registers, written from the register map: what a driver can see of it over the bus.

The FIFO is 1024 bytes that know nothing of samples: when it is full the oldest bytes go, and what is left begins in the
middle of a sample. The gyroscopes and the thermometer read 0. Not modelled: the accelerometer's low-power cycling, the
auxiliary bus, motion detection, self-test, the filter's effect on the signal.

Source: MPU-6000/6050 Register Map Rev. 4.2, §3 and 4.2-4.32.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler, Signal

SMPLRT_DIV, CONFIG, ACCEL_CONFIG, FIFO_EN, INT_STATUS = 0x19, 0x1A, 0x1C, 0x23, 0x3A
ACCEL_XOUT_H, GYRO_ZOUT_L = 0x3B, 0x48
USER_CTRL, PWR_MGMT_1, FIFO_COUNTH, FIFO_COUNTL, FIFO_R_W, WHO_AM_I = 0x6A, 0x6B, 0x72, 0x73, 0x74, 0x75
READ_ONLY = {INT_STATUS, *range(ACCEL_XOUT_H, GYRO_ZOUT_L + 1), FIFO_COUNTH, FIFO_COUNTL, WHO_AM_I}
REGISTERS = WHO_AM_I + 1

FIFO_BYTES = 1024
START_UP_S = 0.1  # after a reset; writes are lost before
OVERFLOW, DATA_READY = 0x10, 0x01


class VirtualMpu6050:
    """signal: sampled at the chip's own instants, `rate_error` away from what SMPLRT_DIV says. now: stream time, s."""

    def __init__(
        self,
        signal: Signal,
        now: Callable[[], float],
        rate_error: float = 0.0,
        noise_g: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.sampler = Sampler(signal, now, rate_error=rate_error, noise_g=noise_g, seed=seed)
        self._now = now
        self._registers = bytearray(REGISTERS)
        self._fifo: deque[int] = deque(maxlen=FIFO_BYTES)
        self.reset()
        self._ready_s = now()  # it was switched on long ago

    def reset(self) -> None:
        """Registers at their defaults, asleep, FIFO empty: DEVICE_RESET, or by the back door a dip of the supply."""
        self._registers[:] = bytes(REGISTERS)
        self._registers[PWR_MGMT_1] = 0x40
        self._registers[WHO_AM_I] = 0x68
        self._fifo.clear()
        self._last_byte = 0
        self._ready_s = self._now() + START_UP_S
        self.sampler.halt()

    def read(self, register: int, length: int) -> bytes:
        self._catch_up()
        burst = bytearray()
        address = register
        for _ in range(length):
            burst.append(self._read_byte(address))
            address += address != FIFO_R_W
        return bytes(burst)

    def write(self, register: int, value: int) -> None:
        self._catch_up()
        if register in READ_ONLY or register >= REGISTERS or self._now() < self._ready_s:
            return
        if register == PWR_MGMT_1 and value & 0x80:
            self.reset()
            return
        changed = self._registers[register] != value
        self._registers[register] = value
        if register == USER_CTRL and value & 0x04:
            if not value & 0x40:
                self._fifo.clear()
            self._registers[USER_CTRL] &= ~0x04
        elif register in (PWR_MGMT_1, SMPLRT_DIV, CONFIG) and changed:
            if self._registers[PWR_MGMT_1] & 0x40:
                self.sampler.halt()
            else:
                base_hz = 8000 if self._registers[CONFIG] & 0x07 in (0, 7) else 1000
                self.sampler.run(base_hz / (1 + self._registers[SMPLRT_DIV]))

    def _read_byte(self, address: int) -> int:
        if address >= REGISTERS:
            return 0
        if address == FIFO_R_W:
            if self._fifo:
                self._last_byte = self._fifo.popleft()
            return self._last_byte
        if address == FIFO_COUNTH:  # loads both; FIFO_COUNTL alone shows what was loaded last
            self._registers[FIFO_COUNTH : FIFO_COUNTL + 1] = len(self._fifo).to_bytes(2, "big")
        value = self._registers[address]
        if address == INT_STATUS:
            self._registers[INT_STATUS] = 0
        return value

    def _catch_up(self) -> None:
        for words in self._words(self.sampler.due()):
            self._registers[ACCEL_XOUT_H : ACCEL_XOUT_H + 6] = words
            self._registers[INT_STATUS] |= DATA_READY
            if self._registers[USER_CTRL] & 0x40:
                self._put(self._frame(words))

    def _frame(self, words: bytes) -> bytes:
        """What FIFO_EN asks for, in the order of the registers."""
        wanted = self._registers[FIFO_EN]
        accelerometer = words if wanted & 0x08 else b""
        zeros = sum(bool(wanted & bit) for bit in (0x80, 0x40, 0x20, 0x10))  # temperature, gyroscopes x y z
        return accelerometer + bytes(2 * zeros)

    def _put(self, frame: bytes) -> None:
        if len(self._fifo) + len(frame) > FIFO_BYTES:
            self._registers[INT_STATUS] |= OVERFLOW
        self._fifo.extend(frame)

    def _words(self, acc_g: Array) -> list[bytes]:
        """Quantised and clipped as ACCEL_CONFIG says; six bytes per sample."""
        counts_per_g = 16384 >> (self._registers[ACCEL_CONFIG] >> 3 & 0x03)
        counts = np.clip(np.rint(acc_g * counts_per_g), -32768, 32767).astype(">i2")
        return [row.tobytes() for row in counts]
