# SPDX-License-Identifier: MIT
"""MPU-6050: the accelerometer alone, ±8 g (4096 counts per g), filtered at 44 Hz, through its FIFO. Big-endian.

One gyroscope axis stays on, for its oscillator is the better clock (±1 %). A full FIFO overwrites its oldest bytes, and
its 1024 are no multiple of 6, so after an overflow nobody knows where a sample begins: it is started afresh.

Sources: MPU-6000/6050 Register Map Rev. 4.2, §4.2-4.6, 4.27-4.32; Product Specification Rev. 3.4, §6.2, 6.6.
"""

import errno
from enum import IntEnum

import numpy as np

from kneemon.drivers.bus import BLOCK_MOST, Device, I2cBus
from kneemon.drivers.chip import NO_COUNTS, Counts, Drain, Identity, check_identity, check_rate
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag
from kneemon.errors import ReadbackError


class ClockSource(IntEnum):
    """PWR_MGMT_1, CLKSEL."""

    INTERNAL = 0
    GYRO_X = 1


FIFO_BYTES = 1024
SAMPLE_BYTES = 6
BLOCK_BYTES = BLOCK_MOST // SAMPLE_BYTES * SAMPLE_BYTES
# With less room than this an overflow may happen while we read: give the FIFO up at once.
ROOM_BYTES = 3 * SAMPLE_BYTES

SMPLRT_DIV = Register("SMPLRT_DIV", 0x19)
RATE_HZ = Field(SMPLRT_DIV, 7, 0, {50: 19, 100: 9, 200: 4})  # 1 kHz / (1 + n)
CONFIG = Register("CONFIG", 0x1A)
# DLPF_CFG; the codes 0 and 7 would make the base 8 kHz
BANDWIDTH_HZ = Field(CONFIG, 2, 0, {184: 1, 94: 2, 44: 3, 21: 4, 10: 5, 5: 6})
ACCEL_CONFIG = Register("ACCEL_CONFIG", 0x1C)
RANGE_G = Field(ACCEL_CONFIG, 4, 3, {2: 0, 4: 1, 8: 2, 16: 3})
FIFO_EN = Register("FIFO_EN", 0x23)
ACCEL_FIFO_EN = flag(FIFO_EN, 3)
INT_ENABLE = Register("INT_ENABLE", 0x38)
FIFO_OFLOW_EN = flag(INT_ENABLE, 4)
INT_STATUS = Register("INT_STATUS", 0x3A)
FIFO_OFLOW_INT = flag(INT_STATUS, 4)
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

FAMILY = "of the MPU-6500 family, which filters differently"
IDENTITY = Identity(
    "MPU-6050",
    WHO_AM_I,
    0x68,
    {
        0x70: f"an MPU-6500 {FAMILY}",
        0x71: f"an MPU-9250 {FAMILY}",
        0x73: f"an MPU-9255 {FAMILY}",
        0x74: f"an MPU-6515 {FAMILY}",
        0x78: f"an MPU-6880 {FAMILY}",
        0x11: f"an ICM-20600 {FAMILY}",
        0x12: f"an ICM-20602 {FAMILY}",
        0x98: f"an ICM-20689 or a copy sold as MPU-6050, {FAMILY}",
    },
)


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


def plan_stop() -> tuple[Write, ...]:
    return (PWR_MGMT_1.write(SLEEP.set(True)),)


def decode_count(data: bytes) -> int | None:
    """FIFO_COUNTH and FIFO_COUNTL -> bytes waiting; None for more than there can be."""
    count = int.from_bytes(data, "big")
    return count if count <= FIFO_BYTES else None


def decode_samples(data: bytes) -> Counts:
    """Whole samples as they leave the FIFO -> counts, shape (n, 3)."""
    return np.frombuffer(data, ">i2").astype(np.int16).reshape(-1, 3)


class Mpu6050:
    """See `drivers.chip.Chip`."""

    scale_g_per_count = 1 / 4096
    rails = (-32768, 32767)
    fifo_samples = FIFO_BYTES // SAMPLE_BYTES

    def __init__(self, bus: I2cBus, address: int = 0x69, rate_hz: int = 100) -> None:
        check_rate(IDENTITY.part, rate_hz)
        self.nominal_hz = rate_hz
        self._device = Device(
            bus,
            address,
            part=IDENTITY.part,
            wiring="Check 3V3, GND, SDA (pin 3) and SCL (pin 5). With AD0 at 3V3 the address is 0x69, at GND 0x68.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        check_identity(self._device, IDENTITY)

    def configure(self, wait: Wait) -> None:
        apply(self._device, plan_configuration(self.nominal_hz), wait)

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
        return self._count() // SAMPLE_BYTES

    def drain(self) -> Drain:
        count = self._count()
        if count >= FIFO_BYTES - ROOM_BYTES:
            return self._afresh()
        wanted = count // SAMPLE_BYTES * SAMPLE_BYTES
        data = b"".join(self._block(min(BLOCK_BYTES, wanted - at)) for at in range(0, wanted, BLOCK_BYTES))
        if self._overflowed():  # asked last: it covers the time it took to read
            return self._afresh()
        return Drain(decode_samples(data))

    def alive(self) -> bool:
        return self._device.read(ACCEL_CONFIG.address) == FULL_SCALE.value

    def stop(self) -> None:
        apply(self._device, plan_stop())

    def _count(self) -> int:
        count = decode_count(self._device.read_block(FIFO_COUNTH.address, 2))
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
