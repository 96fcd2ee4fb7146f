# SPDX-License-Identifier: MIT
"""The page a reader looks columns up in, made from the table that writes them.

`python -m kneemon.export.reference` renews what stands between the marks in export.md of the folder docs (or the one
named); a test holds the page to it. It knows no other page.
"""

import re
import sys
from pathlib import Path

from kneemon.export.csv_files import EXPORT_COLUMNS

PAGE = "export.md"

_PART = re.compile(r"(<!-- generated: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def column_table(name: str) -> str:
    """The columns of the file whose name ends in `name`."""
    rows = [f"| `{column.name}` | {column.unit} | {column.meaning} |" for column in EXPORT_COLUMNS[name]]
    return "\n".join(["| Column | Unit | Meaning |", "| --- | --- | --- |", *rows, ""])


def renewed(page: str) -> str:
    """The page, every generated part of it made anew."""
    return _PART.sub(lambda part: f"{part[1]}\n{column_table(part['name'])}\n{part[3]}", page)


def main(folder: Path) -> None:
    """Renew the page in `folder`."""
    page = folder / PAGE
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
