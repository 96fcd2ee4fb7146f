# SPDX-License-Identifier: MIT
"""Makes a backup onto a file system of a few MB that something happens to in the middle; run within namespaces of its
own, `unshare -rm python a_stick.py FAULT STORE FOLDER`, where mounting harms nobody."""

import subprocess
import sys
from pathlib import Path

from kneemon.app.backup_making import make_backup
from kneemon.clock import SystemClock
from kneemon.errors import KneemonError


def fill(folder: Path) -> None:
    with (folder / "photos").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(100_000))
        except OSError:
            return


def take_away(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", folder], check=True)


FAULTS = {
    "full-copying": ("copying", fill),
    "full-packing": ("packing", fill),
    "gone-copying": ("copying", take_away),
    "gone-packing": ("packing", take_away),
    "gone-reading": ("reading it back", take_away),
    "none": ("", fill),
}


def main(fault: str, store: Path, folder: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=True)
    when, happens = FAULTS[fault]
    happened = False

    def told(what: str, share: float) -> None:
        nonlocal happened
        if what == when and not happened:
            happened = True
            happens(folder)

    try:
        outcome = make_backup(store, {}, folder, SystemClock(), told).path.name
    except KneemonError as error:
        outcome = str(error)
    left = " ".join(sorted(each.name for each in folder.iterdir()))
    sys.stdout.write(f"{outcome}\n{'happened' if happened else 'nothing happened'}\nleft: {left}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
