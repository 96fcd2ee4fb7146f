# SPDX-License-Identifier: MIT
"""One profile for every property: the same examples on every run, and no stopwatch. And walks whose steps are known."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import settings

from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Segment
from kneemon.virtual.walker import Walker

settings.register_profile("kneemon", derandomize=True, deadline=None)
settings.load_profile("kneemon")

Sampled = Callable[..., tuple[Walker, SampleBlock]]


@pytest.fixture(scope="session")
def sampled() -> Sampled:
    """A scripted walk and all its samples in one block."""

    def walk(
        *script: Segment, worn: str = "waist", seed: int = 1, rate_hz: float = 100.0, noise_g: float = 0.003
    ) -> tuple[Walker, SampleBlock]:
        walker = Walker(script, worn=worn, seed=seed)
        t_s = np.arange(int(walker.duration_s * rate_hz)) / rate_hz
        noise = np.random.default_rng(seed).normal(0.0, noise_g, (len(t_s), 3))
        return walker, SampleBlock(t_s, walker.acceleration(t_s) + noise)

    return walk
