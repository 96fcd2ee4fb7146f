# SPDX-License-Identifier: MIT
"""When a session begins, rests, resumes and ends, and what its totals say."""

from datetime import date

import pytest
from stroll import Stroll

from kneemon.model.commands import StopSession
from kneemon.model.cues import CueKind
from kneemon.model.gait import SignalGap
from kneemon.model.plans import Part, Prescription
from kneemon.model.sessions import (
    Activity,
    Alert,
    EndReason,
    PainBeforeTold,
    PainMark,
    PainMarked,
    Progress,
    SessionEnded,
)
from kneemon.session.machine import SessionParams

BY_WALKING = SessionParams(start_by_walking=True)
DOSE = Prescription(
    plan="knee",
    day=date(2026, 11, 22),
    week=2,
    dose_s=60.0,
    limit_s=60.0,
    warm_up_s=20.0,
    cool_down_s=10.0,
    cadence_ceiling_spm=100.0,
    pain_stop=5,
)


def test_walking_alone_begins_nothing_unless_the_walker_wants_it() -> None:
    stroll = Stroll()
    stroll.walk(120.0)
    stroll.stop()
    stroll.pain(3)
    assert stroll.told == []
    assert not stroll.machine.active
    assert stroll.machine.started_s is None


def test_a_command_begins_a_session_and_a_second_one_changes_nothing() -> None:
    stroll = Stroll(prescription=DOSE)
    stroll.now_s = 7.25
    stroll.start()
    (begun,) = stroll.begun
    assert (begun.t_s, begun.by_walking, begun.prescription) == (7.25, False, DOSE)
    stroll.rest(1.0)
    stroll.start()
    assert len(stroll.begun) == 1
    assert stroll.machine.active
    assert stroll.machine.started_s == 7.25


def test_a_second_is_told_every_second_from_the_start_on() -> None:
    stroll = Stroll()
    stroll.now_s = 7.25
    stroll.start()
    stroll.rest(0.9)
    assert stroll.seconds == []
    stroll.walk(10.0)
    assert [second.t_s for second in stroll.seconds] == [8.25 + i for i in range(10)]
    assert [second.elapsed_s for second in stroll.seconds] == [1.0 + i for i in range(10)]
    assert [second.steps for second in stroll.seconds[1:]] == [2] * 9
    assert all(second.part is Part.FREE and second.remaining_s is None for second in stroll.seconds)


def test_rests_do_not_count_as_walking() -> None:
    stroll = Stroll()
    stroll.start()
    for _ in range(3):
        stroll.rest(40.0)
        stroll.walk(20.3)
    stroll.stop()
    summary = stroll.summary
    assert summary.walking_s == pytest.approx(60.0)
    assert summary.main_s == summary.walking_s
    assert summary.duration_s == pytest.approx(180.9)
    assert summary.rest_s == pytest.approx(120.9)
    assert (summary.bouts, summary.steps) == (3, 3 * 41)
    assert summary.end_reason is EndReason.COMMAND


@pytest.mark.parametrize(("pause_s", "walking_s", "bouts"), [(2.9, 2.9, 1), (3.0, 3.0, 1), (3.1, 0.0, 2)])
def test_a_pause_counts_as_walking_up_to_three_seconds(pause_s: float, walking_s: float, bouts: int) -> None:
    stroll = Stroll()
    stroll.start()
    stroll.step(1.0)
    stroll.step(1.0 + pause_s)
    stroll.rest(10.0)
    stroll.stop()
    assert (stroll.summary.walking_s, stroll.summary.bouts) == (pytest.approx(walking_s), bouts)


def test_a_rest_is_told_when_no_foot_has_moved_for_a_while() -> None:
    stroll = Stroll(SessionParams(rest_after_s=5.0))
    stroll.start()
    stroll.rest(2.0)
    stroll.walk(4.4)  # to a last contact at 6.0
    stroll.rest(10.0)
    stroll.walk(2.4)
    walking = [second.t_s for second in stroll.seconds if second.activity is Activity.WALKING]
    assert walking == [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 17.0, 18.0]


def test_steps_while_the_button_was_down_belong_to_the_session() -> None:
    """The start is stamped when the button goes down and told when it comes up."""
    stroll = Stroll()
    stroll.walk(10.0)
    stroll.start(late_s=1.75)
    stroll.stop()
    assert (stroll.summary.steps, stroll.summary.walking_s) == (3, pytest.approx(1.0))


def test_steps_before_the_start_belong_to_nobody() -> None:
    stroll = Stroll()
    stroll.walk(10.2)
    stroll.start()
    stroll.step(10.0)  # told late: it happened before
    stroll.step(10.5)
    stroll.rest(2.0)
    stroll.stop()
    assert stroll.summary.steps == 1


