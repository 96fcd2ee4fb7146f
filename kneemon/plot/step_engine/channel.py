# SPDX-License-Identifier: MIT
"""The step channel: what the filter is, what it passes, and what it makes of a stretch of slow gait."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from kneemon.model.samples import Array
from kneemon.plot.sheet import BLACK, BLUE, GREEN, GREY, VERMILION, Row, legend, sheet, style, written
from kneemon.plot.step_engine.watched import RATE_HZ, Even, channel, step_filter

PERIODS_S = (0.45, 0.7, 1.1)  # brisk, slow, very slow
LOOKS = ((BLUE, "solid"), (GREEN, "dashed"), (VERMILION, "dotted"))
FFT = 1 << 11


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """[start_s, end_s) of a walk whose steps are about period_s apart; contacts_s: its initial contacts."""

    name: str
    even: Even
    start_s: float
    end_s: float
    period_s: float
    contacts_s: tuple[float, ...]
    contacts: str  # what they are: "true step", or "step found" where nobody knows the truth


def channel_file(stretch: Stretch, suffix: str) -> bytes:
    """Impulse and frequency responses, then the stretch before and after."""
    title = "The step channel: a filter as wide as one step"
    with style():
        figure, panels = sheet(title, [Row(120, 2), Row(100, told=False), Row(100)])
        _impulses(panels[0][0])
        _frequencies(panels[0][1])
        maxima = _before_and_after(panels[1][0], panels[2][0], stretch)
        inside = sum(stretch.start_s <= t_s < stretch.end_s for t_s in stretch.contacts_s)
        told = (
            f"Responses for step periods of {', '.join(f'{x:g}' for x in PERIODS_S)} s; {stretch.name}: "
            f"{inside} initial contacts, {maxima} maxima above zero after the filter."
        )
        return written(figure, suffix, title, told)


def _impulses(axes: Axes) -> None:
    axes.set_title("weights of the filter")
    for period_s, (colour, dashes) in zip(PERIODS_S, LOOKS, strict=True):
        at_s, h = step_filter(period_s)
        axes.plot(at_s, h, color=colour, linestyle=dashes, linewidth=1.6, label=f"T = {period_s:g} s")
    axes.axhline(0.0, color=GREY, linewidth=0.7)
    axes.set_xlabel("s before and after the position")
    axes.legend(loc="upper left", borderpad=0.1, borderaxespad=0.0, handlelength=1.4)


def _frequencies(axes: Axes) -> None:
    axes.set_title("gain at multiples of the step frequency")
    for period_s, (colour, dashes) in zip(PERIODS_S, LOOKS, strict=True):
        gain = np.abs(np.fft.rfft(step_filter(period_s)[1], FFT))
        relative = np.fft.rfftfreq(FFT, 1 / RATE_HZ) * period_s
        shown = relative <= 4.0
        axes.plot(relative[shown], gain[shown], color=colour, linestyle=dashes, linewidth=1.6)
    axes.set_xticks([0, 0.5, 1, 2, 3, 4], ["0", "½\nstride", "1\nstep", "2", "3", "4"])
    axes.set_xlim(0, 4)
    axes.set_ylim(0, None)
    axes.grid(axis="both")


def _before_and_after(before: Axes, after: Axes, stretch: Stretch) -> int:
    """Draws both; how many maxima above zero there are."""
    shift_s = stretch.start_s
    contacts = np.array([t_s - shift_s for t_s in stretch.contacts_s if stretch.start_s <= t_s < stretch.end_s])
    before.set_title(f"before: {stretch.name}")
    _signal(before, stretch, stretch.even.t_s, stretch.even.norm_g, contacts)
    legend(before)
    t_s, y = channel(stretch.even, stretch.period_s)
    after.set_title(f"after the channel of {stretch.period_s:.2f} s")
    _signal(after, stretch, t_s, y, contacts, told=False)
    top = np.flatnonzero((y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:]) & (y[1:-1] > 0)) + 1
    top = top[(t_s[top] >= stretch.start_s) & (t_s[top] < stretch.end_s)]
    after.plot(
        t_s[top] - shift_s, y[top], marker="o", color=BLUE, linestyle="", markersize=7, markerfacecolor="white",
        label="maximum", gid="maxima",
    )  # fmt: skip
    legend(after)
    after.set_xlabel("s")
    before.tick_params(axis="x", labelbottom=False)
    return len(top)


def _signal(axes: Axes, stretch: Stretch, t_s: Array, y: Array, contacts: Array, *, told: bool = True) -> None:
    shown = (t_s >= stretch.start_s) & (t_s < stretch.end_s)
    values = y[shown]
    axes.plot(t_s[shown] - stretch.start_s, values, color=BLACK)
    low, high = float(values.min()), float(values.max())
    room = 0.12 * (high - low)
    axes.set_ylim(low - 2.2 * room, high + room)
    axes.plot(
        contacts,
        [low - 1.2 * room] * len(contacts),
        marker="|",
        markersize=12,
        markeredgewidth=1.6,
        linestyle="",
        color=VERMILION,
        label=stretch.contacts if told else None,
    )
    axes.set_xlim(0, stretch.end_s - stretch.start_s)
    axes.set_ylabel("g")
    axes.grid(axis="y")
