# SPDX-License-Identifier: MIT
"""LIS3DH: ±8 g in 12 bits (high resolution), its FIFO of 32 samples in stream mode. 4 mg per count.

In 12 bits it filters at a ninth of the rate: 11 Hz at 100 Hz, enough for steps, too low for impact. A burst needs 0x80
on its register. The FIFO's level ends at 31, and 32 shows as 31 with overrun.

Sources: LIS3DH data sheet DocID17530 Rev 2, §2.6, 5.1, 6.1.1, 8; ST's lis3dh-pid and its self-test example (limits).
From memory, not confirmed: the filter's ninth.
"""

import errno
from enum import IntEnum

from kneemon.drivers.bus import I2cBus
from kneemon.drivers.chip import WATERMARK, ChipOptions, Identity
from kneemon.drivers.lis import FIFO_DEPTH, RELATIVES, TEST_HZ, Lis, Plans, Push, SelfTestPlan
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag, number


class FifoMode(IntEnum):
    """FIFO_CTRL_REG, FM."""

    BYPASS = 0
    FIFO = 1
    STREAM = 2
    STREAM_TO_FIFO = 3


AUTO_INCREMENT = 0x80
UNUSED_BITS = 4  # below the 12 of a count
BOOT_S = 0.01  # 5 ms in the data sheet
SETTLING_SAMPLES = 7  # in 12 bits, after a change of mode

TEST_SETTLING_S = 0.09
TEST_G_PER_COUNT = 0.001  # 10 bits of 4 mg at ±2 g, read as 12
TEST_LIMITS_G = (0.068, 1.44)  # 17 to 360 digits of 4 mg

WHO_AM_I = Register("WHO_AM_I", 0x0F)
CTRL_REG1 = Register("CTRL_REG1", 0x20)
RATE_HZ = Field(CTRL_REG1, 7, 4, {0: 0, 50: 4, 100: 5, 200: 6})  # 0: power down
AXES = Field(CTRL_REG1, 2, 0, {"": 0, "xyz": 7})
CTRL_REG2 = Register("CTRL_REG2", 0x21)
CTRL_REG3 = Register("CTRL_REG3", 0x22)
I1_WTM = flag(CTRL_REG3, 2)
CTRL_REG4 = Register("CTRL_REG4", 0x23)
BDU = flag(CTRL_REG4, 7)
RANGE_G = Field(CTRL_REG4, 5, 4, {2: 0, 4: 1, 8: 2, 16: 3})
HR = flag(CTRL_REG4, 3)
ST = Field(CTRL_REG4, 2, 1, {push: push.value for push in Push})
CTRL_REG5 = Register("CTRL_REG5", 0x24)
BOOT = flag(CTRL_REG5, 7)
FIFO_EN = flag(CTRL_REG5, 6)
CTRL_REG6 = Register("CTRL_REG6", 0x25)
OUT_X_L = Register("OUT_X_L", 0x28)
FIFO_CTRL_REG = Register("FIFO_CTRL_REG", 0x2E)
FIFO_MODE = Field(FIFO_CTRL_REG, 7, 6, {mode: mode.value for mode in FifoMode})
FTH = number(FIFO_CTRL_REG, 4, 0, 31)
FIFO_SRC_REG = Register("FIFO_SRC_REG", 0x2F)
OVRN = flag(FIFO_SRC_REG, 6)
EMPTY = flag(FIFO_SRC_REG, 5)
FSS = number(FIFO_SRC_REG, 4, 0, 31)

FORMAT = CTRL_REG4.write(BDU.set(True), RANGE_G.set(8), HR.set(True))
POWER_DOWN = CTRL_REG1.write(RATE_HZ.set(0))
BYPASS = FIFO_CTRL_REG.write(FIFO_MODE.set(FifoMode.BYPASS))
# INT1 rises at one sample more than FTH (§5.1.3)
STREAM = FIFO_CTRL_REG.write(FIFO_MODE.set(FifoMode.STREAM), FTH.set(WATERMARK - 1))

