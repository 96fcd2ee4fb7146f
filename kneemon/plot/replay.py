# SPDX-License-Identifier: MIT
"""The picture of one replay: panels over one time axis. Signal, gate, steps beside the truth, cadence, cues.

Every mark that tells a figure is a group of its own in the SVG, named by its gid. A stretch [start_s, end_s] may be
asked for; steps are matched over the whole recording first, so that its edges make no misses.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kneemon.model.samples import Array
from kneemon.plot.envelope import envelope
from kneemon.plot.matching import WITHIN_S, Matched, match
from kneemon.plot.picture import ReplayPicture
from kneemon.plot.replay_marks import draw_cues, draw_labels, rows_of_cues
from kneemon.plot.sheet import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LEFT_PX,
    ORANGE,
    PURPLE,
    RIGHT_PX,
    SKY,
    VERMILION,
    WIDTH_PX,
    Row,
    legend,
    sheet,
    style,
    written,
)

COLUMNS = 2 * (WIDTH_PX - LEFT_PX - RIGHT_PX)  # of the signal's envelope: two to a px, for screens that show them
ROW_PX = 19
LARGE_S = 1e5  # stamps beyond it are told less their beginning


@dataclass(frozen=True, slots=True)
class _View:
    """The stretch shown; `origin_s` is taken off every time."""

    start_s: float
    end_s: float
    origin_s: float

    @property
    def edges(self) -> tuple[float, float]:
        return self.at(self.start_s), self.at(self.end_s)

    def at(self, t_s: float) -> float:
        return t_s - self.origin_s

    def within(self, times_s: tuple[float, ...]) -> list[float]:
        return [self.at(t_s) for t_s in times_s if self.start_s <= t_s <= self.end_s]


def replay_file(picture: ReplayPicture, suffix: str, start_s: float | None = None, end_s: float | None = None) -> bytes:
    """The picture as a file of that kind: .svg, .png or .pdf."""
    view = _view(picture, start_s, end_s)
    matched = None if picture.truth_s is None else match(picture.steps_s, picture.truth_s)
    cues = [] if picture.cues is None else [c for c in picture.cues if view.start_s <= c.t_s <= view.end_s]
    label_px = [ROW_PX] if picture.labels else []
    cue_rows = rows_of_cues([(view.at(cue.t_s), cue) for cue in cues], *view.edges)
    cue_px = [] if picture.cues is None else [ROW_PX * max(1, len(cue_rows)) + 8]
    with style():
        heights_px = [*label_px, 112, 100, 40 if matched is None else 62, 108, *cue_px]
        told = [False] * (len(heights_px) - 1) + [True]
        figure, rows = sheet(picture.title, [Row(px, told=x) for px, x in zip(heights_px, told, strict=True)])
        panels = [row[0] for row in rows]
        rest = iter(panels)
        if label_px:
            labels = [(view.at(x.start_s), view.at(x.end_s), x.text) for x in picture.labels]
            draw_labels(next(rest), labels, *view.edges)
        _signal(next(rest), picture, view)
        _gate(next(rest), picture, view)
        counted = _steps(next(rest), picture, matched, view)
        _cadence(next(rest), picture, view)
        if cue_px:
            draw_cues(next(rest), cue_rows)
        _share(panels, picture, view)
        return written(figure, suffix, picture.title, _told(picture, view, counted))


def _view(picture: ReplayPicture, start_s: float | None, end_s: float | None) -> _View:
    first_s, last_s = float(picture.t_s[0]), float(picture.t_s[-1])
    start_s = first_s if start_s is None else max(start_s, first_s)
    end_s = last_s if end_s is None else min(end_s, last_s)
    return _View(start_s, end_s, float(np.floor(first_s)) if abs(first_s) > LARGE_S else 0.0)


def _signal(axes: Axes, picture: ReplayPicture, view: _View) -> None:
    axes.set_title("acceleration: norm less 1 g")
    shown = (picture.t_s >= view.start_s) & (picture.t_s <= view.end_s)
    t_s, norm_g = envelope(picture.t_s[shown], picture.norm_g[shown], COLUMNS)
    ends = np.array([gap.end_s for gap in picture.gaps])
    breaks = np.unique(np.searchsorted(t_s, ends))
    breaks = breaks[(breaks > 0) & (breaks < len(t_s))]
    axes.plot(
        np.insert(t_s - view.origin_s, breaks, np.nan),
        np.insert(norm_g, breaks, np.nan),
        color=BLACK,
        linewidth=0.7,
        gid="signal",
    )
    axes.set_ylabel("g")
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="y")


def _gate(axes: Axes, picture: ReplayPicture, view: _View) -> None:
    axes.set_title("gate: log-odds of walking")
    times_s = np.array([view.at(t_s) for t_s, _ in picture.gate])
    odds = _numbers([state.log_odds for _, state in picture.gate])
    for number, (start_s, end_s) in enumerate(_open(picture)):
        axes.axvspan(
            view.at(start_s),
            view.at(end_s),
            color=SKY,
            alpha=0.25,
            linewidth=0,
            label="open" if number == 0 else None,
            gid=f"open-{number}",
        )
    axes.plot(times_s, odds, color=BLACK, gid="log-odds")
    axes.axhline(picture.open_log_odds, color=GREEN, dashes=(6, 2), label="opens above", gid="threshold-open")
    axes.axhline(picture.close_log_odds, color=VERMILION, dashes=(1.5, 2), label="closes below", gid="threshold-close")
    axes.set_ylim(-6.6, 6.6)
    axes.set_yticks([-6, -3, 0, 3, 6])
    legend(axes)


def _open(picture: ReplayPicture) -> list[tuple[float, float]]:
    """Spans in which the gate was open, as seen at the ends of blocks; a gap that closed it is not in them."""
    spans: list[tuple[float, float]] = []
    since_s: float | None = None
    before_s = 0.0
    for t_s, state in picture.gate:
        if state.walking and since_s is None:
            since_s = t_s
        elif not state.walking and since_s is not None:
            spans.append((since_s, min([t_s, *(gap.start_s for gap in picture.gaps if before_s <= gap.start_s < t_s)])))
            since_s = None
        before_s = t_s
    if since_s is not None:
        spans.append((since_s, picture.gate[-1][0]))
    return spans


def _steps(axes: Axes, picture: ReplayPicture, matched: Matched | None, view: _View) -> str:
    """Draws them, and tells their numbers in words."""
    tick: dict[str, Any] = {"linestyle": "", "markersize": 17, "clip_on": True}
    axes.spines["left"].set_visible(False)
    if matched is None:
        shown = view.within(picture.steps_s)
        axes.set_title(f"steps: {len(shown)}")
        axes.plot(shown, [0.0] * len(shown), marker="|", color=BLUE, gid="steps", **tick)
        axes.set_yticks([])
        axes.set_ylim(-1, 1)
        return f"{len(shown)} steps"
    paired, extra = view.within(matched.paired_s), view.within(matched.extra_s)
    found, missed = view.within(matched.found_s), view.within(matched.missed_s)
    axes.set_title(f"steps: {len(paired) + len(extra)} found, {len(found) + len(missed)} true")
    bold: dict[str, Any] = {"linestyle": "", "markersize": 8, "markeredgewidth": 1.8}
    axes.plot(paired, [1.0] * len(paired), marker="|", color=BLUE, gid="steps", **tick)
    axes.plot(found, [0.0] * len(found), marker="|", color=GREY, gid="truth", **tick)
    extra_told, missed_told = f"{len(extra)} without a true one", f"{len(missed)} missed"
    axes.plot(extra, [1.0] * len(extra), marker="x", color=VERMILION, label=extra_told, gid="steps-unmatched", **bold)
    axes.plot(
        missed,
        [0.0] * len(missed),
        marker="o",
        color=PURPLE,
        markerfacecolor="white",
        label=missed_told,
        gid="truth-unmatched",
        **bold,
    )
    axes.set_yticks([1, 0], ["found", "true"])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, 1.7)
    legend(axes)
    return (
        f"{len(paired) + len(extra)} steps found, {extra_told}; {len(found) + len(missed)} true steps, {missed_told} "
        f"(matched one to one within {WITHIN_S:g} s)"
    )


def _cadence(axes: Axes, picture: ReplayPicture, view: _View) -> None:
    axes.set_title("cadence, steps/min")
    times_s = np.array([view.at(reading.t_s) for reading in picture.cadence])
    spm = _numbers([reading.cadence_spm for reading in picture.cadence])
    sd = _numbers([reading.sd_spm for reading in picture.cadence])
    if np.isfinite(spm + sd).any():
        axes.fill_between(
            times_s, spm - sd, spm + sd, color=ORANGE, alpha=0.4, linewidth=0, label="± uncertainty", gid="uncertainty"
        )
    axes.plot(times_s, spm, color=BLACK, marker=".", markersize=3.5, linewidth=0.9, gid="cadence")
    low_spm, high_spm = 60.0, 130.0
    shown = np.isfinite(spm) & (times_s >= view.at(view.start_s)) & (times_s <= view.at(view.end_s))
    edges = [*(spm[shown] - np.nan_to_num(sd[shown])), *(spm[shown] + np.nan_to_num(sd[shown]))]
    if picture.ceiling_spm is not None:
        axes.axhline(
            picture.ceiling_spm,
            color=VERMILION,
            dashes=(6, 2),
            label=f"ceiling {picture.ceiling_spm:g}",
            gid="ceiling",
        )
        edges.append(picture.ceiling_spm)
    if edges:
        low_spm, high_spm = min(edges) - 6, max(edges) + 6
    axes.set_ylim(low_spm, high_spm)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.grid(axis="y")
    legend(axes)


def _share(panels: list[Axes], picture: ReplayPicture, view: _View) -> None:
    """One time axis, told below the last panel; gaps hatched in all."""
    start_s, end_s = view.at(view.start_s), view.at(view.end_s)
    for number, axes in enumerate(panels):
        for which, gap in enumerate(picture.gaps):
            axes.axvspan(
                view.at(gap.start_s),
                view.at(gap.end_s),
                facecolor="none",
                edgecolor=GREY,
                hatch="////",
                linewidth=0,
                zorder=3,
                gid=f"gap-{number}-{which}",
            )
        axes.set_xlim(start_s, max(end_s, start_s + 1e-3))
        axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 3, 5, 6, 10]))
        last = axes is panels[-1]
        axes.tick_params(axis="x", labelbottom=last)
        if last:
            axes.set_xlabel("s" if not view.origin_s else f"s after {view.origin_s:.0f} s")
    if any(gap.end_s >= view.start_s and gap.start_s <= view.end_s for gap in picture.gaps):
        signal = panels[1 if picture.labels else 0]
        signal.fill_between([], [], facecolor="white", edgecolor=GREY, hatch="////", linewidth=0, label="no signal")
        legend(signal)


def _told(picture: ReplayPicture, view: _View, counted: str) -> str:
    """The picture in a sentence, for those who do not see it."""
    words = [f"{view.at(view.start_s):.0f} to {view.at(view.end_s):.0f} s: {counted}"]
    gaps = sum(gap.end_s >= view.start_s and gap.start_s <= view.end_s for gap in picture.gaps)
    if gaps:
        words.append(f"{gaps} {'gap' if gaps == 1 else 'gaps'} in the signal")
    spm = [r.cadence_spm for r in picture.cadence if r.cadence_spm is not None and view.within((r.t_s,))]
    if spm:
        words.append(f"cadence {min(spm):.0f} to {max(spm):.0f} steps/min")
    if picture.cues is not None:
        words.append(f"{len(view.within(tuple(cue.t_s for cue in picture.cues)))} cues")
    return "; ".join(words) + "."


def _numbers(values: list[float | None]) -> Array:
    """None becomes NaN, which the drawing leaves out."""
    return np.array([np.nan if value is None else value for value in values], dtype=float)
