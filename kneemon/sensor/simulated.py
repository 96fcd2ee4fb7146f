# SPDX-License-Identifier: MIT
"""A walker with known truth as a sample source: no chip, no bus, as punctual as its clock.

Samples stand at start + k/rate_hz on the clock's monotonic axis, start being the first `read`; a block is handed out
when the clock has reached its end. It adds white noise like a sensor's. Units: seconds, g including gravity, the
walker's sensor frame.
"""

from math import ceil
from threading import Event

import numpy as np

from kneemon.model.samples import SampleBlock
from kneemon.ports import Clock
from kneemon.virtual.walker import Walker


class SimulatedSource:
    """A SampleSource that ends with the walker's script.

    noise_g: standard deviation on each axis, drawn from `seed`.
    """

    def __init__(
        self,
        walker: Walker,
        clock: Clock,
        *,
        rate_hz: float = 100.0,
        block_s: float = 0.1,
        noise_g: float = 0.003,
        seed: int = 0,
    ) -> None:
        self._walker = walker
        self._clock = clock
        self._rate_hz = rate_hz
        self._noise_g = noise_g
        self._rng = np.random.default_rng(seed)
        self._samples_a_block = max(1, round(rate_hz * block_s))
        self._samples = ceil(walker.duration_s * rate_hz)
        self._taken = 0
        self._start_s: float | None = None
        self._closed = Event()

    @property
    def describe(self) -> str:
        return f"simulated walker, worn at the {self._walker.worn}"

    def read(self) -> SampleBlock | None:
        """The next block, once its time has passed; None at the end of the script, or when closed."""
        if self._start_s is None:
            self._start_s = self._clock.now_s()
        begin, end = self._taken, min(self._taken + self._samples_a_block, self._samples)
        if begin == end:
            return None
        if self._clock.wait(self._start_s + end / self._rate_hz - self._clock.now_s(), self._closed):
            return None
        self._taken = end
        at_s = np.arange(begin, end) / self._rate_hz
        noise_g = self._noise_g * self._rng.standard_normal((end - begin, 3))
        return SampleBlock(self._start_s + at_s, self._walker.acceleration(at_s) + noise_g, rate_hz=self._rate_hz)

    def close(self) -> None:
        self._closed.set()
