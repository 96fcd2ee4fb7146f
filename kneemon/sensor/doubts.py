# SPDX-License-Identifier: MIT
"""What cannot be right about samples that came without an error: garbage, a frozen chip, a rest that is not one g.

A walk is in no danger of being doubted. Walking, worn in a pocket or on the tibia, stays below 4.4 g, a run's hip below
5.7 g in 999 of 1000 samples (reference hardware.md, 1.2); running with the box on the shank is not covered. Any real
chip has noise, but a coarse one (LIS3DH: 4 mg a count) may hide it. Behind its filter nothing comes to rest in one
step, so it is doubted at once only where a run of identical samples began with a jump. The price: a freeze that begins
softly, in a walk three of ten, is told after a minute, and its samples are handed on until then. Counts and g; knows no
time.
"""

import numpy as np

from kneemon.drivers.chip import Counts
from kneemon.model.samples import Array

GARBLED_G = 5.0  # |a| of more than half of some five samples in a row: 30 ms of it is no heel strike
GARBLED_RUN = 5
REST_G = (0.85, 1.15)  # |a| of a sensor at rest, its zero-g offsets included
STILL_G = 0.03  # standard deviation of |a| in a second without a movement; noise makes 0.005
WRONG_RESTS = 3  # seconds of a wrong rest before it is told: one may be a lift or a lurching bus
COARSE_AFTER = 6000  # identical samples of a coarse chip; at rest, with 0.7 mg of noise, an hour's longest run is 600
JUMP = 2  # counts on an axis
SUSPECT_RUN = 3  # identical samples in a row that are held back until another one follows: noise makes 1 in 1000


def garbled(counts: Counts, scale_g_per_count: float) -> bool:
    """Whether a wire or a misaligned FIFO wrote these: far too large, or exactly nothing on all three axes at once."""
    if not counts.any(axis=1).all():
        return True
    if len(counts) < GARBLED_RUN:
        return False
    size_g = np.linalg.norm(counts.astype(np.float64), axis=1) * scale_g_per_count
    large = np.concatenate([[0], np.cumsum(size_g > GARBLED_G)])
    return bool(2 * (large[GARBLED_RUN:] - large[:-GARBLED_RUN]).max() > GARBLED_RUN)


def clipped(counts: Counts, lowest: int, highest: int) -> int:
    """How many of the samples sit on a rail."""
    if counts.min() > lowest and counts.max() < highest:
        return 0
    return int(np.count_nonzero(((counts <= lowest) | (counts >= highest)).any(axis=1)))


class Frozen:
    """Counts identical samples in a row, across drains and across recoveries: a frozen chip may survive these.

    after: so many are a fault; None: never. coarse: see `drivers.chip.Chip`; COARSE_AFTER are one there, unless the run
    began with a jump. With less noise than 0.7 mg (an LIS3DH at 50 Hz) a box that lies just so may be called frozen.
    """

    def __init__(self, after: int | None) -> None:
        self._after = after
        self.coarse = False
        self._jumped = False
        self._newest: list[int] | None = None
        self.run = 0

    def see(self, counts: Counts) -> bool:
        """The samples of one drain, perhaps none; True when that many are alike."""
        if self._after is None or len(counts) == 0:
            return False
        samples = counts.tolist()
        newest = samples[-1]
        alike = next((i for i, sample in enumerate(reversed(samples)) if sample != newest), len(samples))
        goes_on = alike == len(samples) and newest == self._newest
        if not goes_on:
            before = samples[-alike - 1] if alike < len(samples) else self._newest or newest
            self._jumped = max(abs(a - b) for a, b in zip(before, newest, strict=True)) >= JUMP
        self.run = self.run + alike if goes_on else alike
        self._newest = newest
        return self.run >= (COARSE_AFTER if self._may_rest else self._after)

    def suspects(self, count: int) -> int:
        """How many of the newest `count` samples may be the first of a frozen chip."""
        return min(count, self.run) if self.run >= SUSPECT_RUN and not self._may_rest else 0

    @property
    def _may_rest(self) -> bool:
        """A healthy chip at rest may make such a run."""
        return self.coarse and not self._jumped


class Rest:
    """Watches |a| while nothing moves, in pieces of a second. `wrong_g`: what it was, while that is wrong."""

    def __init__(self) -> None:
        self.begin(1)

    def begin(self, samples: int) -> None:
        """A chip was set up; samples: a second of its."""
        self._samples = samples
        self._size_g: list[float] = []
        self._wrong = 0
        self._told = False

    def broken(self) -> None:
        """Samples are missing: a piece begins anew."""
        self._size_g.clear()

    def wrong_g(self, acc_g: Array) -> float | None:
        """Mean |a| of the third piece at rest that is not one g; None otherwise, and while it has been told."""
        self._size_g.extend(np.linalg.norm(acc_g, axis=1).tolist())
        told = None
        while len(self._size_g) >= self._samples:
            piece, self._size_g = np.array(self._size_g[: self._samples]), self._size_g[self._samples :]
            if piece.std() >= STILL_G:
                continue
            mean_g = float(piece.mean())
            if REST_G[0] <= mean_g <= REST_G[1]:
                self._wrong, self._told = 0, False
                continue
            self._wrong += 1
            if self._wrong >= WRONG_RESTS and not self._told:
                told, self._told = mean_g, True
        return told
