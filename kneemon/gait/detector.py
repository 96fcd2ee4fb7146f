# SPDX-License-Identifier: MIT
"""From acceleration to gait events, live: initial contacts, cadence, walking bouts, gaps.

    samples -> calm -> even 50 Hz -> norm -> ring of 10 s -> look every 0.4 s, 0.8 s while open (rhythm, gate)
            -> run of held-back steps, then steps one by one (contacts) -> cadence, bouts

Causal; an event is given by the first block that holds its evidence, with the same times whatever the block size.
"""

import numpy as np

from kneemon.dsp.calm import Calmer
from kneemon.dsp.resample import QUANTUM, Resampler, Stretch
from kneemon.dsp.ring import Ring
from kneemon.gait.bouts import BoutTracker
from kneemon.gait.cadence import StrideCadence
from kneemon.gait.contacts import ContactFinder, Peak
from kneemon.gait.gate import Gate
from kneemon.gait.params import GaitParams
from kneemon.gait.rhythm import WINDOW, look
from kneemon.model.gait import CadenceEstimate, GaitEvent, GaitState, InitialContact, SignalGap
from kneemon.model.samples import Array, SampleBlock


class GaitDetector:
    """The gait engine; see the module."""

    def __init__(self, params: GaitParams = GaitParams()) -> None:
        self._params = params
        self._rate_hz = params.resampler.rate_hz
        self._look_every = round(params.look_s * self._rate_hz)
        self._looks_open = round(params.look_open_s / params.look_s)
        self._memory = round(params.memory_s * self._rate_hz)
        self._calmer = Calmer(params.calmer)
        self._resampler = Resampler(params.resampler)
        self._ring = Ring(self._memory + 2 * round(self._rate_hz), columns=4)  # norm less 1 g, then the vector
        self._gate = Gate(params.gate)
        self._contacts = ContactFinder(params.step, params.gate, self._rate_hz)
        self._cadence = StrideCadence(params.cadence)
        self._bouts = BoutTracker(params.bout)
        self.reset()

    def reset(self) -> None:
        self._calmer.reset()
        self._resampler.reset()
        self._bouts.reset()
        self._newest_s: float | None = None  # of all input
        self._last_contact_s = float("-inf")
        self._begin(0.0)

    @property
    def state(self) -> GaitState:
        return GaitState(self._open, self._gate.belief, self._period_s)

    def feed(self, block: SampleBlock) -> tuple[GaitEvent, ...]:
        events: list[GaitEvent] = []
        lost = block.lost_before
        if len(block) and lost and self._newest_s is not None:
            start_s = float(block.t_s[0])
            if start_s - self._newest_s <= self._params.resampler.max_gap_s:  # a longer one is told by the resampler
                events.append(SignalGap(self._newest_s, start_s, lost))
                lost = 0
        acc_g = self._calmer.feed(block.t_s, block.acc_g, block.shaken)
        for stretch in self._resampler.feed(block.t_s, acc_g):
            if stretch.first == 0 and not len(stretch.acc_g):
                self._restart(stretch, lost, events)
                lost = 0
            else:
                self._samples(stretch.acc_g, events)
        if len(block):
            self._newest_s = float(block.t_s[-1])
        return tuple(events)

    def flush(self) -> tuple[GaitEvent, ...]:
        """The stream is over: what is walked ends with the last step."""
        events: list[GaitEvent] = []
        now_s = self._newest_s if self._newest_s is not None else 0.0
        self._close(now_s, events)
        events.extend(self._bouts.end(now_s))
        return tuple(events)

    def _begin(self, origin_s: float) -> None:
        self._origin_s = origin_s
        self._ring.reset()
        self._gate.reset()
        self._contacts.reset()
        self._cadence.reset()
        self._open = False
        self._looked_at = 0
        self._period_s: float | None = None

    def _restart(self, stretch: Stretch, lost: int, events: list[GaitEvent]) -> None:
        """The signal begins, or begins anew after a gap: the filters know nothing of what went before."""
        if stretch.gap_s is not None:
            start_s = stretch.origin_s - stretch.gap_s
            self._close(start_s, events)
            if stretch.gap_s > 0:  # else a stamp came twice or ran backwards, and nothing is missing
                events.append(SignalGap(start_s, stretch.origin_s, lost or None))
            events.extend(self._bouts.passed(stretch.origin_s, stretch.origin_s))
            if stretch.origin_s < self._last_contact_s:  # time ran back behind what was walked, which ends with it
                events.extend(self._bouts.end(start_s))
                self._last_contact_s = float("-inf")
        self._begin(stretch.origin_s)

    def _samples(self, acc_g: Array, events: list[GaitEvent]) -> None:
        rows = np.empty((len(acc_g), 4))
        rows[:, 0] = np.rint(np.sqrt(np.einsum("ij,ij->i", acc_g, acc_g)) * QUANTUM) / QUANTUM - 1.0
        rows[:, 1:] = acc_g
        done = 0
        while done < len(rows):
            m = min(len(rows) - done, self._to_look(len(rows) - done))
            self._ring.append(rows[done : done + m])
            done += m
            if self._open:
                self._steps(events)
            looks, rest = divmod(self._ring.count, self._look_every)
            if rest == 0 and (not self._open or looks % self._looks_open == 0):
                self._look(events)
                events.extend(self._bouts.passed(self._at(self._ring.count - self._memory), self._now_s()))

    def _to_look(self, most: int) -> int:
        """Samples to the next look; while the gate stays open over the next `most`, only every few of them is taken."""
        stays = self._open and self._contacts.silent_at > self._ring.count + most
        every = self._look_every * self._looks_open if stays else self._look_every
        return every - self._ring.count % every

    def _steps(self, events: list[GaitEvent]) -> None:
        """Steps one by one while the gate is open."""
        peaks, silent_at = self._contacts.examine(self._ring, self._looked_at)
        for peak in peaks:
            self._credit(peak, events)
            self._pace(self._at(peak.known_at), events)
        if silent_at is not None:
            self._close(self._at(silent_at), events)

    def _look(self, events: list[GaitEvent]) -> None:
        self._looked_at = self._ring.count
        if self._ring.count < 2 * WINDOW:
            return
        rows = self._ring.newest(2 * WINDOW)
        pairs = 0.5 * (rows[0::2] + rows[1::2])
        before_s = self._period_s if self._open else None
        seen = look(pairs[:, 0].copy(), pairs[:, 1:].copy(), before_s, self._params.gate.still_g)
        now_s = self._now_s()
        if seen is None:
            self._gate.still()
            if self._open and now_s - self._last_contact_s > self._params.gate.silence_s:
                self._close(now_s, events)
            return
        self._gate.see(seen)
        if self._open:
            if self._gate.closes():
                self._close(now_s, events)
            else:
                self._period_s = seen.period_s
                self._contacts.tune(seen.period_s)
            return
        soon = now_s - self._last_contact_s < self._params.gate.soon_s
        if self._gate.may_open(seen, soon=soon):
            run = self._contacts.run(self._ring, seen.period_s, soon=soon, most=self._memory)
            if run and self._gate.opens(len(run), soon=soon):
                self._contacts.follow(run)
                self._open, self._period_s = True, seen.period_s
                self._cadence.reset()
                for peak in run:
                    self._credit(peak, events)
                self._pace(now_s, events)

    def _credit(self, peak: Peak, events: list[GaitEvent]) -> None:
        maximum_s = self._at(peak.position + 0.5)
        contact_s, known_at_s = maximum_s - self._contacts.lead_s, self._at(peak.known_at)
        self._last_contact_s = maximum_s
        self._cadence.contact(maximum_s)
        events.extend(self._bouts.contact(contact_s, known_at_s))
        events.append(InitialContact(contact_s, known_at_s))

    def _pace(self, now_s: float, events: list[GaitEvent]) -> None:
        estimate = self._cadence.estimate(now_s)
        if estimate is not None:
            events.append(estimate)

    def _close(self, now_s: float, events: list[GaitEvent]) -> None:
        if self._open:
            self._open = False
            events.append(CadenceEstimate(now_s, None))

    def _at(self, samples: float) -> float:
        """Stream time of a sample count since the signal's start."""
        return self._origin_s + samples / self._rate_hz

    def _now_s(self) -> float:
        return self._at(self._ring.count)
