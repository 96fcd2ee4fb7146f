# SPDX-License-Identifier: MIT
"""The report's one sheet of paper: as data for typst, and as PDF by typst in a process of its own.

Text is data there, never source: no markup in it is ever read. Whose sheet it is, it does not know.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import msgspec

from kneemon.errors import ExportError

LONGEST_S = 120.0  # far more than a Zero 2 W needs


def can_typeset() -> bool:
    return find_spec("typst") is not None


def pdf(sheet: Mapping[str, object]) -> bytes:
    """One A4 page; ExportError when it cannot be made. sheet: what paper.typ names."""
    if not can_typeset():
        raise ExportError(
            "the report cannot be made as PDF",
            expected="typst",
            seen="that it is not installed",
            remedy="Install kneemon[web], or print the page instead.",
        )
    return _run([sys.executable, "-P", "-m", "kneemon.export.typeset"], msgspec.json.encode(_printable(sheet)))


def _printable(value: object) -> object:
    """All texts without signs that have no shape, which could not be printed or would turn others around."""
    match value:
        case str():
            return "".join(sign if sign.isprintable() else " " for sign in value)
        case Mapping():
            return {name: _printable(each) for name, each in value.items()}
        case list() | tuple():
            return [_printable(each) for each in value]
        case _:
            return value


def _run(command: Sequence[str], data: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=LONGEST_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(str(error)) from error
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(lines[-1] if lines else f"exit code {done.returncode}")
    return done.stdout


def _failed(seen: str) -> ExportError:
    return ExportError(
        "the report cannot be made as PDF",
        expected="a page from typst",
        seen=seen,
        remedy="Print the page instead, and please report this.",
    )
