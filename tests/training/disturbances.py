# SPDX-License-Identifier: MIT
"""Movement without a step, made up: vehicles, rocking, fidgeting, rowing, cycling, clapping, transfers, standing.

The recordings hold bikes and rowing of four people, and no vehicle at all. Each kind is a crude mechanical picture
with its sizes drawn anew: the gate shall see how wide a kind is, not one instance. A tilting sensor sees gravity turn;
what swings at a radius is accelerated along its arc and towards its middle. g with gravity, 50 Hz, turned anyhow.
"""

from collections.abc import Callable

import numpy as np

from kneemon.model.samples import Array
from tests.training.signals import RATE_HZ, Kind, Signal
from tests.training.walkers import PERSONS

NOISES_G = (0.0005, 0.002, 0.003)  # of sensors, from good to cheap
STANDARD_GRAVITY = 9.81  # m/s² in 1 g
PACE_WANDERS = 0.15  # nobody keeps a pace: its standard deviation, as a fraction

Generator = np.random.Generator


def disturbance(kind: str, rng: Generator, person: int, seconds: float) -> Signal:
    """kind: one of KINDS."""
    samples = round(seconds * RATE_HZ)
    acc_g = KINDS[kind](rng, samples) @ _any_frame(rng).T
    acc_g += rng.choice(NOISES_G) * rng.standard_normal(acc_g.shape)
    name = f"{kind} {rng.integers(2**30)}"
    return Signal(name, kind, f"made up {person % PERSONS}", kind, Kind.NONE, acc_g, np.array(()), (), "made-up")


def vehicle(rng: Generator, n: int) -> Array:
    """A body on springs, 0.8 to 2.5 Hz, mostly up and down, and the road's and the engine's shaking above."""
    hz, size = rng.uniform(0.8, 2.5), rng.uniform(0.01, 0.12) * _pace(rng, n)[:, None]
    bounce = size * _band(rng, n, 0.75 * hz, 1.25 * hz) * np.array([0.4, 0.4, 1.0])
    return bounce + rng.uniform(0.003, 0.04) * _band(rng, n, 4, 20) + _swaying(rng, n, 0.05, 0.02, 0.3)


def rock(rng: Generator, n: int) -> Array:
    """A rocking chair or a swaying trunk: a pendulum that keeps its time."""
    period_s = rng.uniform(0.8, 3.5)
    phase, swing, radius_m = _phase(rng, n, period_s), rng.uniform(0.04, 0.3), rng.uniform(0.3, 1.0)
    acc_g = _tilted(rng.uniform(-0.6, 0.6) + swing * np.sin(phase), 0.05 * np.sin(phase + 1.0))
    rate = 2 * np.pi / period_s
    acc_g[:, 0] -= rate**2 * radius_m * swing * np.sin(phase) / STANDARD_GRAVITY
    acc_g[:, 2] += (rate * swing * np.cos(phase)) ** 2 * radius_m / STANDARD_GRAVITY
    return acc_g + rng.uniform(0.0, 0.02) * _band(rng, n, 1, 8)


def fidget(rng: Generator, n: int) -> Array:
    """Bursts of anything below 6 Hz."""
    bursts = np.square(np.maximum(_wander(rng, n, 0.03, 0.5), 0.0))[:, None]
    return _swaying(rng, n, 0.2, 0.03, 0.4) + rng.uniform(0.02, 0.15) * bursts * _band(rng, n, 0.3, rng.uniform(2, 6))


def row(rng: Generator, n: int) -> Array:
    """Drive and recovery along the slide, a thigh or trunk that tilts with it, a jolt at each catch.

    Mostly at 22 to 35 strokes a minute, where one sharp push a stroke looks like one leg of a slow walk.
    """
    period_s = rng.uniform(1.7, 2.7) if rng.random() < 0.6 else rng.uniform(1.6, 3.2)
    turns = _phase(rng, n, period_s) / (2 * np.pi)
    part, drive = turns % 1.0, rng.uniform(0.1, 0.5)
    pushing, sliding = np.clip(part / drive, 0, 1), np.clip((part - drive) / (1 - drive), 0, 1)
    along = rng.uniform(0.1, 0.6) * np.sin(np.pi * pushing) ** 2 - rng.uniform(0.03, 0.3) * np.sin(np.pi * sliding) ** 2
    acc_g = _tilted(rng.uniform(-1.4, 1.4) + rng.uniform(0.1, 0.6) * np.cos(2 * np.pi * turns), np.zeros(n))
    acc_g[:, 0] += along
    acc_g[:, 2] += rng.uniform(-0.5, 0.5) * np.roll(along, int(rng.uniform(0, 20)))
    acc_g[:, 2] += _knocks(rng, turns, rng.uniform(0.0, 0.5), fade=3.0)
    return acc_g + rng.uniform(0.003, 0.03) * _band(rng, n, 1, 10)


def cycle(rng: Generator, n: int) -> Array:
    """A thigh on a bike: it swings once a turn of the pedals, 43 to 100 a minute, with some of the second harmonic."""
    period_s = rng.uniform(0.6, 1.4)
    phase, swing = _phase(rng, n, period_s), rng.uniform(0.05, 0.6)
    acc_g = _tilted(rng.uniform(0.0, 1.5) + swing * np.sin(phase), 0.05 * np.sin(phase + rng.uniform(0, 6)))
    size = (2 * np.pi / period_s) ** 2 * swing * rng.uniform(0.1, 0.35) / STANDARD_GRAVITY
    acc_g[:, 0] += size * np.sin(phase + rng.uniform(-0.5, 0.5))
    acc_g[:, 2] += 0.5 * size * np.sin(phase + rng.uniform(0, 2 * np.pi))
    acc_g[:, 2] += rng.uniform(0.0, 0.4) * size * np.sin(2 * phase + rng.uniform(0, 2 * np.pi))
    return acc_g + rng.uniform(0.003, 0.05) * _band(rng, n, 2, 15)


