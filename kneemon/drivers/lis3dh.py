# SPDX-License-Identifier: MIT
"""LIS3DH: ±8 g in 12 bits (high resolution), its FIFO of 32 samples in stream mode. Little-endian, 4 mg per count.

In 12 bits it filters at a ninth of the rate: 11 Hz at 100 Hz, enough for steps, too low for impact. A burst needs 0x80
on its register. Counts stand in the upper 12 of 16 bits, so the lower 4 are 0 unless the wire lied. The FIFO's level
ends at 31, and 32 shows as 31 with overrun; it is read again after each block, so a late block that lost samples tells.

Sources: LIS3DH data sheet DocID17530 Rev 2, §2.6, 5.1, 6.1.1, 8; ST's lis3dh-pid and its self-test example (limits).
From memory, not confirmed: the filter's ninth.
"""

import errno
from enum import IntEnum

import numpy as np

from kneemon.drivers.bus import BLOCK_MOST, Device, I2cBus
from kneemon.drivers.chip import (
    NO_COUNTS,
    WATERMARK,
    ChipOptions,
    Counts,
    Drain,
    Identity,
    SelfTest,
    check_identity,
    check_rate,
)
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag, insist, number
from kneemon.model.samples import Array


class FifoMode(IntEnum):
    """FIFO_CTRL_REG, FM."""

    BYPASS = 0
    FIFO = 1
    STREAM = 2
    STREAM_TO_FIFO = 3


class Push(IntEnum):
    """CTRL_REG4, ST: where the self-test pushes the mass."""

    OFF = 0
    POSITIVE = 1
    NEGATIVE = 2


FIFO_DEPTH = 32
SAMPLE_BYTES = 6
BLOCK_SAMPLES = BLOCK_MOST // SAMPLE_BYTES
AUTO_INCREMENT = 0x80
UNUSED_BITS = 4  # below the 12 of a count
BOOT_S = 0.01  # 5 ms in the data sheet
SETTLING_SAMPLES = 7  # in 12 bits, after a change of mode

TEST_HZ = 50
TEST_SETTLING_S = 0.09
TEST_SAMPLES = 5
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

IDENTITY = Identity(
    "LIS3DH",
    WHO_AM_I,
    {0x33: "LIS3DH"},
    {
        0x44: "an LIS2DW12",
        0x32: "an LIS331 or H3LIS331",
        0x3F: "an LIS3DSH",
        0x41: "an LIS2HH12",
        0x43: "an LIS2DS12",
    },
)


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


def plan_start(rate_hz: int) -> tuple[Write, ...]:
    """Bypass empties the FIFO."""
    return (BYPASS, _measuring(rate_hz), STREAM)


def plan_self_test() -> tuple[Write, ...]:
    """The mode the limits were given for, 10 bits at ±2 g; interrupts off."""
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


def decode_samples(data: bytes) -> Counts | None:
    """Whole samples as they leave the FIFO -> counts, shape (n, 3); None when their lower bits are not 0."""
    words = np.frombuffer(data, "<i2").astype(np.int16).reshape(-1, 3)
    if (words & (1 << UNUSED_BITS) - 1).any():
        return None
    return words >> UNUSED_BITS


class Lis3dh:
    """See `drivers.chip.Chip`. Most breakouts tie SDO (SA0) low, so 0x18 is where it is looked for."""

    scale_g_per_count = 0.004
    rails = (-2048, 2047)
    fifo_samples = FIFO_DEPTH

    def __init__(self, bus: I2cBus, address: int = 0x18, options: ChipOptions = ChipOptions()) -> None:
        check_rate(IDENTITY.part, options.rate_hz)
        self.nominal_hz = options.rate_hz
        self.watermark = WATERMARK if options.interrupt else None
        self._options = options
        self._device = Device(
            bus,
            address,
            part=IDENTITY.part,
            wiring="Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
            "with SDO at GND the address is 0x18, at 3V3 0x19.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        check_identity(self._device, IDENTITY, self._options.accept_identity)

    def configure(self, wait: Wait) -> None:
        apply(self._device, plan_configuration(self.nominal_hz, self._options.interrupt), wait)

    def start(self) -> None:
        apply(self._device, plan_start(self.nominal_hz))

    def level(self) -> int:
        level = decode_level(self._device.read(FIFO_SRC_REG.address))
        if level is None:
            raise OSError(errno.EIO, "FIFO_SRC_REG tells of a FIFO that is empty and full")
        return level

    def drain(self) -> Drain:
        level = self.level()
        if level == 0:
            return Drain(NO_COUNTS)
        overrun = level >= FIFO_DEPTH
        blocks = []
        for at in range(0, level, BLOCK_SAMPLES):
            samples = min(BLOCK_SAMPLES, level - at)
            blocks.append(self._device.read_block(OUT_X_L.address | AUTO_INCREMENT, samples * SAMPLE_BYTES))
            overrun = self.level() + samples >= FIFO_DEPTH or overrun
        counts = decode_samples(b"".join(blocks))
        if counts is None:
            self.start()
            return Drain(NO_COUNTS, misaligned=True)
        return Drain(counts, overrun)

    def alive(self) -> bool:
        return self._device.read(CTRL_REG4.address) == FORMAT.value

    def temperature_c(self) -> float | None:
        """None: its thermometer sits behind the ADC and tells differences only."""
        return None

    def self_test(self, wait: Wait) -> SelfTest:
        apply(self._device, plan_self_test())
        try:
            rest = self._mean(wait)
            apply(self._device, (_pushed(Push.POSITIVE),))
            pushed = self._mean(wait)
        finally:
            insist(self._device, (_pushed(Push.OFF),))
        x, y, z = ((pushed - rest) * TEST_G_PER_COUNT).tolist()
        return SelfTest((x, y, z), (TEST_LIMITS_G, TEST_LIMITS_G, TEST_LIMITS_G))

    def stop(self) -> None:
        apply(self._device, (POWER_DOWN,))

    def _mean(self, wait: Wait) -> Array:
        """Counts x y z, over a few samples taken once the mass is quiet."""
        wait(TEST_SETTLING_S)
        apply(self._device, (BYPASS, STREAM))
        wait((TEST_SAMPLES + 2) / TEST_HZ)  # two more: the chip may be slower than it says
        counts = self.drain().counts
        if len(counts) < TEST_SAMPLES:
            raise OSError(errno.EIO, f"{len(counts)} samples came where {TEST_SAMPLES} were due")
        mean: Array = counts[:TEST_SAMPLES].mean(axis=0)
        return mean


def _measuring(rate_hz: int, then_wait_s: float = 0.0) -> Write:
    return CTRL_REG1.write(RATE_HZ.set(rate_hz), AXES.set("xyz"), then_wait_s=then_wait_s)


def _pushed(push: Push) -> Write:
    return CTRL_REG4.write(BDU.set(True), RANGE_G.set(2), HR.set(False), ST.set(push))
