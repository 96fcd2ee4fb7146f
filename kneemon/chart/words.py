# SPDX-License-Identifier: MIT
"""What charts need of a language, and how large and in which ink they are drawn."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Words(Protocol):
    """The reader's language; as `kneemon.language.Language` has it."""

    def say(self, text: str, /, **values: object) -> str: ...

    def several(self, one: str, many: str, number: int, /, **values: object) -> str: ...

    def number(self, value: float | None, digits: int = 0) -> str: ...

    def day(self, day: date) -> str: ...

    def minutes(self, seconds: float | None) -> str: ...


@dataclass(frozen=True, slots=True)
class Look:
    """width and height in the drawing's own units: text is 15 of them high. ink: of text and lines. font: "" for that
    of the page around it."""

    width: int = 480
    height: int = 270
    ink: str = "currentColor"
    font: str = ""


PAGE = Look()
PAGE_WIDE = Look(720, 290)
PAPER = Look(480, 222, "#000000", "DejaVu Sans, Libertinus Serif, sans-serif")
PAPER_WIDE = Look(985, 212, "#000000", "DejaVu Sans, Libertinus Serif, sans-serif")


def short_day(words: Words, day: date) -> str:
    """The day without its year."""
    return words.day(day).rsplit(" ", 1)[0]
