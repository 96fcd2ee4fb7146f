# SPDX-License-Identifier: MIT
"""What the MPU-6050 and the MPU-6500 family have in common: the accelerometer alone, ±8 g, through its FIFO.

Big-endian, 4096 counts per g. One gyroscope axis stays on, for its oscillator is the better clock (±1 %). A full FIFO
overwrites its oldest bytes, and its size is no multiple of a sample, so after an overflow nobody knows where a sample
begins: it is started afresh. There is no interrupt at a watermark.

Sources: MPU-6000/6050 Register Map Rev. 4.2, §4.2-4.6, 4.27-4.32; Product Specification Rev. 3.4, §6.2, 6.6.
"""

import errno
from abc import ABC, abstractmethod
from enum import IntEnum

import numpy as np

from kneemon.drivers.bus import BLOCK_MOST, Device, I2cBus
from kneemon.drivers.chip import (
    NO_COUNTS,
    ChipOptions,
    Counts,
    Drain,
    Identity,
    SelfTest,
    check_identity,
    check_rate,
    mean_counts,
)
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag, insist
from kneemon.errors import ReadbackError
from kneemon.model.samples import Array


class ClockSource(IntEnum):
    """PWR_MGMT_1, CLKSEL."""

    INTERNAL = 0
    GYRO_X = 1


SAMPLE_BYTES = 6
ROOM_SAMPLES = 3  # with less an overflow may happen while we read: give the FIFO up at once
SETTLE_S, LISTEN_S = 0.1, 0.2  # of the self-test

SMPLRT_DIV = Register("SMPLRT_DIV", 0x19)
RATE_HZ = Field(SMPLRT_DIV, 7, 0, {50: 19, 100: 9, 200: 4})  # 1 kHz / (1 + n)
CONFIG = Register("CONFIG", 0x1A)
# DLPF_CFG; the codes 0 and 7 would make the base 8 kHz
BANDWIDTH_HZ = Field(CONFIG, 2, 0, {184: 1, 94: 2, 44: 3, 21: 4, 10: 5, 5: 6})
ACCEL_CONFIG = Register("ACCEL_CONFIG", 0x1C)
PUSHED = Field(ACCEL_CONFIG, 7, 5, {False: 0, True: 0b111})  # the self-test of x, y and z
RANGE_G = Field(ACCEL_CONFIG, 4, 3, {2: 0, 4: 1, 8: 2, 16: 3})
FIFO_EN = Register("FIFO_EN", 0x23)
ACCEL_FIFO_EN = flag(FIFO_EN, 3)
INT_ENABLE = Register("INT_ENABLE", 0x38)
FIFO_OFLOW_EN = flag(INT_ENABLE, 4)
INT_STATUS = Register("INT_STATUS", 0x3A)
FIFO_OFLOW_INT = flag(INT_STATUS, 4)
TEMP_OUT_H = Register("TEMP_OUT_H", 0x41)
USER_CTRL = Register("USER_CTRL", 0x6A)
USER_FIFO_EN = flag(USER_CTRL, 6)
FIFO_RESET = flag(USER_CTRL, 2)
PWR_MGMT_1 = Register("PWR_MGMT_1", 0x6B)
DEVICE_RESET = flag(PWR_MGMT_1, 7)
SLEEP = flag(PWR_MGMT_1, 6)
CLKSEL = Field(PWR_MGMT_1, 2, 0, {source: source.value for source in ClockSource})
PWR_MGMT_2 = Register("PWR_MGMT_2", 0x6C)
STBY_YG = flag(PWR_MGMT_2, 1)
STBY_ZG = flag(PWR_MGMT_2, 0)
FIFO_COUNTH = Register("FIFO_COUNTH", 0x72)
FIFO_R_W = Register("FIFO_R_W", 0x74)
WHO_AM_I = Register("WHO_AM_I", 0x75)

FULL_SCALE = ACCEL_CONFIG.write(RANGE_G.set(8))


def plan_configuration(rate_hz: int) -> tuple[Write, ...]:
    """The reset bit clears itself, and the chip wakes up asleep."""
    return (
        PWR_MGMT_1.write(DEVICE_RESET.set(True), then_wait_s=0.1, reads_back=False),
        PWR_MGMT_1.write(SLEEP.set(False), CLKSEL.set(ClockSource.GYRO_X), then_wait_s=0.03),
        PWR_MGMT_2.write(STBY_YG.set(True), STBY_ZG.set(True)),
        CONFIG.write(BANDWIDTH_HZ.set(44)),
        SMPLRT_DIV.write(RATE_HZ.set(rate_hz)),
        FULL_SCALE,
        INT_ENABLE.write(FIFO_OFLOW_EN.set(True)),
    )


def plan_emptying() -> tuple[Write, ...]:
    """FIFO_RESET acts only while the FIFO is off, and clears itself."""
    return (FIFO_EN.write(), USER_CTRL.write(), USER_CTRL.write(FIFO_RESET.set(True), reads_back=False))


def plan_filling() -> tuple[Write, ...]:
    return (USER_CTRL.write(USER_FIFO_EN.set(True)), FIFO_EN.write(ACCEL_FIFO_EN.set(True)))


