# SPDX-License-Identifier: MIT
"""The only module that asks what time it is.

Monotonic time is CLOCK_BOOTTIME, which goes on through a suspend; civil time is a label taken beside it. `PacedClock`
is time that somebody leads: the demo's and the tests' chips live on it, so a slow machine makes a walk longer in the
room but never loses a sample of it.
"""

import ctypes
import os
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as civil_time
from pathlib import Path
from threading import Condition, Event
from uuid import uuid4
from zoneinfo import ZoneInfo

from kneemon.model.records import TimeAnchor

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
LOCALTIME = Path("/etc/localtime")
TIMEX_BYTES = 512  # more than struct timex has
TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised


class LocalTime:
    """Days and times of day: of the zone that was set, else of the system."""

    _zone_name = ""

    def live_in(self, zone: str) -> None:
        self._zone_name = zone if _known(zone) else ""

    def zone(self) -> str:
        return self._zone_name or _zone()

    def local(self, moment: datetime) -> datetime:
        """The moment on the wearer's clock."""
        return moment.astimezone(ZoneInfo(self._zone_name) if self._zone_name else None)


class SystemClock(LocalTime):
    """The machine's clocks."""

    def __init__(self) -> None:
        try:
            self._boot_id = BOOT_ID.read_text().strip()
        except OSError:  # no procfs: a name for this run is all that is needed
            self._boot_id = str(uuid4())

    def now_s(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        if until is not None:
            return until.wait(max(0.0, seconds))
        time.sleep(max(0.0, seconds))
        return False

    def anchor(self) -> TimeAnchor:
        known = self._synchronised(self.now_s())  # first: a clock that is set in between is not believed yet
        return TimeAnchor(self._boot_id, self.now_s(), datetime.now(UTC), known)

    def today(self) -> date:
        return self.local(datetime.now(UTC)).date()

    def time_of_day(self) -> civil_time:
        return self.local(datetime.now(UTC)).time()

    @staticmethod
    def _synchronised(now_s: float) -> bool:
        """timesyncd stamps a file when it has the time; older than this boot, it tells of another. Other programs that
        keep the time tell the kernel."""
        try:
            if SYNCHRONISED.stat().st_mtime >= time.time() - now_s:
                return True
        except OSError:
            pass
        return kernel_disciplined()


class PacedClock(LocalTime):
    """Time led by one thread through `leader`; everybody else waits for it.

    speed: stream seconds per real second, None for as fast as the leader goes.
    """

    def __init__(self, speed: float | None = None, start: TimeAnchor | None = None) -> None:
        self._start = start or TimeAnchor(str(uuid4()), 1000.0, datetime.now(UTC), synchronised=True)
        self._now_s = self._start.monotonic_s
        self._tick = Condition()
        self.leader = LeadingClock(self, speed)

    def now_s(self) -> float:
        return self._now_s

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        deadline_s = self._now_s + seconds
        with self._tick:
            while self._now_s < deadline_s and not (until is not None and until.is_set()):
                self._tick.wait(0.05)
        return until is not None and until.is_set()

    def anchor(self) -> TimeAnchor:
        start, now_s = self._start, self._now_s
        passed = timedelta(seconds=now_s - start.monotonic_s)
        return TimeAnchor(start.boot_id, now_s, start.utc + passed, start.synchronised)

    def today(self) -> date:
        return self.local(self.anchor().utc).date()

    def time_of_day(self) -> civil_time:
        return self.local(self.anchor().utc).time()

    def advance(self, seconds: float) -> None:
        """Let stream time pass; the leader alone may."""
        with self._tick:
            self._now_s += seconds
            self._tick.notify_all()


class LeadingClock:
    """The face of a PacedClock for the one thread that leads it: its waiting makes time pass."""

    def __init__(self, clock: PacedClock, speed: float | None) -> None:
        self._clock = clock
        self._speed = speed
        self._real_s = time.monotonic()
        self._paced_s = clock.now_s()

    def now_s(self) -> float:
        return self._clock.now_s()

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        if until is not None and until.is_set():
            return True
        self.pass_by(max(0.0, seconds))
        if self._speed is not None:
            ahead_s = (self._clock.now_s() - self._paced_s) / self._speed - (time.monotonic() - self._real_s)
            if ahead_s > 0:
                if until is not None:
                    return until.wait(ahead_s)
                time.sleep(ahead_s)
            elif ahead_s < -0.5:  # the machine was busy: go on from here, do not race after it
                self._real_s, self._paced_s = time.monotonic(), self._clock.now_s()
        return False

    def pass_by(self, seconds: float) -> None:
        """Time that something took, a transfer on the bus for one: it passes without a pause."""
        self._clock.advance(seconds)

    def anchor(self) -> TimeAnchor:
        return self._clock.anchor()

    def today(self) -> date:
        return self._clock.today()

    def zone(self) -> str:
        return self._clock.zone()

    def live_in(self, zone: str) -> None:
        self._clock.live_in(zone)

    def time_of_day(self) -> civil_time:
        return self._clock.time_of_day()


def kernel_disciplined() -> bool:
    """Does some program, chrony for one, keep the kernel's clock right? adjtimex(2), with nothing to change."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return 0 <= int(state) < TIME_ERROR


def _zone() -> str:
    """The local zone's IANA name, from TZ or from where /etc/localtime points; "UTC" for what is none."""
    named = os.environ.get("TZ", str(LOCALTIME)).lstrip(":")
    if named.startswith("/"):
        named = str(Path(named).resolve()).rpartition("/zoneinfo/")[2]
    return named if _known(named) else "UTC"


def _known(zone: str) -> bool:
    """Does this machine know a zone of that name?"""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True
