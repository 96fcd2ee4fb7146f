# SPDX-License-Identifier: MIT
"""The bookkeeping of drained samples: when each was taken, and how many are missing before it.

The chip's count is kept as long as it is whole. When it breaks (an overrun, a broken transfer, a new start), the line
found so far tells how many samples the chip should have taken by now; what did not arrive is lost, and a new line
begins. Seconds on the host's axis.
"""

import numpy as np

from kneemon.model.samples import Array
from kneemon.sensor.rate import RateRegression

MOST_OFF = 3.0  # samples: a busy host makes less, a glitch on the wire nearly always more …
MOST_OFF_SHARE = 0.05  # … and of those since the last count, while the rate is not known yet


class Stamps:
    """nominal_hz: the rate to believe until it is measured."""

    def __init__(self, nominal_hz: float) -> None:
        self._nominal_hz = self._next_nominal_hz = nominal_hz
        self._line = RateRegression(nominal_hz)
        self._drained = 0  # of the chip's count, since it last broke
        self._broken = False
        self._last_s = float("-inf")

    @property
    def rate_hz(self) -> float | None:
        """The measured rate; None before it is known."""
        return self._line.rate_hz

    def break_count(self, nominal_hz: float | None = None) -> None:
        """Samples may be missing before those that come next. nominal_hz: of those, when it may be another chip's."""
        self._broken = True
        self._next_nominal_hz = nominal_hz or self._next_nominal_hz

    def take_back(self, count: int) -> None:
        """The newest `count` samples were none: they count as lost. The count breaks with them."""
        self._drained -= count
        self._broken = True

    def surprising(self, count: int, waiting: int, asked_s: float, answered_s: float) -> bool:
        """Whether such an answer is far from what the line says, or there is no unbroken line yet."""
        return self._broken or not self._line.begun or abs(self._excess(count, waiting, asked_s, answered_s)) > 0

    def invented(self, count: int, waiting: int, asked_s: float, answered_s: float) -> bool:
        """Whether these are more samples than the chip can have taken: some were read twice, or were none."""
        return self._next_nominal_hz == self._nominal_hz and self._excess(count, waiting, asked_s, answered_s) > 0

    def _excess(self, count: int, waiting: int, asked_s: float, answered_s: float) -> float:
        """Samples more, or less, than the line lets one expect; 0 within its tolerance and before there is one."""
        if not self._line.begun:
            return 0.0
        more = self._drained + count + waiting - self._line.taken_by((asked_s + answered_s) / 2)
        return more if abs(more) > MOST_OFF + MOST_OFF_SHARE * (count + waiting) else 0.0

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
            if self._next_nominal_hz == self._nominal_hz:
                self._line.restart()
            else:
                self._nominal_hz = self._next_nominal_hz
                self._line = RateRegression(self._nominal_hz)
            self._drained = 0
        self._line.feed(asked_s, answered_s, self._drained + count + waiting)
        t_s = self._increasing(self._line.times_of(self._drained, self._drained + count))
        self._drained += count
        self._last_s = float(t_s[-1])
        return t_s, lost

    def _increasing(self, t_s: Array) -> Array:
        """While the line is young a point may pull it back; the samples then follow closer, but follow."""
        least_step_s = 0.5 / self._nominal_hz
        if t_s[0] - self._last_s >= least_step_s:
            return t_s
        step_s = max((float(t_s[-1]) - self._last_s) / len(t_s), least_step_s)
        return self._last_s + step_s * np.arange(1, len(t_s) + 1, dtype=np.float64)