def test_walking_begins_a_session_at_its_first_step_with_all_its_steps() -> None:
    stroll = Stroll(BY_WALKING, DOSE)
    stroll.rest(100.0)
    stroll.walk(59.9)
    assert stroll.told == []
    stroll.step(160.0)
    (begun,) = stroll.begun
    assert (begun.t_s, begun.by_walking, begun.prescription) == (100.0, True, DOSE)
    assert [second.t_s for second in stroll.seconds] == [101.0 + i for i in range(60)]
    stroll.rest(5.0)
    stroll.stop()
    assert stroll.summary.steps == 121
    assert stroll.summary.walking_s == pytest.approx(60.0)
    assert sum(second.steps for second in stroll.seconds) == 121
    assert stroll.summary.started_s == 100.0


def test_a_walk_through_the_house_begins_nothing() -> None:
    stroll = Stroll(BY_WALKING)
    for _ in range(5):
        stroll.walk(50.0)
        stroll.rest(35.0)
    assert stroll.told == []


def test_a_traffic_light_does_not_cost_the_beginning() -> None:
    stroll = Stroll(BY_WALKING)
    stroll.walk(40.0)
    stroll.rest(25.0)
    stroll.walk(30.0)
    assert [begun.t_s for begun in stroll.begun] == [0.0]
    assert stroll.machine.started_s == 0.0


def test_a_command_during_a_beginning_starts_there_and_once() -> None:
    stroll = Stroll(BY_WALKING)
    stroll.walk(40.0)
    stroll.start()
    stroll.walk(60.0)
    assert [(begun.t_s, begun.by_walking) for begun in stroll.begun] == [(40.0, False)]


def test_stillness_ends_the_session_at_its_last_step() -> None:
    stroll = Stroll(SessionParams(end_after_s=120.0), DOSE)
    stroll.start()
    stroll.walk(30.3)
    stroll.rest(119.5)
    assert stroll.machine.active
    stroll.rest(1.0)
    assert not stroll.machine.active
    assert stroll.summary.ended_s == pytest.approx(30.0)
    assert stroll.summary.end_reason is EndReason.STILLNESS
    assert stroll.summary.walking_s == pytest.approx(30.0)
    stroll.rest(300.0)
    assert stroll.told[-1] == SessionEnded(30.0, stroll.summary, known_at_s=150.0)


def test_stillness_from_the_start_ends_it_where_it_began() -> None:
    stroll = Stroll(SessionParams(end_after_s=60.0))
    stroll.now_s = 5.0
    stroll.start()
    stroll.rest(600.0)
    assert (stroll.summary.started_s, stroll.summary.ended_s, stroll.summary.steps) == (5.0, 5.0, 0)


def test_nothing_ends_by_stillness_when_that_is_switched_off() -> None:
    stroll = Stroll(SessionParams(end_after_s=0.0))
    stroll.start()
    stroll.rest(7200.0)
    assert stroll.machine.active
    assert len(stroll.seconds) == 7200


@pytest.mark.parametrize(("gone_s", "gaps_s", "gaps"), [(0.9, 0.0, 0), (1.0, 0.0, 0), (30.0, 30.0, 1)])
def test_a_stop_while_the_sensor_is_gone_counts_the_gap(gone_s: float, gaps_s: float, gaps: int) -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(20.0)
    stroll.gone(gone_s)
    stroll.stop()
    assert (stroll.summary.gaps_s, stroll.summary.gaps) == (pytest.approx(gaps_s), gaps)
    assert stroll.summary.duration_s == pytest.approx(20.0 + gone_s)


def test_a_session_without_a_single_sample_is_all_gap() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.gone(45.0)
    stroll.stop()
    assert (stroll.summary.gaps_s, stroll.summary.duration_s) == (45.0, 45.0)


def test_gaps_count_within_the_session_only() -> None:
    stroll = Stroll(SessionParams(end_after_s=60.0))
    stroll.rest(10.0)
    stroll.start()
    stroll.gap(5.0, since_s=3.0)  # [7, 15): 5 s of it since the start at 10
    stroll.walk(20.3)
    stroll.gap(4.0)
    stroll.walk(10.3)
    stroll.gap(30.0)  # after the last step
    stroll.rest(60.0)
    assert (stroll.summary.gaps, stroll.summary.gaps_s) == (2, pytest.approx(9.0))


def test_a_gap_that_was_over_before_the_start_is_none() -> None:
    stroll = Stroll()
    stroll.now_s = 10.0
    stroll.start()
    stroll.machine.gait(SignalGap(7.0, 9.95, 300))  # its samples were still on their way
    stroll.rest(5.0)
    stroll.stop()
    assert (stroll.summary.gaps, stroll.summary.gaps_s) == (0, 0.0)
    assert isinstance(stroll.summary.gaps_s, float)  # as the store gives it back, to the same document


