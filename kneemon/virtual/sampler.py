# SPDX-License-Identifier: MIT
"""The analogue half of a virtual accelerometer: takes a signal at the chip's own instants.

The chip's clock runs beside the host's, at a rate of its own; what is due is computed when somebody asks. Units: g
including gravity, stream seconds. Neither filters nor quantises: the registers above do the latter.
"""

from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array

# Acceleration at the given times: shape (n,) seconds -> (n, 3) g, in the chip's axes.
Signal = Callable[[Array], Array]


class Sampler:
    """now: stream time. rate_error: 0.05 for a chip that is 5 % too fast. noise_g: standard deviation per axis."""

    def __init__(
        self, signal: Signal, now: Callable[[], float], *, rate_error: float, noise_g: float, seed: int
    ) -> None:
        self.frozen = False  # back door: the same sample for ever
        self.started_s: float | None = None  # None: not sampling
        self.rate_hz = 0.0  # the true one
        self._signal = signal
        self._now = now
        self._rate_error = rate_error
        self._noise_g = noise_g
        self._chance = np.random.default_rng(seed)
        self._taken = 0
        self._newest = np.zeros(3)

    def run(self, nominal_hz: float) -> None:
        """Sample from now on, the first time one period later."""
        self.started_s = self._now()
        self.rate_hz = nominal_hz * (1 + self._rate_error)
        self._taken = 0

    def halt(self) -> None:
        self.started_s = None

    def instants(self, first: int, stop: int) -> Array:
        """When the samples [first, stop) since the start were taken, or will be."""
        if self.started_s is None:
            raise ValueError("a chip that does not sample has no instants")
        return self.started_s + np.arange(first + 1, stop + 1) / self.rate_hz

    def due(self) -> Array:
        """The samples since the last call, shape (n, 3), g."""
        if self.started_s is None:
            return np.empty((0, 3))
        first, self._taken = self._taken, max(self._taken, int((self._now() - self.started_s) * self.rate_hz))
        if first == self._taken:
            return np.empty((0, 3))
        if self.frozen:
            return np.tile(self._newest, (self._taken - first, 1))
        acc_g = self._signal(self.instants(first, self._taken))
        if self._noise_g > 0:
            acc_g = acc_g + self._chance.normal(0.0, self._noise_g, acc_g.shape)
        self._newest = acc_g[-1]
        return acc_g
