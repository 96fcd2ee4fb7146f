# SPDX-License-Identifier: MIT
"""The parts about counting as Markdown: figures in, tables out. Nothing is measured or computed here."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.bench import simulated
from tests.bench.accuracy import Accuracy, Judged
from tests.bench.groups import BANDS, MORE_IS_BETTER, PLACES, Best, Group, best
from tests.bench.made import Made
from tests.bench.markdown import NONE, part, table, target_row
from tests.bench.scorer import Figures
from tests.bench.simulated import Case, Simulated
from tests.bench.targets import COUNTING, TIMING, Target, found

PUBLISHED = (
    "IPOL 2023 article 497",
    "doi:10.1038/s41597-023-01930-9",
    "doi:10.5201/ipol.2025.535",
    "doi:10.1145/3161711",
    "doi:10.1109/EMBC.2018.8513319",
    "doi:10.1016/j.patcog.2010.04.019",
    "doi:10.1016/j.procs.2017.06.110",
)

WALKS = "n | Count error, % | best live | best other | F1 | best live | best other"
QUIET = "hours | False steps/h (steps) | best live | best other"
TIMES = (
    "n | Delay p50 / p95, s | First p50 / p95, s | Cadence error mean / p95, steps/min | Without a reading p95 / max, s"
)
COUNT_WORDS = (
    "Count error: bias / mean absolute / 95th percentile of the absolute, % of a recording's steps. F1: steps found "
    "within 0.25 s of a true one. n: recordings."
)
TIMES_WORDS = (
    "Delay: from a step to its announcement, once 10 s have been walked. First: from the first true step to the first "
    "announcement, in the recordings that have one. Cadence: live readings against the true steps. Without a reading: "
    "the longest time in each steady stretch, from 6 s after its begin. n: recordings."
)


def missing(path: Path) -> str:
    """The one line that stands for the recordings' parts when there is nothing to count in."""
    return (
        f"no accuracy figures: {path} is not there. The recordings are published ({', '.join(PUBLISHED)}) and not part "
        "of this repository; docs/benchmarks.md says how to lay them out."
    )


def without_scorer(path: Path) -> str:
    """The one line that stands for the simulated walkers' part when there is nothing to judge by."""
    return f"no figures of simulated walkers: the scorer {path} is not there."


def accuracy(measured: Accuracy, made: Made) -> str:
    groups = measured.plain.sources
    return part(
        made.told(),
        f"{measured.recordings} recordings, {measured.hours:.1f} h.",
        f"**Walks with counted steps.** {COUNT_WORDS}",
        table(f"Group | {WALKS}", _walks(groups)),
        "**Where nobody walks.** False steps per hour.",
        table(f"Group | {QUIET}", _quiet(groups)),
        f"**How soon, and at what pace.** {TIMES_WORDS}",
        table(f"Group | {TIMES}", _times(groups)),
        _same(*measured.digests),
    )


def bands(measured: Accuracy) -> str:
    groups = _in_order(measured.plain.bands, BANDS)
    return part(
        table(f"True cadence, steps/min | {WALKS}", _walks(groups)),
        table(f"True cadence, steps/min | {TIMES}", _times(groups)),
    )


def agreement(measured: Accuracy) -> str:
    """Of walks that were recorded twice."""
    return table(
        "Group | walks | true steps | beside the truth, both pockets together | seen by both | missed | by both",
        (
            f"{a.group} | {a.walks} | {a.true} | {a.extra} ({_share(a.extra, 2 * a.true)}) "
            f"| {a.extra_both} ({_share(a.extra_both, 2 * a.true)}) | {a.missed} ({_share(a.missed, 2 * a.true)}) "
            f"| {a.missed_both} ({_share(a.missed_both, 2 * a.true)})"
            for a in measured.agreements
        ),
    )


def positions(measured: Accuracy) -> str:
    walked = _in_order(measured.plain.walked, PLACES)
    unwalked = _in_order(measured.plain.unwalked, PLACES)
    return part(
        "**Walks with counted steps.**",
        table(f"Worn | {WALKS}", _walks(walked)),
        "**Where nobody walks**, and where people stand in the recordings of walks.",
        table(f"Worn | {QUIET}", _quiet((*unwalked, *measured.plain.walked))),
    )


def other_device(measured: Accuracy) -> str:
    plain, other = measured.plain, measured.device
    return part(
        "kneemon alone: the published counters were not run on these recordings. Count error: bias / mean absolute / "
        "95th percentile of the absolute, %. Cadence: error mean / p95, steps/min.",
        table(
            "Group | n | Count error, plain | device | F1, plain | device | Delay p50 / p95, s, plain | device "
            "| Cadence, plain | device",
            _paired(plain, other),
        ),
        "False steps per hour (steps).",
        table("Group | plain | device", _quiet_paired(plain, other)),
    )


def targets(measured: Accuracy) -> str:
    return table("Target | | plain | | device | ", [_target(target, measured) for target in (*COUNTING, *TIMING)])


def walkers(measured: Simulated, made: Made) -> str:
    seeds = len(simulated.SEEDS)
    return part(
        made.told(),
        "The walker's signal is a model: these figures are no evidence about people.",
        f"{measured.hours:.1f} h of signal; each cell is {seeds} outings: count error bias / mean absolute, %, and F1.",
        *(
            text
            for outing in simulated.OUTINGS
            for text in (
                f"**{outing.capitalize()}.**",
                table(
                    "Worn | Gait | " + " | ".join(f"{spm:g} steps/min" for spm in simulated.CADENCES_SPM),
                    [
                        f"{told} | {gait} | " + " | ".join(_cells(measured, outing, worn, gait))
                        for worn, told in simulated.PLACES.items()
                        for gait in simulated.GAITS
                    ],
                ),
            )
        ),
    )


