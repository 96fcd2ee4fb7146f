# SPDX-License-Identifier: MIT
"""The grammar of the one button: what each count and hold means, and what happens at the edges of it."""

import pytest
from finger import ASK, EXERCISE, HOLD_S, NONE, OFF_S, PAUSED, REFUSED, TICK, WALKING, Finger, P, asked

from kneemon.config.options import ButtonOptions
from kneemon.controls.grammar import ButtonGrammar, GrammarParams
from kneemon.controls.intents import Intent, Say, SkipSet, StartExercise, StopExercise, SwitchOff, Unanswered
from kneemon.controls.rules import WalkState
from kneemon.model.commands import MarkGaveWay, MarkPain, Pause, Resume, StartSession, StopSession
from kneemon.model.cues import CueKind
from kneemon.model.diary import ExerciseKind
from kneemon.model.questions import Ask
from kneemon.ports import Press

# -- the table


@pytest.mark.parametrize(
    ("walk", "times", "means"),
    [
        (NONE, 1, StartSession),
        (WALKING, 2, Pause),
        (PAUSED, 1, Resume),
        (PAUSED, 2, Resume),
        (WALKING, 3, MarkGaveWay),
        (PAUSED, 3, MarkGaveWay),
        (EXERCISE, 2, SkipSet),
        (EXERCISE, 3, MarkGaveWay),
    ],
)
def test_presses_are_counted_and_carry_the_time_of_the_first(walk: WalkState, times: int, means: type) -> None:
    finger = Finger(walk)
    began_s = finger.press(times)
    assert finger.got == [TICK] * times
    assert finger.settled() == [means(began_s)]


@pytest.mark.parametrize(
    ("times", "kind"), [(2, ExerciseKind.PUSH_OFF), (3, ExerciseKind.CALF_STRETCH), (4, ExerciseKind.BALANCE)]
)
def test_without_a_walk_a_count_starts_its_exercise(times: int, kind: ExerciseKind) -> None:
    finger = Finger(NONE)
    began_s = finger.press(times)
    assert finger.settled() == [StartExercise(began_s, kind)]


def test_one_press_on_a_walk_marks_pain_at_the_press_and_asks_how_much() -> None:
    finger = Finger(WALKING)
    finger.press()
    assert finger.settled() == [MarkPain(100.0, None), ASK]


@pytest.mark.parametrize(
    ("walk", "times"),
    [(NONE, 5), (NONE, 12), (WALKING, 4), (WALKING, 11), (PAUSED, 4), (PAUSED, 12), (EXERCISE, 1), (EXERCISE, 4)],
)
def test_other_counts_are_refused_and_nothing_is_noted(walk: WalkState, times: int) -> None:
    finger = Finger(walk)
    finger.press(times)
    assert finger.settled() == [REFUSED]


ENDS = [(WALKING, StopSession(100.0)), (PAUSED, StopSession(100.0)), (EXERCISE, StopExercise(100.0))]


@pytest.mark.parametrize(("walk", "end"), ENDS)
def test_a_hold_ends_what_is_on_while_the_button_is_down_as_of_when_it_went_down(walk: WalkState, end: Intent) -> None:
    finger = Finger(walk)
    finger.tell(Press.DOWN)
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    assert finger.got == [TICK, end]
    finger.tell(Press.UP)
    assert finger.settled() == [end]


@pytest.mark.parametrize(("walk", "end"), [(NONE, None), *ENDS])
def test_a_long_hold_switches_off_and_what_was_on_was_ended_before(walk: WalkState, end: Intent | None) -> None:
    finger = Finger(walk)
    finger.hold(long=True)
    off = SwitchOff(100.0 + OFF_S)
    assert finger.settled() == ([end, off] if end else [off])


def test_a_hold_without_a_walk_is_refused_when_it_is_let_go_for_it_might_have_become_a_long_one() -> None:
    finger = Finger(NONE)
    finger.tell(Press.DOWN)
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    assert finger.got == [TICK]
    finger.tell(Press.UP)
    assert finger.got == [TICK, REFUSED]


# -- the edges of the gap


@pytest.mark.parametrize(("gap_s", "means"), [(P.gap_s, [Pause(0.0)]), (P.gap_s + 0.001, [MarkPain(0.0), ASK, ASK])])
def test_a_gap_ends_a_count_only_when_it_is_longer_than_gap_s(gap_s: float, means: list[Intent]) -> None:
    finger = Finger(WALKING, t_s=0.0)
    for began_s in (0.0, 0.25 + gap_s):
        finger.t_s = began_s
        finger.tell(Press.DOWN)
        finger.t_s = began_s + 0.25
        finger.tell(Press.UP)
    assert finger.settled() == means


def test_a_slower_hand_gets_a_longer_gap() -> None:
    finger = Finger(WALKING, grammar=ButtonGrammar(GrammarParams(gap_s=2.5)))
    finger.press()
    finger.pass_by(2.0)
    finger.press()
    finger.pass_by(2.5)
    assert [intent for intent in finger.got if intent != TICK] == [Pause(100.0)]


def test_the_default_gap_is_the_options_and_the_zero_ends_before_any_hold_that_can_be_set() -> None:
    assert P.gap_s == ButtonOptions().gap_s
    assert P.second_s < 1.0 < ButtonOptions().hold_s  # one second is the least that button.hold_s may be


def test_nothing_is_settled_while_the_button_is_down() -> None:
    finger = Finger(WALKING)
    finger.press()
    finger.tell(Press.DOWN)
    finger.pass_by(1.9)  # longer than the gap
    finger.tell(Press.UP)
    assert finger.settled() == [Pause(100.0)]


