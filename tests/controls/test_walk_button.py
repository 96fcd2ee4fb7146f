# SPDX-License-Identifier: MIT
"""The button on gpiozero's mock pins: pressed and let go from the world's side."""

from collections.abc import Callable, Iterator
from datetime import date, time
from queue import Empty, SimpleQueue
from threading import Event, Thread
from threading import enumerate as threads

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from kneemon.config.options import ButtonOptions
from kneemon.config.pins import PINS
from kneemon.controls.button import WalkButton
from kneemon.errors import PinsError
from kneemon.model.records import TimeAnchor
from kneemon.ports import Press

PATIENCE_S = 20.0
FOREVER_S = 3600.0
SOON_S = 0.01


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

    def time_of_day(self) -> time:
        raise NotImplementedError

    def live_in(self, zone: str) -> None:
        raise NotImplementedError


class Bench:
    """A button, and the finger on it."""

    def __init__(self, factory: MockFactory, hold_s: float = FOREVER_S, off_s: float = 0.0) -> None:
        self.clock = SetClock()
        self.told: SimpleQueue[tuple[Press, float]] = SimpleQueue()
        self.button = WalkButton(
            PINS["button"].bcm,
            lambda press, t_s: self.told.put((press, t_s)),
            self.clock,
            factory,
            hold_s=hold_s,
            off_s=off_s,
        )
        self.pin = factory.pin(PINS["button"].bcm)

    def down(self, t_s: float) -> None:
        self.clock.t_s = t_s
        self.pin.drive_low()

    def up(self, t_s: float) -> None:
        self.clock.t_s = t_s
        self.pin.drive_high()

    def next(self) -> tuple[Press, float]:
        return self.told.get(timeout=PATIENCE_S)

    def timer_of_this_press(self) -> Callable[[], None]:
        """What the running timer will do, to be done at a moment of the test's choosing."""
        timer = self.button._timer
        assert timer is not None
        return lambda: timer.function(*timer.args)

    def nothing_more(self) -> None:
        with pytest.raises(Empty):
            self.told.get_nowait()


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    factory = MockFactory()
    benches: list[Bench] = []

    def build(hold_s: float = FOREVER_S, off_s: float = 0.0) -> Bench:
        benches.append(Bench(factory, hold_s, off_s))
        return benches[-1]

    yield build
    for each in benches:
        each.button.close()
    factory.reset()


def test_the_pin_is_set_up_for_a_button_to_ground(bench: Callable[..., Bench]) -> None:
    it = bench()
    assert (it.pin.function, it.pin.pull, it.pin.bounce) == ("input", "up", 0.03)


def test_its_defaults_are_the_options_defaults() -> None:
    assert WalkButton.__init__.__defaults__ == (ButtonOptions().bounce_s, ButtonOptions().hold_s, ButtonOptions().off_s)


def test_every_press_is_told_going_down_and_coming_up(bench: Callable[..., Bench]) -> None:
    it = bench()
    for t_s in (1.0, 2.0, 3.0):
        it.down(t_s)
        assert it.next() == (Press.DOWN, t_s)
        assert it.button.pressed
        it.up(t_s + 0.2)
        assert it.next() == (Press.UP, t_s + 0.2)
        assert not it.button.pressed
    it.nothing_more()


def test_a_hold_is_told_while_down(bench: Callable[..., Bench]) -> None:
    it = bench(SOON_S)
    it.down(20.0)
    assert [it.next(), it.next()] == [(Press.DOWN, 20.0), (Press.HELD, 20.0)]
    it.up(23.0)
    assert it.next() == (Press.UP, 23.0)
    it.nothing_more()


def test_a_long_hold_is_told_after_the_hold(bench: Callable[..., Bench]) -> None:
    it = bench(SOON_S, 2 * SOON_S)
    it.down(20.0)
    assert [it.next()[0] for _ in range(3)] == [Press.DOWN, Press.HELD, Press.HELD_LONG]
    it.up(30.0)
    assert it.next() == (Press.UP, 30.0)
    it.nothing_more()


