# SPDX-License-Identifier: MIT
"""The live source: drains a chip's FIFO ten times a second, stamps the samples, and brings the sensor back.

A loss is counted from the time it took, never filled. A fault is told once; then the bus is closed and opened again,
the chip identified and set up anew, at growing intervals and for ever, each attempt a report of its own. Knows no
register and no wire, `drivers` do. Counts come in, g goes out, on the axis of the given clock.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock
from typing import TypeVar

import numpy as np

from kneemon.drivers.bus import I2cBus, broken_off
from kneemon.drivers.chip import Chip, Counts, Drain
from kneemon.errors import SensorError
from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.ports import Clock
from kneemon.sensor.stamps import Stamps

RETRIES = 3
ALIVE_EVERY_S = 1.0
SILENT_DRAINS = 10  # in a row without a sample: as dead as without an answer
PAUSE_LEAST_S, PAUSE_MOST_S = 0.1, 5.0  # before an attempt to bring the sensor back
STEADY_S = 1.0  # samples have flowed so long: the next fault is a new one; before, the pauses go on growing

T = TypeVar("T")


class FifoSource:
    """A `ports.SampleSource`.

    open_bus, make_chip: a fresh bus, and the driver on it; called again at each attempt. name: what `describe` says.
    drain_s: pause between drains, less for a FIFO that would be half full by then.
    frozen_after: so many identical samples in a row are a fault, for a real chip has noise; None: it has none.
    """

    def __init__(
        self,
        open_bus: Callable[[], I2cBus],
        make_chip: Callable[[I2cBus], Chip],
        clock: Clock,
        *,
        name: str,
        drain_s: float = 0.1,
        frozen_after: int | None = 50,
    ) -> None:
        self._open_bus = open_bus
        self._make_chip = make_chip
        self._clock = clock
        self._name = name
        self._drain_s = drain_s
        self._still = _Still(frozen_after)
        self._stop = Event()
        self._lock = Lock()  # for the bus and the chip: `close` comes from another thread
        self._bus: I2cBus | None = None
        self._chip: Chip | None = None
        self._stamps: Stamps | None = None
        self._ready: deque[SampleBlock | SensorReport] = deque()
        self._faulty = False
        self._pause_s = 0.0
        self._silent_drains = 0
        self._back_s = self._alive_s = clock.now_s()

    @property
    def describe(self) -> str:
        return self._name

    def read(self) -> SampleBlock | SensorReport | None:
        """The next block or report; None once closed."""
        while not self._stop.is_set():
            if self._ready:
                return self._ready.popleft()
            try:
                if self._chip is None or self._stamps is None:
                    self._connect()
                else:
                    self._drain(self._chip, self._stamps)
            except SensorError as fault:
                self._give_up(fault)
        return None

    def close(self) -> None:
        self._stop.set()
        with self._lock:
            if self._chip is not None:
                with suppress(OSError, SensorError):  # it may be the wire itself that is gone
                    self._chip.stop()
            self._disconnect()

    def _connect(self) -> None:
        if self._clock.wait(self._pause_s, self._stop):
            return
        with self._lock:
            if self._stop.is_set():
                return
            self._bus = self._insist(self._open_bus)
            chip = self._make_chip(self._bus)
            self._insist(chip.identify)
            self._insist(lambda: chip.configure(lambda seconds: self._clock.wait(seconds, self._stop)))
            self._insist(chip.start)
            self._chip = chip
        self._stamps = self._stamps or Stamps(chip.nominal_hz)
        self._stamps.break_count()
        self._silent_drains = 0
        self._alive_s = self._clock.now_s()
        if self._faulty:
            self._report(Wire.RECOVERY, f"{chip.name} answers again and was set up anew.")

    def _drain(self, chip: Chip, stamps: Stamps) -> None:
        if self._clock.wait(min(self._drain_s, chip.fifo_samples / chip.nominal_hz / 2), self._stop):
            return
        with self._lock:
            if self._stop.is_set():
                return
            drain = self._insist(lambda: self._emptied(chip, stamps))
            asked_s, waiting, answered_s = self._insist(lambda: self._counted(chip))
            self._examine(chip, drain, answered_s)
        if drain.overrun or drain.misaligned:
            stamps.break_count()
        if len(drain.counts) == 0:
            return
        t_s, lost = stamps.stamp(len(drain.counts), waiting, asked_s, answered_s)
        if self._faulty:
            self._faulty = False
            self._back_s = answered_s
            self._report(Wire.BACK, f"{chip.name}: samples flow again.")
        acc_g = drain.counts.astype(np.float64) * chip.scale_g_per_count
        self._ready.append(SampleBlock(t_s, acc_g, lost, _clipped(drain.counts, *chip.rails), stamps.rate_hz))

    def _emptied(self, chip: Chip, stamps: Stamps) -> Drain:
        """A drain that was broken off is dropped: what it took from the FIFO, and where it left it, nobody knows."""
        try:
            return chip.drain()
        except OSError:
            stamps.break_count()
            self._insist(chip.start)
            raise

    def _counted(self, chip: Chip) -> tuple[float, int, float]:
        """How many samples are waiting, between the two times."""
        asked_s = self._clock.now_s()
        return asked_s, chip.level(), self._clock.now_s()

    def _examine(self, chip: Chip, drain: Drain, now_s: float) -> None:
        """Raises SensorError for a chip that answers and yet does not measure."""
        if drain.misaligned or now_s - self._alive_s >= ALIVE_EVERY_S:
            self._alive_s = now_s
            if not self._insist(chip.alive):
                raise SensorError(
                    chip.name,
                    expected="the settings it was given",
                    seen="others: it was reset, most likely by a dip of its supply",
                    remedy="It is set up again by itself; if this comes back, check 3V3 and GND.",
                )
        self._silent_drains = 0 if len(drain.counts) > 0 else self._silent_drains + 1
        if self._silent_drains >= SILENT_DRAINS:
            raise SensorError(
                chip.name,
                expected=f"{chip.nominal_hz} samples a second",
                seen="none in a second, though it answers",
                remedy="It is set up again by itself; if this comes back, replace the board.",
            )
        if self._still.frozen(drain.counts):
            raise SensorError(
                chip.name,
                expected="samples with some noise",
                seen="the very same sample again and again",
                remedy="It is set up again by itself; if this comes back, replace the board.",
            )

    def _give_up(self, fault: SensorError) -> None:
        """For now: the next attempt comes after a pause."""
        with self._lock:
            self._disconnect()
        new = not self._faulty and self._clock.now_s() - self._back_s >= STEADY_S
        self._pause_s = PAUSE_LEAST_S if new else min(max(PAUSE_LEAST_S, 2 * self._pause_s), PAUSE_MOST_S)
        self._report(
            Wire.RECOVERY if self._faulty else Wire.FAULT, f"{fault} The next attempt is in {self._pause_s:g} s."
        )
        self._faulty = True

    def _disconnect(self) -> None:
        self._chip = None
        if self._bus is not None:
            with suppress(OSError):
                self._bus.close()
            self._bus = None

    def _insist(self, act: Callable[[], T]) -> T:
        """Three immediate retries of what the wire broke off; then SensorError."""
        for _ in range(1 + RETRIES):
            try:
                return act()
            except OSError as error:
                fault = error
        raise broken_off(self._name, fault) from fault

    def _report(self, kind: Wire, text: str) -> None:
        self._ready.append(SensorReport(self._clock.now_s(), kind, text))


def _clipped(counts: Counts, lowest: int, highest: int) -> int:
    """How many of the samples sit on a rail."""
    if counts.min() > lowest and counts.max() < highest:
        return 0
    return int(np.count_nonzero(((counts <= lowest) | (counts >= highest)).any(axis=1)))


class _Still:
    """Counts identical samples in a row, across drains and across recoveries: a frozen chip may survive these."""

    def __init__(self, frozen_after: int | None) -> None:
        self._frozen_after = frozen_after
        self._newest: list[int] | None = None
        self._run = 0

    def frozen(self, counts: Counts) -> bool:
        if self._frozen_after is None or len(counts) == 0:
            return False
        samples = counts.tolist()
        newest = samples[-1]
        alike = next((i for i, sample in enumerate(reversed(samples)) if sample != newest), len(samples))
        goes_on = alike == len(samples) and newest == self._newest
        self._run = self._run + alike if goes_on else alike
        self._newest = newest
        return self._run >= self._frozen_after
