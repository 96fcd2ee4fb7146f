# SPDX-License-Identifier: MIT
"""What kneemon asks the walker, and what an answer may be: by button, command line, MQTT or page, always the same.

An answer is a small whole number. By button it is the number of presses; 0 is a hold of about a second. Nobody is
asked for a diagnosis: the walker reports, and the words of the advice are `plan.gate`'s.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Ask(StrEnum):
    """The questions. Those about pain all ask how much it hurts now."""

    PAIN_BEFORE = "pain_before"
    PAIN_NOW = "pain_now"  # during a walk, every so often
    PAIN_MARK = "pain_mark"  # the number of the mark that was just made
    PAIN_END = "pain_end"
    PAIN_LATER = "pain_later"  # two hours after the walk
    PAIN_MORNING = "pain_morning"
    SIGNS = "signs"  # anything new: swelling, redness, warmth, giving way, locking, calf pain, fever?
    GRADE = "grade"  # which of the lists on the card?
    GAVE_WAY = "gave_way"  # steady, not steady, or did you fall?
    REPS = "reps"  # how many repetitions were they really?


PAIN_ASKS = (Ask.PAIN_BEFORE, Ask.PAIN_NOW, Ask.PAIN_MARK, Ask.PAIN_END, Ask.PAIN_LATER, Ask.PAIN_MORNING)


class Signs(IntEnum):
    """Answers to SIGNS."""

    NOTHING_NEW = 1
    SOMETHING = 2


class Grade(IntEnum):
    """Answers to GRADE: the list that holds what the walker notices (evidence, section 3.1)."""

    NONE_OF_THESE = 1
    SOON = 2
    SAME_DAY = 3
    EMERGENCY = 4


class Steady(IntEnum):
    """Answers to GAVE_WAY."""

    STEADY = 1
    NOT_STEADY = 2
    FELL = 3


MOST_PAIN = 10
MOST_REPS = 15

# The answers that each question takes.
ANSWERS: Mapping[Ask, range] = MappingProxyType(
    {
        **dict.fromkeys(PAIN_ASKS, range(MOST_PAIN + 1)),
        Ask.SIGNS: range(1, len(Signs) + 1),
        Ask.GRADE: range(1, len(Grade) + 1),
        Ask.GAVE_WAY: range(1, len(Steady) + 1),
        Ask.REPS: range(MOST_REPS + 1),
    }
)
