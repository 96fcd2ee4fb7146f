# SPDX-License-Identifier: MIT
"""The arguments of `kneemon migrate`; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable


def migrate(parser: argparse.ArgumentParser, stored: Callable[[argparse.ArgumentParser], None]) -> None:
    parser.add_argument("--check", action="store_true", help="only say what would be done; change nothing")
    parser.add_argument("--json", action="store_true", help="for programs")
    stored(parser)
