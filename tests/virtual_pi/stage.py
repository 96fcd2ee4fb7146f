# SPDX-License-Identifier: MIT
"""What all scenarios share, made once, whoever comes first: the images, the kit, and a card after its first boot.

Everything lies in build/pi, or where KNEEMON_BUILD says, and is made again when what it is made of has changed.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from virtual_pi.card import overlay
from virtual_pi.kit import make_kit
from virtual_pi.machine import Machine, Model, Parts

REPOSITORY = Path(__file__).parents[2]
BUILD = Path(os.environ.get("KNEEMON_BUILD", REPOSITORY / "build" / "pi"))
OWN = BUILD / "virtual-pi"
AS_IS = os.environ.get("KNEEMON_IMAGE") == "as-is"  # what lies there is used, however old, and nothing is made anew
LONG_AGO = "1970-01-01T00:00:00"  # then the guest's clock begins where systemd's does, as on a Pi without a network


def image(name: str) -> Path:
    """kneemon.img or bare.img, made if need be; its progress is to be seen."""
    if AS_IS and (BUILD / name).exists():
        return BUILD / name
    with alone("image"):
        command = ["sh", str(REPOSITORY / "firmware" / "image" / "build"), name.removesuffix(".img")]
        subprocess.run(command, check=True, stdout=sys.__stderr__, stderr=sys.__stderr__, timeout=5400)
    return BUILD / name


def parts() -> Parts:
    """Kernel and initrd as they are in the images, the kit, and a key of this folder's own."""
    for script in ("modules", "debs"):
        if AS_IS and (BUILD / script).exists():
            continue
        with alone("image"):
            subprocess.run(["sh", str(Path(__file__).parent / script)], check=True, stdout=sys.__stderr__, timeout=1800)
    with alone("kit"):
        key = OWN / "key"
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
        fresh = OWN / "kit.new"
        kit = OWN / f"kit-{make_kit(fresh, BUILD / 'modules', BUILD / 'debs')}.img"
        if not kit.exists():
            fresh.replace(kit)
        fresh.unlink(missing_ok=True)
    return Parts(BUILD / "vmlinuz", BUILD / "initrd", kit, key, BUILD / "bcm2837-rpi-3-b.dtb")


def booted_once(image: Path, parts: Parts) -> Path:
    """A card with that image after its first boot, shut down as a user does it; to put overlays on.

    Made anew for another image; `make clean` removes old ones, which somebody may stand on.
    """
    with alone("booted"):
        what = "\n".join(f"{path.stat().st_size} {path.stat().st_mtime_ns}" for path in (image, parts.initrd))
        card = OWN / f"{image.stem}-{hashlib.sha256(what.encode()).hexdigest()[:16]}.qcow2"
        if not card.exists():
            folder = OWN / "first-boot"
            folder.mkdir(exist_ok=True)
            machine = Machine(parts, overlay(image, folder / "card.qcow2"), folder, Model(icount=True, clock=LONG_AGO))
            try:
                machine.start().off()
            finally:
                machine.close()
            (folder / "card.qcow2").replace(card)
    return card


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Nobody else does this at the same time, in whatever process."""
    OWN.mkdir(parents=True, exist_ok=True)
    with (OWN / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
