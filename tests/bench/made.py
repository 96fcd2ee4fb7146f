# SPDX-License-Identifier: MIT
"""When and with what figures were made. The machine is told by its kind alone, never by its name."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

import numpy as np

from kneemon import __version__


@dataclass(frozen=True, slots=True)
class Made:
    """load: processes that wanted a core in the minute before the bench began."""

    day: date
    kneemon: str
    python: str
    numpy: str
    machine: str
    cores: int
    load: float

    @classmethod
    def now(cls) -> Self:
        return cls(
            day=datetime.now(UTC).date(),
            kneemon=__version__,
            python=platform.python_version(),
            numpy=np.__version__,
            machine=platform.machine(),
            cores=os.cpu_count() or 1,
            load=os.getloadavg()[0],
        )

    def told(self) -> str:
        return (
            f"Measured {self.day} with kneemon {self.kneemon}, Python {self.python} and numpy {self.numpy} on this "
            f"machine: {self.machine}, {self.cores} cores, load {self.load:.1f} before the bench began."
        )
