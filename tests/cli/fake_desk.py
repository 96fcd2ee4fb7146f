# SPDX-License-Identifier: MIT
"""A desk that keeps what it is told, and a terminal at which answers are typed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from kneemon.model.diary import Fact
from kneemon.model.questions import Ask


class FakeDesk:
    """Put `opened` in the place of app.desk.desk."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.answers: list[tuple[Ask, int, str, date | None]] = []

    @contextmanager
    def opened(self, *_: object) -> Iterator["FakeDesk"]:
        yield self

    def tell(self, fact: Fact) -> str:
        self.facts.append(fact)
        return "Noted."

    def answer(self, ask: Ask, value: int, session_id: str = "", morning: date | None = None) -> str:
        self.answers.append((ask, value, session_id, morning))
        return f"{ask.value} {value}: noted."


class Typed(io.StringIO):
    """A person's answers, a line each."""

    def __init__(self, *lines: str) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))

    def isatty(self) -> bool:
        return True
