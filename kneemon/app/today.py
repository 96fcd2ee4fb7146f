# SPDX-License-Identifier: MIT
"""What was walked today, told only when it is safe on disk: a total that falls again confuses who adds it up."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kneemon.app.logbook import Logbook
from kneemon.app.programme import Programme
from kneemon.model.home import Today
from kneemon.ports import Clock


class DayTotals:
    """A total is told one look after it was true; looks are further apart than the store's commits.

    So what was told is still there after a power cut. Days are the local ones, by the boot's anchor.
    """

    def __init__(self, programme: Programme, logbook: Logbook, clock: Clock) -> None:
        self._programme = programme
        self._logbook = logbook
        self._clock = clock
        self._before: Today | None = None

    def look(self) -> Today:
        """What may be told now."""
        now, before = self._now(), self._before
        self._before = now
        return now if before is None or before.day != now.day else before

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
