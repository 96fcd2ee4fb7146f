# SPDX-License-Identifier: MIT
"""Questions: their answers, their time, what replaces them, and what a hold does to them."""

from math import inf

import pytest
from finger import (
    ASK,
    BETWEEN_S,
    EXERCISE,
    HOLD_S,
    NONE,
    OFF_S,
    REFUSED,
    SHORT_S,
    STOPPED,
    TICK,
    WALKING,
    Finger,
    P,
    asked,
    asked_for,
)

from kneemon.controls.intents import Answered, Say, StopExercise, SwitchOff, Unanswered
from kneemon.controls.rules import ASKED_WITH, CORRECTABLE, WalkState
from kneemon.model.commands import MarkGaveWay, MarkPain, StartSession, StopSession
from kneemon.model.cues import CueKind
from kneemon.model.questions import ANSWERS, Ask, Grade, Signs, Steady
from kneemon.ports import Press

CHOICES = [(Ask.SIGNS, Signs), (Ask.GRADE, Grade), (Ask.GAVE_WAY, Steady)]


@pytest.mark.parametrize(("ask", "answer"), [(ask, one) for ask, choices in CHOICES for one in choices])
@pytest.mark.parametrize("walk", [NONE, WALKING])
def test_the_number_of_presses_is_the_answer_and_the_flow_goes_on(ask: Ask, answer: int, walk: WalkState) -> None:
    finger = asked_for(ask, walk)
    began_s = finger.press(answer)
    assert finger.settled() == [Say(CueKind.READ_BACK, answer), Answered(began_s, ask, answer)]
    assert finger.grammar.asked is None


@pytest.mark.parametrize("ask", [ask for ask, _ in CHOICES])
def test_a_hold_of_a_second_opens_no_gate(ask: Ask) -> None:
    """0 is no answer to these: neither 'nothing' nor 'once' may be read into it."""
    finger = asked_for(ask)
    finger.press(lasting_s=1.0)
    assert finger.settled() == [Say(ASKED_WITH[ask])]


@pytest.mark.parametrize("ask", [ask for ask, _ in CHOICES])
def test_what_is_no_answer_is_asked_for_again_twice_and_then_nobody_knows(ask: Ask) -> None:
    finger = asked_for(ask)
    for _ in range(P.again):
        finger.press(max(ANSWERS[ask]) + 1)
        assert finger.settled() == [Say(ASKED_WITH[ask])]
        assert finger.grammar.asked is ask
    finger.press(max(ANSWERS[ask]) + 1)
    at_s = finger.t_s - BETWEEN_S + P.gap_s
    assert finger.settled() == [REFUSED, Unanswered(at_s, ask)]
    assert finger.grammar.asked is None


@pytest.mark.parametrize("ask", list(Ask))
@pytest.mark.parametrize("late_s", [0.0, 0.01])
def test_a_question_waits_from_the_moment_that_its_cue_was_felt(ask: Ask, late_s: float) -> None:
    finger = Finger(NONE)
    finger.ask(ask, 3.0)
    until_s = finger.t_s + 3.0 + P.to_answer_s(ask)
    finger.t_s = until_s + late_s
    began_s = finger.press(min(ANSWERS[ask]) or 1)
    if late_s:
        assert finger.settled() == [Unanswered(until_s, ask), StartSession(began_s)]
    else:
        assert finger.settled()[-1] == Answered(began_s, ask, min(ANSWERS[ask]) or 1)


def test_what_needs_the_card_or_a_walk_to_the_box_has_longer() -> None:
    assert P.to_answer_s(Ask.PAIN_NOW) == P.ask_s < P.to_answer_s(Ask.SIGNS) < P.to_answer_s(Ask.GRADE)
    assert P.to_answer_s(Ask.PAIN_LATER) == P.to_answer_s(Ask.PAIN_MORNING) > P.to_answer_s(Ask.PAIN_END)


