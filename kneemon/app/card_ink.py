# SPDX-License-Identifier: MIT
"""What the card is drawn with, as SVG: dots are presses, an outlined bar is a hold, black bars are what is felt.

Millimetres of an A5 sheet lying on its side, printed as large as you like; black on white, text as text, none of it
under 11.5 points on A5, which is 16 on A4.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from xml.sax.saxutils import escape

from kneemon.config.options import ButtonOptions
from kneemon.controls.rules import Hold
from kneemon.feedback.patterns import Pattern

WIDTH, HEIGHT, MARGIN = 210.0, 148.0, 6.0
TYPE = 4.1  # 11.6 points
LINE = 5.0
WIDEST_CHAR = 0.55  # of the type's size, on average, in the widest of the usual typefaces
FELT_S = 7.0  # millimetres of a second that is felt …
HELD_S = 1.5  # … and of one that is held
HEAD, ROW = 6.9, 5.9  # heights of a heading and of a row
DOT = 1.6
STEP = 4.3  # from dot to dot
DROP = 1.45  # from the middle of a row to the foot of its text
BASE = 3.7  # from the top of a line to its foot


def sheet(title: str, parts: Iterator[str]) -> str:
    """One side, whole."""
    size = f'width="{WIDTH:g}mm" height="{HEIGHT:g}mm" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
    looks = f'font-family="sans-serif" font-size="{TYPE:g}" fill="black"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {looks}>'
    paper = f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="white"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *parts, "</svg>"]) + "\n"


def heading(x: float, y: float, wide: float, said: str) -> Iterator[str]:
    yield text(x, y + 4.8, said, bold=True)
    yield rect(x, y + 6.0, wide, 0.35)


def words(x: float, y: float, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield text(x, y + BASE + number * LINE, line)


def pressed(x: float, y: float, how: Sequence[int] | Hold) -> Iterator[str]:
    """Dots, or a bar as long as the hold; y is the middle of the row."""
    if isinstance(how, Hold):
        options = ButtonOptions()
        held_s = {Hold.SECOND: 1.0, Hold.END: options.hold_s, Hold.OFF: options.off_s}[how]
        yield held(x, y, held_s)
        yield text(x + HELD_S * held_s + 2 * DOT + 1.2, y + DROP, f"{held_s:g} s")
    elif len(how) > 2:
        yield from dots(x, y, 1)
        yield text(x + 2 * DOT + 1.2, y + DROP, f"{how[0]} to {how[-1]}")
    else:
        for number, times in enumerate(how):
            if number:
                yield text(x, y + DROP, "or")
                x += 5.6
            yield from dots(x, y, times)
            x += times * STEP + 0.6


def held(x: float, y: float, held_s: float) -> str:
    return rect(x, y - DOT, HELD_S * held_s + 2 * DOT, 2 * DOT, round_by=DOT, outlined=True)


def dots(x: float, y: float, times: int) -> Iterator[str]:
    for number in range(times):
        yield f'<circle cx="{x + DOT + number * STEP:.2f}" cy="{y:.2f}" r="{DOT}"/>'


def rhythm(x: float, y: float, pattern: Pattern) -> Iterator[str]:
    """Black while it sounds, to scale; how often it is said, if more than once."""
    for pulse in pattern.pulses:
        yield rect(x, y - 1.9, FELT_S * pulse.on_s, 3.8)
        x += FELT_S * (pulse.on_s + pulse.off_s)
    if pattern.times > 1:
        yield text(x - FELT_S * pattern.pulses[-1].off_s + 1.2, y + DROP, f"{pattern.times}×")


def rect(x: float, y: float, wide: float, high: float, *, round_by: float = 0.0, outlined: bool = False) -> str:
    corners = f' rx="{round_by:g}"' if round_by else ""
    paint = ' fill="none" stroke="black" stroke-width="0.5"' if outlined else ""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{high:.2f}"{corners}{paint}/>'


def text(x: float, y: float, said: str, *, size: float = TYPE, bold: bool = False) -> str:
    looks = f' font-size="{size:g}"' if size != TYPE else ""
    looks += ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.2f}" y="{y:.2f}"{looks}>{escape(said)}</text>'


def lines_of(said: str, wide: float) -> list[str]:
    """As many characters as surely fit."""
    return wrap(said, int(wide / (TYPE * WIDEST_CHAR)))