# -- a hold after presses


@pytest.mark.parametrize(
    ("walk", "times", "kept"),
    [
        (WALKING, 1, [MarkPain(100.0)]),
        (WALKING, 2, []),
        (WALKING, 3, [MarkGaveWay(100.0)]),
        (WALKING, 4, []),
        (PAUSED, 1, []),
        (PAUSED, 3, [MarkGaveWay(100.0)]),
        (EXERCISE, 2, []),
        (EXERCISE, 3, [MarkGaveWay(100.0)]),
    ],
)
def test_a_hold_wins_but_what_was_told_about_the_knee_is_kept(walk: WalkState, times: int, kept: list[Intent]) -> None:
    finger = Finger(walk)
    finger.press(times)
    began_s = finger.hold()
    assert finger.settled() == [*kept, StopExercise(began_s) if walk is EXERCISE else StopSession(began_s)]


@pytest.mark.parametrize("times", [1, 2, 5])
def test_without_a_walk_presses_before_a_hold_start_nothing(times: int) -> None:
    finger = Finger(NONE)
    finger.press(times)
    finger.hold()
    assert finger.settled() == [REFUSED]


# -- what begins and ends by other means


@pytest.mark.parametrize(
    ("before", "times", "after", "means"),
    [
        (NONE, 1, WALKING, []),  # it has begun by walking: no pain mark
        (NONE, 1, EXERCISE, [REFUSED]),
        (NONE, 2, WALKING, [REFUSED]),
        (NONE, 2, EXERCISE, [REFUSED]),
        (EXERCISE, 2, NONE, [REFUSED]),
        (EXERCISE, 3, WALKING, [MarkGaveWay(100.0)]),
        (WALKING, 1, EXERCISE, [REFUSED]),
        (WALKING, 1, NONE, [REFUSED]),
        (WALKING, 2, NONE, [REFUSED]),
        (WALKING, 3, NONE, [REFUSED]),
        (PAUSED, 1, NONE, [REFUSED]),
        (WALKING, 2, PAUSED, []),
        (PAUSED, 2, WALKING, []),  # not paused again
        (WALKING, 1, PAUSED, [MarkPain(100.0), ASK]),
        (PAUSED, 3, WALKING, [MarkGaveWay(100.0)]),
    ],
)
def test_a_count_means_what_it_meant_at_its_first_press(
    before: WalkState, times: int, after: WalkState, means: list[Intent]
) -> None:
    finger = Finger(before)
    finger.press(times)
    finger.walk = after
    assert finger.settled() == means


def test_a_walk_that_ends_during_the_hold_that_was_to_end_it_is_no_refusal() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.DOWN)
    finger.walk = NONE
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    finger.tell(Press.UP)
    assert finger.settled() == []


def test_a_walk_that_begins_during_a_hold_is_ended_by_it_or_by_the_long_one() -> None:
    finger = Finger(NONE)
    finger.tell(Press.DOWN)
    finger.walk = WALKING
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    assert finger.got == [TICK, StopSession(100.0)]
    finger.walk = WALKING
    finger.t_s = 100.0 + OFF_S
    finger.tell(Press.HELD_LONG)
    assert finger.got[2:] == [StopSession(106.0), SwitchOff(106.0)]


# -- what gets lost on the way


def test_a_lost_release_ends_with_the_next_press_and_is_no_zero() -> None:
    finger = asked()
    finger.tell(Press.DOWN)
    finger.t_s += 1.5
    finger.press()
    assert finger.settled()[0] == Say(CueKind.READ_BACK, 2)


def test_after_a_hold_whose_release_was_lost_a_press_counts_again() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.DOWN)
    finger.t_s += HOLD_S
    finger.tell(Press.HELD)
    finger.t_s += 60.0
    began_s = finger.press()
    assert finger.settled() == [StopSession(100.0), StartSession(began_s)]


def test_a_release_without_a_press_is_nothing() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.UP)
    assert finger.settled() == []


def test_a_hold_without_a_press_ends_the_walk_and_its_release_is_no_press() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.HELD)
    finger.tell(Press.UP)
    assert finger.settled() == [StopSession(100.0)]


def test_a_long_hold_without_the_first_ends_the_walk_too_and_either_is_told_once() -> None:
    finger = Finger(WALKING)
    finger.tell(Press.DOWN)
    finger.t_s += OFF_S
    for press in (Press.HELD_LONG, Press.HELD, Press.HELD_LONG, Press.UP):
        finger.tell(press)
    assert finger.settled() == [StopSession(100.0), SwitchOff(106.0)]


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
def test_time_that_jumps_has_passed(jump_s: float) -> None:
    finger = Finger(WALKING, t_s=10_000.0)
    finger.press()
    finger.pass_by(jump_s)
    assert finger.got[:3] == [TICK, MarkPain(10_000.0), ASK]
    finger.pass_by(jump_s)
    (unanswered,) = finger.got[3:]
    assert isinstance(unanswered, Unanswered)
    assert unanswered.ask is Ask.PAIN_MARK
    finger.got.clear()
    began_s = finger.press()
    assert finger.settled() == [MarkPain(began_s), ASK]


def test_reset_forgets_presses_holds_and_questions() -> None:
    finger = asked()
    finger.press(2)
    finger.tell(Press.DOWN)
    finger.grammar.reset()
    finger.tell(Press.UP)
    finger.got.clear()
    assert finger.settled() == []
    began_s = finger.press(2)
    assert finger.settled() == [Pause(began_s)]
