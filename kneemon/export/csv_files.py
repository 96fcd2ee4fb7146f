# SPDX-License-Identifier: MIT
"""Walks and diary as CSV files: see session_csv and diary_csv.

For a spreadsheet on any desk: UTF-8 with a byte order mark, CRLF, a unit in every header, local times as
YYYY-MM-DD HH:MM:SS, numbers with a decimal point and at most three decimals. An empty cell is not known, never 0.
Text that a spreadsheet would run as a formula is given a leading apostrophe.
"""

import csv
import errno
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from kneemon.errors import ExportError
from kneemon.export.columns import EVENT_COLUMNS, SECOND_COLUMNS, SUMMARY_COLUMNS, Cell, Column, T, Walked
from kneemon.export.diary_columns import DECISION_COLUMNS, DIARY_COLUMNS, Dated, Decided
from kneemon.model.diary import DiaryEntry
from kneemon.model.plans import Decision
from kneemon.model.records import EventRow, SecondRow, TimeAnchor
from kneemon.plan.history import place

# By the ending of the file's name.
EXPORT_COLUMNS: Mapping[str, tuple[Column[Any], ...]] = MappingProxyType(
    {
        "session": SECOND_COLUMNS,
        "summary": SUMMARY_COLUMNS,
        "events": EVENT_COLUMNS,
        "diary": DIARY_COLUMNS,
        "decisions": DECISION_COLUMNS,
    }
)

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


def session_csv(
    walked: Walked,
    seconds: Iterable[SecondRow],
    events: Iterable[EventRow],
    diary: Iterable[Dated] = (),
) -> dict[str, bytes]:
    """The files by name: <session_id>_session.csv, _summary.csv, _events.csv, _diary.csv.

    diary: of its entries, those about this walk are taken. ExportError when this machine does not know the walk's time
    zone.
    """
    record = walked.record
    zone = _zone(record.tz, "session")

    def local(cell: datetime | timedelta) -> datetime:
        return (record.started_at + cell if isinstance(cell, timedelta) else cell).astimezone(zone)

    name = record.session_id
    about = [row for row in diary if getattr(row.entry.fact, "session_id", None) == name]
    return {
        f"{name}_session.csv": _table(SECOND_COLUMNS, seconds, local),
        f"{name}_summary.csv": _table(SUMMARY_COLUMNS, [walked], local),
        f"{name}_events.csv": _table(EVENT_COLUMNS, events, local),
        f"{name}_diary.csv": _table(DIARY_COLUMNS, about),
    }


def diary_csv(diary: Sequence[Dated]) -> dict[str, bytes]:
    """The whole diary, and the plan's decisions out of it: kneemon_diary.csv, kneemon_decisions.csv."""
    decided = [Decided(row.entry.fact, row) for row in diary if isinstance(row.entry.fact, Decision)]
    return {
        "kneemon_diary.csv": _table(DIARY_COLUMNS, diary),
        "kneemon_decisions.csv": _table(DECISION_COLUMNS, decided),
    }


def dated(entries: Iterable[DiaryEntry], anchors: Mapping[str, TimeAnchor]) -> list[Dated]:
    """Each entry at its local time, corrected where its boot's clock was set later.

    ExportError when this machine does not know an entry's time zone.
    """
    rows = []
    for entry in entries:
        stamp = entry.stamp
        placed = place(stamp.boot_id, stamp.t_s, stamp.utc, stamp.tz, certain=stamp.certain, anchors=anchors)
        rows.append(Dated(entry, placed.at.astimezone(_zone(stamp.tz, "diary")), placed.certain))
    return rows


def write_files(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write them into `folder`, made if need be: all of them or, with an ExportError, none.

    Files of the same name, of an earlier export, are replaced.
    """
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


def _as_it_is(cell: datetime | timedelta) -> datetime:
    if isinstance(cell, timedelta):
        raise TypeError("a time after the start of a walk, in a table without a walk")
    return cell


def _table(
    columns: tuple[Column[T], ...],
    facts: Iterable[T],
    local: Callable[[datetime | timedelta], datetime] = _as_it_is,
) -> bytes:
    """The file's content; local: the time of day that a cell means."""

    def plain(cell: Cell) -> str | int | float | None:
        if isinstance(cell, datetime | timedelta):
            return f"{local(cell):%Y-%m-%d %H:%M:%S}"
        if isinstance(cell, str):
            return f"'{cell}" if cell.startswith(FORMULA_STARTS) else str(cell)
        if isinstance(cell, int):
            return int(cell)
        return round(cell, 3) if isinstance(cell, float) else cell

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in columns)
    writer.writerows([plain(column.cell(fact)) for column in columns] for fact in facts)
    return text.getvalue().encode("utf-8-sig")


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


def _zone(name: str, whose: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ExportError(
            f"the {whose}'s local times cannot be told",
            expected="a time zone this machine knows",
            seen=repr(name),
            remedy="Install the system's time zone data (tzdata).",
        ) from error
