# SPDX-License-Identifier: MIT
"""A walk as a person walks it, stretch by stretch: slow at first, a bench, a kerb, home again; led by the cues heard.

It knows no plan and no clock: what the device says is what it goes by, more or less.
"""

from dataclasses import dataclass
from math import inf

from numpy.random import Generator

from kneemon.model.cues import CueKind
from kneemon.virtual.life.person import Person

STRETCH_S = 10.0
SLOW = 0.9  # of the usual cadence, warming up and cooling down


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many seconds of walking, or of standing about (cadence None). shop: time to be taken out of the walk."""

    seconds: float
    cadence_spm: float | None
    shop: bool = False


class Outing:
    """`next` until it is None; `hear` every cue meanwhile. again: the rest of it shall be walked later that day.

    led: a plan says when it is enough. wet: a day on which nobody walks further than need be.
    """

    def __init__(self, person: Person, rng: Generator, *, led: bool, wet: bool) -> None:
        self._person = person
        self._rng = rng
        self._slow = led
        self._wander_spm = 0.0
        self._brisk_spm = float(rng.choice((0.0, 0.0, 3.0, 8.0, 14.0))) if rng.random() < 0.5 else 0.0
        self._eager = bool(rng.random() < person.eager) and not wet
        self._walked_s = 0.0
        self._main_s = 0.0
        self._sit_s = 0.0
        self._left_s = inf  # of walking, until home
        self._give_up_s = inf if led else float(rng.uniform(420.0, 1100.0))
        if rng.random() < (0.13 if wet else 0.06):
            self._give_up_s = float(rng.uniform(240.0, 1300.0))
        self._bench_s = float(rng.uniform(420.0, 1000.0))
        self._shop_s = float(rng.uniform(240.0, 1200.0)) if rng.random() < 0.07 else inf
        self.again = False

    def next(self) -> Stretch | None:
        """What comes now; None when they are back."""
        rng = self._rng
        if self._sit_s > 0:
            self._sit_s -= STRETCH_S
            return Stretch(STRETCH_S, None)
        if self._left_s <= 0 or self._walked_s >= self._give_up_s:
            return None
        if self._walked_s >= self._shop_s:
            self._shop_s = inf
            return Stretch(float(rng.uniform(150.0, 600.0)), None, shop=True)
        if self._walked_s >= self._bench_s and self._left_s == inf:
            self._bench_s = self._walked_s + float(rng.uniform(500.0, 1200.0))
            self._sit_s = float(rng.uniform(40.0, 200.0))
        if rng.random() < 0.015:
            return Stretch(float(rng.uniform(4.0, 25.0)), None)
        self._walked_s += STRETCH_S
        self._left_s -= STRETCH_S
        self._main_s += 0.0 if self._slow else STRETCH_S
        self._wander_spm = float(0.93 * self._wander_spm + rng.normal(0.0, 1.1))
        usual_spm = self._person.cadence_spm * (SLOW if self._slow else 1.0)
        brisk_spm = 0.0 if self._slow else self._brisk_spm
        return Stretch(STRETCH_S, max(55.0, usual_spm + brisk_spm + self._wander_spm))

    def hear(self, kind: CueKind) -> None:
        """Do what a cue asks for, mostly."""
        rng = self._rng
        match kind:
            case CueKind.MAIN_PART:
                self._slow = False
            case CueKind.PACE_HIGH:
                self._brisk_spm = min(0.0, self._brisk_spm) - float(rng.uniform(2.0, 6.0))
            case CueKind.REST_DUE if self._left_s == inf and self._sit_s <= 0:
                self._rest()
            case CueKind.PAIN_ROSE:
                self._slow = True
                self._sit_s = float(rng.uniform(60.0, 200.0))
            case CueKind.LIMIT_REACHED if self._left_s == inf:
                more_s = float(rng.uniform(0.15, 0.6)) * self._main_s + 60.0 if self._eager else 0.0
                self._slow = not self._eager
                self._left_s = float(rng.uniform(90.0, 175.0)) + more_s
            case CueKind.OVER_LIMIT if not self._eager:
                self._home_within(60.0)
            case CueKind.PAIN_STOP:
                self._slow, self._eager = True, False
                self._home_within(120.0)
            case CueKind.NOT_TODAY | CueKind.GET_ADVICE:
                self._left_s = 0.0
            case _:
                pass

    def _rest(self) -> None:
        """A bench, home until the afternoon, or on they go."""
        choice = self._rng.random()
        if choice < 0.35:
            self.again = True
            self._home_within(90.0)
        elif choice < 0.85:
            self._sit_s = float(self._rng.uniform(180.0, 480.0))

    def _home_within(self, most_s: float) -> None:
        self._left_s = min(self._left_s, float(self._rng.uniform(15.0, most_s)))