def test_after_a_stop_walking_on_does_not_begin_the_next_session() -> None:
    stroll = Stroll(BY_WALKING)
    stroll.walk(90.0)
    stroll.stop()
    stroll.walk(300.0)
    assert len(stroll.begun) == 1
    stroll.rest(10.5)
    stroll.walk(90.0)
    assert [begun.t_s for begun in stroll.begun] == [0.0, pytest.approx(400.5)]


@pytest.mark.parametrize(("interrupted", "reason"), [(True, EndReason.SHUTDOWN), (False, EndReason.COMMAND)])
def test_a_stop_says_who_stopped(interrupted: bool, reason: EndReason) -> None:
    stroll = Stroll()
    stroll.start()
    stroll.rest(3.0)
    stroll.stop(interrupted=interrupted)
    assert stroll.summary.end_reason is reason


def test_the_rest_of_a_second_is_told_before_the_end() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(2.9)
    stroll.stop()
    *_, second, ended = stroll.told
    assert isinstance(second, Progress)
    assert (second.t_s, second.elapsed_s, second.steps) == (2.9, 2.9, 2)
    assert isinstance(ended, SessionEnded)


def test_a_stop_on_the_second_tells_no_second_twice() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.rest(3.0)
    stroll.stop()
    assert [second.elapsed_s for second in stroll.seconds] == [1.0, 2.0, 3.0]


def test_a_late_stop_undoes_no_step_that_is_counted() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(5.1)
    stroll.stop(late_s=0.2)
    assert stroll.summary.ended_s == 5.1
    assert stroll.summary.steps == sum(second.steps for second in stroll.seconds) == 10


def test_pain_is_marked_in_the_session() -> None:
    stroll = Stroll()
    stroll.now_s = 4.0
    stroll.start()
    stroll.rest(2.5)
    stroll.pain(7)
    stroll.rest(2.5)
    stroll.pain()
    stroll.stop()
    marks = (PainMark(2.5, 7), PainMark(5.0, None))
    assert stroll.said(PainMarked) == [PainMarked(6.5, marks[0]), PainMarked(9.0, marks[1])]
    assert stroll.summary.pains == marks


def test_an_alert_stands_in_the_very_next_second_and_in_the_summary() -> None:
    stroll = Stroll()
    stroll.start()
    alert = Alert(CueKind.PACE_HIGH, 1.0, 120.0, 100.0)
    alerts = []
    for event in stroll.machine.advance(3.0):
        assert isinstance(event, Progress)
        alerts.append(event.so_far.alerts)
        if event.t_s == 1.0:
            stroll.machine.alert(alert)
    assert alerts == [(), (alert,), (alert,)]
    stroll.now_s = 3.5
    last = Alert(CueKind.LIMIT_REACHED, 3.5)
    for event in stroll.machine.stop(StopSession(3.5)):
        if isinstance(event, Progress):
            stroll.machine.alert(last)
        else:
            assert event.summary.alerts == (alert, last)


def test_an_alert_without_a_session_goes_nowhere() -> None:
    stroll = Stroll()
    stroll.machine.alert(Alert(CueKind.PACE_HIGH, 1.0))
    stroll.start()
    stroll.stop()
    assert stroll.summary.alerts == ()


@pytest.mark.parametrize("params", [SessionParams(), SessionParams(start_by_walking=True, start_after_s=10.0)])
def test_clipped_samples_are_counted_from_the_first_step_on(params: SessionParams) -> None:
    stroll = Stroll(params)
    stroll.machine.signal(0.0, 100)  # nobody walks yet
    if not params.start_by_walking:
        stroll.start()
    stroll.walk(5.0)
    stroll.machine.signal(stroll.now_s, 3)
    stroll.walk(10.0)
    stroll.machine.signal(stroll.now_s, 4)
    stroll.stop()
    assert stroll.summary.clipped == 7


def test_a_prescription_is_fixed_when_the_session_begins() -> None:
    stroll = Stroll(prescription=DOSE)
    stroll.start()
    stroll.machine.use(None)
    stroll.walk(30.3)
    stroll.stop()
    assert stroll.summary.prescription == DOSE
    assert stroll.summary.main_s == pytest.approx(10.0)
    stroll.start()
    stroll.walk(10.3)
    stroll.stop()
    assert stroll.summaries[1].prescription is None
    assert stroll.summaries[1].main_s == pytest.approx(10.0)


