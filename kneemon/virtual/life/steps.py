# SPDX-License-Identifier: MIT
"""The gait events of a walk that nobody measured: contacts, cadence and bouts, told when a detector would know them.

Stream time, seconds. Delays are about those of `gait`: a contact is known half a second later, a bout after some steps.
"""

from bisect import insort

import numpy as np
from numpy.random import Generator

from kneemon.model.gait import BoutEnded, BoutStarted, CadenceEstimate, GaitEvent, InitialContact

CONTACT_LAG_S = 0.5
BOUT_LAG_S = 3.5
END_LAG_S = 3.0
UNEVEN = 0.03  # of a step's time
CADENCE_EVERY_S = 2.0
CADENCE_SD_SPM = 1.0


class Steps:
    """Told in turn what is walked and stood; gives what is known by then, in the order in which it is known."""

    def __init__(self, rng: Generator) -> None:
        self._rng = rng
        self._waiting: list[tuple[float, int, GaitEvent]] = []  # when it is known, its place, the event
        self._place = 0
        self._next_s = 0.0  # the next contact
        self._bout: list[float] = []  # the first and the newest contact of the one that is walked, and how many
        self._told_s = 0.0  # the newest cadence

    def walk(self, start_s: float, seconds: float, cadence_spm: float) -> tuple[GaitEvent, ...]:
        """[start_s, start_s + seconds)."""
        end_s = start_s + seconds
        if not self._bout:
            self._next_s = self._told_s = start_s + 0.3
            self._bout = [self._next_s, self._next_s, 0]
            self._add(self._next_s + BOUT_LAG_S, BoutStarted(self._next_s, self._next_s + BOUT_LAG_S))
        step_s = 60.0 / cadence_spm
        many = int((end_s - self._next_s) / step_s) + 2
        steps_s = step_s * np.clip(1.0 + UNEVEN * self._rng.standard_normal(many), 0.8, 1.2)
        for each_s in steps_s.tolist():
            if self._next_s >= end_s:
                break
            self._add(self._next_s + CONTACT_LAG_S, InitialContact(self._next_s, self._next_s + CONTACT_LAG_S))
            self._bout[1:] = [self._next_s, self._bout[2] + 1]
            self._next_s += each_s
        while self._told_s + CADENCE_EVERY_S < end_s:
            self._told_s += CADENCE_EVERY_S
            if self._told_s >= self._bout[0] + BOUT_LAG_S:
                found_spm = cadence_spm + CADENCE_SD_SPM * float(self._rng.standard_normal())
                self._add(self._told_s, CadenceEstimate(self._told_s, found_spm))
        return self._known(end_s)

    def stand(self, start_s: float, seconds: float) -> tuple[GaitEvent, ...]:
        """[start_s, start_s + seconds)."""
        end_s = start_s + seconds
        if self._bout and end_s >= self._bout[1] + END_LAG_S:
            first_s, last_s, steps = self._bout
            known_s = max(last_s + END_LAG_S, start_s)
            cadence_spm = 60.0 * (steps - 1) / (last_s - first_s) if steps > 1 else None
            self._add(known_s, BoutEnded(first_s, last_s, known_s, int(steps), cadence_spm))
            self._add(known_s, CadenceEstimate(known_s, None))
            self._bout = []
        return self._known(end_s)

    def _add(self, known_s: float, event: GaitEvent) -> None:
        self._place += 1
        insort(self._waiting, (known_s, self._place, event))

    def _known(self, by_s: float) -> tuple[GaitEvent, ...]:
        many = sum(known_s <= by_s for known_s, _, _ in self._waiting)
        known, self._waiting = self._waiting[:many], self._waiting[many:]
        return tuple(event for _, _, event in known)
