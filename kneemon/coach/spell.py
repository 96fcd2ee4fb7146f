# SPDX-License-Identifier: MIT
"""One stretch beyond a limit: a grace, then a cue, repeated a few times, then silence while the log goes on."""


class Spell:
    """When its next cue is due; seconds of stream time. grace_s: beyond the limit before the first cue."""

    def __init__(self, grace_s: float, repeat_s: float, most_repeats: int) -> None:
        self._grace_s = grace_s
        self._repeat_s = repeat_s
        self._most_repeats = most_repeats
        self.lasted_s = 0.0
        self._cues = 0
        self._last_s = 0.0

    def eased(self, passed_s: float) -> None:
        """The limit is kept: before the first cue that counts against the grace, so that hovering is not exceeding."""
        if self._cues == 0:
            self.lasted_s = max(0.0, self.lasted_s - passed_s)

    def due(self, t_s: float, lasted_s: float) -> bool:
        """Is a cue due at t_s, the limit being exceeded for lasted_s? When it is, it counts as said."""
        first = self._cues == 0 and lasted_s >= self._grace_s
        again = 0 < self._cues <= self._most_repeats and t_s - self._last_s >= self._repeat_s
        if not (first or again):
            return False
        self._cues, self._last_s = self._cues + 1, t_s
        return True
