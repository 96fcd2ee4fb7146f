# SPDX-License-Identifier: MIT
"""That nothing of this machine, and no key, is in what is given away.

Keys are looked for in our own files alone: wheels of others bring keys that their tests are made of.
"""

from __future__ import annotations

import mmap
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from making.faults import ReleaseError

# With what comes after the heading: programs that read keys have the heading alone.
KEY = re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}")


OWN = "kneemon"


def must_be_ours_to_give(archive: Path, folders: Iterable[Path]) -> None:
    """Wheels within are looked into. folders: of this machine, which nobody else has."""
    needles = [f"{folder}/".encode() for folder in folders]
    for name, content in files(archive):
        seen = next((needle.decode() for needle in needles if needle in content), None)
        if KEY.search(content) and not _of_others(name):
            seen = "a private key"
        if seen is not None:
            raise _found(archive, name, seen)


def image_must_be_ours_to_give(image: Path, folders: Iterable[Path]) -> None:
    """The card's image as a whole; that it has no keys is what the virtual Pi is asked for."""
    with image.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for folder in folders:
            if content.find(f"{folder}/".encode()) >= 0:
                raise _found(image, "somewhere in it", str(folder))


def _of_others(name: str) -> bool:
    """A file in a wheel, `wheel.whl, file`, that is not kneemon's."""
    wheel, within, _ = name.partition(", ")
    return bool(within) and not Path(wheel).name.startswith(f"{OWN}-")


def _found(archive: Path, name: str, seen: str) -> ReleaseError:
    return ReleaseError(
        f"{archive.name}, {name}",
        expected="nothing that belongs to this machine",
        seen=seen,
        remedy="Find out how it came in.",
    )


def files(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, those of wheels within by the name of the wheel and their own."""
    if archive.suffix == ".whl":
        yield from _of_wheel(archive)
        return
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            if member.name.endswith(".whl"):
                yield from ((f"{member.name}, {name}", inner) for name, inner in _of_wheel(content))
            else:
                yield member.name, content.read()


def _of_wheel(wheel: Path | IO[bytes]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            yield name, packed.read(name)
