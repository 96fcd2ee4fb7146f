# SPDX-License-Identifier: MIT
"""What every accelerometer chip can do for us, whatever its registers look like.

The order of calls: identify, configure, start; then level and drain for as long as one likes; stop. `start` may be
called again at any time to begin with an empty FIFO. Beside SensorError, each call raises OSError for a transfer that
was broken off. Counts leave here as they came; g is counts times `scale_g_per_count`, in the chip's own axes. A chip
knows no clock. `watermark` samples in the FIFO raise INT1 where the chip can do that and was asked to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kneemon.drivers.bus import Device
from kneemon.drivers.registers import Register, Wait
from kneemon.errors import ConfigError, ForeignChipError, SensorError
from kneemon.model.samples import Array

Counts = NDArray[np.int16]
NO_COUNTS: Counts = np.empty((0, 3), np.int16)

RATES_HZ = (50, 100, 200)
WATERMARK = 16  # samples: half of the smallest FIFO, so that a late reader still finds the other half empty
FLOATING = (0x00, 0xFF)  # what wires read that nobody drives
MEAN_LEAST = 10  # samples: what the data sheets ask for, and the noise of their mean is a third


@dataclass(frozen=True, slots=True)
class ChipOptions:
    """How a chip is to be set up.

    rate_hz: one of RATES_HZ; the chip takes its nearest. interrupt: INT1 is wired and shall rise at the watermark.
    accept_identity: a further answer to who it is that is taken for the part; None: the known ones alone.
    """

    rate_hz: int = 100
    interrupt: bool = False
    accept_identity: int | None = None


@dataclass(frozen=True, slots=True)
class SelfTest:
    """How far each axis moved when the chip pushed its own mass, and how far it should have.

    shifts: x y z. limits: (least, most) of each axis, inclusive. unit: of both, "g" or "% of the factory's".
    """

    shifts: tuple[float, float, float]
    limits: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    unit: str = "g"

    @property
    def passed(self) -> bool:
        return all(low <= shift <= high for shift, (low, high) in zip(self.shifts, self.limits, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Drain:
    """What one emptying of the FIFO brought.

    counts: shape (n, 3), x y z, oldest first.
    overrun: the FIFO was full, so samples may have been lost before these.
    misaligned: what was read cannot have been whole samples; it was thrown away, and the FIFO started afresh.
    """

    counts: Counts
    overrun: bool = False
    misaligned: bool = False


class Chip(Protocol):
    """One accelerometer at one address."""

    @property
    def name(self) -> str:
        """Part and address: ADXL345 at 0x53."""
        ...

    @property
    def nominal_hz(self) -> float:
        """The chip's own rate nearest to what was asked for (LSM6DSO: 104 Hz); the true one may be 10 % away."""
        ...

    @property
    def scale_g_per_count(self) -> float: ...

    @property
    def rails(self) -> tuple[int, int]:
        """The lowest and highest count: a sample on either is clipped."""
        ...

    @property
    def coarse(self) -> bool:
        """A count hides the chip's noise: a box at rest may repeat itself for seconds."""
        ...

    @property
    def fifo_samples(self) -> int: ...

    @property
    def watermark(self) -> int | None:
        """Samples at which INT1 rises, once `configure` has run; None: it was not asked to, or cannot."""
        ...

    def identify(self) -> None:
        """Raises ChipAbsentError or ForeignChipError."""
        ...

    def configure(self, wait: Wait) -> None:
        """Write every register that is used, each read back. Raises ReadbackError."""
        ...

    def start(self) -> None:
        """Sample into an empty FIFO from now on."""
        ...

    def level(self) -> int:
        """Samples waiting in the FIFO."""
        ...

    def drain(self) -> Drain: ...

    def alive(self) -> bool:
        """False when the chip has lost its configuration: it was reset behind our back."""
        ...

    def temperature_c(self) -> float | None:
        """Of the silicon, °C; None where the chip has no thermometer. Not in the middle of a drain."""
        ...

    def self_test(self, wait: Wait) -> SelfTest:
        """Push the mass and see it move; the box must lie still. Takes about a second.

        Leaves the self-test off whatever happens; configure and start are needed afterwards.
        """
        ...

    def stop(self) -> None:
        """Power down."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Where a chip says who it is. parts: each answer that the driver knows, and the part that gives it.

    others: what another answer most likely means. kinds: the name in the configuration of the chip that another
    answer belongs to, where kneemon has one. copied: copies with an answer of their own are common.
    """

    part: str
    register: Register
    parts: Mapping[int, str]
    others: Mapping[int, str]
    kinds: Mapping[int, str] = field(default_factory=dict)
    copied: bool = False


def check_identity(device: Device, identity: Identity, accept: int | None = None) -> str:
    """The part that answers. Raises ChipAbsentError when nothing does, ForeignChipError when something else does.

    accept: a further answer that is taken for the part.
    """
    seen = device.read(identity.register.address)
    if seen in identity.parts:
        return identity.parts[seen]
    if seen == accept:
        return identity.part
    if seen in FLOATING:
        meaning, remedy = "which no chip says", "Check SDA, SCL, 3V3 and GND: a wire is loose or two are swapped."
    elif seen in identity.others:
        meaning = identity.others[seen]
        remedy = f"Name the chip that is on the board in the configuration, or use a board with an {identity.part}."
        if seen in identity.kinds:
            remedy = f'Name chip = "{identity.kinds[seen]}" or "auto" in the configuration.'
    else:
        meaning = "which kneemon does not know"
        remedy = (
            "Check the name and the address of the chip in the configuration, and what else is on the bus: two devices "
            "at one address answer both at once."
        )
        if identity.copied:
            remedy += f" A copy of the {identity.part} is used all the same with sensor.accept_identity = 0x{seen:02x}."
    raise ForeignChipError(
        device.name,
        expected=" or ".join(f"0x{value:02x}" for value in identity.parts) + f" in {identity.register.name}",
        seen=f"0x{seen:02x}, {meaning}",
        remedy=remedy,
    )


def mean_counts(chip: Chip, wait: Wait, seconds: float) -> Array:
    """The mean of what a chip measures in the seconds to come: x y z, in counts. For self-tests.

    Raises SensorError when that are fewer than 10 samples.
    """
    chip.start()
    wait(seconds)
    counts = chip.drain().counts
    if len(counts) < MEAN_LEAST:
        raise SensorError(
            f"{chip.name}, self-test",
            expected=f"at least {MEAN_LEAST} samples in {seconds:g} s",
            seen=str(len(counts)),
            remedy="Look for a loose wire, then try again.",
        )
    mean: Array = counts.mean(axis=0)
    return mean


def check_rate(part: str, rate_hz: int) -> None:
    """Raises ConfigError for an output data rate that kneemon does not set."""
    if rate_hz not in RATES_HZ:
        raise ConfigError(
            f"The output data rate of the {part}",
            expected=", ".join(map(str, RATES_HZ[:-1])) + f" or {RATES_HZ[-1]} Hz",
            seen=f"{rate_hz} Hz",
            remedy="100 Hz is right for walking.",
        )
