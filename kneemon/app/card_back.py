# SPDX-License-Identifier: MIT
"""The back of the card: what the device asks, by its rhythm, and how to answer; the lists; whom to call.

Answers come from `controls.rules`, the signs and their lists from `plan.gate`. The worst list stands first, for who
reads from the top stops at the first that fits.
"""

from collections.abc import Iterator

from kneemon.app.card_ink import (
    BASE,
    DROP,
    HEIGHT,
    LINE,
    MARGIN,
    ROW,
    STEP,
    TYPE,
    WIDTH,
    lines_of,
    pressed,
    rect,
    rhythm,
    sheet,
    text,
    words,
)
from kneemon.controls.rules import ASKED_WITH, REPLIES, Hold, Reply
from kneemon.feedback.patterns import PATTERNS
from kneemon.model.cues import CueKind
from kneemon.model.questions import Ask, Grade
from kneemon.plan.gate import RED_FLAG_LISTS, SIGNS_CHECK

TITLE = "kneemon asks"
TICKED = "Wait a second: the answer is ticked back. Wrong number? Press anew."
QUESTIONS = {
    Ask.PAIN_NOW: "How much does it hurt?",
    Ask.REPS: "How many were they?",
    Ask.GAVE_WAY: "Knee gave way: stop.",
    Ask.SIGNS: SIGNS_CHECK,
    Ask.GRADE: "Which list? Begin at the top: the first that fits.",
}
ADVICE = ("Stop. EMERGENCY: call your emergency number now.", "SAME DAY, or you fell: get medical advice today.")
PHONES = (("Emergency", "Doctor"), ("Someone near", "Physio"))  # by row
PHONE_ROW = 7.5  # room to write

_WIDE = WIDTH - 2 * MARGIN
_TEXT = MARGIN + 31.0  # right of the rhythm, or of the dots and a list's name
_ANSWERS = MARGIN + 88.0  # right of a short question


def back() -> str:
    """The side with the questions, as SVG."""
    return sheet(f"{TITLE}: how to answer, and whom to call", _parts())


def replies(ask: Ask) -> list[Reply]:
    return [row for row in REPLIES if ask in row.asks]


def in_words(grade: Grade) -> str:
    """A list as it is printed."""
    return " • ".join(RED_FLAG_LISTS[grade])


def _parts() -> Iterator[str]:
    yield text(MARGIN, MARGIN + 4.4, TITLE, size=5.6, bold=True)
    yield text(MARGIN + 50.0, MARGIN + 4.4, TICKED)
    y = MARGIN + 6.6
    for ask in (Ask.PAIN_NOW, Ask.REPS, Ask.GAVE_WAY):
        yield from _asked(y, ask, QUESTIONS[ask])
        yield from _answers(_ANSWERS, y, ask)
        y += ROW
    yield rect(MARGIN, y + 0.6, _WIDE, 0.35)
    y += 1.6
    *before, last = lines_of(SIGNS_CHECK, 0.9 * (WIDTH - MARGIN - _TEXT))  # bold is wider
    yield from _asked(y, Ask.SIGNS, *before, last)
    y += len(before) * LINE
    yield from _answers(_ANSWERS, y, Ask.SIGNS)
    y += ROW
    yield rect(MARGIN, y + 0.6, _WIDE, 0.35)
    y += 1.6
    yield from _asked(y, Ask.GRADE, QUESTIONS[Ask.GRADE])
    y += ROW
    for grade in reversed(Grade):
        listed = lines_of(in_words(grade), WIDTH - MARGIN - _TEXT)
        yield from pressed(MARGIN + 1.0, y + ROW / 2, (grade,))
        if len(listed) > 1:
            yield text(MARGIN, y + ROW / 2 + DROP + LINE, name_of(grade), bold=True)
        yield from words(_TEXT, y + ROW / 2 + DROP - BASE, listed)
        y += len(listed) * LINE + 1.3
    yield rect(MARGIN, y + 0.2, _WIDE, 0.35)
    yield from _advice(y + 1.2)


def name_of(grade: Grade) -> str:
    """As in the words of advice."""
    return next(row.means for row in replies(Ask.GRADE) if row.how == (grade,))


def _asked(y: float, ask: Ask, *question: str) -> Iterator[str]:
    yield from rhythm(MARGIN, y + ROW / 2, PATTERNS[ASKED_WITH[ask]])
    for number, line in enumerate(question):
        yield text(_TEXT, y + ROW / 2 + DROP + number * LINE, line, bold=True)


def _answers(x: float, y: float, ask: Ask) -> Iterator[str]:
    for row in replies(ask):
        yield from pressed(x, y + ROW / 2, row.how)
        if isinstance(row.how, Hold):
            x += 14.0
        else:
            x += 20.5 if len(row.how) > 2 else STEP * row.how[0] + 1.0
        yield text(x, y + ROW / 2 + DROP, row.means)
        x += _wide(row.means) + 3.0


def _advice(y: float) -> Iterator[str]:
    """What to do, and whom to call."""
    yield from rhythm(MARGIN, y + ROW / 2, PATTERNS[CueKind.GET_ADVICE])
    for number, line in enumerate(ADVICE):
        yield text(_TEXT, y + ROW / 2 + DROP + number * LINE, line, bold=True)
    for row, people in enumerate(PHONES, start=1):
        wide, foot = _WIDE / len(people), HEIGHT - MARGIN - 1.0 - (len(PHONES) - row) * PHONE_ROW
        for number, who in enumerate(people):
            x, named = MARGIN + number * wide, _wide(max((row[number] for row in PHONES), key=len)) + 2.0
            yield text(x, foot, who)
            yield rect(x + named, foot + 0.5, wide - named - 3.0, 0.3)


def _wide(said: str) -> float:
    """What a few words need at most."""
    return len(said) * TYPE * 0.62
