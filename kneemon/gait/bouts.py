# SPDX-License-Identifier: MIT
"""Walking bouts: contacts joined across short breaks. A bout runs from its first to its last initial contact."""

from kneemon.gait.params import BoutParams
from kneemon.model.gait import BoutEnded, BoutStarted


class BoutTracker:
    """Takes contacts and the passing of time, both by the stream time at which they are known."""

    def __init__(self, params: BoutParams = BoutParams()) -> None:
        self._params = params
        self.reset()

    def reset(self) -> None:
        self._start_s: float | None = None
        self._last_s = 0.0
        self._steps = 0

    def contact(self, t_s: float, known_at_s: float) -> tuple[BoutStarted | BoutEnded, ...]:
        ended = self.passed(t_s, known_at_s)
        self._last_s = t_s
        self._steps += 1
        if self._start_s is None:
            self._start_s, self._steps = t_s, 1
            return (*ended, BoutStarted(t_s, known_at_s))
        return ended

    def passed(self, silent_until_s: float, known_at_s: float) -> tuple[BoutEnded, ...]:
        """No contact in (last, silent_until_s)."""
        if self._start_s is None or silent_until_s - self._last_s <= self._params.break_s:
            return ()
        return self.end(known_at_s)

    def end(self, known_at_s: float) -> tuple[BoutEnded, ...]:
        """Whatever is walked now, ends."""
        if self._start_s is None:
            return ()
        duration_s = self._last_s - self._start_s
        cadence_spm = 60.0 * (self._steps - 1) / duration_s if duration_s > 0 else None
        ended = BoutEnded(self._start_s, self._last_s, known_at_s, self._steps, cadence_spm)
        self.reset()
        return (ended,)
