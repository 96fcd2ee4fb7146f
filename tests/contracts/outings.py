# SPDX-License-Identifier: MIT
"""Simulated outings of any walker, drawn by Hypothesis, and what a detector makes of them."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from stages import Stream, told

from kneemon.gait.detector import GaitDetector
from kneemon.model.gait import InitialContact
from kneemon.model.samples import Array
from kneemon.virtual.script import Fidget, Segment, Sit, Stand, Turn, Walk
from kneemon.virtual.walker import Walker

WORN = ("waist", "pocket", "thigh")
BLOCK = (25,)
NOISE_G = 0.003


@dataclass(frozen=True, slots=True)
class Outing:
    """What is needed to walk it again; the text of a failing example."""

    script: tuple[Segment, ...]
    worn: str
    seed: int

    @property
    def walker(self) -> Walker:
        return Walker(self.script, worn=self.worn, seed=self.seed)

    def at(self, t_s: Array, noise_g: float = NOISE_G) -> Array:
        """Acceleration at these instants, with a sensor's noise."""
        return self.walker.acceleration(t_s) + np.random.default_rng(self.seed).normal(0.0, noise_g, (len(t_s), 3))

    def stream(self, rate_hz: float = 100.0, noise_g: float = NOISE_G) -> Stream:
        t_s = np.arange(int(self.walker.duration_s * rate_hz)) / rate_hz
        return Stream(t_s, self.at(t_s, noise_g))


def outings(walks: st.SearchStrategy[Walk], legs: int = 3) -> st.SearchStrategy[Outing]:
    """One to `legs` walks of this kind, with something else between them, and rest at both ends."""
    rests = st.one_of(
        st.floats(3.0, 7.0).map(Stand), st.floats(3.0, 6.0).map(Sit), st.floats(2.0, 5.0).map(Fidget), st.just(Turn())
    )
    pairs = st.lists(st.tuples(walks, rests), min_size=1, max_size=legs)

    def between(pairs: list[tuple[Walk, Segment]]) -> tuple[Segment, ...]:
        legs = [segment for pair in pairs for segment in pair]
        return (Stand(4.0), *legs[:-1], Stand(5.0))

    return st.builds(Outing, pairs.map(between), st.sampled_from(WORN), st.integers(0, 10**6))


ANY_WALK = st.builds(
    Walk,
    seconds=st.floats(3.0, 14.0),
    cadence_spm=st.floats(45.0, 130.0),
    strength=st.floats(0.4, 1.2),
    limp=st.sampled_from((0.0, 0.0, 0.1, 0.25)),
    irregularity=st.floats(0.01, 0.06),
    shuffle=st.sampled_from((0.0, 0.0, 0.3, 0.7)),
    stick=st.sampled_from((0.0, 0.5)),
)
STEADY_WALK = st.builds(Walk, seconds=st.floats(10.0, 20.0), cadence_spm=st.floats(60.0, 115.0))
ANY_OUTING = outings(ANY_WALK)
STEADY_OUTING = st.builds(
    lambda walk, worn, seed: Outing((Stand(4.0), walk, Stand(5.0)), worn, seed),
    STEADY_WALK,
    st.sampled_from(WORN),
    st.integers(0, 10**6),
)


def gait_of(stream: Stream, sizes: tuple[int, ...] = BLOCK) -> list[object]:
    return told(GaitDetector(), stream, sizes)


def contacts(events: list[object]) -> list[InitialContact]:
    return [event for event in events if isinstance(event, InitialContact)]


def contacts_s(stream: Stream) -> Array:
    return np.array([contact.t_s for contact in contacts(gait_of(stream))])


def agree(found_s: Array, usual_s: Array) -> bool:
    """The same steps but for one, at the same times but for the first and the last of a walk, which may be doubtful."""
    apart_s = np.sort(np.abs(found_s[:, None] - usual_s[None, :]).min(axis=1))
    return abs(len(found_s) - len(usual_s)) <= 1 and len(apart_s) > 4 and bool(apart_s[-3] < 0.04)
