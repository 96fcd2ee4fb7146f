# SPDX-License-Identifier: MIT
"""The newest rows of a signal, as many as were asked for and never more, whatever the portions they came in."""

import numpy as np

from kneemon.model.samples import Array


class Ring:
    """Keeps the newest `capacity` rows of `columns` numbers; `count` is how many have ever come."""

    def __init__(self, capacity: int, columns: int) -> None:
        self._capacity = capacity
        self._rows = np.zeros((4 * capacity, columns))
        self.reset()

    def reset(self) -> None:
        self._fill = 0
        self.count = 0

    def append(self, rows: Array) -> None:
        """rows: shape (m, columns), m at most the capacity."""
        if self._fill + len(rows) > len(self._rows):
            newest = self._rows[self._fill - self._capacity : self._fill].copy()
            self._rows[: self._capacity] = newest
            self._fill = self._capacity
        self._rows[self._fill : self._fill + len(rows)] = rows
        self._fill += len(rows)
        self.count += len(rows)

    def __len__(self) -> int:
        return min(self.count, self._capacity)

    def newest(self, m: int) -> Array:
        """A view of the newest m rows, m at most len(self)."""
        return self._rows[self._fill - m : self._fill]
