# SPDX-License-Identifier: MIT
"""What single looks say to the gate, kind of movement by kind of movement: log-odds as strips."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kneemon.plot.sheet import BLACK, BLUE, GREEN, Row, legend, sheet, style, written
from kneemon.plot.step_engine.watched import SeenLook

SPREAD = 0.27  # of a strip's dots, up and down; the golden ratio's multiples fall evenly and never alike
GOLDEN = 0.618034


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of movement and the looks at it."""

    name: str
    looks: tuple[SeenLook, ...]

    @property
    def log_odds(self) -> list[float]:
        return [look.log_odds for look in self.looks if look.log_odds is not None]


def gate_file(kinds: Sequence[Kind], suffix: str) -> bytes:
    """A strip for each kind."""
    title = "The gate: what single looks say"
    with style():
        figure, ((axes,),) = sheet(title, [Row(62 * len(kinds))])
        axes.set_title("log-odds of walking, one dot a look")
        for row, kind in enumerate(kinds):
            odds = kind.log_odds
            around = row + SPREAD * (2 * (GOLDEN * np.arange(len(odds)) % 1.0) - 1)
            axes.plot(odds, around, marker=".", markersize=6, linestyle="", color=BLUE, alpha=0.55, gid=f"looks-{row}")
            if len(odds):
                middle = float(np.median(odds))
                axes.plot([middle, middle], [row - 0.36, row + 0.36], color=BLACK, linewidth=2.5,
                          label="median" if row == 0 else None)  # fmt: skip
            still = len(kind.looks) - len(odds)
            if still:
                words = f"{still} of {len(kind.looks)} looks see nothing move"
                axes.annotate(words, (0.995, row), xycoords=("axes fraction", "data"), ha="right", va="center")
        axes.axvline(0.0, color=GREEN, dashes=(6, 2), linewidth=1.5, label="even")
        axes.set_yticks(range(len(kinds)), [kind.name for kind in kinds])
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(kinds) - 0.5, -0.5)
        widest = max([8.0, *(abs(value) for kind in kinds for value in kind.log_odds)]) + 0.5
        axes.set_xlim(-widest, widest)
        axes.set_xlabel("log-odds of a look; 0 is even, 2 is 7 : 1 for walking")
        axes.grid(axis="x")
        legend(axes)
        return written(figure, suffix, title, " ".join(_told(kind) for kind in kinds))


def _told(kind: Kind) -> str:
    odds = kind.log_odds
    if not odds:
        return f"{kind.name}: nothing moves in {len(kind.looks)} looks."
    above = sum(value > 0.0 for value in odds)
    return f"{kind.name}: median {np.median(odds):.1f}, {above} of {len(kind.looks)} looks for walking."