def plan_self_test(range_g: int, *, pushed: bool) -> tuple[Write, ...]:
    return (ACCEL_CONFIG.write(PUSHED.set(pushed), RANGE_G.set(range_g)),)


def plan_stop() -> tuple[Write, ...]:
    return (PWR_MGMT_1.write(SLEEP.set(True)),)


def decode_count(data: bytes, most: int) -> int | None:
    """FIFO_COUNTH and FIFO_COUNTL -> bytes waiting; None for more than there can be."""
    count = int.from_bytes(data, "big")
    return count if count <= most else None


def decode_samples(data: bytes, sample_bytes: int = SAMPLE_BYTES) -> Counts:
    """Whole samples as they leave the FIFO -> counts, shape (n, 3). What follows x, y and z in a sample is dropped."""
    return np.frombuffer(data, ">i2").reshape(-1, sample_bytes // 2)[:, :3].astype(np.int16)


class Mpu(ABC):
    """See `drivers.chip.Chip`. fifo_bytes: at which it is taken to be full. most_bytes: that any of them can hold."""

    scale_g_per_count = 1 / 4096
    rails = (-32768, 32767)
    coarse = False
    watermark = None

    def __init__(
        self, bus: I2cBus, address: int, options: ChipOptions, identity: Identity, *, fifo_bytes: int, most_bytes: int
    ) -> None:
        check_rate(identity.part, options.rate_hz)
        self.nominal_hz = options.rate_hz
        self._identity = identity
        self._accept = options.accept_identity
        self._fifo_bytes = fifo_bytes
        self._most_bytes = most_bytes
        self._sample_bytes = SAMPLE_BYTES
        self._device = Device(
            bus,
            address,
            part=identity.part,
            wiring="Check 3V3, GND, SDA (pin 3) and SCL (pin 5). With AD0 at 3V3 the address is 0x69, at GND 0x68.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    @property
    def fifo_samples(self) -> int:
        return self._fifo_bytes // self._sample_bytes

    def identify(self) -> None:
        check_identity(self._device, self._identity, self._accept)

    def configure(self, wait: Wait) -> None:
        apply(self._device, self._plan(self.nominal_hz), wait)

    def start(self) -> None:
        apply(self._device, plan_emptying())
        left = self._count()
        if left > 0:
            raise ReadbackError(
                f"{self.name}, register {FIFO_COUNTH.name}",
                expected="0 bytes after a FIFO_RESET",
                seen=str(left),
                remedy="Look for a loose wire, SDA and SCL first.",
            )
        self._overflowed()  # reading clears what was before
        apply(self._device, plan_filling())

    def level(self) -> int:
        return self._count() // self._sample_bytes

    def drain(self) -> Drain:
        count = self._count()
        if count >= self._fifo_bytes - ROOM_SAMPLES * self._sample_bytes:
            return self._afresh()
        wanted = count // self._sample_bytes * self._sample_bytes
        block = BLOCK_MOST // self._sample_bytes * self._sample_bytes
        data = b"".join(self._block(min(block, wanted - at)) for at in range(0, wanted, block))
        if self._overflowed():  # asked last: it covers the time it took to read
            return self._afresh()
        return Drain(decode_samples(data, self._sample_bytes))

    def alive(self) -> bool:
        return self._device.read(ACCEL_CONFIG.address) == FULL_SCALE.value

    @abstractmethod
    def temperature_c(self) -> float: ...

    @abstractmethod
    def self_test(self, wait: Wait) -> SelfTest: ...

    def stop(self) -> None:
        apply(self._device, plan_stop())

    def _plan(self, rate_hz: int) -> tuple[Write, ...]:
        return plan_configuration(rate_hz)

    def _shift_counts(self, wait: Wait, range_g: int) -> Array:
        """How far the self-test moves each axis, in counts of that range. A reset was done, the trim read."""
        apply(self._device, plan_self_test(range_g, pushed=False))
        free = mean_counts(self, wait, LISTEN_S)
        try:
            apply(self._device, plan_self_test(range_g, pushed=True))
            wait(SETTLE_S)
            return mean_counts(self, wait, LISTEN_S) - free
        finally:
            insist(self._device, (FULL_SCALE,))

    def _raw_temperature(self) -> int:
        return int.from_bytes(self._device.read_block(TEMP_OUT_H.address, 2), "big", signed=True)

    def _count(self) -> int:
        count = decode_count(self._device.read_block(FIFO_COUNTH.address, 2), self._most_bytes)
        if count is None:
            raise OSError(errno.EIO, "FIFO_COUNT tells of more bytes than there are")
        return count

    def _block(self, length: int) -> bytes:
        block = self._device.read_block(FIFO_R_W.address, length)
        if block == b"\xff" * length:
            raise OSError(errno.EIO, "every bit of a block was 1, as on wires that nobody drives")
        return block

    def _overflowed(self) -> bool:
        return bool(FIFO_OFLOW_INT.of(self._device.read(INT_STATUS.address)))

    def _afresh(self) -> Drain:
        self.start()
        return Drain(NO_COUNTS, overrun=True, misaligned=True)
