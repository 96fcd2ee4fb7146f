# SPDX-License-Identifier: MIT
"""Takes kneemon's own motor out of the signal: while it runs, and shortly after, each sample is a mean of the newest.

A vibration of 150 Hz and more, folded by sampling to anything below 50 Hz, averages out as a vector over a sixth of a
second; as a norm it would not, and its on and off would look like slow steps. A step is slower and stays; so does what
folds to less than about 6 Hz, of a motor that turns within 6 Hz of a multiple of the rate: that, the chip's own filter
alone can take, and a longer mean would lose steps. What was not shaken passes untouched. Nothing is left out: drawing a
line across would lose steps (DECISIONS 0024).

In: stamps in seconds, g, and where it shook. All sums are of multiples of 2^-16 g, so any split gives the same bits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kneemon.dsp.resample import QUANTUM
from kneemon.model.samples import Array


@dataclass(frozen=True, slots=True)
class CalmerParams:
    """span_s: of the mean; long enough for a motor that spins up, shorter than half a step at any walking pace."""

    span_s: float = 0.16


class Calmer:
    """Streaming; see the module."""

    def __init__(self, params: CalmerParams = CalmerParams()) -> None:
        self._span_s = params.span_s
        self.reset()

    def reset(self) -> None:
        self._t_s = np.empty(0)  # the newest samples, as far back as a mean may reach
        self._acc_g = np.empty((0, 3))

    def feed(self, t_s: Array, acc_g: Array, shaken: NDArray[np.bool_] | None) -> Array:
        """t_s (n,), acc_g (n, 3), shaken (n,) or None for nowhere -> (n, 3); the inputs are not written."""
        if not len(t_s):
            return acc_g
        held = len(self._t_s)
        known_s = np.concatenate([self._t_s, t_s])
        known_g = np.concatenate([self._acc_g, acc_g])
        if shaken is not None and shaken.any():
            acc_g = self._calmed(known_s, known_g, held, shaken)
        newest = _run(known_s, self._span_s)
        self._t_s, self._acc_g = known_s[-newest:], known_g[-newest:]
        return acc_g

    def _calmed(self, known_s: Array, known_g: Array, held: int, shaken: NDArray[np.bool_]) -> Array:
        """The newest samples, from `held` on, with a mean for each that is shaken."""
        calmed = known_g[held:].copy()
        for i in np.flatnonzero(shaken).tolist():
            end = held + i + 1
            recent = known_g[end - _run(known_s[:end], self._span_s) : end]
            calmed[i] = np.rint(recent * QUANTUM).sum(axis=0) / (QUANTUM * len(recent))
        return calmed


def _run(t_s: Array, span_s: float) -> int:
    """How many of the last samples, without a break in the stamps' order, lie within span_s of the last; at least 1."""
    back_s = t_s[-1] - t_s[::-1]
    apart = np.flatnonzero(~((back_s >= 0.0) & (back_s < span_s)))
    return max(1, int(apart[0]) if len(apart) else len(t_s))
