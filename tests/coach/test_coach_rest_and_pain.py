# SPDX-License-Identifier: MIT
"""What is said to who has walked for long, hurts more than before, or walks though the plan is stopped."""

from dataclasses import replace

import pytest
from coached import DOSE, STARTED_S, Walker

from kneemon.coach.coach import CoachParams
from kneemon.model.cues import Cue, CueKind
from kneemon.model.sessions import PainBeforeTold

CAPPED = replace(DOSE, limit_s=1e6, bout_cap_s=120.0)
RISING = replace(DOSE, pain_rise=3)
LOCKED = replace(DOSE, dose_s=0.0, limit_s=0.0, locked=True)


def test_a_long_stretch_is_told_for_certain_with_what_was_walked() -> None:
    walker = Walker(CAPPED)
    walker.walk(119)
    assert walker.said(CueKind.REST_DUE) == []
    walker.walk(1)
    due = Cue(STARTED_S + 120.0, CueKind.REST_DUE, important=True, value=120.0, limit=120.0, unit="s")
    assert walker.cues[-1] == due


def test_who_walks_on_is_told_again_three_times() -> None:
    walker = Walker(CAPPED)
    walker.walk(1200)
    assert walker.said(CueKind.REST_DUE) == [120.0, 180.0, 240.0, 300.0]


def test_who_rests_is_left_alone_and_told_again_after_the_next_stretch() -> None:
    walker = Walker(CAPPED)
    walker.walk(130)
    walker.rest(200)
    assert walker.said(CueKind.REST_DUE) == [120.0]
    walker.walk(1)  # the rest was too short to begin a new stretch
    assert walker.said(CueKind.REST_DUE) == [120.0, 331.0]
    walker.stretch_s = 0.0
    walker.rest(1)
    walker.walk(120)
    assert walker.said(CueKind.REST_DUE) == [120.0, 331.0, 452.0]


def test_a_stretch_that_began_before_the_session_is_told_with_its_first_step() -> None:
    walker = Walker(CAPPED)
    walker.stretch_s = 500.0
    walker.rest(10)
    assert walker.said(CueKind.REST_DUE) == []
    walker.walk(1)
    assert walker.said(CueKind.REST_DUE) == [11.0]


def test_in_a_pause_no_rest_is_due_and_after_it_it_is() -> None:
    walker = Walker(CAPPED)
    walker.walk(119)
    walker.stretch_s = 125.0
    walker.pause(30, steps=2)
    assert walker.said(CueKind.REST_DUE) == []
    walker.walk(1)
    assert walker.said(CueKind.REST_DUE) == [150.0]


@pytest.mark.parametrize("dose", [None, replace(CAPPED, bout_cap_s=None)])
def test_without_a_cap_no_stretch_is_too_long(dose: object) -> None:
    walker = Walker(dose)  # type: ignore[arg-type]
    walker.walk(4000)
    assert walker.said(CueKind.REST_DUE) == []


@pytest.mark.parametrize(
    ("before", "score", "kind"),
    [
        (2, 4, CueKind.NOTED),
        (2, 5, CueKind.PAIN_ROSE),
        (0, 3, CueKind.PAIN_ROSE),
        (2, 6, CueKind.PAIN_STOP),  # enough says more than slower
        (None, 5, CueKind.NOTED),  # not known is not 0
        (5, 3, CueKind.NOTED),
    ],
)
def test_pain_that_rose_clearly_asks_for_less(before: int | None, score: int, kind: CueKind) -> None:
    (cue,) = Walker(RISING, pain_before=before).pain(score)
    assert cue.kind is kind
    if before is not None and kind is CueKind.PAIN_ROSE:
        rose = Cue(STARTED_S, kind, fresh_s=15.0, value=float(score), limit=before + 3.0, unit="of 10")
        assert cue == rose


def test_where_the_rule_is_off_no_rise_is_told() -> None:
    (cue,) = Walker(replace(RISING, pain_rise=None), pain_before=0).pain(5)
    assert cue.kind is CueKind.NOTED


def test_a_rise_is_told_once_for_each_mark() -> None:
    walker = Walker(RISING, pain_before=1)
    walker.walk(10)
    assert walker.pain(None) == []
    assert [cue.kind for cue in walker.pain(4, scored=True)] == [CueKind.PAIN_ROSE]
    assert walker.pain(5, scored=True) == walker.pain(3, scored=True) == walker.pain(4, scored=True) == []
    assert [cue.kind for cue in walker.pain(6, scored=True)] == [CueKind.PAIN_STOP]
    assert walker.pain(None) == []
    assert [cue.kind for cue in walker.pain(4, scored=True)] == [CueKind.PAIN_ROSE]


def test_pain_before_that_is_told_on_the_way_counts_from_then_on() -> None:
    walker = Walker(RISING)
    assert [cue.kind for cue in walker.pain(4)] == [CueKind.NOTED]
    walker.tell(PainBeforeTold(STARTED_S + 5.0, 1))
    assert [cue.kind for cue in walker.pain(4)] == [CueKind.PAIN_ROSE]


def test_without_a_plan_nothing_rises_too_far() -> None:
    assert [cue.kind for cue in Walker(None, pain_before=0).pain(9)] == [CueKind.NOTED]


def test_who_walks_though_the_plan_is_stopped_is_told_to_get_advice() -> None:
    walker = Walker(LOCKED, CoachParams(most_repeats=1))
    walker.walk(200)
    assert [(cue.kind, cue.t_s - STARTED_S) for cue in walker.cues[1:]] == [
        (CueKind.GET_ADVICE, 15.0),
        (CueKind.GET_ADVICE, 75.0),
    ]
    advice = Cue(STARTED_S + 15.0, CueKind.GET_ADVICE, important=True, value=15.0, limit=0.0, unit="s")
    assert walker.cues[1] == advice
