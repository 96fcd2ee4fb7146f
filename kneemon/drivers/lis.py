# SPDX-License-Identifier: MIT
"""What the LIS3DH and the LIS2DW12 have in common: a FIFO of 32 samples that a burst goes round through. Little-endian.

Counts stand in the upper of 16 bits, so the lower ones are 0 unless the wire lied. The level is read again after each
block, so a late block that lost samples tells.

Sources: those of lis3dh.py and lis2dw12.py.
"""

import errno
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
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
from kneemon.drivers.registers import Wait, Write, apply, insist
from kneemon.model.samples import Array


class Push(IntEnum):
    """ST: where the self-test pushes the mass."""

    OFF = 0
    POSITIVE = 1
    NEGATIVE = 2


FIFO_DEPTH = 32
SAMPLE_BYTES = 6
BLOCK_SAMPLES = BLOCK_MOST // SAMPLE_BYTES

TEST_HZ = 50
TEST_SAMPLES = 5

RELATIVES = {
    0x32: "an LIS331 or H3LIS331",
    0x3F: "an LIS3DSH",
    0x41: "an LIS2HH12",
    0x43: "an LIS2DS12",
}


@dataclass(frozen=True, slots=True)
class SelfTestPlan:
    """prepare: the mode the limits were given for, interrupts off. limits_g: of each axis' shift, whatever its sign."""

    prepare: tuple[Write, ...]
    pushed: Write
    released: Write
    settling_s: float
    g_per_count: float
    limits_g: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plans:
    """What one chip is told and asked. bypass: empties the FIFO. stream: fills it, the oldest overwritten.

    measuring: rate in Hz -> the write that starts it. format: the full scale; a chip that was reset has lost it.
    output: the register a burst of samples begins at. unused_bits: below a count, in its 16.
    """

    bypass: Write
    stream: Write
    measuring: Callable[[int], Write]
    power_down: Write
    format: Write
    output: int
    unused_bits: int
    self_test: SelfTestPlan


def decode_samples(data: bytes, unused_bits: int) -> Counts | None:
    """Whole samples as they leave the FIFO -> counts, shape (n, 3); None when their lower bits are not 0."""
    words = np.frombuffer(data, "<i2").astype(np.int16).reshape(-1, 3)
    if (words & (1 << unused_bits) - 1).any():
        return None
    return words >> unused_bits


class Lis(ABC):
    """See `drivers.chip.Chip`. address_pin: which address it has at which level of which pin."""

    scale_g_per_count: float
    rails: tuple[int, int]
    coarse: bool
    fifo_samples = FIFO_DEPTH

    def __init__(
        self, bus: I2cBus, address: int, options: ChipOptions, identity: Identity, plans: Plans, *, address_pin: str
    ) -> None:
        check_rate(identity.part, options.rate_hz)
        self.nominal_hz = options.rate_hz
        self.watermark = WATERMARK if options.interrupt else None
        self._options = options
        self._identity = identity
        self._plans = plans
        self._device = Device(
            bus,
            address,
            part=identity.part,
            wiring=f"Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; {address_pin}.",
        )

    @property
    def name(self) -> str:
        return self._device.name

    def identify(self) -> None:
        check_identity(self._device, self._identity, self._options.accept_identity)

    @abstractmethod
    def configure(self, wait: Wait) -> None: ...

    def start(self) -> None:
        plans = self._plans
        apply(self._device, (plans.bypass, plans.measuring(self.nominal_hz), plans.stream))

    def level(self) -> int:
        return self._status()[0]

    def drain(self) -> Drain:
        level, overrun = self._status()
        if level == 0:
            return Drain(NO_COUNTS)
        blocks = []
        for at in range(0, level, BLOCK_SAMPLES):
            samples = min(BLOCK_SAMPLES, level - at)
            blocks.append(self._device.read_block(self._plans.output, samples * SAMPLE_BYTES))
            overrun = self.level() + samples >= FIFO_DEPTH or overrun
        counts = decode_samples(b"".join(blocks), self._plans.unused_bits)
        if counts is None:
            self.start()
            return Drain(NO_COUNTS, misaligned=True)
        return Drain(counts, overrun)

    def alive(self) -> bool:
        return self._device.read(self._plans.format.register.address) == self._plans.format.value

    @abstractmethod
    def temperature_c(self) -> float | None: ...

    def self_test(self, wait: Wait) -> SelfTest:
        plan = self._plans.self_test
        apply(self._device, plan.prepare)
        try:
            rest = self._mean(wait)
            apply(self._device, (plan.pushed,))
            pushed = self._mean(wait)
        finally:
            insist(self._device, (plan.released,))
        x, y, z = (np.abs(pushed - rest) * plan.g_per_count).tolist()
        return SelfTest((x, y, z), (plan.limits_g, plan.limits_g, plan.limits_g))

    def stop(self) -> None:
        apply(self._device, (self._plans.power_down,))

    @abstractmethod
    def _status(self) -> tuple[int, bool]:
        """Samples waiting, and whether the FIFO is full or any were overwritten. Raises OSError for what cannot be."""

    def _mean(self, wait: Wait) -> Array:
        """Counts x y z, over a few samples taken once the mass is quiet."""
        wait(self._plans.self_test.settling_s)
        apply(self._device, (self._plans.bypass, self._plans.stream))
        wait((TEST_SAMPLES + 2) / TEST_HZ)  # two more: the chip may be slower than it says
        counts = self.drain().counts
        if len(counts) < TEST_SAMPLES:
            raise OSError(errno.EIO, f"{len(counts)} samples came where {TEST_SAMPLES} were due")
        mean: Array = counts[:TEST_SAMPLES].mean(axis=0)
        return mean
