# SPDX-License-Identifier: MIT
"""Machine-like movement without a step, each a small mechanical picture with sizes drawn from a seed: g, with gravity.

They are made apart from the ones the gate is trained on (`tests/training`), so that they can show a gate that learned
those by heart.
"""

from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array

STANDARD_GRAVITY = 9.81  # m/s² in 1 g
FULL_TURN = 2.0 * np.pi


def rocking(rng: np.random.Generator, t_s: Array) -> Array:
    """A rocking chair: a pendulum of 1.6 to 3 s, gravity turning with it."""
    period_s, swing, radius_m = rng.uniform(1.6, 3.0), rng.uniform(0.05, 0.2), rng.uniform(0.3, 0.65)
    rate, phase = FULL_TURN / period_s, FULL_TURN * t_s / period_s + 0.3 * _wander(rng, t_s, 0.1)
    acc_g = _tilted(rng.uniform(-0.5, 0.5) + swing * np.sin(phase), 0.03 * np.sin(phase))
    acc_g[:, 0] -= rate**2 * radius_m * swing * np.sin(phase) / STANDARD_GRAVITY
    acc_g[:, 2] += (rate * swing * np.cos(phase)) ** 2 * radius_m / STANDARD_GRAVITY
    return acc_g


def rowing(rng: np.random.Generator, t_s: Array) -> Array:
    """One sharp push a stroke, 21 to 33 strokes a minute, and a slow way back."""
    turns = t_s / rng.uniform(1.8, 2.8) + 0.05 * _wander(rng, t_s, 0.1)
    part, drive = turns % 1.0, rng.uniform(0.15, 0.3)
    push = rng.uniform(0.25, 0.6) * np.sin(np.pi * np.clip(part / drive, 0.0, 1.0)) ** 2
    back = rng.uniform(0.03, 0.1) * np.sin(np.pi * np.clip((part - drive) / (1.0 - drive), 0.0, 1.0)) ** 2
    acc_g = _tilted(rng.uniform(-0.4, 0.4) + rng.uniform(0.05, 0.3) * np.cos(FULL_TURN * turns), np.zeros_like(t_s))
    acc_g[:, 0] += push - back
    acc_g[:, 2] += 0.5 * push
    return acc_g


def pedalling(rng: np.random.Generator, t_s: Array) -> Array:
    """A thigh on a bike, 46 to 100 turns a minute."""
    period_s, swing = rng.uniform(0.6, 1.3), rng.uniform(0.15, 0.5)
    phase = FULL_TURN * t_s / period_s + 0.4 * _wander(rng, t_s, 0.1)
    acc_g = _tilted(rng.uniform(0.5, 1.3) + swing * np.sin(phase), 0.03 * np.sin(phase + 1.0))
    size_g = (FULL_TURN / period_s) ** 2 * swing * 0.2 / STANDARD_GRAVITY
    acc_g[:, 0] += size_g * np.sin(phase)
    acc_g[:, 2] += 0.5 * size_g * np.sin(phase + 1.0)
    return acc_g


def riding(rng: np.random.Generator, t_s: Array) -> Array:
    """A vehicle: its body bounces at 0.9 to 2.2 Hz as the road will have it, its engine shakes above."""
    hz, size_g = rng.uniform(0.9, 2.2), rng.uniform(0.02, 0.08)
    bounce = size_g * (0.6 + 0.4 * _wander(rng, t_s, 0.15)) * _hum(rng, t_s, 0.8 * hz, 1.25 * hz)
    acc_g = _tilted(0.03 * _wander(rng, t_s, 0.2), 0.03 * _wander(rng, t_s, 0.2))
    acc_g[:, 2] += bounce
    shaking_g = rng.uniform(0.005, 0.02)
    return acc_g + shaking_g * np.stack([_hum(rng, t_s, 6.0, 20.0) for _ in range(3)], axis=1)


MACHINES: dict[str, Callable[[np.random.Generator, Array], Array]] = {
    "rocking": rocking,
    "rowing": rowing,
    "pedalling": pedalling,
    "riding": riding,
}


def _hum(rng: np.random.Generator, t_s: Array, low_hz: float, high_hz: float) -> Array:
    """Six sines of frequencies within [low_hz, high_hz), together of rms 1."""
    sines = zip(rng.uniform(low_hz, high_hz, 6), rng.uniform(0.0, FULL_TURN, 6), strict=True)
    return np.asarray(sum(np.sin(FULL_TURN * hz * t_s + start) for hz, start in sines) / 3.0**0.5)


def _wander(rng: np.random.Generator, t_s: Array, hz: float) -> Array:
    return _hum(rng, t_s, 0.5 * hz, hz)


def _tilted(pitch: Array, roll: Array) -> Array:
    """1 g as a sensor sees it that is tilted so, radians."""
    return np.stack([np.sin(pitch), np.cos(pitch) * np.sin(roll), np.cos(pitch) * np.cos(roll)], axis=1)