def clap(rng: Generator, n: int) -> Array:
    """Clapping, knocking, work of the hands as the trunk feels it: small regular knocks, 1 to 4 a second."""
    knocks = _knocks(
        rng, _phase(rng, n, 1 / rng.uniform(1, 4)) / (2 * np.pi), 1.0, fade=rng.uniform(1.5, 4), uneven=0.3
    )
    direction = rng.standard_normal(3) * rng.uniform(0.05, 0.4)
    return _swaying(rng, n, 0.03, 0.05, 0.6) + knocks[:, None] * direction + 0.006 * _band(rng, n, 0.5, 6)


def transfer(rng: Generator, n: int) -> Array:
    """Sitting down, rising, lying down, bending, reaching: tilts with a bump at their end, now and then."""
    pitch, bumps, level, at_s = np.zeros(n), np.zeros((n, 3)), 0.0, 0.0
    at = np.arange(n)[:, None]
    while at_s < n / RATE_HZ:
        lasts_s = rng.uniform(0.8, 2.5)
        to = rng.uniform(-1.4, 1.4) if rng.random() < 0.5 else rng.uniform(-0.5, 0.5)
        done = np.clip((np.arange(n) / RATE_HZ - at_s) / lasts_s, 0.0, 1.0)
        pitch += (to - level) * done * done * (3.0 - 2.0 * done)
        end = round((at_s + lasts_s) * RATE_HZ)
        bump = np.exp(-0.5 * ((at - end) / rng.uniform(3, 10)) ** 2)
        bumps += rng.uniform(0.0, 0.25) * bump * rng.standard_normal(3)
        level, at_s = to, at_s + lasts_s + rng.uniform(0.1, 4.0)
    hands = 0.01 * np.abs(_wander(rng, n, 0.05, 0.4))[:, None] * _band(rng, n, 0.4, 5)
    return _tilted(pitch, 0.2 * _wander(rng, n, 0.03, 0.3)) + bumps + hands


def stand(rng: Generator, n: int) -> Array:
    """On the spot: swaying, shifting weight, talking with the hands."""
    bursts = np.maximum(_wander(rng, n, 0.03, 0.5), 0.0)[:, None]
    return _swaying(rng, n, 0.07, 0.05, 1.0) + rng.uniform(0.01, 0.08) * bursts * _band(rng, n, 0.5, 6)


KINDS: dict[str, Callable[[Generator, int], Array]] = {
    "vehicle": vehicle,
    "rock": rock,
    "fidget": fidget,
    "row": row,
    "cycle": cycle,
    "clap": clap,
    "transfer": transfer,
    "stand": stand,
}


def _band(rng: Generator, n: int, low_hz: float, high_hz: float, columns: int = 3) -> Array:
    """Noise of that band, standard deviation 1 in each column: shape (n, columns)."""
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    inside = (hz >= low_hz) & (hz < high_hz)
    spectrum = np.zeros((len(hz), columns), complex)
    shape = (int(inside.sum()), columns)
    spectrum[inside] = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    noise = np.fft.irfft(spectrum, n, axis=0)
    return np.asarray(noise / np.maximum(noise.std(axis=0), 1e-9))


def _wander(rng: Generator, n: int, low_hz: float, high_hz: float) -> Array:
    return _band(rng, n, low_hz, high_hz, 1)[:, 0]


def _pace(rng: Generator, n: int) -> Array:
    """Of the usual, as it wanders."""
    return 1.0 + PACE_WANDERS * _wander(rng, n, 0.02, 0.3)


def _phase(rng: Generator, n: int, period_s: float) -> Array:
    return 2 * np.pi * np.cumsum(_pace(rng, n)) / (RATE_HZ * period_s)


def _tilted(pitch: Array, roll: Array) -> Array:
    """1 g as a sensor sees it that is tilted so, radians."""
    return np.stack([np.sin(pitch), np.cos(pitch) * np.sin(roll), np.cos(pitch) * np.cos(roll)], axis=1)


def _swaying(rng: Generator, n: int, size: float, low_hz: float, high_hz: float) -> Array:
    return _tilted(size * _wander(rng, n, low_hz, high_hz), size * _wander(rng, n, low_hz, high_hz))


def _knocks(rng: Generator, turns: Array, size: float, fade: float, uneven: float = 0.0) -> Array:
    """A damped ring at the begin of each turn; fade in samples, uneven in sizes."""
    hits = np.zeros(len(turns))
    hits[np.flatnonzero(np.diff(np.floor(turns)) > 0)] = size
    hits *= 1.0 + uneven * rng.standard_normal(len(turns))
    age = np.arange(20)
    return np.convolve(hits, np.exp(-age / fade) * np.sin(age * rng.uniform(0.6, 2.0)))[: len(turns)]


def _any_frame(rng: Generator) -> Array:
    """Every rotation alike, mirrored or not: no figure of a look knows the hand."""
    matrix, triangle = np.linalg.qr(rng.standard_normal((3, 3)))
    return np.asarray(matrix * np.sign(np.diag(triangle)))
