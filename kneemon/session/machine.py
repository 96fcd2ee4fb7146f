# SPDX-License-Identifier: MIT
"""When a session begins, rests, is paused, resumes and ends.

It begins by command or, if the walker wants, by walking; it ends by command, by stillness or with the device. Time
passes by `advance` alone, second by second, so that the same stream gives the same sessions whatever its blocks were.
Each second is made when it is taken, so that what was said of one (an `alert`) stands in the next. How long the knee
has walked without a long rest is followed outside of sessions, too.

A forgotten pause ends by stillness too: steps in it do not count, but show that somebody is there. A command that comes
late takes back no second that was told.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from kneemon.model.commands import (
    MarkGaveWay,
    MarkPain,
    PainBefore,
    Pause,
    Resume,
    ScorePain,
    StartSession,
    StopSession,
)
from kneemon.model.gait import CadenceEstimate, GaitEvent, InitialContact, SignalGap
from kneemon.model.plans import Prescription
from kneemon.model.sessions import (
    Alert,
    EndReason,
    GaveWay,
    PainBeforeTold,
    PainMarked,
    PauseBegan,
    PauseEnded,
    Progress,
    SessionEnded,
    SessionEvent,
    SessionStarted,
)
from kneemon.session.outing import Outing, StandingOf
from kneemon.session.stretch import Stretch

REST_S = 3600.0  # where no prescription says how long a rest has to be (row 12: an hour was tested)
RECENT_CONTACTS = 64  # more than fall into the longest press


@dataclass(frozen=True, slots=True)
class SessionParams:
    """start_by_walking: a walk of start_after_s starts a session, from its first step. rest_after_s without a step is a
    rest. end_after_s of stillness ends the session at its last step, or where a pause began or ended after it; 0 never
    does. From moderate_spm on walking is moderate or more, from vigorous_spm on vigorous."""

    start_by_walking: bool = False
    start_after_s: float = 60.0  # long enough not to be a walk through the house
    give_up_s: float = 30.0  # a pause this long, and what may have been a session's beginning was none
    rest_after_s: float = 10.0  # a kerb or a door is no rest
    end_after_s: float = 900.0  # a bench may take a quarter of an hour
    moderate_spm: float = 100.0  # row 18: the CADENCE studies' band
    vigorous_spm: float = 130.0  # row 19


class SessionMachine:
    """Idle, perhaps beginning, or walking a session."""

    def __init__(self, params: SessionParams, standing: StandingOf) -> None:
        self._params = params
        self._standing = standing
        self.reset()

    def reset(self) -> None:
        self._prescription: Prescription | None = None
        self._outing: Outing | None = None
        self._perhaps: Outing | None = None  # walking that may become a session
        self._held: list[SessionEvent] = []  # what it would have told
        self._armed = True  # after a stop by command only a rest lets walking start the next one
        self._last_contact_s = -inf
        self._recent_s: deque[float] = deque(maxlen=RECENT_CONTACTS)
        self._stretch = Stretch()
        self.signal_s = -inf  # of the newest sample

    @property
    def active(self) -> bool:
        return self._outing is not None

    @property
    def paused(self) -> bool:
        return self._outing is not None and self._outing.paused

    @property
    def started_s(self) -> float | None:
        return self._outing.started_s if self._outing else None

    def use(self, prescription: Prescription | None) -> None:
        """The dose for sessions that begin from now on."""
        self._prescription = prescription

    def start(self, command: StartSession) -> tuple[SessionEvent, ...]:
        if self._outing:
            return ()
        self._perhaps, self._held = None, []
        self._outing = self._outing_from(command.t_s)
        self._outing.pain_before = command.pain_before
        for contact_s in self._recent_s:  # a press is told when the button comes up: steps between the two count
            self._outing.contact(contact_s)
        return (
            SessionStarted(
                command.t_s, False, self._prescription, known_at_s=command.t_s, pain_before=command.pain_before
            ),
        )

    def stop(self, command: StopSession) -> Iterator[SessionEvent]:
        outing = self._outing
        if not outing:
            return
        if command.t_s - self.signal_s > 1.0:
            outing.gap(self.signal_s, command.t_s)  # the sensor had gone; its return will not tell this session
        self._armed = False
        # a late command undoes nothing
        ended_s = max(command.t_s, self.signal_s, outing.told_until_s, outing.quiet_since_s)
        reason = EndReason.SHUTDOWN if command.interrupted else EndReason.COMMAND
        yield from self._end(outing, ended_s, reason, known_at_s=ended_s)

    def pause(self, command: Pause) -> tuple[SessionEvent, ...]:
        if not self._outing or self._outing.paused:
            return ()
        return (PauseBegan(self._outing.pause(command.t_s)),)

    def resume(self, command: Resume) -> tuple[SessionEvent, ...]:
        if not self._outing or not self._outing.paused:
            return ()
        start_s, end_s = self._outing.resume(command.t_s, self._recent_s)
        return (PauseEnded(end_s, start_s),)

    def pain_before(self, command: PainBefore) -> tuple[SessionEvent, ...]:
        """The first number stands: a later one is of a knee that has walked."""
        if not self._outing or self._outing.pain_before is not None:
            return ()
        self._outing.pain_before = command.score
        return (PainBeforeTold(command.t_s, command.score),)

    def pain(self, command: MarkPain) -> tuple[SessionEvent, ...]:
        if not self._outing:
            return ()
        return (PainMarked(command.t_s, self._outing.pain(command.t_s, command.score)),)

    def score(self, command: ScorePain) -> tuple[SessionEvent, ...]:
        mark = self._outing.score(command.score) if self._outing else None
        return () if mark is None else (PainMarked(command.t_s, mark, scored=True),)

    def gave_way(self, command: MarkGaveWay) -> tuple[SessionEvent, ...]:
        if not self._outing:
            return ()
        at_s, times = self._outing.gave_way(command.t_s)
        return (GaveWay(command.t_s, at_s, times),)

    def alert(self, alert: Alert) -> None:
        if self._outing:
            self._outing.alert(alert)

    def signal(self, newest_s: float, clipped: int) -> None:
        """Samples have come, up to newest_s."""
        self.signal_s = newest_s
        for outing in (self._outing, self._perhaps):
            if outing and not outing.paused:
                outing.clip(clipped)

    def gait(self, event: GaitEvent) -> tuple[SessionEvent, ...]:
        """Take a gait event; time has been advanced to when it is known."""
        if isinstance(event, InitialContact):
            self._last_contact_s = event.t_s
            self._stretch.contact(event.t_s, self._rest_s(self._outing))
            self._recent_s.append(event.t_s)
            if self._armed and self._params.start_by_walking and not self._outing and not self._perhaps:
                self._perhaps = self._outing_from(event.t_s)
        elif isinstance(event, SignalGap):
            self._stretch.gap(event.start_s, event.end_s)
        for outing in (self._outing, self._perhaps):
            if outing and isinstance(event, InitialContact):
                outing.contact(event.t_s)
            elif outing and isinstance(event, CadenceEstimate):
                outing.cadence(event.cadence_spm)
            elif outing and isinstance(event, SignalGap):
                outing.gap(event.start_s, event.end_s)
        return self._promoted(event.known_at_s) if isinstance(event, InitialContact) else ()

    def advance(self, t_s: float, silent_since_s: float = inf) -> Iterator[SessionEvent]:
        """Let stream time pass to t_s: one Progress a second, none for a second without any signal."""
        end_after_s = self._params.end_after_s
        while (outing := self._outing) and outing.next_tick_s <= t_s:
            progress = self._tick(outing, outing.next_tick_s)
            if progress.t_s - 1.0 < silent_since_s:
                yield progress
            if end_after_s and progress.t_s - outing.quiet_since_s >= end_after_s:
                yield from self._end(outing, outing.quiet_since_s, EndReason.STILLNESS, progress.t_s)
        while self._perhaps and self._perhaps.next_tick_s <= t_s:
            held = self._tick(self._perhaps, self._perhaps.next_tick_s)
            if held.t_s - 1.0 < silent_since_s:
                self._held.append(held)
            if held.t_s - self._perhaps.quiet_since_s > self._params.give_up_s:
                self._perhaps, self._held = None, []
        if t_s - self._last_contact_s > self._params.rest_after_s:
            self._armed = True

    def _outing_from(self, t_s: float) -> Outing:
        return Outing(t_s, self._prescription, self._standing, self._params.rest_after_s, self._params)

    def _tick(self, outing: Outing, t_s: float) -> Progress:
        return outing.tick(t_s, self._stretch.walked_s(t_s, self._rest_s(outing)))

    def _rest_s(self, outing: Outing | None) -> float:
        """How long a rest ends a stretch: by the session's prescription, between sessions by the day's."""
        prescription = outing.prescription if outing else self._prescription
        return prescription.rest_s if prescription else REST_S

    def _promoted(self, known_at_s: float) -> tuple[SessionEvent, ...]:
        """Walking has become a session, from its first step on."""
        outing = self._perhaps
        if outing is None or outing.walking_s < self._params.start_after_s:
            return ()
        started = SessionStarted(outing.started_s, True, outing.prescription, known_at_s)
        events = (started, *self._held)
        self._outing, self._perhaps, self._held = outing, None, []
        return events

    def _end(self, outing: Outing, ended_s: float, reason: EndReason, known_at_s: float) -> Iterator[SessionEvent]:
        if ended_s > outing.told_until_s:
            yield self._tick(outing, ended_s)
        self._outing = None
        yield SessionEnded(ended_s, outing.summary(ended_s, reason), known_at_s)
