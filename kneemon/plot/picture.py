# SPDX-License-Identifier: MIT
"""All that the picture of one replay shows, as plain data. Stream time in seconds, g, steps/min.

It knows no drawing library and no engine: `app.replay` fills it, `plot.replay` draws it.
"""

from dataclasses import dataclass

import numpy as np

from kneemon.model.cues import Cue
from kneemon.model.gait import CadenceEstimate, GaitState, SignalGap
from kneemon.model.samples import Array


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody wrote down about [start_s, end_s)."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class ReplayPicture:
    """One recording and what became of it.

    t_s, norm_g: shape (n,), every sample: its time, and the norm of its acceleration less 1 g.
    gate: what the engine believed at the end of each block. open_log_odds and close_log_odds: the gate's thresholds.
    cadence: each reading at the time it was told; None in it is a gap.
    truth_s: initial contacts known from elsewhere, None without truth. cues: None when no plan was given.
    """

    title: str
    t_s: Array
    norm_g: Array
    gate: tuple[tuple[float, GaitState], ...]
    open_log_odds: float
    close_log_odds: float
    steps_s: tuple[float, ...]
    cadence: tuple[CadenceEstimate, ...]
    gaps: tuple[SignalGap, ...] = ()
    truth_s: tuple[float, ...] | None = None
    cues: tuple[Cue, ...] | None = None
    ceiling_spm: float | None = None
    labels: tuple[Label, ...] = ()


def norm_less_gravity(acc_g: Array) -> Array:
    """acc_g (n, 3) -> (n,): its norm less 1 g."""
    return np.asarray(np.sqrt(np.square(acc_g).sum(axis=1)) - 1.0)
