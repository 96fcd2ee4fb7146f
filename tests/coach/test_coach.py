# SPDX-License-Identifier: MIT
"""When the coach speaks, second by second: graces, repeats, spells, parts of the day, pain."""

from dataclasses import replace
from itertools import pairwise

import pytest
from coached import DOSE, STARTED_S, Walker
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.coach.coach import CoachParams
from kneemon.model.cues import Cue, CueKind
from kneemon.model.plans import Prescription
from kneemon.model.sessions import (
    EndReason,
    GaveWay,
    PainMark,
    PainMarked,
    PauseBegan,
    PauseEnded,
    SessionEnded,
    SessionStarted,
    SessionSummary,
)

ENDLESS = replace(DOSE, limit_s=1e6)
LIMITS = (CueKind.PACE_HIGH, CueKind.LIMIT_NEAR, CueKind.LIMIT_REACHED, CueKind.OVER_LIMIT, CueKind.MAIN_PART)


def test_without_a_prescription_it_says_hello_and_goodbye_and_no_more() -> None:
    walker = Walker(None)
    walker.walk(3600, 160.0)
    assert [cue.kind for cue in walker.cues] == [CueKind.STARTED]
    summary = replace(SessionSummary.begun(STARTED_S, None), end_reason=EndReason.COMMAND)
    assert walker.coach.feed(SessionEnded(4100.0, summary)) == (Cue(4100.0, CueKind.STOPPED, important=True),)


def test_without_a_ceiling_no_pace_is_too_high() -> None:
    walker = Walker(replace(ENDLESS, cadence_ceiling_spm=None))
    walker.walk(600, 160.0)
    assert walker.said(CueKind.PACE_HIGH) == []


@pytest.mark.parametrize(("cadence_spm", "seconds", "said"), [(100.0, 600, []), (101.0, 14, []), (101.0, 15, [15.0])])
def test_a_pace_above_the_ceiling_has_a_grace(cadence_spm: float, seconds: int, said: list[float]) -> None:
    walker = Walker(ENDLESS)
    walker.walk(seconds, cadence_spm)
    walker.walk(60, 90.0)
    assert walker.said(CueKind.PACE_HIGH) == said


def test_the_cue_says_what_was_measured_against_what() -> None:
    walker = Walker(ENDLESS)
    walker.walk(15, 104.5)
    assert walker.cues[-1] == Cue(515.0, CueKind.PACE_HIGH, value=104.5, limit=100.0, unit="steps/min")


def test_it_repeats_itself_three_times_and_then_lets_be() -> None:
    walker = Walker(ENDLESS)
    walker.walk(1200, 110.0)
    assert walker.said(CueKind.PACE_HIGH) == [15.0, 75.0, 135.0, 195.0]


@pytest.mark.parametrize(("most_repeats", "said"), [(0, [5.0]), (1, [5.0, 35.0]), (2, [5.0, 35.0, 65.0])])
def test_grace_spacing_and_most_are_parameters(most_repeats: int, said: list[float]) -> None:
    walker = Walker(ENDLESS, CoachParams(grace_s=5.0, repeat_s=30.0, most_repeats=most_repeats))
    walker.walk(300, 110.0)
    assert walker.said(CueKind.PACE_HIGH) == said


@pytest.mark.parametrize("between_spm", [97.1, 98.0, 100.0])
def test_just_under_the_ceiling_a_spell_goes_on(between_spm: float) -> None:
    walker = Walker(ENDLESS)
    walker.walk(20, 102.0)
    for _ in range(40):
        walker.walk(10, between_spm)
        walker.walk(10, 102.0)
    # repeats are due only while the pace is above; then silence
    assert walker.said(CueKind.PACE_HIGH) == [15.0, 75.0, 135.0, 195.0]


@pytest.mark.parametrize("under_spm", [99.0, 100.0])
def test_hovering_about_the_ceiling_is_not_exceeding_it(under_spm: float) -> None:
    walker = Walker(ENDLESS)
    for _ in range(60):
        walker.walk(5, 101.0)
        walker.walk(5, under_spm)
    assert walker.said(CueKind.PACE_HIGH) == []


def test_a_step_or_two_under_it_does_not_start_the_grace_anew() -> None:
    walker = Walker(ENDLESS)
    for _ in range(10):
        walker.walk(8, 104.0)
        walker.walk(1, 99.0)
    assert walker.said(CueKind.PACE_HIGH)[0] == 17.0  # 8 s above, one under, 8 above


@pytest.mark.parametrize("between_spm", [97.0, 90.0, None])
def test_clearly_under_it_for_three_seconds_the_spell_is_over(between_spm: float | None) -> None:
    walker = Walker(ENDLESS)
    for _ in range(3):
        walker.walk(20, 102.0)
        walker.walk(3, between_spm)
    assert walker.said(CueKind.PACE_HIGH) == [15.0, 38.0, 61.0]


