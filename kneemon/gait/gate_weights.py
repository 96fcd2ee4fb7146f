# SPDX-License-Identifier: MIT
"""The gate's learned part as plain numbers: how the figures of a look are weighed. `SHIPPED` is the table's."""

from dataclasses import dataclass

from kneemon.gait.gate_table import BIAS, SCALING, UNITS
from kneemon.gait.rhythm import FEATURES

if tuple(SCALING) != FEATURES:
    raise ImportError("gate_table is not the table of rhythm.FEATURES")

Unit = tuple[float, float, tuple[float, ...]]  # weight in the answer, bias, weight for each figure


@dataclass(frozen=True, slots=True)
class GateWeights:
    """A layer of tanh units over standardised figures, then one log-odds.

    scaling: mean and scale of each of rhythm.FEATURES.
    """

    scaling: tuple[tuple[float, float], ...]
    units: tuple[Unit, ...]
    bias: float


SHIPPED = GateWeights(tuple(SCALING.values()), UNITS, BIAS)
