# SPDX-License-Identifier: MIT
"""Impaired gait, as the simulated walker makes it, through the engine: place x gait x cadence, several seeds of each.

The recordings hold almost no impaired gait. The walker's signal is a model, so these figures tell how the engine takes
what was thought of, and nothing about people. 100 Hz, a sensor's noise, the box turned anyhow; steps/min, seconds.
"""

import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from kneemon.app.replay import replay
from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Segment, Stand, Walk
from kneemon.virtual.walker import Walker
from tests.bench import scorer
from tests.bench.scorer import Answer, Figures, Row
from tests.bench.telling import progress

RATE_HZ = 100
BLOCK = 25  # samples
NOISE_G = 0.003
SEEDS = range(1, 5)
CADENCES_SPM = (50.0, 70.0, 90.0, 110.0)
# Wearing positions, and whether there are recordings of the place at all.
PLACES: Mapping[str, str] = {
    "waist": "waist",
    "pocket": "pocket",
    "thigh": "thigh",
    "shank": "shank (unverified: simulation only)",
}
# Gaits by what makes them up, see `kneemon.virtual.script.Walk`; each is walked at every cadence.
GAITS: Mapping[str, Mapping[str, float]] = {
    "usual": {},
    "weak (0.5)": {"strength": 0.5},
    "limp (0.15)": {"limp": 0.15},
    "limp (0.25) with a stick": {"limp": 0.25, "stick": 0.6},
    "irregular (0.06)": {"irregularity": 0.06},
    "shuffling (0.6)": {"shuffle": 0.6},
    "weak, shuffling and irregular": {"strength": 0.5, "shuffle": 0.6, "irregularity": 0.06},
}
PAUSES = "walks with pauses"
BOUTS = "bouts of five steps"
OUTINGS = (PAUSES, BOUTS)
FIVE_STEPS = 6.1  # in steps: five, and what even a limping walker needs to come to rest, but not a sixth


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of a table; simulated once for each of SEEDS."""

    outing: str
    worn: str
    gait: str
    cadence_spm: float


@dataclass(frozen=True, slots=True)
class Simulated:
    """Figures of every case over the seeds; hours: of signal in all of them."""

    figures: Mapping[Case, Figures]
    hours: float


def measure(score: Path, cores: int) -> Simulated:
    """Raises BenchError when there is no scorer in the file `score`."""
    judge = scorer.load(score)
    cases = [Case(*of) for of in product(OUTINGS, PLACES, GAITS, CADENCES_SPM)]
    with (
        progress(f"simulating {len(cases)} kinds of walks, {len(SEEDS)} times each"),
        ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool,
    ):
        walked = list(pool.map(walks, cases, chunksize=4))
    judged = [[judge.judge(row, answer) for row, answer in one] for one in walked]
    return Simulated(
        {case: scorer.figures(judge, rows) for case, rows in zip(cases, judged, strict=True)},
        sum(row["seconds"] for rows in judged for row in rows) / 3600,
    )


def walks(case: Case) -> list[tuple[Row, Answer]]:
    """Of every seed: the truth as the scorer's row, and the engine's answer as `kneemon replay` gives it."""
    return [_walk(case, seed) for seed in SEEDS]


def script(case: Case) -> tuple[Segment, ...]:
    """What is walked: 80 s in three parts with pauses, or ten short bouts; standing before, between and after."""
    if case.outing == BOUTS:
        bout = (Walk(FIVE_STEPS * 60.0 / case.cadence_spm, case.cadence_spm, **GAITS[case.gait]), Stand(6.0))
        return (Stand(6.0), *(10 * bout))
    parts = (Stand(6.0), 40.0, Stand(6.0), 20.0, Stand(3.0), 20.0, Stand(6.0))
    return tuple(
        part if isinstance(part, Stand) else Walk(part, case.cadence_spm, **GAITS[case.gait]) for part in parts
    )


def _walk(case: Case, seed: int) -> tuple[Row, Answer]:
    walker = Walker(script(case), worn=case.worn, seed=seed)
    seen = replay(_Measured(walker, seed))
    truth_s = walker.initial_contacts.tolist()
    row = {
        "group": case.outing,
        "file": f"{case.worn} {case.gait} {case.cadence_spm:g} {seed}",
        "seconds": walker.duration_s,
        "true": float(len(truth_s)),
        "truth": truth_s,
        "quiet": [],
    }
    answer = {
        "steps": len(seen.step_times_s),
        "step_times": seen.step_times_s,
        "credited_at": seen.credited_at_s,
        "cadence": seen.cadence,
    }
    return row, answer


class _Measured:
    """A sample source: the walker's acceleration with a sensor's noise on it."""

    describe = "a simulated walker"

    def __init__(self, walker: Walker, seed: int) -> None:
        t_s = np.arange(round(walker.duration_s * RATE_HZ)) / RATE_HZ
        acc_g = walker.acceleration(t_s)
        acc_g += NOISE_G * np.random.default_rng(seed).standard_normal(acc_g.shape)
        self._blocks: Iterator[SampleBlock] = (
            SampleBlock(t_s[at : at + BLOCK], acc_g[at : at + BLOCK]) for at in range(0, len(t_s), BLOCK)
        )

    def read(self) -> SampleBlock | None:
        return next(self._blocks, None)

    def close(self) -> None:
        """There is nothing to wake: `read` never waits."""
