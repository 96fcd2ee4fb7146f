# SPDX-License-Identifier: MIT
"""The arguments of `kneemon reprocess` and `kneemon raw`; `cli.parser` knows the verbs."""

import argparse
from collections.abc import Callable
from pathlib import Path

Configured = Callable[[argparse.ArgumentParser], None]


def reprocess(parser: argparse.ArgumentParser, configured: Configured) -> None:
    parser.add_argument(
        "walk", nargs="?", default="all", metavar="WALK", help="one walk, or all that have raw samples (default: all)"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--store", type=Path, metavar="FILE", help="the store (default: the configured one)")
    configured(parser)


def raw(parser: argparse.ArgumentParser, configured: Configured) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        default="list",
        choices=("list", "on", "off", "forget"),
        help="list what is kept (the default), keep the samples of walks to come or no more, or delete some",
    )
    parser.add_argument("walk", nargs="?", metavar="WALK", help="whose samples are to be forgotten, or all")
    configured(parser)
