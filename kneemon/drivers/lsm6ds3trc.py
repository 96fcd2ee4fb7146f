# SPDX-License-Identifier: MIT
"""LSM6DS3TR-C, and its elder LSM6DS3: the accelerometer alone, ±8 g, through a FIFO of 2-byte words without tags.

FIFO_PATTERN alone tells which axis comes next. It is asked before a drain, to skip to an x, and after it: people report
of this family that a sample taken while the FIFO is read can turn the axes. Words that came out turned are thrown away.
An LSM6DS3 has the deeper FIFO; what exceeds ours comes with the next drain.

Sources: ST lsm6ds3tr-c-pid; Linux st_lsm6dsx_buffer.c; LSM6DSL data sheet DocID028475 Rev. 7, p. 36 (one reading for
all four FIFO_STATUS). From memory, unconfirmed: 90 mg as the least shift of the self-test.
"""

import errno
from dataclasses import dataclass
from enum import IntEnum

from kneemon.drivers import lsm6
from kneemon.drivers.bus import BLOCK_MOST, I2cBus
from kneemon.drivers.chip import (
    NO_COUNTS,
    WATERMARK,
    ChipOptions,
    Drain,
    Identity,
    SelfTest,
    check_identity,
    check_rate,
)
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag, number


class FifoMode(IntEnum):
    """FIFO_CTRL5, FIFO_MODE: those we use."""

    BYPASS = 0
    CONTINUOUS = 6


FIFO_SAMPLES = 682
WORD_BYTES = 2
SAMPLE_WORDS = 3
BLOCK_BYTES = BLOCK_MOST // lsm6.SAMPLE_BYTES * lsm6.SAMPLE_BYTES
LIMITS_G = (0.09, 1.7)

FIFO_CTRL1 = Register("FIFO_CTRL1", 0x06)
FTH_WORDS = number(FIFO_CTRL1, 7, 0, 255)
FIFO_CTRL2 = Register("FIFO_CTRL2", 0x07)
FIFO_CTRL3 = Register("FIFO_CTRL3", 0x08)
XL_IN_FIFO = Field(FIFO_CTRL3, 2, 0, {False: 0, True: 1})  # 1: without decimation
FIFO_CTRL4 = Register("FIFO_CTRL4", 0x09)
FIFO_CTRL5 = Register("FIFO_CTRL5", 0x0A)
ODR_FIFO_HZ = Field(FIFO_CTRL5, 6, 3, {0: 0, 52: 3, 104: 4, 208: 5})
FIFO_MODE = Field(FIFO_CTRL5, 2, 0, {mode: mode.value for mode in FifoMode})
FIFO_STATUS1 = Register("FIFO_STATUS1", 0x3A)
FIFO_STATUS2 = Register("FIFO_STATUS2", 0x3B)
OVER_RUN = flag(FIFO_STATUS2, 6)
FIFO_EMPTY = flag(FIFO_STATUS2, 4)
DIFF_FIFO_HIGH = number(FIFO_STATUS2, 2, 0, 7)
FIFO_STATUS4 = Register("FIFO_STATUS4", 0x3D)
FIFO_PATTERN_HIGH = number(FIFO_STATUS4, 1, 0, 3)
FIFO_DATA_OUT_L = Register("FIFO_DATA_OUT_L", 0x3E)

BYPASS = FIFO_CTRL5.write(ODR_FIFO_HZ.set(0), FIFO_MODE.set(FifoMode.BYPASS))

IDENTITY = Identity(
    "LSM6DS3TR-C",
    lsm6.WHO_AM_I,
    {0x6A: "LSM6DS3TR-C", 0x69: "LSM6DS3"},
    {0x6B: "an ISM330DHCX", 0x6C: "an LSM6DSO, LSM6DSOX or LSM6DSO32"},
)


def plan_configuration(options: ChipOptions) -> tuple[Write, ...]:
    """From any state to samples that have settled, the FIFO still off."""
    measuring = lsm6.measuring(options.rate_hz)
    return (
        *lsm6.RESET,
        BYPASS,
        FIFO_CTRL1.write(FTH_WORDS.set(SAMPLE_WORDS * WATERMARK if options.interrupt else 0)),
        FIFO_CTRL2.write(),
        FIFO_CTRL3.write(XL_IN_FIFO.set(True)),
        FIFO_CTRL4.write(),
        lsm6.INT1_CTRL.write(lsm6.INT1_FIFO_TH.set(options.interrupt)),
        lsm6.CTRL2_G.write(),
        lsm6.CTRL5_C.write(),
        Write(measuring.register, measuring.value, then_wait_s=lsm6.SETTLED_S),
    )