def test_two_seconds_under_it_are_a_stumble() -> None:
    walker = Walker(ENDLESS)
    for _ in range(3):
        walker.walk(20, 102.0)
        walker.walk(2, 90.0)
    assert walker.said(CueKind.PACE_HIGH) == [15.0]


def test_the_settling_is_in_one_piece() -> None:
    walker = Walker(ENDLESS)
    walker.walk(20, 102.0)
    for _ in range(5):
        walker.walk(2, 96.0)
        walker.walk(2, 99.0)
    walker.walk(20, 102.0)
    assert walker.said(CueKind.PACE_HIGH) == [15.0]


def test_a_rest_ends_a_spell() -> None:
    walker = Walker(ENDLESS)
    walker.walk(20, 102.0)
    walker.rest(5)
    walker.walk(20, 102.0)
    assert walker.said(CueKind.PACE_HIGH) == [15.0, 40.0]


def test_the_end_of_the_main_part_is_announced_once_and_told_once() -> None:
    walker = Walker(DOSE)
    for _ in range(16):
        walker.walk(40)
        walker.rest(5)
    walker.walk(19)
    near, reached = [cue for cue in walker.cues if cue.kind in LIMITS]
    assert near == Cue(near.t_s, CueKind.LIMIT_NEAR, value=60.0, limit=600.0, unit="s")
    assert near.t_s - STARTED_S == 540 + 13 * 5
    assert reached == Cue(reached.t_s, CueKind.LIMIT_REACHED, important=True, value=600.0, limit=600.0, unit="s")
    assert reached.t_s - STARTED_S == 600 + 14 * 5


@pytest.mark.parametrize(("limit_s", "said"), [(119.0, []), (120.0, [60.0]), (200.0, [140.0])])
def test_the_end_of_a_short_main_part_is_not_announced(limit_s: float, said: list[float]) -> None:
    walker = Walker(replace(DOSE, limit_s=limit_s))
    walker.walk(400)
    assert walker.said(CueKind.LIMIT_NEAR) == said


def test_walking_on_after_the_cool_down_is_told_with_grace_and_repeats() -> None:
    walker = Walker(DOSE)
    walker.walk(600 + 60 + 400)
    assert walker.said(CueKind.OVER_LIMIT) == [675.0, 735.0, 795.0, 855.0]
    over = [cue for cue in walker.cues if cue.kind is CueKind.OVER_LIMIT]
    assert over[0] == Cue(1175.0, CueKind.OVER_LIMIT, important=True, value=15.0, limit=0.0, unit="s")


def test_who_rests_after_the_cool_down_is_left_alone() -> None:
    walker = Walker(DOSE)
    walker.walk(600 + 60 + 20)
    walker.rest(600)
    assert walker.said(CueKind.OVER_LIMIT) == [675.0]
    walker.walk(1)
    assert len(walker.said(CueKind.OVER_LIMIT)) == 2


def test_a_day_that_is_used_up_at_the_start() -> None:
    walker = Walker(replace(DOSE, limit_s=0.0, warm_up_s=180.0))
    walker.walk(100)
    assert [(cue.kind, cue.t_s - STARTED_S) for cue in walker.cues[1:]] == [
        (CueKind.OVER_LIMIT, 15.0),
        (CueKind.OVER_LIMIT, 75.0),
    ]


def test_without_a_cool_down_the_end_is_told_before_the_excess() -> None:
    walker = Walker(replace(DOSE, cool_down_s=0.0))
    walker.walk(620)
    assert [(cue.kind, cue.t_s - STARTED_S) for cue in walker.cues[2:]] == [
        (CueKind.LIMIT_REACHED, 600.0),
        (CueKind.OVER_LIMIT, 615.0),
    ]


def test_the_end_of_the_warm_up_is_told_once() -> None:
    walker = Walker(replace(DOSE, warm_up_s=90.0))
    walker.walk(60)
    walker.rest(100)
    walker.walk(100)
    assert walker.said(CueKind.MAIN_PART) == [190.0]


def test_a_dose_without_a_warm_up_does_not_announce_its_main_part() -> None:
    walker = Walker(DOSE)
    walker.walk(30)
    assert walker.said(CueKind.MAIN_PART) == []


def test_a_main_part_shorter_than_a_second_is_reached_all_the_same() -> None:
    walker = Walker(replace(DOSE, warm_up_s=10.2, limit_s=0.5))
    walker.walk(30)
    assert walker.said(*LIMITS) == [11.0]
    assert walker.said(CueKind.LIMIT_REACHED) == [11.0]


