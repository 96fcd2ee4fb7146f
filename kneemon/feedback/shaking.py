# SPDX-License-Identifier: MIT
"""When kneemon's own motor shook the sensor. Stream time in seconds; the last minute is kept."""

from collections import deque
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from kneemon.model.samples import Array

RUNS_DOWN_S = 0.15  # a motor turns on after its current has gone; hardware reference, 2.4 (general practice)
KEPT_S = 60.0  # samples come within a second of being taken


class Shaking:
    """Told by the thread that switches, asked by another."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._over: deque[tuple[float, float]] = deque()  # [start, end) of each, running down included
        self._since_s: float | None = None

    def began(self, t_s: float) -> None:
        with self._lock:
            if self._since_s is None:
                self._since_s = t_s

    def never_began(self) -> None:
        """The motor did not let itself be switched on."""
        with self._lock:
            self._since_s = None

    def ended(self, t_s: float) -> None:
        with self._lock:
            if self._since_s is not None:
                self._over.append((self._since_s, t_s + RUNS_DOWN_S))
                self._since_s = None
            while self._over and self._over[0][1] < t_s - KEPT_S:
                self._over.popleft()

    def at(self, t_s: Array) -> NDArray[np.bool_] | None:
        """shape (n,), True where it shook; None when at none of these instants."""
        with self._lock:
            spans = list(self._over)
            if self._since_s is not None:
                spans.append((self._since_s, np.inf))
        shaken = np.zeros(len(t_s), bool)
        for start_s, end_s in spans:
            shaken |= (t_s >= start_s) & (t_s < end_s)
        return shaken if shaken.any() else None
