# SPDX-License-Identifier: MIT
"""Battery, radios and switching off, as the loop lives with them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from app_bench import Act, Bench

from kneemon.app.supply import Energy, in_words
from kneemon.model.cues import CueKind
from kneemon.model.power import BatteryLevel, BatteryReading, BatteryState
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import EndReason
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]


class World:
    """What the device may switch, with a memory; `stored` tells what was stored when it went off."""

    def __init__(self, kneemon: Bench) -> None:
        self._kneemon = kneemon
        self.done: list[str] = []

    def off(self) -> None:
        self.done.append(f"power off, walk stored: {self._kneemon.record().summary.end_reason}")


class Wireless:
    def __init__(self) -> None:
        self.done: list[str] = []

    def off(self) -> None:
        self.done.append("off")

    def on(self) -> None:
        self.done.append("on")


@contextmanager
def walking(kneemon: Bench, blocks: list[SampleBlock], acts: dict[float, Act], **instead: Any) -> Iterator[None]:
    with kneemon.running_on(kneemon.source(blocks, acts), **instead) as app:
        app.run()
        yield


def says(kneemon: Bench, level: BatteryLevel, volts: float) -> Act:
    return lambda: kneemon._app.battery(BatteryState(kneemon.clock.now_s(), level, BatteryReading(volts)))


def test_low_is_told_once_and_empty_closes_the_walk_before_it_switches_off(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    world = World(kneemon)
    low, empty = says(kneemon, BatteryLevel.LOW, 3.5), says(kneemon, BatteryLevel.EMPTY, 3.38)
    acts = {1.0: kneemon.press(), 5.0: says(kneemon, BatteryLevel.GOOD, 3.9), 10.0: low, 11.0: low, 20.0: empty}
    with walking(kneemon, outing[1][:280], acts, energy=Energy(world)):  # over before the system is given up on
        pass
    assert kneemon.player.heard == [CueKind.STARTED, CueKind.BATTERY_LOW, CueKind.POWER_OFF, CueKind.STOPPED]
    assert world.done == [f"power off, walk stored: {EndReason.SHUTDOWN}"]


def test_a_device_that_may_not_switch_off_stores_the_walk_all_the_same(bench: NewBench, outing: Outing) -> None:
    kneemon = bench()
    acts = {1.0: kneemon.press(), 10.0: says(kneemon, BatteryLevel.EMPTY, 3.38), 20.0: kneemon.ask("status")}
    with walking(kneemon, outing[1][:120], acts):
        pass
    assert kneemon.record().summary.end_reason is EndReason.SHUTDOWN
    assert kneemon.answers[0]["battery"] == "empty, 3.38 V"
    assert kneemon.answers[0]["session"] == "idle"


def test_the_radios_sleep_while_somebody_walks(bench: NewBench, outing: Outing) -> None:
    kneemon, wireless = bench(), Wireless()

    def walks() -> None:
        kneemon.ask("status")()  # answered by the loop, so what was before is done
        wireless.done.append("walking")

    acts = {1.0: kneemon.press(), 10.0: walks, 20.0: kneemon.hold()}
    with walking(kneemon, outing[1][:120], acts, energy=Energy(radios=wireless)):
        pass
    assert wireless.done == ["off", "walking", "on"]


@pytest.mark.parametrize(
    ("reading", "fault", "words"),
    [
        (BatteryReading(), None, "good"),
        (BatteryReading(3.912, 76.4, 0.12, plugged=True), None, "good, 3.91 V, 76 %, charging"),
        (BatteryReading(percent=3.0), None, "good, 3 %"),
        (BatteryReading(), "MAX17048 at 0x36 is away.", "not known: MAX17048 at 0x36 is away."),
    ],
)
def test_it_says_what_it_knows(reading: BatteryReading, fault: str | None, words: str) -> None:
    assert in_words(BatteryState(1.0, BatteryLevel.GOOD, reading, fault)) == words
