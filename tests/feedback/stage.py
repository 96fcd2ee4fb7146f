# SPDX-License-Identifier: MIT
"""A player on a stage: time that its own waiting makes pass, and outputs that know their past."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from heapq import heappop, heappush
from itertools import count
from threading import Event, Semaphore

from kneemon.feedback.outputs import NEVER_QUIET, Output, Quiet, Sense, Switch
from kneemon.feedback.player import PinPlayer
from kneemon.model.cues import Cue, CueKind
from kneemon.model.records import TimeAnchor

PATIENCE_S = 20.0
START_S = 100.0


class StageClock:
    """A ports.Clock for one waiting thread: its waiting is what makes time pass.

    What is to happen at a time (`at`) happens within the wait that spans it, on the waiting thread.
    """

    def __init__(self) -> None:
        self._now_s = START_S
        self._script: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self.local = time(12, 0)
        self.synchronised = True

    def at(self, t_s: float, action: Callable[[], object]) -> None:
        heappush(self._script, (t_s, next(self._order), action))

    def now_s(self) -> float:
        return self._now_s

    def wait(self, seconds: float, until: Event | None = None) -> bool:
        end_s = self._now_s + seconds
        while self._script and self._script[0][0] <= end_s and not (until is not None and until.is_set()):
            self._now_s, _, action = heappop(self._script)
            action()
        if until is not None and until.is_set():
            return True
        self._now_s = end_s
        return False

    def anchor(self) -> TimeAnchor:
        return TimeAnchor("stage", self._now_s, datetime(2026, 11, 22, tzinfo=UTC), self.synchronised)

    def today(self) -> date:
        raise NotImplementedError

    def zone(self) -> str:
        raise NotImplementedError

    def time_of_day(self) -> time:
        return self.local

    def live_in(self, zone: str) -> None:
        raise NotImplementedError


class Lamp:
    """A Switch that knows its past: `pulses` holds (start, length) in seconds, to the millisecond.

    `spoken` counts the cues that are over: the player sees to it then that everything is off, which it is already.
    """

    def __init__(self, clock: StageClock) -> None:
        self._clock = clock
        self.spoken = Semaphore(0)
        self._since_s: float | None = None
        self.pulses: list[tuple[float, float]] = []
        self.closed = False
        self.faults: list[str] = []  # the player survives an output that raises, so what is wrong is kept

    def on(self) -> None:
        if self.closed:
            self.faults.append("used after it was closed")
        if self._since_s is not None:
            self.faults.append("switched on twice: two cues have melted into one")
        self._since_s = self._clock.now_s()

    def off(self) -> None:
        if self.closed:
            self.faults.append("used after it was closed")
        if self._since_s is not None:
            start_s, length_s = self._since_s - START_S, self._clock.now_s() - self._since_s
            self.pulses.append((round(start_s, 3), round(length_s, 3)))
            self._since_s = None
        else:
            self.spoken.release()

    def close(self) -> None:
        self.closed = True


class Stage:
    """One player, one lamp, perhaps other outputs, one clock; times of the stage count from its beginning."""

    def __init__(
        self, others: Sequence[tuple[Sense, Callable[[StageClock], Switch]]] = (), quiet: Quiet = NEVER_QUIET
    ) -> None:
        self.clock = StageClock()
        self.output = Lamp(self.clock)
        outputs = [Output(sense, make(self.clock)) for sense, make in others]
        self.player = PinPlayer([*outputs, Output(Sense.SEEN, self.output)], self.clock, quiet)

    def at(
        self, t_s: float, kind: CueKind, *, important: bool = False, fresh_s: float = 3.0, value: float | None = None
    ) -> None:
        cue = Cue(START_S + t_s, kind, important=important, fresh_s=fresh_s, value=value)
        self.clock.at(cue.t_s, lambda: self.player.play(cue))

    def play(self, kind: CueKind, *, important: bool = False, t_s: float = 0.0, value: float | None = None) -> None:
        """Now; what comes later must have been set before, with `at`."""
        self.player.play(Cue(START_S + t_s, kind, important=important, value=value))

    def pulses_after(self, cues: int) -> list[tuple[float, float]]:
        """All pulses, once so many cues have been said or cut short, and the player is closed."""
        for _ in range(cues):
            assert self.output.spoken.acquire(timeout=PATIENCE_S), "a cue was not said"
        self.player.close()
        assert self.output.faults == []
        return self.output.pulses
