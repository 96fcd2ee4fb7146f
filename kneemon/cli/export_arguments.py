# SPDX-License-Identifier: MIT
"""The arguments of `kneemon export` and `kneemon bundle`; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kneemon.export.formats import Format
from kneemon.language import LANGUAGES

Stored = Callable[[argparse.ArgumentParser], None]
Day = Callable[[str], date]

FORMATS = tuple(each for each in Format if each is not Format.DIARY)


def export(parser: argparse.ArgumentParser, stored: Stored, day: Day) -> None:
    parser.add_argument("session", nargs="?", default="latest", help="a session's name, latest, all, or diary")
    _what(parser, day, "csv")
    parser.add_argument(
        "--raw", action="store_true", help="json takes the sensor's samples along, if they were recorded"
    )
    stored(parser)


def bundle(parser: argparse.ArgumentParser, stored: Stored, day: Day) -> None:
    _what(parser, day, "report,xlsx,fit,fhir")
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--own", action="store_true", help="ask for a pass phrase of your own; else one is made up")
    given.add_argument("--stdin", action="store_true", help="read the pass phrase from standard input, one line")
    stored(parser)


def _what(parser: argparse.ArgumentParser, day: Day, usual: str) -> None:
    parser.add_argument(
        "--as",
        dest="formats",
        type=_formats,
        default=(),
        metavar="FORMAT,…",
        help=f"{', '.join(FORMATS)} (default: {usual}); see docs/formats.md",
    )
    parser.add_argument("--from", dest="first", type=day, metavar="YYYY-MM-DD", help="the walks from this day on")
    parser.add_argument("--to", dest="last", type=day, metavar="YYYY-MM-DD", help="the walks up to this day")
    parser.add_argument("--language", choices=tuple(LANGUAGES), default="en", help="of headings (default: en)")
    parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where to put them (default: here)")


def _formats(text: str) -> tuple[Format, ...]:
    names = [name for name in text.replace(" ", "").split(",") if name]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        seen = unknown[0] if unknown else text
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(FORMATS)}, saw {seen!r}")
    return tuple(dict.fromkeys(Format(name) for name in names))
