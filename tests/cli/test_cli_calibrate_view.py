# SPDX-License-Identifier: MIT
"""What `kneemon calibrate` draws: each side its own picture, what is read, what is done, what is next."""

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from kneemon.app.calibrate import RESTLESS, Guide
from kneemon.cli.calibrate_view import BAR, bar, guiding, picture, view
from kneemon.sensor.calibration import Method
from kneemon.sensor.positions import Side

CHIP = "ADXL345 at 0x53"


def test_each_side_has_its_own() -> None:
    pictures = [picture(side) for side in Side]
    assert len(set(pictures)) == len(Side)
    for side, drawn in zip(Side, pictures, strict=True):
        lines = drawn.splitlines()
        (marked,) = [number for number, line in enumerate(lines) if "▲" in line or "▼" in line]
        assert ("▲ " if side.sign > 0 else "▼ ") + side.value[0].upper() in lines[marked]
        assert (marked < len(lines) / 2) == (side.sign > 0), "above is drawn above"


@pytest.mark.parametrize(
    ("reading_g", "left", "right"), [(0.0, 0, 0), (1.2, 0, 20), (9.0, 0, 20), (-0.6, 10, 0), (0.3, 0, 5)]
)
def test_a_bar(reading_g: float, left: int, right: int) -> None:
    text = bar(reading_g).plain
    assert len(text) == BAR
    before, after = text.split("┃")
    assert (before.count("█"), after.count("█")) == (left, right)
    assert before.endswith("█" * left)
    assert after.startswith("█" * right)


@pytest.fixture
def shown() -> Callable[..., list[str]]:
    def draw(how: Method, side: Side | None, *done: Side, progress: float = 0.4, word: str = "") -> list[str]:
        console = Console(width=80, file=StringIO(), record=True)
        console.print(view(Guide(CHIP, (0.02, -0.98, 0.1), side, frozenset(done), progress, word), how))
        return [line.strip("│ ") for line in console.export_text().splitlines()]

    return draw


def test_a_side_to_be_done_is_up(shown: Callable[..., list[str]]) -> None:
    lines = shown(Method.SIX, Side.Y_DOWN, Side.X_UP, word="It moved.")
    assert lines[1] == "Y points down: let it lie still."
    assert any(line.endswith("✓ X points up") for line in lines)
    assert any(line.endswith("· Y points down   ◀ now") for line in lines)
    assert any("▼ Y" in line for line in lines)
    assert any(line.startswith("Y -0.98 g") for line in lines)
    assert any(line.startswith("lie still") and line.endswith(" 40 %") for line in lines)
    assert lines[-2] == "It moved."


def test_a_side_that_is_done_asks_for_the_next(shown: Callable[..., list[str]]) -> None:
    lines = shown(Method.SIX, Side.X_UP, Side.X_UP, progress=1.0)
    assert lines[1] == "Done. Turn the box: X points down, or any other that is missing."
    assert any("▼ X" in line for line in lines)
    assert any(line.startswith("lie still") and line.endswith(" done") for line in lines)


def test_a_box_in_the_hand(shown: Callable[..., list[str]]) -> None:
    lines = shown(Method.SIX, None, progress=0.0)
    assert lines[1] == "Turn the box: X points up, or any other that is missing."
    assert not any("now" in line for line in lines)


def test_at_rest_there_is_nothing_to_turn(shown: Callable[..., list[str]]) -> None:
    lines = shown(Method.REST, None)
    assert lines[1] == "Lay the box down, any way, and let go."
    assert not any("▲" in line or "▼" in line for line in lines)


@pytest.mark.parametrize("side", [None, *Side])
def test_it_fits_the_smallest_terminal(side: Side | None, shown: Callable[..., list[str]]) -> None:
    word = RESTLESS
    assert len(shown(Method.SIX, side, word=word)) <= 24


def test_it_goes_away_when_all_is_done() -> None:
    console = Console(width=80, file=StringIO(), force_terminal=True)
    with guiding(Method.REST, console) as show:
        show(Guide(CHIP, (0.0, 0.0, 1.0), None, frozenset(), 0.5, ""))
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Lay the box down" in drawn
    assert drawn.rstrip().endswith("\x1b[2K"), "the lines were cleared"
