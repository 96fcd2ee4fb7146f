# SPDX-License-Identifier: MIT
"""How well kneemon counts: the scorer's figures on real recordings, and those of published counters beside them.

The scorer is a program of its own, called here with the installed `kneemon replay`; nothing is computed again. It gives
kneemon's figures as JSON and those of the others in its printed table. Error in %, delays in s, cadence in steps/min.
"""

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.telling import BenchError, progress

LIVE = ("an2554", "bangle", "kraepelin")  # counters that run on a watch or a chip; the others need the whole recording

# The columns of the scorer's printed table -> its own names for the same figures.
COLUMNS = {
    "n": "recordings",
    "h": "hours",
    "bias%": "bias",
    "abs%": "error",
    "p95%": "error_p95",
    "F1": "f1",
    "false/h": "false_per_h",
    "quiet/h": "quiet_false_per_h",
}
BESIDE = "   "  # before the name of a published counter

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What has to be there: a folder of recordings, the scorer, the published counters' figures on the recordings."""

    recordings: Path
    score: Path
    peers: Path

    def missing(self) -> Path | None:
        """The first that is not there; a folder counts when it holds an index.csv somewhere."""
        if not any(self.recordings.glob("**/index.csv")):
            return self.recordings
        return next((path for path in (self.score, self.peers) if not path.is_file()), None)


@dataclass(frozen=True, slots=True)
class Group:
    """One group of recordings: kneemon's figures, and each published counter's on the very same recordings."""

    name: str
    kneemon: Figures
    peers: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Best:
    """The best figure of several counters, and who has it."""

    value: float
    names: tuple[str, ...]


def best(group: Group, figure: str, *, live: bool) -> Best | None:
    """Of the counters that can run live, or of the others; None when none of them has the figure."""
    values = {
        name: figures[figure]
        for name, figures in group.peers.items()
        if (name in LIVE) is live and figure in figures and figures["recordings"] == group.kneemon["recordings"]
    }
    if not values:
        return None
    value = max(values.values()) if figure == "f1" else min(values.values())
    return Best(value, tuple(name for name in sorted(values) if values[name] == value))


def measure(inputs: Inputs) -> tuple[Group, ...]:
    """Run the scorer. Raises BenchError when it fails."""
    kneemon = shlex.quote(str(Path(sys.executable).with_name("kneemon")))
    with TemporaryDirectory() as folder:
        out = Path(folder) / "score.json"
        command = [
            sys.executable,
            str(inputs.score),
            str(inputs.recordings),
            "--cmd",
            f"{kneemon} replay --json {{files}}",
            "--worn-flag=--worn",
            "--beside",
            str(inputs.peers),
            "--out",
            str(out),
        ]
        with progress("counting in the recordings, one to three minutes"):
            scorer = subprocess.run(command, capture_output=True, text=True, check=False)
        if scorer.returncode != 0:
            raise BenchError(f"the scorer {inputs.score} failed: {scorer.stderr.strip()}")
        figures: Mapping[str, Figures] = json.loads(out.read_text(encoding="utf-8"))["groups"]
    return groups(figures, scorer.stdout.splitlines())


def groups(kneemon: Mapping[str, Figures], printed: Sequence[str]) -> tuple[Group, ...]:
    """The judged groups, in the scorer's order: from its JSON, and its printed table with the counters beside.

    The table begins with the columns' labels and ends with a line about all. Raises BenchError for any other table.
    """
    head, *rows, _about_all = printed
    figures = [COLUMNS.get(label) for label in head.split()[1:]]
    beside: dict[str, dict[str, Figures]] = {}
    for row in rows:
        group = next((name for name in kneemon if row.startswith(f"{name} ")), None)
        if group is not None:
            peers = beside[group] = {}
        elif row.startswith(BESIDE) and beside:
            name, *cells = row.split()
            peers[name] = {
                figure: float(cell) for figure, cell in zip(figures, cells, strict=True) if figure and cell != "-"
            }
        else:
            raise BenchError(f"the scorer printed a row that is not of its table: {row!r}")
    return tuple(Group(name, kneemon[name], peers) for name, peers in beside.items())
