# SPDX-License-Identifier: MIT
"""What the button meant: the commands of the engine, and what only the app can do. Stream time, seconds."""

from dataclasses import dataclass

from kneemon.model.commands import Command
from kneemon.model.cues import CueKind
from kneemon.model.diary import ExerciseKind
from kneemon.model.questions import Ask


@dataclass(frozen=True, slots=True)
class Say:
    """To be said at once; value: the number of a READ_BACK."""

    kind: CueKind
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The question has an answer, one of `ANSWERS[ask]`, begun at t_s; a later one to the same question replaces it."""

    t_s: float
    ask: Ask
    value: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The question is over, and nobody knows; broken_off: by a hold or by another question, not because time passed."""

    t_s: float
    ask: Ask
    broken_off: bool = False


@dataclass(frozen=True, slots=True)
class StartExercise:
    """The walker wants to do the exercise."""

    t_s: float
    kind: ExerciseKind


@dataclass(frozen=True, slots=True)
class SkipSet:
    """What is left of this set, or of the rest before the next, shall be left out."""

    t_s: float


@dataclass(frozen=True, slots=True)
class StopExercise:
    """The exercise shall end here."""

    t_s: float


@dataclass(frozen=True, slots=True)
class SwitchOff:
    """The walker wants the device off, in order."""

    t_s: float


Intent = Command | Say | Answered | Unanswered | StartExercise | SkipSet | StopExercise | SwitchOff