def test_the_parts_of_the_day_follow_the_walking_not_the_clock() -> None:
    stroll = Stroll(prescription=DOSE)
    stroll.start()
    parts = []
    for _ in range(10):
        stroll.walk(12.3)
        stroll.rest(20.0)
        parts.append(stroll.seconds[-1].part)
    assert parts == [Part.WARM_UP] + [Part.MAIN] * 5 + [Part.COOL_DOWN] + [Part.OVER] * 3
    assert stroll.seconds[-1].remaining_s == 0.0
    assert stroll.seconds[-1].so_far.main_s == 60.0
    assert stroll.seconds[-1].so_far.over_limit_s == pytest.approx(30.0)


def test_pace_is_measured_while_walking_and_weighed_by_time() -> None:
    stroll = Stroll(SessionParams(rest_after_s=3.0), DOSE)
    stroll.start()
    for cadence_spm, seconds in ((90.0, 18.0), (100.0, 1.0), (110.0, 1.0)):
        stroll.cadence(cadence_spm)
        stroll.walk(seconds, 0.25)
    stroll.rest(20.0)  # its first three seconds are no rest yet
    stroll.stop()
    summary = stroll.summary
    paced = [second.cadence_spm for second in stroll.seconds if second.cadence_spm is not None]
    assert paced == [90.0] * 18 + [100.0] + [110.0] * 3
    assert summary.cadence_mean_spm == pytest.approx(sum(paced) / len(paced))
    assert summary.cadence_p95_spm == 110.0
    assert summary.over_pace_s == pytest.approx(3.0)
    assert [second.t_s for second in stroll.seconds if second.over_pace] == [20.0, 21.0, 22.0]


def test_no_cadence_is_none_not_zero() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(3.0)
    stroll.stop()
    assert (stroll.summary.cadence_mean_spm, stroll.summary.cadence_p95_spm) == (None, None)
    assert {second.cadence_spm for second in stroll.seconds} == {None}


def test_the_95th_percentile_is_a_cadence_that_was_walked() -> None:
    stroll = Stroll()
    stroll.start()
    for cadence_spm in range(81, 101):
        stroll.cadence(float(cadence_spm))
        stroll.walk(1.0)
    stroll.stop()
    assert stroll.summary.cadence_p95_spm == 99.0
    assert stroll.summary.cadence_mean_spm == pytest.approx(90.5)


def test_reset_forgets_session_beginning_and_dose() -> None:
    stroll = Stroll(BY_WALKING, DOSE)
    stroll.walk(50.0)
    stroll.machine.reset()
    stroll.walk(50.0)
    assert stroll.told == []
    stroll.start()
    stroll.machine.reset()
    assert not stroll.machine.active
    stroll.start()
    assert stroll.begun[-1].prescription is None


def test_pain_before_the_walk_is_told_with_its_start() -> None:
    stroll = Stroll(prescription=DOSE)
    stroll.start(pain_before=0)
    stroll.walk(5.3)
    stroll.pain_before(3)  # what was known stays
    stroll.stop()
    assert stroll.begun[0].pain_before == 0
    assert stroll.said(PainBeforeTold) == []
    assert [second.so_far.pain_before for second in stroll.seconds] == [0] * len(stroll.seconds)
    assert stroll.summary.pain_before == 0


def test_pain_before_the_walk_may_be_told_during_it_once() -> None:
    stroll = Stroll(BY_WALKING)
    stroll.pain_before(9)  # no walk yet
    stroll.walk(70.3)
    assert stroll.begun[0].pain_before is None
    stroll.pain_before(2)
    stroll.pain_before(5)
    stroll.walk(5.3)
    stroll.stop()
    assert stroll.said(PainBeforeTold) == [PainBeforeTold(70.3, 2)]
    assert [second.so_far.pain_before for second in stroll.seconds if second.t_s > 70.5] == [2] * 6
    assert stroll.summary.pain_before == 2
    stroll.start()
    stroll.stop()
    assert stroll.summaries[-1].pain_before is None


@pytest.mark.parametrize(
    ("cadence_spm", "moderate_s", "vigorous_s"), [(99.9, 0.0, 0.0), (100.0, 10.0, 0.0), (130.0, 10.0, 10.0)]
)
def test_brisk_walking_is_summed_and_vigorous_is_moderate_too(
    cadence_spm: float, moderate_s: float, vigorous_s: float
) -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(5.0)
    stroll.cadence(cadence_spm)
    stroll.walk(10.0)
    stroll.cadence(None)
    stroll.walk(5.0)
    stroll.stop()
    assert (stroll.summary.moderate_s, stroll.summary.vigorous_s) == (moderate_s, vigorous_s)


def test_what_is_brisk_is_a_parameter() -> None:
    stroll = Stroll(SessionParams(moderate_spm=80.0, vigorous_spm=90.0))
    stroll.start()
    stroll.walk(2.0)
    stroll.cadence(85.0)
    stroll.walk(10.0)
    stroll.stop()
    assert (stroll.summary.moderate_s, stroll.summary.vigorous_s) == (10.0, 0.0)
