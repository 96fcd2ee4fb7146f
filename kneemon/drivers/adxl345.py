# SPDX-License-Identifier: MIT
"""ADXL345: ±8 g in full resolution, its FIFO of 32 samples in stream mode. Little-endian, 256 counts per g.

The FIFO is popped entry by entry. Each pop reads 0x32-0x39: the sample, then FIFO_CTL, which must be what was written,
then FIFO_STATUS; so a glitch on the wire shows itself. The chip has no reset: every register that is used is written.
It has no thermometer either.

Sources: ADXL345 data sheet Rev. E, p. 19-22 (interrupts, FIFO, self-test), p. 22-27 (registers), Tables 1 and 14-18.
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from kneemon.drivers.bus import Device, I2cBus
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
    mean_counts,
)
from kneemon.drivers.registers import Field, Register, Wait, Write, apply, flag, insist, number


class FifoMode(IntEnum):
    """FIFO_CTL, D7-D6."""

    BYPASS = 0
    FIFO = 1
    STREAM = 2
    TRIGGER = 3


FIFO_SAMPLES = 32
LOWEST_COUNT, HIGHEST_COUNT = -(2**12), 2**12 - 1  # of 13 bits, sign extended

DEVID = Register("DEVID", 0x00)
OFSX = Register("OFSX", 0x1E)
OFSY = Register("OFSY", 0x1F)
OFSZ = Register("OFSZ", 0x20)
BW_RATE = Register("BW_RATE", 0x2C)
RATE_HZ = Field(BW_RATE, 3, 0, {50: 0x9, 100: 0xA, 200: 0xB})
POWER_CTL = Register("POWER_CTL", 0x2D)
MEASURE = flag(POWER_CTL, 3)
INT_ENABLE = Register("INT_ENABLE", 0x2E)
WATERMARK_INT = flag(INT_ENABLE, 1)
INT_MAP = Register("INT_MAP", 0x2F)
DATA_FORMAT = Register("DATA_FORMAT", 0x31)
SELF_TEST = flag(DATA_FORMAT, 7)
FULL_RES = flag(DATA_FORMAT, 3)
RANGE_G = Field(DATA_FORMAT, 1, 0, {2: 0, 4: 1, 8: 2, 16: 3})
DATAX0 = Register("DATAX0", 0x32)
FIFO_CTL = Register("FIFO_CTL", 0x38)
FIFO_MODE = Field(FIFO_CTL, 7, 6, {mode: mode.value for mode in FifoMode})
SAMPLES = number(FIFO_CTL, 4, 0, 31)
FIFO_STATUS = Register("FIFO_STATUS", 0x39)
ENTRIES = number(FIFO_STATUS, 5, 0, FIFO_SAMPLES)

FORMAT = DATA_FORMAT.write(FULL_RES.set(True), RANGE_G.set(8))
STANDBY = POWER_CTL.write(MEASURE.set(False))
STREAM = FIFO_CTL.write(FIFO_MODE.set(FifoMode.STREAM), SAMPLES.set(WATERMARK))

# Tables 14 to 18: counts of 1/256 g at 2.5 V, and how much more the mass is pushed at our 3.3 V.
PUSHED_COUNTS = ((50, 540), (-540, -50), (75, 875))
AT_3V3 = (1.77, 1.77, 1.47)
X_G, Y_G, Z_G = ((low * more / 256, high * more / 256) for (low, high), more in zip(PUSHED_COUNTS, AT_3V3, strict=True))
SETTLE_S, LISTEN_S = 0.1, 0.2  # at 100 Hz: more than the 4 and the 10 samples the data sheet asks for

IDENTITY = Identity(
    "ADXL345", DEVID, {0xE5: "ADXL345"}, {0xAD: "an ADXL355, ADXL367 or ADXL372", 0xE6: "an ADXL344 or ADXL346"}
)


def plan_configuration(rate_hz: int, *, interrupt: bool = False) -> tuple[Write, ...]:
    """INT1 rises and falls with the watermark, active high."""
    raised = (INT_MAP.write(), INT_ENABLE.write(WATERMARK_INT.set(True))) if interrupt else ()
    return (
        STANDBY,
        INT_ENABLE.write(),
        FIFO_CTL.write(FIFO_MODE.set(FifoMode.BYPASS)),
        OFSX.write(),
        OFSY.write(),
        OFSZ.write(),
        BW_RATE.write(RATE_HZ.set(rate_hz)),
        FORMAT,
        *raised,
    )


def plan_self_test(*, pushed: bool) -> tuple[Write, ...]:
    """±16 g, for a pushed mass that hangs from gravity leaves ±8 g."""
    return (DATA_FORMAT.write(SELF_TEST.set(pushed), FULL_RES.set(True), RANGE_G.set(16)),)


def plan_start() -> tuple[Write, ...]:
    """Bypass empties the FIFO; its mode is changed in standby only."""
    return (
        STANDBY,
        FIFO_CTL.write(FIFO_MODE.set(FifoMode.BYPASS)),
        STREAM,
        POWER_CTL.write(MEASURE.set(True)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Pops:
    """Samples as they were popped, counts of shape (n, 3); entries: how many the FIFO held after each pop."""

    counts: Counts
    entries: tuple[int, ...]


def decode_pops(reads: Sequence[bytes]) -> Pops | None:
    """8-byte reads of 0x32-0x39, at least one; None when one of them is not what the chip would say."""
    data = b"".join(reads)
    counts = np.frombuffer(data, "<i2").reshape(-1, 4)[:, :3].astype(np.int16)
    entries = tuple(n for n in map(ENTRIES.of, data[7::8]) if n is not None)
    if (
        len(entries) < len(reads)
        or data[6::8] != bytes([STREAM.value]) * len(reads)
        or counts.min() < LOWEST_COUNT
        or counts.max() > HIGHEST_COUNT
    ):
        return None
    return Pops(counts, entries)


class Adxl345:
    """See `drivers.chip.Chip`."""

    scale_g_per_count = 1 / 256
    rails = (-2048, 2047)
    coarse = False
    fifo_samples = FIFO_SAMPLES

    def __init__(self, bus: I2cBus, address: int = 0x53, options: ChipOptions = ChipOptions()) -> None:
        check_rate(IDENTITY.part, options.rate_hz)
        self.nominal_hz = options.rate_hz
        self.watermark = WATERMARK if options.interrupt else None
        self._accept = options.accept_identity
        self._device = Device(
            bus,
            address,
            part=IDENTITY.part,
            wiring="Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; "
            "with SDO at GND the address is 0x53, at 3V3 0x1d.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        check_identity(self._device, IDENTITY, self._accept)

    def configure(self, wait: Wait) -> None:
        apply(self._device, plan_configuration(self.nominal_hz, interrupt=self.watermark is not None), wait)

    def start(self) -> None:
        apply(self._device, plan_start())

    def level(self) -> int:
        entries = ENTRIES.of(self._device.read(FIFO_STATUS.address))
        if entries is None:
            raise OSError(errno.EIO, "FIFO_STATUS tells of more entries than there are")
        return entries

    def drain(self) -> Drain:
        level = self.level()
        if level == 0:
            return Drain(NO_COUNTS)
        pops = decode_pops([self._device.read_block(DATAX0.address, 8) for _ in range(level)])
        if pops is None:
            self.start()
            return Drain(NO_COUNTS, misaligned=True)
        # Overrun is the data sheet's word for full; the pops tell it also of what came in after the level was read.
        return Drain(pops.counts, overrun=max(pops.entries) >= FIFO_SAMPLES - 1)

    def alive(self) -> bool:
        return self._device.read(DATA_FORMAT.address) == FORMAT.value

    def temperature_c(self) -> None:
        return None

    def self_test(self, wait: Wait) -> SelfTest:
        apply(self._device, (*plan_configuration(100), *plan_self_test(pushed=False)))
        free = mean_counts(self, wait, LISTEN_S)
        try:
            apply(self._device, plan_self_test(pushed=True))
            wait(SETTLE_S)
            pushed = mean_counts(self, wait, LISTEN_S)
        finally:
            insist(self._device, (FORMAT,))
        x, y, z = ((pushed - free) * self.scale_g_per_count).tolist()
        return SelfTest((x, y, z), (X_G, Y_G, Z_G))

    def stop(self) -> None:
        apply(self._device, (STANDBY,))
