# SPDX-License-Identifier: MIT
"""Walks and diary as CSV files: see session_csv and diary_csv.

For a spreadsheet on any desk: UTF-8 with a byte order mark, CRLF, a unit in every header, local times as
YYYY-MM-DD HH:MM:SS, numbers with a decimal point and at most three decimals. An empty cell is not known, never 0.
Text that a spreadsheet would run as a formula is given an apostrophe, wherever a cell might begin: a spreadsheet set
to part cells at semicolons parts them within a text, too.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
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
WITHIN = re.compile(r'([;\t\r\n][\s"]*)(?=[=+\-@])')  # where a cell might begin within a text, and a formula would


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
            guarded = WITHIN.sub(r"\1'", cell)
            return f"'{guarded}" if cell.startswith(FORMULA_STARTS) else guarded
        if isinstance(cell, int):
            return int(cell)
        return round(cell, 3) if isinstance(cell, float) else cell

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in columns)
    writer.writerows([plain(column.cell(fact)) for column in columns] for fact in facts)
    return text.getvalue().encode("utf-8-sig")


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
