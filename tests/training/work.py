# SPDX-License-Identifier: MIT
"""The training's work, on several processes: the learning set, the fits, the judgements.

Gates have names: `everyone` is fitted on all that trains, "seed 2, without fold 4" and "seed 0, without Oxford" on what
is left. Progress is said on standard error.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from kneemon.gait.gate_weights import GateWeights
from kneemon.model.samples import Array
from tests.bench.groups import Group, grouped, source
from tests.bench.scorer import Row, Scorer
from tests.bench.telling import BenchError, say
from tests.training import fit, judge, learning_set
from tests.training.folds import SOURCES, folds, source_of, trains
from tests.training.judge import Gates, Task
from tests.training.learning_set import LearningSet

# One BLAS thread for each process: they would wait for each other, and the order of sums would not be one's own.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

One = TypeVar("One")
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True)
class Left:
    """One fit: its seed, and who is left out of it."""

    seed: int
    fold: int | None = None
    source: str | None = None


EVERYONE = Left(0)


@contextmanager
def processes(cores: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh ones, each on one thread."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
            yield pool
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def learn(pool: ProcessPoolExecutor, rows: Sequence[Row]) -> LearningSet:
    """All looks."""
    todo = learning_set.jobs(rows)
    seen = [one for many in _each(pool, learning_set.learn_from, todo, "looking at signals", 4) for one in many]
    return LearningSet.of(seen)


def fits(
    pool: ProcessPoolExecutor, learned: LearningSet, fold_of: Mapping[str, int], lefts: Sequence[Left]
) -> Mapping[Left, GateWeights]:
    """A gate for each; the set goes to the processes as files, which they share."""
    kinds = {kind: number for number, kind in enumerate(dict.fromkeys(part.kind for part in learned.parts))}
    kind_of = np.array([kinds[part.kind] for part in learned.parts])[learned.part_of]
    with TemporaryDirectory() as folder:
        for name, values in (("figures", learned.figures), ("walking", learned.walking), ("kinds", kind_of)):
            np.save(Path(folder) / f"{name}.npy", values)
        todo = []
        for left in lefts:
            kept = [
                trains(part.group, part.person, fold_of, fold=left.fold, source=left.source) for part in learned.parts
            ]
            todo.append((folder, np.array(kept)[learned.part_of], left))
        return dict(zip(lefts, _each(pool, _fit, todo, "fitting gates", 1), strict=True))


def tasks(rows: Sequence[Row], fold_of: Mapping[str, int], gates: Mapping[Left, GateWeights]) -> list[Task]:
    """All that is to be judged by gates that leave out a person or a source, the longest first."""
    found = []
    for row in sorted(rows, key=lambda row: (-row["seconds"], row["path"])):
        fold, from_ = fold_of[row["subject"]], source_of(row["group"])
        found.append(Task(row, False, _that_leave(gates, fold, from_)))
        if judge.changes(row):
            found.append(Task(row, True, _that_leave(gates, fold, None)))
    for of in judge.made_up():
        fold = fold_of[judge.made_up_signal(*of).person]
        found.append(Task(of, False, _that_leave(gates, fold, None)))
    return [task for task in found if task.gates]


def judged(pool: ProcessPoolExecutor, scorer: Scorer, todo: Sequence[Task]) -> Mapping[str, tuple[Group, ...]]:
    """The scorer's figures of its groups, by what gates were named in `tasks`: "seed 0" …, "without Oxford" …"""
    found: dict[str, list[Row]] = {}
    for answers in _each(pool, judge.judge, todo, "judging", 4):
        for name, row, answer in answers:
            found.setdefault(name, []).append(scorer.judge(row, answer))
    return {name: grouped(scorer, rows, source, {}) for name, rows in found.items()}


def recordings(scorer: Scorer, folder: Path) -> tuple[list[Row], Mapping[str, int]]:
    """The scorer's rows, and the fold of each person in them."""
    rows = scorer.recordings([str(folder)])
    if not rows:
        raise BenchError(f"no index.csv below {folder} names a recording that is there")
    return rows, folds(row["subject"] for row in rows)


def _that_leave(gates: Mapping[Left, GateWeights], fold: int, from_: str | None) -> Gates:
    """Those that may judge somebody of this fold and source."""
    by_person = {f"seed {left.seed}": gate for left, gate in gates.items() if left.fold == fold}
    by_source = {
        f"without {left.source}": gate for left, gate in gates.items() if from_ is not None and left.source == from_
    }
    return by_person | by_source


def _fit(job: tuple[str, Array, Left]) -> GateWeights:
    folder, kept, left = job
    figures, walking, kind_of = (
        np.load(Path(folder) / f"{name}.npy", mmap_mode="r")[kept] for name in ("figures", "walking", "kinds")
    )
    left_out = 0 if left.fold is None else 1 + left.fold
    if left.source is not None:
        left_out = 100 + list(SOURCES).index(left.source)
    return fit.fit(figures, walking, fit.draw_weights(walking, kind_of), (left.seed, left_out))


def _each(
    pool: ProcessPoolExecutor, do: Callable[[One], Other], todo: Sequence[One], doing: str, chunk: int
) -> Iterable[Other]:
    """In order; each tenth is said."""
    said = 0
    say(f"training: {doing}, {len(todo)} in all ...")
    for done, one in enumerate(pool.map(do, todo, chunksize=chunk), 1):
        yield one
        if 10 * done // len(todo) > said:
            said = 10 * done // len(todo)
            say(f"training: {doing}: {10 * said} %")
