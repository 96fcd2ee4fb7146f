# SPDX-License-Identifier: MIT
"""The page of the exported files says what the code writes."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from kneemon.app.logbook import LOGGED
from kneemon.export import reference
from kneemon.export.csv_files import EXPORT_COLUMNS
from kneemon.model.sessions import EndReason
from kneemon.store.facts import KINDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / reference.PAGE).read_text(encoding="utf-8")
SECTIONS = {
    "Seconds": "session",
    "Summary": "summary",
    "Events": "events",
    "Diary": "diary",
    "Decisions": "decisions",
}
RENEW = "run `python -m kneemon.export.reference` and look at what changed"


def section(heading: str) -> str:
    """The page from that heading to the next one."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


def test_the_page_is_what_the_code_makes():
    assert reference.renewed(PAGE) == PAGE, RENEW


@pytest.mark.parametrize(("heading", "name"), sorted(SECTIONS.items()))
def test_every_column_stands_in_its_section_in_the_order_of_the_file(heading, name):
    columns = [column.name for column in EXPORT_COLUMNS[name]]
    assert first_cells(section(heading))[: len(columns)] == columns
    assert re.search(rf"`(…|kneemon)_{name}\.csv`", PAGE)


def test_a_changed_meaning_makes_the_page_stale(monkeypatch):
    first, *others = EXPORT_COLUMNS["events"]
    changed = {**EXPORT_COLUMNS, "events": (replace(first, meaning="something else"), *others)}
    monkeypatch.setattr(reference, "EXPORT_COLUMNS", changed)
    assert reference.renewed(PAGE) != PAGE


def test_every_reason_for_an_end_and_every_kind_of_event_is_told():
    assert first_cells(section("Summary"))[-len(EndReason) :] == [reason.value for reason in EndReason]
    kinds = first_cells(section("Events"))[len(EXPORT_COLUMNS["events"]) :]
    assert set(kinds) == {*LOGGED, "pain", "gave_way", "pause", "bout", "gap"}


def test_every_kind_of_fact_is_told_as_the_store_names_it():
    assert first_cells(section("Diary"))[len(EXPORT_COLUMNS["diary"]) :] == list(KINDS)


def test_running_it_renews_the_page(tmp_path):
    stale = re.sub(r"(<!-- generated: [a-z]+ -->\n).*?(<!-- end)", r"\1stale\n\2", PAGE, flags=re.DOTALL)
    assert "stale" in stale
    (tmp_path / reference.PAGE).write_text(stale, encoding="utf-8")
    reference.main(tmp_path)
    assert (tmp_path / reference.PAGE).read_text(encoding="utf-8") == PAGE
