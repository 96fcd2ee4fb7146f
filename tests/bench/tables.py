# SPDX-License-Identifier: MIT
"""The benchmark's parts as Markdown: figures in, tables out. Nothing is measured or computed here but ratios."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.accuracy import Best, Group, best
from tests.bench.cost import Cost, Costs
from tests.bench.made import Made
from tests.bench.service import Starting

PUBLISHED = (
    "IPOL 2023 article 497",
    "doi:10.1038/s41597-023-01930-9",
    "doi:10.5201/ipol.2025.535",
    "doi:10.1145/3161711",
    "doi:10.1109/EMBC.2018.8513319",
    "doi:10.1016/j.patcog.2010.04.019",
    "doi:10.1016/j.procs.2017.06.110",
)

WHAT = {
    "engine": "engine alone, blocks of 0.25 s",
    "pipeline": "pipeline, blocks of 0.25 s",
    "driver": "pipeline behind the driver, drains of 0.1 s",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What this stage set out to reach: `figure` of `group` at most `most`."""

    group: str
    figure: str
    most: float
    words: str


ACCURACY_TARGETS = (
    Target("voisard_healthy", "error", 6.0, "mean absolute count error, %"),
    Target("weallwalk cane", "error", 5.0, "mean absolute count error, %"),
    Target("weallwalk dog", "error", 5.0, "mean absolute count error, %"),
    Target("weallwalk sighted", "error", 5.0, "mean absolute count error, %"),
    Target("dsa chest still", "false_per_h", 0.0, "steps per hour"),
    Target("dsa thigh still", "false_per_h", 0.0, "steps per hour"),
)
MOST_CPU_S = 5.0
MOST_MB = 120.0


def missing(path: Path) -> str:
    """The one line that stands for the accuracy part when there is nothing to count in."""
    return (
        f"no accuracy figures: {path} is not there. The recordings are published ({', '.join(PUBLISHED)}) and not part "
        "of this repository; docs/benchmarks.md says how to lay them out."
    )


def accuracy(groups: Sequence[Group], made: Made) -> str:
    return _part(
        made.told(),
        "**Walks with counted steps.** Count error: bias / mean absolute / 95th percentile of the absolute, % of a "
        "recording's steps. F1: steps found within 0.25 s of a true one. n: recordings.",
        _table(
            "Group | n | Count error, % | best live | best other | F1 | best live | best other",
            [_counted(group) for group in groups if "error" in group.kneemon],
        ),
        "**Where nobody walks.** False steps per hour.",
        _table("Group | hours of the group | False steps/h | best live | best other", _quiet(groups)),
        "**How soon, and at what pace.** Delay: from a step to its announcement, once 10 s have been walked. First: "
        "from the first true step to the first announcement. Cadence: live readings against the true steps.",
        _table(
            "Group | Delay p50 / p95, s | First, s | Cadence error mean / p95, steps/min",
            [_timing(group) for group in groups if "delay_p50" in group.kneemon],
        ),
        "**Targets of this stage.**",
        _table("Target | at most | measured | ", _accuracy_targets({group.name: group for group in groups})),
    )


def cost(costs: Costs, made: Made) -> str:
    driver = costs.row("driver", "walking").emulation_s
    return _part(
        made.told(),
        f"Median (lowest–highest) of {costs.runs} runs, each a fresh process with {costs.minutes:g} minutes of "
        f"signal at 100 Hz, scaled to an hour. Python with numpy alone takes {costs.bare_mb:.0f} MB.",
        _table(
            "What | Signal | CPU s per hour | of one core | × yardstick | Peak memory, MB | × numpy alone "
            f"| after {costs.early_min:.2g} min → at the end, MB | Steps of true",
            [_cost(row, costs) for row in costs.rows],
        ),
        f"The yardstick, ten million turns of an empty loop in Python, took {costs.yardstick_s.shown(2)} CPU s between "
        "the runs: CPU seconds on a busy or a slower machine grow with it.",
        "The emulated chip and bus took another "
        f"{driver.shown(1) if driver else 'unknown'} CPU s per hour, which is not in the table.",
        "**Targets of this stage**, per hour of signal, walking.",
        _table("Target | at most | measured | ", _cost_targets(costs)),
    )


