# SPDX-License-Identifier: MIT
"""Each measured process does what it is measured for: half a minute of signal, a walk begun, its steps counted."""

from pathlib import Path

import pytest

from tests.bench import cost
from tests.bench.measured import MEASURED
from tests.bench.signals import write_signal

MINUTES = 0.5


@pytest.mark.parametrize("what", MEASURED)
def test_it_counts_what_is_walked(what: str, tmp_path: Path) -> None:
    file = tmp_path / "walking.f64"
    true = write_signal(file, "walking", MINUTES)
    answer = cost._run(what, file)
    assert answer["steps"] == pytest.approx(true, abs=2)
    assert answer["cpu_s"] > answer.get("emulation_s", 0.0)
