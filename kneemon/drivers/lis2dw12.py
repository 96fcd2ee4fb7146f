# SPDX-License-Identifier: MIT
"""LIS2DW12: ±8 g in 14 bits (high performance), its FIFO of 32 samples in continuous mode. It filters at half the rate.

Sources: LIS2DW12 data sheet, Table 4 (0.976 mg per count) and registers; ST's lis2dw12-pid (registers, thermometer:
16 counts per °C, 0 at 25 °C) and its self-test example (limits). From memory, not confirmed: the filter's half.
"""

import errno
from enum import IntEnum

from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import WATERMARK, ChipOptions, Identity
from kneemon.drivers.lis import FIFO_DEPTH, RELATIVES, TEST_HZ, Lis, Plans, Push, SelfTestPlan
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag, number
from kneemon.errors import ReadbackError


class FifoMode(IntEnum):
    """FIFO_CTRL, FMode."""

    BYPASS = 0
    FIFO = 1
    CONTINUOUS_TO_FIFO = 3
    BYPASS_TO_CONTINUOUS = 4
    CONTINUOUS = 6


class PowerMode(IntEnum):
    """CTRL1, MODE."""

    LOW_POWER = 0
    HIGH_PERFORMANCE = 1
    SINGLE = 2


UNUSED_BITS = 2  # below the 14 of a count
RESET_POLLS, RESET_POLL_S = 50, 0.001  # microseconds in practice; 20 ms when it boots as well

TEMPERATURE_UNUSED_BITS = 4
COUNTS_PER_C, ZERO_C = 16, 25.0

TEST_SETTLING_S = 0.1
TEST_G_PER_COUNT = 0.000488  # at ±4 g
TEST_LIMITS_G = (0.07, 1.5)

OUT_T_L = Register("OUT_T_L", 0x0D)
WHO_AM_I = Register("WHO_AM_I", 0x0F)
CTRL1 = Register("CTRL1", 0x20)
RATE_HZ = Field(CTRL1, 7, 4, {0: 0, 50: 4, 100: 5, 200: 6})  # 0: power down
POWER_MODE = Field(CTRL1, 3, 2, {mode: mode.value for mode in PowerMode})
CTRL2 = Register("CTRL2", 0x21)
SOFT_RESET = flag(CTRL2, 6)
BDU = flag(CTRL2, 3)
IF_ADD_INC = flag(CTRL2, 2)
CTRL3 = Register("CTRL3", 0x22)
ST = Field(CTRL3, 7, 6, {push: push.value for push in Push})
CTRL4_INT1_PAD_CTRL = Register("CTRL4_INT1_PAD_CTRL", 0x23)
INT1_FTH = flag(CTRL4_INT1_PAD_CTRL, 1)
CTRL6 = Register("CTRL6", 0x25)
RANGE_G = Field(CTRL6, 5, 4, {2: 0, 4: 1, 8: 2, 16: 3})
OUT_X_L = Register("OUT_X_L", 0x28)
FIFO_CTRL = Register("FIFO_CTRL", 0x2E)
FIFO_MODE = Field(FIFO_CTRL, 7, 5, {mode: mode.value for mode in FifoMode})
FTH = number(FIFO_CTRL, 4, 0, 31)
FIFO_SAMPLES = Register("FIFO_SAMPLES", 0x2F)
FIFO_OVR = flag(FIFO_SAMPLES, 6)
DIFF = number(FIFO_SAMPLES, 5, 0, FIFO_DEPTH)

RESET = CTRL2.write(SOFT_RESET.set(True), reads_back=False)
FORMAT = CTRL6.write(RANGE_G.set(8))
POWER_DOWN = CTRL1.write(RATE_HZ.set(0))
BYPASS = FIFO_CTRL.write(FIFO_MODE.set(FifoMode.BYPASS))
CONTINUOUS = FIFO_CTRL.write(FIFO_MODE.set(FifoMode.CONTINUOUS), FTH.set(WATERMARK))

