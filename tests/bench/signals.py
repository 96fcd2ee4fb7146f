# SPDX-License-Identifier: MIT
"""The signal whose cost is measured: made once by the simulated walker, kept in a file, read block by block.

So a measured process neither pays for the walker nor holds the hour in memory. 100 Hz, g including gravity, float64
x y z after one another, with a sensor's noise.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Segment, Sit, Walk
from kneemon.virtual.walker import Walker

RATE_HZ = 100
NOISE_G = 0.003
BYTES_A_SAMPLE = 3 * 8

SIGNALS: dict[str, Callable[[float], Segment]] = {
    "walking": lambda seconds: Walk(seconds, 96.0, 112.0),
    "still": Sit,
}


def write_signal(path: Path, signal: str, minutes: float) -> int:
    """One of SIGNALS, `minutes` long; returns the true number of steps in it."""
    walker = Walker((SIGNALS[signal](60.0 * minutes),), seed=1)
    chance = np.random.default_rng(1)
    with path.open("wb") as file:
        for minute_s in np.arange(0.0, walker.duration_s, 60.0):
            t_s = minute_s + np.arange(round(min(60.0, walker.duration_s - minute_s) * RATE_HZ)) / RATE_HZ
            acc_g = walker.acceleration(t_s)
            file.write((acc_g + NOISE_G * chance.standard_normal(acc_g.shape)).tobytes())
    return walker.truth.steps


def duration_s(path: Path) -> float:
    return path.stat().st_size / BYTES_A_SAMPLE / RATE_HZ


def blocks(path: Path, begin_s: float, block_s: float = 0.25) -> Iterator[SampleBlock]:
    """The signal from stream time begin_s on."""
    samples, taken = round(block_s * RATE_HZ), 0
    with path.open("rb") as file:
        while data := file.read(samples * BYTES_A_SAMPLE):
            acc_g = np.frombuffer(data).reshape(-1, 3)
            yield SampleBlock(begin_s + np.arange(taken, taken + len(acc_g)) / RATE_HZ, acc_g, rate_hz=RATE_HZ)
            taken += len(acc_g)
