# SPDX-License-Identifier: MIT
"""The workbook, read by openpyxl and pandas: the store's figures, real dates, and text that stays text."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from foreign import Reader, Rows, readers
from hypothesis import given
from hypothesis import strategies as st

from kneemon.app.reading import Reading, WalkRead
from kneemon.errors import ExportError
from kneemon.export.csv_files import EXPORT_COLUMNS, dated
from kneemon.export.facts import walked
from kneemon.export.headings import HEADINGS
from kneemon.export.xlsx import Book, write_xlsx
from kneemon.language import Language
from kneemon.model.plans import Decision

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SAY = Language("en").say
SHEETS = ["Summary", "Weeks", "Pain and answers", "Decisions", "Walk", "About"]


def workbook(book: Book) -> bytes:
    file = io.BytesIO()
    write_xlsx(file, book, SAY, lambda text: f"«{text}»")
    return file.getvalue()


@pytest.fixture(scope="module")
def book(life: Reading) -> Book:
    walks = life.walks(100)[::-1]
    diary = dated(life.reader.diary(), life.reader.anchors())
    return Book(walks, life.weeks(13), diary, AT, "0.1.0", life.seconds(walks[-1].record.session_id))


@pytest.fixture(scope="module", params=readers("XLSX"), ids=str)
def reader(request: pytest.FixtureRequest) -> Reader:
    return request.param


@pytest.fixture(scope="module")
def rows(book: Book, reader: Reader, npm: Path) -> Rows:
    return reader.read(workbook(book), npm)


def column(rows: Rows, sheet: str, heading: str) -> list:
    return [row[heading] for row in rows[sheet]]


def test_the_sheets_stand_in_order(rows):
    assert list(rows) == SHEETS


def test_the_summary_has_the_store_s_figures(rows, book):
    walks = list(book.walks)
    records = [walk.record for walk in walks]
    starts = [
        record.started_at.astimezone(walk.local_start.tzinfo).replace(tzinfo=None)
        for record, walk in zip(records, walks, strict=True)
    ]
    for read, start in zip(column(rows, "Summary", "Started"), starts, strict=True):
        assert isinstance(read, datetime)
        assert abs((read - start).total_seconds()) < 0.001
    assert column(rows, "Summary", "Steps") == [record.summary.steps for record in records]
    assert column(rows, "Summary", "Walk") == [record.session_id for record in records]
    assert column(rows, "Summary", "Walking (min)") == pytest.approx(
        [record.summary.walking_s / 60 for record in records]
    )
    assert column(rows, "Summary", "Cadence, mean (steps/min)") == pytest.approx(
        [record.summary.cadence_mean_spm for record in records]
    )
    for heading, field in (("before", "p0"), ("at the end", "p1"), ("two hours later", "p2"), ("next morning", "pm")):
        expected = [getattr(walk.outcome, field) for walk in walks]
        assert column(rows, "Summary", f"Pain {heading} (0 to 10)") == expected
        assert any(score is not None for score in expected)
    assert column(rows, "Summary", "How it went") == [walk.judged and walk.judged.colour.value for walk in walks]
    assert column(rows, "Summary", "Why") == [
        "; ".join(f"«{why}»" for why in walk.judged.because) or None if walk.judged else None for walk in walks
    ]


def test_every_column_of_the_summary_is_that_of_the_csv_file(rows, book):
    for each in EXPORT_COLUMNS["summary"]:
        (heading,) = [head for head in rows["Summary"][0] if head.partition(" (")[0] == HEADINGS[each.name]]
        for read, walk in zip(column(rows, "Summary", heading), book.walks, strict=True):
            cell = each.cell(walked(walk))
            if isinstance(cell, datetime):
                cell = cell.astimezone(walk.local_start.tzinfo).replace(tzinfo=None)
                assert abs(read - cell) < timedelta(milliseconds=1), each.name
            elif isinstance(cell, str):
                assert read in (cell or None, cell.replace("_", " ")), each.name
            else:
                in_minutes = "(min)" in heading and each.unit == "s"
                assert read == (cell if cell is None else pytest.approx(cell / (60 if in_minutes else 1))), each.name


def test_the_weeks_have_the_plan_beside_them(rows, book):
    assert [first.date() for first in column(rows, "Weeks", "Week from")] == [week.first for week in book.weeks]
    assert column(rows, "Weeks", "Walked (min)") == pytest.approx([week.walked_min for week in book.weeks])
    assert column(rows, "Weeks", "Planned (min)") == [week.planned_min for week in book.weeks]
    assert column(rows, "Weeks", "Steps") == [week.steps for week in book.weeks]
    assert column(rows, "Weeks", "Walks") == [week.walks for week in book.weeks]
    assert any(column(rows, "Weeks", "Planned (min)"))


def test_answers_and_decisions_are_those_of_the_diary(rows, book):
    decided = [row.entry.fact for row in book.diary if isinstance(row.entry.fact, Decision)]
    assert column(rows, "Decisions", "Rule") == [decision.rule for decision in decided]
    assert column(rows, "Decisions", "Reason") == [f"«{decision.reason}»" for decision in decided]
    assert [day.date() for day in column(rows, "Decisions", "Due on")] == [decision.day for decision in decided]
    answers = [
        row.entry.fact for row in book.diary if hasattr(row.entry.fact, "ask") or hasattr(row.entry.fact, "signs")
    ]
    assert len(rows["Pain and answers"]) >= len(answers) > 50
    pains = [row["Answer"] for row in rows["Pain and answers"] if str(row["Question"]).startswith("pain")]
    assert pains == [fact.score for fact in answers if hasattr(fact, "ask")]


def test_the_seconds_of_the_one_walk_are_there(rows, book):
    assert column(rows, "Walk", "After the start (s)") == pytest.approx([row.elapsed_s for row in book.seconds])
    assert column(rows, "Walk", "Steps") == [row.steps for row in book.seconds]
    assert column(rows, "Walk", "Cadence (steps/min)") == pytest.approx([row.cadence_spm for row in book.seconds])


def test_what_is_not_known_is_told(rows):
    texts = [text for row in rows["About"] for text in row.values() if isinstance(text, str)]
    assert "An empty cell is not known. It never means 0." in texts
    assert any("diagnoses nothing" in text for text in texts)
    assert "0.1.0" in texts


def test_a_cut_off_file_is_refused(book, reader, npm):
    content = workbook(book)
    with pytest.raises(zipfile.BadZipFile):
        reader.read(content[: len(content) // 2], npm)


def test_it_prints_on_wide_a4_with_its_head_on_every_page(book):
    for sheet in openpyxl.load_workbook(io.BytesIO(workbook(book))):
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if sheet.title != "About":
            assert sheet.freeze_panes == "B2"
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.auto_filter.ref


def test_the_chart_shows_minutes_against_the_plan(book):
    (chart,) = openpyxl.load_workbook(io.BytesIO(workbook(book)))["Weeks"]._charts
    with zipfile.ZipFile(io.BytesIO(workbook(book))) as archive:
        xml = archive.read("xl/charts/chart1.xml").decode()
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    weeks = len(book.weeks)
    assert f"Weeks!$B$2:$B${weeks + 1}" in xml
    assert f"Weeks!$C$2:$C${weeks + 1}" in xml
    assert 'descr="Minutes walked and planned, by week"' in drawing
    assert chart is not None


@given(
    st.text(max_size=60)
    | st.sampled_from(
        [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2",
            "@SUM(A1)",
            "<b>&amp;</b>",
            "http://a.b",
            "_x0041_",
            "{=A1}",
            "\x00\x1b",
            "\t=1",
            "12.5",
            "\ud800",
        ]
    )
)
def test_text_is_text_whatever_it_looks_like(life_walk, text):
    walk = replace(life_walk, notes={"walker": text}, shoes=text)
    content = workbook(Book([walk], [], [], AT, "0.1.0"))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Summary"]
    head = [cell.value for cell in sheet[1]]
    for heading in ("Notes", "Shoes"):
        cell = sheet.cell(2, head.index(heading) + 1)
        if text:
            assert cell.data_type in "sn"
            assert cell.data_type == "s" or cell.value is None
            assert unescaped(cell.value or "") == text.encode("utf-8", "replace").decode()
        assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name) or not name.startswith("xl/worksheets")


@pytest.fixture(scope="module")
def life_walk(life: Reading) -> WalkRead:
    return life.walk()


def unescaped(text: str) -> str:
    """What XML cannot hold is written as _xHHHH_, which openpyxl leaves as it is."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), text)