IDENTITY = Identity("LIS2DW12", WHO_AM_I, {0x44: "LIS2DW12"}, {0x33: "an LIS3DH or LIS2DH12", **RELATIVES})


def plan_configuration(interrupt: bool) -> tuple[Write, ...]:
    """What follows the reset. CTRL3: no self-test; INT1 drives its line, and is high when active."""
    return (
        POWER_DOWN,
        BYPASS,
        CTRL2.write(BDU.set(True), IF_ADD_INC.set(True)),
        CTRL3.write(ST.set(Push.OFF)),
        CTRL4_INT1_PAD_CTRL.write(INT1_FTH.set(interrupt)),
        FORMAT,
    )


def plan_self_test() -> tuple[Write, ...]:
    """14 bits at ±4 g."""
    return (
        POWER_DOWN,
        BYPASS,
        CTRL2.write(BDU.set(True), IF_ADD_INC.set(True)),
        CTRL3.write(ST.set(Push.OFF)),
        CTRL4_INT1_PAD_CTRL.write(),
        CTRL6.write(RANGE_G.set(4)),
        _measuring(TEST_HZ),
    )


def decode_temperature_c(data: bytes) -> float:
    """OUT_T_L and OUT_T_H -> °C."""
    return (int.from_bytes(data, "little", signed=True) >> TEMPERATURE_UNUSED_BITS) / COUNTS_PER_C + ZERO_C


class Lis2dw12(Lis):
    """See `drivers.chip.Chip`. SA0 is pulled up inside, so 0x19 is where it is looked for."""

    scale_g_per_count = 0.000976
    rails = (-8192, 8191)
    coarse = False

    def __init__(self, bus: I2cBus, address: int = 0x19, options: ChipOptions = ChipOptions()) -> None:
        super().__init__(
            bus,
            address,
            options,
            IDENTITY,
            PLANS,
            address_pin="with SA0 (SDO) at 3V3 or open the address is 0x19, at GND 0x18",
        )

    def configure(self, wait: Wait) -> None:
        self._reset(wait)
        apply(self._device, plan_configuration(self._options.interrupt))

    def temperature_c(self) -> float | None:
        return decode_temperature_c(self._device.read_block(OUT_T_L.address, 2))

    def _status(self) -> tuple[int, bool]:
        status = self._device.read(FIFO_SAMPLES.address)
        level = DIFF.of(status)
        if level is None:
            raise OSError(errno.EIO, "FIFO_SAMPLES tells of more samples than there are")
        return level, level >= FIFO_DEPTH or bool(FIFO_OVR.of(status))

    def _reset(self, wait: Wait) -> None:
        """Registers at their defaults. Raises ReadbackError when it does not end."""
        apply(self._device, (RESET,))
        for _ in range(RESET_POLLS):
            wait(RESET_POLL_S)
            if not SOFT_RESET.of(self._device.read(CTRL2.address)):
                return
        raise ReadbackError(
            f"{self.name}, register {CTRL2.name}",
            expected=f"an end of the reset within {RESET_POLLS * RESET_POLL_S * 1000:.0f} ms",
            seen="its bit still set",
            remedy="Look for a loose wire, SDA and SCL first.",
        )


def _measuring(rate_hz: int) -> Write:
    return CTRL1.write(RATE_HZ.set(rate_hz), POWER_MODE.set(PowerMode.HIGH_PERFORMANCE))


PLANS = Plans(
    bypass=BYPASS,
    stream=CONTINUOUS,
    measuring=_measuring,
    power_down=POWER_DOWN,
    format=FORMAT,
    output=OUT_X_L.address,
    unused_bits=UNUSED_BITS,
    self_test=SelfTestPlan(
        plan_self_test(),
        pushed=CTRL3.write(ST.set(Push.POSITIVE)),
        released=CTRL3.write(ST.set(Push.OFF)),
        settling_s=TEST_SETTLING_S,
        g_per_count=TEST_G_PER_COUNT,
        limits_g=TEST_LIMITS_G,
    ),
)
