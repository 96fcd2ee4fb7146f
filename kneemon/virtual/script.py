# SPDX-License-Identifier: MIT
"""The words of a walker's script: what the body does, one segment after another.

A script is a tuple of segments. Neighbouring Walk and Turn segments make one walking bout; anything else ends it.
Units: seconds, steps per minute; fractions are of 1.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stand:
    """Upright and quiet, swaying a little."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Sit:
    """On a chair: the thigh lies level, the trunk leans back."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fidget:
    """On the spot, restless: reaching, shifting weight, rummaging in a bag."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Walk:
    """Walking on level ground.

    cadence_end_spm: the cadence drifts there in a straight line; None: it stays.
    strength: vigour of the movement, 1 = the usual of a healthy adult at that cadence.
    limp: step times alternate by 1 + limp and 1 - limp, and the spared leg lands softer by as much.
    irregularity: standard deviation of the stride time as a fraction of its mean.
    shuffle: 0 = a clean heel strike, 1 = feet dragged: little rise, no strike, scraping.
    stick: share of the weak leg's load that goes through a walking stick; its tip taps just before that foot.
    """

    seconds: float
    cadence_spm: float
    cadence_end_spm: float | None = None
    strength: float = 1.0
    limp: float = 0.0
    irregularity: float = 0.02
    shuffle: float = 0.0
    stick: float = 0.0

    def __post_init__(self) -> None:
        for cadence_spm in (self.cadence_spm, self.cadence_end):
            if not 20.0 <= cadence_spm <= 220.0:
                raise ValueError(f"a walker's cadence is 20 to 220 steps/min, not {cadence_spm:g}")
        if not (0.0 <= self.limp <= 0.5 and 0.0 <= self.irregularity <= 0.1):
            raise ValueError("a limp is at most 0.5, an irregularity at most 0.1")
        if not (0.0 <= self.shuffle <= 1.0 and 0.0 <= self.stick <= 1.0):
            raise ValueError("shuffle and stick are fractions of 1")

    @property
    def cadence_end(self) -> float:
        return self.cadence_spm if self.cadence_end_spm is None else self.cadence_end_spm

    def cadence_at(self, at_s: float) -> float:
        """Cadence at_s seconds into the segment."""
        return self.cadence_spm + (self.cadence_end - self.cadence_spm) * at_s / self.seconds


@dataclass(frozen=True, slots=True)
class Turn:
    """Turning round within a bout: short, weak, uneven steps."""

    seconds: float = 2.0
    cadence_spm: float = 100.0

    def gait(self) -> Walk:
        """What the turn is made of."""
        return Walk(self.seconds, self.cadence_spm, strength=0.6, irregularity=0.06)

    def cadence_at(self, at_s: float) -> float:
        """Cadence at_s seconds into the segment."""
        return self.gait().cadence_at(at_s)


Segment = Stand | Sit | Fidget | Walk | Turn
