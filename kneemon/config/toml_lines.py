# SPDX-License-Identifier: MIT
"""On which line each name of a TOML text stands, which tomllib does not tell.

It trusts that the text is TOML: it is asked after tomllib has read it. Names within an inline table or a list are found
at the line of the name before them.
"""

import re
from collections.abc import Iterator, Mapping

Place = tuple[str | int, ...]

_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*')"""
_NAMES = re.compile(rf"\s*{_NAME}(?:\s*\.\s*{_NAME})*\s*")
_PART = re.compile(_NAME)
_TOKEN = re.compile(r'''"""|\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|\#.*|[\[\]{}]''')


def line_index(text: str) -> dict[Place, int]:
    """Line numbers from 1 by place: ("rules", "pain_rise"), and ("week", 0, "minutes") for the first [[week]]."""
    index: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in _statements(text):
        bare = line.lstrip()
        if bare.startswith("["):
            many = bare.startswith("[[")
            place = _names(bare[2 if many else 1 :])
            if many:
                counts[place] = counts.get(place, -1) + 1
                table = (*place, counts[place])
                index.setdefault(place, number)
            else:
                table = place
            index[table] = number
        elif names := _names(bare):
            index.setdefault((*table, *names), number)
    return index


def line_of(index: Mapping[Place, int], place: Place) -> int | None:
    """The line of the place, or of what it stands in; None for what is missing at the top."""
    while place and place not in index:
        place = place[:-1]
    return index[place] if place else None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines at which a statement begins: not within a list, or a text of several lines."""
    depth, quotes = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not depth and not quotes and line.strip() and not line.lstrip().startswith("#"):
            yield number, line
        depth, quotes = _after(line, depth, quotes)


def _after(line: str, depth: int, quotes: str) -> tuple[int, str]:
    """How deep in brackets, and within which quotes, the line ends."""
    at = 0
    while True:
        if quotes:
            end = re.compile(rf"(?:\\.|[^\\])*?{quotes}" if quotes == '"""' else rf".*?{quotes}").match(line, at)
            if end is None:
                return depth, quotes
            at, quotes = end.end(), ""
        token = _TOKEN.search(line, at)
        if token is None:
            return depth, quotes
        at, word = token.end(), token[0]
        if word in ('"""', "'''"):
            quotes = word
        elif word in "[{":
            depth += 1
        elif word in "]}":
            depth -= 1


def _names(text: str) -> Place:
    found = _NAMES.match(text)
    return tuple(part[0].strip("\"'") for part in _PART.finditer(found[0])) if found else ()
