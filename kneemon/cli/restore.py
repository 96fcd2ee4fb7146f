# SPDX-License-Identifier: MIT
"""`kneemon restore`: a backup in the place of the diary, which is kept."""

import argparse
import os
import shlex
from pathlib import Path

from kneemon.app.restoring import Restored, restore
from kneemon.cli.backup import progress
from kneemon.cli.settings import configuration
from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.config.options import Config
from kneemon.config.places import Places, plan_place
from kneemon.errors import ConfigError, ExitCode


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    store = args.store or places.store
    beside = {} if args.store else _beside(config, places)
    _tell(restore(args.file, store, beside, SystemClock(), progress), store, undo=_undo(args))
    return ExitCode.OK


def _beside(config: Config, places: Places) -> dict[str, Path]:
    """Where the files of a backup belong; with --store, only the store is meant."""
    beside = {"calibration.json": places.calibration}
    try:
        plan = plan_place(config, os.environ)
    except ConfigError:
        return beside
    return beside | {"plan.toml": plan, "kneemon.toml": config.file or plan.with_name("kneemon.toml")}


def _undo(args: argparse.Namespace) -> list[str]:
    """What was said beside the file, so that the same store is meant."""
    words = [] if args.config is None else ["--config", str(args.config)]
    words += [word for given in args.set for word in ("--set", given)]
    return words + ([] if args.store is None else ["--store", str(args.store)])


def _tell(restored: Restored, store: Path, undo: list[str]) -> None:
    rows = restored.contents.rows
    walks, lines = several(rows.get("session", 0), "walk"), several(rows.get("diary", 0), "diary line")
    print(f"Restored  {walks}, {lines} of the device {restored.contents.device} into {store}")
    for path in restored.placed:
        print(f"Placed    {path}")
    for name in restored.left:
        print(f"Left      {name}: one is there, or its folder may not be written. Any ZIP program takes it out.")
    if restored.kept is not None:
        print(f"Kept      what was there before: {restored.kept}")
        print(f"Undo      {shlex.join(['kneemon', 'restore', str(restored.kept), *undo])}")
        print("          Remove that file when all is well: what was deleted since the backup is still in it.")
    print("Pass phrases, passwords and keys are in no backup: set them again where they are missing.")
