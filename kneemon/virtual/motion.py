# SPDX-License-Identifier: MIT
"""The parts of a walker's movement, each a plain function of time.

Only sums, products and element-wise functions of contiguous arrays are used: no matrix product and no reduction, whose
rounding may depend on how many instants are asked about at once. Units: seconds in; g and radians out.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from kneemon.model.samples import Array
from kneemon.virtual.footfalls import Blow, Knot
from kneemon.virtual.gait_model import Placement, Wave

FULL_TURN = 2.0 * np.pi
AGES_S = 1e6  # farther away than any script is long
SINES = 6
RMS_1 = (2.0 / SINES) ** 0.5
BLOWS_FELT = 3  # older ones have died away
SILENT_S = 10.0  # no ring lasts as long

Axes = tuple[Array, Array, Array]  # along the body part's forward, left and up


class Wander:
    """Aimless movement of rms 1: sines of random frequencies within [low_hz, high_hz)."""

    def __init__(self, rng: np.random.Generator, low_hz: float, high_hz: float) -> None:
        hz, start = rng.uniform(low_hz, high_hz, SINES), rng.uniform(0.0, FULL_TURN, SINES)
        self._sines = tuple(zip(hz.tolist(), start.tolist(), strict=True))

    def __call__(self, t_s: Array) -> Array:
        total = np.zeros_like(t_s)
        for hz, start in self._sines:
            total += np.sin(FULL_TURN * hz * t_s + start)
        return np.asarray(RMS_1 * total)


class Shaking:
    """Aimless movement in all three directions."""

    def __init__(self, rng: np.random.Generator, low_hz: float, high_hz: float) -> None:
        self._wanders = tuple(Wander(rng, low_hz, high_hz) for _ in range(3))

    def __call__(self, t_s: Array, size_g: Array) -> Axes:
        forward, left, up = (size_g * wander(t_s) for wander in self._wanders)
        return forward, left, up


class Levels:
    """A level for each segment, reached smoothly within `ease_s` of the segment's start."""

    def __init__(self, starts_s: Sequence[float], levels: Sequence[float], ease_s: float) -> None:
        self._starts_s = np.array([-AGES_S, *starts_s])
        self._levels = np.array([levels[0], *levels])
        self._ease_s = ease_s

    def __call__(self, t_s: Array) -> Array:
        now = np.maximum(np.searchsorted(self._starts_s, t_s, side="right") - 1, 0)
        before, level = self._levels[np.maximum(now - 1, 0)], self._levels[now]
        settled = _ease((t_s - self._starts_s[now]) / self._ease_s)
        return np.asarray(before + (level - before) * settled)


class Strides:
    """The rhythm of gait: the placement's waves, as strong as the knots say, no two steps quite alike."""

    def __init__(self, place: Placement, knots: Sequence[Knot], rng: np.random.Generator) -> None:
        table = np.array([Knot(-AGES_S), *knots, Knot(AGES_S)])
        self._t_s, vigour, stride, self._scrape = np.ascontiguousarray(table.T)

        def unequal(waves: Iterable[Wave], sizes: Array) -> list[tuple[Wave, Array]]:
            return [(wave, sizes * (1.0 + place.variety * rng.standard_normal(len(sizes)))) for wave in waves]

        self._forward = unequal(place.forward, vigour)
        self._left = unequal(place.left, vigour)
        self._up = unequal(place.up, vigour)
        self._swing_deg = unequal(place.swing, stride)

    def __call__(self, t_s: Array) -> tuple[Axes, Array, Array]:
        """Acceleration in g without gravity; forward tilt in radians; how hard dragged feet scrape, 0 to 1 and more."""
        now = np.clip(np.searchsorted(self._t_s, t_s, side="right") - 1, 0, len(self._t_s) - 2)
        done = (t_s - self._t_s[now]) / (self._t_s[now + 1] - self._t_s[now])
        eased = _ease(done)
        # the table begins with a knot of long ago, so the near foot lands at its odd ones
        phase = 0.5 * ((now + 1) % 2 + done)

        def between(values: Array) -> Array:
            return values[now] + (values[now + 1] - values[now]) * eased

        def total(waves: Iterable[tuple[Wave, Array]]) -> Array:
            sums = np.zeros_like(t_s)
            for wave, sizes in waves:
                sums += wave.size * between(sizes) * np.cos(FULL_TURN * (wave.harmonic * phase - wave.lag))
            return sums

        axes = total(self._forward), total(self._left), total(self._up)
        return axes, np.radians(total(self._swing_deg)), between(self._scrape)


class Blows:
    """What rings in the body after each contact."""

    def __init__(self, place: Placement, blows: Sequence[Blow]) -> None:
        table = np.array([Blow(-AGES_S, 0.0, near=True)] * BLOWS_FELT + list(blows), dtype=float)
        self._t_s, sizes, near = np.ascontiguousarray(table.T)
        self._sizes = sizes * np.where(near, 1.0, place.far_leg)
        self._side = np.where(near, 1.0, -1.0)
        self._place = place

    def __call__(self, t_s: Array) -> Axes:
        newest = np.searchsorted(self._t_s, t_s, side="right") - 1
        up, across = np.zeros_like(t_s), np.zeros_like(t_s)
        for back in range(BLOWS_FELT):
            which = np.maximum(newest - back, 0)
            age_s = np.clip(t_s - self._t_s[which], 0.0, SILENT_S)
            ringing = np.zeros_like(t_s)
            for ring in self._place.rings:
                ringing += ring.size_g * np.exp(-age_s / ring.fade_s) * np.sin(FULL_TURN * ring.hz * age_s)
            ringing *= self._sizes[which]
            up += ringing
            across += ringing * self._side[which]
        return self._place.forward_share * up, self._place.left_share * across, up


def _ease(done: Array) -> Array:
    """From 0 to 1 with level ends."""
    done = np.clip(done, 0.0, 1.0)
    return done * done * (3.0 - 2.0 * done)