def test_the_flow_before_a_walk() -> None:
    finger = Finger(NONE)
    began_s = finger.press()
    (start,) = finger.settled()
    assert start == StartSession(began_s)
    finger.walk = NONE  # the app asks first
    for ask, presses in ((Ask.PAIN_BEFORE, 2), (Ask.SIGNS, Signs.SOMETHING), (Ask.GRADE, Grade.SOON)):
        finger.ask(ask, 1.0)
        finger.t_s += 1.5
        began_s = finger.press(presses)
        assert finger.settled() == [Say(CueKind.READ_BACK, presses), Answered(began_s, ask, presses)]


@pytest.mark.parametrize("walk", list(WalkState))
def test_when_all_the_time_has_passed_a_question_is_over(walk: WalkState) -> None:
    finger = asked_for(Ask.GRADE, walk)
    finger.take(finger.grammar.passed(inf, walk))
    assert finger.got == [Unanswered(101.0 + P.grade_s, Ask.GRADE)]


def test_the_end_of_the_walk_leaves_the_question_open() -> None:
    finger = asked()
    finger.walk = NONE
    began_s = finger.press(4)
    assert finger.settled() == [Say(CueKind.READ_BACK, 4), Answered(began_s, Ask.PAIN_MARK, 4)]


# -- what comes between


def test_a_question_that_is_replaced_is_told() -> None:
    finger = asked_for(Ask.PAIN_NOW, WALKING)
    finger.ask(Ask.PAIN_END, 2.0)
    assert finger.got == [Unanswered(finger.t_s + 2.0, Ask.PAIN_NOW, broken_off=True)]
    assert finger.grammar.asked is Ask.PAIN_END


def test_one_that_has_its_answer_is_not() -> None:
    finger = asked_for(Ask.PAIN_NOW, WALKING)
    finger.press(3)
    finger.settled()
    finger.ask(Ask.PAIN_END)
    assert finger.got == []


def test_an_answer_that_was_begun_is_finished_though_another_question_came() -> None:
    finger = asked_for(Ask.PAIN_NOW, WALKING)
    began_s = finger.press(3)
    finger.ask(Ask.GAVE_WAY, 3.0)
    assert finger.settled() == [Say(CueKind.READ_BACK, 3), Answered(began_s, Ask.PAIN_NOW, 3)]
    assert finger.grammar.asked is Ask.GAVE_WAY
    finger.pass_by(3.0)
    began_s = finger.press(2)
    assert finger.settled() == [Say(CueKind.READ_BACK, 2), Answered(began_s, Ask.GAVE_WAY, 2)]


def test_one_that_was_no_answer_is_not_asked_for_again_then() -> None:
    finger = asked_for(Ask.PAIN_NOW, WALKING)
    finger.press(11)
    at_s = finger.t_s - BETWEEN_S + P.gap_s
    finger.ask(Ask.GAVE_WAY, 3.0)
    assert finger.settled() == [REFUSED, Unanswered(at_s, Ask.PAIN_NOW, broken_off=True)]
    assert finger.grammar.asked is Ask.GAVE_WAY


def test_presses_of_before_keep_their_meaning_and_a_mark_replaces_the_question() -> None:
    finger = Finger(WALKING)
    began_s = finger.press()
    finger.ask(Ask.PAIN_NOW, 1.0)
    marked_s = began_s + SHORT_S + P.gap_s
    assert finger.settled() == [MarkPain(began_s), Unanswered(marked_s, Ask.PAIN_NOW, broken_off=True), ASK]
    assert finger.grammar.asked is Ask.PAIN_MARK


@pytest.mark.parametrize("times", [0, 2])
def test_what_is_forgotten_is_told_to_nobody_but_presses_are_refused(times: int) -> None:
    finger = asked_for(Ask.SIGNS)
    finger.press(times)
    finger.grammar.forget()
    assert finger.grammar.asked is None
    assert finger.settled() == ([REFUSED] if times else [])
    finger.pass_by(100.0)
    assert finger.settled() == []


