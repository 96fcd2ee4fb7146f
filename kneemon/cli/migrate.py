# SPDX-License-Identifier: MIT
"""`kneemon migrate`: the store led to this kneemon's schema, before the service does it; the installer asks for it."""

import argparse
import json

from kneemon import __version__
from kneemon.cli.settings import configuration
from kneemon.errors import ExitCode
from kneemon.store.migrating import Led, led, looked_at


def run(args: argparse.Namespace) -> int:
    path = args.store or configuration(args)[1].store
    found = looked_at(path) if args.check else led(path)
    if args.json:
        copy = None if found.copy is None else str(found.copy)
        print(json.dumps({"store": str(path), "before": found.before, "after": found.after, "copy": copy}))
    else:
        print("\n".join(_lines(str(path), found, only_looked=args.check)))
    return ExitCode.OK


def _lines(path: str, found: Led, *, only_looked: bool) -> list[str]:
    if found.before is None:
        return [f"Nothing has been stored yet at {path}; kneemon {__version__} will begin with schema {found.after}."]
    if found.copy is None:
        return [f"The store {path} is up to date: schema {found.after}, as kneemon {__version__} has it."]
    steps = f"from schema {found.before} to {found.after}"
    if only_looked:
        return [
            f"The store {path} would be led {steps}; nothing was changed.",
            f"Before that it would be kept as it is at {found.copy}.",
        ]
    return [
        f"The store {path} was led {steps}.",
        f"As it was before it is kept at {found.copy}.",
        "Remove that file when all is well: what is erased from now on is still in it.",
    ]
