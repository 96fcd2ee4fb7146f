# SPDX-License-Identifier: MIT
"""Fitting a gate: a layer of tanh units over standardised figures, by Adam, in numpy alone.

Looks are drawn by weight: walking and not walking alike often, and within each of them a kind (group and activity, or
how it was made) by the square root of its looks, so that an hour of rowing is not drowned by ten of walking, nor one
short trial taken for ten. The weights are rounded as the table prints them: what is judged is what is shipped.
"""

from dataclasses import dataclass

import numpy as np

from kneemon.gait.gate_weights import GateWeights
from kneemon.model.samples import Array

DIGITS = 4  # the log-odds move by some 0.001


@dataclass(frozen=True, slots=True)
class FitParams:
    """Chosen on cross-fitted figures; 4 units do nearly as well, and a logistic regression does not."""

    units: int = 16
    cut: float = 3.0  # standard deviations: a figure far outside says no more than one at the edge
    steps: int = 2500
    batch: int = 4096
    rate: float = 0.01  # the largest step of a weight …
    falls: float = 0.6  # … and the last part of the steps over which it falls to nearly nothing
    pull: float = 1e-3  # of each weight towards 0, per step, beside the gradient: what is not needed fades
    begin: float = 0.3  # standard deviation of the weights to begin with


FIT = FitParams()


def draw_weights(walking: Array, kind_of: Array) -> Array:
    """How often each look is drawn, up to a factor; kind_of: a number for each look, the same for those of a kind."""
    weights = np.zeros(len(walking))
    for side in (False, True):
        mine = walking == side
        _, place, count = np.unique(kind_of[mine], return_inverse=True, return_counts=True)
        weights[mine] = 1.0 / np.sqrt(count[place])
        weights[mine] /= max(weights[mine].sum(), 1e-12)
    return weights


def fit(figures: Array, walking: Array, weights: Array, seed: tuple[int, ...], params: FitParams = FIT) -> GateWeights:
    """The same bits on every run with the same numpy on the same kind of machine, on one thread."""
    rng = np.random.default_rng(seed)
    mean, scale = figures.mean(axis=0), figures.std(axis=0) + 1e-6
    standard = np.clip((figures - mean) / scale, -params.cut, params.cut).astype(np.float32)
    shown = walking.astype(np.float32)
    drawn_below = np.cumsum(weights) / weights.sum()
    layer = [
        params.begin * rng.standard_normal((params.units, standard.shape[1])).astype(np.float32),
        np.zeros(params.units, np.float32),
        params.begin * rng.standard_normal(params.units).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    adam = _Adam(layer, params)
    for step in range(1, params.steps + 1):
        drawn = np.minimum(np.searchsorted(drawn_below, rng.random(params.batch)), len(shown) - 1)
        adam.step(step, _gradient(layer, standard[drawn], shown[drawn], params.pull))
    return _rounded(mean, scale, layer)


class _Adam:
    """Adam with its usual constants; `layer` is moved in place."""

    def __init__(self, layer: list[Array], params: FitParams) -> None:
        self._layer, self._params = layer, params
        self._means = [np.zeros_like(part) for part in layer]
        self._squares = [np.zeros_like(part) for part in layer]

    def step(self, step: int, gradient: list[Array]) -> None:
        params = self._params
        rate = params.rate * min(1.0, (params.steps - step) / (params.falls * params.steps) + 0.02)
        for number, (part, along) in enumerate(zip(self._layer, gradient, strict=True)):
            self._means[number] = 0.9 * self._means[number] + 0.1 * along
            self._squares[number] = 0.999 * self._squares[number] + 0.001 * along * along
            mean = self._means[number] / (1 - 0.9**step)
            part -= rate * mean / (np.sqrt(self._squares[number] / (1 - 0.999**step)) + 1e-8)


def _gradient(layer: list[Array], figures: Array, shown: Array, pull: float) -> list[Array]:
    """Of the mean log loss, and the pull on the weights."""
    weights_in, bias_in, weights_out, bias_out = layer
    hidden = np.tanh(figures @ weights_in.T + bias_in)
    believed = 1 / (1 + np.exp(-(hidden @ weights_out + bias_out)))
    off = (believed - shown) / np.float32(len(shown))
    below = np.outer(off, weights_out) * (1 - hidden * hidden)
    return [
        below.T @ figures + pull * weights_in,
        below.sum(axis=0),
        hidden.T @ off + pull * weights_out,
        np.array([off.sum()], np.float32),
    ]


def _rounded(mean: Array, scale: Array, layer: list[Array]) -> GateWeights:
    weights_in, bias_in, weights_out, bias_out = layer

    def plain(values: Array) -> tuple[float, ...]:
        return tuple(round(float(value), DIGITS) + 0.0 for value in values)

    return GateWeights(
        scaling=tuple(zip(plain(mean), plain(scale), strict=True)),
        units=tuple(zip(plain(weights_out), plain(bias_in), (plain(row) for row in weights_in), strict=True)),
        bias=plain(bias_out)[0],
    )
