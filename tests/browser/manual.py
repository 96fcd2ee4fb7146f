# SPDX-License-Identifier: MIT
"""`python -m tests.browser.manual docs`: the pictures of docs/page.md, anew, and docs/page.pdf of its words.

The pictures are the real page upon a made-up life of twelve weeks, always the same person. Words are written by hand.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.append(str(Path(__file__).parent))
from browser_bench import Window, chromium, furnished, window
from writing_bench import House, lived

from kneemon.model.records import SessionRecord
from kneemon.store import StoreReader
from kneemon.web.visit import Role

WIDTH = 760
DESK = 1140
SCALE = 1.4
COLOURS = 64  # enough for a page, and small
WEEKS = 12
ON_FOOT = 0.7  # of a walk that is not mostly rests
INLINE = re.compile(r"\*\*(?P<bold>.+?)\*\*|`(?P<code>.+?)`|\[(?P<link>.+?)\]\(.+?\)")
PICTURE = re.compile(r"!\[(?P<alt>.+)\]\((?P<file>.+)\)")
PAPER = Path(__file__).with_name("manual.typ")


def main() -> None:
    docs = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    take_pictures(docs / "page")
    (docs / "page.pdf").write_bytes(typeset(docs))


def take_pictures(folder: Path) -> None:
    """Of the overview, a walk with signals and pain, the weeks, and a plan before it is saved."""
    folder.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as made,
        House(lived(Path(made), WEEKS)) as house,
        sync_playwright() as play,
        chromium(play) as browser,
    ):
        furnished(house)
        with window(browser, house, Role.PHYSIO, width=DESK, scale=SCALE) as opened:
            _overview(opened, folder / "overview.png")
        with window(browser, house, Role.PHYSIO, width=WIDTH, scale=SCALE) as opened:
            opened.to(f"/walk/{_telling(house)}")
            _chart(opened, folder / "walk.png")
            opened.to("/weeks")
            _chart(opened, folder / "weeks.png")
            _preview(opened, folder / "preview.png")
    for file in folder.glob("*.png"):
        with Image.open(file) as picture:
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(file, optimize=True)


def typeset(docs: Path) -> bytes:
    """docs/page.md as a tagged PDF."""
    inputs = {"blocks": json.dumps(list(blocks((docs / "page.md").read_text())))}
    source = docs / ".page.typ"  # beside its pictures
    source.write_bytes(PAPER.read_bytes())
    try:
        return bytes(typst.compile(str(source), root=str(docs), sys_inputs=inputs, pdf_standards=["ua-1"]))
    finally:
        source.unlink()


def blocks(markdown: str) -> Iterator[dict[str, Any]]:
    """The few shapes of Markdown that the manual uses."""
    for paragraph in markdown.split("\n\n"):
        flat = " ".join(paragraph.split())
        if picture := PICTURE.fullmatch(flat):
            yield {"kind": "picture", **picture.groupdict()}
        elif heading := re.fullmatch(r"(#+) (.+)", flat):
            yield {"kind": "heading", "level": len(heading[1]), "pieces": pieces(heading[2])}
        elif flat.startswith("* "):
            yield {"kind": "points", "points": [pieces(point) for point in re.split(r"(?:^| )\* ", flat) if point]}
        elif flat:
            yield {"kind": "text", "pieces": pieces(flat)}


def pieces(text: str) -> list[dict[str, str]]:
    """Its stretches, and how each looks."""
    found, end = [], 0
    for match in INLINE.finditer(text):
        found.append({"look": "", "text": text[end : match.start()]})
        look = str(match.lastgroup)
        found.append({"look": look, "text": match[look]})
        end = match.end()
    return [*found, {"look": "", "text": text[end:]}]


def _telling(house: House) -> str:
    """A walk with much to see: pain told and the ceiling passed, the newest of its kind."""
    with StoreReader(house.daemon.store) as reader:
        records = reader.sessions()
    told = [
        record for record in records if record.summary.pains and record.summary.walking_s > ON_FOOT * _lasted(record)
    ]
    return max(told, key=lambda record: record.summary.over_pace_s or 0.0).session_id


def _lasted(record: SessionRecord) -> float:
    return record.summary.ended_s - record.summary.started_s


def _overview(opened: Window, file: Path) -> None:
    opened.to("/")
    end = opened.page.locator("h2", has_text="Last walks").bounding_box()
    assert end is not None
    opened.page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": DESK, "height": end["y"] - 10})


def _chart(opened: Window, file: Path) -> None:
    opened.page.locator("figure.chart .drawing").first.screenshot(path=file)


def _preview(opened: Window, file: Path) -> None:
    opened.to("/plan/edit")
    opened.page.fill("#f-cadence_ceiling_spm", "110")
    opened.page.fill("#week-3-minutes", "18")
    opened.press("Look at it before saving")
    end = opened.page.locator("#f-note").bounding_box()
    assert end is not None
    height = end["y"] + end["height"] + 80
    opened.page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 100, "width": WIDTH, "height": height - 100})


if __name__ == "__main__":
    main()
