# SPDX-License-Identifier: MIT
"""The one button, as it is felt: down, up, held, held long. What they mean, `controls.grammar` knows.

Wired from its pin to ground, pulled up inside the Pi. gpiozero's own Button is not used: it looks ten times a second
whether somebody holds it, and wakes the processor all day. Here a timer runs only while the button is down. Times told
are stream time at the event; the holds themselves are real time.
"""

from threading import Lock, Timer

from gpiozero import DigitalInputDevice
from gpiozero.pins import Factory

from kneemon.config.pins import claiming
from kneemon.ports import Clock, Press, PressSink


class WalkButton:
    """Watches the button on BCM pin `pin` until closed; `sink` is called on threads of the button, one call at a time.

    bounce_s: the level must be stable for so long; 30 ms outlast the contacts of cheap buttons.
    hold_s: two seconds are longer than a push against a chair. off_s: 0 never tells HELD_LONG. Raises PinsError when
    the pin cannot be had.
    """

    def __init__(
        self,
        pin: int,
        sink: PressSink,
        clock: Clock,
        pin_factory: Factory,
        bounce_s: float = 0.03,
        hold_s: float = 2.0,
        off_s: float = 6.0,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._hold_s = hold_s
        self._off_s = off_s
        self._lock = Lock()  # events of one press come on several threads
        self._presses = 0
        self._timer: Timer | None = None
        self._down = False
        with claiming("button", pin):
            self._input = DigitalInputDevice(pin, pull_up=True, bounce_time=bounce_s, pin_factory=pin_factory)
        self._input.when_activated = self._went_down
        self._input.when_deactivated = self._came_up

    @property
    def pressed(self) -> bool:
        """It is down now."""
        return bool(self._input.is_active)

    def close(self) -> None:
        """Let the pin go; may be called twice."""
        with self._lock:
            self._ended()
        self._input.close()

    def _went_down(self) -> None:
        with self._lock:
            self._ended()
            self._presses += 1
            self._down = True
            self._tell(Press.DOWN)
            self._then(Press.HELD, self._hold_s)

    def _came_up(self) -> None:
        with self._lock:
            if self._down:
                self._ended()
                self._tell(Press.UP)

    def _held(self, presses: int, press: Press) -> None:
        """The timer's: nothing if the press it was set for has ended."""
        with self._lock:
            if not self._down or presses != self._presses:
                return
            if not self._input.is_active:  # its release was lost: nobody holds the button, so no walk ends
                self._ended()
                self._tell(Press.UP)
                return
            self._tell(press)
            if press is Press.HELD and self._off_s:
                self._then(Press.HELD_LONG, max(0.0, self._off_s - self._hold_s))

    def _then(self, press: Press, after_s: float) -> None:
        self._timer = Timer(after_s, self._held, (self._presses, press))
        self._timer.name = "button"
        self._timer.daemon = True
        self._timer.start()

    def _ended(self) -> None:
        self._down = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self, press: Press) -> None:
        self._sink(press, self._clock.now_s())
