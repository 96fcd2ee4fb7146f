# SPDX-License-Identifier: MIT
"""A walker who tells the session machine of each contact as the engine does: known a little after it happened."""

from collections.abc import Iterable
from math import floor
from typing import TypeVar

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
from kneemon.model.gait import CadenceEstimate, InitialContact, SignalGap
from kneemon.model.plans import Prescription
from kneemon.model.sessions import Progress, SessionEnded, SessionEvent, SessionStarted, SessionSummary
from kneemon.plan.dose import standing
from kneemon.session.machine import SessionMachine, SessionParams

KNOWN_AFTER_S = 0.3
Told = TypeVar("Told", bound=SessionEvent)


class Stroll:
    """Leads a machine through time; `told` is everything it said."""

    def __init__(self, params: SessionParams = SessionParams(), prescription: Prescription | None = None) -> None:
        self.machine = SessionMachine(params, standing)
        self.machine.use(prescription)
        self.now_s = 0.0
        self.told: list[SessionEvent] = []
        self.steps: list[tuple[float, int]] = []  # when, and how many events were told before it was

    def start(self, *, late_s: float = 0.0, pain_before: int | None = None) -> None:
        self._hear(self.machine.advance(self.now_s - late_s))
        self._hear(self.machine.start(StartSession(self.now_s - late_s, pain_before)))

    def pain_before(self, score: int) -> None:
        self._hear(self.machine.advance(self.now_s))
        self._hear(self.machine.pain_before(PainBefore(self.now_s, score)))

    def stop(self, *, late_s: float = 0.0, interrupted: bool = False) -> None:
        self._hear(self.machine.advance(self.now_s - late_s))
        self._hear(self.machine.stop(StopSession(self.now_s - late_s, interrupted)))

    def pain(self, score: int | None = None) -> None:
        self._hear(self.machine.advance(self.now_s))
        self._hear(self.machine.pain(MarkPain(self.now_s, score)))

    def score(self, score: int) -> None:
        self._hear(self.machine.advance(self.now_s))
        self._hear(self.machine.score(ScorePain(self.now_s, score)))

    def gave_way(self) -> None:
        self._hear(self.machine.advance(self.now_s))
        self._hear(self.machine.gave_way(MarkGaveWay(self.now_s)))

    def pause(self, *, late_s: float = 0.0) -> None:
        self._hear(self.machine.advance(self.now_s - late_s))
        self._hear(self.machine.pause(Pause(self.now_s - late_s)))

    def resume(self, *, late_s: float = 0.0) -> None:
        self._hear(self.machine.advance(self.now_s - late_s))
        self._hear(self.machine.resume(Resume(self.now_s - late_s)))

    def walk(self, seconds: float, step_s: float = 0.5) -> None:
        """From a contact now; the last contact is known when the time is over."""
        for i in range(floor((seconds - KNOWN_AFTER_S) / step_s) + 1):
            self.step(self.now_s + i * step_s)
        self._pass(seconds)

    def step(self, t_s: float) -> None:
        self._hear(self.machine.advance(t_s + KNOWN_AFTER_S))
        self.steps.append((t_s, len(self.told)))
        self._hear(self.machine.gait(InitialContact(t_s, t_s + KNOWN_AFTER_S)))

    def cadence(self, cadence_spm: float | None) -> None:
        self._hear(self.machine.gait(CadenceEstimate(self.now_s, cadence_spm)))

    def rest(self, seconds: float) -> None:
        self._pass(seconds)

    def gap(self, seconds: float, since_s: float = 0.0) -> None:
        """The sensor is silent, from since_s ago; then its samples are back."""
        start_s = self.now_s - since_s
        self.now_s += seconds
        self._hear(self.machine.advance(self.now_s))
        self._hear(self.machine.gait(SignalGap(start_s, self.now_s, None)))
        self.machine.signal(self.now_s, 0)

    def gone(self, seconds: float) -> None:
        """The sensor is silent and stays away."""
        self.now_s += seconds

    def said(self, kind: type[Told]) -> list[Told]:
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def seconds(self) -> list[Progress]:
        return self.said(Progress)

    @property
    def begun(self) -> list[SessionStarted]:
        return self.said(SessionStarted)

    @property
    def summaries(self) -> list[SessionSummary]:
        return [event.summary for event in self.said(SessionEnded)]

    @property
    def summary(self) -> SessionSummary:
        """Of the only session that has ended."""
        (summary,) = self.summaries
        return summary

    def _pass(self, seconds: float) -> None:
        self.now_s += seconds
        self._hear(self.machine.advance(self.now_s))
        self.machine.signal(self.now_s, 0)

    def _hear(self, events: Iterable[SessionEvent]) -> None:
        self.told.extend(events)
