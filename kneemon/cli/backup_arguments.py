# SPDX-License-Identifier: MIT
"""The arguments of the verbs that keep the diary safe; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable
from pathlib import Path

Stored = Callable[[argparse.ArgumentParser], None]


def backup(parser: argparse.ArgumentParser, stored: Stored) -> None:
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="where to put it (default: the stick that is plugged in)"
    )
    parser.add_argument(
        "--keep",
        type=_at_least_one,
        metavar="N",
        help="remove this device's oldest backups there until N are left (default: remove none)",
    )
    stored(parser)


def restore(parser: argparse.ArgumentParser, stored: Stored) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a kneemon-backup-….zip, or a store that was kept")
    stored(parser)


def import_(parser: argparse.ArgumentParser, stored: Stored) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="everything of a kneemon, as one JSON file")
    stored(parser)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, saw {text!r}")
    return int(text)
