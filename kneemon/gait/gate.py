# SPDX-License-Identifier: MIT
"""Is this walking? A small network's log-odds for one look, and a gate with hysteresis over looks.

The gate only says that walking is believed. Steps are found by `contacts`; the two jobs are apart because the best
counters count anything rhythmic, and the best gates lose steps.
"""

import numpy as np

from kneemon.gait.gate_table import BIAS, SCALING, UNITS
from kneemon.gait.params import GateParams
from kneemon.gait.rhythm import FEATURES, Look
from kneemon.model.samples import Array

if tuple(SCALING) != FEATURES:
    raise ImportError("gate_table is not the table of rhythm.FEATURES")
_MEAN, _SCALE = np.array(list(SCALING.values())).T
_OUT = np.array([unit[0] for unit in UNITS])
_UNIT_BIAS = np.array([unit[1] for unit in UNITS])
_IN = np.array([unit[2] for unit in UNITS])


def log_odds(features: Array) -> float:
    """Log-odds that a look with these features, shape (23,), shows walking."""
    standard = np.minimum(np.maximum((features - _MEAN) / _SCALE, -3.0), 3.0)
    return float(_OUT @ np.tanh(_IN @ standard + _UNIT_BIAS) + BIAS)


class Gate:
    """Log-odds mixed over looks, against thresholds for opening, for opening soon after walking, and for closing."""

    def __init__(self, params: GateParams = GateParams()) -> None:
        self._params = params
        self.reset()

    def reset(self) -> None:
        self._mixed: float | None = None

    def still(self) -> None:
        """A look saw nothing move."""
        self._mixed = None

    def see(self, seen: Look) -> None:
        p = self._params
        now = min(max(log_odds(seen.features), -p.limit), p.limit)
        self._mixed = now if self._mixed is None else (1 - p.newest) * self._mixed + p.newest * now

    def opens(self, seen: Look, *, soon: bool) -> bool:
        """May a run of steps be credited now? `soon`: it is soon after walking."""
        p = self._params
        odds, comb = (p.reopen_log_odds, p.recomb) if soon else (p.open_log_odds, p.comb)
        return self._mixed is not None and self._mixed > odds and seen.comb > comb

    def closes(self) -> bool:
        return self._mixed is not None and self._mixed < self._params.close_log_odds
