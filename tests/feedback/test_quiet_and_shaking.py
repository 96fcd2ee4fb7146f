# SPDX-License-Identifier: MIT
"""What may not be heard stays still while the rest goes on; and what is felt is known to shake the sensor."""

from datetime import time
from threading import Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import START_S, Lamp, Stage, StageClock

from kneemon.config.options import FeedbackOptions
from kneemon.feedback.outputs import NEVER_QUIET, Quiet, Sense
from kneemon.feedback.shaking import KEPT_S, RUNS_DOWN_S, Shaking
from kneemon.model.cues import CueKind

NIGHT = Quiet(hours=(time(21, 0), time(7, 0)))
NAP = Quiet(hours=(time(13, 0), time(14, 30)))
TWO_TICKS = [(0.0, 0.15), (0.45, 0.15)]


def at(local: time) -> StageClock:
    clock = StageClock()
    clock.local = local
    return clock


@pytest.mark.parametrize(
    ("quiet", "local", "is_quiet"),
    [
        (NIGHT, time(20, 59, 59), False),
        (NIGHT, time(21, 0), True),
        (NIGHT, time(0, 0), True),
        (NIGHT, time(6, 59, 59), True),
        (NIGHT, time(7, 0), False),
        (NAP, time(12, 59, 59), False),
        (NAP, time(13, 0), True),
        (NAP, time(14, 29, 59), True),
        (NAP, time(14, 30), False),
        (Quiet(silent=True), time(12, 0), True),
        (NEVER_QUIET, time(3, 0), False),
    ],
)
def test_quiet_hours_are_half_open_and_may_cross_midnight(quiet: Quiet, local: time, is_quiet: bool) -> None:
    assert quiet.now(at(local)) is is_quiet


def test_a_clock_that_nobody_has_set_makes_nothing_quiet_but_silent_mode() -> None:
    clock = at(time(23, 0))
    clock.synchronised = False
    assert not NIGHT.now(clock)
    assert Quiet(silent=True, hours=NIGHT.hours).now(clock)


@given(st.times(), st.times(), st.times())
def test_the_hours_from_a_to_b_are_those_not_from_b_to_a(a: time, b: time, local: time) -> None:
    if a != b:
        assert Quiet(hours=(a, b)).now(at(local)) is not Quiet(hours=(b, a)).now(at(local))


def test_the_hours_come_from_the_configuration() -> None:
    assert Quiet.of(FeedbackOptions(quiet_hours="21:00-07:00")) == NIGHT
    assert Quiet.of(FeedbackOptions(silent=True)) == Quiet(silent=True)
    assert Quiet.of(FeedbackOptions()) == NEVER_QUIET


class Outputs:
    """A stage with something of each sense."""

    def __init__(self, quiet: Quiet, local: time) -> None:
        lamps: list[Lamp] = []

        def lamp(clock: StageClock) -> Lamp:
            lamps.append(Lamp(clock))
            return lamps[-1]

        self.stage = Stage([(Sense.HEARD, lamp), (Sense.FELT, lamp)], quiet)
        self.stage.clock.local = local
        self.buzzer, self.motor = lamps


@pytest.mark.parametrize(("quiet", "local"), [(NIGHT, time(23, 0)), (Quiet(silent=True), time(12, 0))])
def test_in_quiet_hours_and_in_silent_mode_motor_and_light_go_on(quiet: Quiet, local: time) -> None:
    outputs = Outputs(quiet, local)
    outputs.stage.play(CueKind.TICK)
    outputs.stage.play(CueKind.PAIN_STOP, important=True)
    seen = outputs.stage.pulses_after(1)
    assert len(seen) >= 6
    assert outputs.buzzer.pulses == []
    assert outputs.motor.pulses == seen


def test_outside_of_them_all_sound() -> None:
    outputs = Outputs(NIGHT, time(12, 0))
    outputs.stage.play(CueKind.STOPPED)
    assert outputs.stage.pulses_after(1) == TWO_TICKS
    assert outputs.buzzer.pulses == outputs.motor.pulses == TWO_TICKS


def test_whether_it_is_quiet_is_decided_when_a_cue_begins() -> None:
    outputs = Outputs(NIGHT, time(20, 59))
    clock = outputs.stage.clock
    clock.at(START_S + 0.2, lambda: setattr(clock, "local", time(21, 0)))
    outputs.stage.at(0.3, CueKind.LIMIT_NEAR, important=True)
    outputs.stage.play(CueKind.FAULT, important=True)
    assert outputs.stage.pulses_after(2) == [(0.0, 1.5), (2.4, 0.8)]
    assert outputs.buzzer.pulses == [(0.0, 1.5)]


