# SPDX-License-Identifier: MIT
"""What an hour of signal costs: fresh processes (see `measured`), several runs of each, put together.

Everything is scaled to one hour, whatever length was measured. CPU seconds, MB of 10^6 bytes.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measured import EARLY, MEASURED
from tests.bench.signals import SIGNALS, write_signal
from tests.bench.spread import Spread
from tests.bench.telling import BenchError, progress

TOP = Path(__file__).parents[2]
PEAK_OF_NUMPY = """
import numpy
lines = open("/proc/self/status").read().splitlines()
print(next(1024 * int(line.split()[1]) / 1e6 for line in lines if line.startswith("VmHWM:")))
"""
# What this machine makes of pure Python just now: load and kind of machine move it as they move the costs.
YARDSTICK = """
import time
before_s = time.process_time()
for _ in range(10_000_000):
    pass
print(time.process_time() - before_s)
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory early in the signal and at its end, and its peak."""

    early_mb: Spread
    late_mb: Spread
    peak_mb: Spread


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one of `measured.MEASURED` on one of the signals, per hour; emulation_s is not in cpu_s."""

    what: str
    signal: str
    cpu_s: Spread
    emulation_s: Spread | None
    memory: Memory | None
    steps: int
    true_steps: int


@dataclass(frozen=True, slots=True)
class Costs:
    """minutes: of signal that were measured. bare_mb: Python with numpy alone. yardstick_s: see YARDSTICK."""

    minutes: float
    runs: int
    bare_mb: float
    yardstick_s: Spread
    rows: Sequence[Cost]

    @property
    def early_min(self) -> float:
        return EARLY * self.minutes

    def row(self, what: str, signal: str) -> Cost:
        return next(row for row in self.rows if (row.what, row.signal) == (what, signal))


def measure(minutes: float, runs: int) -> Costs:
    """Raises BenchError when a measured process fails."""
    with TemporaryDirectory() as folder:
        files = {signal: Path(folder) / f"{signal}.f64" for signal in SIGNALS}
        with progress(f"making {minutes:g} minutes of signal"):
            true_steps = {signal: write_signal(file, signal, minutes) for signal, file in files.items()}
        bare_mb = float(_output(["-c", PEAK_OF_NUMPY]))
        rows, yardsticks = [], []
        for what in MEASURED:
            for signal, file in files.items():
                with progress(f"{what}, {signal}, {runs} times"):
                    answers = [_run(what, file) for _ in range(runs)]
                    yardsticks.append(float(_output(["-c", YARDSTICK])))
                rows.append(_cost(what, signal, answers, 60.0 / minutes, true_steps[signal]))
    return Costs(minutes, runs, bare_mb, Spread.of(yardsticks), rows)


def _run(what: str, file: Path) -> Mapping[str, float]:
    answer: Mapping[str, float] = json.loads(_output(["-m", "tests.bench.measured", what, str(file)]))
    return answer


def _output(arguments: Sequence[str]) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"a measured process failed: {done.stderr.strip()}")
    return done.stdout


def _cost(
    what: str, signal: str, answers: Sequence[Mapping[str, float]], signals_an_hour: float, true_steps: int
) -> Cost:
    def spread(of: str) -> Spread:
        return Spread.of(answer[of] for answer in answers)

    own_s = Spread.of(signals_an_hour * (answer["cpu_s"] - answer.get("emulation_s", 0.0)) for answer in answers)
    emulation_s = None
    if "emulation_s" in answers[0]:
        emulation_s = Spread.of(signals_an_hour * answer["emulation_s"] for answer in answers)
    memory = None
    if "peak_mb" in answers[0]:
        memory = Memory(spread("early_mb"), spread("late_mb"), spread("peak_mb"))
    return Cost(what, signal, own_s, emulation_s, memory, round(answers[0]["steps"]), true_steps)
