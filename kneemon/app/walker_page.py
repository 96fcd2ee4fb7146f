# SPDX-License-Identifier: MIT
"""The walker's manual in large print: one sheet of A4, two sides, drawn from the words of docs/walker.md.

`python -m kneemon.app.walker_page docs` writes walker-page.svg and walker-page-back.svg into the folder docs (or the
one named); a test holds the files to the manual. The back has the signs, whom to call, and what it does not do. On
one side alone the words would have to be smaller than 14 points.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from kneemon.app.card_ink import rect, text

MANUAL = "walker.md"
FRONT, BACK = "walker-page.svg", "walker-page-back.svg"
ON_BACK = ("Stop and get advice", "What it does not do")

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 12.0
TYPE = 5.0  # millimetres: 14.2 points
LINE = 6.1
APART = 1.5  # between paragraphs
INDENT = 5.0  # of what stands behind a bullet
NUMBER_ROW = 11.0  # room to write a telephone number
WIDEST = {"": 0.55, "bold": 0.64, "italic": 0.55}  # of the type's size, a character in the widest of usual typefaces

LOOKS = {"bold": "bold", "italic": "italic", "code": "bold", "link": ""}

_INLINE = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|`(?P<code>.+?)`|\[(?P<link>.+?)\]\(.+?\)")
_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
_BLANK = re.compile(r"_{4,}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and how it looks: "", bold or italic."""

    said: str
    looks: str = ""


def words_of(paragraph: str) -> list[Word]:
    """The words of a paragraph of Markdown."""
    found: list[Word] = []
    glued = False  # the next piece goes on with the word before it

    def take(piece: str, looks: str) -> None:
        nonlocal glued
        for number, said in enumerate(piece.split()):
            if number == 0 and glued and found and not piece[0].isspace():
                found[-1] = Word(found[-1].said + said, found[-1].looks)
            else:
                found.append(Word(said, looks))
        if piece:
            glued = not piece[-1].isspace()

    end = 0
    for part in _INLINE.finditer(paragraph):
        take(paragraph[end : part.start()], "")
        kind = str(part.lastgroup)
        take(part[kind], LOOKS[kind])
        end = part.end()
    take(paragraph[end:], "")
    return found


def lines_of(words: list[Word], wide: float) -> Iterator[list[Word]]:
    """As many words in a line as surely fit."""
    line: list[Word] = []
    used = 0.0
    for word in words:
        needs = (len(word.said) + 1) * TYPE * WIDEST[word.looks]
        if line and used + needs > wide:
            yield line
            line, used = [], 0.0
        line.append(word)
        used += needs
    if line:
        yield line


def sides(manual: str) -> tuple[str, str]:
    """The front and the back as SVG. Raises ValueError when the words do not fit on the sheet."""
    title, *sections = re.split(r"^#+ ", _COMMENT.sub("", manual), flags=re.MULTILINE)[1:]
    behind = [section for section in sections if section.startswith(ON_BACK)]
    before = [section for section in sections if not section.startswith(ON_BACK)]
    return _side([title, *before]), _side(behind)


def _side(sections: list[str]) -> str:
    y, parts = MARGIN, []
    for number, section in enumerate(sections):
        heading, *paragraphs = _paragraphs(section)
        y += 3.0 if number else 0.0
        parts.append(text(MARGIN, y + 5.0, heading, size=6.4, bold=True))
        parts.append(rect(MARGIN, y + 6.8, WIDTH - 2 * MARGIN, 0.4))
        y += 8.6
        for paragraph in paragraphs:
            drawn, y = _numbers(paragraph, y) if _BLANK.search(paragraph) else _paragraph(paragraph, y)
            parts += drawn
            y += APART
    if y > HEIGHT - MARGIN:
        raise ValueError(f"the words need {y - HEIGHT + MARGIN:.0f} mm more than the sheet has")
    size = f'width="{WIDTH:g}mm" height="{HEIGHT:g}mm" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" fill="black">'
    paper = f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="white"/>'
    named = f"<title>{escape(next(_paragraphs(sections[0])))}</title>"
    return "\n".join([head, named, paper, *parts, "</svg>"]) + "\n"


def _paragraphs(section: str) -> Iterator[str]:
    """The heading, then each paragraph and each point of a list, on one line."""
    heading, _, rest = section.partition("\n")
    yield heading
    for block in re.split(r"\n\n+|\n(?=\* )", rest.strip()):
        if block:
            yield " ".join(block.split())


def _paragraph(paragraph: str, y: float) -> tuple[list[str], float]:
    point = paragraph.startswith("* ")
    left = MARGIN + (INDENT if point else 0.0)
    drawn = [f'<circle cx="{MARGIN + 1.8:.2f}" cy="{y + LINE - 3.2:.2f}" r="1"/>'] if point else []
    for line in lines_of(words_of(paragraph.removeprefix("* ")), WIDTH - MARGIN - left):
        y += LINE
        drawn.append(f'<text x="{left:.2f}" y="{y - 1.4:.2f}" font-size="{TYPE:g}">{_spans(line)}</text>')
    return drawn, y


def _spans(line: list[Word]) -> str:
    paint = {"bold": ' font-weight="bold"', "italic": ' font-style="italic"'}
    said = (
        f"<tspan{paint[word.looks]}>{escape(word.said)}</tspan>" if word.looks else escape(word.said) for word in line
    )
    return " ".join(said)


def _numbers(paragraph: str, y: float) -> tuple[list[str], float]:
    """A line to write on for each that the manual has a blank for."""
    drawn = []
    names = [name.strip() for name in _BLANK.split(paragraph) if name.strip()]
    wide = max(map(len, names)) * TYPE * WIDEST["bold"] + 3.0
    for name in names:
        y += NUMBER_ROW
        drawn.append(text(MARGIN, y - 1.5, name, size=TYPE))
        drawn.append(rect(MARGIN + wide, y - 1.0, WIDTH - 2 * MARGIN - wide, 0.3))
    return drawn, y


def main(folder: Path) -> None:
    """Write both sides into `folder`, from the manual in it."""
    for name, side in zip((FRONT, BACK), sides((folder / MANUAL).read_text(encoding="utf-8")), strict=True):
        (folder / name).write_text(side, encoding="utf-8")


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
