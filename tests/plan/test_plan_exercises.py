# SPDX-License-Identifier: MIT
"""Doses, levels and days of the exercises, as tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.errors import PlanError
from kneemon.model.diary import ExerciseKind, ExerciseSet, Leg
from kneemon.model.exercises import Routine
from kneemon.model.plans import Colour, ExerciseRules
from kneemon.plan.exercises import SAFETY, Level, due_today, reached, routine_for

RULES = ExerciseRules()
UNLOCKED = ExerciseRules(push_off_level_max=4)
PUSH = ExerciseKind.PUSH_OFF
DAY = date(2026, 11, 2)
EACH = (Leg.LEFT, Leg.RIGHT)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def session(number: int, routine: Routine, reps: int | None = None) -> list[tuple[date, ExerciseSet]]:
    each = [(leg, k) for k in range(routine.sets) for leg in routine.legs]
    done = routine.reps if reps is None else reps
    return [
        (day(number), ExerciseSet(PUSH, leg, routine.level, n, counted=done, reps=done, goal=routine.reps))
        for n, (leg, _) in enumerate(each, start=1)
    ]


def lived(
    colours: list[Colour], rules: ExerciseRules = RULES, *, physio: bool = False
) -> tuple[list[tuple[date, ExerciseSet]], dict[date, Colour]]:
    """A session each second day, whole, at the dose that holds then."""
    done: list[tuple[date, ExerciseSet]] = []
    known: dict[date, Colour] = {}
    for number, colour in enumerate(colours):
        done += session(2 * number, routine_for(PUSH, rules, done, known, physio=physio))
        known[day(2 * number)] = colour
    return done, known


def test_the_ladder() -> None:
    doses = []
    for green in range(0, 12, 2):
        done, colours = lived([Colour.GREEN] * green, UNLOCKED, physio=True)
        routine = routine_for(PUSH, UNLOCKED, done, colours, physio=True)
        doses.append((routine.level, routine.legs, routine.sets, routine.reps))
    assert doses == [
        (1, (Leg.BOTH,), 2, 10),
        (2, (Leg.BOTH,), 3, 10),
        (3, EACH, 2, 5),
        (3, EACH, 3, 10),
        (4, EACH, 5, 10),
        (4, EACH, 5, 10),
    ]


@pytest.mark.parametrize(("rules", "physio"), [(RULES, False), (RULES, True), (UNLOCKED, False)])
def test_level_four_is_the_physios_to_unlock(rules: ExerciseRules, physio: bool) -> None:
    done, colours = lived([Colour.GREEN] * 14, rules, physio=physio)
    assert reached(rules, done, colours, physio=physio) == Level(3)
    with pytest.raises(PlanError) as refused:
        routine_for(PUSH, rules, done, colours, physio=physio, level=4)
    assert str(refused.value) == (
        "push-off level: expected 1 to 3, saw 4. "
        "Level 4 is your physio's to unlock: push_off_level_max = 4 in a plan with physio = true."
    )


@pytest.mark.parametrize(
    ("colours", "level"),
    [
        ([Colour.GREEN], 1),
        ([Colour.GREEN, Colour.GREEN], 2),
        ([Colour.GREEN, Colour.AMBER, Colour.GREEN], 1),
        ([Colour.GREEN, Colour.RED, Colour.GREEN, Colour.GREEN], 2),
        ([Colour.GREEN, Colour.PENDING, Colour.GREEN], 2),
        ([Colour.PENDING] * 6, 1),
    ],
)
def test_two_green_sessions_running_go_one_up(colours: list[Colour], level: int) -> None:
    done, known = lived(colours)
    assert reached(RULES, done, known) == Level(level)
    assert reached(RULES, done, {}) == Level(1)  # unknown is never GREEN


def test_a_dose_that_was_not_done_is_no_step() -> None:
    first = routine_for(PUSH, RULES)
    colours = {day(0): Colour.GREEN, day(2): Colour.GREEN}
    assert reached(RULES, session(0, first) + session(2, first, reps=9), colours) == Level(1)
    assert reached(RULES, session(0, first) + session(2, first)[:1], colours) == Level(1)


def test_a_corrected_set_counts_as_corrected() -> None:
    first = routine_for(PUSH, RULES)
    colours = {day(0): Colour.GREEN, day(2): Colour.GREEN}
    seen = session(0, first) + session(2, first, reps=9)
    assert reached(RULES, seen + session(2, first), colours) == Level(2)


@given(st.lists(st.sampled_from(Colour), max_size=20))
def test_no_life_without_a_physio_goes_beyond_three_sets_of_ten(colours: list[Colour]) -> None:
    done, known = lived(colours, ExerciseRules(push_off_level_max=4, push_off_sets=5))
    routine = routine_for(PUSH, UNLOCKED, done, known)
    assert routine.level <= 3
    assert routine.sets <= 3


def test_a_lower_level_may_be_chosen_and_a_higher_one_only_by_a_physio() -> None:
    done, colours = lived([Colour.GREEN] * 2)
    assert routine_for(PUSH, RULES, done, colours, level=1).level == 1
    with pytest.raises(PlanError) as refused:
        routine_for(PUSH, RULES, done, colours, level=3)
    assert str(refused.value) == (
        "push-off level: expected 1 to 2, saw 3. The next one comes after two whole sessions on days that went well."
    )
    asked = routine_for(PUSH, RULES, done, colours, physio=True, level=3)
    assert (asked.sets, asked.reps, asked.legs) == (2, 5, EACH)


def test_one_leg_begins_at_level_three() -> None:
    with pytest.raises(PlanError) as refused:
        routine_for(PUSH, RULES, leg=Leg.LEFT)
    assert str(refused.value) == (
        "push-off on one leg: expected level 3, where it begins, saw level 1. "
        "Leave the leg out: both legs carry you now."
    )
    done, colours = lived([Colour.GREEN] * 4)
    assert routine_for(PUSH, RULES, done, colours, leg=Leg.LEFT).legs == (Leg.LEFT,)


def test_the_holds_and_the_timer() -> None:
    assert routine_for(ExerciseKind.BALANCE, RULES) == Routine(ExerciseKind.BALANCE, EACH, hold_s=10.0, rest_s=10.0)
    assert routine_for(ExerciseKind.CALF_STRETCH, RULES, leg=Leg.RIGHT) == Routine(
        ExerciseKind.CALF_STRETCH, (Leg.RIGHT,), hold_s=60.0, rest_s=10.0
    )
    assert routine_for(ExerciseKind.COLD, RULES) == Routine(
        ExerciseKind.COLD, (Leg.BOTH,), hold_s=900.0, rest_s=0.0, still=False
    )
    assert routine_for(ExerciseKind.COLD, RULES, minutes=5).hold_s == 300.0
    with pytest.raises(PlanError) as refused:
        routine_for(ExerciseKind.COLD, RULES, minutes=21)
    assert str(refused.value) == (
        "cold or heat timer: expected 5 to 20 minutes, saw 21. Use it for a shorter or longer time within these."
    )


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        (PUSH, 3, [0, 2, 4, 7, 9, 11]),
        (PUSH, 7, list(range(14))),
        (PUSH, 2, [0, 3, 7, 10]),
        (ExerciseKind.CALF_STRETCH, 3, [0, 3, 7, 10]),
        (ExerciseKind.COLD, 3, []),
    ],
)
def test_the_days_are_spread_over_the_week(kind: ExerciseKind, days: int, expected: list[int]) -> None:
    rules, done = ExerciseRules(push_off_days=days), []
    for number in range(14):
        if due_today(kind, rules, done, day(number)):
            done.append((day(number), ExerciseSet(kind, Leg.BOTH, 1, 1)))
    assert [(when - DAY).days for when, _ in done] == expected


def test_every_exercise_has_its_safety_lines() -> None:
    assert set(SAFETY) == set(ExerciseKind)
    for kind in ExerciseKind:
        words = " ".join(SAFETY[kind])
        assert "cannot see" in words or "nothing is measured" in words
        assert ("within reach" in words) == (kind is not ExerciseKind.COLD)
        assert "safe" not in words