def test_forgetting_leaves_other_presses_alone() -> None:
    finger = Finger(WALKING)
    began_s = finger.press(3)
    finger.ask(Ask.PAIN_NOW)
    finger.grammar.forget()
    assert finger.settled() == [MarkGaveWay(began_s)]


# -- holds


@pytest.mark.parametrize(("walk", "end"), [(WALKING, StopSession), (EXERCISE, StopExercise)])
@pytest.mark.parametrize("times", [0, 4])
def test_a_hold_ends_what_is_on_and_a_number_not_read_back_stays_unknown(
    walk: WalkState, end: type[StopSession | StopExercise], times: int
) -> None:
    finger = asked_for(Ask.PAIN_NOW, walk)
    finger.press(times)
    began_s = finger.hold()
    assert finger.settled() == [Unanswered(began_s, Ask.PAIN_NOW, broken_off=True), end(began_s)]
    assert finger.grammar.asked is None


def test_without_a_walk_a_hold_breaks_the_question_off_while_the_button_is_down() -> None:
    finger = asked_for(Ask.PAIN_BEFORE)
    finger.tell(Press.DOWN)
    began_s = finger.t_s
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    assert finger.got == [TICK, Unanswered(began_s, Ask.PAIN_BEFORE, broken_off=True), STOPPED]
    finger.tell(Press.UP)
    assert finger.settled()[2:] == []


def test_what_was_answered_stays_answered_when_a_hold_ends_the_walk() -> None:
    finger = asked()
    finger.press(4)
    finger.settled()
    began_s = finger.hold()
    assert finger.settled() == [StopSession(began_s)]


def test_a_hold_breaks_off_both_the_question_and_the_one_that_was_being_answered() -> None:
    finger = asked_for(Ask.PAIN_NOW, WALKING)
    finger.press(3)
    finger.ask(Ask.GAVE_WAY)
    began_s = finger.hold()
    assert finger.settled() == [
        Unanswered(began_s, Ask.PAIN_NOW, broken_off=True),
        Unanswered(began_s, Ask.GAVE_WAY, broken_off=True),
        StopSession(began_s),
    ]


def test_what_the_app_asks_at_the_end_of_the_walk_waits_for_the_finger_to_go() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.DOWN)
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    finger.ask(Ask.PAIN_END, 1.0)
    finger.t_s += 0.5
    finger.tell(Press.UP)
    finger.pass_by(1.0)
    began_s = finger.press(5)
    assert finger.settled()[1:] == [Say(CueKind.READ_BACK, 5), Answered(began_s, Ask.PAIN_END, 5)]


def test_a_long_hold_breaks_off_what_was_asked_at_the_end_of_the_walk() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.DOWN)
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    finger.ask(Ask.PAIN_END, 1.0)
    finger.t_s = 100.0 + OFF_S
    finger.tell(Press.HELD_LONG)
    off_s = finger.t_s
    assert finger.settled() == [
        StopSession(100.0),
        Unanswered(off_s, Ask.PAIN_END, broken_off=True),
        SwitchOff(off_s),
    ]


def test_a_question_is_over_in_time_though_the_button_is_held() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.DOWN)
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    finger.ask(Ask.PAIN_END)
    finger.pass_by(P.ask_s + 0.1)
    assert finger.got[2:] == [Unanswered(102.0 + P.ask_s, Ask.PAIN_END)]


def test_a_lost_release_ends_with_the_next_press_and_is_no_zero() -> None:
    finger = asked_for(Ask.GRADE)
    finger.tell(Press.DOWN)
    finger.t_s += 1.5
    finger.press()
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 2)


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
def test_a_question_does_not_outlast_a_jump_of_time(jump_s: float) -> None:
    finger = asked_for(Ask.GRADE)
    finger.pass_by(jump_s)
    assert finger.got == [Unanswered(101.0 + P.grade_s, Ask.GRADE)]


def test_what_may_be_corrected_is_no_step_on_the_way() -> None:
    assert set(Ask) - CORRECTABLE == {Ask.PAIN_BEFORE, Ask.SIGNS, Ask.GRADE, Ask.GAVE_WAY}
