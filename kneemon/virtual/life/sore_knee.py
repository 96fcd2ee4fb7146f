# SPDX-License-Identifier: MIT
"""How a made-up knee hurts: its usual pain, a grudge after too much, now and then a flare; and when it gives way.

Pain is 0-10. A walk makes it hurt more while it lasts, and a little two hours later; what was more than the knee bears
stays for some nights. Flares last about five days (evidence, section 2.3: median 5, quartiles 3 and 8), and come more
easily after a day on which the knee gave way or had to bear too much.
"""

from math import log

from numpy.random import Generator

from kneemon.model.questions import MOST_PAIN
from kneemon.virtual.life.person import Person

FORGETS = 0.55  # share of a grudge that is left after a night
FLARE_DAYS = 5.0  # median
FLARE_SPREAD = log(8.0 / 3.0) / (2 * 0.6745)  # of its logarithm, from the quartiles
RISE = 1.1  # of pain by a walk as long as the knee bears
LEFT_LATER = 0.35  # share of it that is left two hours later
AFTER_BUCKLING = 9.0  # evidence, section 2.3: odds of a flare


class SoreKnee:
    """One knee, day by day: `night` passes to the next one."""

    def __init__(self, person: Person, rng: Generator) -> None:
        self._person = person
        self._rng = rng
        self._capacity_min = person.capacity_min
        self._grudge = 0.0
        self._flare = 0.0
        self._flare_days = 0
        self._mood = 0.0
        self._walked_min = 0.0
        self._gave_way = False

    @property
    def flaring(self) -> bool:
        return self._flare_days > 0

    def night(self) -> None:
        """A day is over: what was too much of it is felt on the next."""
        rng, person = self._rng, self._person
        load = self._walked_min / self._capacity_min
        too_much = max(0.0, load - 1.0)
        self._grudge = FORGETS * self._grudge + person.grudge * too_much
        if load > 0.3:
            self._capacity_min *= 1.0 + person.learns * min(load, 1.0)
        if self._flare_days > 0:
            self._flare_days -= 1
        elif rng.random() < person.flares * (1.0 + 4.0 * too_much) * (AFTER_BUCKLING if self._gave_way else 1.0):
            self._flare_days = max(2, round(float(rng.lognormal(log(FLARE_DAYS), FLARE_SPREAD))))
            self._flare = float(rng.uniform(2.2, 3.8))
        if self._flare_days == 0:
            self._flare *= 0.3
        self._mood = float(rng.normal(0.0, 0.4))
        self._walked_min, self._gave_way = 0.0, False

    def walked(self, minutes: float) -> None:
        """Walking of this day, more of it."""
        self._walked_min += minutes

    def at_rest(self) -> int:
        """How much it hurts before a walk, or on waking."""
        return self._told(0.0)

    def walking(self) -> int:
        """How much it hurts now, walking, after all that was walked today."""
        return self._told(self._rise())

    def later(self) -> int:
        """… two hours after a walk."""
        return self._told(LEFT_LATER * self._rise())

    def gives_way(self, seconds: float) -> bool:
        """Within so many seconds of walking? The chance is for twenty minutes, more in a flare."""
        chance = self._person.buckles * (3.0 if self.flaring else 1.0) * seconds / 1200.0
        if self._rng.random() >= chance:
            return False
        self._gave_way = True
        return True

    def _rise(self) -> float:
        return float(RISE * (self._walked_min / self._capacity_min) ** 1.3)

    def _told(self, more: float) -> int:
        """A whole number, as a person says it."""
        felt = self._person.usual_pain + self._grudge + self._flare + self._mood + more + self._rng.normal(0.0, 0.25)
        return int(min(max(round(felt), 0), MOST_PAIN))
