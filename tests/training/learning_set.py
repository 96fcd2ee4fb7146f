# SPDX-License-Identifier: MIT
"""The set that gates are fitted on: looks at the recordings, at changed copies of them, and at what is made up.

Each signal is made in one process, looked at, and forgotten. Chance comes from a seed and the signal's name alone, so
the set is the same on every run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kneemon.gait.rhythm import FEATURES
from kneemon.model.samples import Array
from tests.bench.scorer import Row
from tests.training.changes import clock_off, impaired, noisy, slowed, weakened
from tests.training.disturbances import KINDS, disturbance
from tests.training.looks import looks
from tests.training.signals import Kind, Signal, chance, held_out, read
from tests.training.walkers import simulated

SEED = 5  # of all that is made here; judging draws from another
LONG_S = 60.0  # a longer walk, and one that is slowed already, gives one impaired copy, others two
MACHINES = "machines"  # in the names of the scorer's groups

# Copies of walks that nobody counted and of machines: speeds, and strengths of the movement. Machines are stretched,
# that slow is not learned as "bike".
WALK_SPEEDS = ((0.5, 0.65), (0.65, 0.85))
WALK_STRENGTHS = (0.5, 1.0)
MACHINE_SPEEDS = ((0.65, 0.85), (0.85, 1.0), (1.0, 1.15), (1.15, 1.35))
MACHINE_STRENGTHS = (0.5, 1.5)
CLOCK_OFF = 0.05
NOISES_G = (0.001, 0.003)

SIMULATED = 120  # outings
DISTURBANCE_S = 60.0
RHYTHMS = ("row", "cycle", "rock", "vehicle")  # more where a rhythm is a walk's
DISTURBANCES = {kind: 60 if kind in RHYTHMS else 30 for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Part:
    """Looks that are of a kind. made: see Signal; empty for recordings, device-like ones among them."""

    group: str
    person: str
    activity: str
    made: str

    @property
    def kind(self) -> tuple[str, str, str]:
        """What shares a weight: all but the person."""
        return self.made, self.group, self.activity


@dataclass(frozen=True, slots=True, eq=False)
class LearningSet:
    """figures: shape (n, 23); walking, part_of: shape (n,), the latter places in `parts`."""

    figures: Array
    walking: Array
    part_of: Array
    parts: Sequence[Part]

    @classmethod
    def of(cls, seen: Sequence[tuple[Part, Array, Array]]) -> "LearningSet":
        """Put together what `learn_from` gave for each signal."""
        place = {part: number for number, part in enumerate(dict.fromkeys(part for part, _, _ in seen))}
        figures = [one for _, one, _ in seen] or [np.zeros((0, len(FEATURES)))]
        return cls(
            figures=np.concatenate(figures),
            walking=np.concatenate([walking for _, _, walking in seen] or [np.zeros(0, bool)]),
            part_of=np.repeat([place[part] for part, _, _ in seen], [len(one) for _, one, _ in seen]).astype(int),
            parts=tuple(place),
        )


def jobs(rows: Sequence[Row]) -> list[Row | tuple[str, int]]:
    """What `learn_from` is to be called with, the longest first: rows, and kinds of made-up signals with a number."""
    recorded = [row for row in rows if not held_out(row["group"])]
    made: list[Row | tuple[str, int]] = [("simulated", number) for number in range(SIMULATED)]
    made += [(kind, number) for kind, count in DISTURBANCES.items() for number in range(count)]
    return [*sorted(recorded, key=lambda row: (-row["seconds"], row["path"])), *made]


def learn_from(job: Row | tuple[str, int]) -> list[tuple[Part, Array, Array]]:
    """Of each signal of a recording and each copy, or of one that is made up: its part, figures and labels."""
    found = []
    for signal, first in _made_up(*job) if isinstance(job, tuple) else _recorded(job):
        seen = looks(signal, first)
        part = Part(signal.group, signal.person, signal.activity, signal.made)
        found.append((part, seen.figures, seen.walking))
    return found


def _made_up(kind: str, number: int) -> Iterator[tuple[Signal, int]]:
    rng = chance(SEED, f"{kind} {number}")
    yield (simulated(rng, number), 4) if kind == "simulated" else (disturbance(kind, rng, number, DISTURBANCE_S), 0)


def _recorded(row: Row) -> Iterator[tuple[Signal, int]]:
    """Signals, with how late the first look is."""
    for signal in read(row):
        if signal.kind is Kind.UNKNOWN:
            continue
        rng = chance(SEED, signal.name)
        yield signal, 0
        device_like = clock_off(signal, 1.0 + rng.uniform(-CLOCK_OFF, CLOCK_OFF))
        yield noisy(device_like, rng, float(rng.choice(NOISES_G))), 7
        yield from ((copy, 11) for copy in _changed(signal, rng))


def _changed(signal: Signal, rng: np.random.Generator) -> Iterator[Signal]:
    if signal.kind is Kind.COUNTED:
        once = signal.group.startswith("slow_") or signal.seconds > LONG_S
        yield from (impaired(signal, rng) for _ in range(1 if once else 2))
    elif signal.kind is Kind.WALKED:
        for speeds in WALK_SPEEDS:
            slow = noisy(slowed(signal, rng.uniform(*speeds)), rng, NOISES_G[0])
            yield replace(weakened(slow, rng.uniform(*WALK_STRENGTHS)), made="slowed")
    elif MACHINES in signal.group:
        for speeds in MACHINE_SPEEDS:
            stretched = noisy(slowed(signal, rng.uniform(*speeds)), rng, NOISES_G[1])
            strength = float(np.exp(rng.uniform(*np.log(MACHINE_STRENGTHS))))
            yield replace(weakened(stretched, strength), made="stretched")


def told_as(part: Part) -> Mapping[str, str]:
    """What a reader is told of a part: how it was made, and the first word of its group."""
    return {"made": part.made or "as recorded, and device-like", "source": part.group.split()[0]}
