# SPDX-License-Identifier: MIT
"""LSM6DSO and LSM6DSOX: the accelerometer alone, ±8 g, through a FIFO of 512 words that say what they are.

A word is a tag and six bytes; the tag tells samples from other things, and from a wire that nobody drives. After a
start the chip may give fillers, then samples that have not settled: both are dropped. Later the same value is a clipped
sample, and stays. An LSM6DSO32 says 0x6c too and its scale is twice ours: it reads half a g at rest, and only that
check finds it. The parity of the tag is not believed: no data sheet at hand describes it.

Sources: LSM6DSO data sheet DS12140 Rev. 2, §6.5 and 9; ST lsm6dso-pid; Linux st_lsm6dsx_buffer.c (tags, fillers).
"""

import errno
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from kneemon.drivers import lsm6
from kneemon.drivers.bus import BLOCK_MOST, I2cBus
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
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag, number


class FifoMode(IntEnum):
    """FIFO_CTRL4, FIFO_MODE: those we use."""

    BYPASS = 0
    CONTINUOUS = 6


class Tag(IntEnum):
    """What a word is, of those that may come with compression off."""

    GYROSCOPE = 1
    ACCELEROMETER = 2
    TEMPERATURE = 3
    TIMESTAMP = 4
    CONFIGURATION_CHANGE = 5


FIFO_WORDS = 512
WORD_BYTES = 7
BLOCK_WORDS = BLOCK_MOST // WORD_BYTES
FILLER_LEAST = 0x7FFD
SETTLING_SAMPLES = 3
LIMITS_G = (0.05, 1.7)

FIFO_CTRL1 = Register("FIFO_CTRL1", 0x07)
WTM_WORDS = number(FIFO_CTRL1, 7, 0, 255)
FIFO_CTRL2 = Register("FIFO_CTRL2", 0x08)
FIFO_CTRL3 = Register("FIFO_CTRL3", 0x09)
BDR_XL_HZ = Field(FIFO_CTRL3, 3, 0, {0: 0, 52: 3, 104: 4, 208: 5})
FIFO_CTRL4 = Register("FIFO_CTRL4", 0x0A)
FIFO_MODE = Field(FIFO_CTRL4, 2, 0, {mode: mode.value for mode in FifoMode})
CTRL8_XL = Register("CTRL8_XL", 0x17)
CTRL9_XL = Register("CTRL9_XL", 0x18)
DEN_XYZ = Field(CTRL9_XL, 7, 5, {False: 0, True: 7})
I3C_DISABLE = flag(CTRL9_XL, 1)
FIFO_STATUS1 = Register("FIFO_STATUS1", 0x3A)
FIFO_STATUS2 = Register("FIFO_STATUS2", 0x3B)
FIFO_OVR_IA = flag(FIFO_STATUS2, 6)
FIFO_OVR_LATCHED = flag(FIFO_STATUS2, 3)
DIFF_FIFO_HIGH = number(FIFO_STATUS2, 1, 0, 3)
FIFO_DATA_OUT_TAG = Register("FIFO_DATA_OUT_TAG", 0x78)
TAG = Field(FIFO_DATA_OUT_TAG, 7, 3, {tag: tag.value for tag in Tag})

# The three DEN bits are set after a reset, and mean nothing while DEN is off.
OBEDIENT = (*lsm6.RESET, CTRL9_XL.write(DEN_XYZ.set(True), I3C_DISABLE.set(True)))
BYPASS = FIFO_CTRL4.write(FIFO_MODE.set(FifoMode.BYPASS))
CONTINUOUS = FIFO_CTRL4.write(FIFO_MODE.set(FifoMode.CONTINUOUS))

IDENTITY = Identity(
    "LSM6DSO",
    lsm6.WHO_AM_I,
    {0x6C: "LSM6DSO"},
    {0x6B: "an ISM330DHCX", 0x6A: "an LSM6DS3TR-C or LSM6DSL", 0x69: "an LSM6DS3 or LSM6DS33"},
)


def plan_configuration(options: ChipOptions) -> tuple[Write, ...]:
    """From any state to sampling, the FIFO still off."""
    return (
        *OBEDIENT,
        BYPASS,
        FIFO_CTRL1.write(WTM_WORDS.set(WATERMARK if options.interrupt else 0)),
        FIFO_CTRL2.write(),
        FIFO_CTRL3.write(BDR_XL_HZ.set(lsm6.CHIP_HZ[options.rate_hz])),
        lsm6.INT1_CTRL.write(lsm6.INT1_FIFO_TH.set(options.interrupt)),
        lsm6.CTRL2_G.write(),
        lsm6.CTRL5_C.write(),
        CTRL8_XL.write(),
        lsm6.measuring(options.rate_hz),
    )


