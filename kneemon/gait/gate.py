# SPDX-License-Identifier: MIT
"""Is this walking? A small network's log-odds for one look, and a belief that gathers them over looks.

The gate only says that walking is believed. Steps are found by `contacts`; the two jobs are apart because the best
counters count anything rhythmic, and the best gates lose steps.

The belief is that of a hidden Markov model with two states: each look adds its evidence, and between looks walking may
have ended or begun. So a rhythm that lasts is believed even where each look is only mildly in favour, and a machine
that lasts is believed to be one: a single look that mistakes it does not count.
"""

from math import exp, log

import numpy as np

from kneemon.gait.gate_weights import SHIPPED, GateWeights
from kneemon.gait.params import GateParams
from kneemon.gait.rhythm import FEATURES, Look
from kneemon.model.samples import Array

_STEP, _STRIDE, _SKEW = (FEATURES.index(name) for name in ("r_step", "r_stride", "skewness"))


class Network:
    """Log-odds of walking for the figures of one look."""

    def __init__(self, weights: GateWeights = SHIPPED) -> None:
        self._mean, self._scale = np.array(weights.scaling).T
        self._out = np.array([unit[0] for unit in weights.units])
        self._unit_bias = np.array([unit[1] for unit in weights.units])
        self._in = np.array([unit[2] for unit in weights.units])
        self._bias = weights.bias

    def log_odds(self, features: Array) -> float:
        """features: shape (23,), in the order of rhythm.FEATURES."""
        standard = np.minimum(np.maximum((features - self._mean) / self._scale, -3.0), 3.0)
        return float(self._out @ np.tanh(self._in @ standard + self._unit_bias) + self._bias)


def one_push(features: Array) -> float:
    """How much the window looks like one sharp push a cycle with nothing at half of it: a rower's, no walker's."""
    lacking = float(features[_STRIDE] - features[_STEP])
    return max(lacking, 0.0) * max(float(features[_SKEW]), 0.0)


class Gate:
    """Gathers looks; thresholds for opening, for opening soon after walking, and for closing."""

    def __init__(self, params: GateParams = GateParams()) -> None:
        self._params = params
        self._network = Network(params.weights)
        self.reset()

    def reset(self) -> None:
        self._belief: float | None = None

    @property
    def belief(self) -> float | None:
        """Log-odds of walking after all looks; None while nothing moves."""
        return self._belief

    def still(self) -> None:
        """A look saw nothing move."""
        self._belief = None

    def see(self, seen: Look) -> None:
        p = self._params
        if one_push(seen.features) > p.one_push:
            now = -p.against
        else:
            now = min(max(self._network.log_odds(seen.features), -p.against), p.limit)
        self._belief = (0.0 if self._belief is None else self._a_look_later(self._belief)) + p.weight * now

    def may_open(self, seen: Look, *, soon: bool) -> bool:
        """Is it worth looking for a run of steps? `soon`: it is soon after walking."""
        p = self._params
        return seen.comb > (p.recomb if soon else p.comb) and self._believes(p.lasting_most, soon=soon)

    def opens(self, steps: int, *, soon: bool) -> bool:
        """May a run of so many even steps be credited now? The more of them, the less the looks must say."""
        p = self._params
        return self._believes(min(p.lasting_most, p.lasting * (steps - p.run)), soon=soon)

    def _believes(self, lasting: float, *, soon: bool) -> bool:
        p = self._params
        odds = p.reopen_log_odds if soon else p.open_log_odds - lasting
        return self._belief is not None and self._belief > odds

    def closes(self) -> bool:
        return self._belief is not None and self._belief < self._params.close_log_odds

    def _a_look_later(self, belief: float) -> float:
        """What is left of a belief when walking may have ended, or begun."""
        walking = 1.0 / (1.0 + exp(-belief))
        walking = walking * (1.0 - self._params.ends) + (1.0 - walking) * self._params.begins
        return log(walking / (1.0 - walking))
