# SPDX-License-Identifier: MIT
"""Several runs of the same thing as one figure."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, lowest and highest of the runs."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, runs: Iterable[float]) -> Self:
        """Raises ValueError (StatisticsError) for no runs at all."""
        values = sorted(runs)
        return cls(statistics.median(values), values[0], values[-1])

    def shown(self, digits: int) -> str:
        """ "1.8 (1.7–2.1)"."""
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"
