# SPDX-License-Identifier: MIT
"""Counts heel raises: up and down again, by the vertical velocity between 0.1 and 0.8 Hz (evidence, section 7).

A heel raise lifts the whole body by some centimetres, so waist, pocket, thigh and shank see the same rise; the shank's
pitch is not used. Where somebody walks about, the quick part of the signal never rests: nothing counts until it does.
What rises faster than any heel raise, as when getting up from a chair, does not count either.
"""

from collections import deque
from dataclasses import dataclass, field
from math import exp, pi
from statistics import median

from kneemon.dsp.resample import ResamplerParams
from kneemon.exercise.still import NormStream
from kneemon.model.samples import SampleBlock

STANDARD_GRAVITY = 9.80665  # m/s² in 1 g


@dataclass(frozen=True, slots=True)
class RepParams:
    """low_hz, high_hz and refractory_s: evidence, section 7; the rest was set on simulated movement."""

    low_hz: float = 0.1
    high_hz: float = 0.8
    refractory_s: float = 1.5
    least_ms: tuple[float, float] = (0.010, 0.020)  # m/s: a 3 cm raise at 2 s up has the latter, a body sways less
    least_share: float = 0.3  # of the usual peak so far, within these: the filter's own swing after a raise is none
    most_ms: float = 0.35  # m/s within peak_s: getting up from a chair, after which the filter swings for a while
    longest_s: float = 12.0  # 4 s up, 4 s down, and a rest at the top
    restless_g: float = 0.03  # median of the quick part over restless_s: a step moves the body more, all the time
    restless_s: float = 2.4
    restless_share: float = 0.20  # g for each m/s of the peak velocity in peak_s: steps are quicker than high
    peak_s: float = 8.0
    slow_rep_s: float = 3.0  # where a repetition is to take longer than this …
    slow_share: float = 0.14  # … less of the quick is its own
    resampler: ResamplerParams = field(default_factory=lambda: ResamplerParams(rate_hz=12.5, max_gap_s=2.0))


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition: t_s at its highest point, known_at_s when it was down again."""

    t_s: float
    known_at_s: float


class RepCounter:
    """Streaming; see the module. rep_s: what a repetition is to take, when that is known."""

    def __init__(self, params: RepParams = RepParams(), rep_s: float = 0.0) -> None:
        self._params = params
        self._quick_share = params.slow_share if rep_s > params.slow_rep_s else params.restless_share
        step_s = 1.0 / params.resampler.rate_hz
        self._low = 1.0 - exp(-2.0 * pi * params.low_hz * step_s)
        self._high = 1.0 - exp(-2.0 * pi * params.high_hz * step_s)
        self._step_ms = STANDARD_GRAVITY * step_s  # m/s that 1 g gives in a step
        self._delay_s = 1.0 / (2.0 * pi * params.high_hz) * 2  # of the two low-passes
        self._window = round(params.restless_s * params.resampler.rate_hz)
        self._norm = NormStream(params.resampler)
        self.reset()

    def reset(self) -> None:
        self._norm.reset()
        self._begin()

    def feed(self, block: SampleBlock) -> tuple[Rep, ...]:
        reps = []
        for t_s, norm_g in self._norm.feed(block):
            if norm_g is None:
                self._begin()
            elif (rep := self._take(t_s, norm_g)) is not None:
                reps.append(rep)
        return tuple(reps)

    def flush(self) -> tuple[Rep, ...]:
        """A repetition that is not down again is none."""
        return ()

    def _begin(self) -> None:
        self._taken = 0
        self._mean_g = 0.0
        self._slow_g = 0.0
        self._smooth_g = 0.0
        self._leaky_ms = 0.0
        self._quick: deque[float] = deque(maxlen=self._window)
        self._speeds: deque[float] = deque(maxlen=round(self._params.peak_s * self._params.resampler.rate_hz))
        self._peaks: deque[float] = deque(maxlen=5)
        self._last_s = float("-inf")
        self._idle()

    def _idle(self) -> None:
        self._rise_s: float | None = None  # when it began to rise
        self._top_s: float | None = None
        self._falling = False
        self._peak_ms = 0.0

    def _take(self, t_s: float, norm_g: float) -> Rep | None:
        p = self._params
        self._taken += 1
        self._mean_g += max(self._low, 1.0 / self._taken) * (norm_g - self._mean_g)
        moved_g = norm_g - self._mean_g
        self._slow_g += self._high * (moved_g - self._slow_g)
        self._smooth_g += self._high * (self._slow_g - self._smooth_g)
        self._leaky_ms += self._step_ms * self._smooth_g - self._low * self._leaky_ms
        self._speeds.append(abs(self._leaky_ms))
        self._quick.append(abs(moved_g - self._slow_g))
        if self._taken < self._window or median(self._quick) > p.restless_g:
            self._idle()
            return None
        return self._follow(t_s, self._leaky_ms)

    def _follow(self, t_s: float, velocity_ms: float) -> Rep | None:
        p = self._params
        low_ms, high_ms = p.least_ms
        least_ms = min(max(low_ms, p.least_share * median(self._peaks)), high_ms) if self._peaks else low_ms
        if self._rise_s is None:
            if velocity_ms >= least_ms:
                self._rise_s, self._peak_ms = t_s, velocity_ms
            return None
        self._peak_ms = max(self._peak_ms, abs(velocity_ms))
        if t_s - self._rise_s > p.longest_s:
            self._idle()
            return None
        if velocity_ms >= least_ms:
            self._top_s = None
        elif velocity_ms <= 0.0 and self._top_s is None:
            self._top_s = t_s - self._delay_s
        if velocity_ms <= -least_ms:
            self._falling = True
        elif self._falling and velocity_ms > -0.5 * least_ms and self._top_s is not None:
            return self._done(self._top_s, t_s)
        return None

    def _done(self, top_s: float, t_s: float) -> Rep | None:
        """What comes again too soon is the rhythm of steps, and so is what is quick for its size."""
        p, peak_ms, since_s = self._params, self._peak_ms, top_s - self._last_s
        fastest_ms = max(self._speeds)
        self._idle()
        if since_s < p.refractory_s or fastest_ms > p.most_ms or median(self._quick) > self._quick_share * fastest_ms:
            return None
        self._peaks.append(peak_ms)
        self._last_s = top_s
        return Rep(top_s, t_s)
