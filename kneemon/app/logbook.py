# SPDX-License-Identifier: MIT
"""The session that is being walked, as the store keeps it and the home sees it.

It gives the session its name and its civil times, which are labels: durations are the samples' own. It decides which
events belong into a session's log beside its seconds.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf

from kneemon import __version__
from kneemon.app.edges import Store
from kneemon.app.revisions import SYNCED_ERROR_S
from kneemon.engine import Event
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.gait import BoutEnded, BoutStarted, InitialContact, SignalGap
from kneemon.model.home import LiveState
from kneemon.model.plans import Part, Prescription
from kneemon.model.records import EventRow, PainTold, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import (
    Activity,
    GaveWay,
    PainBeforeTold,
    PainMarked,
    PauseBegan,
    PauseEnded,
    Progress,
    SessionEnded,
    SessionStarted,
    SessionSummary,
)
from kneemon.ports import Clock

LOGGED = (CueKind.MAIN_PART, CueKind.GET_ADVICE, *LIMIT_CUES)  # what other cues answer to is in the log itself


class Logbook:
    """Takes every event in order. session_id and latest are None while no session is open.

    sensor: names the sensor; asked when a record is made, for a chip's name may be known only after it was found.
    """

    def __init__(self, store: Store, clock: Clock, *, worn: str, sensor: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self.worn = worn
        self._sensor = sensor
        self._started_s = 0.0
        self._prescription: Prescription | None = None
        self._pace_high = False  # the walker was told to slow down, and has not yet
        self._bout_s: tuple[float, float] | None = None  # first and newest contact of the bout that is being walked
        self._counts_from_s = 0.0  # the session's start, or the end of its newest pause
        self._paused_s = inf  # since when
        self.session_id: str | None = None
        self.latest: Progress | None = None
        self.record: SessionRecord | None = None  # of the newest walk, as of its newest event but for seconds

    def keep(self, event: Event) -> None:
        """Store what belongs into the log."""
        self._follow(event)
        self._take(event)
        if isinstance(event, BoutEnded):
            self._bout_s = None

    def live(self) -> LiveState:
        """What a dashboard shows now."""
        latest = self.latest
        if self.session_id is None:
            return LiveState("idle")
        limit_s = self._prescription.limit_s if self._prescription else None
        paused = self._paused_s < inf
        if latest is None:
            session = "paused" if paused else "resting"
            return LiveState(session, self.session_id, steps=0, remaining_s=limit_s, limit_s=limit_s)
        crossed = ((CueKind.PACE_HIGH, self._pace_high), (CueKind.OVER_LIMIT, latest.part is Part.OVER))
        over = tuple(kind for kind, is_crossed in crossed if is_crossed)
        session = "resting"
        if paused:
            session = "paused"
        elif latest.activity is Activity.WALKING:
            session = "over_limit" if latest.part is Part.OVER else "walking"
        return LiveState(
            session=session,
            session_id=self.session_id,
            steps=latest.so_far.steps,
            cadence_spm=None if paused else latest.cadence_spm,
            elapsed_s=latest.elapsed_s,
            remaining_s=latest.remaining_s,
            limit_s=limit_s,
            over=over,
        )

    def _take(self, event: Event) -> None:
        if isinstance(event, SessionStarted):
            anchor = self._clock.anchor()
            self.session_id = self._store.next_session_id(anchor.boot_id)
            self._started_s, self._prescription, self._pace_high = event.t_s, event.prescription, False
            self._counts_from_s, self._paused_s = event.t_s, inf
            begun = replace(SessionSummary.begun(event.t_s, event.prescription), pain_before=event.pain_before)
            self.record = self._record(self.session_id, begun, anchor)
            self._store.begin(self.record)
            if event.pain_before is not None:
                self._note(self.session_id, _pain_row(0.0, "pain_before", event.pain_before))
        elif self.session_id is None:
            return
        elif isinstance(event, Progress):
            self.latest = event
            self._pace_high = self._pace_high and event.over_pace
            self._store.progress(self.session_id, event)
        elif isinstance(event, SessionEnded):
            self._note(self.session_id, self._bout())
            self._note(self.session_id, self._pause(event.t_s))
            self._paused_s = inf
            self.record = self._record(self.session_id, event.summary, self._clock.anchor())
            self._store.end(self.record)
            self.session_id, self.latest = None, None
        elif isinstance(event, PauseBegan):
            self._paused_s = event.t_s
        elif isinstance(event, PauseEnded):
            self._note(self.session_id, self._bout())
            self._note(self.session_id, self._pause(event.t_s))
            self._counts_from_s, self._paused_s = event.t_s, inf
        else:
            self._pace_high = self._pace_high or (isinstance(event, Cue) and event.kind is CueKind.PACE_HIGH)
            self._note(self.session_id, self._row(event))
            if isinstance(event, GaveWay) and self.record is not None:
                summary = self.latest.so_far if self.latest else self.record.summary
                times_s = (*self.record.summary.gave_way_s, event.at_s)
                self.record = replace(self.record, summary=replace(summary, gave_way_s=times_s))

    def _follow(self, event: Event) -> None:
        """The bout that is walked: its end is known only seconds after its last step, perhaps after the session's.

        What of it falls into a pause does not count.
        """
        if isinstance(event, BoutStarted):
            self._bout_s = event.t_s, event.t_s
        elif isinstance(event, InitialContact) and self._bout_s and event.t_s < self._paused_s:
            self._bout_s = self._bout_s[0], event.t_s

    def _note(self, session_id: str, row: EventRow | None) -> None:
        if row is not None:
            self._store.note(session_id, row)

    def _row(self, event: Event) -> EventRow | None:
        """What of an event belongs into the session's log beside its seconds."""
        if isinstance(event, Cue) and event.kind in LOGGED:
            return EventRow(event.t_s - self._started_s, event.kind, event.value, event.limit, event.unit)
        if isinstance(event, PainMarked):
            return _pain_row(event.mark.at_s, "pain", event.mark.score)
        if isinstance(event, PainBeforeTold):
            return _pain_row(event.t_s - self._started_s, "pain_before", event.score)
        if isinstance(event, GaveWay):
            return EventRow(event.at_s, "gave_way")
        if isinstance(event, BoutEnded):
            return self._bout()
        if isinstance(event, SignalGap) and event.end_s > self._started_s:
            start_s = max(event.start_s, self._started_s)
            return EventRow(start_s - self._started_s, "gap", event.end_s - start_s, unit="s")
        return None

    def _bout(self) -> EventRow | None:
        """What of the bout falls into the session, and before the pause or after it."""
        if self._bout_s is None:
            return None
        start_s, end_s = max(self._bout_s[0], self._counts_from_s), self._bout_s[1]
        return EventRow(start_s - self._started_s, "bout", end_s - start_s, unit="s") if end_s > start_s else None

    def _pause(self, until_s: float) -> EventRow | None:
        """The pause, when it is over."""
        since_s = self._paused_s
        if until_s <= since_s:
            return None
        return EventRow(since_s - self._started_s, "pause", until_s - since_s, unit="s")

    def _record(self, session_id: str, summary: SessionSummary, anchor: TimeAnchor) -> SessionRecord:
        return SessionRecord(
            device=self._store.device,
            session_id=session_id,
            revision=1,
            boot_id=anchor.boot_id,
            started_at=_utc(summary.started_s, anchor),
            ended_at=_utc(summary.ended_s, anchor),
            tz=self._clock.zone(),
            time_quality=TimeQuality.NTP if anchor.synchronised else TimeQuality.UNSYNCED,
            worn=self.worn,
            sensor=self._sensor(),
            software=__version__,
            summary=summary,
            final=summary.end_reason is not None,
            time_error_s=SYNCED_ERROR_S if anchor.synchronised else None,
            pain_told=PainTold(before=summary.pain_before),
        )


def _pain_row(at_s: float, kind: str, score: int | None) -> EventRow:
    return EventRow(at_s, kind, None if score is None else float(score), unit="of 10")


def _utc(t_s: float, anchor: TimeAnchor) -> datetime:
    return anchor.utc + timedelta(seconds=t_s - anchor.monotonic_s)
