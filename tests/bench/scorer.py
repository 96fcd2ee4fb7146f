# SPDX-License-Identifier: MIT
"""The scorer, a program of its own, as a module: its definitions are used, and no figure of it is computed again.

It finds the recordings, runs `kneemon replay` over them, and judges each answer by the truth. A recording is a row: a
mapping with path, group, worn, file, seconds, true, truth and quiet; a judged one holds what `judge` found
out, and besides: `worn`, the true cadence and the times without a reading. Seconds, steps/min.
"""

import hashlib
import importlib.util
import shlex
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, cast

from tests.bench.readings import without_reading_s
from tests.bench.telling import BenchError

BATCH = 20  # recordings for one process: few enough that the cores end at about the same time
ASKED = ("recordings", "run", "judge", "summary", "percentile")

Row = Mapping[str, Any]
Answer = Mapping[str, Any]
Figures = Mapping[str, float]


class Scorer(Protocol):
    """What is asked of it; see its own text."""

    def recordings(self, roots: Sequence[str]) -> list[Row]: ...

    def run(self, command: str, rows: Sequence[Row], flag: str, batch: int) -> dict[str, Answer]: ...

    def judge(self, row: Row, answer: Answer) -> dict[str, Any]: ...

    def summary(self, rows: Sequence[Row]) -> dict[str, float]: ...

    def percentile(self, x: Sequence[float], q: float) -> float: ...


def load(path: Path) -> Scorer:
    """Raises BenchError for a file that is no such module."""
    spec = importlib.util.spec_from_file_location("scorer_of_the_recordings", path)
    if spec is None or spec.loader is None:
        raise BenchError(f"the scorer {path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (OSError, SyntaxError, ImportError) as error:
        raise BenchError(f"the scorer {path} cannot be loaded: {error}") from error
    lacking = [name for name in ASKED if not callable(getattr(module, name, None))]
    if lacking:
        raise BenchError(f"the scorer {path} has no {lacking[0]}()")
    return cast(Scorer, module)


def answers(scorer: Scorer, rows: Sequence[Row], cores: int) -> Mapping[str, Answer]:
    """What `kneemon replay` says about each recording, by its path; several processes at a time.

    Raises BenchError when one of them fails, or refuses a recording.
    """
    command = f"{shlex.quote(str(Path(sys.executable).with_name('kneemon')))} replay --json {{files}}"
    found: dict[str, Answer] = {}
    with ThreadPoolExecutor(cores) as pool:
        try:
            for part in pool.map(lambda batch: scorer.run(command, batch, "--worn", BATCH), _batches(rows)):
                found.update(part)
        except SystemExit as stopped:  # the scorer's way of giving up
            raise BenchError(f"the scorer gave up: {stopped.code}") from stopped
    for path, answer in found.items():
        if "steps" not in answer:
            raise BenchError(f"kneemon replay does not take {path}: {answer.get('error')}")
    return found


def judged(scorer: Scorer, rows: Iterable[Row], found: Mapping[str, Answer]) -> list[Row]:
    """The scorer's judgement of each recording, and what the benchmark adds to it."""
    return [_judged(scorer, row, found[row["path"]]) for row in rows]


def figures(scorer: Scorer, rows: Sequence[Row]) -> Figures:
    """The scorer's summary of judged recordings, and what the benchmark adds; empty when nothing was to be judged."""
    found = dict(scorer.summary(rows))
    if not found.keys() - {"recordings", "hours"}:
        return {}
    quiet_s = sum(row.get("quiet_s", 0.0) for row in rows)
    if quiet_s:
        found.update(quiet_hours=quiet_s / 3600, quiet_false=sum(row.get("quiet_false", 0) for row in rows))
    zero = [row for row in rows if row["true"] == 0]
    if zero:
        found.update(unwalked_hours=sum(row["seconds"] for row in zero) / 3600, false=sum(row["steps"] for row in zero))
    firsts_s = [row["first"] for row in rows if "first" in row]
    if firsts_s:
        found["first_p95"] = scorer.percentile(firsts_s, 95)
    gaps_s = [gap_s for row in rows for gap_s in row.get("without_reading_s", ())]
    if gaps_s:
        found.update(reading_gap_p95=scorer.percentile(gaps_s, 95), reading_gap_max=max(gaps_s))
    return found


def cadence_spm(truth: Sequence[float] | None) -> float | None:
    """The true cadence of a recording: that of its median step interval; None without two steps."""
    if truth is None or len(truth) < 2:
        return None
    return 60.0 / statistics.median(b - a for a, b in pairwise(truth))


def digest(rows: Iterable[Row], found: Mapping[str, Answer]) -> str:
    """Of all counts and step times, these to 1 ms, in the order of the recordings' names."""
    lines = sorted(
        " ".join((row["group"], row["file"], str(answer["steps"]), *(f"{t_s:.3f}" for t_s in answer["step_times"])))
        for row in rows
        for answer in (found[row["path"]],)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _judged(scorer: Scorer, row: Row, answer: Answer) -> Row:
    out = {**scorer.judge(row, answer), "worn": row["worn"], "cadence_spm": cadence_spm(row["truth"])}
    if row["truth"]:
        read_at_s = [t_s for t_s, spm in answer["cadence"] if spm is not None]
        out["without_reading_s"] = without_reading_s(read_at_s, row["truth"])
    return out


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Of one wearing position each, the longest recordings first, so that no core is left with them at the end."""
    longest_first = sorted(rows, key=lambda row: (-row["seconds"], row["path"]))
    for place in sorted({row["worn"] for row in rows}):
        mine = [row for row in longest_first if row["worn"] == place]
        for begin in range(0, len(mine), BATCH):
            yield mine[begin : begin + BATCH]
