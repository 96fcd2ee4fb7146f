# SPDX-License-Identifier: MIT
"""What a pause takes out of a walk, how a forgotten one ends, and what is marked by the way."""

import pytest
from stroll import Stroll

from kneemon.model.gait import InitialContact
from kneemon.model.sessions import (
    Activity,
    EndReason,
    GaveWay,
    PainMark,
    PainMarked,
    PauseBegan,
    PauseEnded,
    SessionEnded,
)
from kneemon.session.machine import SessionParams


def paused_walk(pause_s: float = 60.0) -> Stroll:
    """20 s of walking, a pause that is walked through, 10 s of walking, a rest of 20 s."""
    stroll = Stroll()
    stroll.start()
    stroll.walk(20.3)
    stroll.pause()
    stroll.rest(0.1)
    stroll.walk(pause_s - 0.1)
    stroll.resume()
    stroll.walk(10.3)
    stroll.rest(20.0)
    return stroll


def test_nothing_in_a_pause_counts() -> None:
    stroll = paused_walk()
    stroll.stop()
    summary = stroll.summary
    assert (summary.steps, summary.bouts) == (41 + 21, 2)
    assert summary.walking_s == summary.main_s == pytest.approx(30.0)
    assert summary.paused_s == pytest.approx(60.0)
    assert summary.duration_s == pytest.approx(110.6)
    assert summary.rest_s == pytest.approx(20.6)
    assert summary.end_reason is EndReason.COMMAND
    assert stroll.said(PauseBegan) == [PauseBegan(20.3)]
    assert stroll.said(PauseEnded) == [PauseEnded(80.3, 20.3)]


def test_the_seconds_go_on_without_steps() -> None:
    stroll = paused_walk()
    assert [second.t_s for second in stroll.seconds] == [float(i) for i in range(1, 111)]
    paused = [second for second in stroll.seconds if second.activity is Activity.PAUSED]
    assert [second.t_s for second in paused] == [float(i) for i in range(21, 81)]
    assert [second.steps for second in paused] == [1] + [0] * 59, "a step of the first was made before the pause"
    assert [round(second.so_far.paused_s, 3) for second in paused] == [0.7 + i for i in range(60)]
    assert sum(second.steps for second in stroll.seconds) == 62


def test_no_cadence_is_known_in_a_pause() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.cadence(110.0)
    stroll.walk(5.5)
    stroll.pause()
    stroll.cadence(140.0)
    stroll.walk(5.0)
    stroll.resume()
    stroll.cadence(100.0)
    stroll.walk(5.0)
    assert [second.cadence_spm for second in stroll.seconds] == [110.0] * 5 + [None] * 5 + [100.0] * 5
    stroll.stop()
    assert stroll.summary.cadence_mean_spm == pytest.approx((5 * 110.0 + 6 * 100.0) / 11)


def test_clipped_samples_in_a_pause_are_nobodys() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.machine.signal(1.0, 3)
    stroll.pause()
    stroll.machine.signal(2.0, 40)
    stroll.resume()
    stroll.machine.signal(3.0, 4)
    stroll.stop()
    assert stroll.summary.clipped == 7


def test_a_gap_in_a_pause_is_counted_as_a_gap() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(5.0)
    stroll.pause()
    stroll.gap(30.0)
    stroll.rest(5.0)
    stroll.resume()
    stroll.stop()
    assert (stroll.summary.gaps, stroll.summary.gaps_s) == (1, pytest.approx(30.0))
    assert stroll.summary.paused_s == pytest.approx(35.0)
    assert stroll.summary.rest_s == pytest.approx(stroll.summary.duration_s - 35.0 - stroll.summary.walking_s)


def test_what_was_stepped_before_the_pause_counts_though_it_is_known_in_it_or_after_it() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.step(1.0)
    stroll.now_s = 1.7
    stroll.pause()
    stroll.step(1.5)
    stroll.now_s = 1.9
    stroll.resume()
    stroll.machine.gait(InitialContact(1.6, 2.0))
    stroll.machine.gait(InitialContact(1.8, 2.1))  # in the pause
    stroll.step(2.0)
    stroll.rest(3.0)
    stroll.stop()
    assert (stroll.summary.steps, stroll.summary.bouts) == (4, 2)
    assert stroll.summary.walking_s == pytest.approx(0.6)
    assert stroll.summary.paused_s == pytest.approx(0.2)


def test_a_short_pause_parts_two_bouts() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.step(1.0)
    stroll.now_s = 1.4
    stroll.pause()
    stroll.now_s = 1.6
    stroll.resume()
    stroll.step(2.0)
    stroll.step(2.5)
    stroll.rest(3.0)
    stroll.stop()
    assert (stroll.summary.walking_s, stroll.summary.bouts) == (pytest.approx(0.5), 2)


def test_steps_since_a_late_resume_count() -> None:
    """A press is told when the button comes up."""
    stroll = Stroll()
    stroll.start()
    stroll.rest(0.2)
    stroll.pause()
    stroll.rest(0.1)
    stroll.walk(10.6)  # the last step, at 10.3, is told at 10.6
    stroll.resume(late_s=0.7)
    stroll.walk(5.0)
    stroll.stop()
    assert stroll.said(PauseEnded) == [PauseEnded(pytest.approx(10.2), 0.2)]
    assert stroll.summary.steps == 1 + 10


def test_a_late_pause_takes_back_no_step_and_no_second() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(5.7)
    stroll.pause(late_s=1.0)
    assert stroll.said(PauseBegan) == [PauseBegan(5.0)]
    stroll.rest(1.0)
    stroll.stop()
    assert stroll.summary.steps == sum(second.steps for second in stroll.seconds) == 11
    assert stroll.summary.walking_s == pytest.approx(5.0)


