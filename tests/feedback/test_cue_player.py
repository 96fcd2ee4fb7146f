# SPDX-License-Identifier: MIT
"""The player on a staged clock: what is said, when, and what is dropped."""

from collections.abc import Iterator
from itertools import pairwise
from threading import Event
from threading import enumerate as threads

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st
from stage import PATIENCE_S, START_S, Lamp, Stage, StageClock

from kneemon.clock import SystemClock
from kneemon.feedback.outputs import Output, Sense
from kneemon.feedback.patterns import PATTERNS
from kneemon.feedback.pins import open_outputs
from kneemon.feedback.player import PinPlayer
from kneemon.model.cues import Cue, CueKind


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.player.close()


def test_a_cue_is_played_as_its_pattern_says(stage: Stage) -> None:
    stage.play(CueKind.STOPPED)
    assert stage.pulses_after(1) == [(0.0, 0.15), (0.45, 0.15)]


def test_a_limit_cue_is_said_again(stage: Stage) -> None:
    stage.play(CueKind.PACE_HIGH)
    assert stage.pulses_after(1) == [(0.0, 0.4), (0.7, 0.4), (3.9, 0.4), (4.6, 0.4)]


def test_ready_is_two_tones_the_second_higher_and_longer() -> None:
    clock, tones = StageClock(), list[float]()
    lamp = Lamp(clock)
    player = PinPlayer([Output(Sense.HEARD, lamp, tones.append)], clock)
    player.play(Cue(START_S, CueKind.READY, important=True))
    assert lamp.spoken.acquire(timeout=PATIENCE_S)
    player.close()
    assert lamp.pulses == [(0.0, 0.3), (0.6, 0.9)]
    assert tones == [0.75, 1.0]


def test_a_stale_passing_cue_is_dropped(stage: Stage) -> None:
    stage.play(CueKind.STOPPED, t_s=-3.1)
    stage.play(CueKind.FAULT, important=True)
    assert stage.pulses_after(1) == [(0.0, 1.5)]


def test_an_important_cue_is_never_too_late(stage: Stage) -> None:
    stage.play(CueKind.FAULT, important=True, t_s=-3600)
    assert stage.pulses_after(1) == [(0.0, 1.5)]


def test_a_passing_cue_grows_stale_while_it_waits(stage: Stage) -> None:
    stage.at(0.1, CueKind.NOTED, fresh_s=1.0)
    stage.at(0.2, CueKind.FAULT, important=True)
    stage.play(CueKind.FAULT, important=True)
    assert stage.pulses_after(2) == [(0.0, 1.5), (2.4, 1.5)]


def test_of_the_passing_cues_only_the_newest_is_kept(stage: Stage) -> None:
    stage.at(0.1, CueKind.STOPPED)
    stage.at(0.2, CueKind.NOTED)
    stage.play(CueKind.LIMIT_NEAR, important=True)
    assert stage.pulses_after(2) == [(0.0, 0.8), (1.7, 0.15)]


def test_an_important_cue_cuts_a_passing_one_short_with_a_silence_between(stage: Stage) -> None:
    stage.at(0.2, CueKind.FAULT, important=True)
    stage.play(CueKind.PACE_HIGH)
    assert stage.pulses_after(2) == [(0.0, 0.2), (0.8, 1.5)]


def test_a_passing_cue_does_not_cut_another(stage: Stage) -> None:
    stage.at(0.2, CueKind.NOTED)
    stage.play(CueKind.STOPPED)
    assert stage.pulses_after(2) == [(0.0, 0.15), (0.45, 0.15), (1.5, 0.15)]


def test_important_cues_wait_for_one_another_and_are_all_said(stage: Stage) -> None:
    stage.at(0.1, CueKind.LIMIT_NEAR, important=True)
    stage.at(0.2, CueKind.FAULT, important=True)
    stage.play(CueKind.FAULT, important=True)
    assert [length for _, length in stage.pulses_after(3)] == [1.5, 0.8, 1.5]


def test_a_waiting_important_cue_stands_for_a_second_of_its_kind(stage: Stage) -> None:
    for t_s in (0.1, 0.2, 0.3):
        stage.at(t_s, CueKind.LIMIT_NEAR, important=True)
    stage.play(CueKind.FAULT, important=True)
    assert [length for _, length in stage.pulses_after(2)] == [1.5, 0.8]


