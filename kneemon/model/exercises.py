# SPDX-License-Identifier: MIT
"""An exercise as it is to be done, and what happens while it is done. Stream time, seconds."""

from dataclasses import dataclass

from kneemon.model.cues import Cue
from kneemon.model.diary import ExerciseKind, ExerciseSet, Leg


@dataclass(frozen=True, slots=True)
class Routine:
    """What to do: `sets` on each of `legs` in turn, `reps` each at up_s + down_s, or a hold of hold_s; rest_s between.

    reps 0: a hold; hold_s 0: repetitions. still: the sensor watches whether the hold is kept (not for a cold pack).
    """

    exercise: ExerciseKind
    legs: tuple[Leg, ...]
    level: int = 1
    sets: int = 1
    reps: int = 0
    up_s: float = 2.0
    down_s: float = 2.0
    hold_s: float = 0.0
    rest_s: float = 60.0
    still: bool = True


@dataclass(frozen=True, slots=True)
class SetEnded:
    """A set is over, as the sensor saw it; ask: the walker may correct the repetitions."""

    t_s: float
    done: ExerciseSet
    ask: bool


@dataclass(frozen=True, slots=True)
class RoutineEnded:
    """All sets are done, or it was stopped: whole tells which."""

    t_s: float
    whole: bool


ExerciseEvent = Cue | SetEnded | RoutineEnded
