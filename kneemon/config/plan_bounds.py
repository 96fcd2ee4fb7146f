# SPDX-License-Identifier: MIT
"""What a plan's text may be at all, before it is read as TOML: reading one that nobody writes may take seconds."""

import re
from pathlib import Path

from kneemon.errors import PlanError

MOST_LETTERS, MOST_DOTS, MOST_BRACKETS = 500, 8, 16
_TEXT = re.compile(r"""\"(?:\\.|[^"\\])*\"|'[^']*'""")
REMEDY = "docs/plan.md shows a plan and tells what each line may be."


def refuse_unreadable(text: str, path: Path) -> None:
    """PlanError for a line, a name or a nesting that no plan needs."""
    open_ = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MOST_LETTERS:
            raise _refusal(path, number, f"at most {MOST_LETTERS} letters in a line", f"{len(line)}")
        bare = _TEXT.sub("", line).partition("#")[0]
        dots = bare.partition("=")[0].count(".")
        if dots > MOST_DOTS:
            raise _refusal(path, number, "a name of one or two parts", f"one of {dots + 1}")
        for letter in bare:
            open_ = max(0, open_ + (letter in "[{") - (letter in "]}"))
            if open_ > MOST_BRACKETS:
                raise _refusal(path, number, f"at most {MOST_BRACKETS} brackets within each other", "more")


def _refusal(path: Path, number: int, expected: str, seen: str) -> PlanError:
    return PlanError(f"{path}:{number}", expected=expected, seen=seen, remedy=REMEDY)
