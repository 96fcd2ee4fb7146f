# SPDX-License-Identifier: MIT
"""When the feet of a scripted walker land, and how vigorously the body moves from one landing to the next.

Every bout is laid out as knots: where the body sets off, each initial contact, where it has come to rest. Between two
knots everything is interpolated, so the walker needs no memory and can be asked about any instant in any order.
Feet alternate with the knots: at even ones it is the foot of the side that wears the box. Units: seconds, steps/min.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kneemon.virtual.gait_model import USUAL_SPM
from kneemon.virtual.script import Segment, Turn, Walk

SETTLE_STEPS = 0.6  # the body comes to rest at least this part of a step after the last contact
END_STEPS = (0.55, 0.85)  # vigour of a bout's first steps and, backwards, of its last
TAP_STEPS = 0.12  # a stick's tip lands this part of a step before the weak foot
TAP = 0.4  # size of its blow beside a foot's
BLOW_SPREAD = 0.15  # standard deviation of the blow from one contact to the next


class Knot(NamedTuple):
    """vigour: size of the movement, 1 = usual at USUAL_SPM; stride: of the swing, likewise; scrape: of dragged feet."""

    t_s: float
    vigour: float = 0.0
    stride: float = 0.0
    scrape: float = 0.0


class Blow(NamedTuple):
    """Foot or stick on the ground; size 1 = usual at USUAL_SPM; near: it is the foot of the box's side."""

    t_s: float
    size: float
    near: bool


@dataclass(frozen=True, slots=True)
class Footfalls:
    """All of a script, in time order."""

    knots: tuple[Knot, ...]
    blows: tuple[Blow, ...]
    contacts_s: tuple[float, ...]


class _Landing(NamedTuple):
    t_s: float
    step_s: float
    cadence_spm: float
    foot: int
    walk: Walk


def lay_out(script: Iterable[Segment], rng: np.random.Generator) -> Footfalls:
    """The same script and generator state give the same footfalls."""
    weak_foot = int(rng.integers(2))
    knots: list[Knot] = []
    blows: list[Blow] = []
    contacts_s: list[float] = []
    for bout in _bouts(script):
        knots.append(Knot(bout[0][0]))
        landings = _landings(bout, len(knots) % 2, weak_foot, rng)
        for place, landing in enumerate(landings):
            at_end = min(place, len(landings) - 1 - place)
            vigour = END_STEPS[at_end] if at_end < len(END_STEPS) else 1.0
            knots.append(_knot(landing, vigour, weak_foot))
            blows += _blows(landing, vigour, weak_foot, rng)
            contacts_s.append(landing.t_s)
        knots.append(Knot(bout[-1][1]))
    return Footfalls(tuple(knots), tuple(sorted(blows)), tuple(contacts_s))


def _bouts(script: Iterable[Segment]) -> Iterator[list[tuple[float, float, Walk]]]:
    """Runs of walking segments: begin, end and gait of each."""
    bout: list[tuple[float, float, Walk]] = []
    t_s = 0.0
    for segment in script:
        if isinstance(segment, Walk | Turn):
            walk = segment.gait() if isinstance(segment, Turn) else segment
            bout.append((t_s, t_s + segment.seconds, walk))
        elif bout:
            yield bout
            bout = []
        t_s += segment.seconds
    if bout:
        yield bout


def _landings(
    bout: list[tuple[float, float, Walk]], foot: int, weak_foot: int, rng: np.random.Generator
) -> list[_Landing]:
    landings: list[_Landing] = []
    t_s, end_s = bout[0][0], bout[-1][1]
    while True:
        begin_s, _, walk = next(part for part in bout if t_s < part[1])
        cadence_spm = walk.cadence_at(t_s - begin_s)
        # a stride is two steps, so independent steps must vary by √2 as much
        unevenness = 2**0.5 * walk.irregularity * float(np.clip(rng.standard_normal(), -3.0, 3.0))
        # standing on the strong leg takes longer, so the step that lands the weak foot is the long one
        lameness = walk.limp if foot == weak_foot else -walk.limp
        step_s = 60.0 / cadence_spm * (1.0 + unevenness) * (1.0 + lameness)
        t_s += step_s
        if t_s + SETTLE_STEPS * step_s > end_s:
            return landings
        landings.append(_Landing(t_s, step_s, cadence_spm, foot, walk))
        foot = 1 - foot


def _knot(landing: _Landing, vigour: float, weak_foot: int) -> Knot:
    walk, pace = landing.walk, landing.cadence_spm / USUAL_SPM
    vigour *= walk.strength * (1.0 - 0.5 * walk.shuffle)
    spared = 1.0 - walk.limp if landing.foot == weak_foot else 1.0 + walk.limp
    return Knot(landing.t_s, vigour * pace**2 * spared, vigour * pace, vigour * walk.shuffle)


def _blows(landing: _Landing, vigour: float, weak_foot: int, rng: np.random.Generator) -> Iterator[Blow]:
    walk, pace = landing.walk, landing.cadence_spm / USUAL_SPM
    size = vigour * walk.strength * pace**2 * (1.0 - walk.shuffle)
    size *= 1.0 + BLOW_SPREAD * float(np.clip(rng.standard_normal(), -3.0, 3.0))
    near = landing.foot == 0
    if landing.foot != weak_foot:
        yield Blow(landing.t_s, size * (1.0 + walk.limp), near)
        return
    if walk.stick:
        yield Blow(landing.t_s - TAP_STEPS * landing.step_s, TAP * size * walk.stick, near)
    yield Blow(landing.t_s, size * (1.0 - walk.limp) * (1.0 - 0.4 * walk.stick), near)
