# SPDX-License-Identifier: MIT
"""The live source: drains a chip's FIFO some times a second, stamps the samples, and brings the sensor back.

A loss is counted from the time it took, never filled. A fault is told once; then the bus is closed and opened again,
the chip identified and set up anew, at growing intervals and for ever, each attempt a report of its own. What came
without an error and yet cannot be right, `doubts` knows; when to drain, `waiting`. Knows no register and no wire,
`drivers` do. Counts come in, g goes out, on the axis of the given clock.
"""

import errno
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import TypeVar

import numpy as np

from kneemon.drivers.bus import I2cBus, broken_off
from kneemon.drivers.chip import NO_COUNTS, Chip, Counts, Drain
from kneemon.errors import SensorError
from kneemon.model.samples import Array, SampleBlock, SensorReport, Wire
from kneemon.ports import Clock
from kneemon.sensor.doubts import REST_G, Frozen, Rest, clipped, garbled
from kneemon.sensor.recovery import Recovery
from kneemon.sensor.stamps import Stamps
from kneemon.sensor.waiting import Interrupt, Waiting

RETRIES = 3
ALIVE_EVERY_S = 1.0
SILENT_S = 1.0  # of empty drains: as dead as without an answer
GARBLED_DRAINS = 3  # in a row, as the fault says
COUNTS_APART = 2  # samples: two counts that are asked for at once and differ by more contradict each other

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Samples of one drain, not yet told. counts: shape (n, 3); lost: how many are missing before them."""

    t_s: Array
    counts: Counts
    lost: int


class FifoSource:
    """A `ports.SampleSource`.

    open_bus, make_chip: a fresh bus, and the driver on it, for which it may be searched; called again at each attempt.
    name: what `describe` says until a chip was found; from then on its own name, followed by `where`.
    drain_s: pause between drains, less for a FIFO that would be fuller than 60 % by then; 0.2 s is five wake-ups a
    second.
    frozen_after: so many identical samples in a row are a fault, for a real chip has noise; None: it has none.
    calibrate: the chip's name and acceleration (n, 3) in g -> corrected g; it never raises.
    interrupt: the chip's line, used where the chip has a watermark; closed with the source.
    """

    def __init__(
        self,
        open_bus: Callable[[], I2cBus],
        make_chip: Callable[[I2cBus], Chip],
        clock: Clock,
        *,
        name: str,
        where: str = "",
        drain_s: float = 0.2,
        frozen_after: int | None = 50,
        calibrate: Callable[[str, Array], Array] | None = None,
        interrupt: Interrupt | None = None,
    ) -> None:
        self._open_bus = open_bus
        self._make_chip = make_chip
        self._clock = clock
        self._describe = name
        self._found = ""  # the chip's own name, once there was one
        self._where = where
        self._calibrate = calibrate
        self._frozen = Frozen(frozen_after)
        self._rest = Rest()
        self._stop = Event()
        self._waiting = Waiting(clock, self._stop, drain_s, interrupt)
        self._lock = Lock()  # for the bus and the chip: `close` comes from another thread
        self._bus: I2cBus | None = None
        self._chip: Chip | None = None
        self._stamps: Stamps | None = None
        self._held: list[_Batch] = []  # perhaps a frozen chip's
        self._ready: deque[SampleBlock | SensorReport] = deque()
        self._recovery = Recovery(clock)
        self._garbled_drains = 0
        self._silent_since_s: float | None = None
        self._alive_s = clock.now_s()

    @property
    def describe(self) -> str:
        return self._describe

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
        self._waiting.wake()
        with self._lock:
            self._disconnect()
        self._waiting.close()

    def _connect(self) -> None:
        if self._clock.wait(self._recovery.pause_s, self._stop):
            return
        with self._lock:
            if self._stop.is_set():
                return
            bus = self._bus = self._insist(self._open_bus)
            chip = self._insist(lambda: self._make_chip(bus))
            self._insist(chip.identify)
            self._insist(lambda: chip.configure(lambda seconds: self._clock.wait(seconds, self._stop)))
            self._insist(chip.start)
            self._chip = chip
        another = self._found not in ("", chip.name)
        self._found = chip.name
        self._describe = chip.name + self._where
        self._stamps = self._stamps or Stamps(chip.nominal_hz)
        self._stamps.break_count(chip.nominal_hz)
        self._rest.begin(round(chip.nominal_hz))
        self._frozen.coarse = chip.coarse
        self._garbled_drains = 0
        self._silent_since_s = None
        self._alive_s = self._clock.now_s()
        if self._recovery.under_way:
            told = "was found instead." if another else "answers again and was set up anew."
            self._report(Wire.RECOVERY, f"{chip.name} {told}")

    def _drain(self, chip: Chip, stamps: Stamps) -> None:
        if self._waiting.pause(chip):
            return
        with self._lock:
            if self._stop.is_set():
                return
            drain = self._plausible(chip, self._insist(lambda: self._emptied(chip, stamps)))
            if drain.overrun or drain.misaligned:
                stamps.break_count()
                self._rest.broken()
            else:
                self._waiting.drained(chip, len(drain.counts))
            asked_s, waiting, answered_s = self._insist(lambda: self._counted(chip, stamps, len(drain.counts)))
            if stamps.invented(len(drain.counts), waiting, asked_s, answered_s):
                stamps.break_count()
                self._insist(chip.start)
                drain = Drain(NO_COUNTS, misaligned=True)
            self._examine(chip, drain, answered_s)
        if len(drain.counts) == 0:
            return
        t_s, lost = stamps.stamp(len(drain.counts), waiting, asked_s, answered_s)
        batch = _Batch(t_s, drain.counts, lost)
        suspects = self._frozen.suspects(len(t_s))
        if suspects == len(t_s):
            self._held.append(batch)
            return
        sound = len(t_s) - suspects
        batches = [*self._held, _Batch(t_s[:sound], drain.counts[:sound], lost)]
        self._held = [_Batch(t_s[sound:], drain.counts[sound:], 0)] if suspects else []
        if self._recovery.under_way:
            self._recovery.back(answered_s)
            self._report(Wire.BACK, f"{chip.name}: samples flow again.")
        for batch in batches:
            self._tell(chip, stamps, batch)

    def _tell(self, chip: Chip, stamps: Stamps, batch: _Batch) -> None:
        acc_g = batch.counts.astype(np.float64) * chip.scale_g_per_count
        if self._calibrate is not None:
            acc_g = self._calibrate(chip.name, acc_g)
        railed = clipped(batch.counts, *chip.rails)
        self._ready.append(SampleBlock(batch.t_s, acc_g, batch.lost, railed, stamps.rate_hz))
        if batch.lost:
            self._rest.broken()
        mean_g = self._rest.wrong_g(acc_g)
        if mean_g is not None:
            self._report(
                Wire.DOUBT,
                f"{chip.name}: expected {REST_G[0]:g} to {REST_G[1]:g} g at rest, saw {mean_g:.2f} g. It may be an "
                "LSM6DSO32 sold as LSM6DSO (0.5 g), a copy with another scale, another chip than the configuration "
                "names, or two devices at one address: `kneemon check` tells more.",
            )

    def _emptied(self, chip: Chip, stamps: Stamps) -> Drain:
        """A drain that was broken off is dropped: what it took from the FIFO, and where it left it, nobody knows."""
        try:
            return chip.drain()
        except OSError:
            stamps.break_count()
            self._rest.broken()
            self._insist(chip.start)
            raise

    def _plausible(self, chip: Chip, drain: Drain) -> Drain:
        """Samples that nobody can have measured are thrown away, and the FIFO begins afresh."""
        if not garbled(drain.counts, chip.scale_g_per_count):
            self._garbled_drains = 0 if len(drain.counts) else self._garbled_drains
            return drain
        self._garbled_drains += 1
        if self._garbled_drains >= GARBLED_DRAINS:
            raise SensorError(
                chip.name,
                expected="acceleration as of a walk",
                seen="what no walk makes, in three drains in a row",
                remedy="Look for a loose or long wire, and for a second device at this address.",
            )
        self._insist(chip.start)
        return Drain(NO_COUNTS, misaligned=True)

    def _counted(self, chip: Chip, stamps: Stamps, count: int) -> tuple[float, int, float]:
        """How many samples are waiting, between the two times. A surprising answer is asked for again."""
        answer = self._asked(chip)
        if not stamps.surprising(count, answer[1], answer[0], answer[2]):
            return answer
        for _ in range(RETRIES):
            before, answer = answer, self._asked(chip)
            came = (answer[2] - before[2]) * chip.nominal_hz
            if abs(answer[1] - before[1] - came) <= COUNTS_APART:
                if stamps.surprising(count, answer[1], answer[0], answer[2]):
                    stamps.break_count()
                return answer
        raise OSError(errno.EIO, "counts of waiting samples contradict each other")

    def _asked(self, chip: Chip) -> tuple[float, int, float]:
        asked_s = self._clock.now_s()
        return asked_s, chip.level(), self._clock.now_s()

    def _examine(self, chip: Chip, drain: Drain, now_s: float) -> None:
        """Raises SensorError for a chip that answers and yet does not measure."""
        if drain.misaligned or now_s - self._alive_s >= ALIVE_EVERY_S:
            self._alive_s = now_s
            if not (self._insist(chip.alive) or self._insist(chip.alive)):  # once may be a glitch on the wire
                raise SensorError(
                    chip.name,
                    expected="the settings it was given",
                    seen="others: it was reset, most likely by a dip of its supply",
                    remedy="It is set up again by itself; if this comes back, check 3V3 and GND.",
                )
        if len(drain.counts) > 0:
            self._silent_since_s = None
        elif self._silent_since_s is None:
            self._silent_since_s = now_s
        elif now_s - self._silent_since_s >= SILENT_S:
            raise SensorError(
                chip.name,
                expected=f"{chip.nominal_hz:g} samples a second",
                seen="none in a second, though it answers",
                remedy="It is set up again by itself; if this comes back, replace the board.",
            )
        if self._frozen.see(drain.counts):
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
        if self._stamps is not None:
            self._stamps.take_back(sum(len(batch.t_s) + batch.lost for batch in self._held))
        self._held = []
        self._ready.append(self._recovery.gave_up(fault))

    def _disconnect(self) -> None:
        """Leaves the chip asleep, where the wire lets us."""
        if self._chip is not None:
            with suppress(OSError, SensorError):
                self._chip.stop()
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
        raise broken_off(self._describe, fault) from fault

    def _report(self, kind: Wire, text: str) -> None:
        self._ready.append(SensorReport(self._clock.now_s(), kind, text))
