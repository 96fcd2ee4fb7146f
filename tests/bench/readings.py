# SPDX-License-Identifier: MIT
"""How long a steady walker is left without a fresh cadence reading, by the truth and the readings' times. Seconds.

Steady is a stretch of true steps without a stop whose strides stay alike: where the truth itself is uneven (a turn, a
door, a step that it lacks) there is no cadence to tell.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

STEADY_GAP_S = 1.6  # true steps further apart are no steady walking: below 38 steps/min, or a stop
STEADY_STEPS = 8  # as many as a reading is compared with
ALIKE = 0.15  # how far a stride may be from the median of those before it
COMPARED = 8  # strides before it, as many as a reading may rest on
BEFORE_FIRST_S = 6.0  # the first announcement may take 3.5 s, and a reading wants some strides more


def steady(truth_s: Sequence[float]) -> Iterator[tuple[float, float]]:
    """First and last contact of each stretch of steady walking."""
    begin = 0
    for at in range(1, len(truth_s)):
        if not _goes_on(truth_s[begin : at + 1]):
            if at - begin >= STEADY_STEPS:
                yield truth_s[begin], truth_s[at - 1]
            begin = at
    if len(truth_s) - begin >= STEADY_STEPS:
        yield truth_s[begin], truth_s[-1]


def _goes_on(stretch_s: Sequence[float]) -> bool:
    """The newest step of a stretch belongs to it."""
    newest_s = stretch_s[-(COMPARED + 3) :]
    if newest_s[-1] - newest_s[-2] >= STEADY_GAP_S:
        return False
    *before_s, stride_s = [b - a for a, b in zip(newest_s, newest_s[2:], strict=False)] or [0.0]
    return not before_s or abs(stride_s - median(before_s)) <= ALIKE * median(before_s)


def without_reading_s(read_at_s: Sequence[float], truth_s: Sequence[float]) -> list[float]:
    """For each steady stretch the longest time in it without a reading, looked at from BEFORE_FIRST_S on.

    Readings rise in time. A stretch that is over before BEFORE_FIRST_S has none.
    """
    longest_s = []
    for start_s, end_s in steady(truth_s):
        from_s = start_s + BEFORE_FIRST_S
        if from_s < end_s:
            within_s = read_at_s[bisect_left(read_at_s, from_s) : bisect_right(read_at_s, end_s)]
            longest_s.append(max(b - a for a, b in pairwise((from_s, *within_s, end_s))))
    return longest_s