def test_a_text_longer_than_a_cell_is_cut(life_walk):
    content = workbook(Book([replace(life_walk, notes={"physio": "n" * 40000})], [], [], AT, "0.1.0"))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Summary"]
    assert sheet.cell(2, [cell.value for cell in sheet[1]].index("Notes") + 1).value == "n" * 32767


def test_an_empty_diary_is_a_workbook_too(reader, npm):
    rows = reader.read(workbook(Book([], [], [], AT, "0.1.0")), npm)
    assert list(rows) == [sheet for sheet in SHEETS if sheet != "Walk"]
    assert rows["Summary"] == rows["Weeks"] == []


def test_every_column_has_a_heading_and_none_stands_twice():
    used = {each.name for name in ("summary", "session", "diary", "decisions") for each in EXPORT_COLUMNS[name]}
    assert used - HEADINGS.keys() == {"kind", "details"}
    heads = [HEADINGS[each.name] for each in EXPORT_COLUMNS["summary"]]
    assert len(set(heads)) == len(heads)


def test_an_unknown_zone_is_told(life_walk):
    lost = replace(life_walk, record=replace(life_walk.record, tz="Mars/Olympus"))
    with pytest.raises(ExportError, match="expected a time zone this machine knows, saw 'Mars/Olympus'"):
        workbook(Book([lost], [], [], AT, "0.1.0"))
