# SPDX-License-Identifier: MIT
"""Charts for page and paper alike: pure functions from figures to SVG, a title, a description and a table.

No script, no style sheet of their own, no colour as the only difference; texts come through `say`.
"""

from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures to be read; cells are text already, a dash for what is not known."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """name: unique on a page, of [a-z0-9-]. svg: one element with its own <title> and <desc>, safe within HTML."""

    name: str
    title: str
    description: str
    svg: str
    table: Table
