# SPDX-License-Identifier: MIT
"""The step channel: a filter as wide as one step, in which each step of that period is one maximum.

The filter is a Gaussian of 0.16 periods less a one-sided mean over 1.2 periods: it passes the step rhythm and its
shape, not the stride below it nor the heel strike's ringing above it. Taps are multiples of 2^-16 and sum to zero, so
that sums over quantised samples are exact and a still sensor gives exactly nothing.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, log

import numpy as np

from kneemon.dsp.resample import QUANTUM
from kneemon.dsp.ring import Ring
from kneemon.model.samples import Array

SIGMA = 0.16  # of a period; wider loses slow gait's sharp steps, narrower doubles them
BEHIND = 0.85  # of a period: how far the filter reaches into the past …
AHEAD = 0.35  # … and into what is still to come, which is its delay
LOG_SPACING = 0.12  # periods 12 % apart share a filter


def channel_period(period_s: float) -> float:
    """The period of the nearest channel."""
    return exp(round(log(period_s) / LOG_SPACING) * LOG_SPACING)


@lru_cache(maxsize=64)
def taps(period_s: float, rate_hz: float) -> Array:
    """The filter's taps, odd in number, for a channel's period."""
    behind, after = ceil(BEHIND * period_s * rate_hz), ahead(period_s, rate_hz)
    k = np.arange(-behind, after + 1)
    narrow = np.exp(-0.5 * (k / (SIGMA * period_s * rate_hz)) ** 2)
    wide = np.sqrt(np.hanning(len(k) + 2)[1:-1])
    h = np.round((narrow / narrow.sum() - wide / wide.sum()) * QUANTUM) / QUANTUM
    h[behind] -= h.sum()
    return np.asarray(h, dtype=np.float64)


@lru_cache(maxsize=64)
def ahead(period_s: float, rate_hz: float) -> int:
    """Samples past a position that the filter needs."""
    return ceil(AHEAD * period_s * rate_hz)


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """The step channel over a span: y[i] belongs to sample number first + i."""

    first: int
    y: Array

    def maxima(self, start: int = 1) -> list[int]:
        """Indices i >= start of local maxima; both neighbours are known."""
        y, lo = self.y, max(start, 1)
        if len(y) < lo + 2:
            return []
        rising = (y[lo:-1] > y[lo - 1 : -2]) & (y[lo:-1] >= y[lo + 1 :])
        return [i + lo for i in rising.nonzero()[0].tolist()]

    def maxima_from(self, number: int) -> list[int]:
        """The same as sample numbers, from `number` on; quick for a few positions."""
        y, first = self.y.tolist(), self.first
        return [first + i for i in range(max(number - first, 1), len(y) - 1) if y[i] > y[i - 1] and y[i] >= y[i + 1]]

    def prominence(self, i: int, look_back: int) -> float:
        """Height of a maximum over the lowest of the look_back positions before it."""
        return float(self.y[i] - self.y[max(0, i - look_back) : i + 1].min())

    def position(self, i: int) -> float:
        """Sample number of a maximum, by the parabola through it and its neighbours."""
        a, b, c = self.y[i - 1], self.y[i], self.y[i + 1]
        bend = a - 2 * b + c
        return float(self.first + i + (0.5 * (a - c) / bend if bend < 0 else 0.0))


def newest(ring: Ring, period_s: float, rate_hz: float, most: int) -> Channel:
    """The newest positions the channel can give, at most `most`: the filter needs `ahead` samples past the last."""
    h = taps(period_s, rate_hz)
    m = max(0, min(most, len(ring) - len(h) + 1))
    samples = ring.newest(m + len(h) - 1)[:, 0]
    y = np.correlate(samples, h, "valid") if m else np.zeros(0)
    return Channel(ring.count - ahead(period_s, rate_hz) - m, y)
