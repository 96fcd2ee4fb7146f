# SPDX-License-Identifier: MIT
"""Mistakes are gathered and told all at once, each with its place, so that a file is mended in one go."""

from collections.abc import Sequence
from dataclasses import dataclass

from kneemon.errors import KneemonError


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong. where: file, section and key, or the option's or variable's name."""

    where: str
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, saw {self.seen}"


def refusal(
    error: type[KneemonError], what: str, mistakes: Sequence[Mistake], remedy: str, *, more: bool = False
) -> KneemonError:
    """The error that tells every one of `mistakes`; `what` names them together when there are several.

    more: there may be others.
    """
    if len(mistakes) == 1:
        (one,) = mistakes
        return error(one.where, expected=one.expected, seen=one.seen, remedy=remedy)
    lines = "".join(f"\n  - {mistake}" for mistake in mistakes)
    end = "There may be more" if more else "That is all of them"
    return error(what, expected="no mistake", seen=f"{len(mistakes)}:{lines}\n{end}", remedy=remedy)
