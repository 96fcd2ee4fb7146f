# SPDX-License-Identifier: MIT
"""When to empty the FIFO: by the clock, or when the chip says on its interrupt line that enough is waiting.

The line is believed as long as it speaks the truth. One that stays quiet past the watermark, or moves without a reason,
is told once in the log, and the clock takes over: no sample is lost by it.
"""

import logging
from threading import Event
from typing import Protocol

from kneemon.drivers.chip import Chip
from kneemon.ports import Clock

log = logging.getLogger(__name__)

FILL = 0.6  # of the FIFO, at most, by the clock: the rest is patience with a busy host (DECISIONS 0025)
PATIENCE = 1.5  # times what the watermark takes: a chip may be 10 % slow, and its FIFO holds twice the watermark
LIES = 3  # in a row: one may be a host that was busy


class Interrupt(Protocol):
    """A wire that the chip holds high while its FIFO is at the watermark or above. event: it rose."""

    event: Event

    @property
    def high(self) -> bool: ...

    def clear(self) -> None: ...

    def close(self) -> None:
        """Let the pin go; may be called twice."""
        ...


class Waiting:
    """stop: set from another thread to end any wait, together with `wake`. drain_s: the pause between timed drains."""

    def __init__(self, clock: Clock, stop: Event, drain_s: float, line: Interrupt | None) -> None:
        self._clock = clock
        self._stop = stop
        self._drain_s = drain_s
        self._line = line
        self._believed = line is not None
        self._moved = False
        self._quiet = self._idle = 0  # times in a row that it did not move and should have, and the other way round

    def pause(self, chip: Chip) -> bool:
        """Until it is time for a drain; True when stopped."""
        line = self._line
        if line is None or not self._believed or chip.watermark is None:
            fills_s = FILL * chip.fifo_samples / chip.nominal_hz
            return self._clock.wait(min(self._drain_s, fills_s), self._stop)
        line.clear()
        if not (self._stop.is_set() or line.high):  # high: it rose while we drained, and will not rise again
            self._clock.wait(PATIENCE * chip.watermark / chip.nominal_hz, line.event)
        self._moved = line.event.is_set() or line.high
        return self._stop.is_set()

    def drained(self, chip: Chip, samples: int) -> None:
        """What was in the FIFO after the pause."""
        if self._line is None or not self._believed or chip.watermark is None:
            return
        self._quiet = self._quiet + 1 if not self._moved and samples >= chip.watermark else 0
        self._idle = self._idle + 1 if self._moved and samples < chip.watermark // 2 else 0
        if max(self._quiet, self._idle) >= LIES:
            self._believed = False
            log.warning(
                "%s: expected the interrupt line to rise when %d samples are waiting, saw it %s, %d times in a row. "
                "Check the wire from INT1 to its pin; until the next start the FIFO is emptied by the clock.",
                chip.name,
                chip.watermark,
                "stay low" if self._quiet else "high without them",
                LIES,
            )

    def wake(self) -> None:
        """After `stop` was set: nobody waits any longer."""
        if self._line is not None:
            self._line.event.set()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
