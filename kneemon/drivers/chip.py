# SPDX-License-Identifier: MIT
"""What every accelerometer chip can do for us, whatever its registers look like.

The order of calls: identify, configure, start; then level and drain for as long as one likes; stop. `start` may be
called again at any time to begin with an empty FIFO. Beside SensorError, each call raises OSError for a transfer that
was broken off. Counts leave here as they came; g is counts times `scale_g_per_count`, in the chip's own axes. A chip
knows no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kneemon.drivers.bus import Device
from kneemon.drivers.registers import Register, Wait
from kneemon.errors import ConfigError, ForeignChipError

Counts = NDArray[np.int16]
NO_COUNTS: Counts = np.empty((0, 3), np.int16)

RATES_HZ = (50, 100, 200)
FLOATING = (0x00, 0xFF)  # what wires read that nobody drives


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
    def nominal_hz(self) -> int:
        """The output data rate that was asked for; the true one may be 10 % away."""
        ...

    @property
    def scale_g_per_count(self) -> float: ...

    @property
    def rails(self) -> tuple[int, int]:
        """The lowest and highest count: a sample on either is clipped."""
        ...

    @property
    def fifo_samples(self) -> int: ...

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

    def stop(self) -> None:
        """Power down."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Where a chip says who it is. others: what another answer most likely means."""

    part: str
    register: Register
    expected: int
    others: Mapping[int, str]


def check_identity(device: Device, identity: Identity) -> None:
    """Raises ChipAbsentError when nothing answers, ForeignChipError when something else does."""
    seen = device.read(identity.register.address)
    if seen == identity.expected:
        return
    if seen in FLOATING:
        meaning, remedy = "which no chip says", "Check SDA, SCL, 3V3 and GND: a wire is loose or two are swapped."
    elif seen in identity.others:
        meaning = identity.others[seen]
        remedy = f"Name the chip that is on the board in the configuration, or use a board with an {identity.part}."
    else:
        meaning = "which kneemon does not know"
        remedy = "Check the name and the address of the chip in the configuration, and what else is on the bus."
    raise ForeignChipError(
        device.name,
        expected=f"0x{identity.expected:02x} in {identity.register.name}",
        seen=f"0x{seen:02x}, {meaning}",
        remedy=remedy,
    )


def check_rate(part: str, rate_hz: int) -> None:
    """Raises ConfigError for an output data rate that kneemon does not set."""
    if rate_hz not in RATES_HZ:
        raise ConfigError(
            f"The output data rate of the {part}",
            expected=", ".join(map(str, RATES_HZ[:-1])) + f" or {RATES_HZ[-1]} Hz",
            seen=f"{rate_hz} Hz",
            remedy="100 Hz is right for walking.",
        )
