# SPDX-License-Identifier: MIT
"""A number: asked, answered with presses, read back, corrected, or left unknown."""

import pytest
from finger import ASK, BETWEEN_S, EXERCISE, NONE, PAUSED, SHORT_S, WALKING, Finger, P, asked, asked_for

from kneemon.controls.intents import Answered, Say, Unanswered
from kneemon.controls.rules import ASKED_WITH, WalkState
from kneemon.feedback.patterns import read_back
from kneemon.model.commands import MarkPain, Pause, StartSession
from kneemon.model.cues import CueKind
from kneemon.model.questions import MOST_PAIN, MOST_REPS, PAIN_ASKS, Ask

MARK = Ask.PAIN_MARK


@pytest.mark.parametrize("walk", [WALKING, PAUSED])
@pytest.mark.parametrize("number", range(1, MOST_PAIN + 1))
def test_asked_so_many_presses_are_the_number_and_it_is_read_back(number: int, walk: WalkState) -> None:
    finger = asked()
    finger.walk = walk  # the command line may have paused it
    began_s = finger.press(number)
    assert finger.settled() == [Say(CueKind.READ_BACK, number), Answered(began_s, MARK, number)]


@pytest.mark.parametrize("walk", list(WalkState))
@pytest.mark.parametrize("ask", [*PAIN_ASKS, Ask.REPS])
def test_a_number_is_asked_for_with_a_walk_and_without(ask: Ask, walk: WalkState) -> None:
    finger = asked_for(ask, walk)
    began_s = finger.press(MOST_PAIN)
    assert finger.settled() == [Say(CueKind.READ_BACK, MOST_PAIN), Answered(began_s, ask, MOST_PAIN)]


@pytest.mark.parametrize("ask", [*PAIN_ASKS, Ask.REPS])
def test_a_hold_of_about_a_second_is_zero(ask: Ask) -> None:
    finger = asked_for(ask)
    began_s = finger.press(lasting_s=P.second_s + 0.01)
    assert finger.settled() == [Say(CueKind.READ_BACK, 0), Answered(began_s, ask, 0)]


def test_a_slow_press_is_one_and_slow_presses_count() -> None:
    finger = asked()
    finger.press(lasting_s=P.second_s - 0.01)
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 1)
    finger.press(3, lasting_s=1.5)
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 3)


@pytest.mark.parametrize("ask", [*PAIN_ASKS, Ask.REPS])
def test_more_than_the_most_are_not_understood_and_asked_for_again(ask: Ask) -> None:
    finger = asked_for(ask)
    finger.press((MOST_REPS if ask is Ask.REPS else MOST_PAIN) + 1)
    assert finger.settled() == [Say(ASKED_WITH[ask])]
    finger.press(7)
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 7)


def test_repetitions_go_to_fifteen() -> None:
    finger = asked_for(Ask.REPS, EXERCISE)
    began_s = finger.press(MOST_REPS)
    assert finger.settled() == [Say(CueKind.READ_BACK, MOST_REPS), Answered(began_s, Ask.REPS, MOST_REPS)]


def test_unanswered_stays_unknown_and_the_next_press_is_a_new_mark() -> None:
    finger = asked()
    finger.pass_by(P.ask_s)
    assert finger.settled() == [Unanswered(100.0 + SHORT_S + P.gap_s + P.ask_s, MARK)]
    began_s = finger.press()
    assert finger.settled() == [MarkPain(began_s), ASK]


def test_an_answer_may_begin_until_the_very_end_and_then_take_its_time() -> None:
    finger = Finger(WALKING)
    finger.press()
    finger.settled()
    asked_s = 100.0 + SHORT_S + P.gap_s
    finger.t_s = asked_s + P.ask_s
    began_s = finger.press(6)
    assert finger.settled() == [Say(CueKind.READ_BACK, 6), Answered(began_s, MARK, 6)]


def test_the_number_may_be_pressed_anew_after_the_read_back_as_often_as_need_be() -> None:
    finger = asked()
    for number in (4, 5, 3):
        began_s = finger.press(number)
        assert finger.settled() == [Say(CueKind.READ_BACK, number), Answered(began_s, MARK, number)]
        assert finger.grammar.asked is MARK
        finger.pass_by(2.0)
    finger.pass_by(3 * P.tick_s + P.correct_s)
    assert finger.grammar.asked is None
    began_s = finger.press(2)
    assert finger.settled() == [Pause(began_s)]


def test_a_correction_that_is_no_number_leaves_the_former_one_standing() -> None:
    finger = asked()
    finger.press(4)
    finger.settled()
    finger.press(MOST_PAIN + 1)
    assert finger.settled() == [ASK]
    finger.pass_by(P.ask_s)
    assert finger.settled() == []


@pytest.mark.parametrize(("late_s", "corrected"), [(-0.01, True), (0.01, False)])
def test_the_time_to_correct_grows_with_the_read_back(late_s: float, corrected: bool) -> None:
    finger = asked()
    finger.press(MOST_PAIN)
    read_back_s = finger.t_s - BETWEEN_S + P.gap_s
    finger.settled()
    finger.t_s = read_back_s + MOST_PAIN * P.tick_s + P.correct_s + late_s
    finger.press(2)
    assert isinstance(finger.settled()[-1], Answered if corrected else Pause)


@pytest.mark.parametrize("number", range(MOST_REPS + 1))
def test_the_whole_time_to_correct_lies_after_the_read_back(number: int) -> None:
    assert read_back(number).lasts_s <= P.tick_s * (number or 2) + 1e-9


def test_the_pain_before_a_walk_is_not_corrected_for_the_flow_goes_on() -> None:
    finger = asked_for(Ask.PAIN_BEFORE)
    finger.press(4)
    finger.settled()
    assert finger.grammar.asked is None
    finger.t_s += 1.0
    began_s = finger.press()
    assert finger.settled() == [StartSession(began_s)]


def test_presses_that_began_before_the_question_could_be_felt_are_no_answer() -> None:
    """A pause pressed by a slow hand must not become pain of 1."""
    finger = Finger(WALKING)
    finger.press()
    finger.t_s = 100.0 + SHORT_S + P.gap_s + P.felt_s - 0.1
    finger.press()
    assert finger.settled() == [MarkPain(100.0), ASK, ASK]


@pytest.mark.parametrize("walk", [NONE, WALKING])
def test_a_press_before_the_cue_of_the_app_was_felt_is_asked_for_again(walk: WalkState) -> None:
    finger = Finger(walk)
    finger.ask(Ask.PAIN_NOW, 2.0)
    finger.t_s += 1.9
    finger.press()
    assert finger.settled() == [ASK]
    began_s = finger.press(2)
    assert finger.settled() == [Say(CueKind.READ_BACK, 2), Answered(began_s, Ask.PAIN_NOW, 2)]
