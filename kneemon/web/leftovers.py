# SPDX-License-Identifier: MIT
"""Where the page works on big files: beside the store, where there is room, not in the device's memory as in /tmp.

Folders there are gone when a file has been sent; what a lost supply has left is taken away at the next start.
"""

from pathlib import Path
from shutil import rmtree

WORK = ".kneemon-web-"


def clear_away(folder: Path) -> None:
    for left in folder.glob(f"{WORK}*"):
        rmtree(left, ignore_errors=True)
