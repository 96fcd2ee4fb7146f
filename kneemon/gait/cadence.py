# SPDX-License-Identifier: MIT
"""Cadence in steps/min from recent strides.

The mean stride time is inverted last, so that a slow stride weighs what it lasts. Strides far from the median (a step
missed or doubled, a turn) are left out.
"""

from collections import deque
from statistics import median_high

from kneemon.gait.params import CadenceParams


class StrideCadence:
    """Takes contact times (seconds, rising), gives cadence or None while there are too few."""

    def __init__(self, params: CadenceParams = CadenceParams()) -> None:
        self._params = params
        self._times_s: deque[float] = deque(maxlen=params.steps + 1)

    def reset(self) -> None:
        self._times_s.clear()

    def contact(self, t_s: float) -> None:
        self._times_s.append(t_s)

    def cadence_spm(self) -> float | None:
        times_s = list(self._times_s)
        if len(times_s) < self._params.first:
            return None
        strides_s = [b - a for a, b in zip(times_s, times_s[2:], strict=False)]
        middle_s = median_high(strides_s)
        low, high = self._params.odd
        even_s = [s for s in strides_s if low * middle_s < s < high * middle_s]
        return 120.0 * len(even_s) / sum(even_s)