def test_off_s_of_zero_never_tells_a_long_hold(bench: Callable[..., Bench]) -> None:
    it = bench(SOON_S, 0.0)
    it.down(20.0)
    assert [it.next()[0] for _ in range(2)] == [Press.DOWN, Press.HELD]
    timer = it.button._timer
    assert timer is not None
    timer.join(PATIENCE_S)
    assert it.button._timer is timer  # no other was set
    it.nothing_more()


def test_a_timer_that_comes_too_late_tells_nothing(bench: Callable[..., Bench]) -> None:
    it = bench()
    it.down(1.0)
    first = it.timer_of_this_press()
    it.up(1.5)
    first()
    it.down(2.0)
    first()
    assert [it.next()[0] for _ in range(3)] == [Press.DOWN, Press.UP, Press.DOWN]
    it.nothing_more()


def test_a_hold_whose_release_was_lost_is_none(bench: Callable[..., Bench]) -> None:
    it = bench()
    it.down(1.0)
    held = it.timer_of_this_press()
    it.pin._change_state(True)  # it came up, and no edge was told
    it.clock.t_s = 3.0
    held()
    assert [it.next(), it.next()] == [(Press.DOWN, 1.0), (Press.UP, 3.0)]
    it.down(3.1)  # a bad contact: gpiozero still believes the first press
    it.up(3.2)
    it.nothing_more()
    it.down(4.0)
    assert it.next() == (Press.DOWN, 4.0)


def test_hold_and_release_at_the_same_moment_come_in_an_order_that_can_be(bench: Callable[..., Bench]) -> None:
    it = bench()
    it.down(5.0)
    held = Thread(target=it.timer_of_this_press())
    held.start()
    it.up(5.0)
    held.join()
    told = [it.next()[0] for _ in range(it.told.qsize())]
    assert told in ([Press.DOWN, Press.UP], [Press.DOWN, Press.HELD, Press.UP])


@given(presses=st.lists(st.sampled_from(["short", "hold", "long"]), max_size=8))
def test_what_is_told_is_always_down_then_holds_then_up(presses: list[str]) -> None:
    it = Bench(MockFactory(), FOREVER_S, 2 * FOREVER_S)
    expected: list[Press] = []
    for number, press in enumerate(presses):
        it.down(float(number))
        expected.append(Press.DOWN)
        for hold in {"short": (), "hold": (Press.HELD,), "long": (Press.HELD, Press.HELD_LONG)}[press]:
            it.timer_of_this_press()()
            expected.append(hold)
        it.up(number + 0.5)
        expected.append(Press.UP)
    assert [it.next()[0] for _ in range(it.told.qsize())] == expected
    it.button.close()


def test_closing_lets_the_pin_go_and_the_timer_end(bench: Callable[..., Bench]) -> None:
    it = bench(FOREVER_S, 2 * FOREVER_S)
    it.down(0.5)
    assert it.next()[0] is Press.DOWN
    timer = it.button._timer
    assert timer is not None
    it.button.close()
    it.button.close()
    timer.join(PATIENCE_S)
    assert timer not in threads()
    it.up(1.2)
    it.nothing_more()
    assert bench().pin is it.pin


def test_no_thread_of_it_runs_while_nobody_presses(bench: Callable[..., Bench]) -> None:
    before = set(threads())
    it = bench()
    assert set(threads()) == before
    it.down(1.0)
    timer = it.button._timer
    assert timer is not None
    assert timer.name == "button"
    it.up(1.1)
    timer.join(PATIENCE_S)
    assert set(threads()) == before


def test_a_pin_that_is_taken(bench: Callable[..., Bench]) -> None:
    bench()
    with pytest.raises(
        PinsError, match=r"GPIO 27 for the button: expected a free pin .*Give each part a pin of its own"
    ):
        bench()
