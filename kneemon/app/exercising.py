# SPDX-License-Identifier: MIT
"""An exercise that is being done: samples to its leader, cues to the wearer, sets into the diary.

Exercises and walks exclude each other: an exercise begins between walks only, and a walk that begins ends it.
"""

from collections.abc import Callable, Sequence

from kneemon.app.programme import Programme
from kneemon.errors import ControlError
from kneemon.exercise.leader import Leader
from kneemon.feedback.patterns import PATTERNS
from kneemon.model.cues import Cue, CueKind
from kneemon.model.diary import ExerciseKind, Leg
from kneemon.model.exercises import ExerciseEvent, SetEnded
from kneemon.model.plans import ExerciseRules
from kneemon.model.samples import SampleBlock
from kneemon.plan.exercises import routine_for


class Exercising:
    """play: a cue. ask: let the walker correct the repetitions, from stream time t_s on."""

    def __init__(self, programme: Programme, *, play: Callable[[Cue], None], ask: Callable[[float], None]) -> None:
        self._programme = programme
        self._play = play
        self._ask = ask
        self._leader: Leader | None = None

    @property
    def on(self) -> bool:
        return self._leader is not None and not self._leader.over

    def begin(
        self,
        kind: ExerciseKind,
        t_s: float,
        *,
        leg: Leg | None = None,
        level: int | None = None,
        minutes: float | None = None,
    ) -> str:
        """Begin it at its dose; a sentence for who has a screen. Raises ControlError, PlanError when it cannot be."""
        programme = self._programme
        if programme.stopped and kind is not ExerciseKind.COLD:
            self._play(Cue(t_s, CueKind.GET_ADVICE, important=True))
            raise ControlError(
                "the exercise",
                expected="a plan that is not stopped",
                seen="one that waits for a professional's advice",
                remedy="`kneemon plan advised` confirms that you have it.",
            )
        rules = programme.plan.exercises if programme.plan else ExerciseRules()
        routine = routine_for(
            kind,
            rules,
            programme.exercise_sets(),
            programme.colours(),
            physio=programme.plan.physio if programme.plan else False,
            level=level,
            leg=leg,
            minutes=minutes,
        )
        self._leader = Leader(routine, t_s)
        dose = _dose(routine.sets, routine.reps, routine.hold_s)
        return f"{kind.value.replace('_', ' ')}: {dose}. Hold the button to stop."

    def feed(self, block: SampleBlock) -> None:
        if self._leader is not None:
            self._take(self._leader.feed(block))

    def passed(self, t_s: float) -> None:
        if self._leader is not None:
            self._take(self._leader.passed(t_s))

    def skip(self, t_s: float) -> None:
        if self._leader is not None:
            self._take(self._leader.skip(t_s))

    def stop(self, t_s: float) -> None:
        if self._leader is not None:
            self._take(self._leader.stop(t_s))

    def correct(self, reps: int, t_s: float) -> str:
        """The repetitions of the newest set were these. Raises ControlError without one."""
        if self._leader is None or not (events := self._leader.correct(reps, t_s)):
            raise ControlError("the repetitions", expected="a set just done", seen="none", remedy="Do one first.")
        self._take(events)
        return f"{reps} repetitions are noted."

    def _take(self, events: Sequence[ExerciseEvent]) -> None:
        for event in events:
            if isinstance(event, Cue):
                self._play(event)
            elif isinstance(event, SetEnded):
                self._programme.tell(event.done)
                if event.ask:
                    self._play(Cue(event.t_s, CueKind.ASK_REPS))
                    self._ask(event.t_s + PATTERNS[CueKind.ASK_REPS].lasts_s)


def _dose(sets: int, reps: int, hold_s: float) -> str:
    if reps:
        return f"{sets} × {reps}"
    return f"{sets} × {hold_s:g} s"
