# SPDX-License-Identifier: MIT
"""The flashable image: made by its recipe, looked into, squeezed."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable
from pathlib import Path

from making.faults import ReleaseError
from making.running import done_by, poured, watched
from making.searched import image_must_be_ours_to_give

MARKER = "kneemon-image.txt"
SECTOR = 512
FIRST_PARTITION = 446 + 8  # in the master boot record: where its first sector stands


def made(tree: Path, build: Path) -> Path:
    """build/kneemon.img, by firmware/image/build; root on Debian alone can."""
    if os.geteuid() != 0:
        raise ReleaseError(
            "the image",
            expected="that root makes it, on Debian",
            seen="another user",
            remedy="Run it as root, or leave the image out with --without-image.",
        )
    watched("sh", tree / "firmware" / "image" / "build", cwd=tree)
    return build / "kneemon.img"


def marked(image: Path) -> str:
    """kneemon's version as the image's boot partition names it."""
    with image.open("rb") as file:
        file.seek(FIRST_PARTITION)
        (first,) = struct.unpack("<I", file.read(4))
    text = done_by("mtype", "-i", f"{image}@@{first * SECTOR}", f"::{MARKER}")
    found = re.match(r"kneemon (\d[^\s,]*)", text)
    if found is None:
        raise ReleaseError(
            f"{MARKER} on the image",
            expected="that it begins with `kneemon VERSION`",
            seen=repr(text),
            remedy="See firmware/image/build.",
        )
    return found[1]


def squeezed(image: Path, out: Path, folders: Iterable[Path]) -> Path:
    """As a file to flash, when nothing of this machine is in it."""
    image_must_be_ours_to_give(image, folders)
    poured("xz", "--threads=0", "-6", "--stdout", image, into=out)
    return out