IDENTITY = Identity("LIS3DH", WHO_AM_I, {0x33: "LIS3DH"}, {0x44: "an LIS2DW12", **RELATIVES})


def plan_configuration(rate_hz: int, interrupt: bool) -> tuple[Write, ...]:
    """BOOT reloads the trim and clears itself. CTRL_REG2: no high-pass. CTRL_REG6: INT1 is high when active."""
    return (
        CTRL_REG5.write(BOOT.set(True), then_wait_s=BOOT_S, reads_back=False),
        POWER_DOWN,
        BYPASS,
        CTRL_REG2.write(),
        CTRL_REG3.write(I1_WTM.set(interrupt)),
        FORMAT,
        CTRL_REG5.write(FIFO_EN.set(True)),
        CTRL_REG6.write(),
        _measuring(rate_hz, SETTLING_SAMPLES / rate_hz),
    )


def plan_self_test() -> tuple[Write, ...]:
    """10 bits at ±2 g."""
    return (
        POWER_DOWN,
        BYPASS,
        CTRL_REG2.write(),
        CTRL_REG3.write(),
        CTRL_REG5.write(FIFO_EN.set(True)),
        _pushed(Push.OFF),
        _measuring(TEST_HZ),
    )


def decode_level(byte: int) -> int | None:
    """FIFO_SRC_REG -> samples waiting; None for what the chip would not say."""
    empty, full, samples = EMPTY.of(byte), OVRN.of(byte), FSS.of(byte)
    if samples is None or (empty and full):
        return None
    if empty:
        return 0
    return FIFO_DEPTH if full and samples == FIFO_DEPTH - 1 else samples


class Lis3dh(Lis):
    """See `drivers.chip.Chip`. Most breakouts tie SDO (SA0) low, so 0x18 is where it is looked for."""

    scale_g_per_count = 0.004
    rails = (-2048, 2047)
    coarse = True  # 4 mg a count, 0.7 mg of noise

    def __init__(self, bus: I2cBus, address: int = 0x18, options: ChipOptions = ChipOptions()) -> None:
        super().__init__(
            bus, address, options, IDENTITY, PLANS, address_pin="with SDO at GND the address is 0x18, at 3V3 0x19"
        )

    def configure(self, wait: Wait) -> None:
        apply(self._device, plan_configuration(self.nominal_hz, self._options.interrupt), wait)

    def temperature_c(self) -> float | None:
        """None: its thermometer sits behind the ADC and tells differences only."""
        return None

    def _status(self) -> tuple[int, bool]:
        level = decode_level(self._device.read(FIFO_SRC_REG.address))
        if level is None:
            raise OSError(errno.EIO, "FIFO_SRC_REG tells of a FIFO that is empty and full")
        return level, level >= FIFO_DEPTH


def _measuring(rate_hz: int, then_wait_s: float = 0.0) -> Write:
    return CTRL_REG1.write(RATE_HZ.set(rate_hz), AXES.set("xyz"), then_wait_s=then_wait_s)


def _pushed(push: Push) -> Write:
    return CTRL_REG4.write(BDU.set(True), RANGE_G.set(2), HR.set(False), ST.set(push))


PLANS = Plans(
    bypass=BYPASS,
    stream=STREAM,
    measuring=_measuring,
    power_down=POWER_DOWN,
    format=FORMAT,
    output=OUT_X_L.address | AUTO_INCREMENT,
    unused_bits=UNUSED_BITS,
    self_test=SelfTestPlan(
        plan_self_test(),
        pushed=_pushed(Push.POSITIVE),
        released=_pushed(Push.OFF),
        settling_s=TEST_SETTLING_S,
        g_per_count=TEST_G_PER_COUNT,
        limits_g=TEST_LIMITS_G,
    ),
)
