# SPDX-License-Identifier: MIT
"""What a row of the defaults table is.

Grades: A guideline, review or consistent trials; B one trial, a large cohort or a good measurement study; C small or
observational; D practice or consensus; E kneemon's own choice. Keys: "plan." is the plan's file, "new." what `kneemon
plan new` asks, "kneemon." the configuration.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What may be done about a row."""

    CHOICE = "choice"  # the walker's or the physio's, in the lines that `keys` names
    FIXED = "fixed"  # the same for everybody
    TARGET = "target"  # what the counting is examined by
    LATER = "later"  # no feature yet


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter. default, range: as the table has them. keys: dotted names, of a CHOICE alone. note: what the
    reader should know beyond it."""

    number: int
    parameter: str
    default: str
    range: str
    unit: str
    source: str
    grade: str
    keys: tuple[str, ...] = ()
    kind: Kind = Kind.CHOICE
    note: str = ""


def rules(*names: str) -> tuple[str, ...]:
    """Keys under [rules]."""
    return tuple(f"plan.rules.{name}" for name in names)


def exercises(*names: str) -> tuple[str, ...]:
    """Keys under [exercises]."""
    return tuple(f"plan.exercises.{name}" for name in names)
