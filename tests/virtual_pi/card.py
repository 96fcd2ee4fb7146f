# SPDX-License-Identifier: MIT
"""Cards: overlays on an image, and what stands on their boot partition, read and written without mounting anything."""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

MIB = 1 << 20
SECTOR = 512
FIRST_ENTRY = 446
ROOT = ("root=LABEL=RASPIROOT", "rootwait", "rw")


def overlay(image: Path, to: Path, size: str = "4G") -> Path:
    """A card with that image on it; a power of two in size, as QEMU's raspi3b asks for."""
    kind = _info(image)["format"]
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(image), "-F", kind, str(to), size]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return to


def command_line(card: Path) -> list[str]:
    """The words of cmdline.txt, as a Pi's bootloader gives them to the kernel."""
    found = from_boot(card, "cmdline.txt")
    return found.decode().split() if found else list(ROOT)


def from_boot(card: Path, name: str) -> bytes | None:
    """A file of the boot partition as it is on the disk now; None when it is not there."""
    with TemporaryDirectory() as folder:
        fat = Path(folder) / "fat"
        start, sectors = _boot_partition(card, Path(folder))
        if not sectors:
            return None
        _range(card, fat, start * SECTOR, sectors * SECTOR)
        done = subprocess.run(["mtype", "-i", str(fat), f"::{name}"], capture_output=True, timeout=60)
        return done.stdout if done.returncode == 0 else None


def boot_offset(image: Path) -> int:
    """Where the boot partition of a raw image begins, in bytes; mtools take it as `-i IMAGE@@OFFSET`."""
    with image.open("rb") as raw:
        return _first_entry(raw.read(SECTOR))[0] * SECTOR


def _boot_partition(card: Path, folder: Path) -> tuple[int, int]:
    head = folder / "head"
    _range(card, head, 0, MIB)
    return _first_entry(head.read_bytes())


def _first_entry(head: bytes) -> tuple[int, int]:
    entry = head[FIRST_ENTRY : FIRST_ENTRY + 16]
    return int.from_bytes(entry[8:12], "little"), int.from_bytes(entry[12:16], "little")


def _range(card: Path, to: Path, start: int, size: int) -> None:
    blocks = [f"bs={MIB}", f"skip={start // MIB}", f"count={size // MIB}"]
    kind = _info(card)["format"]
    command = ["qemu-img", "dd", "-f", kind, "-O", "raw", *blocks, f"if={card}", f"of={to}"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def _info(image: Path) -> dict[str, str]:
    command = ["qemu-img", "info", "--output=json", str(image)]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60)
    found: dict[str, str] = json.loads(told.stdout)
    return found
