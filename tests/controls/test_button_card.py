# SPDX-License-Identifier: MIT
"""The card says what the tables say, can be read, and is the one in docs."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from kneemon.app.card import EACH_PRESS, FILE, HEIGHT, MARGIN, NUMBER, SIGNALS, WARNINGS, WIDTH, card, felt, main
from kneemon.config.options import ButtonOptions
from kneemon.controls.grammar import RULES, GrammarParams, Hold, Rule
from kneemon.feedback.patterns import PATTERNS
from kneemon.model.cues import CueKind

SVG = "{http://www.w3.org/2000/svg}"
DOCS = Path(__file__).parents[2] / "docs"
NINE_POINTS = 9 * 25.4 / 72
SCALE = 6.0  # millimetres of a second that is felt


@dataclass(frozen=True)
class Box:
    """What a mark covers, in millimetres."""

    what: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@pytest.fixture(scope="module")
def drawn() -> ET.Element:
    return ET.fromstring(card())  # noqa: S314  our own text


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "0"))


def texts(drawn: ET.Element) -> Iterator[tuple[str, Box]]:
    """As wide as in DejaVu Sans, the widest of the usual typefaces."""
    for element in drawn.iter(f"{SVG}text"):
        said = element.text or ""
        size = float(element.get("font-size", drawn.get("font-size", "")))
        face = FontProperties(family="DejaVu Sans", weight=element.get("font-weight", "normal"))
        extents = TextPath((0, 0), said, size=size, prop=face).get_extents()
        x, y = number(element, "x"), number(element, "y")
        yield said, Box(said, x + extents.x0, y - extents.y1, x + extents.x1, y - extents.y0)


def marks(drawn: ET.Element) -> Iterator[Box]:
    """Dots and bars, but for the paper and the frame of the box."""
    for dot in drawn.iter(f"{SVG}circle"):
        x, y, r = number(dot, "cx"), number(dot, "cy"), number(dot, "r")
        yield Box("dot", x - r, y - r, x + r, y + r)
    for bar in drawn.iter(f"{SVG}rect"):
        if number(bar, "height") < 10.0:
            x, y = number(bar, "x"), number(bar, "y")
            yield Box("bar", x, y, x + number(bar, "width"), y + number(bar, "height"))


def in_row(drawn: ET.Element, text: str) -> list[Box]:
    """The marks beside a text, from left to right."""
    (box,) = [box for said, box in texts(drawn) if said == text]
    middle = (box.top + box.bottom) / 2
    column = (0.0, 80.0) if box.left < 80.0 else (80.0, WIDTH)
    beside = (mark for mark in marks(drawn) if mark.top < middle < mark.bottom)
    return sorted((mark for mark in beside if column[0] < mark.left < column[1]), key=lambda mark: mark.left)


def test_the_card_in_docs_is_the_one_that_is_made(tmp_path: Path) -> None:
    main(tmp_path)
    assert (DOCS / FILE).read_bytes() == (tmp_path / FILE).read_bytes(), "renew it: make reference"


def test_it_is_an_a6_card_on_its_side(drawn: ET.Element) -> None:
    assert (drawn.get("width"), drawn.get("height"), drawn.get("viewBox")) == ("148mm", "105mm", "0 0 148 105")


def test_it_prints_in_black_and_white_with_a_typeface_that_everybody_has(drawn: ET.Element) -> None:
    paints = {element.get(name) for element in drawn.iter() for name in ("fill", "stroke")}
    assert paints <= {None, "none", "black", "white"}
    assert {element.get("font-family") for element in drawn.iter()} == {None, "sans-serif"}


def test_no_type_is_smaller_than_nine_points(drawn: ET.Element) -> None:
    sizes = [float(element.get("font-size", "99")) for element in drawn.iter()]
    assert min(sizes) >= NINE_POINTS


def test_nothing_overlaps_and_all_is_on_the_card(drawn: ET.Element) -> None:
    boxes = [*(box for _, box in texts(drawn)), *marks(drawn)]
    assert [(one.what, other.what) for one, other in combinations(boxes, 2) if one.meets(other)] == []
    for box in boxes:
        assert box.left >= MARGIN - 0.5, box
        assert box.top >= MARGIN - 0.5, box
        assert box.right <= WIDTH - MARGIN + 0.5, box
        assert box.bottom <= HEIGHT - MARGIN + 0.5, box
    (frame,) = [bar for bar in drawn.iter(f"{SVG}rect") if 10.0 < number(bar, "height") < HEIGHT]
    under = [box for box in boxes if box.bottom > number(frame, "y")]
    assert " ".join(box.what for box in under) == " ".join(WARNINGS)


@pytest.mark.parametrize("row", RULES, ids=lambda row: row.deed.value)
def test_every_row_of_the_grammar_is_drawn_with_its_rhythm(drawn: ET.Element, row: Rule) -> None:
    beside = in_row(drawn, row.means)
    dots = [mark for mark in beside if mark.what == "dot"]
    bars = [mark for mark in beside if mark.what == "bar"]
    said = {text for text, box in texts(drawn) if abs(box.bottom - beside[0].bottom) < 3.0}
    if isinstance(row.how, Hold):
        held_s = {Hold.SECOND: 1.0, Hold.END: ButtonOptions().hold_s, Hold.OFF: ButtonOptions().off_s}[row.how]
        assert not dots
        assert f"{held_s:g} s" in said
        bars = bars[1:]
    elif len(row.how) > 2:
        assert len(dots) == 1
        assert f"{row.how[0]} to {row.how[-1]}" in said
    else:
        assert len(dots) == sum(row.how)
    pattern = felt(row)
    assert [mark.right - mark.left for mark in bars] == pytest.approx(
        [SCALE * pulse.on_s for pulse in pattern.pulses], abs=0.02
    )
    assert (f"{pattern.times}×" in said) == (pattern.times > 1)


@pytest.mark.parametrize(("kinds", "meaning"), SIGNALS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_cues_of_one_signal_feel_the_same_and_are_drawn_so(
    drawn: ET.Element, kinds: tuple[CueKind, ...], meaning: str
) -> None:
    assert len({PATTERNS[kind] for kind in kinds}) == 1
    bars = in_row(drawn, meaning)
    assert [bar.right - bar.left for bar in bars] == pytest.approx(
        [SCALE * pulse.on_s for pulse in PATTERNS[kinds[0]].pulses], abs=0.02
    )


def test_everything_the_device_says_is_on_the_card() -> None:
    shown = {rule.felt for rule in RULES} | {kind for kinds, _ in SIGNALS for kind in kinds}
    assert set(CueKind) - shown == {CueKind.TICK}
    assert "tick" in EACH_PRESS


def test_the_words_agree_with_the_defaults(drawn: ET.Element) -> None:
    assert "Wait a second" in EACH_PRESS
    assert GrammarParams().gap_s == ButtonOptions().gap_s == 1.0
    assert GrammarParams().second_s < 1.0
    said = " ".join(text for text, _ in texts(drawn))
    for words in (EACH_PRESS, NUMBER, *WARNINGS):
        assert words in said


def test_it_says_when_to_stop_and_that_silence_promises_nothing() -> None:
    advice, silence = WARNINGS
    assert advice.startswith("Stop and get advice when")
    for sign in ("pain gets worse", "gives way", "swells", "reddens", "warm"):
        assert sign in advice
    assert silence.endswith("Silence does not mean that it is safe.")