def plan_filling(rate_hz: int) -> tuple[Write, ...]:
    return (FIFO_CTRL5.write(ODR_FIFO_HZ.set(lsm6.CHIP_HZ[rate_hz]), FIFO_MODE.set(FifoMode.CONTINUOUS)),)


@dataclass(frozen=True, slots=True)
class Status:
    """words: waiting in the FIFO. pattern: the next of them, 0 1 2 for x y z; overrun: the oldest were overwritten."""

    words: int
    pattern: int
    overrun: bool


def decode_status(data: bytes) -> Status | None:
    """FIFO_STATUS1 to FIFO_STATUS4; None when they say that the FIFO is empty and that it is not."""
    low, flags, pattern_low, pattern_high = data
    words = (flags & DIFF_FIFO_HIGH.mask) << 8 | low
    if words > 0 and FIFO_EMPTY.of(flags):
        return None
    return Status(words, (pattern_high & FIFO_PATTERN_HIGH.mask) << 8 | pattern_low, bool(OVER_RUN.of(flags)))


class Lsm6ds3trc:
    """See `drivers.chip.Chip`."""

    scale_g_per_count = lsm6.SCALE_G
    rails = lsm6.RAILS
    coarse = False
    fifo_samples = FIFO_SAMPLES

    def __init__(self, bus: I2cBus, address: int = 0x6A, options: ChipOptions = ChipOptions()) -> None:
        check_rate(IDENTITY.part, options.rate_hz)
        self.nominal_hz = float(lsm6.CHIP_HZ[options.rate_hz])
        self.watermark = WATERMARK if options.interrupt else None
        self._options = options
        self._device = lsm6.device_at(bus, address, IDENTITY.part)

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        check_identity(self._device, IDENTITY, self._options.accept_identity)

    def configure(self, wait: Wait) -> None:
        apply(self._device, plan_configuration(self._options), wait)

    def start(self) -> None:
        apply(self._device, (BYPASS,))
        lsm6.expect_empty(self._device, FIFO_STATUS1, self._status().words)
        apply(self._device, plan_filling(self._options.rate_hz))

    def level(self) -> int:
        return self._status().words // SAMPLE_WORDS

    def drain(self) -> Drain:
        status = self._status()
        if status.words == 0 and not status.overrun:
            return Drain(NO_COUNTS)
        # Overrun and no words: the count has no bit for a FIFO that is full to the last word.
        if status.words == 0 or status.pattern >= SAMPLE_WORDS:
            return self._afresh(status.overrun)
        skipped = min(-status.pattern % SAMPLE_WORDS, status.words)
        self._read(skipped * WORD_BYTES)
        data = self._read((status.words - skipped) // SAMPLE_WORDS * lsm6.SAMPLE_BYTES)
        after = self._status()
        if after.words > 0 and after.pattern != 0:
            return self._afresh(status.overrun)
        # The words skipped were what is left of a sample.
        return Drain(
            lsm6.decode_samples(data) if data else NO_COUNTS,
            overrun=status.overrun or after.overrun or skipped > 0,
        )

    def alive(self) -> bool:
        return self._device.read(lsm6.CTRL1_XL.address) == lsm6.measuring(self._options.rate_hz).value

    def temperature_c(self) -> float | None:
        return lsm6.decode_temperature(self._device.read_block(lsm6.OUT_TEMP_L.address, 2))

    def self_test(self, wait: Wait) -> SelfTest:
        return lsm6.self_test(self._device, wait, lsm6.RESET, LIMITS_G)

    def stop(self) -> None:
        apply(self._device, (lsm6.POWER_DOWN,))

    def _status(self) -> Status:
        status = decode_status(self._device.read_block(FIFO_STATUS1.address, 4))
        if status is None:
            raise OSError(errno.EIO, "FIFO_STATUS tells of words in an empty FIFO")
        return status

    def _read(self, length: int) -> bytes:
        """So many bytes from the FIFO, five samples at a time; the chip's address wraps from 0x3f to 0x3e."""
        return b"".join(self._block(min(BLOCK_BYTES, length - at)) for at in range(0, length, BLOCK_BYTES))

    def _block(self, length: int) -> bytes:
        block = self._device.read_block(FIFO_DATA_OUT_L.address, length)
        if len(block) >= lsm6.SAMPLE_BYTES and block == b"\xff" * length:
            raise OSError(errno.EIO, "every bit of a block was 1, as on wires that nobody drives")
        return block

    def _afresh(self, overrun: bool) -> Drain:
        self.start()
        return Drain(NO_COUNTS, overrun=overrun, misaligned=True)
