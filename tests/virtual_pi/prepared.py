# SPDX-License-Identifier: MIT
"""Cards as a user makes them: an image written to a card, then `prepare-card` on its small partition."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from virtual_pi.card import boot_offset
from virtual_pi.stage import REPOSITORY

COPY_S = 600


def copied(image: Path, to: Path) -> Path:
    """The image on a card of its own."""
    subprocess.run(["cp", "--reflink=auto", "--sparse=always", str(image), str(to)], check=True, timeout=COPY_S)
    return to


def prepare(card: Path, folder: Path, options: Sequence[str]) -> str:
    """Run firmware/prepare-card on the files of the card's boot partition; what it said. Nothing is asked."""
    boot = folder / "bootfs"
    boot.mkdir()
    partition = f"{card}@@{boot_offset(card)}"
    _mtools("mcopy", "-s", "-n", "-Q", "-i", partition, "::/*", str(boot))
    command = [sys.executable, str(REPOSITORY / "firmware" / "prepare-card"), str(boot), *options, "--yes"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=COPY_S, stdin=subprocess.DEVNULL)
    assert said.returncode == 0, said.stdout + said.stderr
    _mtools("mcopy", "-s", "-o", "-Q", "-i", partition, *sorted(str(path) for path in boot.iterdir()), "::/")
    return said.stdout


def source_disk(folder: Path, bundle: Path) -> Path:
    """A disk labelled SOURCE: this repository, and the wheels that pip's index would give it there, lgpio's apart."""
    content = folder / "source"
    tracked = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(tracked, check=True, capture_output=True, text=True, timeout=60).stdout.split("\0")
    for name in filter(None, names):
        if not name.startswith(("tests/", "docs/")):
            to = content / "kneemon" / name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, to)
    for name in ("wheels", "lgpio"):
        (content / name).mkdir()
    for wheel in (bundle / "wheels").glob("*.whl"):
        if not wheel.name.startswith("kneemon-"):
            shutil.copy2(wheel, content / ("lgpio" if wheel.name.startswith("lgpio-") else "wheels"))
    builds = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["build-system"]["requires"]
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--only-binary=:all:"]
    subprocess.run([*pip, "--dest", str(content / "wheels"), *builds], check=True, timeout=COPY_S)
    disk = folder / "source.img"
    with disk.open("wb") as file:
        file.truncate(512 << 20)
    command = ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-L", "SOURCE", "-d", str(content), str(disk)]
    subprocess.run(command, check=True, capture_output=True, timeout=COPY_S)
    return disk


def _mtools(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=COPY_S)
