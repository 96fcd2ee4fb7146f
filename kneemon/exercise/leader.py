# SPDX-License-Identifier: MIT
"""Leads through a routine: cues at its tempo, repetitions and holds as the sensor sees them, rests, the next leg.

    leader = Leader(routine, t_s)        from now on, in stream time; nothing is said before the first call below
    leader.feed(block)                   samples, as to the engine
    leader.passed(t_s)                   it is t_s: call it every 50 ms or so, a beat is only as even as that
    leader.skip(t_s), leader.stop(t_s)   ends this set or this rest; ends it all
    leader.correct(reps, t_s)            the newest set's repetitions, as the walker counted them; also after the end
    leader.over                          all is done or was stopped

Each gives ExerciseEvents in the order of their instants. A set that was corrected is told again, with the same number
and `ask` False: the newer one counts. The legs take turns: the first set of each, then the second.
"""

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from kneemon.exercise.heel_raise import RepCounter, RepParams
from kneemon.exercise.hold import HoldParams, HoldTimer
from kneemon.model.cues import Cue, CueKind
from kneemon.model.diary import ExerciseSet, Leg
from kneemon.model.exercises import ExerciseEvent, Routine, RoutineEnded, SetEnded
from kneemon.model.samples import SampleBlock


@dataclass(frozen=True, slots=True)
class LeaderParams:
    """Expert choices, all of them."""

    lead_in_s: float = 3.0  # from "the next one begins" to its first beat: time to stand up straight and take hold
    patience: float = 1.5  # a set lasts at most so many times what its goal takes
    slack_s: float = 3.0  # after the last beat of the goal: time to finish it and to see it, before more beats
    trusted: float = 0.5  # seen less of the goal than this by then: the sensor cannot tell that more are needed
    seen: float = 0.8  # with samples for less of the set than this, nothing is known about it
    reps: RepParams = field(default_factory=RepParams)
    hold: HoldParams = field(default_factory=HoldParams)


class _Phase(Enum):
    LEAD_IN = auto()
    SET = auto()
    REST = auto()
    OVER = auto()