def test_a_motor_shakes_while_it_runs_and_a_little_after() -> None:
    shaking = Shaking()
    shaking.began(10.0)
    shaking.ended(10.4)
    t_s = np.array([9.99, 10.0, 10.2, 10.4, 10.54, 10.56, 11.0])
    shaken = shaking.at(t_s)
    assert shaken is not None
    assert shaken.tolist() == [False, True, True, True, True, False, False]
    assert shaking.at(t_s[-2:]) is None
    assert shaking.at(np.empty(0)) is None


def test_a_motor_that_runs_now_shakes_until_it_is_told_otherwise() -> None:
    shaking = Shaking()
    shaking.began(10.0)
    shaking.began(10.1)
    shaken = shaking.at(np.array([9.0, 10.0, 10.05, 99.0]))
    assert shaken is not None
    assert shaken.tolist() == [False, True, True, True]
    shaking.never_began()
    assert shaking.at(np.array([10.05])) is None


def test_the_last_minute_is_kept_and_no_more() -> None:
    shaking = Shaking()
    for second in range(1000):
        shaking.began(float(second))
        shaking.ended(second + 0.4)
    assert len(shaking._over) <= KEPT_S + 2
    shaken = shaking.at(np.array([999.0 - KEPT_S, 500.0]))
    assert shaken is not None
    assert shaken.tolist() == [True, False]


@given(st.lists(st.tuples(st.floats(0.001, 3.0), st.floats(0.001, 3.0)), max_size=12))
def test_shaken_is_what_a_plain_count_says(pulses: list[tuple[float, float]]) -> None:
    shaking, spans, now_s = Shaking(), [], 0.0
    for off_s, on_s in pulses:
        now_s += off_s
        shaking.began(now_s)
        spans.append((now_s, now_s + on_s + RUNS_DOWN_S))
        now_s += on_s
        shaking.ended(now_s)
    t_s = np.arange(max(0.0, now_s - KEPT_S), now_s + 1, 0.01)
    plain = [any(start <= t < end for start, end in spans) for t in t_s]
    shaken = shaking.at(t_s)
    assert ([False] * len(t_s) if shaken is None else shaken.tolist()) == plain


def test_the_player_knows_when_its_motor_shook() -> None:
    outputs = Outputs(NEVER_QUIET, time(12, 0))
    outputs.stage.play(CueKind.STOPPED)
    outputs.stage.pulses_after(1)
    shaken = outputs.stage.player.shaken(START_S + np.array([-0.1, 0.0, 0.29, 0.31, 0.46, 0.74, 0.76]))
    assert shaken is not None
    assert shaken.tolist() == [False, True, True, False, True, True, False]


def test_what_only_sounds_shakes_nothing() -> None:
    stage = Stage([(Sense.HEARD, Lamp)])
    stage.play(CueKind.STOPPED)
    stage.pulses_after(1)
    assert stage.player.shaken(START_S + np.arange(0.0, 1.0, 0.01)) is None


class Stuck(Lamp):
    """A motor whose pin does not answer."""

    def on(self) -> None:
        raise OSError("no pin")


def test_a_motor_that_did_not_run_shook_nothing() -> None:
    stage = Stage([(Sense.FELT, Stuck)])
    stage.play(CueKind.STOPPED)
    stage.pulses_after(1)
    assert stage.player.shaken(START_S + np.arange(0.0, 1.0, 0.01)) is None


class SlowLamp(Lamp):
    """Switching takes 0.1 s, as on a bus that is stuck."""

    def on(self) -> None:
        self._clock.wait(0.1, Event())
        super().on()


def test_the_time_that_switching_takes_is_part_of_the_pulse() -> None:
    slow: list[SlowLamp] = []

    def lamp(clock: StageClock) -> Lamp:
        slow.append(SlowLamp(clock))
        return slow[-1]

    stage = Stage([(Sense.FELT, lamp)])
    stage.play(CueKind.FAULT, important=True)
    assert stage.pulses_after(1) == [(0.1, 1.4)]
    assert slow[0].pulses == [(0.1, 1.4)]
