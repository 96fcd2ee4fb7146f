# SPDX-License-Identifier: MIT
"""How much it hurts: asked, answered with presses, read back, corrected, or left unknown."""

import pytest
from finger import ASK, BETWEEN_S, PAUSED, SHORT_S, WALKING, Finger, P, asked

from kneemon.controls.grammar import MOST_PAIN, Say, WalkState
from kneemon.feedback.patterns import read_back
from kneemon.model.commands import MarkPain, Pause, ScorePain, StopSession
from kneemon.model.cues import CueKind


@pytest.mark.parametrize("walk", [WALKING, PAUSED])
@pytest.mark.parametrize("number", range(1, MOST_PAIN + 1))
def test_asked_so_many_presses_are_the_number_and_it_is_read_back(number: int, walk: WalkState) -> None:
    finger = asked()
    finger.walk = walk  # the command line may have paused it
    began_s = finger.press(number)
    assert finger.settled() == [Say(CueKind.READ_BACK, number), ScorePain(began_s, number)]


def test_a_hold_of_about_a_second_is_zero() -> None:
    finger = asked()
    began_s = finger.press(lasting_s=P.second_s + 0.01)
    assert finger.settled() == [Say(CueKind.READ_BACK, 0), ScorePain(began_s, 0)]


def test_a_slow_press_is_one_and_slow_presses_count() -> None:
    finger = asked()
    finger.press(lasting_s=P.second_s - 0.01)
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 1)
    finger.press(3, lasting_s=1.5)
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 3)


def test_more_than_ten_are_not_understood_and_asked_for_again() -> None:
    finger = asked()
    finger.press(MOST_PAIN + 1)
    assert finger.settled() == [ASK]
    finger.press(7)
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 7)


def test_unanswered_stays_unknown_and_the_next_press_is_a_new_mark() -> None:
    finger = asked()
    finger.pass_by(P.ask_s)
    assert finger.settled() == []
    began_s = finger.press()
    assert finger.settled() == [MarkPain(began_s), ASK]


def test_an_answer_may_begin_until_the_very_end_and_then_take_its_time() -> None:
    finger = Finger(WALKING)
    finger.press()
    finger.settled()
    asked_s = 100.0 + SHORT_S + P.gap_s
    finger.t_s = asked_s + P.ask_s
    began_s = finger.press(6)
    assert finger.settled() == [Say(CueKind.READ_BACK, 6), ScorePain(began_s, 6)]


def test_the_number_may_be_pressed_anew_after_the_read_back_as_often_as_need_be() -> None:
    finger = asked()
    for number in (4, 5, 3):
        finger.press(number)
        assert finger.settled()[0] == Say(CueKind.READ_BACK, number)
        finger.pass_by(2.0)
    finger.pass_by(3 * P.tick_s + P.correct_s)
    began_s = finger.press(2)
    assert finger.settled() == [Pause(began_s)]


@pytest.mark.parametrize(("late_s", "corrected"), [(-0.01, True), (0.01, False)])
def test_the_time_to_correct_grows_with_the_read_back(late_s: float, corrected: bool) -> None:
    finger = asked()
    finger.press(MOST_PAIN)
    read_back_s = finger.t_s - BETWEEN_S + P.gap_s
    finger.settled()
    finger.t_s = read_back_s + MOST_PAIN * P.tick_s + P.correct_s + late_s
    finger.press(2)
    assert isinstance(finger.settled()[-1], ScorePain if corrected else Pause)


@pytest.mark.parametrize("number", range(MOST_PAIN + 1))
def test_the_whole_time_to_correct_lies_after_the_read_back(number: int) -> None:
    assert read_back(number).lasts_s <= P.tick_s * (number or 2) + 1e-9


def test_presses_that_began_before_the_question_could_be_felt_are_no_answer() -> None:
    """A pause pressed by a slow hand must not become pain of 1."""
    finger = Finger(WALKING)
    finger.press()
    finger.t_s = 100.0 + SHORT_S + P.gap_s + P.felt_s - 0.1
    finger.press()
    assert finger.settled() == [MarkPain(100.0), ASK, ASK]


def test_asked_a_hold_still_ends_the_walk_and_a_number_not_read_back_stays_unknown() -> None:
    finger = asked()
    finger.press(4)
    began_s = finger.hold()
    assert finger.settled() == [StopSession(began_s)]
