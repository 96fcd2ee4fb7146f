# SPDX-License-Identifier: MIT
"""Walks, weeks, pain and decisions as a workbook: `write_xlsx`. The figures are those of the CSV files.

Real dates and numbers, so that no reader's locale is guessed; text is always text, so that none is run as a formula.
Seconds of the summary are minutes here. An empty cell is not known. Rows go to the disk as they are made.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kneemon.export.columns import SECOND_COLUMNS, SUMMARY_COLUMNS, Cell, Column, T
from kneemon.export.diary_columns import DECISION_COLUMNS, DIARY_COLUMNS, Dated, Decided
from kneemon.export.facts import Say, WalkFacts, WeekFacts, walked, zone_of
from kneemon.export.headings import HEADINGS, WORDED
from kneemon.model.plans import Decision
from kneemon.model.records import SecondRow

LONGEST = 32767  # characters in a cell
A4 = 9
DATES = frozenset({"morning", "day", "taken_on", "since", "week_start"})
IN_SECONDS = frozenset({"time_error_s", "elapsed_s"})
COUNTED = frozenset({"steps", "bouts", "gaps", "marks", "samples", "times", "sessions", "see question"})  # go unsaid
NOT_ASKED = frozenset({"kind", "details", "tz"})
FRONT = (
    "started_local_time",
    "walking_s",
    "main_s",
    "dose_s",
    "steps",
    "cadence_mean_spm",
    "cadence_ceiling_spm",
    "over_pace_s",
    "pain_before_nrs",
    "pain_max_nrs",
    "pain_end_nrs",
    "pain_later_nrs",
    "pain_morning_nrs",
    "gave_way",
)


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


ABOUT = (
    _("Made by kneemon, a diary with limits that walker and physio set. It diagnoses nothing."),
    _("No figure and no colour in it says that a knee is safe."),
    _("An empty cell is not known. It never means 0."),
    _("Steps are counted, of both feet. Cadence is steps per minute. Pain is 0 to 10, as told."),
    _("Minutes are minutes and tenths: 1.5 is a minute and a half. Distance is not measured."),
    _("Times of day are local to the walk. Where the clock was not known, the column Clock says so."),
    _("Load is a rough figure, to compare one walker with their own weeks. It is no force."),
)


@dataclass(frozen=True, slots=True)
class Book:
    """What goes into the workbook. seconds: of the one walk, when there is just one. made_at: local."""

    walks: Iterable[WalkFacts]
    weeks: Sequence[WeekFacts]
    diary: Sequence[Dated]
    made_at: datetime
    software: str
    seconds: Sequence[SecondRow] | None = None


def write_xlsx(file: BinaryIO, book: Book, say: Say, sentence: Say) -> None:
    """The workbook into `file`. sentence: translates what kneemon itself wrote. ExportError for an unknown zone."""
    with Workbook(file, {"constant_memory": True}) as workbook:
        workbook.set_properties({"title": "kneemon", "created": book.made_at.replace(tzinfo=None)})
        pages = _Pages(workbook, say, sentence)
        only = pages.summary(book.walks)
        pages.weeks(book.weeks)
        pages.answers(book.diary)
        pages.decisions(book.diary)
        if book.seconds is not None and only is not None:
            pages.seconds(only, book.seconds)
        pages.about(book)


class _Pages:
    """The sheets, one after the other."""

    def __init__(self, workbook: Workbook, say: Say, sentence: Say) -> None:
        self._workbook = workbook
        self._say = say
        self._sentence = sentence
        made: Callable[[dict[str, Any]], Any] = workbook.add_format
        self._head = made({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._bold = made({"bold": True, "font_size": 14})
        self._wrapped = made({"text_wrap": True, "valign": "top"})
        self._instant = made({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self._moment = made({"num_format": "hh:mm:ss", "align": "left"})
        self._date = made({"num_format": "yyyy-mm-dd", "align": "left"})
        self._tenths = made({"num_format": "0.0"})
        self._whole = made({"num_format": "0"})

    def summary(self, walks: Iterable[WalkFacts]) -> WalkFacts | None:
        """Returns the last walk."""
        by_name = {column.name: column for column in SUMMARY_COLUMNS}
        columns = [by_name[name] for name in FRONT]
        behind = [column for column in SUMMARY_COLUMNS if column.name not in FRONT]
        own = ["colour", "because", "notes"], ["surface", "shoes", "struck"]
        names = [(column.name, column.unit) for column in columns]
        names += [(name, "") for name in own[0]]
        front_columns = len(names)
        names += [*((name, "") for name in own[1]), *((column.name, column.unit) for column in behind)]
        sheet = self._sheet(_("Summary"), names)
        row, newest = 0, None
        for walk in walks:
            row, newest = row + 1, walk
            zone, facts = zone_of(walk.record), walked(walk)
            told = {
                "colour": walk.judged.colour.value if walk.judged else None,
                "because": "; ".join(self._sentence(why) for why in walk.judged.because) if walk.judged else None,
                "notes": "\n".join(walk.notes.values()) or None,
                "surface": walk.surface.value if walk.surface else None,
                "shoes": walk.shoes,
                "struck": None if walk.struck is None else walk.struck.why or self._say(_("deleted")),
            }
            for place, (name, unit) in enumerate(names):
                cell = told[name] if name in told else by_name[name].cell(facts)
                if isinstance(cell, datetime):
                    cell = cell.astimezone(zone)
                self._cell(sheet, row, place, name, unit, cell)
        sheet.autofilter(0, 0, max(row, 1), len(names) - 1)
        sheet.print_area(0, 0, max(row, 1), front_columns - 1)
        return newest

    def weeks(self, weeks: Sequence[WeekFacts]) -> None:
        names = [
            ("first", ""),
            ("walked_min", "min"),
            ("planned_min", "min"),
            ("walks", ""),
            ("planned_walks", ""),
            ("steps", "steps"),
            ("plan_week", ""),
            ("mean_before", "0 to 10"),
            ("mean_morning", "0 to 10"),
        ]
        sheet = self._sheet(_("Weeks"), names)
        for row, week in enumerate(weeks, 1):
            for place, (name, unit) in enumerate(names):
                value = week.step if name == "plan_week" else getattr(week, name)
                self._cell(sheet, row, place, name, unit, value)
        sheet.autofilter(0, 0, max(len(weeks), 1), len(names) - 1)
        if weeks:
            self._chart(sheet, len(weeks))

    def answers(self, diary: Iterable[Dated]) -> None:
        columns = [column for column in DIARY_COLUMNS if column.name not in NOT_ASKED]
        asked = next(column for column in columns if column.name == "question")
        self._table(_("Pain and answers"), columns, [row for row in diary if asked.cell(row) is not None])

    def decisions(self, diary: Iterable[Dated]) -> None:
        decided = [Decided(row.entry.fact, row) for row in diary if isinstance(row.entry.fact, Decision)]
        self._table(_("Decisions"), DECISION_COLUMNS, decided)

    def seconds(self, walk: WalkFacts, seconds: Sequence[SecondRow]) -> None:
        start = walk.record.started_at.astimezone(zone_of(walk.record))
        self._table(_("Walk"), SECOND_COLUMNS, seconds, start)

    def about(self, book: Book) -> None:
        sheet = self._workbook.add_worksheet(self._say(_("About")))
        self._paper(sheet)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)
        _write(sheet, 0, 0, "kneemon", self._bold)
        _write(sheet, 1, 0, self._say(_("Version")))
        _write(sheet, 1, 1, book.software)
        _write(sheet, 2, 0, self._say(_("Made on")))
        sheet.write_datetime(2, 1, book.made_at.replace(tzinfo=None), self._instant)
        row = 4
        for line in ABOUT:
            _write(sheet, row, 1, self._say(line), self._wrapped)
            row += 1
        row += 1
        for column in SUMMARY_COLUMNS:
            _write(sheet, row, 0, self._heading(column.name, column.unit))
            _write(sheet, row, 1, self._say(column.meaning), self._wrapped)
            row += 1

    def _table(
        self, title: str, columns: Sequence[Column[T]], facts: Sequence[T], start: datetime | None = None
    ) -> None:
        sheet = self._sheet(title, [(column.name, column.unit) for column in columns])
        for row, fact in enumerate(facts, 1):
            for place, column in enumerate(columns):
                cell = column.cell(fact)
                if isinstance(cell, timedelta) and start is not None:
                    sheet.write_datetime(row, place, (start + cell).replace(tzinfo=None), self._moment)
                else:
                    self._cell(sheet, row, place, column.name, column.unit, cell)
        sheet.autofilter(0, 0, max(len(facts), 1), len(columns) - 1)

    def _sheet(self, title: str, names: Sequence[tuple[str, str]]) -> Worksheet:
        sheet = self._workbook.add_worksheet(self._say(title))
        self._paper(sheet)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        for place, (name, unit) in enumerate(names):
            sheet.set_column(place, place, _width(name))
            _write(sheet, 0, place, self._heading(name, unit), self._head)
        return sheet

    def _paper(self, sheet: Worksheet) -> None:
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")

    def _heading(self, name: str, unit: str) -> str:
        heading = self._say(HEADINGS[name])
        shown = "min" if unit == "s" and name not in IN_SECONDS else unit
        return heading if not shown or shown in COUNTED else f"{heading} ({self._say(shown)})"

    def _cell(self, sheet: Worksheet, row: int, place: int, name: str, unit: str, value: Cell | date) -> None:
        """Nothing for what is not known."""
        if isinstance(value, str) and value:
            self._words(sheet, row, place, name, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, place, value.replace(tzinfo=None), self._instant)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self._date)
        elif isinstance(value, int):
            sheet.write_number(row, place, int(value), self._whole)
        elif isinstance(value, float) and math.isfinite(value):
            number = value / 60 if unit == "s" and name not in IN_SECONDS else value
            sheet.write_number(row, place, number, self._tenths)

    def _words(self, sheet: Worksheet, row: int, place: int, name: str, value: str) -> None:
        if name in DATES:
            sheet.write_datetime(row, place, date.fromisoformat(value), self._date)
            return
        if name in WORDED:
            value = self._say(str(value).replace("_", " "))
        elif name == "reason":
            value = self._sentence(value)
        _write(sheet, row, place, value, self._wrapped if _width(name) > 30 else None)

    def _chart(self, sheet: Worksheet, count: int) -> None:
        """Minutes walked, as columns, and planned, as a line."""
        name = sheet.get_name()
        walked_min: Any = self._workbook.add_chart({"type": "column"})
        planned_min: Any = self._workbook.add_chart({"type": "line"})
        for chart, place, look in (
            (walked_min, 1, {"fill": {"color": "#56B4E9"}, "border": {"color": "#0072B2"}}),
            (planned_min, 2, {"line": {"color": "#000000", "dash_type": "dash"}, "marker": {"type": "diamond"}}),
        ):
            chart.add_series(
                {
                    "name": [name, 0, place],
                    "categories": [name, 1, 0, count, 0],
                    "values": [name, 1, place, count, place],
                    **look,
                }
            )
        walked_min.combine(planned_min)
        title = self._say(_("Minutes walked and planned, by week"))
        walked_min.set_title({"name": title})
        walked_min.set_x_axis({"date_axis": False, "num_format": "yyyy-mm-dd"})
        walked_min.set_y_axis({"name": self._say("min"), "min": 0})
        walked_min.set_legend({"position": "bottom"})
        walked_min.set_size({"width": 900, "height": 360})
        sheet.insert_chart(count + 2, 0, walked_min, {"description": title})


def _write(sheet: Worksheet, row: int, place: int, text: str, look: object = None) -> None:
    """As text, whatever it looks like."""
    sheet.write_string(row, place, text.encode("utf-8", "replace").decode()[:LONGEST], look)


def _width(name: str) -> int:
    if name in ("reason", "notes", "because", "values"):
        return 48
    if name in ("session_id", "started_local_time", "ended_local_time", "local_time", "plan", "tz", "sensor"):
        return 18
    return 12