def _in_order(groups: Iterable[Group], names: Iterable[str]) -> tuple[Group, ...]:
    """By `names`; one of them that no recording has is there with nothing in it."""
    there = {group.name: group for group in groups}
    return tuple(there.get(name, Group(name, {"recordings": 0}, {})) for name in names)


def _walks(groups: Iterable[Group]) -> list[str]:
    return [
        f"{group.name} | {group.kneemon['recordings']} | {_error(group.kneemon)} | {_bests(group, 'error', 1)} "
        f"| {_f1(group.kneemon)} | {_bests(group, 'f1', 3)}"
        for group in groups
        if "error" in group.kneemon or not group.kneemon["recordings"]
    ]


def _quiet(groups: Iterable[Group]) -> Iterator[str]:
    for group in groups:
        own = group.kneemon
        if "false_per_h" in own:
            yield f"{group.name} | {own['unwalked_hours']:.2f} | {_false(own)} | {_bests(group, 'false_per_h', 0)}"
        elif not own["recordings"]:
            yield " | ".join((group.name, "0.00", NONE, NONE, NONE))
        if "quiet_hours" in own:
            beside = _bests(group, "quiet_false_per_h", 0)
            yield f"{group.name}, standing | {own['quiet_hours']:.2f} | {_quiet_false(own)} | {beside}"


def _times(groups: Iterable[Group]) -> list[str]:
    return [
        f"{group.name} | {group.kneemon['recordings']} | {_delay(group.kneemon)} | {_first(group.kneemon)} "
        f"| {_cadence(group.kneemon)} | {_pair(group.kneemon, 'reading_gap_p95', 'reading_gap_max', 1)}"
        for group in groups
        if "f1" in group.kneemon or not group.kneemon["recordings"]
    ]


def _paired(plain: Judged, other: Judged) -> Iterator[str]:
    """Walks: each figure as it was and as the other device's."""
    others = other.figures()
    for group in plain.sources:
        own, changed = group.kneemon, others.get(group.name, {})
        if "error" in own:
            cells = (cell(of) for cell in (_error, _f1, _delay, _cadence) for of in (own, changed))
            yield " | ".join((group.name, str(own["recordings"]), *cells))


def _quiet_paired(plain: Judged, other: Judged) -> Iterator[str]:
    others = other.figures()
    for group in plain.sources:
        for figure, name, cell in (
            ("false_per_h", group.name, _false),
            ("quiet_false_per_h", f"{group.name}, standing", _quiet_false),
        ):
            if figure in group.kneemon:
                yield f"{name} | {cell(group.kneemon)} | {cell(others.get(group.name, {}))}"


def _target(target: Target, measured: Accuracy) -> str:
    held = (found(target, of.figures(), of.brisk) for of in (measured.plain, measured.device))
    return target_row(target, target.group, *held)


def _cells(measured: Simulated, outing: str, worn: str, gait: str) -> Iterator[str]:
    for cadence_spm in simulated.CADENCES_SPM:
        own = measured.figures[Case(outing, worn, gait, cadence_spm)]
        yield f"{own['bias']:+.1f} / {own['error']:.1f}, {_f1(own)}"


def _same(first: str, second: str) -> str:
    told = f"Counts and step times (to 1 ms) of all recordings, twice: sha256 `{first}`"
    return f"{told}, equal." if first == second else f"{told} and `{second}`, **not equal**."


def _error(own: Figures) -> str:
    return f"{own['bias']:+.1f} / {own['error']:.1f} / {own['error_p95']:.1f}" if "error" in own else NONE


def _f1(own: Figures) -> str:
    return f"{own['f1']:.3f}" if "f1" in own else NONE


def _false(own: Figures) -> str:
    return f"{own['false_per_h']:.0f} ({own['false']:.0f})" if "false_per_h" in own else NONE


def _quiet_false(own: Figures) -> str:
    return f"{own['quiet_false_per_h']:.0f} ({own['quiet_false']:.0f})" if "quiet_hours" in own else NONE


def _delay(own: Figures) -> str:
    return _pair(own, "delay_p50", "delay_p95", 2)


def _first(own: Figures) -> str:
    return _pair(own, "first_p50", "first_p95", 1)


def _cadence(own: Figures) -> str:
    return _pair(own, "cadence_mae", "cadence_p95", 1)


def _pair(own: Figures, one: str, two: str, digits: int) -> str:
    known = (f"{own[figure]:.{digits}f}" if figure in own else NONE for figure in (one, two))
    return " / ".join(known) if one in own or two in own else NONE


def _bests(group: Group, figure: str, digits: int) -> str:
    """Two cells: the best of the counters that can run live, and of the others."""
    own = round(group.kneemon[figure], digits) if figure in group.kneemon else None
    found = (best(group, figure, live=live) for live in (True, False))
    return " | ".join(_best(one, own, digits, more_is_better=figure in MORE_IS_BETTER) for one in found)


def _best(found: Best | None, own: float | None, digits: int, *, more_is_better: bool) -> str:
    """The figure and who has it, bold where it is better than kneemon's, as both are printed."""
    if found is None:
        return NONE
    names = ", ".join(found.names) if len(found.names) <= 2 else f"{found.names[0]} and {len(found.names) - 1} more"
    value = round(found.value, digits)
    text = f"{value:.{digits}f} {names}"
    better = own is not None and (value > own if more_is_better else value < own)
    return f"**{text}**" if better else text


def _share(part_of: int, whole: int) -> str:
    return f"{100 * part_of / whole:.1f} %"
