# SPDX-License-Identifier: MIT
"""What the LSM6DSO and the LSM6DS3TR-C have in common: everything but the FIFO. Little-endian, 0.244 mg per count.

Self-test as ST's own examples do it: ±4 g at 52 Hz, positive sign, means of five samples before and after. The
gyroscope stays off.

Sources: LSM6DSO data sheet DS12140 Rev. 2, p. 10-11 and §9; ST lsm6dso-pid, lsm6ds3tr-c-pid and lsm6dso self_test.c.
"""

from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum

import numpy as np

from kneemon.drivers.bus import Device, I2cBus
from kneemon.drivers.chip import Counts, SelfTest
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag
from kneemon.errors import ReadbackError, SensorError
from kneemon.model.samples import Array


class Push(IntEnum):
    """CTRL5_C, ST_XL: which way the mass is pushed."""

    OFF = 0
    POSITIVE = 1
    NEGATIVE = 2


SCALE_G = 0.000244  # per count at ±8 g
SELF_TEST_SCALE_G = 0.000122  # at ±4 g
RAILS = (-32768, 32767)
SAMPLE_BYTES = 6
CHIP_HZ = {50: 52, 100: 104, 200: 208}  # the chips' own rate nearest to each of RATES_HZ

INT1_CTRL = Register("INT1_CTRL", 0x0D)
INT1_FIFO_TH = flag(INT1_CTRL, 3)
WHO_AM_I = Register("WHO_AM_I", 0x0F)
CTRL1_XL = Register("CTRL1_XL", 0x10)
ODR_XL_HZ = Field(CTRL1_XL, 7, 4, {0: 0, 52: 3, 104: 4, 208: 5})
FS_XL_G = Field(CTRL1_XL, 3, 2, {2: 0, 16: 1, 4: 2, 8: 3})
CTRL2_G = Register("CTRL2_G", 0x11)
CTRL3_C = Register("CTRL3_C", 0x12)
BDU = flag(CTRL3_C, 6)
IF_INC = flag(CTRL3_C, 2)
SW_RESET = flag(CTRL3_C, 0)
CTRL5_C = Register("CTRL5_C", 0x14)
ST_XL = Field(CTRL5_C, 1, 0, {push: push.value for push in Push})
STATUS_REG = Register("STATUS_REG", 0x1E)
XLDA = flag(STATUS_REG, 0)
OUT_TEMP_L = Register("OUT_TEMP_L", 0x20)
OUTX_L_A = Register("OUTX_L_A", 0x28)

# The reset bit clears itself within the boot time, and would swallow what is written meanwhile.
RESET = (
    CTRL3_C.write(SW_RESET.set(True), then_wait_s=0.015, reads_back=False),
    CTRL3_C.write(BDU.set(True), IF_INC.set(True)),
)
POWER_DOWN = CTRL1_XL.write(ODR_XL_HZ.set(0))

SETTLED_S = 0.1  # after the rate, the full scale or the push has changed
SELF_TEST_SAMPLES = 5
SELF_TEST_WAIT_S = 1.2 / 52  # a new sample is there by then, for a chip that is 10 % slow too
OFF_TRIES = 4
STILL = (
    CTRL5_C.write(ST_XL.set(Push.OFF)),
    CTRL1_XL.write(ODR_XL_HZ.set(52), FS_XL_G.set(4), then_wait_s=SETTLED_S),
)
PUSHED = (CTRL5_C.write(ST_XL.set(Push.POSITIVE), then_wait_s=SETTLED_S),)
OFF = (CTRL5_C.write(ST_XL.set(Push.OFF)), POWER_DOWN)


def device_at(bus: I2cBus, address: int, part: str) -> Device:
    return Device(
        bus,
        address,
        part=part,
        wiring="Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
        "with SDO (SA0) at GND the address is 0x6a, at 3V3 0x6b.",
    )


def measuring(rate_hz: int) -> Write:
    """CTRL1_XL for ±8 g and the chip's rate nearest to `rate_hz`."""
    return CTRL1_XL.write(ODR_XL_HZ.set(CHIP_HZ[rate_hz]), FS_XL_G.set(8))


def decode_samples(data: bytes) -> Counts:
    """Six bytes each -> counts, shape (n, 3)."""
    return np.frombuffer(data, "<i2").astype(np.int16).reshape(-1, 3)


def decode_temperature(data: bytes) -> float:
    """OUT_TEMP_L and OUT_TEMP_H -> °C."""
    return 25 + int.from_bytes(data, "little", signed=True) / 256


def expect_empty(device: Device, register: Register, words: int) -> None:
    """Raises ReadbackError for words left in a FIFO that was switched off."""
    if words > 0:
        raise ReadbackError(
            f"{device.name}, register {register.name}",
            expected="0 words in the FIFO after it was switched off",
            seen=str(words),
            remedy="Look for a loose wire, SDA and SCL first.",
        )


def self_test(device: Device, wait: Wait, prepare: Iterable[Write], limits_g: tuple[float, float]) -> SelfTest:
    """prepare: from a chip in any state to one that obeys. limits_g: of the shift on each axis, whatever its sign.

    Raises what transfers raise, and SensorError for a chip that answers and takes no samples.
    """
    try:
        apply(device, (*prepare, *STILL), wait)
        before_g = _mean_g(device, wait)
        apply(device, PUSHED, wait)
        x, y, z = map(float, np.abs(_mean_g(device, wait) - before_g))
    finally:
        _let_go(device)
    return SelfTest((x, y, z), (limits_g, limits_g, limits_g))


def _mean_g(device: Device, wait: Wait) -> Array:
    """Of five fresh samples, the one before them dropped: shape (3,)."""
    samples = np.vstack([_fresh(device, wait) for _ in range(1 + SELF_TEST_SAMPLES)])
    mean_g: Array = samples[1:].mean(axis=0) * SELF_TEST_SCALE_G
    return mean_g


def _fresh(device: Device, wait: Wait) -> Counts:
    wait(SELF_TEST_WAIT_S)
    if not XLDA.of(device.read(STATUS_REG.address)):
        raise SensorError(
            device.name,
            expected=f"a sample every {1000 / 52:.0f} ms during the self-test",
            seen=f"none in {1000 * SELF_TEST_WAIT_S:.0f} ms",
            remedy="Take its power away for a moment; if this comes back, replace the board.",
        )
    return decode_samples(device.read_block(OUTX_L_A.address, SAMPLE_BYTES))


def _let_go(device: Device) -> None:
    """The push must not outlive the test: a transfer that goes wrong here is tried again."""
    for _ in range(OFF_TRIES - 1):
        with suppress(OSError, SensorError):
            apply(device, OFF)
            return
    apply(device, OFF)
