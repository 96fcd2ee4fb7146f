# SPDX-License-Identifier: MIT
"""From single readings to what the battery is: good, low, empty. Pure: readings in, a level out.

One reading is never believed: a motor or a radio pulls the volts down for a moment, a wire can lie. A level follows
from the median of the newest five, and gets better only by a step that the battery does not make by itself, so that
LOW is told once in a discharge. Time is counted in looks, so a gauge that is away for a while changes nothing.

Source: general practice for lithium-ion cells at 0.1 to 0.2 C (3.55 V: about 20 % left; 3.40 V: nearly nothing). Not
measured on a cell of ours.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from statistics import median

from kneemon.model.power import BatteryLevel, BatteryReading


@dataclass(frozen=True, slots=True)
class BatteryParams:
    """When the battery is low, and when it is empty.

    low_v, empty_v: volts of a cell, `power.low_v` and `power.empty_v`. low_percent, empty_percent: for a gauge that
    knows no volts; what makers of such boards use. better_v, better_percent: so far above low_v the battery is good
    again: charged, not just relieved (switching Wi-Fi off gives back less). every_s: between looks; a cell loses
    nothing to speak of in half a minute. empty_for_s: how long it must be empty before that is said; a burst of load is
    over by then. readings: of which the median is taken; two of five may be wrong.
    """

    low_v: float
    empty_v: float
    low_percent: float = 20.0
    empty_percent: float = 3.0
    better_v: float = 0.1
    better_percent: float = 5.0
    every_s: float = 30.0
    empty_for_s: float = 60.0
    readings: int = 5

    @property
    def empty_looks(self) -> int:
        """So many looks in a row span empty_for_s."""
        return 1 + ceil(self.empty_for_s / self.every_s)


class BatteryGrade:
    """Feeds on readings. Until there are `params.readings` of them the level is GOOD."""

    def __init__(self, params: BatteryParams) -> None:
        self._params = params
        self._newest: deque[BatteryReading] = deque(maxlen=params.readings)
        self._empty_looks = 0
        self._level = BatteryLevel.GOOD

    @property
    def level(self) -> BatteryLevel:
        return self._level

    @property
    def reading(self) -> BatteryReading:
        """The median of the newest, number by number; plugged: as the newest says."""
        return BatteryReading(
            volts=_median(reading.volts for reading in self._newest),
            percent=_median(reading.percent for reading in self._newest),
            current_a=_median(reading.current_a for reading in self._newest),
            plugged=self._newest[-1].plugged if self._newest else None,
        )

    def feed(self, reading: BatteryReading) -> BatteryLevel:
        """The level after one more look."""
        self._newest.append(reading)
        if len(self._newest) == self._params.readings:
            self._level = self._judged(self.reading)
        return self._level

    def _judged(self, typical: BatteryReading) -> BatteryLevel:
        params = self._params
        if typical.volts is not None:
            value, low, empty, better = typical.volts, params.low_v, params.empty_v, params.better_v
        elif typical.percent is not None:
            value, low, empty, better = typical.percent, params.low_percent, params.empty_percent, params.better_percent
        else:
            return self._level
        drained = not typical.plugged and value <= empty
        self._empty_looks = self._empty_looks + 1 if drained else 0
        if value >= low + better:
            return BatteryLevel.GOOD
        if self._empty_looks >= params.empty_looks:
            return BatteryLevel.EMPTY
        if self._level is BatteryLevel.EMPTY and (typical.plugged or value >= empty + better):
            return BatteryLevel.LOW
        if self._level is BatteryLevel.GOOD and value <= low and not typical.plugged:
            return BatteryLevel.LOW
        return self._level


def _median(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return median(known) if known else None
