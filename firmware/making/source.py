# SPDX-License-Identifier: MIT
"""The tree that is released: the last commit and nothing else, copied to where nothing lies about."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from making.faults import ReleaseError
from making.running import done_by

TREE = Path(__file__).resolve().parents[2]


def must_be_clean() -> None:
    """ReleaseError where a change is not committed, or a file not known to git."""
    changed = done_by("git", "status", "--porcelain", cwd=TREE).splitlines()
    if changed:
        raise ReleaseError(
            "the working copy",
            expected="the last commit and nothing else",
            seen=f"{len(changed)} changed or unknown, the first of them {changed[0][3:]}",
            remedy="Commit or put them away; `--rehearse` tries all with what lies here.",
        )


def committed(into: Path) -> None:
    """The last commit's files."""
    archive = into.with_suffix(".tar")
    done_by("git", "archive", "--output", archive, "HEAD", cwd=TREE)
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")


def as_it_lies(into: Path) -> None:
    """What git knows or would take, as it lies here."""
    names = done_by("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=TREE)
    for name in filter(None, names.split("\0")):
        if (TREE / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TREE / name, into / name)


def moment() -> str:
    """Seconds of the last commit: what is packed carries that time."""
    return done_by("git", "log", "-1", "--format=%ct", cwd=TREE).strip()
