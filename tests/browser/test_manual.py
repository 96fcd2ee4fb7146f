# SPDX-License-Identifier: MIT
"""The physio's manual: two pages, its pictures there, its links too, and what it tells to press is on the page."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.browser.manual import typeset

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs"
TEXT = (DOCS / "page.md").read_text()
SHEET = HOUSE / "kneemon/app/report_sheet.py"  # the overview's words
MOST_BYTES = 150_000
NOT_PRESSED = re.compile(r"Green|Amber|Red|BIDS|FIT|FHIR|JSON|Walks|Weeks|Pain|Plan|No clinician.*", re.DOTALL)


def info(pdf: Path) -> dict[str, str]:
    told = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    return {name: value.strip() for name, _, value in (line.partition(":") for line in told.splitlines())}


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set anew from docs/page.md."""
    file = tmp_path_factory.mktemp("manual") / "page.pdf"
    file.write_bytes(typeset(DOCS))
    return file


def test_it_has_two_pages_and_is_tagged(fresh: Path) -> None:
    for pdf in (fresh, DOCS / "page.pdf"):
        told = info(pdf)
        assert (told["Pages"], told["Tagged"]) == ("2", "yes"), pdf
        assert "A4" in told["Page size"]


def test_the_file_says_what_the_words_say(fresh: Path) -> None:
    said = [
        words(subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout)
        for pdf in (fresh, DOCS / "page.pdf")
    ]
    assert said[0] == said[1], "make manual"
    for heading in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE):
        assert heading in said[0]


def test_its_pictures_and_links_are_there_and_no_others() -> None:
    pictures = set(re.findall(r"!\[.+?\]\((.+?)\)", TEXT))
    assert pictures == {f"page/{file.name}" for file in (DOCS / "page").iterdir()}
    for name in pictures:
        content = (DOCS / name).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) <= MOST_BYTES, name
    for link in re.findall(r"[^!]\[.+?\]\((.+?)\)", TEXT):
        assert (DOCS / link).is_file(), link


def test_what_it_tells_to_press_is_on_the_page() -> None:
    web = HOUSE / "kneemon/web"
    page = "".join(file.read_text() for file in (*web.glob("*.py"), *web.glob("templates/*.html"), SHEET))
    told = [words(bold) for bold in re.findall(r"\*\*(.+?)\*\*", TEXT, re.DOTALL)]
    for name in told:
        assert NOT_PRESSED.fullmatch(name) or name.lower() in page.lower(), name
