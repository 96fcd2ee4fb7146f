# SPDX-License-Identifier: MIT
"""An MPU-6050 made of its registers, written from the register map: what a driver can see of it over the bus.

The FIFO is 1024 bytes that know nothing of samples: when it is full the oldest bytes go, and what is left begins in the
middle of a sample. The gyroscopes read 0. Not modelled: the accelerometer's low-power cycling, the auxiliary bus,
motion detection, the filter's effect on the signal.

Source: MPU-6000/6050 Register Map Rev. 4.2, §3 and 4.1-4.32.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler, Signal

SELF_TEST_X, SMPLRT_DIV, CONFIG, ACCEL_CONFIG, FIFO_EN = 0x0D, 0x19, 0x1A, 0x1C, 0x23
INT_PIN_CFG, INT_ENABLE, INT_STATUS = 0x37, 0x38, 0x3A
ACCEL_XOUT_H, TEMP_OUT_H, GYRO_ZOUT_L = 0x3B, 0x41, 0x48
USER_CTRL, PWR_MGMT_1, FIFO_COUNTH, FIFO_COUNTL, FIFO_R_W, WHO_AM_I = 0x6A, 0x6B, 0x72, 0x73, 0x74, 0x75
READ_ONLY = {INT_STATUS, *range(ACCEL_XOUT_H, GYRO_ZOUT_L + 1), FIFO_COUNTH, FIFO_COUNTL, WHO_AM_I}
REGISTERS = WHO_AM_I + 1

FIFO_BYTES = 1024
TRIM = bytes([0xA0, 0x20, 0xE0, 0x27])  # the codes 22, 5 and 31 of x, y and z
PUSHED_G = np.array([2795.472, 1590.304, 3768.32]) / 4096 * [1.03, 0.96, 1.1]  # what they mean, and a little off
START_UP_S = 0.1  # after a reset; writes are lost before
OVERFLOW, DATA_READY = 0x10, 0x01


class VirtualMpu6050:
    """signal: sampled at the chip's own instants, `rate_error` away from what SMPLRT_DIV says. now: stream time, s.

    Back doors: temperature_c, of the silicon; stuck_axes, those of 0 1 2 that the self-test does not move.
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
        self._fifo: deque[int] = deque()
        self.reset()
        self._ready_s = now()  # it was switched on long ago

    def reset(self) -> None:
        """Registers at their defaults, asleep, FIFO empty: DEVICE_RESET, or by the back door a dip of the supply."""
        self._registers[:] = bytes(REGISTERS)
        for address, value in self._defaults().items():
            self._registers[address] = value
        self._fifo.clear()
        self._last_byte = 0
        self._ready_s = self._now() + START_UP_S
        self.sampler.halt()

    @property
    def int1(self) -> bool:
        """The level of the INT line now. Without LATCH_INT_EN it is a pulse of 50 µs that nobody sees in time."""
        self._catch_up()
        pins = self._registers[INT_PIN_CFG]
        raised = bool(pins & 0x20 and self._registers[INT_STATUS] & self._registers[INT_ENABLE])
        return raised != bool(pins & 0x80)

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

    def _defaults(self) -> dict[int, int]:
        """The registers that are not 0 after a reset."""
        trim = {SELF_TEST_X + place: value for place, value in enumerate(TRIM)}
        return trim | {PWR_MGMT_1: 0x40, WHO_AM_I: 0x68}

    def _pushed_g(self) -> Array:
        """How far the self-test moves each axis."""
        return PUSHED_G

    def _temperature(self) -> int:
        """What the thermometer counts."""
        return round((self.temperature_c - 36.53) * 340)

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
            self._registers[TEMP_OUT_H : TEMP_OUT_H + 2] = self._temperature().to_bytes(2, "big", signed=True)
            self._registers[INT_STATUS] |= DATA_READY
            if self._registers[USER_CTRL] & 0x40:
                self._put(self._frame(words))

    def _frame(self, words: bytes) -> bytes:
        """What FIFO_EN asks for, in the order of the registers."""
        wanted = self._registers[FIFO_EN]
        accelerometer = words if wanted & 0x08 else b""
        temperature = bytes(self._registers[TEMP_OUT_H : TEMP_OUT_H + 2]) if wanted & 0x80 else b""
        gyroscopes = bytes(2 * sum(bool(wanted & bit) for bit in (0x40, 0x20, 0x10)))
        return accelerometer + temperature + gyroscopes

    def _put(self, frame: bytes) -> None:
        self._fifo.extend(frame)
        if len(self._fifo) > FIFO_BYTES:
            self._registers[INT_STATUS] |= OVERFLOW
        while len(self._fifo) > FIFO_BYTES:
            self._fifo.popleft()

    def _words(self, acc_g: Array) -> list[bytes]:
        """Quantised and clipped as ACCEL_CONFIG says; six bytes per sample."""
        config = self._registers[ACCEL_CONFIG]
        counts_per_g = 16384 >> (config >> 3 & 0x03)
        pushed = [bool(config & 0x80 >> axis) and axis not in self.stuck_axes for axis in range(3)]
        acc_g = acc_g + self._pushed_g() * pushed
        counts = np.clip(np.rint(acc_g * counts_per_g), -32768, 32767).astype(">i2")
        return [row.tobytes() for row in counts]
