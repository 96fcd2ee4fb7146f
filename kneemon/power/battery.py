# SPDX-License-Identifier: MIT
"""Watches the battery: looks at the gauge every half minute, on a thread of its own, and tells what it is.

Each look opens the bus afresh and asks the gauge who it is, so whatever happened to either is over with the next look.
A fault is logged once and looked past for ever: while nothing is known the level stays what it was, and is never EMPTY
for that reason. Nothing here switches off anything.
"""

import logging
from collections.abc import Callable
from contextlib import closing
from threading import Event, Thread

from kneemon.drivers.bus import I2cBus, broken_off
from kneemon.drivers.gauge import Gauge
from kneemon.errors import SensorError
from kneemon.model.power import BatteryReading, BatteryState
from kneemon.ports import BatterySink, Clock
from kneemon.power.level import BatteryGrade, BatteryParams

log = logging.getLogger(__name__)

RETRIES = 3
STEADY_LOOKS = 5  # without a fault: the next one is a new one, worth a line in the log


class BatteryWatch:
    """Calls `sink` at every look, on its own thread, until closed. The first look is at once.

    open_bus, make_gauge: a fresh bus, and the gauge on it, for each look.
    """

    def __init__(
        self,
        open_bus: Callable[[], I2cBus],
        make_gauge: Callable[[I2cBus], Gauge],
        sink: BatterySink,
        clock: Clock,
        params: BatteryParams,
    ) -> None:
        self._open_bus = open_bus
        self._make_gauge = make_gauge
        self._sink = sink
        self._clock = clock
        self._every_s = params.every_s
        self._grade = BatteryGrade(params)
        self._good_looks = STEADY_LOOKS
        self._stop = Event()
        self._thread = Thread(target=self._run, name="battery", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more; a look under way is waited for. May be called twice."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._sink(self._look())
            self._clock.wait(self._every_s, self._stop)

    def _look(self) -> BatteryState:
        t_s = self._clock.now_s()
        try:
            reading = self._read()
        except SensorError as fault:
            if self._good_looks >= STEADY_LOOKS:
                log.warning("the battery is not known: %s", fault)
            self._good_looks = 0
            return BatteryState(t_s, self._grade.level, BatteryReading(), str(fault))
        self._good_looks += 1
        if self._good_looks == STEADY_LOOKS:
            log.info("the battery is known again")
        level = self._grade.feed(reading)
        return BatteryState(t_s, level, self._grade.reading)

    def _read(self) -> BatteryReading:
        """One look; what the wire broke off is tried again at once. Raises SensorError."""
        for _ in range(1 + RETRIES):
            try:
                with closing(self._open_bus()) as bus:
                    gauge = self._make_gauge(bus)
                    gauge.identify()
                    return gauge.read()
            except OSError as error:
                fault = error
        raise broken_off("The battery's gauge", fault) from fault
