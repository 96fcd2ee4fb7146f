# SPDX-License-Identifier: MIT
"""What was tried on the virtual Pi, and what was seen: printed at the end of every run, and kept as table.md.

Lines are kept in a file as they come, so that none is lost when a scenario fails or runs in a process of its own.
"""

import json
from pathlib import Path
from typing import NamedTuple


class Line(NamedTuple):
    """scenario: the file that tried it."""

    scenario: str
    tried: str
    seen: str


class Table:
    """scenario: whose lines are added here."""

    def __init__(self, kept: Path, scenario: str) -> None:
        self._kept = kept
        self._scenario = scenario

    def add(self, tried: str, seen: object) -> None:
        """One line: what was done, and what came of it, as it was measured."""
        line = json.dumps(Line(self._scenario, tried, str(seen)))
        with self._kept.open("a") as lines:
            lines.write(line + "\n")


def read(kept: Path) -> list[Line]:
    """All lines so far, those of one scenario together."""
    if not kept.exists():
        return []
    lines = [Line(*json.loads(line)) for line in kept.read_text().splitlines()]
    first = {line.scenario: place for place, line in reversed(list(enumerate(lines)))}
    return sorted(lines, key=lambda line: first[line.scenario])


def as_markdown(lines: list[Line]) -> str:
    """| scenario | tried | seen |"""
    rows = [("scenario", "tried", "seen"), ("---", "---", "---"), *lines]
    cells = [[word.replace("|", "\\|").replace("\n", " ") for word in row] for row in rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def as_text(lines: list[Line]) -> str:
    """For the end of a run: a heading for each scenario, its lines below it."""
    told: list[str] = []
    for place, line in enumerate(lines):
        if place == 0 or lines[place - 1].scenario != line.scenario:
            told.append(line.scenario)
        told.append(f"    {line.tried}: {line.seen}")
    return "\n".join(told)
