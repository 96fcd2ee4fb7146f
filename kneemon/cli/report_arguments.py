# SPDX-License-Identifier: MIT
"""The words of `kneemon report`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from kneemon.export.formats import LONGEST_WEEKS
from kneemon.language import LANGUAGES


def report(parser: argparse.ArgumentParser, stored: Callable[[argparse.ArgumentParser], None]) -> None:
    parser.add_argument(
        "--weeks", type=_weeks, default=6, metavar="N", help="whole weeks, beside the running one (default: 6)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to put it (default: kneemon-report-DAY.pdf, here)"
    )
    parser.add_argument(
        "--html", action="store_true", help="a page to print, not a PDF; so without typst, and for a name in .html"
    )
    parser.add_argument(
        "--language", choices=tuple(LANGUAGES), help="the paper's language (default: web.language as configured)"
    )
    stored(parser)


def _weeks(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= LONGEST_WEEKS:
        raise argparse.ArgumentTypeError(f"expected whole weeks from 1 to {LONGEST_WEEKS}, saw {text!r}")
    return int(text)
