# SPDX-License-Identifier: MIT
"""The pictures of the builder's page: those of the wiring are drawn anew from their plans, the others looked over.

Graphviz versions place things differently, so of a wiring picture its texts and its wires are compared, not its bytes.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import get_args, get_type_hints
from xml.etree import ElementTree

import pytest

from kneemon.config.options import DeviceOptions
from kneemon.sensor.positions import Side
from tests.appliance.plans import HARDWARE, NAMES, plan_file, read_plan

SVG = "{http://www.w3.org/2000/svg}"
PAGE = (HARDWARE / "README.md").read_text()
DRAWINGS = sorted((HARDWARE / "drawings").glob("*.svg"))
WIDE = 0.53  # of a letter, in font sizes: a little more than DejaVu Sans has on the average
DRAWN_AS = {
    "PI": "Raspberry Pi Zero 2 W",
    "ACC": "sensor",
    "BUZ": "buzzer",
    "BTN": "button",
    "LED": "light",
    "MOT": "motor (optional)",
    "HAP": "DRV2605L",
    "LRA": "LRA",
}


def drawing(file: Path) -> ElementTree.Element:
    return ElementTree.parse(file).getroot()  # noqa: S314 -- our own


def texts(svg: ElementTree.Element) -> list[str]:
    """In the order of the file."""
    return [" ".join("".join(text.itertext()).split()) for text in svg.iter(f"{SVG}text")]


def boxes(svg: ElementTree.Element) -> dict[str, list[str]]:
    """What stands in each part and each cable, row by row: a cable's rows are its wires from end to end."""
    nodes = [group for group in svg.iter(f"{SVG}g") if group.get("class") == "node"]
    return {node.findtext(f"{SVG}title", ""): texts(node) for node in nodes}


def edges(svg: ElementTree.Element) -> Counter[tuple[str, ...]]:
    """The two nodes of each edge; where on them it ends, some versions of Graphviz say and some do not."""
    ends = [group.findtext(f"{SVG}title", "") for group in svg.iter(f"{SVG}g") if group.get("class") == "edge"]
    return Counter(tuple(end.split(":")[0] for end in title.split("--")) for title in ends)


@pytest.mark.parametrize("name", NAMES)
def test_a_wiring_picture_is_what_its_plan_draws(name: str, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "wireviz.wv_cli", "--format", "s", "--output-dir", str(tmp_path)]
    drawn = subprocess.run([*program, str(plan_file(name))], capture_output=True, text=True, timeout=120)
    assert drawn.returncode == 0, drawn.stderr
    assert not drawn.stderr
    fresh = drawing(tmp_path / f"wiring-{name}.svg")
    kept = drawing(HARDWARE / f"wiring-{name}.svg")
    assert boxes(kept) == boxes(fresh), "draw it anew: make wiring"
    assert edges(kept) == edges(fresh), "draw it anew: make wiring"


@pytest.mark.parametrize("name", NAMES)
def test_a_wiring_picture_shows_every_part_and_wire(name: str) -> None:
    """Read from the plan by us, not by the program that drew it."""
    plan = read_plan(name)
    svg = drawing(HARDWARE / f"wiring-{name}.svg")
    shown = boxes(svg)
    assert plan.parts.keys() <= shown.keys()
    rows = [
        row for cable in shown.keys() - plan.parts.keys() for row in zip(shown[cable], shown[cable][2:], strict=False)
    ]
    for near, far in plan.wires:
        ends = tuple(f"{part}:{number}:{plan.label((part, number))}" for part, number in (near, far))
        assert ends in rows or edges(svg)[near[0], far[0]], ends


@pytest.mark.parametrize("file", DRAWINGS, ids=lambda file: file.name)
def test_a_drawing_is_small_and_stands_alone_and_is_shown(file: Path) -> None:
    source = file.read_text()
    svg = drawing(file)
    assert svg.findtext(f"{SVG}title")
    assert re.search(rf"!\[[^\]]+\]\(drawings/{file.name}\)", PAGE)
    assert "SPDX-License-Identifier: MIT" in source
    assert len(source) < 8000
    assert {element.tag.removeprefix(SVG) for element in svg.iter() if isinstance(element.tag, str)} <= {
        *("svg", "title", "defs", "g", "use", "text"),
        *("rect", "path", "polygon", "circle"),
    }
    assert set(re.findall(r'href="([^"]*)"', source)) <= {f"#{each}" for each in re.findall(r'id="([^"]*)"', source)}


@pytest.mark.parametrize("file", DRAWINGS, ids=lambda file: file.name)
def test_no_text_of_a_drawing_leaves_it(file: Path) -> None:
    svg = drawing(file)
    _, _, width, height = (float(number) for number in svg.get("viewBox", "").split())
    parents = {child: parent for parent in svg.iter() for child in parent}
    for text in svg.iter(f"{SVG}text"):
        size, anchor, element = None, None, text
        while element is not None:  # what is not said here is said further out
            size, anchor = size or element.get("font-size"), anchor or element.get("text-anchor")
            element = parents.get(element)
        wide = len("".join(text.itertext())) * WIDE * float(size or 0)
        left = float(text.get("x", "nan")) - (wide / 2 if anchor == "middle" else 0)
        assert 0 <= left <= left + wide <= width, text.text
        assert float(size or 0) <= float(text.get("y", "nan")) <= height, text.text


def test_every_place_to_wear_it_is_drawn() -> None:
    svg = drawing(HARDWARE / "drawings/wearing.svg")
    places = {group.get("id") for group in svg.findall(f"{SVG}g") if group.get("id")}
    assert places == set(get_args(get_type_hints(DeviceOptions)["worn"])) - {"other"}


def test_every_position_of_the_calibration_is_drawn() -> None:
    svg = drawing(HARDWARE / "drawings/six-positions.svg")
    positions = [group for group in svg.findall(f"{SVG}g") if str(group.get("id")).startswith("position-")]
    shapes = {ElementTree.tostring(group).partition(b">")[2] for group in positions}
    assert len(positions) == len(shapes) == len(Side)
    assert sum(bool(re.match(r"\d · ", text)) for text in texts(svg)) == len(Side)


def test_every_part_of_both_builds_is_in_its_box() -> None:
    svg = drawing(HARDWARE / "drawings/inside.svg")
    middle = float(svg.get("viewBox", "").split()[2]) / 2
    for name, shown in zip(NAMES, (lambda x: x < middle, lambda x: x > middle), strict=True):
        words = [text.text or "" for text in svg.iter(f"{SVG}text") if shown(float(text.get("x", "nan")))]
        for part in read_plan(name).parts:
            assert any(word.startswith(DRAWN_AS[part]) for word in words), (name, part)
