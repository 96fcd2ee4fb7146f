# SPDX-License-Identifier: MIT
"""The button on gpiozero's mock pins: pressed and let go from the world's side."""

from collections.abc import Callable, Iterator
from datetime import date
from queue import Empty, SimpleQueue
from threading import Event, Thread

import pytest
from gpiozero.pins.mock import MockFactory

from kneemon.config.pins import PINS
from kneemon.controls.button import WalkButton
from kneemon.errors import PinsError
from kneemon.model.records import TimeAnchor
from kneemon.ports import Press

PATIENCE_S = 20.0
FOREVER_S = 3600.0


class SetClock:
    """A ports.Clock that stands still until a test sets it."""

    def __init__(self) -> None:
        self.t_s = 0.0

    def now_s(self) -> float:
        return self.t_s

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        raise NotImplementedError

    def anchor(self) -> TimeAnchor:
        raise NotImplementedError

    def today(self) -> date:
        raise NotImplementedError

    def zone(self) -> str:
        raise NotImplementedError


class Bench:
    """A button, and the finger on it."""

    def __init__(self, factory: MockFactory, hold_s: float) -> None:
        self.clock = SetClock()
        self.told: SimpleQueue[tuple[Press, float]] = SimpleQueue()
        self.button = WalkButton(
            PINS["button"].bcm, lambda press, t_s: self.told.put((press, t_s)), self.clock, factory, hold_s=hold_s
        )
        self.pin = factory.pin(PINS["button"].bcm)

    def down(self, t_s: float) -> None:
        self.clock.t_s = t_s
        self.pin.drive_low()

    def up(self, t_s: float) -> None:
        self.clock.t_s = t_s
        self.pin.drive_high()

    def nothing_more(self) -> None:
        with pytest.raises(Empty):
            self.told.get_nowait()


@pytest.fixture
def bench() -> Iterator[Callable[[float], Bench]]:
    factory = MockFactory()
    benches: list[Bench] = []

    def build(hold_s: float) -> Bench:
        benches.append(Bench(factory, hold_s))
        return benches[-1]

    yield build
    for each in benches:
        each.button.close()
    factory.reset()


def test_the_pin_is_set_up_for_a_button_to_ground(bench: Callable[[float], Bench]) -> None:
    it = bench(2.5)
    assert (it.pin.function, it.pin.pull, it.pin.bounce) == ("input", "up", 0.03)
    assert it.button._button.hold_time == 2.5


def test_a_short_press_is_told_at_release_with_the_time_of_the_press(bench: Callable[[float], Bench]) -> None:
    it = bench(FOREVER_S)
    it.down(10.0)
    it.nothing_more()
    it.up(10.4)
    assert it.told.get(timeout=PATIENCE_S) == (Press.SHORT, 10.0)
    it.nothing_more()


def test_every_short_press_is_told(bench: Callable[[float], Bench]) -> None:
    it = bench(FOREVER_S)
    for t_s in (1.0, 2.0, 3.0):
        it.down(t_s)
        it.up(t_s + 0.2)
        assert it.told.get(timeout=PATIENCE_S) == (Press.SHORT, t_s)


def test_a_hold_is_told_once_while_down_and_its_release_is_not(bench: Callable[[float], Bench]) -> None:
    it = bench(0.01)
    it.down(20.0)
    assert it.told.get(timeout=PATIENCE_S) == (Press.HELD, 20.0)
    it.up(23.0)
    it.nothing_more()


def test_hold_and_release_at_the_same_moment_are_one_press(bench: Callable[[float], Bench]) -> None:
    it = bench(FOREVER_S)
    it.down(5.0)
    held = Thread(target=it.button._button.when_held)
    held.start()
    it.up(5.0)
    held.join()
    press, t_s = it.told.get(timeout=PATIENCE_S)
    assert (press in Press, t_s) == (True, 5.0)
    it.nothing_more()


def test_after_a_hold_a_short_press_is_one_again(bench: Callable[[float], Bench]) -> None:
    it = bench(FOREVER_S)
    it.down(1.0)
    it.button._button.when_held()
    it.up(4.0)
    it.down(6.0)
    it.up(6.3)
    assert [it.told.get(timeout=PATIENCE_S) for _ in range(2)] == [(Press.HELD, 1.0), (Press.SHORT, 6.0)]


def test_closing_lets_the_pin_go(bench: Callable[[float], Bench]) -> None:
    it = bench(FOREVER_S)
    it.button.close()
    it.button.close()
    it.down(1.0)
    it.up(1.2)
    it.nothing_more()
    assert bench(FOREVER_S).pin is it.pin


def test_a_pin_that_is_taken(bench: Callable[[float], Bench]) -> None:
    bench(FOREVER_S)
    with pytest.raises(
        PinsError, match=r"GPIO 27 for the button: expected a free pin .*Give each part a pin of its own"
    ):
        bench(FOREVER_S)
