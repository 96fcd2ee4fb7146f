# SPDX-License-Identifier: MIT
"""One look: its window, the window's autocorrelation, and the comb that settles the octave.

The comb is worked out here as the engine's documentation tells it, S(T) = r(T) + r(2T) - r(T/2) - r(1.5 T); a test
holds it to what the engine's own look says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from kneemon.model.samples import Array
from kneemon.plot.sheet import BLACK, BLUE, GREY, VERMILION, Row, sheet, style, written
from kneemon.plot.step_engine.watched import LOOK_HZ, PERIODS_S, WINDOW_S, Even, look_at, window_at

SMOOTH_S, TREND_S = 0.10, 0.50  # Gaussians whose difference is the step band
LAGS = 83
TEETH = ((0.5, -1), (1.0, 1), (1.5, -1), (2.0, 1))
NAMES = {0.5: "T/2", 1.0: "T", 1.5: "1.5T", 2.0: "2T"}


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """One look taken apart. r is at LOOK_HZ; comb is over PERIODS_S. plain_s: where r alone is highest."""

    name: str
    band_g: Array
    r: Array
    comb: Array
    period_s: float
    plain_s: float

    def r_at(self, lag_s: float) -> float:
        return float(np.interp(lag_s * LOOK_HZ, np.arange(len(self.r)), self.r, right=0.0))


def rhythm(name: str, even: Even, end_s: float) -> Rhythm | None:
    """The look at end_s; None when there is too little signal or nothing moves."""
    window, seen = window_at(even, end_s), look_at(even, end_s)
    if window is None or seen is None or seen.period_s is None:
        return None
    norm_g, n = window[0], len(window[0])
    band_g = (_gaussian(SMOOTH_S, n) - _gaussian(TREND_S, n)) @ norm_g
    centred = band_g - band_g.mean()
    r = np.correlate(centred, centred, "full")[n - 1 : n - 1 + LAGS]
    r = r / r[0] * n / np.maximum(n - np.arange(LAGS), 0.35 * n)
    at = {k: np.interp(k * PERIODS_S * LOOK_HZ, np.arange(LAGS), r, right=0.0) for k, _ in TEETH}
    comb = np.sum([sign * at[k] for k, sign in TEETH], axis=0)
    return Rhythm(name, band_g, r, comb, seen.period_s, float(PERIODS_S[at[1.0].argmax()]))


def rhythm_file(seen: Sequence[Rhythm], suffix: str) -> bytes:
    """One column for each look."""
    title = "One look: which period has the step?"
    with style():
        rows = [Row(96, len(seen)), Row(130, len(seen)), Row(110, len(seen))]
        figure, panels = sheet(title, rows)
        for column, each in enumerate(seen):
            _window(panels[0][column], each)
            _autocorrelation(panels[1][column], each, column)
            _comb(panels[2][column], each, column)
        told = "; ".join(
            f"{x.name}: the comb finds {x.period_s:.2f} s, the highest autocorrelation alone {x.plain_s:.2f} s"
            for x in seen
        )
        return written(figure, suffix, title, f"{told}.")


def _window(axes: Axes, seen: Rhythm) -> None:
    axes.set_title(f"{seen.name}: {WINDOW_S:.1f} s, step band")
    axes.plot(np.arange(len(seen.band_g)) / LOOK_HZ - WINDOW_S, seen.band_g, color=BLACK)
    axes.set_xlim(-WINDOW_S, 0)
    axes.set_xlabel("s before the look")
    axes.set_ylabel("g")
    axes.grid(axis="y")


def _autocorrelation(axes: Axes, seen: Rhythm, column: int) -> None:
    axes.set_title("autocorrelation r")
    axes.plot(np.arange(LAGS) / LOOK_HZ, seen.r, color=BLACK)
    axes.axhline(0.0, color=GREY, linewidth=0.7)
    for tooth, sign in TEETH:
        lag_s = tooth * seen.period_s
        value, colour = seen.r_at(lag_s), BLUE if sign > 0 else VERMILION
        axes.vlines(lag_s, 0.0, value, color=colour, linewidth=1.6, linestyles="solid" if sign > 0 else "dashed")
        axes.plot(
            [lag_s],
            [value],
            marker="^" if sign > 0 else "v",
            markersize=8,
            color=colour,
            linestyle="",
            gid=f"tooth-{column}-{tooth:g}",
        )
        name, above = f"{'+' if sign > 0 else '−'} {NAMES[tooth]}", value >= 0
        offset = (0, 7) if above else (0, -7)
        axes.annotate(
            name, (lag_s, value), offset, textcoords="offset points", ha="center", va="bottom" if above else "top"
        )
    axes.set_ylim(-1.45, 1.45)
    axes.set_yticks([-1, 0, 1])
    axes.set_xlim(0, LAGS / LOOK_HZ)
    axes.set_xlabel("lag, s")


def _comb(axes: Axes, seen: Rhythm, column: int) -> None:
    axes.set_title("comb S(T)")
    axes.plot(PERIODS_S, seen.comb, color=BLACK, gid=f"comb-{column}")
    axes.axhline(0.0, color=GREY, linewidth=0.7)
    score = float(np.interp(seen.period_s, PERIODS_S, seen.comb))
    plain = float(np.interp(seen.plain_s, PERIODS_S, seen.comb))
    high = max(4.6, float(seen.comb.max()) + 0.6)
    low = float(seen.comb.min()) - 0.4
    for period_s, value, marker, colour, words in (
        (seen.plain_s, plain, "x", VERMILION, f"highest r: {seen.plain_s:.2f} s"),
        (seen.period_s, score, "o", BLUE, f"found: {seen.period_s:.2f} s"),
    ):
        axes.plot(
            [period_s],
            [value],
            marker=marker,
            markersize=9,
            markeredgewidth=2,
            color=colour,
            linestyle="",
            markerfacecolor="white",
            label=words,
        )
    axes.set_ylim(low, high)
    axes.set_xlim(float(PERIODS_S[0]) - 0.02, float(PERIODS_S[-1]) + 0.02)
    axes.set_xlabel("candidate step period T, s")
    axes.legend(loc="upper right", borderpad=0.1, borderaxespad=0.0, handletextpad=0.4, handlelength=1.2)


def _gaussian(sigma_s: float, n: int) -> Array:
    apart = np.arange(n)[:, None] - np.arange(n)[None, :]
    kernel = np.exp(-0.5 * (apart / (sigma_s * LOOK_HZ)) ** 2)
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))
