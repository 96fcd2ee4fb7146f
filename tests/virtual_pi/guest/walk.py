# SPDX-License-Identifier: MIT
"""What the sensor feels: a walk that begins when somebody says so, and rest before and after.

A walk is an array of shape (n, 3), g including gravity. Time is stream time, CLOCK_BOOTTIME.
"""

import numpy as np

from kneemon.model.samples import Array

AT_REST = np.array([[0.0, 0.0, 1.0]])


class Body:
    """A `Signal` for the emulated chips. asked: how many samples they took."""

    def __init__(self) -> None:
        self.asked = 0
        self.rest()

    @property
    def lasts_s(self) -> float:
        """Of one round."""
        return len(self._acc_g) / self._rate_hz

    def walk(self, acc_g: Array, rate_hz: float, at_s: float, *, repeat: bool = False) -> None:
        """Walk like that from that instant on; then rest as in its last sample, or go round and round."""
        self._acc_g = acc_g
        self._rate_hz = rate_hz
        self._at_s = at_s
        self._repeat = repeat

    def rest(self) -> None:
        self.walk(AT_REST, 1.0, 0.0)

    def __call__(self, t_s: Array) -> Array:
        """Straight lines between the samples."""
        self.asked += len(t_s)
        place = np.maximum((t_s - self._at_s) * self._rate_hz, 0.0)
        last = len(self._acc_g) - 1
        place = place % (last + 1) if self._repeat else np.minimum(place, last)
        before = place.astype(int)
        after = np.minimum(before + 1, last)
        share = (place - before)[:, np.newaxis]
        return np.asarray(self._acc_g[before] * (1.0 - share) + self._acc_g[after] * share)
