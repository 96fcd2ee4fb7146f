# SPDX-License-Identifier: MIT
"""The clock of a device that somebody lives with: boots, nights without power, and civil time that may be unknown.

It has no battery, as a Pi has none: switched on without a network it goes on from the time at which it was switched
off, and jumps when it learns the time. Fulfils `ports.Clock`; whoever waits makes time pass.
"""

from datetime import date, datetime, time, timedelta
from threading import Event
from zoneinfo import ZoneInfo

from kneemon.model.records import TimeAnchor

BOOT_S = 25.0  # from power to kneemon


class LivedClock:
    """now: the true time, aware. The device is off at first: `boot` it."""

    def __init__(self, now: datetime, zone: str) -> None:
        self.now = now
        self._zone = zone
        self._usual_zone = zone
        self._saved = now
        self._boot_id = ""
        self._on_since = now
        self._wrong = timedelta(0)
        self._known = False

    def boot(self, boot_id: str, *, known: bool) -> None:
        """Switched on; known: it learns the time at once."""
        self._boot_id, self._on_since, self._known = boot_id, self.now, known
        self._wrong = timedelta(0) if known else self._saved - self.now
        self.wait(BOOT_S)

    def learn(self) -> None:
        """The network tells the time."""
        self._known, self._wrong = True, timedelta(0)

    def off(self) -> None:
        self._saved = self.now + self._wrong

    def now_s(self) -> float:
        return (self.now - self._on_since).total_seconds()

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        """Time passes; never less than asked for."""
        self.now += timedelta(seconds=seconds)
        return until is not None and until.is_set()

    def anchor(self) -> TimeAnchor:
        return TimeAnchor(self._boot_id, self.now_s(), self.now + self._wrong, self._known)

    def today(self) -> date:
        return self._local().date()

    def time_of_day(self) -> time:
        return self._local().time()

    def zone(self) -> str:
        return self._zone

    def live_in(self, zone: str) -> None:
        """The person's own zone for one that is none."""
        try:
            self._zone = ZoneInfo(zone).key
        except (KeyError, ValueError, OSError):
            self._zone = self._usual_zone

    def _local(self) -> datetime:
        return (self.now + self._wrong).astimezone(ZoneInfo(self._zone))