@pytest.mark.parametrize(
    ("dose", "score", "kind"),
    [
        (DOSE, 5, CueKind.NOTED),
        (DOSE, 6, CueKind.PAIN_STOP),
        (DOSE, 10, CueKind.PAIN_STOP),
        (DOSE, 0, CueKind.NOTED),
        (None, 10, CueKind.NOTED),
    ],
)
def test_pain_at_the_stop_line_stops(dose: Prescription | None, score: int | None, kind: CueKind) -> None:
    (cue,) = Walker(dose).coach.feed(PainMarked(510.0, PainMark(10.0, score)))
    assert cue.kind is kind
    assert cue.important == (kind is CueKind.PAIN_STOP)
    if kind is CueKind.PAIN_STOP:
        assert (cue.value, cue.limit, cue.unit) == (score, 6.0, "of 10")


@pytest.mark.parametrize(("score", "stops"), [(0, False), (5, False), (6, True), (10, True)])
def test_a_number_given_afterwards_is_no_second_mark(score: int, *, stops: bool) -> None:
    """It is read back by who asked for it; a correction downwards takes nothing back."""
    coach = Walker(DOSE).coach
    assert coach.feed(PainMarked(510.0, PainMark(10.0, None))) == ()
    told = coach.feed(PainMarked(700.0, PainMark(10.0, score), scored=True))
    stop = Cue(700.0, CueKind.PAIN_STOP, important=True, value=float(score), limit=6.0, unit="of 10")
    assert told == ((stop,) if stops else ())
    assert coach.feed(PainMarked(720.0, PainMark(10.0, 2), scored=True)) == ()


def test_without_a_plan_no_number_is_too_much() -> None:
    assert Walker(None).coach.feed(PainMarked(700.0, PainMark(10.0, 10), scored=True)) == ()


@pytest.mark.parametrize("dose", [DOSE, None])
def test_a_knee_that_gave_way_is_answered_for_certain(dose: Prescription | None) -> None:
    coach = Walker(dose).coach
    for times in (1, 2):
        (cue,) = coach.feed(GaveWay(510.0 + times, 10.0 + times, times))
        assert cue == Cue(510.0 + times, CueKind.GAVE_WAY, important=True)


def test_a_pause_and_its_end_are_answered() -> None:
    coach = Walker(None).coach
    assert coach.feed(PauseBegan(510.0)) == (Cue(510.0, CueKind.PAUSED),)
    assert coach.feed(PauseEnded(530.0, 510.0)) == (Cue(530.0, CueKind.RESUMED),)


def test_no_limit_is_told_in_a_pause_and_none_is_forgotten() -> None:
    walker = Walker(DOSE)
    walker.walk(599)
    walker.pause(300, steps=2)
    assert walker.said(CueKind.LIMIT_REACHED) == []
    walker.rest(1)
    assert walker.said(CueKind.LIMIT_REACHED) == [900.0]


def test_who_is_over_the_limit_is_left_alone_in_a_pause() -> None:
    walker = Walker(DOSE)
    walker.walk(600 + 60 + 14)
    walker.pause(300, steps=2)
    assert walker.said(CueKind.OVER_LIMIT) == []
    walker.walk(1)
    assert walker.said(CueKind.OVER_LIMIT) == [975.0]


def test_a_pause_ends_a_spell_as_a_rest_does() -> None:
    walker = Walker(ENDLESS)
    walker.walk(20, 102.0)
    walker.pause(5)
    walker.walk(20, 102.0)
    assert walker.said(CueKind.PACE_HIGH) == [15.0, 40.0]


def test_the_next_session_begins_with_a_clean_slate() -> None:
    walker = Walker(DOSE)
    walker.walk(1000, 110.0)
    again = Walker(DOSE)
    again.coach = walker.coach
    again.cues = list(walker.coach.feed(SessionStarted(STARTED_S, by_walking=True, prescription=DOSE)))
    again.walk(1000, 110.0)
    assert again.cues == walker.cues


PACES = st.lists(
    st.tuples(st.integers(1, 90), st.none() | st.sampled_from([90.0, 97.0, 99.0, 101.0, 120.0])), max_size=25
)


@settings(max_examples=60)
@given(paces=PACES)
def test_nobody_is_nagged(paces: list[tuple[int, float | None]]) -> None:
    walker = Walker(DOSE)
    for seconds, cadence_spm in paces:
        if cadence_spm is None:
            walker.rest(seconds)
        else:
            walker.walk(seconds, cadence_spm)
    for kind in LIMITS:
        said = walker.said(kind)
        assert all(later - earlier >= 15.0 for earlier, later in pairwise(said))
    for kind in (CueKind.LIMIT_NEAR, CueKind.LIMIT_REACHED, CueKind.MAIN_PART):
        assert len(walker.said(kind)) <= 1
    assert len(walker.said(CueKind.OVER_LIMIT)) <= 4
