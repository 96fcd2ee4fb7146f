# SPDX-License-Identifier: MIT
"""From any sampling rate to one: each output is the exact mean of the straight-line signal over its interval.

In: sample times in seconds and acceleration in g, at any rate and with any jitter. Out: stretches of evenly spaced
samples that begin where the signal began, or began again after a gap. It needs no rate, only stamps; it filters when
the input is faster and interpolates when it is slower; it causes no delay beyond the interval itself.

All sums run sample by sample and all outputs are multiples of 2^-16 g, so any split of the input gives the same bits.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import floor

import numpy as np

from kneemon.model.samples import Array

QUANTUM = 2.0**16  # outputs are multiples of 1/QUANTUM g (15 µg, far below any sensor's noise): later sums are exact
LARGEST_G = 1000.0  # beyond any sensor; a number that is no measurement must not live on in the sums


@dataclass(frozen=True, slots=True)
class ResamplerParams:
    """rate_hz: 50 Hz holds all of a heel strike that a counter uses. max_gap_s: a longer hole is not drawn across."""

    rate_hz: float = 50.0
    max_gap_s: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Evenly spaced samples: the k-th since origin_s covers [origin_s + k/rate, origin_s + (k+1)/rate).

    first: number of the first sample here; 0 says that the signal begins anew and `gap_s` how long it was silent
    (None at the very first).
    """

    origin_s: float
    first: int
    acc_g: Array
    gap_s: float | None = None


class Resampler:
    """Streaming resampler; see the module."""

    def __init__(self, params: ResamplerParams = ResamplerParams()) -> None:
        self._params = params
        self.reset()

    def reset(self) -> None:
        self._last_s: float | None = None
        self._restart(0.0, np.zeros(3))

    def flush(self) -> tuple[Stretch, ...]:
        return ()

    def feed(self, t_s: Array, acc_g: Array) -> tuple[Stretch, ...]:
        """t_s (n,) seconds, acc_g (n, 3) g. Rows that no sensor measures are left out: not finite, all zero, huge."""
        if not len(t_s):
            return ()
        if not (np.abs(acc_g).max() < LARGEST_G and np.count_nonzero(acc_g[:, 0]) == len(acc_g)):
            good = (np.abs(acc_g) < LARGEST_G).all(axis=1) & acc_g.any(axis=1)
            t_s, acc_g = t_s[good], acc_g[good]
            if not len(t_s):
                return ()
        if self._continues(t_s):
            stretch = self._extend(t_s, acc_g)
            self._last_s = float(t_s[-1])
            return () if stretch is None else (stretch,)
        return self._broken(t_s, acc_g)

    def _continues(self, t_s: Array) -> bool:
        """All stamps follow each other, and the newest one before, without a gap."""
        max_gap_s = self._params.max_gap_s
        if self._last_s is None or not 0.0 < t_s.item(0) - self._last_s <= max_gap_s:
            return False
        if np.count_nonzero(t_s[1:] > t_s[:-1]) < len(t_s) - 1:
            return False
        # within a short span there is no long step: the usual case
        return bool(t_s.item(-1) - self._last_s <= max_gap_s or (t_s[1:] - t_s[:-1]).max() <= max_gap_s)

    def _broken(self, t_s: Array, acc_g: Array) -> tuple[Stretch, ...]:
        known = np.isfinite(t_s)
        if not known.all():  # a row without a time is no sample
            return self.feed(t_s[known], acc_g[known])
        before = np.empty(len(t_s))
        before[0] = -np.inf if self._last_s is None else self._last_s
        before[1:] = t_s[:-1]
        step_s = t_s - before
        breaks = np.flatnonzero((step_s > self._params.max_gap_s) | (step_s <= 0.0))
        edges = sorted({0, *breaks.tolist(), len(t_s)})
        out = []
        for i, j in pairwise(edges):
            if i in breaks:
                gap_s = None if self._last_s is None else float(step_s[i])
                self._restart(float(t_s[i]), acc_g[i])
                out.append(Stretch(self._origin_s, 0, np.zeros((0, 3)), gap_s))
                self._last_s = float(t_s[i])
                i += 1
            if j > i:
                stretch = self._extend(t_s[i:j], acc_g[i:j])
                self._last_s = float(t_s[j - 1])
                if stretch is not None:
                    out.append(stretch)
        return tuple(out)

    def _restart(self, origin_s: float, acc_g: Array) -> None:
        self._origin_s = origin_s
        self._next = 0  # number of the next output sample
        # the newest input from the last output's edge on, a column each: time since the origin, sample, its integral
        self._known = np.zeros((7, 1))
        self._known[1:4, 0] = acc_g

    def _extend(self, t_s: Array, acc_g: Array) -> Stretch | None:
        rate_hz, held = self._params.rate_hz, self._known.shape[1]
        known = np.empty((7, held + len(t_s)))
        known[:, :held] = self._known
        known[0, held:] = t_s - self._origin_s
        known[1:4, held:] = acc_g.T
        line = known[:4, held - 1 :]
        area = known[4:, held - 1 :]
        np.multiply(line[1:, 1:] + line[1:, :-1], 0.5 * (line[0, 1:] - line[0, :-1]), out=area[:, 1:])
        np.add.accumulate(area, axis=1, out=area)
        newest_s = known.item(0, -1)
        end = floor(newest_s * rate_hz)
        if end / rate_hz > newest_s:
            end -= 1
        keep, stretch = 0, None
        if end > self._next:
            edge_s = np.arange(self._next, end + 1, dtype=np.float64) / rate_hz
            # an edge on a sample belongs to the line that ends there: the only one known in every split
            j = known[0].searchsorted(edge_s, side="left") - 1
            if self._next == 0:
                j[0] = 0  # no line ends at the origin
            start, stop = known.take(j, axis=1), known.take(j + 1, axis=1)
            into_s, width_s = edge_s - start[0], stop[0] - start[0]
            slope = (stop[1:4] - start[1:4]) * (0.5 * into_s * into_s / width_s)
            at_edge = start[4:] + start[1:4] * into_s + slope
            mean = np.rint((at_edge[:, 1:] - at_edge[:, :-1]) * (rate_hz * QUANTUM)) / QUANTUM
            stretch = Stretch(self._origin_s, self._next, np.ascontiguousarray(mean.T))
            self._next = end
            keep = j.item(-1)
        self._known = known[:, keep:]
        return stretch
