# SPDX-License-Identifier: MIT
"""How the gate opens: a run is credited backwards, all at once, each step with its own time; then step by step."""

import numpy as np
from matplotlib.axes import Axes

from kneemon.plot.sheet import BLACK, BLUE, GREY, ORANGE, VERMILION, Row, legend, sheet, style, written
from kneemon.plot.step_engine.outings import Outing
from kneemon.plot.step_engine.watched import Watched, replay_picture

BEFORE_S, AFTER_S = 1.5, 6.0


def opening_file(outing: Outing, watched: Watched, suffix: str) -> bytes:
    """The first opening of the outing; there must be one."""
    title = "When the gate opens"
    steps = [(step.t_s, step.known_at_s) for step in watched.steps]
    opened_s = steps[0][1]
    run = [at for at in steps if at[1] == opened_s]
    start_s, end_s = run[0][0] - BEFORE_S, opened_s + AFTER_S
    singly = [at for at in steps if opened_s < at[1] and at[0] <= end_s]
    with style():
        figure, ((signal,), (told,)) = sheet(title, [Row(90, told=False), Row(280)])
        _signal(signal, outing, watched, start_s, end_s)
        _announced(told, run, singly, opened_s)
        for axes in (signal, told):
            axes.set_xlim(start_s, end_s)
            axes.axvline(opened_s, color=BLACK, dashes=(4, 3), linewidth=1)
        signal.tick_params(axis="x", labelbottom=False)
        told.set_ylim(run[0][0] - 0.5, end_s + 0.3)
        words = (
            f"{len(run)} steps from {run[0][0]:.1f} s on are credited at {opened_s:.1f} s, when the gate opens; "
            f"the {len(singly)} after them singly, {np.median([b - a for a, b in singly]):.2f} s late in the median."
            if singly
            else f"{len(run)} steps from {run[0][0]:.1f} s on are credited at {opened_s:.1f} s, when the gate opens."
        )
        return written(figure, suffix, title, words)


def _signal(axes: Axes, outing: Outing, watched: Watched, start_s: float, end_s: float) -> None:
    picture = replay_picture(outing, watched)
    shown = (picture.t_s >= start_s) & (picture.t_s <= end_s)
    axes.set_title("acceleration: norm less 1 g")
    axes.plot(picture.t_s[shown], picture.norm_g[shown], color=BLACK, linewidth=0.8)
    axes.set_ylabel("g")
    axes.grid(axis="y")


def _announced(axes: Axes, run: list[tuple[float, float]], singly: list[tuple[float, float]], opened_s: float) -> None:
    axes.set_title("announced at, s")
    ends = [run[0][0] - 5.0, opened_s + 20.0]
    axes.plot(ends, ends, color=GREY, linewidth=1, label="no delay")
    for steps, colour, marker, words, gid in (
        (run, VERMILION, "s", "credited backwards", "credited"),
        (singly, BLUE, "o", "step by step", "singly"),
    ):
        for t_s, known_at_s in steps:
            axes.plot([t_s, t_s], [t_s, known_at_s], color=colour, linewidth=1, alpha=0.6)
        axes.plot(
            [t_s for t_s, _ in steps],
            [known_at_s for _, known_at_s in steps],
            marker=marker,
            markersize=7,
            linestyle="",
            color=colour,
            markerfacecolor="white" if steps is singly else colour,
            label=words,
            gid=gid,
        )
    axes.axhline(opened_s, color=ORANGE, linewidth=1, zorder=0)
    axes.annotate(
        "the gate opens", (opened_s, 0.03), (6, 0), xycoords=("data", "axes fraction"), textcoords="offset points"
    )
    axes.set_xlabel("time of the step, s")
    axes.grid(axis="y")
    legend(axes)
