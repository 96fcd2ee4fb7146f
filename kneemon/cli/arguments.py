# SPDX-License-Identifier: MIT
"""Arguments that many verbs share, and the kinds of words that arguments take."""

import argparse
from datetime import date
from pathlib import Path

from kneemon.plot.library import SUFFIXES


def configured(parser: argparse.ArgumentParser, *, below: bool = False) -> None:
    """below: of an action whose verb has them, too; what was given there holds unless it is given here."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS if below else None,
        help="the configuration file to read",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=argparse.SUPPRESS if below else [],
        metavar="SECTION.OPTION=VALUE",
        help="set one option for this time, e.g. --set sensor.chip=mpu6050; `kneemon config` lists them",
    )


def stored(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, metavar="FILE", help="the database to read (default: as configured)")
    configured(parser)


def speed(text: str) -> float:
    return _number(text, 0.1, 1000, "a speed from 0.1 to 1000")


def seconds(text: str) -> float:
    return _number(text, 2, 600, "from 2 to 600 seconds")


def seed(text: str) -> int:
    return _whole_number(text, 0)


def second(text: str) -> float:
    return _number(text, -1e12, 1e12, "seconds of the recording")


def picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"expected a name that ends in .svg, .png or .pdf, saw {text!r}")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"expected a folder that is there, saw {str(path.parent)!r}")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"expected a file, saw the folder {text!r}")
    return path


def many(text: str) -> int:
    return _whole_number(text, 1)


def _whole_number(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a whole number from {least}, saw {text!r}")
    return int(text)


def _number(text: str, low: float, high: float, expected: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"expected {expected}, saw {text!r}")
    return value


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a day such as 2026-11-23, saw {text!r}") from None
