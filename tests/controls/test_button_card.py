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

from kneemon.app.card import BACK, EACH_PRESS, FILE, NUMBER, SIGNALS, WARNINGS, felt, front, main
from kneemon.app.card_back import ADVICE, PHONES, QUESTIONS, TICKED, back, in_words, name_of, replies
from kneemon.app.card_ink import FELT_S, HEIGHT, MARGIN, WIDTH
from kneemon.config.options import ButtonOptions
from kneemon.controls.grammar import GrammarParams
from kneemon.controls.rules import ASKED_WITH, RULES, Hold, Rule
from kneemon.feedback.patterns import PATTERNS
from kneemon.model.cues import CueKind
from kneemon.model.questions import ANSWERS, PAIN_ASKS, Ask, Grade
from kneemon.plan.gate import RED_FLAG_LISTS, SIGNS_CHECK

SVG = "{http://www.w3.org/2000/svg}"
DOCS = Path(__file__).parents[2] / "docs"
LEAST_TYPE = 11.5 * 25.4 / 72  # on A5; 16 points on A4
COLUMN = 105.0  # between the columns of the front


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
    return ET.fromstring(front())  # noqa: S314  our own text


@pytest.fixture(scope="module")
def behind() -> ET.Element:
    return ET.fromstring(back())  # noqa: S314  our own text


@pytest.fixture(scope="module", params=[front, back], ids=["front", "back"])
def side(request: pytest.FixtureRequest) -> ET.Element:
    return ET.fromstring(request.param())  # noqa: S314  our own text


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
    """Dots and bars, but for the paper and the frame of the box; a line that is thinner than a bar is one, too."""
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
    column = (0.0, COLUMN) if box.left < COLUMN else (COLUMN, WIDTH)
    beside = (mark for mark in marks(drawn) if mark.top < middle < mark.bottom)
    return sorted((mark for mark in beside if column[0] < mark.left < column[1]), key=lambda mark: mark.left)


@pytest.mark.parametrize("file", [FILE, BACK])
def test_the_card_in_docs_is_the_one_that_is_made(file: str, tmp_path: Path) -> None:
    main(tmp_path)
    assert (DOCS / file).read_bytes() == (tmp_path / file).read_bytes(), "renew it: make reference"


def test_each_side_is_an_a5_sheet_on_its_side(side: ET.Element) -> None:
    assert (side.get("width"), side.get("height"), side.get("viewBox")) == ("210mm", "148mm", "0 0 210 148")


def test_it_prints_in_black_and_white_with_a_typeface_that_everybody_has(side: ET.Element) -> None:
    paints = {element.get(name) for element in side.iter() for name in ("fill", "stroke")}
    assert paints <= {None, "none", "black", "white"}
    assert {element.get("font-family") for element in side.iter()} == {None, "sans-serif"}


def test_the_print_is_large(side: ET.Element) -> None:
    sizes = [float(element.get("font-size", "99")) for element in side.iter()]
    assert min(sizes) >= LEAST_TYPE


def test_nothing_overlaps_and_all_is_on_the_card(side: ET.Element) -> None:
    boxes = [*(box for _, box in texts(side)), *marks(side)]
    assert [(one.what, other.what) for one, other in combinations(boxes, 2) if one.meets(other)] == []
    for box in boxes:
        assert box.left >= MARGIN - 0.5, box
        assert box.top >= MARGIN - 0.5, box
        assert box.right <= WIDTH - MARGIN + 0.5, box
        assert box.bottom <= HEIGHT - MARGIN + 0.5, box


def test_the_box_holds_the_warnings(drawn: ET.Element) -> None:
    (frame,) = [bar for bar in drawn.iter(f"{SVG}rect") if 10.0 < number(bar, "height") < HEIGHT]
    under = [said for said, box in texts(drawn) if box.bottom > number(frame, "y")]
    assert " ".join(under) == WARNINGS


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
        [FELT_S * pulse.on_s for pulse in pattern.pulses], abs=0.02
    )
    assert (f"{pattern.times}×" in said) == (pattern.times > 1)


