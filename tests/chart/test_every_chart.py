# SPDX-License-Identifier: MIT
"""Whatever the figures: well-formed, titled, described, with a table, without script, style or address."""

from datetime import timedelta

from charted import ENGLISH, LOOK, MONDAY, event, felt, parsed, seconds, walked, week
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.chart.cadence import Pace, cadence_chart
from kneemon.chart.pain import pain_chart
from kneemon.chart.walk import walk_chart
from kneemon.chart.weeks import Counted, exercises_chart, load_chart, weeks_chart
from kneemon.chart.words import PAPER, PAPER_WIDE
from kneemon.model.cues import LIMIT_CUES
from kneemon.model.plans import Colour, StateName
from kneemon.model.sessions import PainMark

score = st.none() | st.integers(0, 10)
spm = st.none() | st.floats(0.0, 300.0)
some = st.none() | st.floats(0.0, 5000.0)
looks = st.sampled_from((LOOK, PAPER, PAPER_WIDE))


@given(
    st.lists(st.tuples(score, score, score, st.none() | st.sampled_from(Colour)), max_size=60),
    st.none() | st.integers(1, 10),
    looks,
)
def test_pain(walks, stop, look):
    chart = pain_chart("pain", [felt(number, *walk) for number, walk in enumerate(walks)], stop, ENGLISH, look)
    parsed(chart)
    assert len(chart.table.rows) == len(walks)


@given(st.lists(st.tuples(st.integers(0, 400), spm, spm, spm), max_size=60), looks)
def test_cadence(walks, look):
    days = sorted(walks, key=lambda walk: walk[0])
    paces = [Pace(MONDAY + timedelta(days=day), mean, quick, top, None) for day, mean, quick, top in days]
    chart = cadence_chart("pace", paces, ENGLISH, look)
    parsed(chart)
    assert len(chart.table.rows) == len(walks)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 900), some, st.none() | st.sampled_from(StateName)), max_size=53), looks)
def test_weeks(weeks, look):
    chart = weeks_chart("weeks", [week(number, *each) for number, each in enumerate(weeks)], ENGLISH, look)
    parsed(chart)
    assert len(chart.table.rows) == len(weeks)


@settings(max_examples=40)
@given(st.lists(st.tuples(some, some), max_size=53), looks)
def test_counted_by_week(weeks, look):
    counted = [Counted(MONDAY + timedelta(weeks=number), *each) for number, each in enumerate(weeks)]
    for draw in (exercises_chart, load_chart):
        parsed(draw("counted", counted, ENGLISH, look))


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(1, 400), spm, st.integers(0, 300), st.sampled_from(("walking", "resting", "paused"))),
        max_size=6,
    ),
    spm,
    st.lists(st.tuples(st.floats(0, 4000), st.sampled_from(LIMIT_CUES)), max_size=5),
    st.lists(st.tuples(st.floats(0, 4000), score), max_size=5),
    st.lists(st.floats(0, 4000), max_size=2),
    looks,
)
def test_walk(stretches, ceiling, cues, pains, gave_way, look):
    rows, at = [], 0
    for length, cadence, gap, activity in stretches:
        rows += seconds(length, cadence, at + gap, activity)
        at += gap + length
    walk = walked(
        rows,
        ceiling_spm=ceiling,
        events=[event(*cue) for cue in cues],
        pains=[PainMark(*pain) for pain in pains],
        gave_way_s=gave_way,
    )
    chart = walk_chart("walk", walk, ENGLISH, look)
    parsed(chart)
    assert sum(int(row[1]) for row in chart.table.rows) == 2 * len(rows)
