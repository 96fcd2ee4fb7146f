# SPDX-License-Identifier: MIT
"""The card that teaches the button, drawn from the tables that the device itself goes by: two sides.

`python -m kneemon.app.card docs` writes button-card.svg and button-card-back.svg into the folder docs (or the one
named); a test holds the files to the tables. What is pressed comes from `controls.rules`, what is felt from
`feedback.patterns`, how long a hold is from the options' defaults. This is the front: presses and cues. The words of
its box follow the evidence (sections 0, 3 and 9): advice, no diagnosis, and silence promises nothing.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from kneemon.app.card_back import back
from kneemon.app.card_ink import (
    DROP,
    HEAD,
    HEIGHT,
    LINE,
    MARGIN,
    ROW,
    WIDTH,
    dots,
    heading,
    held,
    lines_of,
    pressed,
    rect,
    rhythm,
    sheet,
    text,
    words,
)
from kneemon.controls.rules import RULES, Rule, When
from kneemon.feedback.patterns import PATTERNS, Pattern, Pulse, pattern_of
from kneemon.model.cues import Cue, CueKind

FILE, BACK = "button-card.svg", "button-card-back.svg"

TITLE = "kneemon: one button"
EACH_PRESS = "Each press is answered by a tick. Wait a second: then it counts."
NUMBER = (
    "When it asks, presses are the answer: turn the card. To tell anything else, wait until the question "
    "is over: 20 seconds, a minute with the lists."
)
WARNINGS = (
    "Stop and get advice when pain gets worse, or when the knee gives way, swells, reddens or feels warm. "
    "You can stop at any time. Silence does not mean that it is safe."
)

# What is felt; the cues of one row feel the same. What asks stands on the back.
SIGNALS: tuple[tuple[tuple[CueKind, ...], str], ...] = (
    ((CueKind.STARTED, CueKind.RESUMED, CueKind.MAIN_PART, CueKind.NOTED), "begun, goes on, noted"),
    ((CueKind.STOPPED, CueKind.PAUSED, CueKind.SET_DONE, CueKind.EXERCISE_DONE), "over, paused, rest"),
    ((CueKind.PACE_HIGH,), "slow down"),
    ((CueKind.REST_DUE, CueKind.PAIN_ROSE), "rest a while, or slower"),
    ((CueKind.LIMIT_NEAR,), "nearly done for today"),
    (
        (CueKind.LIMIT_REACHED, CueKind.OVER_LIMIT, CueKind.PAIN_STOP, CueKind.GAVE_WAY, CueKind.NOT_TODAY),
        "finish, rest; or no walk today",
    ),
    ((CueKind.GET_ADVICE,), "get advice: turn over"),
    ((CueKind.REFUSED, CueKind.TOUCHED), "not possible, broken off"),
    ((CueKind.FAULT, CueKind.BATTERY_LOW, CueKind.POWER_OFF), "sensor, battery, or off"),
    ((CueKind.SET_BEGIN,), "exercise: get ready"),
    ((CueKind.BEAT_UP, CueKind.HOLD_BEGIN), "exercise: up, or hold"),
    ((CueKind.BEAT_DOWN,), "exercise: down"),
)


@dataclass(frozen=True, slots=True)
class _Column:
    """From left to right; rows have what is pressed at `left`, what it means at `means`, what is felt at `felt`."""

    left: float
    means: float
    felt: float
    right: float


_LEFT, _RIGHT = _Column(MARGIN, 29.5, 71.5, 103.0), _Column(108.0, 141.0, 108.0, WIDTH - MARGIN)
_PAD = 1.5
_TOP = 20.5  # under the title

_HEADINGS: tuple[tuple[set[When], str], ...] = (
    ({When.NO_WALK}, "Without a walk"),
    ({When.WALKING}, "On a walk"),
    ({When.PAUSED}, "In a pause"),
    ({When.EXERCISE}, "At an exercise"),
    ({When.WALKING, When.PAUSED, When.EXERCISE}, "At any of these"),
    (set(When), "Always, also when it asks"),
)


def front() -> str:
    """The side with the presses and the cues, as SVG."""
    return sheet(f"{TITLE}: what to press, what it means, what you feel", _parts())


def heading_of(rule: Rule) -> str:
    """Under which heading it stands; that without a walk and a question there is nothing to end needs no words."""
    when = set(rule.when) | ({When.NO_WALK} if When.ASKED in rule.when else set())
    return next(name for states, name in _HEADINGS if states == when)


def felt(rule: Rule) -> Pattern:
    """What answers it."""
    return pattern_of(Cue(0.0, rule.felt))


def _parts() -> Iterator[str]:
    yield text(_LEFT.left, MARGIN + 5.6, TITLE, size=7.4, bold=True)
    x, y = _LEFT.left + 1.0, MARGIN + 11.4
    yield from dots(x, y, 1)
    yield text(x + 4.6, y + DROP, "a press")
    yield held(x + 26.0, y, 1.0)
    yield text(x + 32.4, y + DROP, "a hold")
    yield from rhythm(x + 53.0, y, Pattern((Pulse(0.4, 0.0),)))
    yield text(x + 57.4, y + DROP, "what you feel")
    yield from _grammar()
    wide = _RIGHT.right - _RIGHT.left
    yield from words(_RIGHT.left, MARGIN, lines_of(EACH_PRESS, wide))
    yield from _signals()
    yield from words(_RIGHT.left, _TOP + HEAD + len(SIGNALS) * ROW + 1.0, lines_of(NUMBER, wide))
    lines = lines_of(WARNINGS, _RIGHT.right - _LEFT.left - 2 * _PAD)
    high = len(lines) * LINE + 2.0
    yield rect(_LEFT.left, HEIGHT - MARGIN - high, _RIGHT.right - _LEFT.left, high, outlined=True)
    yield from words(_LEFT.left + _PAD, HEIGHT - MARGIN - high + 0.8, lines)


def _grammar() -> Iterator[str]:
    order = [name for _, name in _HEADINGS]
    y, column = _TOP, _LEFT
    for name, rules in groupby(sorted(RULES, key=lambda rule: order.index(heading_of(rule))), key=heading_of):
        yield from heading(column.left, y, column.right - column.left, name)
        y += HEAD
        for rule in rules:
            yield from pressed(column.left + 1.0, y + ROW / 2, rule.how)
            yield text(column.means, y + ROW / 2 + DROP, rule.means)
            yield from rhythm(column.felt, y + ROW / 2, felt(rule))
            y += ROW


def _signals() -> Iterator[str]:
    y = _TOP
    yield from heading(_RIGHT.left, y, _RIGHT.right - _RIGHT.left, "You feel")
    y += HEAD
    for kinds, meaning in SIGNALS:
        yield from rhythm(_RIGHT.felt, y + ROW / 2, PATTERNS[kinds[0]])
        yield text(_RIGHT.means, y + ROW / 2 + DROP, meaning)
        y += ROW


def main(folder: Path) -> None:
    """Write both sides into `folder`."""
    (folder / FILE).write_text(front(), encoding="utf-8")
    (folder / BACK).write_text(back(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
