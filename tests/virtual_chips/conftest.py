# SPDX-License-Identifier: MIT
"""Stream time led by the test, and a signal that can be recognised sample by sample."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.clock import LeadingClock, PacedClock
from kneemon.model.samples import Array
from kneemon.virtual.sampler import Sampler


@pytest.fixture
def clock() -> LeadingClock:
    return PacedClock().leader


class Marked:
    """Sample i of a chip: y and z spell i, x is random and beyond the rails now and then."""

    def __init__(self, counts_per_g: int, lowest: int, highest: int, seed: int) -> None:
        index = np.arange(20_000)
        counts = np.column_stack(
            [np.random.default_rng(seed).uniform(1.2 * lowest, 1.2 * highest, 20_000), index % 1000, index // 1000]
        )
        self._acc_g = counts / counts_per_g
        drained = np.clip(np.rint(counts), lowest, highest).astype(np.int16)
        self._index_of = {row.tobytes(): number for number, row in enumerate(drained)}
        self.sampler: Sampler | None = None

    def signal(self, t_s: Array) -> Array:
        assert self.sampler is not None
        assert self.sampler.started_s is not None
        return self._acc_g[np.rint((t_s - self.sampler.started_s) * self.sampler.rate_hz).astype(int)]

    def indices(self, counts: np.ndarray[Any, np.dtype[np.int16]]) -> list[int]:
        """Which samples these are; KeyError for counts that are not exactly one."""
        return [self._index_of[row.tobytes()] for row in counts]


@pytest.fixture(scope="session")
def marked() -> Callable[..., Marked]:
    return Marked
