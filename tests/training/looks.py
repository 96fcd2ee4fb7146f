# SPDX-License-Identifier: MIT
"""What the gate learns from: the figures of looks at a signal, each with whether it shows walking.

Looks are the engine's, over the same 3.5 s, every 0.4 s. One that nothing is known of is left out, and one that sees
nobody move does not exist, as the engine asks the gate nothing then.
"""

from dataclasses import dataclass

import numpy as np

from kneemon.dsp.resample import QUANTUM
from kneemon.gait.params import GaitParams
from kneemon.gait.rhythm import FEATURES, WINDOW, look
from kneemon.model.samples import Array
from tests.training.signals import MARGIN_S, RATE_HZ, Kind, Signal

GAIT = GaitParams()
EVERY = round(GAIT.look_s * RATE_HZ)  # samples
WINDOW_S = 2 * WINDOW / RATE_HZ
LOG_RMS = FEATURES.index("log_rms")


@dataclass(frozen=True, slots=True)
class LabelParams:
    """When a look at a walk with counted steps is one at walking."""

    recent_s: float = 2.0  # the end of the window decides: the gate is to open soon after the first steps
    share: float = 0.65  # of the steps the true cadence would bring in that time; the others were a turn's
    least: int = 3  # steps in the window: two make no rhythm
    about: int = 4  # steps on either side of the end that tell the cadence
    walked_g: float = 0.03  # rms of the step band below which a walk without counted steps or labels stands still


LABELS = LabelParams()


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """figures: shape (n, 23), in the order of FEATURES. walking: shape (n,)."""

    figures: Array
    walking: Array


def looks(signal: Signal, first: int = 0) -> Looks:
    """All labelled looks; first: by how many samples the first one is late, so that copies are not looked at alike."""
    rows = _as_the_engine_has_them(signal.acc_g)
    figures, labels = [], []
    for end in range(2 * WINDOW + first, len(rows) + 1, EVERY):
        label = walking(signal, end / RATE_HZ)
        if label is None:
            continue
        window = rows[end - 2 * WINDOW : end]
        pairs = 0.5 * (window[0::2] + window[1::2])
        seen = look(pairs[:, 0].copy(), pairs[:, 1:].copy(), None, GAIT.gate.still_g)
        if seen is None:
            continue
        if signal.kind is Kind.WALKED and not signal.quiet_s and seen.features[LOG_RMS] < np.log(LABELS.walked_g):
            continue
        figures.append(seen.features)
        labels.append(label)
    return Looks(np.array(figures).reshape(-1, len(FEATURES)), np.array(labels, dtype=bool))


def walking(signal: Signal, end_s: float, params: LabelParams = LABELS) -> bool | None:
    """Whether a look whose window ends at end_s shows walking; None when that is not known."""
    if signal.kind is Kind.NONE:
        return False
    if signal.kind is Kind.UNKNOWN:
        return None
    start_s = end_s - WINDOW_S
    if any(quiet_s - MARGIN_S <= start_s and end_s <= until_s + MARGIN_S for quiet_s, until_s in signal.quiet_s):
        return False
    if signal.kind is Kind.WALKED:
        resting = any(
            quiet_s - MARGIN_S < end_s and start_s < until_s + MARGIN_S for quiet_s, until_s in signal.quiet_s
        )
        return None if resting else True
    contacts_s = signal.contacts_s
    in_window, recent, end = np.searchsorted(contacts_s, (start_s, end_s - params.recent_s, end_s)).tolist()
    if end - recent < 2 or end - in_window < params.least:
        return None
    about_s = contacts_s[max(0, recent - params.about) : end + params.about]
    expected = params.recent_s / float(np.median(np.diff(about_s)))
    return True if end - recent >= params.share * expected else None


def _as_the_engine_has_them(acc_g: Array) -> Array:
    """Norm less 1 g, then the vector, in the resampler's steps: shape (n, 4)."""
    acc_g = np.rint(acc_g * QUANTUM) / QUANTUM
    norm_g = np.rint(np.sqrt((acc_g * acc_g).sum(axis=1)) * QUANTUM) / QUANTUM
    return np.column_stack((norm_g - 1.0, acc_g))
