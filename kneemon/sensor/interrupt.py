# SPDX-License-Identifier: MIT
"""The chip's INT1 on a pin of the header: it rises when enough samples are waiting, and stays high until they are read.

Push-pull and active high, as every chip here is set up; the Pi's pull-down keeps a wire that fell off low.
"""

from threading import Event, Lock

from gpiozero import DigitalInputDevice
from gpiozero.pins import Factory

from kneemon.config.pins import claiming


class InterruptLine:
    """See `sensor.waiting.Interrupt`. pin: BCM number. Raises PinsError when it cannot be had."""

    def __init__(self, pin: int, pin_factory: Factory) -> None:
        self.event = Event()
        self._lock = Lock()  # `close` comes from another thread
        with claiming("sensor's interrupt", pin):
            self._device = DigitalInputDevice(pin, pull_up=False, pin_factory=pin_factory)
        self._device.when_activated = self.event.set

    @property
    def high(self) -> bool:
        with self._lock:
            return not self._device.closed and bool(self._device.is_active)

    def clear(self) -> None:
        self.event.clear()

    def close(self) -> None:
        """Let the pin go; may be called twice."""
        with self._lock:
            self._device.close()
