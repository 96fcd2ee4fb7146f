# SPDX-License-Identifier: MIT
"""The report's page in a real Chromium: axe finds nothing, it fits a phone, and it prints on one sheet of A4."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from handmade import ENGLISH, MONDAY, WEEKS, Diary, reported
from lived import START
from lxml import html as lxml_html
from playwright.sync_api import Page, sync_playwright

from kneemon.chart.words import PAGE, PAGE_WIDE
from kneemon.model.diary import WalkNote
from kneemon.web.paper_file import html_file

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.fixture
def shown(life, tmp_path, page):
    """The file, opened; and the sheet that it shows."""
    with reported(life, WEEKS, START + timedelta(weeks=WEEKS), looks=(PAGE, PAGE_WIDE)) as (_, made):
        file = tmp_path / "report.html"
        file.write_text(html_file(made, ENGLISH))
    page.goto(file.as_uri())
    return made


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_axe_finds_nothing_and_it_fits(page, shown, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


def test_it_prints_on_one_sheet(page, shown, tmp_path):
    made = tmp_path / "printed.pdf"
    page.pdf(path=made, prefer_css_page_size=True)
    about = subprocess.run(["pdfinfo", made], check=True, capture_output=True, text=True).stdout
    assert "Pages:           1\n" in about
    assert "A4" in about
    told = subprocess.run(["pdftotext", "-layout", made, "-"], check=True, capture_output=True, text=True).stdout
    flat = " ".join(told.split())
    assert shown.notes_title in flat
    assert "makes no diagnosis" in flat
    assert "The figures as a table" not in flat


def test_every_chart_has_its_table(page, shown):
    assert page.locator("figure svg[role=img]").count() == 5
    for number, chart in enumerate((*shown.charts, shown.last)):
        assert page.locator("figure").nth(number).locator("tbody tr").count() == len(chart.table.rows)


def test_markup_in_a_note_is_shown_as_it_was_written(tmp_path):
    diary = Diary(tmp_path / "kneemon.db")
    walk = diary.walk(MONDAY)
    hostile = '<script>alert(1)</script><img src=x onerror="a()">{{ 7*7 }}'
    diary.tell(WalkNote(walk, hostile, "walker"), MONDAY, 12)
    with reported(diary.close()) as (_, made):
        text = html_file(made, ENGLISH)
    parsed = lxml_html.fromstring(text)
    assert not parsed.xpath("//script | //img")
    assert f"Note by the walker: {hostile}" in parsed.text_content()
