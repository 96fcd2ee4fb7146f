# SPDX-License-Identifier: MIT
"""Twelve weeks of walks: page, report and every format of file tell the same figures of each."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid5

import openpyxl
import pytest
from fitdecode import FitReader
from fitdecode.records import FitDataMessage
from web_bench import Served

from kneemon.app.archives import Wanted, files_of
from kneemon.app.charts import weeks_read
from kneemon.app.opened import opened
from kneemon.app.reading import Reading, WalkRead
from kneemon.app.report import report
from kneemon.cli import main
from kneemon.clock import SystemClock
from kneemon.export.fhir import NAMES
from kneemon.export.formats import Format
from kneemon.language import Language
from kneemon.model.plans import StateName
from kneemon.web.visit import Role

WEEKS = 12
EN = Language("en")
Figures = dict[str, float | None]
PAINS = {"p0": "before", "pk": "max", "p1": "end", "p2": "later", "pm": "morning"}
HEADINGS = {
    "before": " before",
    "max": ", highest during the walk",
    "end": " at the end",
    "later": " two hours later",
    "morning": " next morning",
}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("lived")
    assert main(["simulate", "life", "--weeks", str(WEEKS), "--store", str(folder / "kneemon.db")]) == 0
    served = Served(folder)
    yield served
    served.close()


@pytest.fixture
def reading(lived: Served) -> Iterator[Reading]:
    with opened(lived.places.store, SystemClock()) as found:
        yield found


@pytest.fixture
def files(reading: Reading) -> dict[str, bytes]:
    formats = (Format.CSV, Format.XLSX, Format.FIT, Format.FHIR)
    made = files_of(reading, Wanted(formats), SystemClock(), EN)
    return {name: b"".join(content) for name, content in made}


def known(walk: WalkRead) -> Figures:
    """What the others are to say; minutes."""
    seen = walk.outcome
    figures: Figures = {name: getattr(seen, field) for field, name in PAINS.items()}
    return figures | {
        "steps": seen.steps,
        "walking": seen.walking_min,
        "gave_way": seen.bucklings,
        "planned": seen.planned_min,
    }


def number(text: Any) -> float | None:
    return None if text in ("", None, "–") else float(text)


def minutes(text: Any) -> float | None:
    seconds = number(text)
    return None if seconds is None else seconds / 60


def of_csv(files: Mapping[str, bytes], walk: WalkRead) -> Figures:
    content = files[f"{walk.record.session_id}_summary.csv"].decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content, newline=""))
    figures = {name: number(row[f"pain_{name}_nrs"]) for name in PAINS.values()}
    return figures | {
        "steps": number(row["steps"]),
        "walking": minutes(row["walking_s"]),
        "gave_way": number(row["gave_way"]),
        "planned": minutes(row["dose_s"]),
    }


def sheet_of(files: Mapping[str, bytes], title: str) -> list[dict[str, Any]]:
    (content,) = (content for name, content in files.items() if name.endswith(".xlsx"))
    heads, *rows = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[title].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def of_xlsx(rows: list[dict[str, Any]], walk: WalkRead) -> Figures:
    (row,) = (row for row in rows if row["Walk"] == walk.record.session_id)
    return {name: row[f"Pain{heading} (0 to 10)"] for name, heading in HEADINGS.items()} | {
        "steps": row["Steps"],
        "walking": row["Walking (min)"],
        "gave_way": row["Knee gave way"],
        "planned": row["Dose (min)"],
    }


def of_fit(files: Mapping[str, bytes], walk: WalkRead) -> Figures:
    messages = FitReader(io.BytesIO(files[f"{walk.record.session_id}.fit"]))
    (session,) = (each for each in messages if isinstance(each, FitDataMessage) and each.name == "session")

    def told(name: str) -> Any:
        return session.get_value(name, fallback=None)

    figures = {name: number(told(f"pain_{name}_nrs")) for name in PAINS.values()}
    return figures | {
        "steps": told("steps"),
        "walking": minutes(told("total_moving_time")),
        "gave_way": told("gave_way"),
        "planned": minutes(told("dose_s")),
    }


def of_fhir(files: Mapping[str, bytes], walk: WalkRead) -> Figures:
    """It has neither a plan nor a knee that gave way."""
    entries = json.loads(files["kneemon.fhir.json"])["entry"]
    values = {
        each["resource"]["id"]: each["resource"]["valueQuantity"]["value"]
        for each in entries
        if "valueQuantity" in each["resource"]
    }

    def told(name: str, of: str = walk.record.session_id) -> float | None:
        return values.get(str(uuid5(NAMES, f"{walk.record.device}/{of}/{name}".replace("//", "/"))))

    marks = [told(f"pain-during-{count}") for count, _ in enumerate(walk.record.summary.pains, 1)]
    worst = [score for score in (*marks, told("pain-end")) if score is not None]
    morning = (walk.outcome.day + timedelta(days=1)).isoformat()
    return {
        "before": told("pain-before"),
        "end": told("pain-end"),
        "later": told("pain-later"),
        "max": max(worst, default=None),
        "morning": told(morning, "morning"),
        "steps": told("steps"),
        "walking": told("duration"),
    }


def of_pages(lived: Served) -> dict[str, Figures]:
    """The list of walks, by name."""
    visitor, found, path = lived.as_(Role.PHYSIO), {}, "/walks"
    while path:
        page = visitor.page(path)
        (table,) = (each for each in page.iter("table") if each.findtext("caption") == "Walks, newest first")
        for row in table.iter("tr"):
            links = row.xpath(".//a[starts-with(@href, '/walk/')]/@href")
            if not links:
                continue
            cells = [" ".join(cell.text_content().split()) for cell in row]
            buckled = re.search(r"gave way (once|\d+)", " ".join(cells))
            pains = [number(score) for score in cells[8].split(" / ")]
            found[links[0].removeprefix("/walk/")] = dict(
                zip(("before", "max", "later", "morning"), pains, strict=True)
            ) | {
                "planned": number(cells[3].partition(",")[0]),
                "walking": number(cells[4]),
                "steps": number(cells[5]),
                "gave_way": 0 if not buckled else 1 if buckled[1] == "once" else int(buckled[1]),
            }
        path = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    return found


def test_every_walk_is_the_same_everywhere(lived: Served, reading: Reading, files: dict[str, bytes]) -> None:
    made = report(reading, WEEKS)
    rows, pages, different = sheet_of(files, "Summary"), of_pages(lived), []
    assert len(made.walks) == reading.count() == len(pages) > 30
    for walk in made.walks:
        wanted = known(walk)
        told = {
            "CSV": of_csv(files, walk),
            "XLSX": of_xlsx(rows, walk),
            "FIT": of_fit(files, walk),
            "FHIR": of_fhir(files, walk),
            "page": pages[walk.record.session_id],
        }
        for where, figures in told.items():
            room = {"walking": 0.06, "planned": 0.51} if where == "page" else {}
            for name, figure in figures.items():
                if figure is None or wanted[name] is None:
                    same = figure is wanted[name]
                else:
                    same = figure == pytest.approx(wanted[name], abs=room.get(name, 0.01))
                if not same:
                    different.append((walk.record.session_id, where, name, figure, wanted[name]))
    assert different == []
    marked = [[mark.score for mark in walk.record.summary.pains] for walk in made.walks]
    assert any(walk.outcome.pk not in (None, *scores) for walk, scores in zip(made.walks, marked, strict=True))


def test_the_report_and_the_weeks_are_the_sums_of_them(reading: Reading, files: dict[str, bytes]) -> None:
    made = report(reading, WEEKS)
    counting = [walk for walk in made.walks if walk.outcome.counts]
    assert made.figures.all_walks == len(counting)
    assert made.figures.all_minutes == pytest.approx(sum(walk.outcome.walked_min for walk in counting))
    rows = {row["Week from"].date(): row for row in sheet_of(files, "Weeks")}
    drawn = {week.first: week.planned_min for week in weeks_read(reading, WEEKS + 1)}
    for week in made.weeks:
        row = rows[week.first]
        days = [week.first + timedelta(days=count) for count in range(7)]
        walked = sum(walk.outcome.walked_min for walk in counting if walk.outcome.day in days)
        assert week.walked_min == pytest.approx(walked)
        assert row["Walked (min)"] == pytest.approx(walked)
        assert row["Planned (min)"] == week.planned_min == drawn[week.first]
    rested = [week.planned_min for week in reading.weeks(WEEKS + 1) if week.state is StateName.PAUSED]
    assert rested == [None] * len(rested) != [], "a plan that rests plans nothing"
