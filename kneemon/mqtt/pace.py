# SPDX-License-Identifier: MIT
"""How patient the publisher is with a broker.

Waiting between two connections is done in real seconds, since a broker knows no paced clock; short_s and all that
follows connack_s is measured on the given clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom

_uniform = SystemRandom().uniform


@dataclass(frozen=True, slots=True)
class Pace:
    """The publisher's patience. Tests make it short, nobody else needs to."""

    # A broker that is away: full jitter up to first_s, doubling to most_s. Thousands must not come back at once.
    first_s: float = 1.0
    most_s: float = 300.0
    # A broker that does not want us: after `patience` refusals half to all of refused_s, doubling to refused_most_s.
    refused_s: float = 300.0
    refused_most_s: float = 3600.0
    patience: int = 3
    # A connection that lasts less has been cut short; more than `cuts` in a row are somebody else's doing.
    short_s: float = 60.0
    cuts: int = 3
    # A broker that accepts a connection but says nothing: a name may resolve slowly, a CONNACK has no such excuse.
    dial_s: float = 20.0
    connack_s: float = 5.0
    # The outbox: a long row of documents must not crowd out the live state, a refused one is tried again later.
    window: int = 10
    rows_per_s: float = 20.0
    heard_per_s: float = 200.0
    retry_s: float = 300.0
    # A collector that did not say that it has stored a document gets it again.
    collector_s: float = 3600.0
    # Documents of a device that has just got a network wait for the right time, which comes at once or not at all.
    unsynced_s: float = 30.0
    # The day and the newest walk are told when the outbox is empty, at the latest this long after the connect.
    late_s: float = 600.0
    # What is retained expires while nothing changes: all is told again before half of the shortest expiry (state, 1 h).
    refresh_s: float = 1500.0
    # The live state between changes; how the device does, and its mere figures between two such documents.
    live_s: float = 5.0
    diag_s: float = 600.0
    figures_s: float = 60.0
    # A moment older than this is told nobody.
    moment_s: float = 60.0
    # Home Assistant has started: thousands must not announce themselves at once.
    birth_least_s: float = 2.0
    birth_most_s: float = 10.0
    # A short loss of the link is not told: the will waits, and the session has to outlive the wait.
    will_delay_s: int = 30
    session_s: int = 60
    # What is on its way at the end has this long.
    close_s: float = 2.0

    def birth_s(self) -> float:
        """How long to wait, this time, before a Home Assistant that has just started is told everything again."""
        return _uniform(self.birth_least_s, self.birth_most_s)


class Backoff:
    """When to try again.

    uniform: draws a number between its two arguments.
    """

    def __init__(self, pace: Pace, uniform: Callable[[float, float], float] = _uniform) -> None:
        self._pace = pace
        self._uniform = uniform
        self._failures = 0
        self._refusals = 0

    def after_failure(self) -> float:
        """Seconds to wait for a broker that is away."""
        pace = self._pace
        most_s = _doubled(pace.first_s, self._failures, pace.most_s)
        self._failures += 1
        return self._uniform(0.0, most_s)

    def after_refusal(self, *, patience: int) -> float:
        """Seconds to wait for a broker that does not want us; the first `patience` refusals count as mere failures."""
        self._refusals += 1
        if self._refusals <= patience:
            return self.after_failure()
        pace = self._pace
        most_s = _doubled(pace.refused_s, self._refusals - patience - 1, pace.refused_most_s)
        return self._uniform(most_s / 2, most_s)

    def connected(self) -> None:
        """The broker is there, but may still throw us out."""
        self._failures = 0

    def settled(self) -> None:
        """The connection has lasted: all is forgiven."""
        self._failures = self._refusals = 0


def _doubled(first_s: float, times: int, most_s: float) -> float:
    return min(most_s, first_s * 2.0 ** min(times, 64))
