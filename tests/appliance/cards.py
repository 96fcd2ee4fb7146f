# SPDX-License-Identifier: MIT
"""A card's boot partition as a folder, a bundle that is small, and firmware/card to be imported."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

FIRMWARE = Path(__file__).parents[2] / "firmware"
sys.path.insert(0, str(FIRMWARE))

from card.wishes import Wishes  # noqa: E402

STOCK = {
    "config.txt": "dtparam=audio=on\n[all]\n",
    "cmdline.txt": "console=tty1 root=PARTUUID=4d8fd085-02 rootwait resize ds=nocloud;i=rpi-imager-1\n",
    "user-data": "#cloud-config\nusers:\n- name: pi\n  passwd: $5$secret\n",
    "network-config": "network:\n  version: 2\n",
    "meta-data": "instance-id: rpi-imager-1\n",
}
SECRETS = {"password": "sieben Berge", "wifi": "hinter den Bergen", "phrase": "drei kluge Worte"}
WISHES = Wishes("anna", "kneemon", "Europe/Berlin", password_hash="$6$salt$hash")  # noqa: S106  none


def make_boot(folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    folder.mkdir()
    for name, text in STOCK.items():
        if name not in without:
            (folder / name).write_text(text)
    return folder


def make_bundle(folder: Path, install: str = "exit 0\n") -> Path:
    files = {
        "VERSION": b"kneemon 0.1.0\npython 3.13\nmachine aarch64\n",
        "install": install.encode(),
        "first-boot": (FIRMWARE / "first-boot").read_bytes(),
        "systemd/kneemon.service": b"[Service]\n",
        "wheels/kneemon-0.1.0-py3-none-any.whl": os.urandom(5000),
        "prepare-card": b"not for the card\n",
    }
    sums = ""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sums += f"{hashlib.sha256(content).hexdigest()}  {name}\n"
    (folder / "SHA256SUMS").write_text(sums)
    return folder


def secret_files(folder: Path) -> dict[str, Path]:
    folder.mkdir()
    for name, text in SECRETS.items():
        (folder / name).write_text(f"{text}\n")
    return {name: folder / name for name in SECRETS}


def prepare(*arguments: object) -> subprocess.CompletedProcess[str]:
    """As the user calls it, but asked nothing: there is no terminal."""
    command = [sys.executable, str(FIRMWARE / "prepare-card"), *map(str, arguments)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
