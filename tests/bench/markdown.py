# SPDX-License-Identifier: MIT
"""Tables, paragraphs and the rows of targets, as Markdown."""

from collections.abc import Iterable

from tests.bench.targets import Found, Target

NONE = "–"
# One digit more than the tables', for a figure that just misses its target.
DIGITS = {"f1": 4, "delay_p50": 3, "delay_p95": 3}


def table(head: str, rows: Iterable[str]) -> str:
    """Cells are separated by bars, in the head and in each row."""
    columns = head.count("|") + 1
    return "\n".join(f"| {row} |" for row in (head, " | ".join(["---"] * columns), *rows))


def part(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


def target_row(target: Target, name: str, *measured: Found | None) -> str:
    """Name, bound, and two cells for each measured figure."""
    bound = f"{'at least' if target.least else 'at most'} {target.bound:g}"
    return " | ".join((f"{name}: {target.words}", bound, *(_held(target, found) for found in measured)))


def _held(target: Target, found: Found | None) -> str:
    if found is None:
        return f"not measured | {NONE}"
    where = f" ({found.where})" if found.where else ""
    verdict = "met" if target.met(found.value) else "**not met**"
    return f"{found.value:.{DIGITS.get(target.figure, 2)}f}{where} | {verdict}"
