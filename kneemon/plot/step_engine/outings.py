# SPDX-License-Identifier: MIT
"""What the pictures are drawn from: walks of the simulated walker, or one recording. Seconds, g, sensor frame."""

import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kneemon.errors import RecordingError
from kneemon.model.samples import Array
from kneemon.plot.picture import Label
from kneemon.virtual.script import Fidget, Segment, Sit, Stand, Turn, Walk
from kneemon.virtual.walker import Walker

RATE_HZ = 100.0
NOISE_G = 0.003  # the standard deviation of a cheap accelerometer's samples

OUTING: tuple[tuple[str, Segment], ...] = (
    ("sit", Sit(6.0)),
    ("stand", Stand(6.0)),
    ("walk", Walk(18.0, 104.0)),
    ("turn", Turn(5.0)),
    ("limp with stick", Walk(20.0, 84.0, limp=0.2, stick=0.6)),
    ("stand", Stand(8.0)),
    ("fidget", Fidget(15.0)),
)
SLOW = Walk(30.0, 56.0, shuffle=0.3)
KINDS: tuple[tuple[str, Segment], ...] = (
    ("walking", Walk(40.0, 104.0)),
    ("limping", Walk(40.0, 84.0, limp=0.2, stick=0.6)),
    ("shuffling", Walk(40.0, 72.0, shuffle=0.7, irregularity=0.04)),
    ("fidgeting", Fidget(40.0)),
    ("standing", Stand(40.0)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Outing:
    """t_s (n,), acc_g (n, 3). truth_s: initial contacts, None when nobody knows them."""

    title: str
    t_s: Array
    acc_g: Array
    truth_s: tuple[float, ...] | None = None
    labels: tuple[Label, ...] = ()


def simulated(title: str, script: Sequence[tuple[str, Segment]], *, worn: str = "waist", seed: int = 5) -> Outing:
    """A script of named segments, sampled as a chip does it."""
    walker = Walker([segment for _, segment in script], worn=worn, seed=seed)
    t_s = np.arange(int(walker.duration_s * RATE_HZ)) / RATE_HZ
    noise_g = np.random.default_rng(seed).normal(0.0, NOISE_G, (len(t_s), 3))
    names = (name for name, _ in script)
    labels = tuple(Label(x.start_s, x.end_s, name) for x, name in zip(walker.truth.segments, names, strict=True))
    return Outing(title, t_s, walker.acceleration(t_s) + noise_g, tuple(walker.initial_contacts.tolist()), labels)


def recorded(path: Path) -> Outing:
    """A recording t,ax,ay,az that `kneemon replay` reads without complaint. RecordingError when it is no such file."""
    try:
        with warnings.catch_warnings(action="error", category=UserWarning):  # it warns of a file without rows
            table = np.loadtxt(path, delimiter=",", skiprows=1, usecols=range(4), ndmin=2)
    except (OSError, EOFError, ValueError, UserWarning, zlib.error) as fault:
        raise RecordingError(
            str(path),
            expected="rows of t,ax,ay,az below a header",
            seen=str(fault).splitlines()[0],
            remedy="`kneemon replay` tells what is wrong with it.",
        ) from fault
    return Outing(path.name, table[:, 0], table[:, 1:])
