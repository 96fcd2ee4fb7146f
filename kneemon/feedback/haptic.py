# SPDX-License-Identifier: MIT
"""The haptic driver as a switch: looked for again at each pulse when it is away, set up again when it was reset.

A fault of the wire is raised at the pulse that it cost; the player tells it once and plays on with the other outputs.
It has a handle of its own on the bus, which the kernel shares out transfer by transfer, so the sensor's stays as it is.
"""

import logging
from collections.abc import Callable
from contextlib import suppress

from kneemon.drivers.bus import I2cBus
from kneemon.drivers.drv2605l import CHIPS_OWN, Drv2605l, Motor
from kneemon.drivers.registers import Wait
from kneemon.errors import SensorError

log = logging.getLogger(__name__)

OFF_TRIES = 3  # a pulse that does not end is worse than one that does not begin
FAULTS = (OSError, SensorError)


class HapticSwitch:
    """open_bus: a fresh handle on the bus, raising SensorError or OSError. May be used by one thread at a time."""

    def __init__(self, open_bus: Callable[[], I2cBus], motor: Motor) -> None:
        self._open_bus = open_bus
        self._motor = motor
        self._learnt = CHIPS_OWN
        self._bus: I2cBus | None = None
        self._driver: Drv2605l | None = None
        self._may_run = False

    def begin(self, wait: Wait) -> None:
        """Look for the driver; an LRA is learnt, which buzzes for about 0.6 s.

        Raises SensorError or OSError when it is away.
        """
        try:
            driver = self._ready()
            learnt = driver.calibrate(wait) if self._motor.lra else self._learnt
        except FAULTS:
            self._let_go()
            raise
        if learnt is None:
            log.warning(
                "the haptic driver could not calibrate its motor: is it fixed to the box? It plays all the same"
            )
        else:
            self._learnt = learnt

    def on(self) -> None:
        """Raises SensorError or OSError when the motor cannot be driven now."""
        try:
            driver = self._ready()
            self._may_run = True
            driver.on()
        except FAULTS:
            self._let_go()
            raise

    def off(self) -> None:
        """Raises SensorError or OSError when the motor may still run; the next `off` tries again."""
        if not self._may_run:
            return
        for left in reversed(range(OFF_TRIES)):
            try:
                (self._driver or self._ready()).off()
                self._ready()  # a line held low takes every write and reads 0, which is what off reads
            except FAULTS:
                self._let_go()
                if not left:
                    raise
            else:
                self._may_run = False
                return

    def close(self) -> None:
        """Still and asleep, where it answers."""
        with suppress(*FAULTS):
            self.off()
            if self._driver is not None:
                self._driver.stop()
        self._let_go()

    def _ready(self) -> Drv2605l:
        """The driver, set up; found anew where it was lost."""
        if self._driver is None:
            self._bus = self._bus or self._open_bus()
            driver = Drv2605l(self._bus, self._motor, self._learnt)
            driver.identify()
            driver.configure()
            self._driver = driver
        elif not self._driver.alive():
            self._driver.configure()
        return self._driver

    def _let_go(self) -> None:
        """Begin anew next time, with a fresh handle: the adapter itself may have gone."""
        bus, self._bus, self._driver = self._bus, None, None
        if bus is not None:
            with suppress(OSError):
                bus.close()
