# SPDX-License-Identifier: MIT
"""`kneemon/gait/gate_table.py` as text, from the weights of a fit."""

from collections.abc import Iterable, Iterator

from kneemon.gait.gate_weights import GateWeights
from kneemon.gait.rhythm import FEATURES

LINE = 108  # with its indent, a line of the table stays below the house's 120

HEAD = '''\
# SPDX-License-Identifier: MIT
"""The gate's weights: a row per figure of `rhythm.FEATURES`, then a row per unit of the hidden layer.

Written by `make train` (docs/training.md), which fits them on public recordings, so the figures on those are in-sample;
the page has the figures of people left out. Standardise and cut to ±3, tanh units, one log-odds.
"""

# figure: mean, scale
SCALING = {
'''
MIDDLE = """\
}

# fmt: off
# unit: weight in the answer, bias, then its weight for each figure in the order above
UNITS = (
"""


def gate_table(weights: GateWeights) -> str:
    """The module's text."""
    scaling = (
        f'    "{name}": ({_number(mean)}, {_number(scale)}),\n'
        for name, (mean, scale) in zip(FEATURES, weights.scaling, strict=True)
    )
    units = (
        f"    ({_number(out)}, {_number(bias)}, (\n{''.join(_lines(map(_number, into)))}    )),\n"
        for out, bias, into in weights.units
    )
    return f"{HEAD}{''.join(scaling)}{MIDDLE}{''.join(units)})\n# fmt: on\n\nBIAS = {_number(weights.bias)}\n"


def _lines(words: Iterable[str]) -> Iterator[str]:
    line = ""
    for word in words:
        if len(line) + len(word) + 2 > LINE:
            yield f"        {line.rstrip()}\n"
            line = ""
        line += f"{word}, "
    yield f"        {line.rstrip()}\n"


def _number(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value))
