# SPDX-License-Identifier: MIT
"""docs/benchmarks.md: written by hand, but for the parts between marks, which the bench renews.

<!-- generated: accuracy -->
...
<!-- end -->
"""

import re
from pathlib import Path

from tests.bench.telling import BenchError


def renewed(page: str, name: str, part: str) -> str:
    """The page with the text between the marks of `name` replaced. Raises BenchError when the marks are not there."""
    marks = re.compile(rf"(<!-- generated: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    text, found = marks.subn(lambda match: f"{match[1]}\n{part}\n\n{match[2]}", page)
    if found != 1:
        raise BenchError(f"the page has {found} places for the part {name!r}, and should have one")
    return text


def renew(file: Path, name: str, part: str) -> None:
    """Renew one part of the page in `file`."""
    try:
        page = file.read_text(encoding="utf-8")
    except OSError as error:
        raise BenchError(f"the page {file} cannot be read: {error}") from error
    file.write_text(renewed(page, name, part), encoding="utf-8")
