# SPDX-License-Identifier: MIT
"""The written table reads back to the same weights, and is formatted as the house wants it."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.gait.gate_weights import SHIPPED, GateWeights
from kneemon.gait.rhythm import FEATURES
from tests.training.table import gate_table

ROOT = Path(__file__).parents[2]

numbers = st.integers(-200_000, 200_000).map(lambda ten_thousandths: ten_thousandths / 10_000)
rows = st.tuples(*[numbers] * len(FEATURES))
weights = st.builds(
    GateWeights,
    scaling=st.tuples(*[st.tuples(numbers, numbers)] * len(FEATURES)),
    units=st.lists(st.tuples(numbers, numbers, rows), min_size=1, max_size=4).map(tuple),
    bias=numbers,
)


def read_back(text: str) -> GateWeights:
    names: dict[str, object] = {}
    exec(compile(text, "gate_table", "exec"), names)  # noqa: S102 - it is a module's text
    scaling = names["SCALING"]
    assert isinstance(scaling, dict)
    assert tuple(scaling) == FEATURES
    return GateWeights(tuple(scaling.values()), names["UNITS"], names["BIAS"])  # type: ignore[arg-type]


@settings(max_examples=30)
@given(weights=weights)
def test_a_table_reads_back_to_the_same_weights(weights: GateWeights) -> None:
    text = gate_table(weights)
    assert read_back(text) == weights
    assert max(map(len, text.splitlines())) <= 120


def test_the_house_has_nothing_to_say_about_it() -> None:
    text = gate_table(SHIPPED)
    assert read_back(text) == SHIPPED
    for arguments in (("check",), ("format", "--check")):
        command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", "kneemon/gait/gate_table.py", "-"]
        done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_in_the_house_is_one_that_the_program_wrote() -> None:
    assert (ROOT / "kneemon" / "gait" / "gate_table.py").read_text(encoding="utf-8") == gate_table(SHIPPED)
