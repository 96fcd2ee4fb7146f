# SPDX-License-Identifier: MIT
"""What the step engine has to reach, as data, and where the figures it is held against come from.

Groups are the scorer's, but for BRISK (all recordings whose own true cadence is above 75 steps/min) and WORST (of the
scorer's groups, kept to those recordings, the one that is furthest off); COST and DEVICE have their own. Count error in
% of a recording's steps, times in s, cadence in steps/min, false steps per hour, CPU seconds per hour of signal, MB of
10^6 bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.bench.groups import Group
from tests.bench.scorer import Figures, Row

BRISK = "above 75 steps/min"
WORST = "above 75 steps/min, worst group"
BRISK_SPM = 75.0
SEEDS = "dsa, umafall, each group over four training seeds"


@dataclass(frozen=True, slots=True)
class Target:
    """`figure` of `group` at most `bound`, or at least; `words` tell the figure."""

    group: str
    figure: str
    bound: float
    words: str
    least: bool = False

    def met(self, value: float) -> bool:
        """By the figure itself, not by its print."""
        return value >= self.bound if self.least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Found:
    """A measured figure; where: the group it is of, when the target does not name it."""

    value: float
    where: str | None = None


def _walks(group: str, error: float, f1: float | None = None) -> tuple[Target, ...]:
    counted = Target(group, "error", error, "mean absolute count error, %")
    return (counted,) if f1 is None else (counted, Target(group, "f1", f1, "F1", least=True))


def _live(group: str) -> tuple[Target, ...]:
    return (
        Target(group, "delay_p50", 0.55, "delay of a step, median, s"),
        Target(group, "delay_p95", 0.85, "delay of a step, 95th percentile, s"),
        Target(group, "first_p50", 3.5, "first announcement after the first step, median, s"),
        Target(group, "cadence_mae", 2.5, "cadence error, mean, steps/min"),
        Target(group, "cadence_p95", 8.0, "cadence error, 95th percentile, steps/min"),
        Target(group, "reading_gap_p95", 2.0, "longest time without a reading, 95th percentile, s"),
        Target(group, "reading_gap_max", 2.0, "longest time without a reading, of all, s"),
    )


COUNTING = (
    *_walks("voisard_healthy", 3.0, 0.95),
    *_walks("slow_x75", 2.8, 0.925),
    *_walks("slow_x60", 3.4, 0.91),
    *_walks("slow_x50", 4.5, 0.895),
    *_walks("weallwalk cane", 2.3, 0.955),
    *_walks("weallwalk sighted", 1.4, 0.985),
    *_walks("weallwalk dog", 2.6, 0.975),
    *_walks("oxford_optimisation pocket", 0.5, 0.97),
    *_walks("oxford_optimisation other", 1.2, 0.98),
    *_walks("mobilise_d", 12.0),
    Target("voisard_healthy", "quiet_false_per_h", 10.0, "false steps/h, standing quietly"),
    *(
        Target(group, "false_per_h", 0.0, "false steps/h")
        for group in (
            "dsa chest still",
            "dsa chest machines",
            "dsa thigh still",
            "dsa thigh machines",
            "umafall pocket",
            "umafall waist",
        )
    ),
    Target(SEEDS, "false_per_h", 10.0, "false steps/h"),
)
TIMING = (
    *_live(BRISK),
    *_live(WORST),
    Target("slow_x50", "delay_p95", 2.0, "delay of a step, 95th percentile, s"),
    Target("slow_x50", "first_p50", 4.5, "first announcement after the first step, median, s"),
)
COST = (
    Target("engine", "cpu_s", 1.0, "CPU s"),
    Target("engine", "peak_mb", 100.0, "peak memory, MB"),
    Target("pipeline", "cpu_s", 1.5, "CPU s"),
    Target("pipeline", "peak_mb", 100.0, "peak memory, MB"),
)
DEVICE = (
    Target("service behind an ADXL345", "cpu_percent", 3.0, "CPU, % of one core"),
    Target("service behind an ADXL345", "switches_a_s", 15.0, "voluntary context switches a second, all threads"),
)


def brisk(row: Row) -> bool:
    """Whether a recording is one of BRISK."""
    return row["cadence_spm"] is not None and row["cadence_spm"] > BRISK_SPM


def found(target: Target, groups: Mapping[str, Figures], brisk_groups: Iterable[Group]) -> Found | None:
    """What a target is held against; groups: by name, BRISK among them; brisk_groups: those WORST is taken from."""
    if target.group != WORST:
        value = groups.get(target.group, {}).get(target.figure)
        return None if value is None else Found(value)
    several = [Found(of.kneemon[target.figure], of.name) for of in brisk_groups if target.figure in of.kneemon]
    worst = min if target.least else max
    return worst(several, key=lambda one: one.value, default=None)