class Leader:
    """See the module. Raises ValueError for a routine with nothing to do."""

    def __init__(self, routine: Routine, t_s: float, params: LeaderParams = LeaderParams()) -> None:
        if not (routine.sets > 0 and routine.legs and (routine.reps > 0) != (routine.hold_s > 0.0)):
            raise ValueError(f"a routine has sets, legs, and either repetitions or a hold, not {routine}")
        self._routine = routine
        self._params = params
        self._counter = RepCounter(params.reps, routine.up_s + routine.down_s)
        self._timer = HoldTimer(params.hold)
        self._legs: tuple[Leg, ...] = routine.legs * routine.sets
        self._number = 0  # of the running set, from 1
        self._phase = _Phase.REST
        self._until_s = t_s  # when the phase is over, unless something ends it before
        self._begun_s = t_s  # of the set
        self._beat_s = float("inf")  # the next one's instant
        self._beats = 0
        self._reps_s: list[float] = []
        self._newest_s: float | None = None  # of the samples within the set
        self._missing_s = 0.0
        self._skipped = False
        self._told: ExerciseSet | None = None  # the newest one

    @property
    def over(self) -> bool:
        return self._phase is _Phase.OVER

    def feed(self, block: SampleBlock) -> tuple[ExerciseEvent, ...]:
        """block: the engine's, as it is; the samples in which the motor shook are left out by themselves."""
        events: list[ExerciseEvent] = []
        begin, n = 0, len(block)
        while begin < n:
            due_s = self._due_s()
            end = begin + int(block.t_s[begin:].searchsorted(due_s, side="left"))
            if end > begin:
                self._samples(_part(block, begin, end), events)
                begin = end
            else:
                self._advance(float(block.t_s[begin]), events)
        return tuple(events)

    def passed(self, t_s: float) -> tuple[ExerciseEvent, ...]:
        events: list[ExerciseEvent] = []
        self._advance(t_s, events)
        return tuple(events)

    def skip(self, t_s: float) -> tuple[ExerciseEvent, ...]:
        """The running set ends here, with what was done of it, or the rest does."""
        events: list[ExerciseEvent] = []
        self._advance(t_s, events)
        if self._phase is _Phase.REST:
            self._until_s = t_s
            self._advance(t_s, events)
        elif self._phase in (_Phase.LEAD_IN, _Phase.SET):
            self._skipped = True
            self._end_set(t_s, events, broken=False)
        return tuple(events)

    def stop(self, t_s: float) -> tuple[ExerciseEvent, ...]:
        events: list[ExerciseEvent] = []
        self._advance(t_s, events)
        if self._phase is _Phase.OVER:
            return tuple(events)
        if self._phase is _Phase.SET:
            self._tell_set(t_s, events, broken=False)
        self._phase = _Phase.OVER
        events += [Cue(t_s, CueKind.STOPPED), RoutineEnded(t_s, whole=False)]
        return tuple(events)

    def correct(self, reps: int, t_s: float) -> tuple[ExerciseEvent, ...]:
        """Nothing where no set with repetitions has ended."""
        if self._told is None or not self._routine.reps:
            return ()
        self._told = replace(self._told, reps=reps)
        return (SetEnded(t_s, self._told, ask=False),)

    def _due_s(self) -> float:
        """The next instant at which something happens by itself."""
        if self._phase is _Phase.OVER:
            return float("inf")
        return min(self._until_s, self._beat_s) if self._phase is _Phase.SET else self._until_s

    def _advance(self, t_s: float, events: list[ExerciseEvent]) -> None:
        while (due_s := self._due_s()) <= t_s:
            if self._phase is _Phase.REST:
                self._number += 1
                self._phase, self._until_s = _Phase.LEAD_IN, due_s + self._params.lead_in_s
                events.append(Cue(due_s, CueKind.SET_BEGIN))
            elif self._phase is _Phase.LEAD_IN:
                self._begin_set(due_s, events)
            elif due_s < self._until_s:
                self._beat(due_s, events)
            else:
                self._end_set(due_s, events, broken=False)

    def _begin_set(self, t_s: float, events: list[ExerciseEvent]) -> None:
        routine, p = self._routine, self._params
        self._phase, self._begun_s = _Phase.SET, t_s
        self._beats, self._reps_s, self._missing_s, self._newest_s = 0, [], 0.0, t_s
        if routine.reps:
            self._beat_s = t_s
            self._until_s = t_s + p.patience * self._goal_s()
            return
        self._beat_s = float("inf")
        self._until_s = t_s + routine.hold_s
        if routine.still:
            self._until_s += p.hold.settle_most_s + p.slack_s  # the timer ends it before, while there are samples
            self._timer.start(t_s, routine.hold_s)
        events.append(Cue(t_s, CueKind.HOLD_BEGIN))

    def _goal_s(self) -> float:
        return self._routine.reps * (self._routine.up_s + self._routine.down_s)

    def _beat(self, t_s: float, events: list[ExerciseEvent]) -> None:
        """Up, or down. After the last beat of the goal it waits: the last repetition is known only when it is over."""
        routine = self._routine
        up = self._beats % 2 == 0
        if self._beats == 2 * routine.reps and len(self._reps_s) < self._params.trusted * routine.reps:
            self._until_s = t_s
            return
        events.append(Cue(t_s, CueKind.BEAT_UP if up else CueKind.BEAT_DOWN, fresh_s=0.5))
        self._beats += 1
        self._beat_s = t_s + (routine.up_s if up else routine.down_s)
        if self._beats == 2 * routine.reps:
            self._beat_s += self._params.slack_s

    def _samples(self, block: SampleBlock, events: list[ExerciseEvent]) -> None:
        """All of them before the next due instant; the set may end among them."""
        if self._phase is _Phase.SET:
            self._missed(block.t_s.tolist())
        for rep in self._counter.feed(block):
            if self._phase is _Phase.SET and self._routine.reps and rep.t_s >= self._begun_s:
                self._reps_s.append(rep.t_s)
                if len(self._reps_s) == self._routine.reps:
                    self._end_set(max(rep.known_at_s, self._begun_s), events, broken=False)
        if self._phase is _Phase.SET and self._routine.hold_s and self._routine.still:
            for ended in self._timer.feed(block):
                self._end_set(ended.t_s, events, broken=ended.touched, held_s=ended.held_s)

    def _missed(self, stamps_s: list[float]) -> None:
        """Time within the set for which there are no samples, in holes of more than a second."""
        for t_s in stamps_s:
            hole_s = t_s - (self._begun_s if self._newest_s is None else self._newest_s)
            self._missing_s += hole_s if hole_s > 1.0 else 0.0
            self._newest_s = t_s

    def _end_set(self, t_s: float, events: list[ExerciseEvent], *, broken: bool, held_s: float | None = None) -> None:
        if self._phase is _Phase.SET:
            events.append(Cue(t_s, CueKind.TOUCHED if broken else CueKind.SET_DONE))
            self._tell_set(t_s, events, broken=broken, held_s=held_s)
        if self._number < len(self._legs):
            self._phase, self._until_s = _Phase.REST, t_s + self._routine.rest_s
            return
        self._phase = _Phase.OVER
        events += [Cue(t_s, CueKind.EXERCISE_DONE), RoutineEnded(t_s, whole=not self._skipped)]

    def _tell_set(self, t_s: float, events: list[ExerciseEvent], *, broken: bool, held_s: float | None = None) -> None:
        routine = self._routine
        done = ExerciseSet(routine.exercise, self._legs[self._number - 1], routine.level, self._number)
        if routine.reps:
            counted = len(self._reps_s) if self._known(t_s) else None
            done = replace(done, counted=counted, reps=counted, goal=routine.reps, tempo_s=self._tempo_s())
        else:
            if held_s is None and not routine.still:
                held_s = min(t_s - self._begun_s, routine.hold_s)
            elif held_s is None and self._known(t_s):
                held_s = self._timer.held_s(t_s)
            done = replace(done, held_s=held_s, goal_s=routine.hold_s, touched=broken)
        self._told = done
        events.append(SetEnded(t_s, done, ask=bool(routine.reps)))

    def _known(self, t_s: float) -> bool:
        """Enough of the set was seen to tell anything about it."""
        self._missed([t_s])
        return self._missing_s <= (1.0 - self._params.seen) * (t_s - self._begun_s)

    def _tempo_s(self) -> float | None:
        """Mean seconds of a repetition, of three or more."""
        reps_s = self._reps_s
        return (reps_s[-1] - reps_s[0]) / (len(reps_s) - 1) if len(reps_s) >= 3 else None


def _part(block: SampleBlock, begin: int, end: int) -> SampleBlock:
    shaken = None if block.shaken is None else block.shaken[begin:end]
    return replace(block, t_s=block.t_s[begin:end], acc_g=block.acc_g[begin:end], lost_before=0, shaken=shaken)
