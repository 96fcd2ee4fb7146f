# SPDX-License-Identifier: MIT
"""Bars by pygal, its style sheet, script and legend taken away; what they held becomes attributes and titles.

pygal is imported when the first bars are drawn: it costs a page without charts nothing.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kneemon.chart.canvas import FAINT, SMALL, element, safe
from kneemon.chart.frame import SIGN
from kneemon.chart.words import Look


@dataclass(frozen=True, slots=True)
class Series:
    """values: None is not known, and has no bar. said: to a pointer above each bar. hollow: an outline, dashed."""

    colour: str
    values: Sequence[float | None]
    said: Sequence[str]
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """The markup, and where in the drawing the middle of each label's bars is."""

    markup: str
    middles: tuple[float, ...]


def bars(labels: Sequence[str], series: Sequence[Series], look: Look, top: float, bottom: float) -> Bars:
    """In the whole width, from `top` to `bottom` of the drawing. labels: "" where there is no room for one."""
    pygal = _pygal()
    most = max((value for each in series for value in each.values if value is not None), default=0.0)
    chart = pygal.Bar(
        js=[],
        css=[],
        show_legend=False,
        width=look.width,
        height=bottom - top,
        margin=6,
        margin_left=14,
        margin_bottom=12,
        min_scale=3,
        max_scale=5,
        x_labels=[str(place) for place in range(len(labels))],
        range=(0, max(most, 1.0)),
        spacing=0,
        style=pygal.style.Style(label_font_size=SMALL, major_label_font_size=SMALL),
    )
    for each in series:
        notes = zip(each.values, each.said, strict=True)
        chart.add("", [None if value is None else {"value": value, "label": said} for value, said in notes])
    plot = next(node for node in chart.render_tree().iter("g") if node.get("class") == "plot")
    shift_x, shift_y = (float(part) for part in plot.get("transform")[len("translate(") : -1].split(","))
    drawn = _Drawn(labels, series, look, shift_x)
    body = "".join(drawn.of(child) for child in plot)
    return Bars(element("g", body, transform=f"translate({shift_x:.1f},{shift_y + top:.1f})"), tuple(drawn.middles))


def _pygal() -> Any:
    """Without the finder of plugins that it leaves behind, of a kind that Python has given up."""
    import pygal

    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]
    return pygal


class _Drawn:
    """pygal's nodes as markup of ours."""

    def __init__(self, labels: Sequence[str], series: Sequence[Series], look: Look, shift_x: float) -> None:
        self.middles: list[float] = []
        self._labels = labels
        self._series = series
        self._look = look
        self._shift_x = shift_x

    def of(self, node: Any) -> str:
        kind = node.get("class", "").split()
        if "axis" in kind:
            guides = (guide for guide in node.iter("g") if guide.get("class") == "guides")
            return "".join(self._below(guide) if "x" in kind else self._beside(guide) for guide in guides)
        if "series" in kind:
            number = next(word.removeprefix("serie-") for word in kind if word.startswith("serie-"))
            series = self._series[int(number)]
            return "".join(self._bar(bar, series) for bar in node.iter("g") if bar.get("class") == "bar")
        return ""

    def _beside(self, guide: Any) -> str:
        line = element(
            "path", d=guide.find("path").get("d"), stroke=self._look.ink, stroke_opacity=FAINT, fill="none"
        )  # fmt: skip
        return line + self._text(guide.find("text"), guide.find("text").text, "end", -1)

    def _below(self, guide: Any) -> str:
        text = guide.find("text")
        label = self._labels[len(self.middles)]
        self.middles.append(self._shift_x + float(text.get("x")))
        if not label:
            return ""
        half = len(label) * SIGN / 2
        text.set("x", str(min(float(text.get("x")), self._look.width - self._shift_x - half)))
        return self._text(text, label, "middle", 1)

    def _text(self, node: Any, said: str, anchor: str, down: float) -> str:
        return element(
            "text", safe(said), x=float(node.get("x")), y=float(node.get("y")) + down, font_size=SMALL,
            text_anchor=anchor, fill=self._look.ink,
        )  # fmt: skip

    def _bar(self, bar: Any, series: Series) -> str:
        rect = bar.find("rect")
        said = next(desc.text for desc in bar.iter("desc") if desc.get("class") == "label")
        x, width = float(rect.get("x")), float(rect.get("width"))
        paint: dict[str, object] = {"fill": series.colour}
        if series.hollow:
            paint = {"fill": "none", "stroke": self._look.ink, "stroke_width": 1.3, "stroke_dasharray": "3 2"}
        return element(
            "rect", f"<title>{safe(said)}</title>", x=x, y=float(rect.get("y")), width=width,
            height=float(rect.get("height")), data_x=self._shift_x + x + width / 2, data_say=said, **paint,
        )  # fmt: skip
