# SPDX-License-Identifier: MIT
"""One drawing: elements with attributes alone, so that no style sheet and no script is needed to see it.

Colours are Okabe and Ito's; whatever has a colour has a shape, a dash or a letter of its own, too.
"""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, isfinite, log10

from kneemon.chart.words import Look

BLUE, ORANGE, GREEN, RED, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
TEXT, SMALL = 15, 13
FAINT = 0.25

Point = tuple[float, float]


class Canvas:
    """Elements in the order of drawing, later ones on top."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._parts: list[str] = []

    def add(self, tag: str, body: str = "", /, **attributes: object) -> None:
        """body: already safe. Of the attributes' names _ becomes -; None is left out."""
        self._parts.append(element(tag, body, **attributes))

    def raw(self, markup: str) -> None:
        self._parts.append(markup)

    def text(self, x: float, y: float, words: str, size: int = SMALL, anchor: str = "start", **more: object) -> None:
        attributes = {"fill": self.look.ink, **more}
        self.add("text", safe(words), x=x, y=y, font_size=size, text_anchor=anchor, **attributes)

    def line(self, start: Point, end: Point, **more: object) -> None:
        attributes = {"stroke": self.look.ink, **more}
        self.add("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], **attributes)

    def path(self, points: Sequence[Point], colour: str, width: float = 2, dash: str | None = None) -> None:
        if len(points) == 1:
            self.add("circle", cx=points[0][0], cy=points[0][1], r=width, fill=colour)
            return
        at = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.add(
            "polyline", points=at, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dash,
            stroke_linejoin="round",
        )  # fmt: skip

    def mark(self, shape: str, x: float, y: float, size: float, colour: str, said: str = "") -> None:
        """One of SHAPES around (x, y). said: what a pointer above it is told."""
        body = f"<title>{safe(said)}</title>" if said else ""
        told = {"data_x": x, "data_say": said} if said else {}
        hollow = shape in HOLLOW
        paint = {"fill": "none" if hollow else colour, "stroke": colour, "stroke_width": 1.6, **told}
        if shape in ("circle", "ring", "dotted"):
            dash = "2 2" if shape == "dotted" else None
            self.add("circle", body, cx=x, cy=y, r=size, stroke_dasharray=dash, **paint)
        else:
            points = " ".join(f"{number(x + dx * size)},{number(y + dy * size)}" for dx, dy in SHAPES[shape])
            self.add("polygon", body, points=points, **paint)

    def hover(self, x: float, top: float, width: float, height: float, said: str) -> None:
        """A place without ink that says something to a pointer; data-x is its middle."""
        title = f"<title>{safe(said)}</title>"
        self.add(
            "rect", title, x=x, y=top, width=width, height=height, fill="#000000", fill_opacity=0,
            data_x=x + width / 2, data_say=said,
        )  # fmt: skip

    def done(self, name: str, title: str, description: str) -> str:
        look = self.look
        heads = f'<title id="{name}-title">{safe(title)}</title><desc id="{name}-desc">{safe(description)}</desc>'
        return element(
            "svg", heads + "".join(self._parts), xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {look.width} {look.height}", role="img", aria_labelledby=f"{name}-title {name}-desc",
            font_family=look.font or None, fill=look.ink,
        )  # fmt: skip


SHAPES = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "box": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "up": ((0.0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    "down": ((0.0, 1.1), (1.05, -0.8), (-1.05, -0.8)),
    "diamond": ((0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)),
    "cross": (
        (0.0, -0.35), (0.7, -1.05), (1.05, -0.7), (0.35, 0.0), (1.05, 0.7), (0.7, 1.05),
        (0.0, 0.35), (-0.7, 1.05), (-1.05, 0.7), (-0.35, 0.0), (-1.05, -0.7), (-0.7, -1.05),
    ),
}  # fmt: skip
HOLLOW = ("box", "ring", "dotted")


def element(tag: str, body: str = "", /, **attributes: object) -> str:
    """Names: _ becomes -, but for viewBox; None is left out. body: already safe."""
    written = "".join(
        f' {name.replace("_", "-")}="{number(value) if isinstance(value, int | float) else safe(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{written}>{body}</{tag}>" if body else f"<{tag}{written}/>"


def safe(text: str) -> str:
    """As text within markup; without what no XML may hold."""
    return escape("".join(sign for sign in text if sign >= " " and sign not in "\ufffe\uffff" and not _lone(sign)))


def number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isfinite(value) else "0"


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers that hold [low, high]; at least two."""
    span = max(high - low, 1e-6)
    rough = span / max(1, most - 1)
    power = 10 ** floor(log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [step * count for count in range(first, max(last, first + 1) + 1)]


def runs(values: Iterable[Point | None]) -> list[list[Point]]:
    """The stretches between the unknown."""
    found: list[list[Point]] = [[]]
    for value in values:
        if value is None:
            found.append([])
        else:
            found[-1].append(value)
    return [run for run in found if run]


def _lone(sign: str) -> bool:
    return "\ud800" <= sign <= "\udfff"
