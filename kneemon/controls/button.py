# SPDX-License-Identifier: MIT
"""The one button: a short press, or a hold. What they mean depends on the session, so the app decides.

Wired from its pin to ground, pulled up inside the Pi. Both kinds carry the stream time of the moment the button went
down: a hold is felt and told while the button is still down, a short press when it comes up.
"""

from threading import Lock

from gpiozero import Button
from gpiozero.pins import Factory

from kneemon.config.pins import claiming
from kneemon.ports import Clock, Press, PressSink


class WalkButton:
    """Watches the button on BCM pin `pin` until closed; `sink` is called on the button's own threads.

    bounce_s: the level must be stable for so long; 30 ms outlast the contacts of cheap buttons.
    hold_s: two seconds are longer than a push against a chair. Raises PinsError when the pin cannot be had.
    """

    def __init__(
        self,
        pin: int,
        sink: PressSink,
        clock: Clock,
        pin_factory: Factory,
        bounce_s: float = 0.03,
        hold_s: float = 2.0,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._lock = Lock()
        self._pressed_s: float | None = None  # None once this press has been told
        with claiming("button", pin):
            self._button = Button(pin, pull_up=True, bounce_time=bounce_s, hold_time=hold_s, pin_factory=pin_factory)
        self._button.when_pressed = self._pressed
        self._button.when_held = lambda: self._tell(Press.HELD)
        self._button.when_released = lambda: self._tell(Press.SHORT)

    @property
    def pressed(self) -> bool:
        """It is down now."""
        return bool(self._button.is_pressed)

    def close(self) -> None:
        """Let the pin go; may be called twice."""
        self._button.close()

    def _pressed(self) -> None:
        with self._lock:
            self._pressed_s = self._clock.now_s()

    def _tell(self, press: Press) -> None:
        """Hold and release come on two threads: whichever is first tells this press, the other finds it told."""
        with self._lock:
            pressed_s, self._pressed_s = self._pressed_s, None
        if pressed_s is not None:
            self._sink(press, pressed_s)
