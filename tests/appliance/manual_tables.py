# SPDX-License-Identifier: MIT
"""Tables of a manual's page, so that tests can hold what they say."""

import re
from pathlib import Path

Row = dict[str, str]


def tables(page: Path) -> list[list[Row]]:
    """Each as its rows, by the words of its head."""
    found: list[list[Row]] = []
    head: list[str] = []
    for line in page.read_text().splitlines():
        if not line.startswith("| "):
            head = []
        elif not head:
            head = cells(line)
            found.append([])
        elif set(line) - set("|- "):
            found[-1].append(dict(zip(head, cells(line), strict=True)))
    return found


def table(page: Path, *head: str) -> list[Row]:
    """All rows of the tables with that head."""
    rows = [row for each in tables(page) if each and tuple(each[0]) == head for row in each]
    assert rows, f"no table of {head} in {page}"
    return rows


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def quoted(cell: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", cell)
