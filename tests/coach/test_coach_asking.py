# SPDX-License-Identifier: MIT
"""When a walker is asked how much it hurts, and when not."""

from dataclasses import replace
from itertools import pairwise

import pytest
from coached import DOSE, STARTED_S, Walker
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.coach.coach import CoachParams
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.sessions import GaveWay, PainBeforeTold

ASKED = replace(DOSE, limit_s=1e6, prompt_s=600.0)


def test_it_asks_every_so_often_of_walking() -> None:
    walker = Walker(ASKED)
    walker.walk(400)
    walker.rest(1000)
    walker.walk(1400)
    assert walker.said(CueKind.ASK_PAIN) == [1600.0, 2200.0, 2800.0]
    assert walker.cues[-1] == Cue(STARTED_S + 2800.0, CueKind.ASK_PAIN)


def test_who_rests_is_asked_when_walking_goes_on() -> None:
    walker = Walker(ASKED)
    walker.walk(590)
    walker.pause(60, steps=40)  # told in it, walked before it
    walker.rest(60)
    assert walker.said(CueKind.ASK_PAIN) == []
    walker.walk(1)
    assert walker.said(CueKind.ASK_PAIN) == [711.0]


def test_after_a_cue_about_a_limit_it_asks_once_that_was_felt() -> None:
    walker = Walker(ASKED)
    walker.walk(400)
    walker.walk(20, 110.0)
    walker.walk(100)
    assert walker.said(CueKind.PACE_HIGH, CueKind.ASK_PAIN) == [415.0, 445.0]


def test_cues_that_come_soon_after_a_question_bring_the_next_one_after_five_minutes() -> None:
    walker = Walker(ASKED)
    walker.walk(400)
    for _ in range(10):
        walker.walk(20, 110.0)
        walker.walk(40)
    walker.walk(10)
    assert walker.said(CueKind.PACE_HIGH)[:2] == [415.0, 475.0]
    assert walker.said(CueKind.ASK_PAIN) == [445.0, 745.0]


def test_at_the_beginning_pain_was_asked_before() -> None:
    walker = Walker(ASKED)
    walker.walk(40, 110.0)
    walker.walk(259)
    assert walker.said(CueKind.ASK_PAIN) == []
    walker.walk(1)
    assert walker.said(CueKind.ASK_PAIN) == [300.0]


@pytest.mark.parametrize("scored", [False, True])
def test_who_has_told_it_is_not_asked_again_at_once(*, scored: bool) -> None:
    walker = Walker(replace(ASKED, pain_rise=2), pain_before=0)
    walker.walk(400)
    walker.walk(16, 110.0)
    walker.pain(3, scored=scored)
    walker.walk(599)
    assert walker.said(CueKind.ASK_PAIN) == []
    walker.walk(1)
    assert walker.said(CueKind.ASK_PAIN) == [1016.0]


def test_pain_before_the_walk_told_on_the_way_is_an_answer_too() -> None:
    walker = Walker(ASKED)
    walker.walk(100)
    walker.tell(PainBeforeTold(STARTED_S + 100.0, 2))
    walker.walk(599)
    assert walker.said(CueKind.ASK_PAIN) == []
    walker.walk(1)
    assert walker.said(CueKind.ASK_PAIN) == [700.0]


def test_not_while_another_cue_is_fresh() -> None:
    walker = Walker(ASKED)
    walker.walk(590)
    walker.tell(GaveWay(STARTED_S + 590.0, 590.0, 1))
    walker.walk(60)
    assert walker.said(CueKind.ASK_PAIN) == [620.0]


def test_near_the_end_of_the_main_part_nobody_is_asked_and_after_it_once_its_end_was_felt() -> None:
    walker = Walker(replace(DOSE, limit_s=640.0, cool_down_s=180.0, prompt_s=600.0))
    walker.walk(800)
    assert walker.said(CueKind.LIMIT_NEAR, CueKind.LIMIT_REACHED) == [580.0, 640.0]
    assert walker.said(CueKind.ASK_PAIN) == [670.0]


@pytest.mark.parametrize("dose", [None, replace(ASKED, prompt_s=0.0)])
def test_where_it_is_off_nothing_is_asked_after_a_cue_either(dose: object) -> None:
    walker = Walker(dose)  # type: ignore[arg-type]
    walker.walk(2000, 110.0)
    assert walker.said(CueKind.ASK_PAIN) == []


def test_the_distances_are_parameters() -> None:
    walker = Walker(ASKED, CoachParams(ask_apart_s=5.0, ask_spacing_s=20.0))
    walker.walk(60, 110.0)
    assert walker.said(CueKind.PACE_HIGH, CueKind.ASK_PAIN) == [15.0, 20.0]


LIVES = st.lists(
    st.one_of(
        st.tuples(st.just("walk"), st.integers(1, 400), st.sampled_from([90.0, 110.0])),
        st.tuples(st.just("rest"), st.integers(1, 90)),
        st.tuples(st.just("pause"), st.integers(1, 90)),
        st.tuples(st.just("pain"), st.none() | st.integers(0, 10)),
    ),
    max_size=20,
)


@settings(max_examples=60)
@given(life=LIVES, limit_s=st.sampled_from([300.0, 900.0, 1e6]))
def test_nobody_is_asked_twice_in_five_minutes_nor_into_another_cue(life: list[tuple], limit_s: float) -> None:
    walker = Walker(replace(DOSE, limit_s=limit_s, prompt_s=600.0, bout_cap_s=500.0, pain_rise=3), pain_before=2)
    for deed, *arguments in life:
        getattr(walker, deed)(*arguments)
    asked_s = walker.said(CueKind.ASK_PAIN)
    assert all(later - earlier >= 300.0 for earlier, later in pairwise(asked_s))
    others_s = walker.said(*(kind for kind in CueKind if kind is not CueKind.ASK_PAIN))
    assert not [t_s for t_s in asked_s for other_s in others_s if 0.0 <= t_s - other_s < 30.0]
    if asked_s:
        assert asked_s[0] >= 600.0 or walker.said(*LIMIT_CUES)[0] <= asked_s[0] - 30.0
