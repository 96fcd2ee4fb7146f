# SPDX-License-Identifier: MIT
"""How a sensor that was lost is told and asked for again: one fault, a step for each attempt, one word that it is back.

The pauses between attempts double from a tenth of a second to five seconds, and there is no last one. A fault soon
after samples flowed again is the same wire still: the pauses go on growing. Stream time; knows no bus and no file.
"""

from kneemon.errors import SensorError
from kneemon.model.samples import SensorReport, Wire
from kneemon.ports import Clock

PAUSE_LEAST_S, PAUSE_MOST_S = 0.1, 5.0  # before an attempt to bring the sensor back
STEADY_S = 1.0  # samples have flowed so long: the next fault is a new one


class Recovery:
    """pause_s: before the next attempt, 0 before the very first. under_way: a fault was told, and not its end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._back_s = clock.now_s()
        self.pause_s = 0.0
        self.under_way = False

    def gave_up(self, fault: SensorError) -> SensorReport:
        """For now: the next attempt comes after pause_s."""
        now_s = self._clock.now_s()
        new = not self.under_way and now_s - self._back_s >= STEADY_S
        self.pause_s = PAUSE_LEAST_S if new else min(max(PAUSE_LEAST_S, 2 * self.pause_s), PAUSE_MOST_S)
        kind = Wire.RECOVERY if self.under_way else Wire.FAULT
        self.under_way = True
        return SensorReport(now_s, kind, f"{fault} The next attempt is in {self.pause_s:g} s.")

    def back(self, now_s: float) -> None:
        """Samples flow again since now_s."""
        self.under_way = False
        self._back_s = now_s
