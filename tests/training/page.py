# SPDX-License-Identifier: MIT
"""The generated parts of docs/training.md as Markdown: figures in, tables out.

Figures over seeds are told as median (lowest–highest).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from tests.bench.groups import Group
from tests.bench.made import Made
from tests.bench.markdown import NONE, part, table
from tests.bench.scorer import Figures
from tests.bench.spread import Spread
from tests.bench.targets import COUNTING, SEEDS, Target
from tests.training.folds import source_of
from tests.training.learning_set import LearningSet, told_as

LOOK_MIN = 0.4 / 60
# Figure -> its column and its digits.
FIGURES = {
    "error": ("Count error, mean absolute, %", 1),
    "f1": ("F1", 3),
    "false_per_h": ("False steps/h where nobody walks", 0),
    "quiet_false_per_h": ("False steps/h, resting beside a walk", 0),
}
MADE_UP = ("simulated", "made-up")

Judged = Mapping[str, tuple[Group, ...]]  # by the gates' name


def missing(path: object) -> str:
    """The one line for when there is nothing to learn from."""
    return f"nothing to learn from: {path} is not there; docs/training.md says what the weights are fitted on."


def learning_set(learned: LearningSet, made: Made) -> str:
    """What the shipped weights are fitted on."""
    rows: dict[tuple[str, str], tuple[set[str], list[int]]] = {}
    for number, of in enumerate(learned.parts):
        told = told_as(of)
        persons, looks = rows.setdefault((told["made"], told["source"]), (set(), [0, 0]))
        persons.add(of.person)
        walking = learned.walking[learned.part_of == number]
        looks[0] += int(walking.sum())
        looks[1] += int((~walking).sum())
    cells = (
        f"{how} | {source} | {len(persons)} | {walking * LOOK_MIN:.0f} | {other * LOOK_MIN:.0f}"
        for (how, source), (persons, (walking, other)) in sorted(rows.items())
    )
    return part(
        f"Fitted {made.day} with kneemon {made.kneemon}, Python {made.python} and numpy {made.numpy} ({made.machine}) "
        f"on {len(learned.walking)} looks, {np.mean(learned.walking):.0%} of them at walking. A look counts for 0.4 s.",
        table("How | Source | Persons | Walking, min | Not walking, min", cells),
    )


def people(judged: Judged) -> str:
    """Recordings, each person judged by gates that never saw them."""
    return _over_seeds(judged, lambda name: not name.startswith(("impaired", *MADE_UP)))


def changed(judged: Judged) -> str:
    return _over_seeds(judged, lambda name: name.startswith("impaired"))


def made_up(judged: Judged) -> str:
    return _over_seeds(judged, lambda name: name.startswith(MADE_UP))


def targets(judged: Judged) -> str:
    """The counting targets, held against each seed's figures."""
    seeds = _seeds(judged)
    rows = []
    for target in _targets():
        values = [by[target.group][target.figure] for by in seeds if target.figure in by.get(target.group, {})]
        if values:
            bound = f"{'at least' if target.least else 'at most'} {target.bound:g}"
            digits = FIGURES[target.figure][1] + 1
            met = sum(map(target.met, values))
            verdict = "met" if met == len(values) else f"**not met** by {len(values) - met} of {len(values)}"
            rows.append(f"{target.group}: {target.words} | {bound} | {Spread.of(values).shown(digits)} | {verdict}")
    return table("Target | Bound | Over seeds | Verdict", rows)


def sources(judged: Judged) -> str:
    """Each source judged by a gate that has seen nothing of it, beside one that has seen its other people."""
    seen = _by_name(judged["seed 0"]) if "seed 0" in judged else {}
    rows = []
    for gates in sorted(name for name in judged if name.startswith("without ")):
        for group in judged[gates]:
            if source_of(group.name) is not None:
                beside = seen.get(group.name, {})
                cells = " | ".join(f"{_one(group.kneemon, name)} | {_one(beside, name)}" for name in FIGURES)
                rows.append(
                    f"{gates.removeprefix('without ')} | {group.name} | {group.kneemon['recordings']} | {cells}"
                )
    heads = " | ".join(f"{words} | person" for words, _ in FIGURES.values())
    return table(f"Source left out | Group | n | {heads}", rows)


def _targets() -> Iterator[Target]:
    """Those of counting; the one over seeds stands for each group in which nobody walks."""
    over_seeds = next(target for target in COUNTING if target.group == SEEDS)
    for target in COUNTING:
        if target.figure == over_seeds.figure and target.group != SEEDS:
            yield Target(target.group, target.figure, over_seeds.bound, over_seeds.words)
        elif target.group != SEEDS:
            yield target


def _over_seeds(judged: Judged, of: Callable[[str], bool]) -> str:
    seeds = _seeds(judged)
    names = sorted({name for by in seeds for name in by if of(name)})
    used = [figure for figure in FIGURES if any(figure in by.get(name, {}) for by in seeds for name in names)]
    rows = []
    for name in names:
        mine = [by[name] for by in seeds if name in by]
        hours = mine[0].get("unwalked_hours", mine[0]["hours"])  # a machine on which people do step is not judged
        cells = " | ".join(_spread(mine, figure) for figure in used)
        rows.append(f"{name} | {mine[0]['recordings']} | {hours:.2f} | {cells}")
    return table(f"Group | n | hours | {' | '.join(FIGURES[figure][0] for figure in used)}", rows)


def _seeds(judged: Judged) -> Sequence[Mapping[str, Figures]]:
    return [_by_name(groups) for name, groups in sorted(judged.items()) if name.startswith("seed ")]


def _by_name(groups: Iterable[Group]) -> Mapping[str, Figures]:
    return {group.name: group.kneemon for group in groups}


def _spread(several: Sequence[Figures], figure: str) -> str:
    values = [one[figure] for one in several if figure in one]
    return Spread.of(values).shown(FIGURES[figure][1]) if values else NONE


def _one(figures: Figures, figure: str) -> str:
    return f"{figures[figure]:.{FIGURES[figure][1]}f}" if figure in figures else NONE
