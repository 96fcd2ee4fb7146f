# SPDX-License-Identifier: MIT
"""The pain of a walk: each mark is to be seen, whatever the others are."""

from charted import ENGLISH, LOOK, SVG, felt, parsed

from kneemon.chart.canvas import BLUE, PURPLE, RED
from kneemon.chart.pain import pain_chart
from kneemon.model.plans import Colour


def middles(root, colour):
    """Where the marks of that colour stand below the key and the strip of colours, from left to right."""
    marks = [node for node in root.iter(f"{SVG}polygon") if node.get("stroke") == colour]
    points = [[tuple(map(float, pair.split(","))) for pair in mark.get("points").split()] for mark in marks]
    return sorted(
        (min(x for x, _ in each) + max(x for x, _ in each)) / 2 for each in points if min(y for _, y in each) > 60
    )


def test_equal_scores_do_not_hide_each_other():
    walks = [felt(number, 3, 3, 3, Colour.GREEN) for number in range(12)]
    root = parsed(pain_chart("pain", walks, 6, ENGLISH, LOOK))
    before, worst, morning = (middles(root, colour) for colour in (BLUE, RED, PURPLE))
    assert len(before) == len(worst) == len(morning) == 12
    for one, other, last in zip(before, worst, morning, strict=True):
        assert one + 6 < other < last - 6
    assert all(last + 6 < one for last, one in zip(morning, before[1:], strict=False))  # and no walk the next one's
