# SPDX-License-Identifier: MIT
"""A session as three CSV files: a row per second, one row of summary, a row per event.

For a spreadsheet on any desk: UTF-8 with a byte order mark, CRLF, a unit in every header, local times as
YYYY-MM-DD HH:MM:SS, numbers with a decimal point and at most three decimals. An empty cell is not known, never 0.
Text that a spreadsheet would run as a formula is given a leading apostrophe.
"""

import csv
import errno
import io
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from kneemon.errors import ExportError
from kneemon.export.columns import EVENT_COLUMNS, SECOND_COLUMNS, SUMMARY_COLUMNS, Cell, Column, T
from kneemon.model.records import EventRow, SecondRow, SessionRecord

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

# Errors of the disk: what was expected, what was seen, what to do.
_FULL = ("room on the disk", "a full disk", "Free some space, or choose another folder.")
_FORBIDDEN = ("a folder that may be written", "no permission", "Choose another folder.")
_NO_FOLDER = ("a folder", "something else of that name", "Move it away, or choose another folder.")
_FAULTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
}


def session_csv(record: SessionRecord, seconds: Iterable[SecondRow], events: Iterable[EventRow]) -> dict[str, bytes]:
    """The files by name: <session_id>_session.csv, _summary.csv, _events.csv.

    ExportError when this machine does not know the record's time zone.
    """
    zone = _zone(record.tz)

    def plain(cell: Cell) -> str | int | float | None:
        if isinstance(cell, timedelta):
            cell = record.started_at + cell
        if isinstance(cell, datetime):
            return f"{cell.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        if isinstance(cell, str):
            return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
        if isinstance(cell, bool):
            return int(cell)
        return round(cell, 3) if isinstance(cell, float) else cell

    def table(columns: tuple[Column[T], ...], facts: Iterable[T]) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(column.name for column in columns)
        writer.writerows([plain(column.cell(fact)) for column in columns] for fact in facts)
        return text.getvalue().encode("utf-8-sig")

    return {
        f"{record.session_id}_session.csv": table(SECOND_COLUMNS, seconds),
        f"{record.session_id}_summary.csv": table(SUMMARY_COLUMNS, [record]),
        f"{record.session_id}_events.csv": table(EVENT_COLUMNS, events),
    }


def write_session(
    folder: Path, record: SessionRecord, seconds: Iterable[SecondRow], events: Iterable[EventRow]
) -> tuple[Path, ...]:
    """Write the three files into `folder`, made if need be: all of them or, with an ExportError, none.

    An earlier export of the same session is replaced.
    """
    files = session_csv(record, seconds, events)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".kneemon-", dir=folder) as hidden:
            for name, content in files.items():
                _write_through(Path(hidden, name), content)
            _no_folder_in_the_way(folder, files)
            targets = tuple(Path(hidden, name).replace(folder / name) for name in files)
        _sync_folder(folder)
    except OSError as error:
        expected, seen, remedy = _FAULTS.get(
            error.errno or 0,
            ("a folder that can be written", error.strerror or str(error), "Check the path, or choose another folder."),
        )
        raise ExportError(f"no export into {folder}", expected=expected, seen=seen, remedy=remedy) from error
    return targets


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _no_folder_in_the_way(folder: Path, names: Iterable[str]) -> None:
    """A rename onto a folder fails, and would do so half-way."""
    for name in names:
        if (folder / name).is_dir():
            raise ExportError(
                f"no export into {folder}",
                expected=f"a file {name}",
                seen="a folder of that name",
                remedy="Move it away, or choose another folder.",
            )


def _sync_folder(folder: Path) -> None:
    """Make the names outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ExportError(
            "the session's local times cannot be told",
            expected="a time zone this machine knows",
            seen=repr(name),
            remedy="Install the system's time zone data (tzdata).",
        ) from error
