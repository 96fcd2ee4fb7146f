# SPDX-License-Identifier: MIT
"""The walker's manual in large print: the words of the manual, none lost, on one sheet; and words that must be true."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from kneemon.app.interview import BY_ITSELF_S
from kneemon.app.walker_page import BACK, FRONT, HEIGHT, LINE, MANUAL, MARGIN, WIDTH, main, sides, words_of
from kneemon.model.plans import Rules

SVG = "{http://www.w3.org/2000/svg}"
DOCS = Path(__file__).parents[2] / "docs"
WORDS = (DOCS / MANUAL).read_text(encoding="utf-8")
LEAST_TYPE = 14 * 25.4 / 72


@pytest.fixture(scope="module", params=[0, 1], ids=["front", "back"])
def side(request: pytest.FixtureRequest) -> ET.Element:
    return ET.fromstring(sides(WORDS)[request.param])  # noqa: S314  our own text


def test_the_sheet_in_docs_is_the_one_that_is_made(tmp_path: Path) -> None:
    (tmp_path / MANUAL).write_text(WORDS, encoding="utf-8")
    main(tmp_path)
    for file in (FRONT, BACK):
        assert (DOCS / file).read_bytes() == (tmp_path / file).read_bytes(), "renew it: make reference"


def test_no_word_of_the_manual_is_lost() -> None:
    both = [ET.fromstring(side) for side in sides(WORDS)]  # noqa: S314  our own text
    drawn = " ".join("".join(text.itertext()) for side in both for text in side.iter(f"{SVG}text"))
    plain = re.sub(r"<!--.*?-->|\]\(.+?\)|[*`\[#]|_{4,}", "", WORDS)
    said, written = drawn.split(), plain.split()
    assert sorted(said) == sorted(written)


def test_it_is_a4_in_large_print(side: ET.Element) -> None:
    assert (side.get("width"), side.get("height")) == ("210mm", "297mm")
    assert min(float(text.get("font-size", "0")) for text in side.iter(f"{SVG}text")) >= LEAST_TYPE


def test_all_of_it_is_on_the_sheet_and_no_line_meets_the_next(side: ET.Element) -> None:
    """As wide as in DejaVu Sans, the widest of the usual typefaces."""
    rows = []
    for text in side.iter(f"{SVG}text"):
        pieces = [(text.text or "", text.get("font-weight", "normal"))]
        for span in text.iter(f"{SVG}tspan"):
            pieces += [(span.text or "", span.get("font-weight", "normal")), (span.tail or "", "normal")]
        size, x, y = (float(text.get(name, "0")) for name in ("font-size", "x", "y"))
        wide = sum(advance(said, size, weight) for said, weight in pieces)
        assert x >= MARGIN
        assert x + wide <= WIDTH - MARGIN, "".join(text.itertext())
        rows.append(y)
    assert max(rows) <= HEIGHT - MARGIN
    assert min(later - row for row, later in pairwise(rows)) >= LINE - 0.01


def advance(said: str, size: float, weight: str) -> float:
    """How far the words go; a stop at the end keeps their last space."""
    face = FontProperties(family="DejaVu Sans", weight=weight)
    return float(
        TextPath((0, 0), f"{said}.", size=size, prop=face).get_extents().x1
        - TextPath((0, 0), ".", size=size, prop=face).get_extents().x1
    )


def test_a_line_to_write_on_for_each_number(side: ET.Element) -> None:
    names = [text for text in side.iter(f"{SVG}text") if (text.text or "").endswith(("number:", "Doctor:", "Physio:"))]
    rules = [bar for bar in side.iter(f"{SVG}rect") if bar.get("height") == "0.30"]
    assert len(rules) == len(names) == (3 if "chest pain" in "".join(side.itertext()) else 0)
    for name, rule in zip(names, rules, strict=True):
        begins = float(rule.get("x", "0"))
        assert float(name.get("x", "0")) + advance(name.text or "", 5.0, "normal") < begins
        assert float(rule.get("width", "0")) > 100.0


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(ValueError, match=r"the words need [0-9]+ mm more than the sheet has"):
        sides(WORDS.replace("A tick answers.", "A tick answers. " * 100))


def test_marks_are_looks() -> None:
    found = words_of("Press **once**, then *wait*; see [the card](card.svg) or `kneemon`.")
    assert [(word.said, word.looks) for word in found] == [
        ("Press", ""),
        ("once,", "bold"),
        ("then", ""),
        ("wait;", "italic"),
        ("see", ""),
        ("the", ""),
        ("card", ""),
        ("or", ""),
        ("kneemon.", "bold"),
    ]


def test_the_manual_says_what_is_done() -> None:
    plain = " ".join(re.sub(r"[*`]", "", WORDS).split())
    assert Rules().prompt_min == 10.0
    assert "Every ten minutes it may ask how much it hurts" in plain
    assert BY_ITSELF_S == 120.0
    assert (
        "A walk that begins by itself, without a press, is asked about at its first rest, or after two minutes."
        in plain
    )
    assert Rules().flare_mornings == 2
    assert "Clearly more pain on two mornings running: the plan goes slower by itself." in plain
    assert "in the hand opposite the painful knee" in plain
