# SPDX-License-Identifier: MIT
"""Times a hold: it begins when the body has come to rest, and ends at its goal, at a touch-down, or when it is broken.

Still is what moves no more than the wearer's own first seconds, within bounds; a foot that comes down is a spike above
that. It sees neither which foot is up nor whether a hand holds on. Stream time, seconds; g.
"""

from dataclasses import dataclass, field
from math import exp, sqrt

from kneemon.dsp.resample import ResamplerParams
from kneemon.exercise.still import NormStream
from kneemon.model.samples import SampleBlock


@dataclass(frozen=True, slots=True)
class HoldParams:
    """Expert choices, tried on simulated people only."""

    mean_s: float = 1.0  # of the slow mean
    rms_s: float = 0.4  # of the unrest about it
    settle_s: float = 0.6  # so long below the upper bound of still: now it begins …
    settle_most_s: float = 10.0  # … and if it does not within this, there was no hold
    learn_s: float = 2.0
    still_times: float = 4.0  # the unrest learnt
    still_g: tuple[float, float] = (0.02, 0.06)  # its bounds
    spike_times: float = 8.0
    spike_g: tuple[float, float] = (0.08, 0.25)
    resampler: ResamplerParams = field(default_factory=lambda: ResamplerParams(rate_hz=50.0, max_gap_s=2.0))


@dataclass(frozen=True, slots=True)
class HoldEnded:
    """At t_s, after held_s; touched: before the goal."""

    t_s: float
    held_s: float
    touched: bool


class HoldTimer:
    """Streaming: `start`, then `feed` what comes from then on; it tells one end."""

    def __init__(self, params: HoldParams = HoldParams()) -> None:
        self._params = params
        step_s = 1.0 / params.resampler.rate_hz
        self._mean_share = 1.0 - exp(-step_s / params.mean_s)
        self._rms_share = 1.0 - exp(-step_s / params.rms_s)
        self._norm = NormStream(params.resampler)
        self.reset()

    def reset(self) -> None:
        self._norm.reset()
        self._goal_s: float | None = None  # None: no hold is timed
        self._since_s: float | None = None  # it is held since
        self._begin()

    def start(self, t_s: float, goal_s: float) -> None:
        """A hold of goal_s is asked for from t_s on."""
        self.reset()
        self._goal_s, self._asked_s, self._quiet_s = goal_s, t_s, t_s
        self._learnt_g2, self._learnt = 0.0, 0
        self._still_g, self._spike_g = self._params.still_g[1], self._params.spike_g[1]

    def held_s(self, t_s: float) -> float:
        """How long it has been held by t_s."""
        if self._goal_s is None or self._since_s is None:
            return 0.0
        return min(t_s - self._since_s, self._goal_s)

    def feed(self, block: SampleBlock) -> tuple[HoldEnded, ...]:
        for t_s, norm_g in self._norm.feed(block):
            if norm_g is None:
                self._begin()
            elif (ended := self._take(t_s, norm_g)) is not None:
                self._goal_s = None
                return (ended,)
        return ()

    def flush(self) -> tuple[HoldEnded, ...]:
        """The signal is over, the hold perhaps is not."""
        return ()

    def _begin(self) -> None:
        self._taken = 0
        self._mean_g = 0.0
        self._unrest_g2 = 0.0

    def _take(self, t_s: float, norm_g: float) -> HoldEnded | None:
        if self._goal_s is None:
            return None
        self._taken += 1
        self._mean_g += max(self._mean_share, 1.0 / self._taken) * (norm_g - self._mean_g)
        moved_g = norm_g - self._mean_g
        self._unrest_g2 += self._rms_share * (moved_g * moved_g - self._unrest_g2)
        if self._since_s is None:
            return self._settle(t_s, moved_g)
        return self._hold(t_s, moved_g, self._since_s, self._goal_s)

    def _settle(self, t_s: float, moved_g: float) -> HoldEnded | None:
        p = self._params
        if self._unrest_g2 > p.still_g[1] ** 2 or abs(moved_g) > p.spike_g[1]:
            self._quiet_s = t_s
        if t_s - self._quiet_s >= p.settle_s:
            self._since_s = t_s
        elif t_s - self._asked_s >= p.settle_most_s:
            return HoldEnded(t_s, 0.0, touched=True)
        return None

    def _hold(self, t_s: float, moved_g: float, since_s: float, goal_s: float) -> HoldEnded | None:
        p = self._params
        if t_s - since_s <= p.learn_s:
            self._learnt_g2 += moved_g * moved_g
            self._learnt += 1
        elif self._learnt:
            own_g = sqrt(self._learnt_g2 / self._learnt)
            self._still_g = min(max(p.still_times * own_g, p.still_g[0]), p.still_g[1])
            self._spike_g = min(max(p.spike_times * own_g, p.spike_g[0]), p.spike_g[1])
            self._learnt = 0
        if self._unrest_g2 > self._still_g**2 or abs(moved_g) > self._spike_g:
            return HoldEnded(t_s, t_s - since_s, touched=True)
        return HoldEnded(t_s, goal_s, touched=False) if t_s - since_s >= goal_s else None