def test_the_repeat_gives_way_to_anything_newer(stage: Stage) -> None:
    stage.at(4.0, CueKind.STOPPED)
    stage.play(CueKind.PAIN_STOP, important=True)
    assert stage.pulses_after(2) == [(0.0, 0.6), (1.0, 0.6), (2.0, 0.6), (4.6, 0.15), (5.05, 0.15)]


def test_play_returns_while_a_cue_sounds(stage: Stage) -> None:
    """`at` plays on the player's own thread, in the middle of a pulse: anything but an instant return would hang it."""
    stage.at(0.1, CueKind.FAULT, important=True)
    stage.play(CueKind.PACE_HIGH)
    assert stage.pulses_after(2)[-1][1] == 1.5


def test_closing_cuts_everything_and_lets_the_outputs_go(stage: Stage) -> None:
    closing = Event()
    stage.clock.at(START_S + 0.5, closing.set)
    stage.clock.at(START_S + 0.5, stage.player._closing.wait)  # the pulse goes on until somebody closes
    stage.play(CueKind.FAULT, important=True)
    assert closing.wait(PATIENCE_S)
    stage.player.close()
    assert stage.output.pulses == [(0.0, 0.5)]
    assert stage.output.closed
    assert "feedback" not in {thread.name for thread in threads()}


def test_what_is_played_after_closing_is_not_heard(stage: Stage) -> None:
    stage.player.close()
    stage.play(CueKind.FAULT, important=True)
    stage.player.close()
    assert stage.output.pulses == []


class LooseLamp(Lamp):
    """An output whose pin library raises, as lgpio does when its chip goes away."""

    def on(self) -> None:
        raise RuntimeError("chip gone")


def test_an_output_that_fails_is_told_once_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage([(Sense.HEARD, LooseLamp)])
    stage.play(CueKind.STOPPED)
    assert stage.pulses_after(1) == [(0.0, 0.15), (0.45, 0.15)]
    assert [record.getMessage() for record in caplog.records] == ["an output cannot be switched: chip gone"]


def test_without_outputs_it_plays_on_nothing() -> None:
    clock, midst = StageClock(), Event()
    clock.at(START_S + 5.0, midst.set)  # three long pulses, twice, last longer
    player = PinPlayer([], clock)
    player.play(Cue(START_S, CueKind.PAIN_STOP, important=True))
    assert midst.wait(PATIENCE_S)
    player.close()


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from([CueKind.PACE_HIGH, CueKind.STOPPED, CueKind.FAULT]))))
def test_whatever_is_asked(cues: list[tuple[float, CueKind]]) -> None:
    """No two pulses melt into one, and every important cue is said in full after it was asked for."""
    stage = Stage()
    for half_s in range(60):  # something always waits, so that the player, and with it the clock, goes on
        stage.at(half_s / 2, CueKind.NOTED)
    for t_s, kind in cues:
        stage.at(t_s, kind, important=kind is CueKind.FAULT)
    stage.at(30.0, CueKind.LIMIT_NEAR, important=True)
    stage.play(CueKind.NOTED)
    while 0.8 not in (length_s for _, length_s in stage.output.pulses):
        assert stage.output.spoken.acquire(timeout=PATIENCE_S)
    stage.player.close()
    for (start_s, length_s), (next_s, _) in pairwise(stage.output.pulses):
        assert next_s - (start_s + length_s) >= 0.2
    faults_s = [start_s for start_s, length_s in stage.output.pulses if length_s == 1.5]
    asked_s = [t_s for t_s, kind in cues if kind is CueKind.FAULT]
    assert len(faults_s) <= len(asked_s)
    assert all(any(fault_s >= t_s - 0.001 for fault_s in faults_s) for t_s in asked_s)


class KeptSystemClock(SystemClock):
    """The machine's clocks, and a note when a cue is over."""

    def __init__(self) -> None:
        super().__init__()
        self.cue_over = Event()

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        cut_short = super().wait(seconds, until)
        if seconds == PATTERNS[CueKind.STOPPED].apart_s:
            self.cue_over.set()
        return cut_short


def test_buzzer_motor_and_light_play_the_same_on_the_machines_clock(mock_pins: MockFactory) -> None:
    clock = KeptSystemClock()
    player = PinPlayer(open_outputs(mock_pins, buzzer=17, motor=23, led=24), clock)
    player.play(Cue(clock.now_s(), CueKind.STOPPED))
    assert clock.cue_over.wait(PATIENCE_S)
    for bcm in (17, 23, 24):
        assert [bool(state.state) for state in mock_pins.pin(bcm).states] == [False, True, False, True, False]
    player.close()
    assert mock_pins.pin(17).function == "input"
