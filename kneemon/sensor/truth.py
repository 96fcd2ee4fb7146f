# SPDX-License-Identifier: MIT
"""What is known about a recording from elsewhere: its true initial contacts, and what was done when.

They stand beside it: `walk.steps.csv` (header t) and `walk.labels.csv` (t_start,t_end,label) beside `walk.csv` or
`walk.csv.gz`. Times are the recording's own, in seconds.
"""

import csv
from math import isfinite
from os import PathLike
from pathlib import Path

from kneemon.errors import RecordingError
from kneemon.sensor.recording_text import shortened

STEPS, LABELS = ("t",), ("t_start", "t_end", "label")


def beside(recording: str | PathLike[str], kind: str) -> Path:
    """Where `kind`, "steps" or "labels", of that recording would be."""
    path = Path(recording)
    name = path.name.removesuffix(".gz").removesuffix(".csv")
    return path.with_name(f"{name}.{kind}.csv")


def read_steps(path: str | PathLike[str]) -> tuple[float, ...]:
    """Seconds of each initial contact, rising. Raises RecordingError."""
    return tuple(sorted(_seconds(path, number, row[0]) for number, row in _rows(path, STEPS)))


def read_labels(path: str | PathLike[str]) -> tuple[tuple[float, float, str], ...]:
    """start_s, end_s and text of each label. Raises RecordingError."""
    labels = []
    for number, (start, end, text, *_) in _rows(path, LABELS):
        start_s, end_s = _seconds(path, number, start), _seconds(path, number, end)
        if end_s < start_s:
            seen = f"{end_s:g} s after {start_s:g} s in line {number}"
            raise _bad_line(path, "an end that is not before its start", seen)
        labels.append((start_s, end_s, text.strip()))
    return tuple(labels)


def _rows(path: str | PathLike[str], columns: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    header = ",".join(columns)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as fault:
        seen, remedy = str(fault.strerror), "Check the path and the file's permissions."
        raise RecordingError(str(path), expected=f"a file with the header {header}", seen=seen, remedy=remedy) from None
    except UnicodeDecodeError:
        raise _bad_header(path, header, "binary data") from None
    lines = text.splitlines()
    if not lines:
        raise _bad_header(path, header, "an empty file")
    names = tuple(name.strip(' "').lower() for name in lines[0].split(","))
    if names[: len(columns)] != columns:
        raise _bad_header(path, header, f"“{shortened(lines[0])}” in line 1")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        row = next(csv.reader([line]))
        if len(row) < len(columns):
            raise _bad_line(path, f"{len(columns)} columns {header}", f"{len(row)} in line {number}")
        rows.append((number, row))
    return rows


def _seconds(path: str | PathLike[str], number: int, field: str) -> float:
    try:
        seconds = float(field)
    except ValueError:
        seconds = float("nan")
    if not isfinite(seconds):
        raise _bad_line(path, "seconds as a number", f"“{shortened(field.strip())}” in line {number}")
    return seconds


def _bad_header(path: str | PathLike[str], header: str, seen: str) -> RecordingError:
    remedy = f"Make {header} its first line."
    return RecordingError(str(path), expected=f"the header {header}", seen=seen, remedy=remedy)


def _bad_line(path: str | PathLike[str], expected: str, seen: str) -> RecordingError:
    return RecordingError(str(path), expected=expected, seen=seen, remedy="Mend that line or take it out.")
