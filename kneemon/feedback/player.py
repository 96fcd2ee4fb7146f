# SPDX-License-Identifier: MIT
"""Plays cues on whatever can be switched: buzzer, motor and light, all in the same rhythm.

One thread of its own. A late hint is worse than none, so of the passing cues only the newest is kept, and dropped once
its `fresh_s` is over; important cues are all said, oldest first, one that waits already standing for a second of its
kind. Between two cues there is always a silence, else a cue that cuts in would melt into the one it cut. What is to be
said twice is said once when something newer waits. It does not know pins; stream time in seconds.
"""

import logging
from collections.abc import Sequence
from threading import Event, Lock, Thread
from typing import Protocol

from kneemon.feedback.patterns import PATTERNS, Pulse
from kneemon.model.cues import Cue, CueKind
from kneemon.ports import Clock

log = logging.getLogger(__name__)

BETWEEN_CUES_S = 0.6


class Switch(Protocol):
    """Something that can be on or off; the gpiozero devices are."""

    def on(self) -> None: ...

    def off(self) -> None: ...

    def close(self) -> None: ...


class PinPlayer:
    """A `ports.CuePlayer` on switches; with none of them it is silent. Closing it closes them."""

    def __init__(self, outputs: Sequence[Switch], clock: Clock) -> None:
        self._outputs = tuple(outputs)
        self._clock = clock
        self._lock = Lock()
        self._important: dict[CueKind, Cue] = {}
        self._passing: Cue | None = None
        self._waiting = Event()  # a cue waits, or we close
        self._pressing = Event()  # an important cue waits, or we close
        self._closing = Event()
        self._told_of_fault = False
        self._thread = Thread(target=self._run, name="feedback", daemon=True)
        self._thread.start()

    def play(self, cue: Cue) -> None:
        with self._lock:
            if cue.important:
                self._important.setdefault(cue.kind, cue)
                self._pressing.set()
            else:
                self._passing = cue
            self._waiting.set()

    def close(self) -> None:
        with self._lock:
            for event in (self._closing, self._pressing, self._waiting):
                event.set()
        self._thread.join()
        for output in self._outputs:
            output.close()

    def _run(self) -> None:
        while self._waiting.wait() and not self._closing.is_set():
            cue = self._next()
            if cue is not None:
                self._say(cue)

    def _next(self) -> Cue | None:
        """Take the cue whose turn it is; None when what waited has gone stale, or we close."""
        with self._lock:
            if self._closing.is_set():
                return None
            cue: Cue | None
            if self._important:
                cue = self._important.pop(next(iter(self._important)))
            else:
                cue, self._passing = self._passing, None
            if not self._important:
                self._pressing.clear()
                if self._passing is None:
                    self._waiting.clear()
        if cue is None or cue.important or self._clock.now_s() - cue.t_s <= cue.fresh_s:
            return cue
        return None

    def _say(self, cue: Cue) -> None:
        pattern = PATTERNS[cue.kind]
        cut = self._closing if cue.important else self._pressing
        for said in range(pattern.times):
            if said and self._clock.wait(pattern.again_after_s, self._waiting):
                break
            if not all(self._sound(pulse, cut) for pulse in pattern.pulses):
                break
        self._clock.wait(BETWEEN_CUES_S, self._closing)

    def _sound(self, pulse: Pulse, cut: Event) -> bool:
        """One pulse and the silence after it; False when it was cut short."""
        self._switch(on=True)
        cut_short = self._clock.wait(pulse.on_s, cut)
        self._switch(on=False)
        return not cut_short and not self._clock.wait(pulse.off_s, cut)

    def _switch(self, *, on: bool) -> None:
        for output in self._outputs:
            try:
                if on:
                    output.on()
                else:
                    output.off()
            except Exception as fault:  # noqa: BLE001  pin libraries raise what they like; the other outputs go on
                if not self._told_of_fault:
                    self._told_of_fault = True
                    log.warning("an output cannot be switched: %s", fault)
