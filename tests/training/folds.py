# SPDX-License-Identifier: MIT
"""Who is left out: persons in six folds, and sources whole.

A person is left out with every recording and with everything made from one. Persons are taken in the order of their
names, one fold after the other, so each source, whose persons' names begin alike, is spread over the folds. The people
of `signals.HELD_OUT` are in folds, too, for a gate has to judge them, but they train none.
"""

from collections.abc import Iterable, Mapping

from tests.training.signals import held_out
from tests.training.walkers import PERSONS

FOLDS = 6  # each leaves out six or seven of forty persons, and one of the four on machines at most

# Sources by name -> begin of the scorer's groups. DSA cannot be left out: nothing else has machines.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "WeAllWalk": ("weallwalk",),
    "Voisard": ("voisard_healthy", "slow_x"),
    "Oxford": ("oxford",),
    "UMAFall": ("umafall",),
}


def folds(persons: Iterable[str]) -> Mapping[str, int]:
    """The fold of each person, made-up ones included."""
    everyone = {*persons, *(f"made up {number}" for number in range(PERSONS))}
    return {person: place % FOLDS for place, person in enumerate(sorted(everyone))}


def source_of(group: str) -> str | None:
    """The name in SOURCES, None for what is never left out whole."""
    return next((name for name, begins in SOURCES.items() if group.startswith(begins)), None)


def trains(group: str, person: str, fold_of: Mapping[str, int], *, fold: int | None, source: str | None) -> bool:
    """Whether looks of this group and person train the gate that does without `fold` and `source`."""
    if held_out(group) or (source is not None and source_of(group) == source):
        return False
    return fold is None or fold_of[person] != fold
