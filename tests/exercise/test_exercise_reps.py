# SPDX-License-Identifier: MIT
"""Repetitions of a simulated person, against what the person truly did; and none where nobody raises a heel."""

from collections.abc import Sequence

import numpy as np
import pytest
from course import blocks, lead
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.exercise.heel_raise import Rep, RepCounter, RepParams
from kneemon.model.cues import Cue, CueKind
from kneemon.model.diary import ExerciseKind, Leg
from kneemon.model.exercises import Routine
from kneemon.model.samples import SampleBlock
from kneemon.virtual.exercises import Exerciser, Habit
from kneemon.virtual.script import Segment, Sit, Stand, Walk

PEOPLE = {
    "usual": Habit(),
    "low": Habit(height_m=0.03),
    "high": Habit(height_m=0.08),
    "quick": Habit(move_s=0.6),
    "uneven": Habit(spread=0.25),
    "swaying": Habit(sway_g=0.012),
    "forgetful": Habit(forgets=0.15),
}


def ten(tempo_s: float = 2.0) -> Routine:
    return Routine(ExerciseKind.PUSH_OFF, (Leg.BOTH,), reps=10, up_s=tempo_s, down_s=tempo_s)


def raising(person: Exerciser, reps: int = 6) -> Exerciser:
    for rep in range(reps):
        person.hear(Cue(5.0 + 4.0 * rep, CueKind.BEAT_UP))
        person.hear(Cue(7.0 + 4.0 * rep, CueKind.BEAT_DOWN))
    return person


def counted(stream: Sequence[SampleBlock], counter: RepCounter | None = None) -> list[Rep]:
    counter = counter or RepCounter()
    return [*(rep for block in stream for rep in counter.feed(block)), *counter.flush()]


@pytest.mark.parametrize("worn", ["waist", "pocket", "shank"])
@pytest.mark.parametrize("who", PEOPLE)
def test_a_set_is_counted_to_within_one_repetition(who: str, worn: str) -> None:
    for seed in (11, 12):
        course = lead(Exerciser(PEOPLE[who], worn=worn, seed=seed), ten(), seed=seed)
        seen = course.sets[0].done.counted
        assert seen is not None
        assert abs(seen - course.truly[0]) <= 1


@pytest.mark.parametrize(("tempo_s", "move_s"), [(1.0, 0.8), (4.0, 3.2)])
def test_the_tempo_may_be_as_quick_and_as_slow_as_a_plan_allows(tempo_s: float, move_s: float) -> None:
    course = lead(Exerciser(Habit(move_s=move_s), seed=5), ten(tempo_s), seed=5)
    assert course.sets[0].done.counted == course.truly[0] == 10
    assert course.sets[0].done.tempo_s == pytest.approx(2 * tempo_s, rel=0.08)


def test_a_repetition_is_known_when_it_is_over_and_placed_near_its_top() -> None:
    person = raising(Exerciser(seed=3))
    reps = counted(list(blocks(person, 32.0)))
    assert len(reps) == person.raises == 6
    for rep, top_s in zip(reps, person.tops_s, strict=True):
        assert rep.t_s == pytest.approx(top_s, abs=0.6)
        assert rep.t_s < rep.known_at_s < rep.t_s + 4.0


@pytest.mark.parametrize("worn", ["waist", "shank"])
@pytest.mark.parametrize(
    ("script", "most_a_minute"),
    [
        ((Stand(120),), 0.5),
        ((Sit(120),), 0.5),
        ((Walk(120, 80),), 0.5),
        ((Walk(120, 110),), 0.5),
        (tuple(part for _ in range(10) for part in (Stand(6), Sit(6))), 0.5),
        (tuple(part for _ in range(6) for part in (Stand(10), Walk(10, 80))), 2.0),
    ],
)
def test_who_does_not_raise_the_heels_gets_next_to_no_repetitions(
    script: tuple[Segment, ...], most_a_minute: float, worn: str
) -> None:
    person = Exerciser(script=script, worn=worn, seed=4)
    assert len(counted(list(blocks(person, 120.0)))) <= 2 * most_a_minute


@pytest.mark.parametrize("axis", range(3))
def test_a_still_sensor_gives_none_in_any_orientation(axis: int) -> None:
    acc_g = np.zeros((3000, 3))
    acc_g[:, axis] = -1.03  # badly calibrated, too
    assert not counted([SampleBlock(np.arange(1, 3001) / 100.0, acc_g)])


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.sampled_from((0, 1, 3, 20, 33, 500)), min_size=1, max_size=5).filter(any))
def test_any_split_of_the_same_samples_gives_the_same(sizes: list[int]) -> None:
    t_s, acc_g, shaken = whole()
    parts, begin, turn = [], 0, 0
    while begin < len(t_s):
        end = begin + sizes[turn % len(sizes)]
        parts.append(SampleBlock(t_s[begin:end], acc_g[begin:end], shaken=shaken[begin:end]))
        begin, turn = end, turn + 1
    assert counted(parts) == counted([SampleBlock(t_s, acc_g, shaken=shaken)]) != []


def test_reset_equals_a_fresh_instance_and_the_input_is_not_written() -> None:
    t_s, acc_g, shaken = whole()
    for array in (t_s, acc_g, shaken):
        array.setflags(write=False)
    block, used = SampleBlock(t_s, acc_g, shaken=shaken), RepCounter()
    first = counted([block], used)
    used.reset()
    assert counted([block], used) == first


def test_a_shift_in_time_is_the_same_shift_out() -> None:
    t_s, acc_g, shaken = whole()
    now = counted([SampleBlock(t_s, acc_g, shaken=shaken)])
    later = counted([SampleBlock(t_s + 2.0**17, acc_g, shaken=shaken)])
    assert [rep.t_s + 2.0**17 for rep in now] == pytest.approx([rep.t_s for rep in later], abs=1e-6)


def test_the_own_motor_gives_next_to_no_repetition() -> None:
    """A minute of standing, with beats that push by 0.05 g: the line across them leaves the noise of its two ends."""
    block = whole_of(Exerciser(seed=6), 60.0)
    shaken = block.t_s % 2.0 < 0.3
    pushed = block.acc_g + shaken[:, None] * 0.05
    assert len(counted([SampleBlock(block.t_s, pushed)], RepCounter(RepParams(), 4.0))) > 8
    assert len(counted([SampleBlock(block.t_s, pushed, shaken=shaken)], RepCounter(RepParams(), 4.0))) <= 3


def test_a_chair_is_no_heel_raise() -> None:
    """40 cm up in 1.2 s, and down again."""
    person = Exerciser(Habit(height_m=0.4, spread=0.0), seed=2)
    for rep in range(6):
        person.go_up(8.0 + 8.0 * rep, 1.2)
        person.go_down(10.0 + 8.0 * rep, 1.2)
    assert not counted([whole_of(person, 60.0)], RepCounter(RepParams(), 4.0))


def whole() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At 128 Hz, so that every stamp is exact in binary."""
    person = raising(Exerciser(seed=9), 4)
    t_s = np.arange(1, 24 * 128) / 128.0
    return t_s, person.acceleration(t_s), (t_s % 2.0 < 0.25)


def whole_of(person: Exerciser, until_s: float) -> SampleBlock:
    parts = list(blocks(person, until_s))
    return SampleBlock(np.concatenate([b.t_s for b in parts]), np.concatenate([b.acc_g for b in parts]))
