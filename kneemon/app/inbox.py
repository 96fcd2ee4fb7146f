# SPDX-License-Identifier: MIT
"""The one way into the main loop: bounded, in order. A full inbox makes who puts wait, so that a lag shows where it can
be counted, as an overrun of the chip's FIFO."""

from collections.abc import Callable, Iterator
from math import inf
from queue import SimpleQueue
from threading import Event
from typing import Generic, TypeVar

ITEMS = 64  # a dozen seconds of blocks
LAG_S = 0.01  # how often a full inbox is looked at

T = TypeVar("T")


class Inbox(Generic[T]):
    """stopping: nothing is taken any more."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping
        self._items: SimpleQueue[T] = SimpleQueue()

    def put(self, item: T, patience_s: float = inf) -> bool:
        """Wait for room, about so long; False when there was none, or the loop is stopping."""
        waited_s = 0.0
        while self._items.qsize() >= ITEMS and waited_s < patience_s and not self._stopping.is_set():
            self._stopping.wait(LAG_S)
            waited_s += LAG_S
        if self._stopping.is_set() or waited_s >= patience_s:
            return False
        self._items.put(item)
        return True

    def get(self, patience_s: float) -> T:
        """The oldest; queue.Empty when none came in time."""
        return self._items.get(timeout=patience_s)

    def rest(self) -> Iterator[T]:
        """What is still in it."""
        while not self._items.empty():
            yield self._items.get_nowait()


def fill(inbox: Inbox[T | Exception | None], read: Callable[[], T | None]) -> None:
    """On a thread of its own: put all that is read, the None at its end too, until the loop stops."""
    try:
        item: T | Exception | None = read()
        while inbox.put(item) and item is not None:
            item = read()
    except Exception as fault:  # noqa: BLE001  a fault of ours must not die with its thread: it ends the run
        inbox.put(fault)
