# SPDX-License-Identifier: MIT
"""One line of the check: a part of the device, how it is, and where it is wrong the likely cause and the next thing."""

from dataclasses import dataclass
from enum import StrEnum

from kneemon.errors import KneemonError


class Outcome(StrEnum):
    """How a part of the check went."""

    GOOD = "ok"
    NOTE = "note"  # not a fault, and yet worth a word
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """text: what was found. cause: what it most likely comes from. next: what to try. A fault has all three."""

    part: str
    outcome: Outcome
    text: str
    cause: str | None = None
    next: str | None = None


def good(part: str, text: str) -> Finding:
    return Finding(part, Outcome.GOOD, text)


def note(part: str, text: str, next: str | None = None, *, cause: str | None = None) -> Finding:  # noqa: A002
    return Finding(part, Outcome.NOTE, text, cause, next)


def fault(part: str, text: str, cause: str, next: str) -> Finding:  # noqa: A002
    return Finding(part, Outcome.FAULT, text, cause, next)


def of_error(part: str, error: KneemonError, cause: str) -> Finding:
    """An error's own words: what was expected and seen is what was found, its remedy is what to try."""
    return fault(part, f"{error.what}: expected {error.expected}, saw {error.seen}.", cause, error.remedy)
