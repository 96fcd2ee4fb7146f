# SPDX-License-Identifier: MIT
"""The engine at work, watched through its public functions: the only file here that knows its rooms.

Times are stream time in seconds; the even signal is the engine's own, 50 samples a second.
"""

from dataclasses import dataclass

import numpy as np

from kneemon.dsp.resample import Resampler, ResamplerParams
from kneemon.dsp.ring import Ring
from kneemon.gait.detector import GaitDetector
from kneemon.gait.gate import Network
from kneemon.gait.params import GaitParams, GateParams
from kneemon.gait.rhythm import PERIODS_S, WINDOW, look
from kneemon.gait.rhythm import RATE_HZ as LOOK_HZ
from kneemon.gait.step_channel import ahead, newest, taps
from kneemon.model.gait import CadenceEstimate, GaitEvent, GaitState, InitialContact, SignalGap
from kneemon.model.samples import Array, SampleBlock
from kneemon.plot.picture import ReplayPicture, norm_less_gravity
from kneemon.plot.step_engine.outings import Outing

__all__ = ["LOOK_HZ", "PERIODS_S", "RATE_HZ", "THRESHOLDS", "WINDOW_S"]

RATE_HZ = ResamplerParams().rate_hz
LOOK_S = GaitParams().look_s
BLOCK_S = 0.1
WINDOW_S = WINDOW / LOOK_HZ
THRESHOLDS = GateParams().open_log_odds, GateParams().close_log_odds


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What the detector told of one outing, block by block."""

    steps: tuple[InitialContact, ...]
    cadence: tuple[CadenceEstimate, ...]
    gaps: tuple[SignalGap, ...]
    states: tuple[tuple[float, GaitState], ...]

    def open_spans(self) -> list[tuple[float, float]]:
        """When the gate was open, at the ends of blocks."""
        edges = [(t_s, state.walking) for t_s, state in self.states]
        spans: list[tuple[float, float]] = []
        for (_, before), (t_s, now) in zip([(0.0, False), *edges], [*edges, (edges[-1][0], False)], strict=True):
            if now and not before:
                spans.append((t_s, t_s))
            elif before and not now:
                spans[-1] = (spans[-1][0], t_s)
        return spans


@dataclass(frozen=True, slots=True, eq=False)
class Even:
    """An unbroken stretch as the engine sees it: sample k covers [origin_s + k/RATE_HZ, …). acc_g: (n, 3)."""

    origin_s: float
    acc_g: Array

    @property
    def t_s(self) -> Array:
        """Middles of the samples."""
        return np.asarray(self.origin_s + (np.arange(len(self.acc_g)) + 0.5) / RATE_HZ, dtype=np.float64)

    @property
    def norm_g(self) -> Array:
        return norm_less_gravity(self.acc_g)


@dataclass(frozen=True, slots=True, eq=False)
class SeenLook:
    """One look at the WINDOW_S before t_s; log_odds None when nothing moved."""

    t_s: float
    period_s: float | None
    comb: float | None
    log_odds: float | None


def watch(outing: Outing) -> Watched:
    """Feed it as a sensor would."""
    detector, events, states = GaitDetector(), list[GaitEvent](), []
    cuts = np.flatnonzero(np.diff(np.floor((outing.t_s - outing.t_s[0]) / BLOCK_S))) + 1
    for t_s, acc_g in zip(np.split(outing.t_s, cuts), np.split(outing.acc_g, cuts), strict=True):
        events += detector.feed(SampleBlock(t_s, acc_g))
        states.append((float(t_s[-1]), detector.state))
    events += detector.flush()
    return Watched(
        tuple(event for event in events if isinstance(event, InitialContact)),
        tuple(event for event in events if isinstance(event, CadenceEstimate)),
        tuple(event for event in events if isinstance(event, SignalGap)),
        tuple(states),
    )


def replay_picture(outing: Outing, watched: Watched) -> ReplayPicture:
    """The outing as `kneemon replay --plot` shows it."""
    return ReplayPicture(
        title=outing.title,
        t_s=outing.t_s,
        norm_g=norm_less_gravity(outing.acc_g),
        gate=watched.states,
        open_log_odds=THRESHOLDS[0],
        close_log_odds=THRESHOLDS[1],
        steps_s=tuple(step.t_s for step in watched.steps),
        cadence=watched.cadence,
        gaps=watched.gaps,
        truth_s=outing.truth_s,
        labels=outing.labels,
    )


def even_stretches(outing: Outing) -> list[Even]:
    """The signal between its gaps."""
    found: list[tuple[float, list[Array]]] = []
    for stretch in Resampler().feed(outing.t_s, outing.acc_g):
        if stretch.first == 0 and not len(stretch.acc_g):
            found.append((stretch.origin_s, []))
        else:
            found[-1][1].append(stretch.acc_g)
    return [Even(origin_s, np.concatenate(parts)) for origin_s, parts in found if parts]


def window_at(even: Even, end_s: float) -> tuple[Array, Array] | None:
    """What a look at end_s is given: pair means of norm (WINDOW,) and vector (WINDOW, 3); None without enough."""
    end = round((end_s - even.origin_s) * RATE_HZ)
    if end < 2 * WINDOW or end > len(even.acc_g):
        return None
    acc_g, norm_g = even.acc_g[end - 2 * WINDOW : end], even.norm_g[end - 2 * WINDOW : end]
    return 0.5 * (norm_g[0::2] + norm_g[1::2]), 0.5 * (acc_g[0::2] + acc_g[1::2])


def look_at(even: Even, end_s: float) -> SeenLook | None:
    """A look of a closed gate, None before there is enough signal."""
    window = window_at(even, end_s)
    if window is None:
        return None
    seen = look(*window, None, GateParams().still_g)
    if seen is None:
        return SeenLook(end_s, None, None, None)
    return SeenLook(end_s, seen.period_s, seen.comb, Network().log_odds(seen.features))


def looks(even: Even) -> list[SeenLook]:
    """One every LOOK_S."""
    ends_s = even.origin_s + np.arange(WINDOW_S, len(even.acc_g) / RATE_HZ, LOOK_S)
    return [seen for seen in (look_at(even, end_s) for end_s in ends_s.tolist()) if seen is not None]


def step_filter(period_s: float) -> tuple[Array, Array]:
    """The channel's taps, and how long before (less than 0) and after its position each of them lies."""
    h = taps(period_s, RATE_HZ)
    return (np.arange(len(h)) + ahead(period_s, RATE_HZ) + 1 - len(h)) / RATE_HZ, h


def channel(even: Even, period_s: float) -> tuple[Array, Array]:
    """Times and values of the step channel over the stretch."""
    ring = Ring(len(even.acc_g), columns=1)
    ring.append(even.norm_g[:, None])
    filtered = newest(ring, period_s, RATE_HZ, len(even.acc_g))
    t_s = even.origin_s + (filtered.first + np.arange(len(filtered.y)) + 0.5) / RATE_HZ
    return t_s.astype(np.float64), filtered.y
