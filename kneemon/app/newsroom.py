# SPDX-License-Identifier: MIT
"""What the home is told, and when: the walk as it goes on, what happens in it, and now and then all the rest.

The publisher tells what differs from what was told before, so saying the same again costs nothing.
"""

from datetime import datetime, timedelta

from kneemon import __version__
from kneemon.app.archive import Archive
from kneemon.app.edges import Edges
from kneemon.app.household import Household
from kneemon.app.logbook import Logbook
from kneemon.app.programme import Programme
from kneemon.app.status import Status
from kneemon.app.supply import Supply
from kneemon.app.today import DayTotals
from kneemon.engine import Event
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.home import (
    About,
    Health,
    LastWalk,
    Moment,
    OpenQuestion,
    PlanMode,
    PlanStanding,
    PlanToday,
    Problem,
    Questions,
    Reported,
)
from kneemon.model.plans import StateName
from kneemon.model.power import BatteryLevel
from kneemon.model.sessions import GaveWay, PauseBegan, PauseEnded, Progress, SessionEnded, SessionStarted
from kneemon.plan.limits import day_limit_s

TOLD_CUES = (*LIMIT_CUES, CueKind.GET_ADVICE)
STATE_CHANGES = (SessionStarted, Progress, PauseBegan, PauseEnded, SessionEnded)
FULL_MB = 200  # less than that free on the disk is a problem
STEP_MB = 100  # a walk's own seconds are no news


class Newsroom:
    """Does nothing where no broker is configured. settings: silent and quiet hours, as configured."""

    def __init__(
        self,
        edges: Edges,
        logbook: Logbook,
        programme: Programme,
        supply: Supply,
        household: Household,
        archive: Archive,
        status: Status,
        settings: Reported,
    ) -> None:
        self._edges = edges
        self._logbook = logbook
        self._programme = programme
        self._supply = supply
        self._household = household
        self._archive = archive
        self._status = status
        self._settings = settings
        self._dropped = edges.store.backlog().dropped_summaries  # long ago
        self._totals = DayTotals(programme, logbook, edges.clock, edges.store)

    def begin(self) -> None:
        """A walk that a cut ended must not live on at the home."""
        if self._edges.publisher is not None:
            self._edges.publisher.tell(self._logbook.live())

    def follow(self, event: Event) -> None:
        """An event, once the log has it."""
        publisher = self._edges.publisher
        if publisher is None:
            return
        if isinstance(event, STATE_CHANGES):
            publisher.tell(self._logbook.live())
        moment = self._moment(event)
        if moment is not None:
            publisher.happened(moment)
        if isinstance(event, SessionEnded):
            publisher.tell(LastWalk(self._archive.newest))
            publisher.wake()

    def look(self, *, flushed: bool = False) -> None:
        """Now and then: what changes by itself. flushed: the store has just written all that it was given."""
        if (publisher := self._edges.publisher) is None:
            return
        today = self._totals.look(self._edges.clock.now_s(), flushed=flushed)
        if today is not None:
            publisher.tell(today)
        publisher.tell(self._health())
        publisher.tell(About(__version__, self._edges.source.describe, self._logbook.worn))
        publisher.tell(LastWalk(self._archive.newest))

    def answered(self) -> None:
        """What an answer or a wish may have changed."""
        if (publisher := self._edges.publisher) is None:
            return
        publisher.tell(questions_of(self._programme))
        publisher.tell(plan_of(self._programme))
        publisher.tell(self._reported())

    def _reported(self) -> Reported:
        own = self._settings
        return Reported(self._household.muted, own.silent, own.quiet_hours, own.raises)

    def _moment(self, event: Event) -> Moment | None:
        """What of the event is worth a word at once."""
        session_id = self._logbook.session_id or (self._logbook.record.session_id if self._logbook.record else None)
        if isinstance(event, Cue) and event.kind in TOLD_CUES:
            return Moment(event.kind, self._instant(event.t_s), session_id, event.value, event.limit)
        if isinstance(event, GaveWay):
            return Moment("gave_way", self._instant(event.t_s), session_id, float(event.times))
        if isinstance(event, SessionStarted):
            return Moment("walk_started", self._instant(event.told_at_s), session_id)
        if isinstance(event, SessionEnded):
            return Moment("walk_ended", self._instant(event.told_at_s), session_id, float(event.summary.steps))
        return None

    def _instant(self, t_s: float) -> datetime:
        anchor = self._edges.clock.anchor()
        return anchor.utc + timedelta(seconds=t_s - anchor.monotonic_s)

    def _health(self) -> Health:
        battery, store = self._supply.state, self._edges.store
        reading = battery.reading if battery else None
        free_mb = store.disk_free_mb()
        percent = reading.percent if reading else None
        found = (
            (Problem.SENSOR, self._status.trouble),
            (Problem.CLOCK, not self._programme.certain),
            (Problem.STORAGE, store.problem() is not None or (free_mb is not None and free_mb < FULL_MB)),
            (Problem.DROPPED, store.backlog().dropped_summaries > self._dropped),
            (Problem.BATTERY, battery is not None and battery.level is not BatteryLevel.GOOD),
        )
        return Health(
            battery_percent=None if percent is None else float(round(percent)),
            charging=reading.plugged if reading else None,
            disk_free_mb=None if free_mb is None else free_mb // STEP_MB * STEP_MB,
            clock_known=self._programme.certain,
            sensor=self._status.sensor,
            problems=tuple(problem for problem, there in found if there),
        )


def questions_of(programme: Programme) -> Questions:
    """What is open."""
    asked = programme.open_questions()
    return Questions(tuple(OpenQuestion(each.ask, each.session_id, each.day) for each in asked))


def plan_of(programme: Programme) -> PlanToday:
    """Today's limits, and where the plan stands."""
    plan, state = programme.plan, programme.state
    own = programme.prescription(own=True)
    if plan is None or own is None:
        return PlanToday()
    standing = None
    if state is not None:
        standing = PlanStanding(state.name, state.step + 1, state.since, programme.reason)
    dose = programme.prescription() or own
    walked_s = sum(60.0 * walk.walked_min for walk in programme.walks_today())
    day_s = day_limit_s(own, programme.wish, plan, raises=programme.raises)
    paused = state is not None and state.name is StateName.PAUSED
    return PlanToday(
        plan=plan.name,
        rev=plan.rev,
        standing=standing,
        mode=PlanMode.PAUSE if paused else PlanMode.FOLLOW,
        walk_day=not own.rest_day,
        limit_s=min(day_s, dose.limit_s + walked_s),  # a week's cap may leave less than the day's
        cadence_ceiling_spm=dose.cadence_ceiling_spm,
        rest_s=own.rest_s,
        own_limit_s=own.dose_s,
        own_ceiling_spm=own.cadence_ceiling_spm,
        wished=programme.wish,
    )
