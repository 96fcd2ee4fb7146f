# SPDX-License-Identifier: MIT
"""The Leader's course: what is said when, how a set ends, and what is told of it."""

import pytest
from course import blocks, lead

from kneemon.exercise.leader import Leader
from kneemon.model.cues import Cue, CueKind
from kneemon.model.diary import ExerciseKind, ExerciseSet, Leg
from kneemon.model.exercises import ExerciseEvent, Routine, RoutineEnded, SetEnded
from kneemon.virtual.exercises import Exerciser, Habit

K = CueKind
TWO = Routine(ExerciseKind.PUSH_OFF, (Leg.LEFT, Leg.RIGHT), level=3, sets=2, reps=3, rest_s=30.0)
HOLD = Routine(ExerciseKind.BALANCE, (Leg.LEFT, Leg.RIGHT), hold_s=10.0, rest_s=10.0)
COLD = Routine(ExerciseKind.COLD, (Leg.BOTH,), hold_s=600.0, rest_s=0.0, still=False)


def said(events: list[ExerciseEvent]) -> list[tuple[float, CueKind]]:
    return [(round(event.t_s, 3), event.kind) for event in events if isinstance(event, Cue)]


def ended(events: tuple[ExerciseEvent, ...] | list[ExerciseEvent]) -> list[ExerciseSet]:
    return [event.done for event in events if isinstance(event, SetEnded)]


def test_the_beats_come_at_the_tempo_after_the_lead_in() -> None:
    leader = Leader(TWO, 100.0)
    events = [event for tick in range(80) for event in leader.passed(100.0 + tick / 4)]
    assert said(events)[:7] == [
        (100.0, K.SET_BEGIN),
        (103.0, K.BEAT_UP),
        (105.0, K.BEAT_DOWN),
        (107.0, K.BEAT_UP),
        (109.0, K.BEAT_DOWN),
        (111.0, K.BEAT_UP),
        (113.0, K.BEAT_DOWN),
    ]


def test_the_legs_take_turns_and_each_set_is_told() -> None:
    course = lead(Exerciser(seed=1), TWO, seed=1)
    assert [(each.done.leg, each.done.number, each.done.counted, each.ask) for each in course.sets] == [
        (Leg.LEFT, 1, 3, True),
        (Leg.RIGHT, 2, 3, True),
        (Leg.LEFT, 3, 3, True),
        (Leg.RIGHT, 4, 3, True),
    ]
    assert {(each.done.level, each.done.goal, each.done.reps) for each in course.sets} == {(3, 3, 3)}
    kinds = [kind for _, kind in said(course.events)]
    assert (kinds.count(K.SET_BEGIN), kinds.count(K.SET_DONE), kinds.count(K.EXERCISE_DONE)) == (4, 4, 1)
    assert course.events[-1] == RoutineEnded(course.events[-1].t_s, whole=True)
    begins = [t_s for t_s, kind in said(course.events) if kind is K.SET_BEGIN]
    assert begins[1:] == pytest.approx([each.t_s + 30.0 for each in course.sets[:-1]], abs=0.01)


def test_who_follows_the_beats_is_asked_for_no_more_than_the_dose() -> None:
    routine = Routine(ExerciseKind.PUSH_OFF, (Leg.BOTH,), reps=10)
    for seed in range(4):
        course = lead(Exerciser(seed=seed), routine, seed=seed)
        assert [kind for _, kind in said(course.events)].count(K.BEAT_UP) == 10
        assert course.truly == [10]


def test_where_the_sensor_sees_next_to_nothing_no_beats_are_added() -> None:
    course = lead(
        Exerciser(Habit(height_m=0.001, drop_g=0.0), seed=1), Routine(ExerciseKind.PUSH_OFF, (Leg.BOTH,), reps=10)
    )
    assert [kind for _, kind in said(course.events)].count(K.BEAT_UP) == 10
    assert course.sets[0].done.counted == 0


def test_who_leaves_out_some_is_led_on_for_half_as_long_again_at_most() -> None:
    course = lead(Exerciser(Habit(forgets=0.35), seed=2), Routine(ExerciseKind.PUSH_OFF, (Leg.BOTH,), reps=10), seed=2)
    beats = [t_s for t_s, kind in said(course.events) if kind is K.BEAT_UP]
    assert 10 < len(beats) <= 15
    assert course.sets[0].t_s <= beats[0] + 60.0


