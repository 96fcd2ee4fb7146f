# SPDX-License-Identifier: MIT
"""Everything that kneemon needs, to install it without a network: found, and checked against its sums."""

from __future__ import annotations

import hashlib
from pathlib import Path

from card.faults import CardError

FIRMWARE = Path(__file__).resolve().parents[1]
PLACES = (FIRMWARE, FIRMWARE.parent / "dist/bundle")  # unpacked from a release; made in the repository
SUMS = "SHA256SUMS"
ON_THE_CARD = ("install", "first-boot", "VERSION")
FOLDERS = ("systemd/", "wheels/")


class Bundle:
    """files: name in the bundle -> path, all that goes onto the card; sums: of these, as sha256sum writes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = _read(folder / "VERSION").partition("\n")[0]  # "kneemon 1.2.3"
        sums = {name.lstrip("*"): told for told, _, name in (line.partition(" ") for line in _lines(folder / SUMS))}
        self._sums = {name: sums[name] for name in sorted(sums) if name in ON_THE_CARD or name.startswith(FOLDERS)}
        self.files = {name: folder / name for name in self._sums}
        if not any(name.startswith("wheels/kneemon-") for name in self.files):
            raise _broken(folder, "kneemon's own wheel", "none")

    @property
    def size(self) -> int:
        return sum(_size(path) for path in self.files.values())

    @property
    def sums(self) -> str:
        return "".join(f"{told}  {name}\n" for name, told in self._sums.items())

    def check(self) -> None:
        """Raises CardError when a file is not what its sum says."""
        for name, expected in self._sums.items():
            if hashlib.sha256(self.files[name].read_bytes()).hexdigest() != expected:
                raise _broken(self.files[name], f"the file that {SUMS} names", "another one")


def found(named: Path | None) -> Bundle:
    """named: where the user says that it is."""
    places = (named,) if named else PLACES
    for folder in places:
        if (folder / "wheels").is_dir():
            return Bundle(folder)
    raise CardError(
        "The bundle",
        expected="a folder with wheels/, install and SHA256SUMS in it",
        seen="none in " + " or ".join(map(str, places)),
        remedy="Take prepare-card from an unpacked release, or run `make bundle` first, or name it with --bundle. "
        "Nothing was written.",
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as fault:
        raise _broken(path, "a file of the bundle", str(fault)) from fault


def _lines(path: Path) -> list[str]:
    return [line.replace("  ", " ", 1) for line in _read(path).splitlines() if line]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise _broken(path, "a file of the bundle", str(fault)) from fault


def _broken(path: Path, expected: str, seen: str) -> CardError:
    return CardError(str(path), expected=expected, seen=seen, remedy="Get the bundle anew. Nothing was written.")
