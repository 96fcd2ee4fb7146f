# SPDX-License-Identifier: MIT
"""Bars as high as their figures, and none for what is not known; marks for pain, as many as were told."""

from datetime import timedelta

import pytest
from charted import ENGLISH, LOOK, MONDAY, SVG, felt, parsed, texts, week

from kneemon.chart.cadence import Pace, cadence_chart
from kneemon.chart.canvas import ticks
from kneemon.chart.pain import pain_chart
from kneemon.chart.weeks import weeks_chart
from kneemon.model.plans import Colour, StateName


def bars_of(root, *, hollow):
    rects = [node for node in root.iter(f"{SVG}rect") if node.get("data-say")]
    return [float(node.get("height")) for node in rects if (node.get("fill") == "none") is hollow]


def test_bars_are_as_high_as_their_minutes():
    chart = weeks_chart("weeks", [week(0, 20, 40, StateName.HOLD), week(1, 60, 30, StateName.HOLD)], ENGLISH, LOOK)
    root = parsed(chart)
    low, high = bars_of(root, hollow=False)
    assert high / low == pytest.approx(3.0, rel=0.02)
    planned = bars_of(root, hollow=True)
    assert planned[0] / low == pytest.approx(2.0, rel=0.02)
    assert planned[1] / low == pytest.approx(1.5, rel=0.02)


def test_a_week_without_a_plan_has_no_planned_bar_and_says_so():
    chart = weeks_chart("weeks", [week(0, 20, None, None), week(1, 60, 30, StateName.PROGRESS)], ENGLISH, LOOK)
    root = parsed(chart)
    assert len(bars_of(root, hollow=True)) == 1
    assert chart.table.rows[0] == ("5 Jan 2026", "20", "–", "3", "–", "no plan")
    assert "In 1 of 1 weeks" in chart.description


def test_each_state_that_held_is_in_the_key():
    states = list(StateName)
    chart = weeks_chart("weeks", [week(n, 20, 30, state) for n, state in enumerate(states)], ENGLISH, LOOK)
    assert {"first week", "grows", "a step back", "stopped", "paused"} <= set(texts(parsed(chart)))


def test_nothing_walked_and_nothing_planned():
    root = parsed(weeks_chart("weeks", [week(0, 0, None, None)], ENGLISH, LOOK))
    assert "No walk in this time." in texts(root)


def test_as_many_marks_as_scores_were_told():
    walks = [felt(0, 2, 4, None, Colour.GREEN), felt(1, None, None, None, None), felt(2, 3, 5, 3, Colour.RED)]
    chart = pain_chart("pain", walks, 6, ENGLISH, LOOK)
    root = parsed(chart)
    colours = {"#0072B2": 0, "#D55E00": 0, "#CC79A7": 0}
    for node in root.iter(f"{SVG}polygon"):
        stroke = node.get("stroke")
        colours[stroke] = colours.get(stroke, 0) + 1
    assert colours["#0072B2"] == 2 + 1  # and the key's
    assert colours["#CC79A7"] == 1 + 1
    assert colours["#D55E00"] == 2 + 1 + 2  # and the square of RED, in its row and in the key
    assert chart.table.rows[1] == ("7 Jan 2026", "–", "–", "–", "not judged")
    assert "not known for 2 of them" in chart.description


def test_colours_have_letters_where_there_is_room():
    root = parsed(pain_chart("pain", [felt(n, 2, 3, 2, each) for n, each in enumerate(Colour)], None, ENGLISH, LOOK))
    assert {"G", "A", "R", "?"} <= set(texts(root))


def test_the_ceiling_is_a_step_from_walk_to_walk():
    paces = [Pace(MONDAY + timedelta(days=n), 100, 105, 120 if n < 2 else 115, 0.0) for n in range(4)]
    root = parsed(cadence_chart("pace", paces, ENGLISH, LOOK))
    ceilings = [node for node in root.iter(f"{SVG}line") if node.get("stroke-dasharray") == "7 3"]
    assert len(ceilings) == 2 + 1  # and the key's
    assert ceilings[1].get("x2") == ceilings[2].get("x1")


@pytest.mark.parametrize(("low", "high"), [(0, 10), (95, 121), (0, 0), (3.2, 3.3), (0, 100000)])
def test_scales_hold_their_figures(low, high):
    marks = ticks(low, high)
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 2 <= len(marks) <= 9