@dataclass(frozen=True, slots=True)
class Status:
    """words: waiting in the FIFO. overrun: the oldest were overwritten, now or since this was last asked."""

    words: int
    overrun: bool


def decode_status(data: bytes) -> Status | None:
    """FIFO_STATUS1 and FIFO_STATUS2; None for more words than there can be."""
    low, flags = data
    words = (flags & DIFF_FIFO_HIGH.mask) << 8 | low
    return Status(words, bool(flags & (FIFO_OVR_IA.mask | FIFO_OVR_LATCHED.mask))) if words <= FIFO_WORDS else None


def decode_words(data: bytes) -> Counts | None:
    """Whole words -> the samples among them, shape (n, 3); None when one has a tag that makes no sense."""
    words = [data[at : at + WORD_BYTES] for at in range(0, len(data), WORD_BYTES)]
    tags = [TAG.of(word[0]) for word in words]
    if None in tags:
        return None
    return lsm6.decode_samples(
        b"".join(word[1:] for word, tag in zip(words, tags, strict=True) if tag is Tag.ACCELEROMETER)
    )


def after_start(counts: Counts, settling: int) -> tuple[Counts, int]:
    """`settling` samples, and the fillers before and among them, cut from the front; how many are still to be cut."""
    if settling == 0:
        return counts, 0
    samples = np.flatnonzero(counts[:, 0] < FILLER_LEAST)
    if len(samples) < settling:
        return NO_COUNTS, settling - len(samples)
    return counts[samples[settling - 1] + 1 :], 0


class Lsm6dso:
    """See `drivers.chip.Chip`."""

    scale_g_per_count = lsm6.SCALE_G
    rails = lsm6.RAILS
    coarse = False
    fifo_samples = FIFO_WORDS

    def __init__(self, bus: I2cBus, address: int = 0x6A, options: ChipOptions = ChipOptions()) -> None:
        check_rate(IDENTITY.part, options.rate_hz)
        self.nominal_hz = float(lsm6.CHIP_HZ[options.rate_hz])
        self.watermark = WATERMARK if options.interrupt else None
        self._options = options
        self._device = lsm6.device_at(bus, address, IDENTITY.part)
        self._settling = 0

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        check_identity(self._device, IDENTITY, self._options.accept_identity)

    def configure(self, wait: Wait) -> None:
        apply(self._device, plan_configuration(self._options), wait)

    def start(self) -> None:
        apply(self._device, (BYPASS,))
        # Asking also clears what was latched before.
        lsm6.expect_empty(self._device, FIFO_STATUS1, self._status().words)
        apply(self._device, (CONTINUOUS,))
        self._settling = SETTLING_SAMPLES

    def level(self) -> int:
        return self._status().words

    def drain(self) -> Drain:
        status = self._status()
        if status.words == 0:
            return Drain(NO_COUNTS, overrun=status.overrun)
        counts = decode_words(b"".join(self._words(status.words)))
        if counts is None:
            self.start()
            return Drain(NO_COUNTS, overrun=status.overrun, misaligned=True)
        counts, self._settling = after_start(counts, self._settling)
        # Asked once more: words may have gone between the first answer and the first word.
        return Drain(counts, overrun=status.overrun or self._status().overrun)

    def alive(self) -> bool:
        return self._device.read(lsm6.CTRL1_XL.address) == lsm6.measuring(self._options.rate_hz).value

    def temperature_c(self) -> float | None:
        return lsm6.decode_temperature(self._device.read_block(lsm6.OUT_TEMP_L.address, 2))

    def self_test(self, wait: Wait) -> SelfTest:
        return lsm6.self_test(self._device, wait, OBEDIENT, LIMITS_G)

    def stop(self) -> None:
        apply(self._device, (lsm6.POWER_DOWN,))

    def _status(self) -> Status:
        status = decode_status(self._device.read_block(FIFO_STATUS1.address, 2))
        if status is None:
            raise OSError(errno.EIO, "FIFO_STATUS tells of more words than there are")
        return status

    def _words(self, words: int) -> list[bytes]:
        """In blocks that end where the chip's own address wraps."""
        return [
            self._device.read_block(FIFO_DATA_OUT_TAG.address, WORD_BYTES * min(BLOCK_WORDS, words - at))
            for at in range(0, words, BLOCK_WORDS)
        ]
