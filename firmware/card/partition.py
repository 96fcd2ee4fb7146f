# SPDX-License-Identifier: MIT
"""A card's boot partition where the PC has mounted it: looked at, written to file by file, and put back as it was.

A file is written beside the old one, flushed and then renamed, as far as FAT goes a whole file or the old one. What was
there before is kept once as NAME.before-kneemon; a file that was not there is named in kneemon/new.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from card.faults import CardError

BEFORE = ".before-kneemon"
FOLDER = "kneemon"
NEW = "new"
SECRETS = "web-passphrase"
MARKER = "kneemon-image.txt"
SPARE = 4_000_000  # the files themselves, rounded up to FAT's clusters


class Partition:
    """root: the mount point. Raises CardError when it is no Pi's boot partition, or one of an image that cannot do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / FOLDER
        self._look()

    @property
    def our_image(self) -> bool:
        return (self.root / MARKER).exists()

    @property
    def prepared(self) -> bool:
        return self.folder.exists()

    def text(self, name: str) -> str:
        """Byte for byte, whatever its encoding; "" when it is not there."""
        try:
            return (self.root / name).read_bytes().decode("latin-1")
        except FileNotFoundError:
            return ""

    def before(self, name: str) -> str:
        """As it was before the first preparation."""
        return self.text(name + BEFORE) if (self.root / (name + BEFORE)).exists() else self.text(name)

    def needs_room(self, size: int) -> None:
        """size: of what will be copied; what it replaces counts as free."""
        old = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        free = shutil.disk_usage(self.root).free
        if free + old < size + SPARE:
            raise CardError(
                str(self.root),
                expected=f"room for {(size + SPARE) / 1e6:.0f} MB",
                seen=f"{(free + old) / 1e6:.0f} MB free",
                remedy="Write the image to the card anew, or delete what does not belong there. Nothing was written.",
            )

    def keep(self, name: str) -> str | None:
        """Keep what is there, once; how the copy is called, None when there is nothing to keep."""
        path, copy = self.root / name, self.root / (name + BEFORE)
        if copy.exists() or name in self._new():
            return None
        if not path.exists():
            self.write(f"{FOLDER}/{NEW}", "".join(f"{each}\n" for each in (*self._new(), name)).encode())
            return None
        self.write(copy.name, path.read_bytes())
        return copy.name

    def write(self, name: str, content: bytes) -> None:
        """Nothing when it is there already."""
        path = self.root / name
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".part")
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _flush(path.parent)

    def clear(self, *folders: str, but: set[str]) -> None:
        """An older bundle's files go, but those that the new one has, too."""
        for folder in folders:
            for path in (self.folder / folder).glob("*"):
                if f"{folder}/{path.name}" not in but:
                    path.unlink()

    def put_back(self, name: str) -> str:
        """What was done, as a sentence."""
        path, copy = self.root / name, self.root / (name + BEFORE)
        if copy.exists():
            copy.replace(path)
            return f"{name} is again what it was."
        if name in self._new():
            path.unlink(missing_ok=True)
            return f"{name} is gone: there was none before."
        return f"{name} stays as it is: what was there before held secrets, and the first boot wiped it."

    def forget(self) -> None:
        """kneemon's folder and log go."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.root / "kneemon-first-boot.log").unlink(missing_ok=True)
        _flush(self.root)

    def _new(self) -> list[str]:
        return self.text(f"{FOLDER}/{NEW}").split()

    def _look(self) -> None:
        missing = [name for name in ("config.txt", "cmdline.txt") if not (self.root / name).is_file()]
        if missing:
            root = (self.root / "etc/fstab").exists()
            raise CardError(
                str(self.root),
                expected="a Raspberry Pi's boot partition, with config.txt and cmdline.txt",
                seen="the Pi's other partition" if root else f"no {' and no '.join(missing)}",
                remedy="Name the folder that your PC shows as bootfs or RASPIFIRM. Nothing was written.",
            )
        if (self.root / "kernel7.img").exists():
            raise _old(self.root, "64-bit Raspberry Pi OS", "the 32-bit one (kernel7.img)")
        if not self.our_image and not (self.root / "meta-data").exists():
            raise _old(self.root, "an image that starts with cloud-init", "none of its files (meta-data)")
        if not os.access(self.root, os.W_OK):
            raise CardError(
                str(self.root),
                expected="leave to write",
                seen="none",
                remedy="Is the card's lock closed? Is it mounted for another user? Nothing was written.",
            )


def _old(root: Path, expected: str, seen: str) -> CardError:
    remedy = "Write Raspberry Pi OS Lite (64-bit) of October 2025 or later to the card. Nothing was written."
    return CardError(str(root), expected=expected, seen=seen, remedy=remedy)


def _flush(folder: Path) -> None:
    """Names, too, where the PC can (Windows cannot)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
