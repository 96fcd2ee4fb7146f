# SPDX-License-Identifier: MIT
"""May a walk start, and what follows from a sign or a buckling (evidence, sections 3.1, 12.1 and 12.2).

The one place of the words about warning signs, for card, command line and page. They say what was reported and what to
do about it (section 9); no diagnosis is named, and an open gate is no promise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from kneemon.model.plans import PlanState, Rules, StateName
from kneemon.model.questions import Grade, Signs, Steady

SIGNS_CHECK = "Is anything new: swelling, redness, warmth, giving way, locking, calf pain or fever?"

# What the walker may notice, by the list that holds it (section 3.1).
RED_FLAG_LISTS: Mapping[Grade, tuple[str, ...]] = MappingProxyType(
    {
        Grade.NONE_OF_THESE: ("something new that is on none of the other lists",),
        Grade.SOON: (
            "pain all the time, also at night and with no weight on the leg",
            "losing weight without knowing why",
            "getting worse quickly",
            "the knee gave way on two days or more within a week",
            "it has not settled for a few weeks",
        ),
        Grade.SAME_DAY: (
            "in one calf or thigh: throbbing or cramping pain, swelling, warmth, red or darkened skin, hard sore veins",
            "a hot, red, very swollen knee, above all with fever, chills or feeling ill",
            "you cannot put weight on the leg",
            "you cannot move the knee, or it is stuck",
            "the knee has changed its shape",
            "an injury with a pop, or with rapid swelling",
            "a fall with an injury",
            "a fall because the knee gave way, or it gives way again and again in one day",
        ),
        Grade.EMERGENCY: (
            "chest pain",
            "sudden breathlessness",
            "coughing up blood",
            "collapse",
            "a swollen leg together with breathlessness or chest pain",
        ),
    }
)

# 12.1: "B+1", which a physio may set in place of a fixed number.
ABOVE_USUAL = 1

_STOPS = "The plan is stopped until you confirm that a professional has advised you."
_ADVICE: Mapping[Grade, str] = MappingProxyType(
    {
        Grade.NONE_OF_THESE: (
            "You reported something new that is on none of the lists. You can stop at any time; get advice if it stays "
            "or gets worse."
        ),
        Grade.SOON: (
            "You reported a sign on the list SOON. Arrange a review with your physio or doctor; until then the plan "
            "does not grow, and you can stop at any time."
        ),
        Grade.SAME_DAY: (
            f"You reported a sign on the list SAME DAY. Stop walking and get medical advice today. {_STOPS}"
        ),
        Grade.EMERGENCY: (
            f"You reported a sign on the list EMERGENCY. Stop walking and call your emergency number now. {_STOPS}"
        ),
    }
)


class Way(StrEnum):
    """What the gate says."""

    OPEN = "open"
    GRADE_FIRST = "grade_first"  # something is new: which list?
    NOT_TODAY = "not_today"  # pain before the walk: no plan walk today
    STOPPED = "stopped"  # the plan is stopped until a professional has advised


@dataclass(frozen=True, slots=True)
class Gate:
    """way, the rule's number, and the words for the walker."""

    way: Way
    rule: str
    words: str


def gate(
    state: PlanState | None, rules: Rules, usual: float | None, p0: int | None, signs: Signs | None, grade: Grade | None
) -> Gate:
    """Before a walk. A yes whose grade is missing is GRADE_FIRST; unknown pain and signs let it start.

    usual, p0: 0-10, None when not known. state None: a plan whose life has not begun.
    """
    if grade is not None and grade >= Grade.SAME_DAY:
        return Gate(Way.STOPPED, "12.1-1", advice_words(grade))
    if state is not None and state.name is StateName.STOP_MEDICAL:
        return Gate(Way.STOPPED, "12.1-1", f"No walk today: get medical advice first. {_STOPS}")
    if signs is Signs.SOMETHING and grade is None:
        return Gate(
            Way.GRADE_FIRST,
            "3.1",
            "You reported something new. Which list on the card is it on? No walk starts until that is told.",
        )
    too_much = _too_much(rules, usual, p0)
    if too_much is not None:
        return Gate(
            Way.NOT_TODAY,
            "12.1-2",
            f"You reported pain {p0} before the walk; your plan starts no walk {too_much}. Do what you agreed on with "
            "your physio for such a day.",
        )
    if grade is not None:
        return Gate(Way.OPEN, "3.1", advice_words(grade))
    if state is not None and state.name is StateName.DELOAD and state.dose.minutes == 0:
        return Gate(
            Way.OPEN,
            "12.1-3",
            "You chose rest for these days, so none of this walk is in the plan. You can stop at any time.",
        )
    if p0 is None:
        return Gate(
            Way.OPEN, "12.1-3", "Pain before the walk is not known; it can still be told. You can stop at any time."
        )
    return Gate(Way.OPEN, "12.1-3", "You can stop at any time.")


def after_buckling(times_today: int, steady: Steady | None) -> Gate:
    """After the knee gave way for the times_today-th time on this day: OPEN, NOT_TODAY (end the walk), or STOPPED."""
    if steady is Steady.FELL:
        return Gate(
            Way.STOPPED,
            "12.2-fall",
            f"You reported a fall when your knee gave way. Stop walking and get medical advice today. {_STOPS}",
        )
    if times_today >= 2:
        return Gate(
            Way.STOPPED,
            "12.2-twice",
            "You reported that your knee gave way more than once today. Stop walking and get medical advice today. "
            f"{_STOPS}",
        )
    if steady is Steady.NOT_STEADY:
        return Gate(
            Way.NOT_TODAY,
            "12.2-once",
            "You reported that your knee gave way and that you are not steady. End the walk here, rest, and ask for "
            "help on the way home if you need it.",
        )
    return Gate(
        Way.OPEN, "12.2-once", "You reported that your knee gave way. Stop and rest; walk on only when you are steady."
    )


def advice_words(grade: Grade) -> str:
    """What the walker is told for each list; never a diagnosis."""
    return _ADVICE[grade]


def _too_much(rules: Rules, usual: float | None, p0: int | None) -> str | None:
    """From where on it is too much pain to start with; None when it is not, or not known."""
    if p0 is None:
        return None
    if rules.no_start_above_usual and usual is not None:
        if p0 <= usual + ABOVE_USUAL:
            return None
        return f"above {usual + ABOVE_USUAL:g}"
    if p0 < rules.pain_no_start:
        return None
    return f"from {rules.pain_no_start} on"
