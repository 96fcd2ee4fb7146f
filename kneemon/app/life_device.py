# SPDX-License-Identifier: MIT
"""kneemon as a made-up person lives with it: the real parts of one boot, joined as the loop joins them.

Beside `app.loop`, which needs a sensor and real time: here steps are told to the engine, and whoever lives makes time
pass. What is asked is put to the person at once.
"""

from collections.abc import Callable, Sequence

from kneemon.app.compose import engine_params, interview_params
from kneemon.app.interview import Interview
from kneemon.app.logbook import Logbook
from kneemon.app.programme import Programme
from kneemon.config.options import Config
from kneemon.controls.intents import Intent
from kneemon.engine import Engine
from kneemon.engine import Event as EngineEvent
from kneemon.errors import StoreError
from kneemon.feedback.patterns import pattern_of
from kneemon.model.commands import Command, StopSession, UsePrescription
from kneemon.model.cues import Cue, CueKind
from kneemon.model.gait import GaitEvent
from kneemon.model.plans import Plan
from kneemon.model.questions import Ask
from kneemon.model.sessions import GaveWay, SessionEnded, SessionStarted
from kneemon.store.writer import Store
from kneemon.virtual.life.clock import LivedClock

SENSOR = "none: a made-up walker"
ANSWER_S = 5.0  # from a question to its answer
Walked = Callable[[float, float], Sequence[GaitEvent]]  # what is known at the end of: a start and so many seconds


class Thumb:
    """The question that waits for an answer; the Interview's asker."""

    def __init__(self) -> None:
        self.asked: Ask | None = None

    def ask(self, ask: Ask, t_s: float) -> Sequence[Intent]:  # noqa: ARG002
        self.asked = ask
        return ()

    def forget(self) -> None:
        """What was asked is told otherwise, or matters no more."""
        self.asked = None


class Device:
    """kneemon from one switching on to the next switching off; its parts are joined as the loop joins them.

    heard: the wearer, for each cue. reply: what they answer, None for nothing.
    """

    def __init__(self, store: Store, plan: Plan, clock: LivedClock, reply: Callable[[Ask], int | None]) -> None:
        self.programme = Programme(plan, store, clock)
        self.heard: Callable[[CueKind], None] = _nobody
        self.session_id: str | None = None  # of the newest walk
        self._store, self._clock, self._reply = store, clock, reply
        self._thumb = Thumb()
        self._engine = Engine(engine_params(Config(), plan))
        self._logbook = Logbook(store, clock, worn="waist", sensor=lambda: SENSOR)
        self._interview = Interview(
            self.programme,
            clock,
            interview_params(Config()),
            asker=self._thumb,
            do=self.command,
            say=self._say,
            now=clock.now_s,
        )

    @property
    def in_session(self) -> bool:
        return self._engine.in_session

    def look(self) -> None:
        """What has become due, and the dose that holds."""
        self.programme.look()
        self.command(UsePrescription(self._clock.now_s(), self.programme.prescription()))

    def set_off(self) -> bool:
        """The button, and all that is asked before a walk; True when it has begun."""
        self.look()
        self._interview.set_off(self._clock.now_s())
        self.answer_all()
        return self.in_session

    def command(self, command: Command) -> Sequence[EngineEvent]:
        events = self._engine.command(command)
        self._dispatch(events)
        return events

    def passes(self, seconds: float, steps: Walked | None = None) -> None:
        """Time, and what was walked in it."""
        start_s = self._clock.now_s()
        self._clock.wait(seconds)
        now_s = self._clock.now_s()
        found = steps(start_s, now_s - start_s) if steps else ()
        self._dispatch(self._engine.told(found, now_s))
        self._interview.passed(now_s, quiet=False)
        self.answer_all()

    def answer_all(self) -> None:
        """Whatever is asked is answered, or is not, until nothing is asked any more."""
        while (ask := self._thumb.asked) is not None:
            self._thumb.asked = None
            if not self.in_session:
                self._clock.wait(ANSWER_S)
                self._dispatch(self._engine.told((), self._clock.now_s()))
            value = self._reply(ask)
            if value is None:
                self._interview.unanswered(ask)
            else:
                self._interview.answered(ask, value, self._clock.now_s())
            if not self.in_session:
                self.look()

    def off(self, *, cut: bool = False) -> None:
        """Switched off; cut: the power is gone, and a walk that goes on is left open. Raises StoreError."""
        if self.in_session and not cut:
            self.command(StopSession(self._clock.now_s(), interrupted=True))
        self._store.flush()
        problem = self._store.problem()
        self._store.close()
        self._clock.off()
        if problem is not None:
            raise StoreError(
                "the made-up life",
                expected="a store that can be written",
                seen=problem.rstrip("."),
                remedy="Make room, or name a store elsewhere.",
            )

    def _say(self, kind: CueKind) -> float:
        self.heard(kind)
        return pattern_of(Cue(self._clock.now_s(), kind)).lasts_s

    def _dispatch(self, events: Sequence[EngineEvent]) -> None:
        of: list[str | None] = []
        for event in events:
            before = self._logbook.session_id
            if isinstance(event, Cue):
                self.heard(event.kind)
            self._logbook.keep(event)
            of.append(before or self._logbook.session_id)
            if isinstance(event, SessionStarted | GaveWay | SessionEnded) and self._logbook.record is not None:
                self.session_id = self._logbook.record.session_id
                self.programme.walked(self._logbook.record)
        for event, session_id in zip(events, of, strict=True):
            self._interview.follow(event, session_id)


def _nobody(kind: CueKind) -> None:
    """Hears a cue."""
