# SPDX-License-Identifier: MIT
"""Walks whose steps are known, and how they are counted on this machine: by `kneemon replay`, from a file.

Acceleration in g, gravity included, shape (n, 3), 100 a second.
"""

import csv
import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kneemon.virtual.script import Segment, Walk
from kneemon.virtual.walker import Walker

RATE_HZ = 100.0
REPOSITORY = Path(__file__).parents[2]
RECORDINGS = REPOSITORY.parent / "shared" / "recordings"
REPLAY_S = 300.0


@dataclass(frozen=True)
class Outing:
    """true_steps: how many there are, where somebody knows it."""

    acc_g: NDArray[np.float64]
    true_steps: int | None

    @property
    def lasts_s(self) -> float:
        return len(self.acc_g) / RATE_HZ


def made_up(script: Sequence[Segment], seed: int = 8) -> Outing:
    """By the walker of the unit tests, worn at the waist."""
    walker = Walker(script, seed=seed)
    t_s = np.arange(0.0, walker.duration_s, 1.0 / RATE_HZ)
    return Outing(walker.acceleration(t_s), walker.truth.steps)


def endless(cadence_spm: float) -> Outing:
    """A little of an even walk whose end goes over into its beginning, to be repeated for as long as one likes."""
    walker = Walker((Walk(45.0, cadence_spm, irregularity=0.01),), seed=5)
    contacts_s = walker.initial_contacts
    strides = len(contacts_s[4:-4]) // 2
    t_s = np.arange(contacts_s[4], contacts_s[4 + 2 * strides], 1.0 / RATE_HZ)
    return Outing(walker.acceleration(t_s), 2 * strides)


def recorded(name: str) -> Outing | None:
    """A real walk of that folder, at 100 samples a second; None where the folder is not."""
    path = RECORDINGS / name
    if not path.exists():
        return None
    with gzip.open(path, "rt") as text:
        rows = np.array([[float(value) for value in row[:4]] for row in list(csv.reader(text))[1:]])
    t_s = np.arange(rows[0, 0], rows[-1, 0], 1.0 / RATE_HZ)
    acc_g = np.stack([np.interp(t_s, rows[:, 0], rows[:, axis]) for axis in (1, 2, 3)], axis=-1)
    steps = path.with_name(path.name.replace(".csv.gz", ".steps.csv"))
    return Outing(acc_g, len(steps.read_text().splitlines()) - 1 if steps.exists() else None)


def written(outing: Outing, path: Path) -> Path:
    """As a recording that `kneemon replay` reads."""
    t_s = np.arange(len(outing.acc_g)) / RATE_HZ
    np.savetxt(path, np.column_stack((t_s, outing.acc_g)), "%.5f", ",", header="t,ax,ay,az", comments="")
    return path


def replayed_steps(path: Path) -> int:
    """What `kneemon replay` counts, here."""
    command = [sys.executable, "-m", "kneemon", "replay", "--json", str(path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=REPLAY_S)
    return int(json.loads(done.stdout)["steps"])
