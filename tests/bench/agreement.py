# SPDX-License-Identifier: MIT
"""How sure is the truth? What two boxes, worn on one walk, both saw and the truth does not list, and the reverse.

In WeAllWalk each walk was recorded in the left and in the right pocket. A step that only one of them invents is its
counter's; one that both see within a quarter of a second was a movement of the body, most likely an unlisted step.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.scorer import Answer, Row

WITHIN_S = 0.25  # as for a step that is found
ONE_OF_TWO = re.compile(r"(ww_.+)_[12][LR]\.csv\.gz")  # the same walk but for the pocket


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of a group's pairs: true steps, and steps beside them. A pair's walk counts once, what is extra per pocket.

    extra: found by a pocket, no true one near. extra_both: the other pocket found it, too. missed: true, not found.
    """

    group: str
    walks: int
    true: int
    extra: int
    extra_both: int
    missed: int
    missed_both: int


def agreements(rows: Iterable[Row], found: Mapping[str, Answer]) -> list[Agreement]:
    """For each group that has walks recorded twice."""
    walks: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        walk = ONE_OF_TWO.fullmatch(row["file"])
        if walk and row["truth"]:
            walks.setdefault((row["group"], walk[1]), []).append(row)
    groups: dict[str, list[tuple[int, ...]]] = {}
    for (group, _), pair in sorted(walks.items()):
        if len(pair) == 2:
            groups.setdefault(group, []).append(
                _counts(pair, [sorted(found[row["path"]]["step_times"]) for row in pair])
            )
    return [
        Agreement(group, len(counts), *(sum(c) for c in zip(*counts, strict=True))) for group, counts in groups.items()
    ]


def _counts(pair: Sequence[Row], steps_s: Sequence[Sequence[float]]) -> tuple[int, int, int, int, int]:
    extra = extra_both = missed = missed_both = 0
    for mine, other in ((0, 1), (1, 0)):
        truth_s = pair[mine]["truth"]
        beside = list(_far_from(steps_s[mine], truth_s))
        lost = list(_far_from(truth_s, steps_s[mine]))
        extra += len(beside)
        missed += len(lost)
        extra_both += len(beside) - len(list(_far_from(beside, steps_s[other])))
        missed_both += len(list(_far_from(lost, steps_s[other])))
    return len(pair[0]["truth"]), extra, extra_both, missed, missed_both


def _far_from(times_s: Sequence[float], others_s: Sequence[float]) -> Iterator[float]:
    """The times that have none of the others within WITHIN_S."""
    for t_s in times_s:
        place = bisect_left(others_s, t_s - WITHIN_S)
        if place == len(others_s) or others_s[place] > t_s + WITHIN_S:
            yield t_s
