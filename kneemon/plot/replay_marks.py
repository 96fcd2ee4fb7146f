# SPDX-License-Identifier: MIT
"""Marks with words in them, placed so that no word lies on another: cues, and labels of stretches."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from kneemon.model.cues import LIMIT_CUES, Cue
from kneemon.plot.sheet import BLUE, LEFT_PX, PALE, RIGHT_PX, VERMILION, WIDTH_PX

LETTER_PX = 7.6  # a wide one at 12 px
MARK_PX = 9
PANEL_PX = WIDTH_PX - LEFT_PX - RIGHT_PX

Placed = list[tuple[float, Cue, bool]]  # when, what, whether its words stand to the left of the mark


def words_of(cue: Cue) -> str:
    return str(cue.kind).replace("_", " ")


def rows_of_cues(cues: Sequence[tuple[float, Cue]], start_s: float, end_s: float) -> list[Placed]:
    """Cues in time order, each in the first row with room for its words."""
    rows: list[Placed] = []
    taken_px: list[float] = []
    for at_s, cue in cues:
        at_px = (at_s - start_s) * _px_a_second(start_s, end_s)
        words_px = MARK_PX + LETTER_PX * len(words_of(cue))
        leftwards = at_px + words_px > PANEL_PX
        from_px, to_px = (at_px - words_px, at_px + MARK_PX) if leftwards else (at_px - MARK_PX, at_px + words_px)
        row = next((i for i, end_px in enumerate(taken_px) if from_px > end_px), len(rows))
        if row == len(rows):
            rows.append([])
            taken_px.append(0.0)
        rows[row].append((at_s, cue, leftwards))
        taken_px[row] = to_px
    return rows


def draw_cues(axes: Axes, rows: Sequence[Placed]) -> None:
    """A limit's cue is a filled triangle, another a hollow circle."""
    axes.set_title("cues")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(max(1, len(rows)) - 0.4, -0.6)
    for limit, marker, colour, gid in ((True, "v", VERMILION, "cues-limit"), (False, "o", BLUE, "cues")):
        marks = [(at_s, y) for y, row in enumerate(rows) for at_s, cue, _ in row if (cue.kind in LIMIT_CUES) is limit]
        axes.plot(
            [at_s for at_s, _ in marks],
            [y for _, y in marks],
            linestyle="",
            marker=marker,
            markersize=8,
            color=colour,
            markerfacecolor=colour if limit else "white",
            clip_on=False,
            gid=gid,
        )
    for y, row in enumerate(rows):
        for at_s, cue, leftwards in row:
            axes.annotate(
                words_of(cue),
                (at_s, y),
                (-MARK_PX if leftwards else MARK_PX, 0),
                textcoords="offset points",
                ha="right" if leftwards else "left",
                va="center",
                annotation_clip=True,
                zorder=4,
                bbox={"facecolor": "white", "linewidth": 0, "pad": 1.5},
            )


def draw_labels(axes: Axes, labels: Sequence[tuple[float, float, str]], start_s: float, end_s: float) -> None:
    """A light strip; a stretch too short for its words goes without them."""
    axes.set_title("labels")
    axes.set_yticks([])
    axes.set_ylim(0, 1)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="x", length=0)
    for number, (since_s, until_s, text) in enumerate(labels):
        since_s, until_s = max(since_s, start_s), min(until_s, end_s)
        if since_s >= until_s:
            continue
        axes.axvspan(since_s, until_s, facecolor=PALE, edgecolor="white", linewidth=1.5, gid=f"label-{number}")
        if LETTER_PX * len(text) < (until_s - since_s) * _px_a_second(start_s, end_s):
            paper = {"facecolor": PALE, "linewidth": 0, "pad": 1.5}  # on which words stay readable over a hatched gap
            middle_s = 0.5 * (since_s + until_s)
            axes.text(middle_s, 0.45, text, ha="center", va="center", parse_math=False, zorder=4, bbox=paper)


def _px_a_second(start_s: float, end_s: float) -> float:
    return PANEL_PX / max(end_s - start_s, 1e-3)
