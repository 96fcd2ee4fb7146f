# SPDX-License-Identifier: MIT
"""A recording as if it were measured now: its blocks come when they would have, stamped on the clock's axis."""

from dataclasses import replace
from threading import Event

from kneemon.model.samples import SampleBlock, SensorReport
from kneemon.ports import Clock, SampleSource


class PacedSource:
    """Another source's blocks, shifted so that its first sample is measured at the first read."""

    def __init__(self, source: SampleSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._closing = Event()
        self._shift_s: float | None = None

    @property
    def describe(self) -> str:
        return self._source.describe

    def read(self) -> SampleBlock | SensorReport | None:
        item = self._source.read()
        if not isinstance(item, SampleBlock):
            return item
        if self._shift_s is None:
            self._shift_s = self._clock.now_s() - float(item.t_s[0])
        block = replace(item, t_s=item.t_s + self._shift_s)
        stopped = self._clock.wait(float(block.t_s[-1]) - self._clock.now_s(), self._closing)
        return None if stopped else block

    def close(self) -> None:
        self._closing.set()
        self._source.close()
