# SPDX-License-Identifier: MIT
"""The arguments of `kneemon web`; `cli.parser` knows the verbs."""

import argparse
from pathlib import Path

from kneemon.cli.arguments import configured

ROLES = ("walker", "physio", "reader")


def web(parser: argparse.ArgumentParser) -> None:
    configured(parser)
    actions = parser.add_subparsers(dest="action", metavar="[passphrase]")
    phrase = actions.add_parser("passphrase", help="set who may look, and as whom")
    configured(phrase, below=True)
    phrase.add_argument(
        "role",
        nargs="?",
        choices=ROLES,
        default="walker",
        help="walker owns the device, physio sets the limits, reader only looks (default: walker)",
    )
    phrase.add_argument("--remove", action="store_true", help="take it away: nobody can sign in as that any more")
    given = phrase.add_mutually_exclusive_group()
    given.add_argument("--stdin", action="store_true", help="read it from standard input, one line")
    given.add_argument("--from-file", type=Path, metavar="FILE", help="read it from the first line of a file")
