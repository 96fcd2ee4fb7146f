# SPDX-License-Identifier: MIT
"""The bookkeeping of drained samples: when each was taken, and how many are missing before it.

The chip's count is kept as long as it is whole. When it breaks (an overrun, a broken transfer, a new start), the line
found so far tells how many samples the chip should have taken by now; what did not arrive is lost, and a new line
begins. Seconds on the host's axis.
"""

import numpy as np

from kneemon.model.samples import Array
from kneemon.sensor.rate import RateRegression


class Stamps:
    """nominal_hz: the rate to believe until it is measured."""

    def __init__(self, nominal_hz: float) -> None:
        self._line = RateRegression(nominal_hz)
        self._least_step_s = 0.5 / nominal_hz
        self._drained = 0  # of the chip's count, since it last broke
        self._broken = False
        self._last_s = float("-inf")

    @property
    def rate_hz(self) -> float | None:
        """The measured rate; None before it is known."""
        return self._line.rate_hz

    def break_count(self) -> None:
        """Samples may be missing before those that come next."""
        self._broken = True

    def stamp(self, count: int, waiting: int, asked_s: float, answered_s: float) -> tuple[Array, int]:
        """Times of the `count` > 0 samples just drained, strictly increasing; and how many were lost before them.

        waiting: how many more the chip had between asked_s and answered_s, a time after the draining.
        """
        lost = 0
        if self._broken:
            self._broken = False
            if self._line.begun:
                due = self._line.taken_by((asked_s + answered_s) / 2)
                lost = max(0, round(due - (self._drained + count + waiting)))
            self._line.restart()
            self._drained = 0
        self._line.feed(asked_s, answered_s, self._drained + count + waiting)
        t_s = self._increasing(self._line.times_of(self._drained, self._drained + count))
        self._drained += count
        self._last_s = float(t_s[-1])
        return t_s, lost

    def _increasing(self, t_s: Array) -> Array:
        """While the line is young a point may pull it back; the samples then follow closer, but follow."""
        if t_s[0] - self._last_s >= self._least_step_s:
            return t_s
        step_s = max((float(t_s[-1]) - self._last_s) / len(t_s), self._least_step_s)
        return self._last_s + step_s * np.arange(1, len(t_s) + 1, dtype=np.float64)
