# SPDX-License-Identifier: MIT
"""Which found step is which true one: one to one, the closest first, none farther apart than `within_s`."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

WITHIN_S = 0.25  # half a step of brisk walking: beyond it another step would be meant


@dataclass(frozen=True, slots=True)
class Matched:
    """Seconds, rising. `found` and `missed` make up the truth; `paired` and `extra` make up the steps."""

    paired_s: tuple[float, ...]  # steps that have their true one
    extra_s: tuple[float, ...]  # steps without one
    found_s: tuple[float, ...]  # true steps that were found
    missed_s: tuple[float, ...]  # … and those that were not


def match(steps_s: Sequence[float], truth_s: Sequence[float], within_s: float = WITHIN_S) -> Matched:
    """Both in any order."""
    steps, truth = sorted(steps_s), sorted(truth_s)
    pairs = sorted(
        (abs(true_s - step_s), i, j)
        for i, step_s in enumerate(steps)
        for j, true_s in enumerate(
            truth[bisect_left(truth, step_s - within_s) : bisect_right(truth, step_s + within_s)],
            bisect_left(truth, step_s - within_s),
        )
    )
    paired: set[int] = set()
    found: set[int] = set()
    for _, i, j in pairs:
        if i not in paired and j not in found:
            paired.add(i)
            found.add(j)
    return Matched(
        tuple(s for i, s in enumerate(steps) if i in paired),
        tuple(s for i, s in enumerate(steps) if i not in paired),
        tuple(s for j, s in enumerate(truth) if j in found),
        tuple(s for j, s in enumerate(truth) if j not in found),
    )
