# SPDX-License-Identifier: MIT
"""Holds of a simulated person: how long, and whether a foot came down."""

import pytest
from course import blocks

from kneemon.exercise.hold import HoldEnded, HoldTimer
from kneemon.model.cues import Cue, CueKind
from kneemon.model.samples import SampleBlock
from kneemon.virtual.exercises import Exerciser, Habit
from kneemon.virtual.script import Fidget, Stand, Walk


def timed(person: Exerciser, goal_s: float, until_s: float = 40.0, begin_s: float = 4.0) -> list[HoldEnded]:
    timer, ends, started = HoldTimer(), [], False
    person.hear(Cue(begin_s, CueKind.HOLD_BEGIN))
    for block in blocks(person, until_s):
        if not started and block.t_s[0] >= begin_s:
            timer.start(begin_s, goal_s)
            started = True
        ends += timer.feed(block)
    return ends


@pytest.mark.parametrize("sway_g", [0.002, 0.006, 0.012])
@pytest.mark.parametrize("seed", range(4))
def test_a_hold_that_is_kept_reaches_its_goal(seed: int, sway_g: float) -> None:
    (ended,) = timed(Exerciser(Habit(sway_g=sway_g), seed=seed), 10.0)
    assert (ended.held_s, ended.touched) == (10.0, False)
    assert 14.0 <= ended.t_s <= 17.0


@pytest.mark.parametrize("worn", ["waist", "shank"])
@pytest.mark.parametrize("seed", range(4))
def test_a_touch_down_ends_it(seed: int, worn: str) -> None:
    (ended,) = timed(Exerciser(seed=seed, worn=worn, touches_s=(11.0,), touch_g=0.3), 10.0)
    assert ended.touched
    assert ended.t_s == pytest.approx(11.05, abs=0.15)
    assert 5.0 <= ended.held_s <= 7.0


def test_walking_away_ends_it() -> None:
    (ended,) = timed(Exerciser(script=(Stand(10), Walk(30, 80)), seed=1), 20.0)
    assert ended.touched
    assert 10.0 < ended.t_s < 13.5


def test_who_never_comes_to_rest_holds_nothing() -> None:
    (ended,) = timed(Exerciser(script=(Walk(40, 90),), seed=1), 10.0)
    assert (ended.held_s, ended.touched) == (0.0, True)
    assert ended.t_s == pytest.approx(14.0, abs=0.05)


def test_nothing_is_timed_before_it_is_asked_for() -> None:
    timer = HoldTimer()
    assert not [ended for block in blocks(Exerciser(script=(Fidget(20),), seed=1), 20.0) for ended in timer.feed(block)]


def test_any_split_gives_the_same() -> None:
    person = Exerciser(seed=2, touches_s=(12.0,), touch_g=0.3)
    parts = list(blocks(person, 20.0))
    told = []
    for pieces in (1, 7):
        timer = HoldTimer()
        timer.start(0.0, 30.0)
        told.append([e for b in parts for s in range(pieces) for e in timer.feed(piece(b, s, pieces))])
    assert told[0] == told[1] != []


def piece(block: SampleBlock, number: int, pieces: int) -> SampleBlock:
    begin, end = (len(block) * k // pieces for k in (number, number + 1))
    return SampleBlock(block.t_s[begin:end], block.acc_g[begin:end])
