# SPDX-License-Identifier: MIT
"""Plays cues on whatever can be switched: buzzer, motor and light, all in the same rhythm.

One thread of its own. A late hint is worse than none, so of the passing cues only the newest is kept, and dropped once
its `fresh_s` is over; important cues are all said, oldest first, one that waits already standing for a second of its
kind. Between two cues there is always a silence, else a cue that cuts in would melt into the one it cut. What is to be
said twice is said once when something newer waits. Ticks answer a thumb and wait for no turn: each sounds in the next
silence, after the pulse that plays now; only a read-back is broken off, for its ticks would be counted with them.
It does not know pins; stream time in seconds.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event, Lock, Thread

import numpy as np
from numpy.typing import NDArray

from kneemon.feedback.outputs import NEVER_QUIET, Output, Quiet, Sense
from kneemon.feedback.patterns import PATTERNS, Pulse, pattern_of
from kneemon.feedback.shaking import Shaking
from kneemon.model.cues import Cue, CueKind
from kneemon.model.questions import MOST_REPS
from kneemon.model.samples import Array
from kneemon.ports import Clock

OFF_AGAIN_S = 1.0  # how often an output that runs on is switched off again
TICK = PATTERNS[CueKind.TICK].pulses[0]
TICKS_KEPT = MOST_REPS  # the most presses that mean something

Until = Callable[[], bool]


class PinPlayer:
    """A `ports.CuePlayer` on outputs; with none of them it is silent. Closing it closes them."""

    def __init__(self, outputs: Sequence[Output], clock: Clock, quiet: Quiet = NEVER_QUIET) -> None:
        self._outputs = tuple(outputs)
        self._clock = clock
        self._quiet = quiet
        self._muted = False
        self._shaking = Shaking() if any(output.sense is Sense.FELT for output in outputs) else None
        self._lock = Lock()
        self._ticks: deque[Cue] = deque(maxlen=TICKS_KEPT)
        self._important: dict[CueKind, Cue] = {}
        self._passing: Cue | None = None
        self._stirred = Event()  # something new waits, or we close
        self._closing = Event()
        self._runs_on = False  # an output did not let itself be switched off
        self._still_since_s = -np.inf  # when the last pulse ended
        self._thread = Thread(target=self._run, name="feedback", daemon=True)
        self._thread.start()

    def play(self, cue: Cue) -> None:
        """Raises ValueError for a read-back of no number from 0 to 15."""
        pattern_of(cue)
        with self._lock:
            if cue.kind is CueKind.TICK:
                self._ticks.append(cue)
            elif cue.important and cue.kind is CueKind.READ_BACK:
                self._important[cue.kind] = cue  # a number that waits has been corrected
            elif cue.important:
                self._important.setdefault(cue.kind, cue)
            else:
                self._passing = cue
            self._stirred.set()

    def shaken(self, t_s: Array) -> NDArray[np.bool_] | None:
        """See `ports.CuePlayer`; None, too, where nothing that shakes is wired."""
        return self._shaking.at(t_s) if self._shaking else None

    def mute(self, on: bool) -> None:
        """From the next cue on; see `ports.CuePlayer`."""
        self._muted = on

    def close(self) -> None:
        with self._lock:
            self._stirred.set()
            self._closing.set()
        self._thread.join()
        for output in self._outputs:
            output.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            cue = self._next()
            if cue is None and not self._runs_on:
                self._stirred.wait()
            elif cue is None:
                self._clock.wait(OFF_AGAIN_S, self._stirred)
                self._switch(self._outputs, on=False)
            elif cue.kind is CueKind.TICK:
                self._tick()
            else:
                self._say(cue)

    def _next(self) -> Cue | None:
        """Take the cue whose turn it is, past those that have gone stale; None when nothing waits, or we close."""
        with self._lock:
            while not self._closing.is_set():
                self._stirred.clear()
                if self._important:
                    return self._important.pop(next(iter(self._important)))
                cue: Cue | None
                if self._ticks:
                    cue = self._ticks.popleft()
                else:
                    cue, self._passing = self._passing, None
                if cue is None or self._fresh(cue):
                    return cue
        return None

    def _fresh(self, cue: Cue) -> bool:
        return self._clock.now_s() - cue.t_s <= cue.fresh_s

    def _say(self, cue: Cue) -> None:
        pattern = pattern_of(cue)
        cut = over = self._must_close if cue.important else self._must_give_way
        if cue.kind is CueKind.READ_BACK:  # ticks in it would be counted with the number
            over = partial(self._counted_anew, cut)
        outputs = self._awake(cue)
        if self._wait(self._apart_s(), cut):
            return
        for said in range(pattern.times):
            if said and self._silence(pattern.again_after_s, self._something_newer):
                break
            if any(self._sound(pulse, outputs, cut) or self._silence(pulse.off_s, over) for pulse in pattern.pulses):
                break
        self._silence(pattern.apart_s, self._must_close)
        self._switch(self._outputs, on=False)  # a cue leaves nothing on, whatever went wrong in it

    def _tick(self) -> bool:
        """One tick, apart from what sounded before; True when we close."""
        return self._wait(self._apart_s(), self._must_close) or self._sound(TICK, self._awake(), self._must_close)

    def _sound(self, pulse: Pulse, outputs: Sequence[Output], cut: Until) -> bool:
        """On, then off; True when it was cut short. The time that switching takes is part of the pulse."""
        began_s = self._clock.now_s()
        self._switch(outputs, on=True, pitch=pulse.pitch)
        cut_short = self._wait(pulse.on_s - (self._clock.now_s() - began_s), cut)
        self._switch(self._outputs, on=False)
        self._still_since_s = self._clock.now_s()
        return cut_short

    def _silence(self, seconds: float, cut: Until) -> bool:
        """Nothing for so long but the ticks that can begin in it; True when it was cut."""
        end_s, left_s = self._clock.now_s() + seconds, seconds
        while self._wait(left_s, lambda: cut() or self._tick_before(end_s)):
            if cut():
                return True
            if self._fresh(self._ticks.popleft()) and self._tick():
                return True
            left_s = max(end_s - self._clock.now_s(), self._apart_s())
        return False

    def _wait(self, seconds: float, until: Until) -> bool:
        """Let `seconds` pass, or less; True when `until` says so."""
        end_s, left_s = self._clock.now_s() + seconds, seconds
        while True:
            with self._lock:
                self._stirred.clear()
                if until():
                    return True
            if left_s <= 0 or not self._clock.wait(left_s, self._stirred):
                return False
            left_s = end_s - self._clock.now_s()

    def _must_close(self) -> bool:
        return self._closing.is_set()

    def _must_give_way(self) -> bool:
        return bool(self._important) or self._closing.is_set()

    def _counted_anew(self, cut: Until) -> bool:
        return bool(self._ticks) or cut()

    def _something_newer(self) -> bool:
        return self._passing is not None or self._must_give_way()

    def _tick_before(self, end_s: float) -> bool:
        """A tick waits, and can begin before end_s."""
        return bool(self._ticks) and self._still_since_s + TICK.off_s < end_s

    def _apart_s(self) -> float:
        """How long a silence is still needed, so that two sounds do not melt into one."""
        return self._still_since_s + TICK.off_s - self._clock.now_s()

    def _awake(self, cue: Cue | None = None) -> Sequence[Output]:
        """The outputs for what begins now. What is important passes a mute where nothing of it could be felt."""
        felt = any(output.sense is Sense.FELT for output in self._outputs)
        muted = self._muted and (felt or cue is None or not cue.important)
        if not (muted or self._quiet.now(self._clock)):
            return self._outputs
        return tuple(output for output in self._outputs if output.sense is not Sense.HEARD)

    def _switch(self, outputs: Sequence[Output], *, on: bool, pitch: float = 1.0) -> None:
        if not on:
            failed = [output for output in outputs if not output.off()]
            self._runs_on = bool(failed)
            if self._shaking:
                self._shaking.ended(self._clock.now_s())
            return
        if self._shaking:
            self._shaking.began(self._clock.now_s())
        felt = [output.sense is Sense.FELT for output in outputs if output.on(pitch)]
        if self._shaking and not any(felt):
            self._shaking.never_began()
