# SPDX-License-Identifier: MIT
"""`kneemon import`: everything of a kneemon, as one JSON file, into a device on which nobody has walked yet."""

import argparse

from kneemon.app.importing import import_whole
from kneemon.cli.settings import configuration
from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode


def run(args: argparse.Namespace) -> int:
    store = args.store or configuration(args)[1].store
    done = import_whole(args.file, store, SystemClock())
    rows = done.rows
    walks, lines = several(rows["session"], "walk"), several(rows["diary"], "diary line")
    print(f"Imported  {walks} with {several(rows['second'], 'second')}, {lines} of the device {done.device}")
    print(f"Into      {store}")
    if done.kept is not None:
        print(f"Kept      the empty store that was there before: {done.kept}")
    return ExitCode.OK
