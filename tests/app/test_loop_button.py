# SPDX-License-Identifier: MIT
"""The button through the whole loop: what is pressed, what is felt, what stands in the log."""

from collections.abc import Callable

import numpy as np
import pytest
from app_bench import Bench, cut

from kneemon.app.supply import Energy
from kneemon.clock import PacedClock
from kneemon.model.cues import CueKind
from kneemon.model.plans import Plan, PlanWeek
from kneemon.model.samples import Array, SampleBlock, SensorReport, Wire
from kneemon.model.sessions import EndReason, GaveWay, PauseBegan, PauseEnded
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]


def test_two_presses_pause_and_one_goes_on(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    press = kneemon.press
    kneemon.walk(outing[1], {2.0: press(), 20.0: press(2), 30.0: press(), 92.0: kneemon.hold()})
    assert kneemon.player.heard == [CueKind.STARTED, CueKind.PAUSED, CueKind.RESUMED, CueKind.STOPPED]
    assert len(kneemon.of(PauseBegan)) == len(kneemon.of(PauseEnded)) == 1
    summary = kneemon.record().summary
    assert summary.paused_s == pytest.approx(10.0, abs=0.3)
    walked = outing[0].initial_contacts + 1000.0 - float(outing[1][0].t_s[0])
    in_pause = np.count_nonzero((walked >= 1020.0) & (walked < 1030.0))
    assert summary.steps == pytest.approx(len(walked) - in_pause, abs=4)
    assert ("pause", pytest.approx(18.5, abs=1.0)) in kneemon.events()  # no second that was told is taken back


def test_three_presses_tell_that_the_knee_gave_way(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(outing[1], {2.0: kneemon.press(), 20.0: kneemon.press(3), 92.0: kneemon.hold()})
    (gave_way,) = kneemon.of(GaveWay)
    assert gave_way.at_s == pytest.approx(18.0, abs=0.3)
    assert kneemon.player.heard == [CueKind.STARTED, CueKind.GAVE_WAY, CueKind.STOPPED]
    assert kneemon.record().summary.gave_way_s == (gave_way.at_s,)
    assert ("gave_way", pytest.approx(18.0, abs=0.3)) in kneemon.events()


def test_pain_gets_its_number_is_read_back_and_can_be_corrected(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    press = kneemon.press
    kneemon.walk(outing[1], {2.0: press(), 20.0: press(), 23.0: press(4), 29.0: press(3), 92.0: kneemon.hold()})
    read_back = [cue.value for cue in kneemon.player.cues if cue.kind is CueKind.READ_BACK]
    assert read_back == [4, 3]
    assert [(mark.at_s, mark.score) for mark in kneemon.record().summary.pains] == [(pytest.approx(18.0, abs=0.3), 3)]
    assert [kind for kind, _ in kneemon.events() if kind == "pain"] == ["pain"] * 3


def test_too_much_pain_says_stop_after_the_number(bench: NewBench, outing: Outing) -> None:
    clock = PacedClock()
    kneemon = bench(clock=clock, plan=Plan("gentle", clock.today(), (PlanWeek(10.0),)))
    press = kneemon.press
    kneemon.walk(outing[1][:160], {2.0: press(), 20.0: press(), 23.0: press(7)})
    assert kneemon.player.heard[1:4] == [CueKind.ASK_PAIN, CueKind.READ_BACK, CueKind.PAIN_STOP]


def test_a_number_that_never_comes_stays_unknown(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(outing[1], {2.0: kneemon.press(), 20.0: kneemon.press(), 92.0: kneemon.hold()})
    assert [mark.score for mark in kneemon.record().summary.pains] == [None]


def test_every_press_is_answered_at_once(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(outing[1], {2.0: kneemon.press(), 20.0: kneemon.press(5), 92.0: kneemon.hold()})
    ticks_s = [cue.t_s for cue in kneemon.player.cues if cue.kind is CueKind.TICK]
    assert ticks_s == pytest.approx([1002.0, *[1020.0] * 5, 1092.0], abs=0.6)  # two blocks
    assert kneemon.player.heard == [CueKind.STARTED, CueKind.REFUSED, CueKind.STOPPED]


class Switch:
    """A device that is switched off: it says what was stored by then."""

    def __init__(self, kneemon: Bench) -> None:
        self._kneemon = kneemon
        self.stored: list[EndReason | None] = []

    def off(self) -> None:
        self.stored.append(self._kneemon.record().summary.end_reason)


def test_a_long_hold_ends_the_walk_and_then_switches_off(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    switch = Switch(kneemon)
    source = kneemon.source(outing[1][:160], {2.0: kneemon.press(), 20.0: kneemon.hold(long=True)})
    with kneemon.running_on(source, energy=Energy(switch)) as app:
        app.run()
    assert switch.stored == [EndReason.COMMAND]
    assert kneemon.player.heard == [CueKind.STARTED, CueKind.STOPPED, CueKind.POWER_OFF]


def test_where_nothing_can_be_switched_off_that_is_refused(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(outing[1][:160], {2.0: kneemon.hold(long=True)})
    assert kneemon.player.heard == [CueKind.REFUSED]
    assert kneemon.records() == []


def test_a_doubtful_sensor_buzzes_once_and_stays_in_the_status(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    doubt = SensorReport(1005.0, Wire.DOUBT, "0.5 g at rest cannot be right.")
    kneemon.walk([*outing[1][:20], doubt, *outing[1][20:40]], {8.0: kneemon.ask("status")})
    assert kneemon.player.heard == [CueKind.FAULT]
    assert kneemon.answers[0]["sensor"] == "canned walk: 0.5 g at rest cannot be right."


@pytest.mark.parametrize("masked", [True, False])
def test_the_engine_is_told_where_the_motor_shook(masked: bool, bench: NewBench) -> None:
    """A motor that stamps a walk's rhythm upon a box that lies still."""
    t_s = np.arange(6000) / 100.0
    stamping = np.sin(2 * np.pi * 23.0 * t_s) * np.sin(np.pi * t_s / 0.6) ** 2
    acc_g = np.array([0.0, 0.0, 1.0]) + stamping[:, None] * [1.0, 0.0, 0.0]
    kneemon = bench()

    def shaken(t_s: Array) -> Array | None:
        return np.ones(len(t_s), dtype=bool) if masked else None

    kneemon.player.shaken = shaken  # type: ignore[method-assign,assignment]
    kneemon.walk(cut(SampleBlock(t_s, acc_g)), {2.0: kneemon.press()})
    assert (kneemon.record().summary.steps == 0) is masked
