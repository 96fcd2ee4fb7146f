# SPDX-License-Identifier: MIT
"""What a made-up person does on a day: the weather, whether and when they walk, with what, and what of it goes wrong.

Wet days come in runs, illnesses and holidays as spells in which the device lies at home, switched off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from numpy.random import Generator

from kneemon.model.diary import Aid, Surface
from kneemon.virtual.life.person import Person

SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Day:
    """Hours are of the local day. at_home: nothing keeps them from walking (no holiday, no illness).

    on_h: when the device is switched on in the morning, None: only when it is wanted. walk_h: when they would walk.
    offline: out of reach of any network, until back home or, unless `comes_home`, until it is switched off.
    dies_after_s: of a walk, its battery being empty. stays_on: for the question two hours later. evening: they look at
    it again. pauses, resumes: they tell so, for a holiday. aid, surface, shoes: None where not worth a note.
    """

    wet: bool
    at_home: bool
    on_h: float | None
    walk_h: float
    wants_to_walk: bool
    walks_twice: bool
    offline: bool
    comes_home: bool
    dies_after_s: float | None
    stays_on: bool
    evening: bool
    exercises: bool
    pauses: bool
    resumes: bool
    aid: Aid | None
    surface: Surface | None
    shoes: str | None


class Days:
    """Asked for each day in turn. weekdays: a plan's, 0 = Monday; empty: the person's own."""

    def __init__(self, person: Person, weekdays: Sequence[int], rng: Generator) -> None:
        self._person = person
        self._weekdays = weekdays or person.weekdays
        self._rng = rng
        self._wet = False
        self._ill_days = 0
        self._owed = 0  # walks missed that may be made up for

    def next(self, number: int, day: date) -> Day:
        """number: of the life, from 0."""
        rng, person = self._rng, self._person
        self._wet = bool(rng.random() < (0.6 if self._wet else 0.2))
        self._ill_days = self._ill_days - 1 if self._ill_days else self._falls_ill(number)
        away = self._away(number)
        at_home = not away and self._ill_days == 0
        wants = at_home and self._wants(day)
        on_h = float(rng.normal(7.9, 0.5)) if rng.random() < 0.86 else None
        walk_h = float(min(max(person.hour + rng.normal(0.0, 1.1), 8.6), 19.0))
        offline = bool(rng.random() < person.offline)
        sunday = day.weekday() == SUNDAY
        return Day(
            wet=self._wet,
            at_home=at_home,
            on_h=on_h,
            walk_h=walk_h if rng.random() < 0.85 else float(rng.uniform(9.0, 18.5)),
            wants_to_walk=wants,
            walks_twice=bool(rng.random() < 0.05),
            offline=offline,
            comes_home=bool(rng.random() < 0.75),
            dies_after_s=float(rng.uniform(180.0, 1500.0)) if rng.random() < 0.03 else None,
            stays_on=bool(rng.random() < 0.75),
            evening=bool(rng.random() < 0.7),
            exercises=at_home and bool(rng.random() < person.exercises),
            pauses=not away and self._away(number + 1) and person.announces,
            resumes=not away and self._away(number - 1) and bool(rng.random() < 0.5),
            aid=self._aid(sunday),
            surface=self._surface(sunday),
            shoes=person.shoes if rng.random() < 0.1 else None,
        )

    def _away(self, number: int) -> bool:
        away = self._person.away
        return away is not None and away[0] <= number < sum(away)

    def _falls_ill(self, number: int) -> int:
        return int(self._rng.integers(4, 11)) if number > 7 and self._rng.random() < 0.006 else 0

    def _wants(self, day: date) -> bool:
        """On their weekdays mostly, less in the rain; what was missed may be made up for on another day."""
        person, rng = self._person, self._rng
        usual = day.weekday() in self._weekdays
        chance = person.keen if usual else 0.8 * person.keen if self._owed else 0.03
        wants = bool(rng.random() < chance * (0.8 if self._wet else 1.0))
        if wants and not usual:
            self._owed = max(0, self._owed - 1)
        elif usual and not wants:
            self._owed = min(2, self._owed + 1)
        return wants

    def _aid(self, sunday: bool) -> Aid | None:
        """Not the usual one: two sticks on a Sunday's grass, the stick left at home or taken along."""
        draw = self._rng.random()
        if sunday and draw < 0.2:
            return Aid.TWO_STICKS
        if draw > 0.07:
            return None
        return Aid.STICK_OPPOSITE if self._person.aid is Aid.NONE else Aid.NONE

    def _surface(self, sunday: bool) -> Surface | None:
        draw = self._rng.random()
        if sunday:
            return Surface.GRASS if draw < 0.6 else Surface.TRAIL if draw < 0.8 else None
        if self._wet and draw < 0.15:
            return Surface.INDOOR
        return Surface.PAVED if draw < 0.12 else None