def test_pausing_twice_and_resuming_without_a_pause_change_nothing() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.resume()
    stroll.rest(5.0)
    stroll.pause()
    stroll.rest(5.0)
    stroll.pause()
    stroll.rest(5.0)
    stroll.resume()
    stroll.resume()
    stroll.stop()
    assert stroll.said(PauseBegan) == [PauseBegan(5.0)]
    assert stroll.said(PauseEnded) == [PauseEnded(15.0, 5.0)]
    assert stroll.summary.paused_s == 10.0


def test_without_a_session_there_is_nothing_to_pause_or_to_mark() -> None:
    stroll = Stroll(SessionParams(start_by_walking=True))
    for _ in range(2):
        stroll.pause()
        stroll.resume()
        stroll.score(3)
        stroll.gave_way()
        stroll.walk(25.0)  # perhaps the beginning of one
        assert stroll.told == []
        assert not stroll.machine.paused
    stroll.walk(21.0)
    assert stroll.machine.active
    assert stroll.seconds[-1].so_far.paused_s == 0.0


def test_a_stop_in_a_pause_ends_the_session() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.walk(5.3)
    stroll.pause()
    assert stroll.machine.paused
    stroll.rest(20.0)
    stroll.stop()
    assert not stroll.machine.paused
    assert stroll.said(PauseEnded) == []
    assert stroll.summary.paused_s == pytest.approx(20.0)
    stroll.start()
    assert not stroll.machine.paused


def test_a_forgotten_pause_ends_where_it_began() -> None:
    stroll = Stroll(SessionParams(end_after_s=120.0))
    stroll.start()
    stroll.walk(30.3)
    stroll.rest(50.0)
    stroll.pause()
    stroll.rest(120.5)
    assert stroll.machine.active, "two minutes of stillness since the pause, not since the last step"
    stroll.rest(0.5)
    assert stroll.told[-1] == SessionEnded(pytest.approx(80.3), stroll.summary, known_at_s=201.0)
    assert stroll.summary.end_reason is EndReason.STILLNESS
    assert stroll.summary.ended_s == pytest.approx(80.3)
    assert stroll.summary.paused_s == 0.0


def test_who_moves_in_a_pause_has_not_forgotten_it() -> None:
    stroll = Stroll(SessionParams(end_after_s=120.0))
    stroll.start()
    stroll.walk(10.3)
    stroll.pause()
    for _ in range(3):
        stroll.rest(100.0)
        stroll.walk(5.3)
    assert stroll.machine.active
    stroll.rest(130.0)
    assert stroll.summary.ended_s == pytest.approx(325.9)
    assert stroll.summary.paused_s == pytest.approx(325.9 - 10.3)
    assert stroll.summary.steps == 21


def test_who_resumes_is_there() -> None:
    stroll = Stroll(SessionParams(end_after_s=120.0))
    stroll.start()
    stroll.pause()
    stroll.rest(110.0)
    stroll.resume()
    stroll.rest(119.0)
    assert stroll.machine.active
    stroll.rest(1.0)
    assert (stroll.summary.ended_s, stroll.summary.paused_s) == (110.0, 110.0)


def test_after_a_pause_one_rests_until_the_first_step() -> None:
    stroll = Stroll(SessionParams(rest_after_s=10.0))
    stroll.start()
    stroll.walk(5.3)
    stroll.pause()
    stroll.rest(2.0)
    stroll.resume()
    stroll.rest(2.0)
    stroll.walk(2.0)
    doing = [second.activity for second in stroll.seconds]
    walking, resting, paused = Activity.WALKING, Activity.RESTING, Activity.PAUSED
    assert doing == [walking] * 5 + [paused] * 2 + [resting] * 2 + [walking] * 2


def test_the_knee_gave_way_as_often_as_it_was_marked() -> None:
    stroll = Stroll()
    stroll.now_s = 4.0
    stroll.start()
    stroll.rest(2.5)
    stroll.gave_way()
    stroll.pause()
    stroll.rest(2.0)
    stroll.gave_way()
    assert stroll.said(GaveWay) == [GaveWay(6.5, 2.5, 1), GaveWay(8.5, 4.5, 2)]
    stroll.rest(1.0)
    assert [second.so_far.gave_way_s for second in stroll.seconds] == [(), (), (2.5,), (2.5,), (2.5, 4.5)]
    stroll.stop()
    assert stroll.summary.gave_way_s == (2.5, 4.5)


def test_the_newest_pain_mark_gets_its_number_and_may_get_another() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.score(9)
    stroll.rest(1.0)
    stroll.pain()
    stroll.rest(1.0)
    stroll.pain()
    stroll.rest(300.0)
    stroll.score(7)
    stroll.score(4)
    stroll.stop()
    assert stroll.said(PainMarked) == [
        PainMarked(1.0, PainMark(1.0, None)),
        PainMarked(2.0, PainMark(2.0, None)),
        PainMarked(302.0, PainMark(2.0, 7), scored=True),
        PainMarked(302.0, PainMark(2.0, 4), scored=True),
    ]
    assert stroll.summary.pains == (PainMark(1.0, None), PainMark(2.0, 4))


def test_a_number_belongs_to_a_mark_of_its_own_session() -> None:
    stroll = Stroll()
    stroll.start()
    stroll.pain()
    stroll.stop()
    stroll.start()
    stroll.score(5)
    stroll.stop()
    assert [summary.pains for summary in stroll.summaries] == [(PainMark(0.0, None),), ()]
