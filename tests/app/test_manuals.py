# SPDX-License-Identifier: MIT
"""The manuals say what the rules do, and nothing that the evidence does not carry."""

import re
from pathlib import Path

import pytest

from kneemon.app import manuals
from kneemon.model.questions import Grade
from kneemon.plan.advice import TIPS
from kneemon.plan.gate import RED_FLAG_LISTS
from kneemon.plan.rulebook import RULES

DOCS = Path(__file__).parents[2] / "docs"
RENEW = "run `python -m kneemon.app.manuals` and look at what changed"


@pytest.fixture(params=manuals.PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return (DOCS / request.param).read_text(encoding="utf-8")


def test_it_is_up_to_date(page: str) -> None:
    assert manuals.renewed(page) == page, RENEW


def test_each_part_has_its_place() -> None:
    pages = "".join((DOCS / name).read_text(encoding="utf-8") for name in manuals.PAGES)
    named = re.findall(r"<!-- generated: ([a-z ]+) -->", pages)
    assert sorted(named) == sorted(manuals._PARTS)


def test_every_link_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page):
        assert (DOCS / link).exists(), link


def test_a_physio_signs_every_rule() -> None:
    rows = manuals.rules_table().splitlines()
    assert len(rows) == 2 + len(RULES)
    for row, rule in zip(rows[2:], RULES.values(), strict=True):
        assert row.startswith(f"| `{rule.number}` | {rule.when} | {rule.then} |")
        assert row.endswith("|  |")
    assert all(row.count("|") == 6 for row in rows)


def test_every_sign_stands_on_the_walkers_page() -> None:
    page = (DOCS / "walker.md").read_text(encoding="utf-8")
    assert set(manuals.HEADINGS) == set(Grade)
    for entries in RED_FLAG_LISTS.values():
        for entry in entries:
            assert entry in page
    assert len(page.split()) <= 620  # one page of A4 in large print


def test_every_tip_has_its_evidence() -> None:
    rows = manuals.advice_table().splitlines()[2:]
    assert len(rows) == len(TIPS)
    assert all(f" | {tip.strength.value}, " in row and tip.source in row for tip, row in zip(TIPS, rows, strict=True))


def test_words_to_avoid(page: str) -> None:
    """Evidence, section 9."""
    words = page.lower()
    for avoided in ("osteoarthritis patients", "prevents", "protects", "you may have", "you must", "detects", "newton"):
        assert avoided not in words
    assert "no diagnosis" in words


def test_the_gaps_are_told() -> None:
    """Evidence, sections 1.5 and 13."""
    page = (DOCS / "physio.md").read_text(encoding="utf-8")
    assert "A rest of five minutes on a bench is not what was tested" in page
    assert "no trial has tested them together" in " ".join(page.split())
    assert "Signature: ____" in page


def test_renewing_writes_the_same_twice(tmp_path: Path) -> None:
    for name in manuals.PAGES:
        text = (DOCS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            re.sub(r"(generated: [a-z ]+ -->\n).*?(<!-- end)", r"\1old\n\2", text, flags=re.DOTALL)
        )
    manuals.main(tmp_path)
    for name in manuals.PAGES:
        assert (tmp_path / name).read_text(encoding="utf-8") == (DOCS / name).read_text(encoding="utf-8")
