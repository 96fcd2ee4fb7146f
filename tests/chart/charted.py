# SPDX-License-Identifier: MIT
"""Figures to draw, and what every drawing has to be."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from xml.etree import ElementTree as ET

from kneemon.chart import Chart
from kneemon.chart.pain import Felt
from kneemon.chart.walk import Walked
from kneemon.chart.weeks import Week
from kneemon.chart.words import PAGE
from kneemon.language import Language
from kneemon.model.plans import Colour, StateName
from kneemon.model.records import EventRow, SecondRow
from kneemon.model.sessions import PainMark

ENGLISH = Language("en")
MONDAY = date(2026, 1, 5)
SVG = "{http://www.w3.org/2000/svg}"
FORBIDDEN = ("script", "style", "foreignObject", "image", "a", "use", "animate", "set", "link")
NOT_A_NUMBER = re.compile(r"\b(nan|inf)\b", re.IGNORECASE)


def seconds(count: int, cadence: float | None = 100.0, start: int = 0, activity: str = "walking") -> list[SecondRow]:
    return [SecondRow(start + each + 1.0, 2, cadence, activity, "main", over_pace=False) for each in range(count)]


def walked(rows: Sequence[SecondRow], **given: object) -> Walked:
    facts: dict[str, object] = {
        "duration_s": rows[-1].elapsed_s if rows else 0.0,
        "ceiling_spm": 115.0,
        "seconds": rows,
        "events": (),
        "pains": (),
        "gave_way_s": (),
    }
    return Walked(**(facts | given))  # type: ignore[arg-type]


def felt(number: int, before: int | None, worst: int | None, morning: int | None, colour: Colour | None) -> Felt:
    return Felt(MONDAY + timedelta(days=2 * number), before, worst, morning, colour)


def week(number: int, minutes: float, planned: float | None, state: StateName | None) -> Week:
    return Week(MONDAY + timedelta(weeks=number), minutes, 3, planned, None if planned is None else 3, state)


def parsed(chart: Chart) -> ET.Element:
    """After all that must hold of every chart was looked at."""
    root = ET.fromstring(chart.svg)  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("width") is None
    assert root.get("viewBox", "").startswith("0 0 ")
    assert root.get("aria-labelledby") == f"{chart.name}-title {chart.name}-desc"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == chart.title
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text == chart.description
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert sorted(ids) == sorted([f"{chart.name}-title", f"{chart.name}-desc"])
    width, height = (float(part) for part in root.get("viewBox", "").split()[2:])
    for node in root.iter():
        assert node.tag.removeprefix(SVG) not in FORBIDDEN
        for name, value in node.attrib.items():
            assert name not in ("style", "class", "href", "src"), name
            assert not name.startswith(("on", "{")), name
            assert name == "data-say" or "url(" not in value
            assert name in ("data-say", "id", "aria-labelledby") or not NOT_A_NUMBER.search(value), (name, value)
        if node.get("data-say") is not None:
            assert node.find(f"{SVG}title").text == node.get("data-say")  # type: ignore[union-attr]
            assert -1 <= float(node.get("data-x", "-9")) <= width + 1
    for text in root.iter(f"{SVG}text"):
        assert text.text
    assert height > 0
    assert all(len(row) == len(chart.table.heads) for row in chart.table.rows)
    return root


def texts(root: ET.Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


def event(at_s: float, kind: str) -> EventRow:
    return EventRow(at_s, kind, 120.0, 115.0, "steps/min")


LOOK = PAGE
MARKS = (PainMark(30.0, 4), PainMark(50.0, None))
