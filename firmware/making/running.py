# SPDX-License-Identifier: MIT
"""Other programs, and what is said meanwhile."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from making.faults import ReleaseError

SHOWN_LINES = 15


def say(what: str) -> None:
    print(what, flush=True)


def done_by(*command: str | Path, cwd: Path | None = None, environment: Mapping[str, str] = {}) -> str:
    """What it printed; environment: beside this program's. ReleaseError with its last words where it fails."""
    done = _run(command, cwd, environment, capture_output=True, text=True)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-SHOWN_LINES:])
        raise _failed(command, done.returncode, f"Its last words:\n{last}")
    return str(done.stdout)


def watched(*command: str | Path, cwd: Path | None = None, environment: Mapping[str, str] = {}) -> None:
    """One that takes long: what it says is seen at once."""
    done = _run(command, cwd, environment)
    if done.returncode:
        raise _failed(command, done.returncode, "What it said stands above.")


def poured(*command: str | Path, into: Path) -> None:
    """What it prints, as bytes, into a file."""
    with into.open("wb") as target:
        done = _run(command, None, {}, stdout=target)
    if done.returncode:
        raise _failed(command, done.returncode, "What it said stands above.")


def _run(
    command: Sequence[str | Path], cwd: Path | None, environment: Mapping[str, str], **how: Any
) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, check=False, **how)
    except FileNotFoundError as missing:
        raise ReleaseError(
            f"`{command[0]}`", expected="that program", seen="none of that name", remedy="Install it, then try again."
        ) from missing


def _failed(command: Sequence[str | Path], code: int, remedy: str) -> ReleaseError:
    words = " ".join(map(str, command))
    return ReleaseError(f"`{words}`", expected="that it ends well", seen=f"exit code {code}", remedy=remedy)
