# SPDX-License-Identifier: MIT
"""The MPU-6500 family: MPU-6500 to 9255, ICM-20600 to 20690, IAM-20680, and most copies that are sold as an MPU-6050.

Beside `mpu` they have a filter of the accelerometer's own, another thermometer and another self-test. The FIFO of all
of them is taken to be the 512 bytes of the smallest. The ICM-20600 and 20602 put the temperature behind each sample.

Sources: Linux, drivers/iio/imu/inv_mpu6050 (identities, filter, thermometers, what the ICM-2060x put into the FIFO);
InvenSense's own drivers (self-test: formula, limits, range), never tried here on a real chip.
"""

from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import ChipOptions, Identity, SelfTest, check_identity
from kneemon.drivers.mpu import SAMPLE_BYTES, WHO_AM_I, Mpu, plan_configuration
from kneemon.drivers.registers import Field, Register, Wait, Write, apply

FIFO_BYTES = 512
MOST_BYTES = 4096  # ICM-20609 and ICM-20689; a higher count is garbage
HOT_SAMPLE_BYTES = SAMPLE_BYTES + 2

SELF_TEST_X_ACCEL = Register("SELF_TEST_X_ACCEL", 0x0D)
ACCEL_CONFIG2 = Register("ACCEL_CONFIG2", 0x1D)
A_BANDWIDTH_HZ = Field(ACCEL_CONFIG2, 2, 0, {218: 1, 99: 2, 45: 3, 21: 4, 10: 5, 5: 6})  # the base stays 1 kHz

OLDER = {0x70: "MPU-6500", 0x71: "MPU-9250", 0x73: "MPU-9255", 0x74: "MPU-6515", 0x78: "MPU-6880"}
WITH_HOT_SAMPLES = {0x11: "ICM-20600", 0x12: "ICM-20602"}
NEWER = {
    0xAF: "ICM-20608",
    0xAE: "ICM-20608D",
    0xA6: "ICM-20609",
    0x98: "ICM-20689",
    0x20: "ICM-20690",
    0xA9: "IAM-20680",
}
IDENTITY = Identity(
    "MPU-6500",
    WHO_AM_I,
    {**OLDER, **WITH_HOT_SAMPLES, **NEWER},
    {0x68: "an MPU-6050, MPU-6000 or MPU-9150"},
    {0x68: "mpu6050"},
    copied=True,
)

COUNTS_PER_G = 16384  # at ±2 g, where the factory tried it
WITHIN_PERCENT = (-50.0, 50.0)
PUSHED_G = (0.225, 0.675)  # where the factory left no trim


def plan_family(rate_hz: int) -> tuple[Write, ...]:
    """CONFIG, written before, leaves FIFO_MODE 0: a full FIFO goes on. The upper bits 0 make the FIFO 512 bytes."""
    return (*plan_configuration(rate_hz), ACCEL_CONFIG2.write(A_BANDWIDTH_HZ.set(45)))


def factory_counts(code: int) -> float:
    """How far the factory saw an axis move, in counts at ±2 g; code: 1 to 255."""
    return float(2620 * 1.01 ** (code - 1))


class Mpu6500(Mpu):
    """See `drivers.chip.Chip`. `identify` tells which of the family it is; until then it is taken for an MPU-6500."""

    def __init__(self, bus: I2cBus, address: int = 0x69, options: ChipOptions = ChipOptions()) -> None:
        super().__init__(bus, address, options, IDENTITY, fifo_bytes=FIFO_BYTES, most_bytes=MOST_BYTES)
        self._part = IDENTITY.part

    def identify(self) -> None:
        self._part = check_identity(self._device, IDENTITY, self._accept)
        self._sample_bytes = HOT_SAMPLE_BYTES if self._part in WITH_HOT_SAMPLES.values() else SAMPLE_BYTES

    def temperature_c(self) -> float:
        raw = self._raw_temperature()
        if self._part in OLDER.values():
            return raw / 333.87 + 21
        return raw / 326.8 + 25

    def self_test(self, wait: Wait) -> SelfTest:
        apply(self._device, self._plan(100), wait)
        codes = self._device.read_block(SELF_TEST_X_ACCEL.address, 3)
        shifts = self._shift_counts(wait, 2).tolist()
        if 0 in codes:
            x, y, z = (abs(shift) / COUNTS_PER_G for shift in shifts)
            return SelfTest((x, y, z), (PUSHED_G,) * 3)
        x, y, z = (100 * (shift / factory_counts(code) - 1) for shift, code in zip(shifts, codes, strict=True))
        return SelfTest((x, y, z), (WITHIN_PERCENT,) * 3, unit="% of the factory's")

    def _plan(self, rate_hz: int) -> tuple[Write, ...]:
        return plan_family(rate_hz)
