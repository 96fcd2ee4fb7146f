# SPDX-License-Identifier: MIT
"""The card that teaches the button in a minute, drawn from the tables that the device itself goes by.

`python -m kneemon.app.card docs` writes button-card.svg into the folder docs (or the one named); a test holds the file
to the tables. What is pressed comes from `controls.grammar`, what is felt from `feedback.patterns`, how long a hold is
from the options' defaults. Millimetres of an A6 card lying on its side, printed as large as you like; black on white,
text as text, none of it under 9 points on A6. Dots are presses, an outlined bar is a hold, black bars are what is felt.
The words of the box follow the evidence (sections 0, 3 and 9): advice, no diagnosis, and silence promises nothing.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from xml.sax.saxutils import escape

from kneemon.config.options import ButtonOptions
from kneemon.controls.grammar import RULES, Deed, Hold, Rule, When
from kneemon.feedback.patterns import EXAMPLE, Pattern, Pulse, pattern_of
from kneemon.model.cues import Cue, CueKind

FILE = "button-card.svg"

WIDTH, HEIGHT, MARGIN = 148.0, 105.0, 4.0
TYPE = 3.2  # 9 points are 3.175 mm
LINE = 4.1
WIDEST_CHAR = 0.57  # of the type's size, on average, in the widest of the usual typefaces

TITLE = "kneemon: one button"
EACH_PRESS = "Each press is answered by a tick. Wait a second: then it counts."
NUMBER = "Then wait: it is ticked back. Wrong? Press anew. No number, or the knee gave way? Wait 10 s."
WARNINGS = (
    "Stop and get advice when pain gets worse, or when the knee gives way, swells, reddens or feels warm.",
    "You can stop at any time. Silence does not mean that it is safe.",
)

# What is felt without a press, too, or instead of an answer; the cues of one row feel the same.
SIGNALS: tuple[tuple[tuple[CueKind, ...], str], ...] = (
    ((CueKind.MAIN_PART, CueKind.NOTED), "warm-up done, noted"),
    ((CueKind.PACE_HIGH,), "slow down"),
    ((CueKind.LIMIT_NEAR,), "nearly done for today"),
    ((CueKind.LIMIT_REACHED, CueKind.OVER_LIMIT, CueKind.PAIN_STOP, CueKind.GAVE_WAY), "enough: finish, rest"),
    ((CueKind.REFUSED,), "not possible now"),
    ((CueKind.FAULT, CueKind.BATTERY_LOW), "sensor or battery"),
)


@dataclass(frozen=True, slots=True)
class _Column:
    """From left to right; rows have what is pressed at `left`, what it means at `means`, what is felt at `felt`."""

    left: float
    means: float
    felt: float
    right: float


_LEFT, _RIGHT = _Column(MARGIN, 24.0, 56.5, 78.0), _Column(82.0, 101.0, 129.0, WIDTH - MARGIN)
_SIGNAL_TEXT = 106.0
_TOP = 15.2  # under the title
_FELT_S = 6.0  # millimetres of a second that is felt …
_HELD_S = 1.4  # … and of one that is held
_HEAD, _ROW = 6.4, 5.4  # heights of a heading and of a row
_DOT = 1.35
_PAD = 1.6

_HEADINGS: tuple[tuple[set[When], str], ...] = (
    ({When.NO_WALK}, "Before a walk"),
    ({When.WALKING}, "On a walk"),
    ({When.PAUSED}, "In a pause"),
    ({When.WALKING, When.PAUSED}, "On a walk or in a pause"),
    (set(When), "Always"),
    ({When.ASKED}, "Asked how much it hurts"),
)


def card() -> str:
    """The card as SVG."""
    size = f'width="{WIDTH:g}mm" height="{HEIGHT:g}mm" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
    looks = f'font-family="sans-serif" font-size="{TYPE:g}" fill="black"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {looks}>',
        f"<title>{TITLE}: what to press, what it means, what you feel</title>",
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="white"/>',
        *_titled(),
        *_grammar(),
        *_warning(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def heading_of(rule: Rule) -> str:
    """Under which heading it stands; that it also holds while it asks needs no words."""
    when = set(rule.when) if len(rule.when) in (1, len(When)) else set(rule.when) - {When.ASKED}
    return next(heading for states, heading in _HEADINGS if states == when)


def felt(rule: Rule) -> Pattern:
    """What answers it; a number is shown by an example."""
    return pattern_of(Cue(0.0, rule.felt, value={Deed.SCORE: EXAMPLE, Deed.NO_PAIN: 0}.get(rule.deed)))


def _titled() -> Iterator[str]:
    yield _text(_LEFT.left, MARGIN + 4.2, TITLE, size=5.6, bold=True)
    x, y = _LEFT.left + 1.0, MARGIN + 8.2
    yield from _dots(x, y, 1)
    yield _text(x + 3.9, y + 1.15, "a press")
    yield _held(x + 22.0, y, 1.0)
    yield _text(x + 27.3, y + 1.15, "a hold")
    yield from _rhythm(x + 44.0, y, Pattern((Pulse(0.4, 0.0),)))
    yield _text(x + 47.6, y + 1.15, "what you feel")
    yield from _words(_RIGHT.left, MARGIN, _lines(EACH_PRESS, _RIGHT.right - _RIGHT.left))


def _grammar() -> Iterator[str]:
    """On the left what may be pressed at any time, on the right what may be answered, then what is felt unasked."""
    order = [heading for _, heading in _HEADINGS]
    y, column = _TOP, _LEFT
    for heading, rules in groupby(sorted(RULES, key=lambda rule: order.index(heading_of(rule))), key=heading_of):
        if heading == order[-1]:
            y, column = _TOP, _RIGHT
        yield from _heading(column, y, heading)
        y += _HEAD
        for rule in rules:
            yield from _pressed(column.left + 1.0, y + _ROW / 2, rule.how)
            yield _text(column.means, y + _ROW / 2 + 1.15, rule.means)
            yield from _rhythm(column.felt, y + _ROW / 2, felt(rule))
            y += _ROW
    lines = _lines(NUMBER, _RIGHT.right - _RIGHT.left)
    yield from _words(_RIGHT.left, y + 0.7, lines)
    yield from _signals(y + len(lines) * LINE + 1.4)


def _signals(y: float) -> Iterator[str]:
    yield from _heading(_RIGHT, y, "It also says")
    y += _HEAD
    for kinds, meaning in SIGNALS:
        yield from _rhythm(_RIGHT.left + 1.0, y + _ROW / 2, pattern_of(Cue(0.0, kinds[0])))
        yield _text(_SIGNAL_TEXT, y + _ROW / 2 + 1.15, meaning)
        y += _ROW


def _warning() -> Iterator[str]:
    """The box at the foot."""
    wide = _RIGHT.right - _LEFT.left
    lines = [line for warning in WARNINGS for line in _lines(warning, wide - 2 * _PAD)]
    high = len(lines) * LINE + 2 * _PAD - 0.6
    yield _rect(_LEFT.left, HEIGHT - MARGIN - high, wide, high, outlined=True)
    yield from _words(_LEFT.left + _PAD, HEIGHT - MARGIN - high + _PAD - 0.3, lines)


def _heading(column: _Column, y: float, text: str) -> Iterator[str]:
    yield _text(column.left, y + 4.1, text, bold=True)
    yield _rect(column.left, y + 5.2, column.right - column.left, 0.3)


def _words(x: float, y: float, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield _text(x, y + 3.0 + number * LINE, line)


def _pressed(x: float, y: float, how: Sequence[int] | Hold) -> Iterator[str]:
    """Dots, or a bar as long as the hold."""
    if isinstance(how, Hold):
        options = ButtonOptions()
        held_s = {Hold.SECOND: 1.0, Hold.END: options.hold_s, Hold.OFF: options.off_s}[how]
        yield _held(x, y, held_s)
        yield _text(x + _HELD_S * held_s + 2 * _DOT + 1.2, y + 1.15, f"{held_s:g} s")
    elif len(how) > 2:
        yield from _dots(x, y, 1)
        yield _text(x + 2 * _DOT + 1.2, y + 1.15, f"{how[0]} to {how[-1]}")
    else:
        for number, times in enumerate(how):
            if number:
                yield _text(x, y + 1.15, "or")
                x += 4.6
            yield from _dots(x, y, times)
            x += times * 3.6 + 0.6


def _held(x: float, y: float, held_s: float) -> str:
    return _rect(x, y - _DOT, _HELD_S * held_s + 2 * _DOT, 2 * _DOT, round_by=_DOT, outlined=True)


def _dots(x: float, y: float, times: int) -> Iterator[str]:
    for number in range(times):
        yield f'<circle cx="{x + _DOT + number * 3.6:.2f}" cy="{y:.2f}" r="{_DOT}"/>'


def _rhythm(x: float, y: float, pattern: Pattern) -> Iterator[str]:
    """Black while it sounds, to scale; how often it is said, if more than once."""
    for pulse in pattern.pulses:
        yield _rect(x, y - 1.6, _FELT_S * pulse.on_s, 3.2)
        x += _FELT_S * (pulse.on_s + pulse.off_s)
    if pattern.times > 1:
        yield _text(x - _FELT_S * pattern.pulses[-1].off_s + 1.2, y + 1.15, f"{pattern.times}×")


def _rect(x: float, y: float, wide: float, high: float, *, round_by: float = 0.0, outlined: bool = False) -> str:
    corners = f' rx="{round_by:g}"' if round_by else ""
    paint = ' fill="none" stroke="black" stroke-width="0.5"' if outlined else ""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{high:.2f}"{corners}{paint}/>'


def _text(x: float, y: float, text: str, *, size: float = TYPE, bold: bool = False) -> str:
    looks = f' font-size="{size:g}"' if size != TYPE else ""
    looks += ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.2f}" y="{y:.2f}"{looks}>{escape(text)}</text>'


def _lines(text: str, wide: float) -> list[str]:
    return wrap(text, int(wide / (TYPE * WIDEST_CHAR)))


def main(folder: Path) -> None:
    """Write the card into `folder`."""
    (folder / FILE).write_text(card(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
