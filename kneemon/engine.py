# SPDX-License-Identifier: MIT
"""The pure walk-through: a block of samples or a command in, events out, in the order in which they are known.

    block -> gait -> session -> coach        the plan stands behind session and coach as today's prescription

Deterministic: the same blocks and commands give the same events; the same samples in other blocks give the same events
too. It asks no clock: time is the samples' own, and passes for the session second by second as they come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kneemon.coach.coach import Coach, CoachParams
from kneemon.gait.detector import GaitDetector
from kneemon.gait.params import GaitParams
from kneemon.model.commands import (
    Command,
    MarkGaveWay,
    MarkPain,
    PainBefore,
    Pause,
    Resume,
    ScorePain,
    StartSession,
    StopSession,
    UsePrescription,
)
from kneemon.model.cues import LIMIT_CUES, Cue
from kneemon.model.gait import BoutEnded, BoutStarted, CadenceEstimate, GaitEvent, GaitState, InitialContact, SignalGap
from kneemon.model.plans import Prescription
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import Alert, SessionEnded, SessionEvent, SessionSummary
from kneemon.plan.dose import standing
from kneemon.plan.prescribe import after
from kneemon.session.machine import SessionMachine, SessionParams

SILENT_S = 30.0  # without a block time passes by the clock: a block may come late, so late it is none

Event = GaitEvent | SessionEvent | Cue


@dataclass(frozen=True, slots=True)
class EngineParams:
    """The whole middle."""

    gait: GaitParams = field(default_factory=GaitParams)
    session: SessionParams = field(default_factory=SessionParams)
    coach: CoachParams = field(default_factory=CoachParams)


class Engine:
    """See the module. `feed` and `command` return events; nothing else leaves."""

    def __init__(self, params: EngineParams = EngineParams()) -> None:
        self._gait = GaitDetector(params.gait)
        self._machine = SessionMachine(params.session, standing)
        self._coach = Coach(params.coach)
        self._today: Prescription | None = None

    @property
    def in_session(self) -> bool:
        return self._machine.active

    @property
    def paused(self) -> bool:
        return self._machine.paused

    @property
    def gait_state(self) -> GaitState:
        return self._gait.state

    def reset(self) -> None:
        self._gait.reset()
        self._machine.reset()
        self._coach.reset()
        self._today = None

    def feed(self, block: SampleBlock) -> tuple[Event, ...]:
        gait_events = self._gait.feed(block)
        if not len(block):
            return tuple(self._take(gait_events))
        return self._until(gait_events, float(block.t_s[-1]), block.clipped)

    def told(self, gait_events: Sequence[GaitEvent], newest_s: float) -> tuple[Event, ...]:
        """Beside `feed`, for a life that is made up without a signal: these were found in samples up to newest_s.

        In the order in which they are known, none known after newest_s. Without an `InitialContact` nobody walks, and
        without a `CadenceEstimate` the cadence is not known; time passes as it does for samples.
        """
        return self._until(gait_events, newest_s, 0)

    def command(self, command: Command) -> tuple[Event, ...]:
        """Do as asked; what makes no sense now (a stop without a session) changes nothing."""
        events: list[Event] = []
        self._session(self._machine.advance(command.t_s, silent_since_s=self._machine.signal_s + 1.0), events)
        self._session(self._done(command), events)
        return tuple(events)

    def passed(self, t_s: float) -> tuple[Event, ...]:
        """It is t_s, and perhaps no block has come for long: a walk ends though the sensor is away."""
        events: list[Event] = []
        if t_s - self._machine.signal_s > SILENT_S:
            self._session(self._machine.advance(t_s, silent_since_s=self._machine.signal_s + 1.0), events)
        return tuple(events)

    def flush(self) -> tuple[Event, ...]:
        """The stream is over; a session stays open until it is stopped."""
        return tuple(self._take(self._gait.flush()))

    def _done(self, command: Command) -> Iterable[SessionEvent]:
        machine = self._machine
        match command:
            case UsePrescription():
                self._today = command.prescription
                machine.use(self._today)
                return ()
            case StartSession():
                return machine.start(command)
            case StopSession():
                return machine.stop(command)
            case Pause():
                return machine.pause(command)
            case Resume():
                return machine.resume(command)
            case PainBefore():
                return machine.pain_before(command)
            case MarkPain():
                return machine.pain(command)
            case ScorePain():
                return machine.score(command)
            case MarkGaveWay():
                return machine.gave_way(command)

    def _until(self, gait_events: Sequence[GaitEvent], newest_s: float, clipped: int) -> tuple[Event, ...]:
        """What was found in samples up to newest_s, and the seconds that have passed by then."""
        events = self._take(gait_events)
        self._session(self._machine.advance(newest_s), events)
        self._machine.signal(newest_s, clipped)
        return tuple(events)

    def _take(self, gait_events: Sequence[GaitEvent]) -> list[Event]:
        events: list[Event] = []
        for event in gait_events:
            if isinstance(event, SignalGap):
                self._session(self._machine.advance(event.start_s), events)
                self._session(self._machine.advance(event.end_s, silent_since_s=event.start_s), events)
            else:
                self._session(self._machine.advance(_known_at_s(event)), events)
            events.append(event)
            self._session(self._machine.gait(event), events)
        return events

    def _session(self, session_events: Iterable[SessionEvent], events: list[Event]) -> None:
        for event in session_events:
            events.append(event)
            for cue in self._coach.feed(event):
                events.append(cue)
                self._record(cue)
            if isinstance(event, SessionEnded):
                self._walked(event.summary)

    def _walked(self, summary: SessionSummary) -> None:
        """Less is left of the day's dose, unless the session belonged to another day's."""
        dose, today = summary.prescription, self._today
        if today is not None and (dose is None or dose.day == today.day):
            self._today = after(today, summary.main_s)
            self._machine.use(self._today)

    def _record(self, cue: Cue) -> None:
        """A limit cue is part of the session's facts."""
        started_s = self._machine.started_s
        if cue.kind in LIMIT_CUES and started_s is not None:
            self._machine.alert(Alert(cue.kind, cue.t_s - started_s, cue.value, cue.limit))


def _known_at_s(event: InitialContact | CadenceEstimate | BoutStarted | BoutEnded) -> float:
    return event.t_s if isinstance(event, CadenceEstimate) else event.known_at_s