def test_without_samples_nothing_is_known_of_a_set() -> None:
    leader = Leader(TWO, 0.0)
    (done,) = ended([event for t_s in range(40) for event in leader.passed(float(t_s))])
    assert (done.counted, done.reps, done.tempo_s, done.goal) == (None, None, None, 3)


def test_a_kept_hold_and_a_broken_one() -> None:
    person = Exerciser(seed=3, touches_s=(36.0,), touch_g=0.3)
    course = lead(person, HOLD, seed=3)
    first, second = (each.done for each in course.sets)
    assert (first.leg, first.held_s, first.goal_s, first.touched, first.counted) == (Leg.LEFT, 10.0, 10.0, False, None)
    assert (second.leg, second.touched) == (Leg.RIGHT, True)
    assert second.held_s is not None
    assert 3.0 < second.held_s < 10.0
    kinds = [kind for _, kind in said(course.events)]
    assert kinds == [K.SET_BEGIN, K.HOLD_BEGIN, K.SET_DONE, K.SET_BEGIN, K.HOLD_BEGIN, K.TOUCHED, K.EXERCISE_DONE]
    assert not any(each.ask for each in course.sets)


def test_a_hold_without_samples_ends_and_is_not_known() -> None:
    leader = Leader(HOLD, 0.0)
    (done,) = ended([event for t_s in range(30) for event in leader.passed(float(t_s))])
    assert (done.held_s, done.touched) == (None, False)


def test_the_cold_timer_needs_no_sensor() -> None:
    leader = Leader(COLD, 0.0)
    events = leader.passed(603.0)
    assert said(list(events)) == [
        (0.0, K.SET_BEGIN),
        (3.0, K.HOLD_BEGIN),
        (603.0, K.SET_DONE),
        (603.0, K.EXERCISE_DONE),
    ]
    assert ended(events) == [ExerciseSet(ExerciseKind.COLD, Leg.BOTH, 1, 1, held_s=600.0, goal_s=600.0)]
    assert leader.over


def test_stopping_tells_what_was_done() -> None:
    leader = Leader(COLD, 0.0)
    leader.passed(100.0)
    events = leader.stop(123.0)
    assert ended(events)[0].held_s == 120.0
    assert events[-2:] == (Cue(123.0, K.STOPPED), RoutineEnded(123.0, whole=False))
    assert leader.stop(124.0) == leader.skip(124.0) == leader.passed(1e6) == ()


def test_skipping_ends_the_set_then_the_rest() -> None:
    leader = Leader(TWO, 0.0)
    leader.passed(5.0)
    (done,) = ended(leader.skip(6.0))
    assert (done.number, done.leg) == (1, Leg.LEFT)
    assert said(list(leader.skip(8.0))) == [(8.0, K.SET_BEGIN)]
    assert not ended(leader.skip(9.0))  # in the lead-in: nothing was begun
    rest = [event for t_s in range(10, 200) for event in leader.passed(float(t_s))]
    assert rest[-1] == RoutineEnded(rest[-1].t_s, whole=False)


def test_the_walker_corrects_the_newest_set_even_after_the_end() -> None:
    person = Exerciser(seed=1)
    leader = Leader(Routine(ExerciseKind.PUSH_OFF, (Leg.BOTH,), reps=3), 0.0)
    assert leader.correct(3, 0.0) == ()
    for block in blocks(person, 25.0):
        for event in leader.feed(block):
            if isinstance(event, Cue):
                person.hear(event)
    assert leader.over
    (told,) = leader.correct(2, 30.0)
    assert isinstance(told, SetEnded)
    assert (told.done.counted, told.done.reps, told.done.number, told.ask) == (3, 2, 1, False)


def test_a_routine_without_anything_to_do_is_refused() -> None:
    with pytest.raises(ValueError, match="a routine has sets, legs, and either repetitions or a hold"):
        Leader(Routine(ExerciseKind.BALANCE, (Leg.LEFT,)), 0.0)
