# SPDX-License-Identifier: MIT
"""What the home may ask for beside the walker: silence for a while, limits, the plan's pause, documents once more.

Limits may be lowered; raising them needs the owner's `mqtt.allow_remote_raise`. Silence ends with the walk, and what
tells to stop is never hushed by a snooze. Every wish about limits and the plan is kept in the diary.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf

from kneemon.app import told
from kneemon.app.asked import Answer, Do
from kneemon.app.edges import Store
from kneemon.app.programme import Programme
from kneemon.engine import Event
from kneemon.errors import RefusalError
from kneemon.model.commands import Resume
from kneemon.model.cues import Cue, CueKind
from kneemon.model.diary import Choice, ChoiceKind
from kneemon.model.gait import InitialContact
from kneemon.model.home import PlanMode
from kneemon.model.plans import StateName
from kneemon.model.sessions import PauseEnded, SessionEnded
from kneemon.mqtt.commands import Code
from kneemon.mqtt.topics import Desired
from kneemon.plan.amended import strikes
from kneemon.ports import Clock, CuePlayer

MUTED_S = 7200.0  # without a walk
NO_PAUSE = (StateName.STOP_MEDICAL, StateName.REVIEW)
WALKS_ON = 60  # steps in a pause that the walker has not asked for: limits hold again
HUSHED = (CueKind.PACE_HIGH, CueKind.REST_DUE, CueKind.LIMIT_NEAR)  # reminders; what says stop is said


class Household:
    """muted: nothing is heard until the walk that is on, or the next one, is over; or for two hours without one."""

    def __init__(
        self,
        programme: Programme,
        store: Store,
        player: CuePlayer,
        clock: Clock,
        *,
        walking: Callable[[], bool],
        do: Do,
    ) -> None:
        """walking: a walk is on. do: does a command to the engine."""
        self._programme = programme
        self._store = store
        self._player = player
        self._clock = clock
        self._walking = walking
        self._do = do
        self._steps_in_pause = 0
        self.paused_from_afar = False
        self._hushed_until_s = -inf
        self._muted_s = 0.0
        self.muted = False

    def hushes(self, cue: Cue) -> bool:
        """Is this cue not to be played now?"""
        return cue.kind in HUSHED and self._clock.now_s() < self._hushed_until_s

    def follow(self, event: Event) -> None:
        """Silence ends with the walk; a pause from afar is watched."""
        if isinstance(event, InitialContact) and self.paused_from_afar:
            self._steps_in_pause += 1
        elif isinstance(event, PauseEnded | SessionEnded):
            self.paused_from_afar, self._steps_in_pause = False, 0
        if isinstance(event, SessionEnded):
            self._hushed_until_s = -inf
            self._mute(on=False)

    def watched(self, name: str, reply: Answer) -> Answer:
        """The home's request was answered so: a pause that nobody at the walk asked for is watched. On any thread."""
        self.paused_from_afar = self.paused_from_afar or (name == "pause" and reply["ok"] is True)
        return reply

    def look(self) -> None:
        """What nobody ended ends by itself: a mute without a walk, a pause from afar in which somebody walks on."""
        if self._steps_in_pause >= WALKS_ON:
            self._do(Resume(self._clock.now_s()))
        if self.muted and not self._walking() and self._clock.now_s() - self._muted_s >= MUTED_S:
            self._mute(on=False)

    def snooze(self, seconds: float) -> str:
        """No reminders for so long, of the walk that is on."""
        if not self._walking():
            raise RefusalError(
                "the reminders",
                code=Code.NOT_WALKING,
                expected="a walk that is on",
                seen="none",
                remedy="Between walks there are no reminders.",
            )
        self._hushed_until_s = self._clock.now_s() + seconds
        return f"No reminders for {seconds:.0f} seconds, or until the walk is over; what says stop is still said."

    def send_again(self, session_ids: Sequence[str] | None, since: datetime | None, *, detail: bool) -> str:
        """Put walks into the outbox once more: those named, or all that count and began at `since` (aware) or later."""
        if session_ids is None:
            struck = strikes(self._programme.entries).walks
            session_ids = [
                record.session_id
                for record in self._programme.walks
                if record.final and record.session_id not in struck and (since is None or record.started_at >= since)
            ]
        found = self._store.send_again(session_ids, detail=detail)
        if not found:
            raise RefusalError(
                "the walks to be sent again",
                code=Code.NO_SESSION,
                expected="walks that are stored and over",
                seen="none of that name or time",
                remedy="`kneemon sessions` lists them.",
            )
        return f"{found} {'walk goes' if found == 1 else 'walks go'} out again."

    def wish(self, key: str, value: str) -> str:
        """A setting from outside, its value checked before. Raises RefusalError, ControlError."""
        match Desired(key):
            case Desired.MUTE:
                self._mute(on=value == "ON")
                return "Muted until the walk is over." if self.muted else "Not muted."
            case Desired.PLAN:
                return self._wish_plan(PlanMode(value))
            case Desired.LIMIT_MIN:
                wish = replace(self._programme.wish, minutes=float(value) or None)
            case Desired.PACE_SPM:
                wish = replace(self._programme.wish, pace_spm=float(value) or None)
        return told.tell(self._programme, wish)

    def _mute(self, *, on: bool) -> None:
        self.muted, self._muted_s = on, self._clock.now_s()
        self._player.mute(on)

    def _wish_plan(self, mode: PlanMode) -> str:
        state = self._programme.state
        paused = state is not None and state.name is StateName.PAUSED
        if paused == (mode is PlanMode.PAUSE) and self._programme.certain:  # else an earlier wish may wait for the date
            return "It is so already."
        if (state is None and self._programme.certain) or (state and state.name in NO_PAUSE):
            raise RefusalError(
                "the plan",
                code=Code.NOT_ALLOWED if self._programme.plan else Code.NO_PLAN,
                expected="a plan that is walked by",
                seen="none" if state is None else f"one in the state {state.name.value}",
                remedy="`kneemon plan show` on the device tells more.",
            )
        return told.tell(self._programme, Choice(ChoiceKind.PAUSE if mode is PlanMode.PAUSE else ChoiceKind.RESUME))
