# SPDX-License-Identifier: MIT
"""How long the knee has walked since its last long rest, whatever sessions that walking fell into, or none.

A rest is time in which the sensor was there and no foot met the ground. Of time without signal nobody knows whether it
was walked or rested: it is neither, unless it alone is as long as the rest that is asked for. Stream time, seconds.
"""

from kneemon.session.outing import BREAK_S


class Stretch:
    """Contacts and gaps in the order in which they are known."""

    def __init__(self) -> None:
        self._walked_s = 0.0
        self._last_contact_s: float | None = None
        self._lost_s = 0.0  # without signal since then, all gaps together
        self._longest_gap_s = 0.0

    def contact(self, t_s: float, rest_s: float) -> None:
        """A foot met the ground at t_s; rest_s: how long a rest has to be to begin a new stretch."""
        since_s = self._last_contact_s
        self._walked_s = self.walked_s(t_s, rest_s)
        if since_s is not None and 0.0 < t_s - since_s <= BREAK_S:
            self._walked_s += t_s - since_s
        self._last_contact_s, self._lost_s, self._longest_gap_s = t_s, 0.0, 0.0

    def gap(self, start_s: float, end_s: float) -> None:
        """No signal in [start_s, end_s)."""
        self._lost_s += end_s - start_s
        self._longest_gap_s = max(self._longest_gap_s, end_s - start_s)

    def walked_s(self, t_s: float, rest_s: float) -> float:
        """As of t_s; 0 when a rest of rest_s has passed by then."""
        if self._last_contact_s is None:
            return 0.0
        still_s = t_s - self._last_contact_s - self._lost_s
        return 0.0 if max(still_s, self._longest_gap_s) >= rest_s else self._walked_s
