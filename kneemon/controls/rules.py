# SPDX-License-Identifier: MIT
"""What presses of the one button mean, as tables: the card is drawn from them, the device goes by them.

RULES hold while nothing is asked, holds always; REPLIES while something is asked. Few gestures, and the same ones
everywhere: a count up to four, about a second for "none", two seconds for the end of whatever is on. By design [G].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from kneemon.model.cues import CueKind
from kneemon.model.diary import ExerciseKind
from kneemon.model.questions import MOST_PAIN, MOST_REPS, PAIN_ASKS, Ask, Grade, Signs, Steady


class WalkState(StrEnum):
    """How things stand, as the app knows it."""

    NONE = "none"
    WALKING = "walking"  # or resting: a session that counts
    PAUSED = "paused"
    EXERCISE = "exercise"


class When(StrEnum):
    """How things stand for the button: as WalkState, or something is asked."""

    NO_WALK = "no walk"
    WALKING = "on a walk"
    PAUSED = "paused"
    EXERCISE = "at an exercise"
    ASKED = "asked"


class Hold(Enum):
    """How long a hold: about a second, let go before HELD; until HELD; until HELD_LONG."""

    SECOND = "second"
    END = "end"
    OFF = "off"


class Deed(Enum):
    """What is meant."""

    START = "start"
    PUSH_OFF = "push-off"
    CALF_STRETCH = "calf stretch"
    BALANCE = "balance"
    PAIN = "pain"
    PAUSE = "pause"
    RESUME = "resume"
    GAVE_WAY = "gave way"
    SKIP = "skip"
    END = "end"  # of the walk, of the exercise, or of the question where there is neither
    OFF = "off"


EXERCISES: Mapping[Deed, ExerciseKind] = MappingProxyType(
    {
        Deed.PUSH_OFF: ExerciseKind.PUSH_OFF,
        Deed.CALF_STRETCH: ExerciseKind.CALF_STRETCH,
        Deed.BALANCE: ExerciseKind.BALANCE,
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the grammar: `when`, press so many times or hold; it means `deed`, in the walker's words `means`.

    felt: the cue that answers when it is done.
    """

    deed: Deed
    when: tuple[When, ...]
    how: tuple[int, ...] | Hold
    means: str
    felt: CueKind


ON_A_WALK = (When.WALKING, When.PAUSED)
_SOMETHING_ON = (*ON_A_WALK, When.EXERCISE, When.ASKED)

RULES: tuple[Rule, ...] = (
    Rule(Deed.START, (When.NO_WALK,), (1,), "Start a walk", CueKind.ASK_PAIN),
    Rule(Deed.PUSH_OFF, (When.NO_WALK,), (2,), "Push-off", CueKind.SET_BEGIN),
    Rule(Deed.CALF_STRETCH, (When.NO_WALK,), (3,), "Calf stretch", CueKind.SET_BEGIN),
    Rule(Deed.BALANCE, (When.NO_WALK,), (4,), "Balance", CueKind.SET_BEGIN),
    Rule(Deed.PAIN, (When.WALKING,), (1,), "It hurts", CueKind.ASK_PAIN),
    Rule(Deed.PAUSE, (When.WALKING,), (2,), "Pause", CueKind.PAUSED),
    Rule(Deed.RESUME, (When.PAUSED,), (1, 2), "Go on", CueKind.RESUMED),
    Rule(Deed.SKIP, (When.EXERCISE,), (2,), "Next set", CueKind.SET_BEGIN),
    Rule(Deed.GAVE_WAY, (*ON_A_WALK, When.EXERCISE), (3,), "My knee gave way", CueKind.GAVE_WAY),
    Rule(Deed.END, _SOMETHING_ON, Hold.END, "End it", CueKind.STOPPED),
    Rule(Deed.OFF, tuple(When), Hold.OFF, "Switch off", CueKind.POWER_OFF),
)

COUNTED: Mapping[tuple[When, int], Deed] = MappingProxyType(
    {(when, n): rule.deed for rule in RULES if not isinstance(rule.how, Hold) for when in rule.when for n in rule.how}
)
STATES: Mapping[WalkState, When] = MappingProxyType(
    {
        WalkState.NONE: When.NO_WALK,
        WalkState.WALKING: When.WALKING,
        WalkState.PAUSED: When.PAUSED,
        WalkState.EXERCISE: When.EXERCISE,
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """While one of `asks` is open: press so many times, which is the answer, or hold a second, which is 0."""

    asks: tuple[Ask, ...]
    how: tuple[int, ...] | Hold
    means: str


REPLIES: tuple[Reply, ...] = (
    Reply(PAIN_ASKS, tuple(range(1, MOST_PAIN + 1)), "So much, of 10"),
    Reply(PAIN_ASKS, Hold.SECOND, "0: no pain now"),
    Reply((Ask.SIGNS,), (Signs.NOTHING_NEW,), "Nothing new"),
    Reply((Ask.SIGNS,), (Signs.SOMETHING,), "Something"),
    Reply((Ask.GRADE,), (Grade.NONE_OF_THESE,), "None of these"),
    Reply((Ask.GRADE,), (Grade.SOON,), "SOON"),
    Reply((Ask.GRADE,), (Grade.SAME_DAY,), "SAME DAY"),
    Reply((Ask.GRADE,), (Grade.EMERGENCY,), "EMERGENCY"),
    Reply((Ask.GAVE_WAY,), (Steady.STEADY,), "Steady again"),
    Reply((Ask.GAVE_WAY,), (Steady.NOT_STEADY,), "Not steady"),
    Reply((Ask.GAVE_WAY,), (Steady.FELL,), "I fell"),
    Reply((Ask.REPS,), tuple(range(1, MOST_REPS + 1)), "So many"),
    Reply((Ask.REPS,), Hold.SECOND, "0: none"),
)

# The cue that asks. Two of them ask for a number: they feel the same.
ASKED_WITH: Mapping[Ask, CueKind] = MappingProxyType(
    {
        **dict.fromkeys(PAIN_ASKS, CueKind.ASK_PAIN),
        Ask.SIGNS: CueKind.ASK_SIGNS,
        Ask.GRADE: CueKind.ASK_GRADE,
        Ask.GAVE_WAY: CueKind.GAVE_WAY,
        Ask.REPS: CueKind.ASK_REPS,
    }
)

# Answers that may be pressed anew after the read-back; with the others something goes on at once.
CORRECTABLE = frozenset(PAIN_ASKS) - {Ask.PAIN_BEFORE} | {Ask.REPS}
