# SPDX-License-Identifier: MIT
"""The parts about cost and the service as Markdown: figures in, tables out. Nothing is measured here but ratios."""

from collections.abc import Iterator

from tests.bench.cost import Cost, Costs
from tests.bench.made import Made
from tests.bench.markdown import part, table, target_row
from tests.bench.service import Starting
from tests.bench.targets import COST, Found, Target

WHAT = {
    "engine": "engine alone, blocks of 0.25 s",
    "pipeline": "pipeline, blocks of 0.25 s",
    "driver": "pipeline behind the driver",
}


def cost(costs: Costs, made: Made) -> str:
    driver = costs.row("driver", "walking").emulation_s
    return part(
        made.told(),
        f"Median (lowest–highest) of {costs.runs} runs, each a fresh process with {costs.minutes:g} minutes of "
        f"signal at 100 Hz, scaled to an hour. Python with numpy alone takes {costs.bare_mb:.0f} MB.",
        table(
            "What | Signal | CPU s per hour | of one core | × yardstick | Peak memory, MB | × numpy alone "
            f"| after {costs.early_min:.2g} min → at the end, MB | Steps of true",
            [_cost(row, costs) for row in costs.rows],
        ),
        f"The yardstick, ten million turns of an empty loop in Python, took {costs.yardstick_s.shown(2)} CPU s between "
        "the runs: CPU seconds on a busy or a slower machine grow with it.",
        "The emulated chip and bus took another "
        f"{driver.shown(1) if driver else 'unknown'} CPU s per hour, which is not in the table.",
        "**Targets**, per hour of signal, walking.",
        table("Target | | measured | ", _cost_targets(costs)),
    )


def service(starting: Starting, made: Made) -> str:
    bare_s = starting.starts["Python, nothing else"].median
    starts = dict(starting.starts)
    for life in starting.services:
        starts[f"`kneemon run` until READY=1, {_with_broker(life.broker)}"] = life.ready_s
    return part(
        made.told(),
        f"Median (lowest–highest) of {starting.runs} runs, in real time.",
        table(
            "Started | s | × Python, nothing else",
            [f"{what} | {took.shown(2)} | {took.median / bare_s:.1f}" for what, took in starts.items()],
        ),
        table(
            "The running service | Resident, MB | Peak, MB | CPU standing, % of a core | CPU walking, % of a core",
            [
                f"{_with_broker(life.broker)} | {life.resident_mb.shown(1)} | {life.peak_mb.shown(1)} "
                f"| {life.standing_percent.shown(2)} | {life.walking_percent.shown(2)}"
                for life in starting.services
            ],
        ),
        f"Of this CPU the simulated walker takes {starting.walker_percent:.2f} % of a core.",
    )


def _cost(row: Cost, costs: Costs) -> str:
    memory = "– | – | –"
    if row.memory is not None:
        peak, early, late = row.memory.peak_mb, row.memory.early_mb, row.memory.late_mb
        memory = f"{peak.shown(1)} | {peak.median / costs.bare_mb:.2f} | {early.median:.1f} → {late.median:.1f}"
    cpu_s = row.cpu_s.median
    cpu = f"{row.cpu_s.shown(1)} | {100 * cpu_s / 3600:.2f} % | {cpu_s / costs.yardstick_s.median:.0f}"
    return f"{WHAT[row.what]} | {row.signal} | {cpu} | {memory} | {row.steps} of {row.true_steps}"


def _cost_targets(costs: Costs) -> Iterator[str]:
    for target in COST:
        yield target_row(target, WHAT[target.group], _found(target, costs.row(target.group, "walking")))


def _found(target: Target, row: Cost) -> Found | None:
    if target.figure == "cpu_s":
        return Found(row.cpu_s.median)
    return Found(row.memory.peak_mb.median) if row.memory else None


def _with_broker(broker: bool) -> str:
    return "with a broker" if broker else "without a broker"
