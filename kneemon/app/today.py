# SPDX-License-Identifier: MIT
"""What was walked today, told only when it is safe on disk: a total that falls again confuses who adds it up.

A walk counts for the day on which it began. Days are the local ones, by the boot's anchor.
"""

from collections import deque
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kneemon.app.edges import Store
from kneemon.app.logbook import Logbook
from kneemon.app.programme import Programme
from kneemon.model.home import Today
from kneemon.ports import Clock

SAFE_S = 12.0  # store.commit_s is at most 10


class DayTotals:
    """A total is told when it has been true for so long that the store has committed it, or when that says so."""

    def __init__(self, programme: Programme, logbook: Logbook, clock: Clock, store: Store) -> None:
        self._programme = programme
        self._logbook = logbook
        self._clock = clock
        self._store = store
        self._waiting: deque[tuple[float, Today]] = deque()
        self._safe: Today | None = None

    def look(self, now_s: float, *, flushed: bool = False) -> Today | None:
        """What may be told at now_s; None while it is not known to be a day that has come."""
        known = self._programme.newest_known_day
        now = self._now()
        if not now.certain and known is not None and now.day < known:
            return None
        if self._safe is None or (flushed and self._store.problem() is None):
            self._waiting.clear()  # at the beginning all comes from the disk
            self._safe = now
        elif self._safe.day != now.day:
            self._waiting.clear()
            self._safe = replace(now, steps=0, walking_s=0.0, sessions=0)
        self._waiting.append((now_s, now))
        while self._waiting and now_s - self._waiting[0][0] >= SAFE_S and self._store.problem() is None:
            self._safe = self._waiting.popleft()[1]
        return self._safe

    def _now(self) -> Today:
        programme = self._programme
        day, zone = programme.today, self._clock.zone()
        walks = [walk for walk in programme.walks_today() if walk.session_id != self._logbook.session_id]
        steps, walking_s = sum(walk.steps for walk in walks), sum(60.0 * walk.walking_min for walk in walks)
        latest, began = self._logbook.latest, self._logbook.record
        open_today = began is not None and latest is not None and programme.day_of(began) == day
        if open_today and latest is not None:
            steps, walking_s = steps + latest.so_far.steps, walking_s + latest.so_far.walking_s
        return Today(
            day=day,
            tz=zone,
            ends_at=datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)),
            certain=programme.certain,
            steps=steps,
            walking_s=walking_s,
            sessions=len(walks) + open_today,
        )