@pytest.mark.parametrize(("kinds", "meaning"), SIGNALS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_cues_of_one_signal_feel_the_same_and_are_drawn_so(
    drawn: ET.Element, kinds: tuple[CueKind, ...], meaning: str
) -> None:
    assert len({PATTERNS[kind] for kind in kinds}) == 1
    bars = in_row(drawn, meaning)
    assert [bar.right - bar.left for bar in bars] == pytest.approx(
        [FELT_S * pulse.on_s for pulse in PATTERNS[kinds[0]].pulses], abs=0.02
    )


@pytest.mark.parametrize("ask", list(QUESTIONS))
def test_every_question_is_drawn_with_its_rhythm(behind: ET.Element, ask: Ask) -> None:
    first = next(said for said, _ in texts(behind) if QUESTIONS[ask].startswith(said))
    bars = [mark for mark in in_row(behind, first) if mark.what == "bar" and mark.right < COLUMN / 2]
    assert [bar.right - bar.left for bar in bars] == pytest.approx(
        [FELT_S * pulse.on_s for pulse in PATTERNS[ASKED_WITH[ask]].pulses], abs=0.02
    )


@pytest.mark.parametrize("ask", [ask for ask in QUESTIONS if ask is not Ask.GRADE])
def test_every_answer_stands_beside_its_presses(behind: ET.Element, ask: Ask) -> None:
    for reply in replies(ask):
        boxes = [box for said, box in texts(behind) if said == reply.means]
        (box,) = boxes
        middle = (box.top + box.bottom) / 2
        before = [mark for mark in marks(behind) if mark.top < middle < mark.bottom and mark.right < box.left]
        said = [text for text, other in texts(behind) if abs(other.bottom - box.bottom) < 2.0]
        if isinstance(reply.how, Hold):
            assert before[-1].what == "bar"
            assert "1 s" in said
        elif len(reply.how) > 2:
            assert f"1 to {max(ANSWERS[ask])}" in said
        else:
            near = [mark for mark in before if mark.what == "dot" and mark.left > box.left - 4.4 * reply.how[0] - 2.0]
            assert len(near) == reply.how[0]


@pytest.mark.parametrize("grade", list(Grade))
def test_every_list_stands_beside_its_presses_and_under_its_name(behind: ET.Element, grade: Grade) -> None:
    said = " ".join(text for text, _ in texts(behind))
    assert in_words(grade) in said
    for sign in RED_FLAG_LISTS[grade]:
        assert sign in in_words(grade)
    first = next(text for text, _ in texts(behind) if text and in_words(grade).startswith(text) and len(text) > 20)
    assert len([mark for mark in in_row(behind, first) if mark.what == "dot"]) == grade
    assert (name_of(grade) in said) == (grade is not Grade.NONE_OF_THESE)


def test_the_worst_list_stands_first(behind: ET.Element) -> None:
    said = " ".join(text for text, _ in texts(behind))
    places = [said.index(in_words(grade)) for grade in Grade]
    assert places == sorted(places, reverse=True)
    assert "Begin at the top" in QUESTIONS[Ask.GRADE]


def test_it_says_what_to_do_and_leaves_room_for_numbers(behind: ET.Element) -> None:
    said = [text for text, _ in texts(behind)]
    who = [each for row in PHONES for each in row]
    assert {*ADVICE, *who, TICKED} <= set(said)
    assert {"Emergency", "Doctor", "Physio"} < set(who), "a line for each of them"
    assert " ".join(text for text in said if text in SIGNS_CHECK) == SIGNS_CHECK
    last = max(box.bottom for said, box in texts(behind) if said in ADVICE)
    lines = [mark for mark in marks(behind) if mark.top > last]
    assert len(lines) == len(who)
    assert all(line.right - line.left > 50.0 for line in lines)
    assert all(line.top - last > 6.0 for line in lines), "room to write"


def test_the_cue_that_refuses_a_walk_says_so() -> None:
    assert ["no walk today" in meaning for kinds, meaning in SIGNALS if CueKind.NOT_TODAY in kinds] == [True]


def test_everything_the_device_says_is_on_the_card() -> None:
    shown = {rule.felt for rule in RULES} | {kind for kinds, _ in SIGNALS for kind in kinds}
    shown |= {ASKED_WITH[ask] for ask in QUESTIONS}
    assert set(CueKind) - shown == {CueKind.TICK, CueKind.READ_BACK, CueKind.READY}  # at READY there is no card yet
    assert "tick" in EACH_PRESS
    assert "ticked back" in TICKED


def test_every_question_is_on_the_card() -> None:
    assert set(QUESTIONS) - set(PAIN_ASKS) == set(Ask) - set(PAIN_ASKS)
    assert Ask.PAIN_NOW in QUESTIONS


def test_the_words_agree_with_the_defaults(drawn: ET.Element) -> None:
    p = GrammarParams()
    assert "Wait a second" in EACH_PRESS
    assert p.gap_s == ButtonOptions().gap_s == 1.0
    assert p.second_s < 1.0
    unhurried = {Ask.GRADE, Ask.PAIN_LATER, Ask.PAIN_MORNING}
    assert all(p.to_answer_s(ask) <= 20.0 - p.gap_s for ask in set(Ask) - unhurried)
    assert all(p.to_answer_s(ask) <= 60.0 for ask in unhurried)
    assert "20 seconds, a minute with the lists" in NUMBER
    said = " ".join(text for text, _ in texts(drawn))
    for words in (EACH_PRESS, NUMBER, WARNINGS):
        assert words in said


def test_it_says_when_to_stop_and_that_silence_promises_nothing() -> None:
    assert WARNINGS.startswith("Stop and get advice when")
    for sign in ("pain gets worse", "gives way", "swells", "reddens", "warm"):
        assert sign in WARNINGS
    assert WARNINGS.endswith("Silence does not mean that it is safe.")
