# SPDX-License-Identifier: MIT
"""LIS2DW12: ±8 g in 14 bits (high performance), its FIFO of 32 samples in continuous mode. Little-endian.

It filters at half the rate. Counts stand in the upper 14 of 16 bits, so the lower 2 are 0 unless the wire lied. A burst
from OUT_X_L goes round through the FIFO. The level is read again after each block, so a late block that lost samples
tells.

Sources: LIS2DW12 data sheet, Table 4 (0.976 mg per count) and registers; ST's lis2dw12-pid (registers, thermometer:
16 counts per °C, 0 at 25 °C) and its self-test example (limits). From memory, not confirmed: the filter's half.
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
from kneemon.errors import ReadbackError
from kneemon.model.samples import Array


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


class Push(IntEnum):
    """CTRL3, ST: where the self-test pushes the mass."""

    OFF = 0
    POSITIVE = 1
    NEGATIVE = 2


FIFO_DEPTH = 32
SAMPLE_BYTES = 6
BLOCK_SAMPLES = BLOCK_MOST // SAMPLE_BYTES
UNUSED_BITS = 2  # below the 14 of a count
RESET_POLLS, RESET_POLL_S = 50, 0.001  # microseconds in practice; 20 ms when it boots as well

TEMPERATURE_UNUSED_BITS = 4
COUNTS_PER_C, ZERO_C = 16, 25.0

TEST_HZ = 50
TEST_SETTLING_S = 0.1
TEST_SAMPLES = 5
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

IDENTITY = Identity(
    "LIS2DW12",
    WHO_AM_I,
    {0x44: "LIS2DW12"},
    {
        0x33: "an LIS3DH or LIS2DH12",
        0x32: "an LIS331 or H3LIS331",
        0x3F: "an LIS3DSH",
        0x41: "an LIS2HH12",
        0x43: "an LIS2DS12",
    },
)


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


def plan_start(rate_hz: int) -> tuple[Write, ...]:
    """Bypass empties the FIFO."""
    return (BYPASS, _measuring(rate_hz), CONTINUOUS)


def plan_self_test() -> tuple[Write, ...]:
    """The mode the limits were given for; interrupts off."""
    return (
        POWER_DOWN,
        BYPASS,
        CTRL2.write(BDU.set(True), IF_ADD_INC.set(True)),
        CTRL3.write(ST.set(Push.OFF)),
        CTRL4_INT1_PAD_CTRL.write(),
        CTRL6.write(RANGE_G.set(4)),
        _measuring(TEST_HZ),
    )


def decode_samples(data: bytes) -> Counts | None:
    """Whole samples as they leave the FIFO -> counts, shape (n, 3); None when their lower bits are not 0."""
    words = np.frombuffer(data, "<i2").astype(np.int16).reshape(-1, 3)
    if (words & (1 << UNUSED_BITS) - 1).any():
        return None
    return words >> UNUSED_BITS


def decode_temperature_c(data: bytes) -> float:
    """OUT_T_L and OUT_T_H -> °C."""
    return (int.from_bytes(data, "little", signed=True) >> TEMPERATURE_UNUSED_BITS) / COUNTS_PER_C + ZERO_C


class Lis2dw12:
    """See `drivers.chip.Chip`. SA0 is pulled up inside, so 0x19 is where it is looked for."""

    scale_g_per_count = 0.000976
    rails = (-8192, 8191)
    fifo_samples = FIFO_DEPTH

    def __init__(self, bus: I2cBus, address: int = 0x19, options: ChipOptions = ChipOptions()) -> None:
        check_rate(IDENTITY.part, options.rate_hz)
        self.nominal_hz = options.rate_hz
        self.watermark = WATERMARK if options.interrupt else None
        self._options = options
        self._device = Device(
            bus,
            address,
            part=IDENTITY.part,
            wiring="Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
            "with SA0 (SDO) at 3V3 or open the address is 0x19, at GND 0x18.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        check_identity(self._device, IDENTITY, self._options.accept_identity)

    def configure(self, wait: Wait) -> None:
        self._reset(wait)
        apply(self._device, plan_configuration(self._options.interrupt))

    def start(self) -> None:
        apply(self._device, plan_start(self.nominal_hz))

    def level(self) -> int:
        return self._status()[0]

    def drain(self) -> Drain:
        level, overrun = self._status()
        if level == 0:
            return Drain(NO_COUNTS)
        blocks = []
        for at in range(0, level, BLOCK_SAMPLES):
            samples = min(BLOCK_SAMPLES, level - at)
            blocks.append(self._device.read_block(OUT_X_L.address, samples * SAMPLE_BYTES))
            overrun = self.level() + samples >= FIFO_DEPTH or overrun
        counts = decode_samples(b"".join(blocks))
        if counts is None:
            self.start()
            return Drain(NO_COUNTS, misaligned=True)
        return Drain(counts, overrun)

    def alive(self) -> bool:
        return self._device.read(CTRL6.address) == FORMAT.value

    def temperature_c(self) -> float | None:
        return decode_temperature_c(self._device.read_block(OUT_T_L.address, 2))

    def self_test(self, wait: Wait) -> SelfTest:
        apply(self._device, plan_self_test())
        try:
            rest = self._mean(wait)
            apply(self._device, (CTRL3.write(ST.set(Push.POSITIVE)),))
            pushed = self._mean(wait)
        finally:
            insist(self._device, (CTRL3.write(ST.set(Push.OFF)),))
        x, y, z = ((pushed - rest) * TEST_G_PER_COUNT).tolist()
        return SelfTest((x, y, z), (TEST_LIMITS_G, TEST_LIMITS_G, TEST_LIMITS_G))

    def stop(self) -> None:
        apply(self._device, (POWER_DOWN,))

    def _status(self) -> tuple[int, bool]:
        """Samples waiting, and whether any were overwritten."""
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

    def _mean(self, wait: Wait) -> Array:
        """Counts x y z, over a few samples taken once the mass is quiet."""
        wait(TEST_SETTLING_S)
        apply(self._device, (BYPASS, CONTINUOUS))
        wait((TEST_SAMPLES + 2) / TEST_HZ)  # two more: the chip may be slower than it says
        counts = self.drain().counts
        if len(counts) < TEST_SAMPLES:
            raise OSError(errno.EIO, f"{len(counts)} samples came where {TEST_SAMPLES} were due")
        mean: Array = counts[:TEST_SAMPLES].mean(axis=0)
        return mean


def _measuring(rate_hz: int) -> Write:
    return CTRL1.write(RATE_HZ.set(rate_hz), POWER_MODE.set(PowerMode.HIGH_PERFORMANCE))
