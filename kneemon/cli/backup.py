# SPDX-License-Identifier: MIT
"""`kneemon backup`: the diary, the plan and the configuration onto a stick, while kneemon walks on."""

import argparse
import sys
from pathlib import Path

from kneemon.app.backup_making import Made, make_backup, prune, the_stick
from kneemon.app.backups import NOTE, noted
from kneemon.cli.settings import configuration
from kneemon.cli.words import several
from kneemon.clock import SystemClock
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import ask
from kneemon.errors import ControlError, ExitCode, KneemonError
from kneemon.ports import Clock
from kneemon.store.backup import remember


def run(args: argparse.Namespace) -> int:
    config, places = configuration(args)
    store = args.store or places.store
    folder = args.folder or the_stick()
    clock = SystemClock()
    made = make_backup(store, _beside(config, places), folder, clock, progress)
    _tell(made)
    for path in prune(made, args.keep) if args.keep else ():
        print(f"Removed   {path.name}")
    try:
        _note(store, places, clock)
    except KneemonError as error:
        print(f"(The backup is good, but could not be noted, so that kneemon may remind of one: {error})")
    return ExitCode.OK


def progress(what: str, share: float) -> None:
    """A line for who waits at a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what} {share:.0%}", end="\r\033[K" if share >= 1.0 else "", file=sys.stderr, flush=True)


def _beside(config: Config, places: Places) -> dict[str, Path]:
    """No password, key or pass phrase is among them."""
    wanted = {"plan.toml": places.plan, "kneemon.toml": config.file, "calibration.json": places.calibration}
    return {name: path for name, path in wanted.items() if path is not None}


def _note(store: Path, places: Places, clock: Clock) -> None:
    """The running kneemon notes it, else we do."""
    if store == places.store:
        try:
            answer = ask(places.socket, "backed-up")
        except ControlError:
            pass
        else:
            if not answer.get("ok"):
                raise ControlError(
                    "the running kneemon",
                    expected="that it notes the backup",
                    seen=str(answer.get("error")),
                    remedy="Is it an older one? Restart it.",
                )
            return
    remember(store, NOTE, noted(clock))


def _tell(made: Made) -> None:
    rows = made.contents.rows
    print(f"Backup    {made.path} ({made.bytes_ / 1e6:.1f} MB)")
    print(f"Holds     {several(rows['session'], 'walk')}, {several(rows['diary'], 'diary line')}")
    print(f"Files     {', '.join(made.files)}")
    print("Checked   read back from where it is, and sound")
    print("Not in it passwords, keys and the pass phrases of the page")
    for name in made.left_out:
        print(f"(The file {name} may not be read and is left out.)")
    if made.same_disk:
        print("(This folder is on the same disk as the diary: when that fails, both are gone. A stick is better.)")
