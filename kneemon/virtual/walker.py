# SPDX-License-Identifier: MIT
"""A walker whose steps are known: acceleration at the sensor for any instant, from a script and a seed.

Acceleration is a plain function of time without state: the same instant gives the same bits, however the questions are
split, so an emulated chip may sample it whenever its own clock says. What the body does is in `script`, when the feet
land in `footfalls`, how a place on the body answers in `gait_model` and `motion`. It knows no chip, no noise, no rate.
Frame: the sensor's own, turned against the body by `orientation`. Units: seconds, g including gravity.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import ArrayLike

from kneemon.model.samples import Array
from kneemon.virtual.footfalls import lay_out
from kneemon.virtual.gait_model import PLACEMENTS
from kneemon.virtual.motion import Blows, Levels, Shaking, Strides, Wander
from kneemon.virtual.script import Fidget, Segment, Sit, Turn, Walk

BREATH_G = 0.0015
SWAY_RAD = 0.008
FIDGET_G = 0.06
FIDGET_RAD = 0.1
SCRAPE_G = 0.04
POSTURE_S = 1.5  # sitting down or rising takes this long


@dataclass(frozen=True, slots=True)
class SegmentTruth:
    """What the script asks for in [start_s, end_s), and the initial contacts that fall into it."""

    start_s: float
    end_s: float
    segment: Segment
    steps: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What a perfect counter would find."""

    steps: int
    segments: tuple[SegmentTruth, ...]


class Walker:
    """Follows `script` from 0 s to `duration_s`; before and after, it rests.

    worn: waist, pocket, thigh or shank. orientation: rotation (3, 3) from the body part's forward, left and up to the
    sensor's axes; None: any, drawn from the seed. Raises ValueError for a script that is empty or has an empty segment,
    a place it does not know, or an orientation that is no rotation.
    """

    def __init__(
        self, script: Sequence[Segment], *, worn: str = "waist", seed: int = 0, orientation: ArrayLike | None = None
    ) -> None:
        if not script:
            raise ValueError("a walker needs a script of at least one segment")
        if not all(segment.seconds > 0.0 for segment in script):
            raise ValueError("a segment lasts longer than 0 s")
        if worn not in PLACEMENTS:
            raise ValueError(f"a walker wears the box at one of {', '.join(PLACEMENTS)}, not {worn}")
        place = PLACEMENTS[worn]
        rng = np.random.default_rng(seed)
        self.worn = worn
        self._script = tuple(script)
        self._edges_s = (0.0, *accumulate(segment.seconds for segment in script))
        self._to_sensor = _any_rotation(rng) if orientation is None else _rotation(orientation)

        falls = lay_out(self._script, rng)
        self._contacts_s = np.array(falls.contacts_s)
        self._strides = Strides(place, falls.knots, rng)
        self._blows = Blows(place, falls.blows)
        self._tilt = self._levels(lambda segment: np.radians(place.sit_deg) * isinstance(segment, Sit))
        self._restless = self._levels(lambda segment: float(isinstance(segment, Fidget)))
        self._sway = Wander(rng, 0.05, 0.4), Wander(rng, 0.05, 0.4)
        self._breath = Wander(rng, 0.2, 2.5)
        self._burst = Wander(rng, 0.05, 0.4)
        scrapes = any(isinstance(segment, Walk) and segment.shuffle > 0.0 for segment in script)
        fidgets = any(isinstance(segment, Fidget) for segment in script)
        self._scraping = Shaking(rng, 9.0, 24.0) if scrapes else None
        self._fidgeting = Shaking(rng, 0.3, 4.0) if fidgets else None

    @property
    def duration_s(self) -> float:
        return self._edges_s[-1]

    @property
    def initial_contacts(self) -> Array:
        """Seconds of every initial contact of either foot, strictly increasing, shape (k,)."""
        return self._contacts_s.copy()

    @property
    def truth(self) -> Truth:
        counts = np.diff(np.searchsorted(self._contacts_s, self._edges_s)).tolist()
        segments = tuple(
            SegmentTruth(start_s, end_s, segment, steps)
            for (start_s, end_s, segment), steps in zip(self._spans(), counts, strict=True)
        )
        return Truth(len(self._contacts_s), segments)

    def cadence_at(self, t_s: float) -> float | None:
        """The cadence the script asks for at t_s; None where nobody walks."""
        for start_s, end_s, segment in self._spans():
            if start_s <= t_s < end_s and isinstance(segment, Walk | Turn):
                return segment.cadence_at(t_s - start_s)
        return None

    def acceleration(self, t_s: ArrayLike) -> Array:
        """Acceleration (n, 3) in g, gravity included, in the sensor's frame at the instants t_s (n,), in any order."""
        t_s = np.ascontiguousarray(t_s, dtype=float)
        strides, swing, scrape = self._strides(t_s)
        pitch = self._tilt(t_s) + swing + SWAY_RAD * self._sway[0](t_s)
        roll = SWAY_RAD * self._sway[1](t_s)
        parts = [strides, self._blows(t_s)]
        if self._scraping is not None:
            parts.append(self._scraping(t_s, SCRAPE_G * scrape))
        if self._fidgeting is not None:
            restless = self._restless(t_s) * np.square(np.maximum(self._burst(t_s), 0.0))
            parts.append(self._fidgeting(t_s, FIDGET_G * restless))
            roll = roll + FIDGET_RAD * restless * self._breath(0.3 * t_s)
        parts.append((np.sin(pitch), np.cos(pitch) * np.sin(roll), np.cos(pitch) * np.cos(roll)))
        forward, left, up = (reduce(np.add, along) for along in zip(*parts, strict=True))
        up = up + BREATH_G * self._breath(t_s)
        return np.stack([a * forward + b * left + c * up for a, b, c in self._to_sensor], axis=-1)

    def _spans(self) -> Iterator[tuple[float, float, Segment]]:
        for (start_s, end_s), segment in zip(pairwise(self._edges_s), self._script, strict=True):
            yield start_s, end_s, segment

    def _levels(self, level: Callable[[Segment], float]) -> Levels:
        return Levels(self._edges_s[:-1], [level(segment) for segment in self._script], POSTURE_S)


def _rotation(orientation: ArrayLike) -> Array:
    matrix = np.array(orientation, dtype=float)
    if matrix.shape != (3, 3) or not np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6) or np.linalg.det(matrix) < 0:
        raise ValueError("an orientation is a rotation matrix of shape (3, 3)")
    return matrix


def _any_rotation(rng: np.random.Generator) -> Array:
    """Every rotation alike: a random frame made orthogonal and right-handed."""
    matrix, triangle = np.linalg.qr(rng.standard_normal((3, 3)))
    matrix = matrix * np.sign(np.diag(triangle))
    return np.asarray(matrix * np.linalg.det(matrix))
