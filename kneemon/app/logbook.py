# SPDX-License-Identifier: MIT
"""The session that is being walked, as the store keeps it and the home sees it.

It gives the session its name and its civil times, which are labels: durations are the samples' own. It decides which
events belong into a session's log beside its seconds.
"""

from datetime import date, datetime, timedelta
from typing import Protocol

from kneemon import __version__
from kneemon.engine import Event
from kneemon.model.cues import Cue, CueKind
from kneemon.model.gait import BoutEnded, BoutStarted, InitialContact, SignalGap
from kneemon.model.plans import Part, Prescription
from kneemon.model.records import EventRow, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import Activity, PainMarked, Progress, SessionEnded, SessionStarted, SessionSummary
from kneemon.ports import Clock, LiveState, SessionStore

ACKNOWLEDGED = (CueKind.STARTED, CueKind.STOPPED, CueKind.NOTED)  # what they answer to is in the log itself


class Store(SessionStore, Protocol):
    """What the app needs of the store beyond writing."""

    @property
    def device(self) -> str: ...

    def next_session_id(self, boot_id: str) -> str: ...

    def walked_main_s(self, day: date, tz: str, boot_id: str | None = None) -> float: ...

    def flush(self) -> None: ...


class Logbook:
    """Takes every event in order. session_id and latest are None while no session is open."""

    def __init__(self, store: Store, clock: Clock, *, worn: str, sensor: str) -> None:
        self._store = store
        self._clock = clock
        self._worn = worn
        self._sensor = sensor
        self._started_s = 0.0
        self._prescription: Prescription | None = None
        self._pace_high = False  # the walker was told to slow down, and has not yet
        self._bout_s: tuple[float, float] | None = None  # first and newest contact of the bout that is being walked
        self.session_id: str | None = None
        self.latest: Progress | None = None

    def keep(self, event: Event) -> None:
        """Store what belongs into the log."""
        self._follow(event)
        if isinstance(event, SessionStarted):
            anchor = self._clock.anchor()
            self.session_id = self._store.next_session_id(anchor.boot_id)
            self._started_s, self._prescription, self._pace_high = event.t_s, event.prescription, False
            self._store.begin(
                self._record(self.session_id, SessionSummary.begun(event.t_s, event.prescription), anchor)
            )
        elif self.session_id is None:
            return
        elif isinstance(event, Progress):
            self.latest = event
            self._pace_high = self._pace_high and event.over_pace
            self._store.progress(self.session_id, event)
        elif isinstance(event, SessionEnded):
            self._note(self.session_id, self._bout(*self._bout_s) if self._bout_s else None)
            self._store.end(self._record(self.session_id, event.summary, self._clock.anchor()))
            self.session_id, self.latest = None, None
        else:
            self._pace_high = self._pace_high or (isinstance(event, Cue) and event.kind is CueKind.PACE_HIGH)
            self._note(self.session_id, self._row(event))

    def live(self) -> LiveState:
        """What a dashboard shows now."""
        latest = self.latest
        if self.session_id is None:
            return LiveState("idle")
        limit_s = self._prescription.limit_s if self._prescription else None
        if latest is None:
            return LiveState("resting", self.session_id, steps=0, remaining_s=limit_s, limit_s=limit_s)
        crossed = ((CueKind.PACE_HIGH, self._pace_high), (CueKind.OVER_LIMIT, latest.part is Part.OVER))
        over = tuple(kind for kind, is_crossed in crossed if is_crossed)
        walking = "over_limit" if latest.part is Part.OVER else "walking"
        return LiveState(
            session=walking if latest.activity is Activity.WALKING else "resting",
            session_id=self.session_id,
            steps=latest.so_far.steps,
            cadence_spm=latest.cadence_spm,
            elapsed_s=latest.elapsed_s,
            remaining_s=latest.remaining_s,
            limit_s=limit_s,
            over=over,
        )

    def _follow(self, event: Event) -> None:
        """The bout that is walked: its end is known only seconds after its last step, perhaps after the session's."""
        if isinstance(event, BoutStarted):
            self._bout_s = event.t_s, event.t_s
        elif isinstance(event, InitialContact) and self._bout_s:
            self._bout_s = self._bout_s[0], event.t_s
        elif isinstance(event, BoutEnded):
            self._bout_s = None

    def _note(self, session_id: str, row: EventRow | None) -> None:
        if row is not None:
            self._store.note(session_id, row)

    def _row(self, event: Event) -> EventRow | None:
        """What of an event belongs into the session's log beside its seconds."""
        if isinstance(event, Cue) and event.kind not in ACKNOWLEDGED:
            return EventRow(event.t_s - self._started_s, event.kind, event.value, event.limit, event.unit)
        if isinstance(event, PainMarked):
            score = event.mark.score
            return EventRow(event.mark.at_s, "pain", None if score is None else float(score), unit="of 10")
        if isinstance(event, BoutEnded):
            return self._bout(event.start_s, event.end_s)
        if isinstance(event, SignalGap) and event.end_s > self._started_s:
            start_s = max(event.start_s, self._started_s)
            return EventRow(start_s - self._started_s, "gap", event.end_s - start_s, unit="s")
        return None

    def _bout(self, start_s: float, end_s: float) -> EventRow | None:
        """What of a bout falls into the session."""
        start_s = max(start_s, self._started_s)
        return EventRow(start_s - self._started_s, "bout", end_s - start_s, unit="s") if end_s > start_s else None

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
            worn=self._worn,
            sensor=self._sensor,
            software=__version__,
            summary=summary,
            final=summary.end_reason is not None,
        )


def _utc(t_s: float, anchor: TimeAnchor) -> datetime:
    return anchor.utc + timedelta(seconds=t_s - anchor.monotonic_s)
