# SPDX-License-Identifier: MIT
"""Made-up signals and recordings for the tests: their truth is known, and a step is a bump that can be found again."""

import gzip
from pathlib import Path

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.walker import Walker
from tests.training.signals import RATE_HZ, Kind, Signal, Spans, instants_s

BUMP_S = 0.06


def bumps(contacts_s: Array, seconds: float) -> Array:
    """1 g upward, and half a g more at each contact."""
    at_s = instants_s(round(seconds * RATE_HZ))
    apart_s = at_s[:, None] - np.asarray(contacts_s)[None, :]
    acc_g = np.zeros((len(at_s), 3))
    acc_g[:, 2] = 1.0 + 0.5 * np.exp(-0.5 * (apart_s / BUMP_S) ** 2).sum(axis=1)
    return acc_g


def walk(
    contacts_s: Array,
    seconds: float,
    *,
    kind: Kind = Kind.COUNTED,
    quiet_s: Spans = (),
    group: str = "voisard_healthy",
    person: str = "P1",
) -> Signal:
    """A signal with a bump at each contact."""
    contacts_s = np.asarray(contacts_s, dtype=float)
    return Signal("walk", group, person, "walk", kind, bumps(contacts_s, seconds), contacts_s, quiet_s)


def record(folder: Path, name: str, walker: Walker, *, counted: bool) -> None:
    """A recording at 50 Hz as the scorer lays them out, with step times when they are counted."""
    t_s = np.arange(0.0, walker.duration_s, 0.02)
    rows = np.column_stack((t_s, walker.acceleration(t_s))).tolist()
    lines = ["t,ax,ay,az", *("{:.2f},{:.4f},{:.4f},{:.4f}".format(*row) for row in rows), ""]
    (folder / f"{name}.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    if counted:
        steps = (f"{t:.3f}" for t in walker.initial_contacts.tolist())
        (folder / f"{name}.steps.csv").write_text("\n".join(["t", *steps, ""]))
