# SPDX-License-Identifier: MIT
"""A press is answered at once, whatever else is being said; and a number that is read back stays a number."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import PATIENCE_S, Stage

from kneemon.model.cues import CueKind

TICK_S = 0.15


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.player.close()


def test_a_tick_alone_comes_at_once(stage: Stage) -> None:
    stage.play(CueKind.TICK)
    stage.play(CueKind.STOPPED)
    assert stage.pulses_after(1) == [(0.0, TICK_S), (0.35, 0.15), (0.8, 0.15)]


def test_ticks_need_no_silence_as_between_cues(stage: Stage) -> None:
    """Three presses a second, each answered before the next one."""
    for _ in range(3):
        stage.play(CueKind.TICK)
    stage.play(CueKind.STOPPED)
    assert stage.pulses_after(1)[:3] == [(0.0, TICK_S), (0.35, TICK_S), (0.7, TICK_S)]


def test_ticks_in_the_silence_before_a_repeat_leave_it_where_it_is(stage: Stage) -> None:
    for press in range(5):
        stage.at(2.0 + press / 3, CueKind.TICK)
    stage.play(CueKind.PACE_HIGH)
    ticks = [(2.0, 0.15), (2.35, 0.15), (2.7, 0.15), (3.05, 0.15), (3.4, 0.15)]
    assert stage.pulses_after(1) == [(0.0, 0.4), (0.7, 0.4), *ticks, (3.9, 0.4), (4.6, 0.4)]


def test_a_tick_follows_the_pulse_that_plays_and_the_important_cue_goes_on(stage: Stage) -> None:
    stage.at(0.1, CueKind.TICK)
    stage.at(0.15, CueKind.TICK)
    stage.at(0.2, CueKind.TICK)
    stage.play(CueKind.PAIN_STOP, important=True)
    pulses = stage.pulses_after(1)
    assert pulses[:5] == [(0.0, 0.6), (0.8, TICK_S), (1.15, 0.6), (1.95, TICK_S), (2.3, 0.6)]
    assert [length_s for _, length_s in pulses[5:]] == [TICK_S, 0.6, 0.6, 0.6]


@pytest.mark.parametrize("press_s", [0.05, 0.5, 1.0, 1.4, 1.6, 1.75, 1.9])
def test_from_press_to_sound_no_more_than_a_pulse_and_its_silence(press_s: float, stage: Stage) -> None:
    stage.at(press_s, CueKind.TICK)
    stage.play(CueKind.FAULT, important=True)
    (fault, tick) = stage.pulses_after(1)
    assert fault == (0.0, 1.5)
    assert tick == (max(1.7, press_s), TICK_S)


def test_a_tick_does_not_take_the_place_of_a_cue_that_waits(stage: Stage) -> None:
    stage.at(0.1, CueKind.READ_BACK, value=2)
    stage.at(0.2, CueKind.TICK)
    stage.play(CueKind.LIMIT_NEAR, important=True)
    assert stage.pulses_after(2) == [(0.0, 0.8), (1.0, TICK_S), (1.95, 0.15), (2.4, 0.15)]


@pytest.mark.parametrize("important", [False, True])
def test_a_press_breaks_off_the_number_that_is_read_back(important: bool, stage: Stage) -> None:
    stage.at(0.5, CueKind.TICK)
    stage.play(CueKind.READ_BACK, important=important, value=8)
    assert stage.pulses_after(1) == [(0.0, 0.15), (0.45, 0.15), (0.8, TICK_S)]


def test_what_the_number_means_waits_until_it_is_read_back(stage: Stage) -> None:
    stage.at(0.1, CueKind.BATTERY_LOW, important=True)
    stage.play(CueKind.READ_BACK, important=True, value=2)
    assert stage.pulses_after(2) == [(0.0, 0.15), (0.45, 0.15), (1.5, 1.5)]


def test_a_corrected_number_takes_the_place_of_the_one_that_waits(stage: Stage) -> None:
    stage.at(0.1, CueKind.READ_BACK, important=True, value=3)
    stage.at(0.2, CueKind.READ_BACK, important=True, value=1)
    stage.play(CueKind.LIMIT_NEAR, important=True)
    assert stage.pulses_after(2) == [(0.0, 0.8), (1.7, 0.15)]


def test_a_number_is_read_back_in_fives(stage: Stage) -> None:
    stage.play(CueKind.READ_BACK, value=6)
    starts_s = [0.0, 0.45, 0.9, 1.35, 1.8, 2.85]
    assert stage.pulses_after(1) == [(start_s, 0.15) for start_s in starts_s]


def test_a_beat_lets_the_next_cue_follow_sooner(stage: Stage) -> None:
    stage.at(0.5, CueKind.BEAT_DOWN, fresh_s=0.5)
    stage.at(1.5, CueKind.STOPPED)
    stage.play(CueKind.BEAT_UP)
    assert stage.pulses_after(3) == [(0.0, 0.4), (0.9, 0.15), (1.55, 0.15), (2.0, 0.15)]


def test_a_read_back_that_cannot_be_is_refused_where_it_is_asked(stage: Stage) -> None:
    with pytest.raises(ValueError, match="counts from 0 to 15, not to 16"):
        stage.play(CueKind.READ_BACK, value=16)
    stage.play(CueKind.NOTED)
    assert stage.pulses_after(1) == [(0.0, 0.15)]


def test_a_stale_tick_is_dropped(stage: Stage) -> None:
    stage.play(CueKind.TICK, t_s=-3.1)
    stage.play(CueKind.FAULT, important=True)
    assert stage.pulses_after(1) == [(0.0, 1.5)]


def test_of_a_flood_of_ticks_the_newest_fifteen_are_kept(stage: Stage) -> None:
    for press in range(40):
        stage.at(0.01 + press / 100, CueKind.TICK, fresh_s=30.0)
    stage.play(CueKind.PACE_HIGH)
    pulses = stage.pulses_after(1)
    assert sum(length_s == TICK_S for _, length_s in pulses) == 15
    assert [start_s for start_s, length_s in pulses if length_s == 0.4][:2] == [0.0, 0.95]


KINDS = (CueKind.TICK, CueKind.PACE_HIGH, CueKind.READ_BACK, CueKind.FAULT, CueKind.PAIN_STOP)


@given(st.lists(st.tuples(st.floats(0, 20), st.sampled_from(KINDS)), max_size=25))
def test_whatever_is_asked_no_two_sounds_melt_and_no_important_cue_is_lost(cues: list[tuple[float, CueKind]]) -> None:
    stage = Stage()
    important = (CueKind.FAULT, CueKind.PAIN_STOP)
    for half_s in range(60):
        stage.at(half_s / 2, CueKind.STOPPED)
    for t_s, kind in cues:
        stage.at(t_s, kind, important=kind in important, value=4 if kind is CueKind.READ_BACK else None)
    stage.at(30.0, CueKind.LIMIT_NEAR, important=True)
    stage.play(CueKind.STOPPED)
    while 0.8 not in (length_s for _, length_s in stage.output.pulses):
        assert stage.output.spoken.acquire(timeout=PATIENCE_S)
    stage.player.close()
    assert stage.output.faults == []
    for (start_s, length_s), (next_s, _) in pairwise(stage.output.pulses):
        assert next_s - (start_s + length_s) >= 0.199
    last_s = stage.output.pulses[-1][0]
    for kind, pulse_s in ((CueKind.FAULT, 1.5), (CueKind.PAIN_STOP, 0.6)):
        asked_s = [t_s for t_s, asked in cues if asked is kind]
        said_s = [start_s for start_s, length_s in stage.output.pulses if length_s == pulse_s]
        assert all(any(start_s >= t_s - 0.001 for start_s in said_s) for t_s in asked_s if t_s < last_s)
        assert bool(said_s) == bool(asked_s)
