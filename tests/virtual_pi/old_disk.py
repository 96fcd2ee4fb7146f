# SPDX-License-Identifier: MIT
"""A third disk for upgrades: the old versions as they were told to be installed, their stores, and today's bundle."""

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.upgrade.old_versions import OLD_VERSIONS, OldVersion, unpack

LABEL = "OLD"
AT = "/mnt"
MEGABYTES = 160
# What its page has in the list and is done otherwise here: kneemon itself, the user's groups, a reboot.
OTHERWISE = ("python3 -m venv", "bin/pip install", "usermod", "reboot")


def make_old_disk(disk: Path, bundle: Path) -> Path:
    """Raises MissingHistoryError in a clone without the old versions."""
    folder = disk.with_suffix(".folder")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(bundle, folder / "bundle")
    for version in OLD_VERSIONS:
        _put(version, folder / version.name, disk.with_name("old-wheels"))
    disk.unlink(missing_ok=True)
    with disk.open("wb") as empty:
        empty.truncate(MEGABYTES << 20)
    command = ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-L", LABEL, "-d", str(folder), str(disk)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shutil.rmtree(folder)
    return disk


def as_told(page: str) -> list[str]:
    """The commands under "Installing" in a version's systemd/README.md, as root gives them."""
    found = re.search(r"^## Installing\n.*?```sh\n(.*?)```", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    lines = [line.partition("  #")[0].strip().replace("sudo ", "") for line in found[1].splitlines()]
    return [line for line in lines if not any(words in line for words in OTHERWISE)]


def _put(version: OldVersion, folder: Path, wheels: Path) -> None:
    """Its wheel, the files and the page that its users had, and a store that it wrote. wheels: where they are kept."""
    tree = folder / "tree"
    unpack(version, tree)
    kept = wheels / version.commit
    if not list(kept.glob("*.whl")):
        pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
        subprocess.run((*pip, "wheel", "--no-deps", "--wheel-dir", kept, tree), check=True, timeout=300)
    (wheel,) = kept.glob("kneemon-*.whl")
    shutil.copy(wheel, folder)
    shutil.move(tree / "systemd", folder / "systemd")
    shutil.rmtree(tree)
    with tarfile.open(version.stored) as archive:
        archive.extractall(folder / "stored", filter="data")
