# SPDX-License-Identifier: MIT
"""Initial contacts out of the step channel: a run of held-back steps when the gate opens, then one by one.

Everything here goes by sample numbers since the signal's (re)start, at 50 Hz: what is found does not depend on how many
samples came together. Times are positions of maxima; `lead` says by how much a contact precedes its maximum.
"""

from collections import deque
from dataclasses import dataclass
from math import ceil, floor
from statistics import median_high

from kneemon.dsp.ring import Ring
from kneemon.gait.params import GateParams, StepParams
from kneemon.gait.step_channel import ahead, channel_period, newest


@dataclass(frozen=True, slots=True)
class Peak:
    """A maximum of the step channel: its sample number with fraction, prominence in g, and the count of samples by
    which it is known."""

    position: float
    prominence_g: float
    known_at: int


class ContactFinder:
    """Finds steps of a given period; the caller says when to look for a run and when the period changes."""

    def __init__(self, step: StepParams, gate: GateParams, rate_hz: float) -> None:
        self._step = step
        self._gate = gate
        self._rate_hz = rate_hz
        self.reset()

    def reset(self) -> None:
        self._period_s = 0.6
        self._next = 0  # sample number of the next position to examine
        self._last = float("-inf")  # position of the newest step
        self._weak_before = False
        self._heights_g: deque[float] = deque(maxlen=self._step.remembered)
        self.silent_at = 0  # the count of samples at which the silence after the newest step is too long

    @property
    def lead_s(self) -> float:
        """By how much an initial contact precedes its maximum."""
        return self._step.lag * max(0.0, self._period_s - self._step.lag_from_s)

    def tune(self, period_s: float) -> None:
        """Use the channel of this period from now on."""
        before_s, self._period_s = self._period_s, channel_period(period_s)
        if self._period_s != before_s:  # the newest step's maximum may lie earlier in the new channel: look once more
            self._next -= ceil(self._step.retuned * self._period_s * self._rate_hz)
        self._wait()

    def run(self, ring: Ring, period_s: float, *, soon: bool, most: int) -> list[Peak]:
        """The run of even steps that ends now, oldest first; empty when there is none that may be credited."""
        self.tune(period_s)
        step, period = self._step, self._period_s * self._rate_hz
        channel = newest(ring, self._period_s, self._rate_hz, most)
        high = [i for i in channel.maxima() if channel.y[i] > 0]
        if len(high) < 3:
            return []
        back = int(step.look_back * period)
        prominence = {i: channel.prominence(i, back) for i in high}
        recent = [prominence[i] for i in high if i > len(channel.y) - 4.2 * max(period, 0.5 * self._rate_hz)]
        if not recent:
            return []
        measure = sorted(recent)[len(recent) // 2]
        if soon:  # a step is one beside those just walked
            measure = max(measure, step.resumed * self._usual_g())
        least = max(step.floor_g, step.relative * measure)
        peaks = [Peak(channel.position(i), prominence[i], ring.count) for i in high if prominence[i] >= least]
        if not peaks or ring.count - peaks[-1].position - 0.5 > (0.6 + step.farthest) * period:
            return []
        found = self._backwards(peaks, period)
        return found if self._even(found, soon=soon) else []

    def follow(self, run: list[Peak]) -> None:
        """The run is credited: steps come one by one from now on."""
        self._next = run[-1].known_at - ahead(self._period_s, self._rate_hz) - 1
        self._heights_g.clear()
        self._heights_g.extend(p.prominence_g for p in run)
        self._last = run[-1].position
        self._wait()
        self._weak_before = False

    def examine(self, ring: Ring, looked_at: int) -> tuple[list[Peak], int | None]:
        """Steps among the positions not examined yet, and the count of samples at which the silence after the last step
        became too long, None while it is not.

        looked_at: the count of samples at the gate's last look; what a look changed is known one sample later.
        """
        peaks: list[Peak] = []
        after = ahead(self._period_s, self._rate_hz)
        end = ring.count - after  # positions below this are filtered
        if end - self._next >= 2:
            soonest = floor(self._last + self._step.nearest * self._period_s * self._rate_hz - 0.5)
            for n in self._maxima(ring, max(self._next, soonest), end):
                known_at = max(n + 2 + after, looked_at + 1)
                if self.silent_at < known_at:
                    return peaks, max(self.silent_at, looked_at + 1)
                peak = self._step_at(ring, n, known_at)
                if peak is not None:
                    peaks.append(peak)
            self._next = end - 1
        silent_at = max(self.silent_at, looked_at + 1)
        return peaks, silent_at if silent_at <= ring.count else None

    def _maxima(self, ring: Ring, start: int, end: int) -> list[int]:
        """Sample numbers in [start, end - 1) of the channel's maxima."""
        if end - start < 2:
            return []
        return newest(ring, self._period_s, self._rate_hz, end - start + 1).maxima_from(start)

    def _usual_g(self) -> float:
        """Median prominence of the newest steps; 0 before the first."""
        heights_g = sorted(self._heights_g)
        return heights_g[len(heights_g) // 2] if heights_g else 0.0

    def _wait(self) -> None:
        if self._last > float("-inf"):
            wait_s = max(self._gate.silence * self._period_s, self._gate.silence_s) + 0.6 * self._period_s
            self.silent_at = floor(self._last + 0.5 + wait_s * self._rate_hz) + 1

    def _step_at(self, ring: Ring, n: int, known_at: int) -> Peak | None:
        """The maximum at sample number n, when it is a step."""
        step, period = self._step, self._period_s * self._rate_hz
        back = int(step.look_back * period)
        behind = ring.count - ahead(self._period_s, self._rate_hz) - n
        channel = newest(ring, self._period_s, self._rate_hz, behind + back + 1)
        i = n - channel.first
        if channel.y[i] <= 0:
            return None
        usual = self._usual_g()
        prominence = channel.prominence(i, back)
        position = channel.position(i)
        interval = (position - self._last) / period
        if prominence < max(step.floor_g, step.weak * usual) or interval < step.nearest:
            return None
        weak = prominence < step.relative * usual
        if weak and (self._weak_before or not step.due[0] < interval < step.due[1]):
            return None
        self._weak_before = weak
        self._heights_g.append(min(prominence, 2 * usual))
        self._last = position
        self._wait()
        return Peak(position, prominence, known_at)

    def _backwards(self, peaks: list[Peak], period: float) -> list[Peak]:
        """The run that ends with the last peak, followed backwards while intervals are those of steps."""
        near, far = self._step.nearest * period, self._step.farthest * period
        run = [peaks[-1]]
        for peak in reversed(peaks[:-1]):
            if peak.position <= self._last + near:
                break
            interval = run[-1].position - peak.position
            if interval < near:
                higher = len(run) > 1 and peak.prominence_g > run[-1].prominence_g
                if higher and run[-2].position - peak.position < far:
                    run[-1] = peak
                continue
            if interval > far:
                break
            run.append(peak)
        return run[::-1]

    def _even(self, run: list[Peak], *, soon: bool) -> bool:
        """Enough steps, and the newest strides alike; strides, because a limp's steps alternate."""
        gate = self._gate
        if len(run) < gate.run:
            return False
        if soon:
            return True
        strides = [b.position - a.position for a, b in zip(run, run[2:], strict=False)]
        middle = median_high(strides)
        return max(abs(s - middle) for s in strides[-(gate.run - 2) :]) <= gate.stride_tolerance * middle
