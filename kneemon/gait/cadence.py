# SPDX-License-Identifier: MIT
"""Cadence in steps/min from recent strides, with its standard uncertainty.

The mean stride time is inverted last, so that a slow stride weighs what it lasts. Strides far from the median (a step
missed or doubled, a turn) are left out. Neighbouring strides share a step, so n of them tell as much as n / 2 would;
the uncertainty is the standard deviation of their mean on that count. A reading that is not sure is held back for a
moment, and given with its uncertainty when no better one came.
"""

from collections import deque
from itertools import pairwise
from math import sqrt
from statistics import median_high

from kneemon.gait.params import CadenceParams
from kneemon.model.gait import CadenceEstimate


class StrideCadence:
    """Takes contact times, gives readings; times in seconds, rising."""

    def __init__(self, params: CadenceParams = CadenceParams()) -> None:
        self._params = params
        self._times_s: deque[float] = deque(maxlen=params.steps + 1)
        self.reset()

    def reset(self) -> None:
        self._times_s.clear()
        self._given_s: float | None = None  # when the newest reading was given; None when none stands

    def contact(self, t_s: float) -> None:
        times_s = list(self._times_s)
        if len(times_s) > 2:
            usual_s = median_high(b - a for a, b in pairwise(times_s))
            if t_s - times_s[-1] > self._params.pause * usual_s:
                self._times_s.clear()
        self._times_s.append(t_s)

    def estimate(self, now_s: float) -> CadenceEstimate | None:
        """A new reading; one without a cadence when that is no longer known; None when nothing is to be said."""
        p = self._params
        if len(self._times_s) < p.first:
            if self._given_s is None:
                return None
            self._given_s = None
            return CadenceEstimate(now_s, None)
        times_s = list(self._times_s)
        strides_s = [b - a for a, b in zip(times_s, times_s[2:], strict=False)]
        middle_s = median_high(strides_s)
        even_s = [s for s in strides_s if p.odd[0] * middle_s < s < p.odd[1] * middle_s]
        if len(even_s) < max(p.least, (1.0 - p.most_odd) * len(strides_s)):
            return None
        mean_s = sum(even_s) / len(even_s)
        variance = sum((s - mean_s) ** 2 for s in even_s) / (len(even_s) - 1)
        cadence_spm = 120.0 / mean_s
        sd_spm = cadence_spm / mean_s * sqrt(variance / (len(even_s) / 2))
        waited = self._given_s is None or now_s - self._given_s >= p.wait_s
        if sd_spm > (p.unsure_spm if waited else p.sure_spm):
            return None
        self._given_s = now_s
        return CadenceEstimate(now_s, cadence_spm, sd_spm)