def service(starting: Starting, made: Made) -> str:
    bare_s = starting.starts["Python, nothing else"].median
    starts = dict(starting.starts)
    for life in starting.services:
        starts[f"`kneemon run` until READY=1, {_with_broker(life.broker)}"] = life.ready_s
    return _part(
        made.told(),
        f"Median (lowest–highest) of {starting.runs} runs, in real time.",
        _table(
            "Started | s | × Python, nothing else",
            [f"{what} | {took.shown(2)} | {took.median / bare_s:.1f}" for what, took in starts.items()],
        ),
        _table(
            "The running service | Resident, MB | Peak, MB | CPU standing, % of a core | CPU walking, % of a core",
            [
                f"{_with_broker(life.broker)} | {life.resident_mb.shown(1)} | {life.peak_mb.shown(1)} "
                f"| {life.standing_percent.shown(2)} | {life.walking_percent.shown(2)}"
                for life in starting.services
            ],
        ),
        f"Of this CPU the simulated walker takes {starting.walker_percent:.2f} % of a core.",
    )


def _counted(group: Group) -> str:
    own = group.kneemon
    error = f"{own['bias']:+.1f} / {own['error']:.1f} / {own['error_p95']:.1f}"
    f1 = f"{own['f1']:.3f}" if "f1" in own else "–"
    peers = " | ".join((_bests(group, "error", 1), f1, _bests(group, "f1", 3)))
    return f"{group.name} | {own['recordings']} | {error} | {peers}"


def _quiet(groups: Iterable[Group]) -> Iterator[str]:
    for group in groups:
        hours = f"{group.kneemon['hours']:.2f}"
        for figure, name, of in (
            ("false_per_h", group.name, hours),
            ("quiet_false_per_h", f"{group.name}, standing", f"part of {hours}"),
        ):
            if figure in group.kneemon:
                yield f"{name} | {of} | {group.kneemon[figure]:.0f} | {_bests(group, figure, 0)}"


def _timing(group: Group) -> str:
    own = group.kneemon
    cadence = f"{own['cadence_mae']:.1f} / {own['cadence_p95']:.1f}" if "cadence_mae" in own else "–"
    return f"{group.name} | {own['delay_p50']:.2f} / {own['delay_p95']:.2f} | {own['first_p50']:.1f} | {cadence}"


def _bests(group: Group, figure: str, digits: int) -> str:
    """Two cells: the best of the counters that can run live, and of the others."""
    own = round(group.kneemon[figure], digits) if figure in group.kneemon else None
    return " | ".join(
        _best(best(group, figure, live=live), own, digits, more_is_better=figure == "f1") for live in (True, False)
    )


def _best(found: Best | None, own: float | None, digits: int, *, more_is_better: bool) -> str:
    """The figure and who has it, bold where it is better than kneemon's."""
    if found is None:
        return "–"
    names = ", ".join(found.names) if len(found.names) <= 2 else f"{found.names[0]} and {len(found.names) - 1} more"
    text = f"{found.value:.{digits}f} {names}"
    better = own is not None and (found.value > own if more_is_better else found.value < own)
    return f"**{text}**" if better else text


def _accuracy_targets(groups: dict[str, Group]) -> Iterator[str]:
    for target in ACCURACY_TARGETS:
        found = groups[target.group].kneemon.get(target.figure) if target.group in groups else None
        yield _target(f"{target.group}: {target.words}", target.most, found)


def _cost(row: Cost, costs: Costs) -> str:
    memory = "– | – | –"
    if row.memory is not None:
        peak, early, late = row.memory.peak_mb, row.memory.early_mb, row.memory.late_mb
        memory = f"{peak.shown(1)} | {peak.median / costs.bare_mb:.2f} | {early.median:.1f} → {late.median:.1f}"
    cpu_s = row.cpu_s.median
    cpu = f"{row.cpu_s.shown(1)} | {100 * cpu_s / 3600:.2f} % | {cpu_s / costs.yardstick_s.median:.0f}"
    return f"{WHAT[row.what]} | {row.signal} | {cpu} | {memory} | {row.steps} of {row.true_steps}"


def _cost_targets(costs: Costs) -> Iterator[str]:
    for what in ("engine", "pipeline"):
        row = costs.row(what, "walking")
        yield _target(f"{WHAT[what]}: CPU s", MOST_CPU_S, row.cpu_s.median)
        yield _target(f"{WHAT[what]}: peak memory, MB", MOST_MB, row.memory.peak_mb.median if row.memory else None)


def _target(words: str, most: float, found: float | None) -> str:
    if found is None:
        return f"{words} | {most:g} | not measured | –"
    return f"{words} | {most:g} | {found:.1f} | {'met' if found <= most else '**not met**'}"


def _with_broker(broker: bool) -> str:
    return "with a broker" if broker else "without a broker"


def _table(head: str, rows: Iterable[str]) -> str:
    columns = head.count("|") + 1
    return "\n".join(f"| {row} |" for row in (head, " | ".join(["---"] * columns), *rows))


def _part(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)
