# SPDX-License-Identifier: MIT
"""What time it is in the guest when it is cut off, asked again and again until then.

The guest's seconds are never shorter than ours, longer where this machine is busy; so since the newest answer at most
as much has passed there as here since it was asked for.
"""

import time
from threading import Event, Thread

from virtual_pi.board import BoardError
from virtual_pi.machine import Machine

EVERY_S = 0.3


class GuestClock:
    """`begin` after a boot, `end` after the cut."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._asked_s = self._stream_s = 0.0
        self._over = Event()
        self._asking: Thread | None = None

    def begin(self) -> None:
        self._look()
        self._over.clear()
        self._asking = Thread(target=self._ask, daemon=True)
        self._asking.start()

    def end(self, at_s: float) -> float:
        """The latest stream time that it may have been at our `at_s`; 0.0 where nobody began."""
        if self._asking is None:
            return 0.0
        self._over.set()
        self._asking.join()
        self._asking = None
        return self._stream_s + at_s - self._asked_s

    @property
    def newest_s(self) -> float:
        """Stream time as it was a moment ago."""
        return self._stream_s

    def _ask(self) -> None:
        while not self._over.wait(EVERY_S):
            try:
                self._look()
            except BoardError:
                return  # the power is gone

    def _look(self) -> None:
        asked_s = time.monotonic()
        self._stream_s, self._asked_s = self._machine.board.now_s(), asked_s
