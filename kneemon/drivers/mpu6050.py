# SPDX-License-Identifier: MIT
"""MPU-6050: filtered at 44 Hz, a FIFO of 1024 bytes; the self-test is judged by the factory's own, which it keeps.

The MPU-6000 and the MPU-9150 have the same registers and give the same answer. What else it does is in `mpu`.

Sources: MPU-6000/6050 Register Map Rev. 4.2, §4.1 (self-test), 4.18 (temperature).
"""

from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import ChipOptions, Identity, SelfTest
from kneemon.drivers.mpu import WHO_AM_I, Mpu
from kneemon.drivers.mpu6500 import IDENTITY as MPU6500
from kneemon.drivers.registers import Register, Wait, apply
from kneemon.errors import SensorError

FIFO_BYTES = 1024
SELF_TEST_X = Register("SELF_TEST_X", 0x0D)
WITHIN_PERCENT = (-14.0, 14.0)

IDENTITY = Identity(
    "MPU-6050",
    WHO_AM_I,
    {0x68: "MPU-6050"},
    {value: f"the {part} of the MPU-6500 family, or a copy" for value, part in MPU6500.parts.items()},
    dict.fromkeys(MPU6500.parts, "mpu6500"),
    copied=True,
)


def decode_trim(data: bytes) -> tuple[int, int, int]:
    """SELF_TEST_X, _Y, _Z and _A -> the five-bit codes of x, y and z; 0: the factory left none."""
    *upper, lower = data
    x, y, z = ((byte >> 5) << 2 | (lower >> shift) & 0b11 for byte, shift in zip(upper, (4, 2, 0), strict=True))
    return x, y, z


def factory_counts(code: int) -> float:
    """How far the factory saw an axis move, in counts at ±8 g; code: 1 to 31."""
    return float(4096 * 0.34 * (0.92 / 0.34) ** ((code - 1) / 30))


class Mpu6050(Mpu):
    """See `drivers.chip.Chip`."""

    def __init__(self, bus: I2cBus, address: int = 0x69, options: ChipOptions = ChipOptions()) -> None:
        super().__init__(bus, address, options, IDENTITY, fifo_bytes=FIFO_BYTES, most_bytes=FIFO_BYTES)

    def temperature_c(self) -> float:
        return self._raw_temperature() / 340 + 36.53

    def self_test(self, wait: Wait) -> SelfTest:
        apply(self._device, self._plan(100), wait)
        codes = decode_trim(self._device.read_block(SELF_TEST_X.address, 4))
        if 0 in codes:
            raise SensorError(
                f"{self.name}, self-test",
                expected="the factory's trim of each axis, 1 to 31",
                seen=", ".join(map(str, codes)),
                remedy="Most likely it is a copy, whose self-test tells nothing: trust `kneemon calibrate` instead.",
            )
        shifts = self._shift_counts(wait, 8)
        x, y, z = (100 * (float(shift) / factory_counts(code) - 1) for shift, code in zip(shifts, codes, strict=True))
        return SelfTest((x, y, z), (WITHIN_PERCENT,) * 3, unit="% of the factory's")
