# SPDX-License-Identifier: MIT
"""When a chip's samples were taken, from how many it had taken whenever we asked.

A straight line through (samples taken, host time), older points fading; its slope is the chip's true period. A count
of n is whole while time is not: between n - 1 and n periods have passed since the first sample, so the middle is taken.
The line begins with the nominal period, and trusts it as it would a handful of samples. Knows no chip and no clock.

After an idea of Klipper's (klippy/extras/bulk_sensor.py); seconds, samples, Hz.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median

import numpy as np

from kneemon.model.samples import Array


@dataclass(frozen=True, slots=True)
class RateParams:
    """How the line is drawn."""

    fading: float = 1 / 50  # of the older points' weight at each new one: five seconds of drains
    rate_doubt: float = 0.04  # standard deviation of the nominal rate, as a fraction of it
    count_doubt: float = 0.29  # standard deviation of a whole number against the real one, 1/√12
    slow_question: float = 3.0  # a count that took this many times the median to get tells nothing about when
    questions: int = 31  # of which the median is taken
    settled_s: float = 1.0  # the measured rate is told from here on


class RateRegression:
    """nominal_hz: the rate to start from. Sample indices begin at 0 with each `restart`."""

    def __init__(self, nominal_hz: float, params: RateParams = RateParams()) -> None:
        self._params = params
        self._period_s = 1 / nominal_hz
        self._settled = False
        self._asked_for_s: deque[float] = deque(maxlen=params.questions)
        self.restart()

    @property
    def rate_hz(self) -> float | None:
        """The measured output data rate; None before there is enough evidence. A restart does not forget it."""
        return 1 / self._period_s if self._settled else None

    @property
    def begun(self) -> bool:
        """Whether there is a line to read times from."""
        return self._weight > 0

    def restart(self) -> None:
        """The counting begins anew: samples were lost. The period found so far is what to start from."""
        self._prior_s = self._period_s
        self._weight = 0.0
        self._index = self._time_s = 0.0  # weighted means
        self._index_index = self._index_time = 0.0  # weighted sums of products about them
        self._first_s = 0.0

    def feed(self, asked_s: float, answered_s: float, taken: int) -> None:
        """Between the two times the chip had taken `taken` samples."""
        self._asked_for_s.append(answered_s - asked_s)
        time_s = (asked_s + answered_s) / 2
        if not self.begun:
            self._first_s = time_s
        elif answered_s - asked_s > self._params.slow_question * median(self._asked_for_s):
            return
        fade = 1 - self._params.fading
        self._weight = fade * self._weight + 1
        d_index, d_time_s = taken - 0.5 - self._index, time_s - self._time_s
        self._index += d_index / self._weight
        self._time_s += d_time_s / self._weight
        share = 1 - 1 / self._weight
        self._index_index = fade * self._index_index + share * d_index**2
        self._index_time = fade * self._index_time + share * d_index * d_time_s
        trust = (self._params.count_doubt / self._params.rate_doubt) ** 2
        self._period_s = (self._index_time + trust * self._prior_s) / (self._index_index + trust)
        self._settled = self._settled or time_s - self._first_s >= self._params.settled_s

    def times_of(self, first: int, stop: int) -> Array:
        """When the samples [first, stop) since the restart were taken, seconds."""
        return self._time_s + (np.arange(first, stop, dtype=np.float64) - self._index) * self._period_s

    def taken_by(self, time_s: float) -> float:
        """How many samples since the restart the chip should have taken by then; not rounded."""
        return self._index + (time_s - self._time_s) / self._period_s + 0.5
