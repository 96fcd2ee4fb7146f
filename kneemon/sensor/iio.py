# SPDX-License-Identifier: MIT
"""An accelerometer that the kernel drives (IIO), asked 50 times a second by its files in sysfs.

Each sample is three reads, stamped with the middle of the time they took. Buffered reading, which would give the chip's
own times, needs a trigger, hence an interrupt line; it is not here. A poll far too late is a loss. A fault is told
once; then the device is searched and opened again at growing intervals, for ever, each attempt a report of its own.
A rest that is not one g is told, too. Counts times scale is m/s² there and g here.
Not applied: the mounting matrix (the frame is the sensor's own), and `kneemon calibrate`, which measures chips alone.
Not known: how many samples are clipped, for the kernel does not say where the rails are.

Source: Linux, Documentation/ABI/testing/sysfs-bus-iio.
"""

import logging
import math
import os
import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock

import numpy as np

from kneemon.errors import SensorError
from kneemon.model.samples import Array, SampleBlock, SensorReport, Wire
from kneemon.ports import Clock
from kneemon.sensor.doubts import REST_G, Rest
from kneemon.sensor.recovery import Recovery

log = logging.getLogger(__name__)

G_MS2 = 9.80665
POLL_MOST_HZ = 50.0  # enough for steps; each poll costs three system calls
BLOCK_S = 0.2
LATE_PERIODS = 2.0  # a poll that comes later than this left a gap
FROZEN_S = 5.0  # of one and the same sample; polled faster than it measures, a device repeats a few

RAW = tuple(f"in_accel_{axis}_raw" for axis in "xyz")
RATE_FILES = ("sampling_frequency", "in_accel_sampling_frequency")
TEXT_MOST = 4096  # bytes of a file in sysfs
COUNT_BITS = 32  # no chip has more

Triple = tuple[int, int, int]


class IioSource:
    """A `ports.SampleSource`.

    device: the folder's name (iio:device0), or what its file `name` says; "": the first one with an accelerometer.
    rate_hz: what the device is asked to measure at; its nearest is taken. root: where the kernel shows its devices.
    name: what `describe` says until a device was found; from then on its own name.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        device: str = "",
        rate_hz: float = 100.0,
        root: Path = Path("/sys/bus/iio/devices"),
        name: str = "accelerometer of the kernel",
    ) -> None:
        self._clock = clock
        self._wanted = device
        self._rate_hz = rate_hz
        self._root = root
        self._describe = name
        self._stop = Event()
        self._lock = Lock()  # for the open files: `close` comes from another thread
        self._device: _Device | None = None
        self._told_rate = False
        self._ready: deque[SampleBlock | SensorReport] = deque()
        self._t_s: list[float] = []  # of the block that is being filled
        self._counts: list[Triple] = []
        self._lost = 0
        self._last_s: float | None = None
        self._due_s = 0.0
        self._same: Triple | None = None
        self._same_polls = 0  # in a row, also across recoveries: a frozen device may survive these
        self._rest = Rest()
        self._recovery = Recovery(clock)

    @property
    def describe(self) -> str:
        return self._describe

    def read(self) -> SampleBlock | SensorReport | None:
        """The next block or report; None once closed."""
        while not self._stop.is_set():
            if self._ready:
                return self._ready.popleft()
            try:
                if self._device is None:
                    self._connect()
                else:
                    self._poll(self._device)
            except SensorError as fault:
                self._give_up(fault)
        return None

    def close(self) -> None:
        self._stop.set()
        with self._lock:
            self._disconnect()

    def _connect(self) -> None:
        if self._clock.wait(self._recovery.pause_s, self._stop):
            return
        with self._lock:
            if self._stop.is_set():
                return
            device = self._device = _Device(_find(self._root, self._wanted))
            refusal = device.set_rate(self._rate_hz)
        if refusal and not self._told_rate:
            self._told_rate = True
            log.warning("%s: its sampling frequency stays as it is. %s", device.label, refusal)
        self._describe = device.label
        self._rest.begin(round(device.poll_hz))
        self._due_s = self._clock.now_s()
        if self._recovery.under_way:
            self._report(Wire.RECOVERY, f"{device.label} answers again and was set up anew.")

    def _poll(self, device: "_Device") -> None:
        period_s = 1 / device.poll_hz
        if self._clock.wait(self._due_s - self._clock.now_s(), self._stop):
            return
        with self._lock:
            if self._stop.is_set():
                return
            before_s = self._clock.now_s()
            counts = device.read()
            after_s = self._clock.now_s()
        t_s = (before_s + after_s) / 2
        # The next poll is the first one due that is at least half a period away: time must have gone on by then.
        self._due_s += period_s * (1 + math.floor(max(0.0, before_s - self._due_s) / period_s + 0.5))
        self._examine(device, counts)
        if self._last_s is not None and t_s - self._last_s > (1 + LATE_PERIODS) * period_s:
            self._hand_out(device)
            self._lost = round((t_s - self._last_s) / period_s) - 1
        if self._recovery.under_way:
            self._recovery.back(after_s)
            self._report(Wire.BACK, f"{device.label}: samples flow again.")
        self._last_s = t_s
        self._t_s.append(t_s)
        self._counts.append(counts)
        if len(self._t_s) >= BLOCK_S * device.poll_hz:
            self._hand_out(device)
            device.look()

    def _examine(self, device: "_Device", counts: Triple) -> None:
        """Raises SensorError for a device that answers and yet does not measure."""
        self._same_polls = self._same_polls + 1 if counts == self._same else 0
        self._same = counts
        if self._same_polls >= FROZEN_S * device.poll_hz:
            raise SensorError(
                device.label,
                expected="samples with some noise",
                seen=f"the very same sample for {FROZEN_S:g} s",
                remedy="It is opened again by itself; if this comes back, replace the board.",
            )

    def _hand_out(self, device: "_Device") -> None:
        if not self._t_s:
            return
        acc_g = device.acc_g(self._counts)
        self._ready.append(SampleBlock(np.array(self._t_s), acc_g, self._lost))
        if self._lost:
            self._rest.broken()
        self._t_s, self._counts, self._lost = [], [], 0
        mean_g = self._rest.wrong_g(acc_g)
        if mean_g is not None:
            self._report(
                Wire.DOUBT,
                f"{device.label}: expected {REST_G[0]:g} to {REST_G[1]:g} g at rest, saw {mean_g:.2f} g. It may be "
                "another chip than the overlay in config.txt names, or a copy with another scale: `kneemon check` "
                "tells more.",
            )

    def _give_up(self, fault: SensorError) -> None:
        """For now: the next attempt comes after a pause."""
        if self._device is not None:
            self._hand_out(self._device)
        with self._lock:
            self._disconnect()
        self._ready.append(self._recovery.gave_up(fault))

    def _disconnect(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None

    def _report(self, kind: Wire, text: str) -> None:
        self._ready.append(SensorReport(self._clock.now_s(), kind, text))


class _Device:
    """One folder of the kernel's, its three files of counts held open. Raises SensorError for what it does not say."""

    def __init__(self, folder: Path) -> None:
        self.label = f"{_text(folder / 'name') or 'accelerometer'} at {folder.name}"
        self.poll_hz = POLL_MOST_HZ
        self._folder = folder
        self._scale_g = np.array([self._factor(axis) for axis in "xyz"]) / G_MS2
        self._offset = np.array([self._number("offset", axis, 0.0) for axis in "xyz"])
        self._open: list[int] = []
        try:
            for file in RAW:
                self._open.append(os.open(folder / file, os.O_RDONLY | os.O_CLOEXEC))
        except OSError as error:
            self.close()
            raise self._silent(file, error) from error

    def set_rate(self, rate_hz: float) -> str | None:
        """Ask for the nearest rate there is, and poll no faster than that; why not, in words, when it is refused."""
        refusal = None
        for path in (self._folder / file for file in RATE_FILES):
            if path.exists():
                try:
                    path.write_text(f"{_nearest(rate_hz, _text(path.with_name(f'{path.name}_available'))):g}")
                except OSError as error:
                    refusal = f"{path.name} cannot be written: {error.strerror}."
                with suppress(ValueError):
                    rate_hz = _positive(_text(path))
                break
        self.poll_hz = min(rate_hz, POLL_MOST_HZ)
        return refusal

    def read(self) -> Triple:
        """Counts x y z, one after the other."""
        x, y, z = (self._count(file, handle) for file, handle in zip(RAW, self._open, strict=True))
        return x, y, z

    def look(self) -> None:
        """An open file outlives its name: is it still there?"""
        for file in RAW:
            try:
                (self._folder / file).stat()
            except OSError as error:
                raise self._silent(file, error) from error

    def acc_g(self, counts: Sequence[Triple]) -> Array:
        """n samples -> shape (n, 3), g."""
        acc_g: Array = (np.array(counts, dtype=np.float64) + self._offset) * self._scale_g
        return acc_g

    def close(self) -> None:
        while self._open:
            with suppress(OSError):
                os.close(self._open.pop())

    def _count(self, file: str, handle: int) -> int:
        try:
            data = os.pread(handle, TEXT_MOST, 0)
        except OSError as error:
            raise self._silent(file, error) from error
        try:
            count = int(data)
        except ValueError as error:
            raise self._senseless(file, "a whole number", data.decode(errors="replace")) from error
        if count.bit_length() >= COUNT_BITS:
            raise self._senseless(file, f"a whole number of {COUNT_BITS} bits", data.decode())
        return count

    def _factor(self, axis: str) -> float:
        scale = self._number("scale", axis, None)
        if scale <= 0:
            raise self._senseless("in_accel_scale", "a number above 0", f"{scale:g}")
        return scale

    def _number(self, what: str, axis: str, default: float | None) -> float:
        """The axis' own, or the one of all three."""
        for file in (f"in_accel_{axis}_{what}", f"in_accel_{what}"):
            text = _text(self._folder / file)
            if text is not None:
                try:
                    number = float(text)
                except ValueError:
                    number = math.nan
                if not math.isfinite(number):
                    raise self._senseless(file, "a number", text)
                return number
        if default is None:
            raise self._senseless(f"in_accel_{what}", "a number", None)
        return default

    def _silent(self, file: str, error: OSError) -> SensorError:
        return SensorError(
            self.label,
            expected=f"an answer from {file}",
            seen=f"errno {error.errno} ({error.strerror})",
            remedy="Check the wires to the chip, and `dmesg` for what the kernel says about it.",
        )

    def _senseless(self, file: str, expected: str, seen: str | None) -> SensorError:
        return SensorError(
            self.label,
            expected=f"{expected} in {file}",
            seen="no such file" if seen is None else repr(seen.strip()[:40]),
            remedy="Check with `cat` what the kernel's driver says there, and `dmesg` why.",
        )


def _find(root: Path, wanted: str) -> Path:
    """The folder of the accelerometer. Raises SensorError when there is none."""
    try:
        folders = sorted(root.glob("iio:device*"), key=_number_of)
    except OSError:
        folders = []
    named = [folder for folder in folders if wanted in ("", folder.name, _text(folder / "name"))]
    for folder in named:
        if all((folder / file).exists() for file in RAW):
            return folder
    seen = ", ".join(f"{folder.name} ({_text(folder / 'name') or 'without a name'})" for folder in folders)
    if wanted and not named:
        expected = f"{wanted} in {root}"
        remedy = "Check `iio_device` in the configuration, and that config.txt loads the overlay of the chip."
    else:
        expected = f"{', '.join(RAW[:2])} and {RAW[2]} in {named[0] if wanted else root}"
        remedy = 'Check that config.txt loads the overlay of the chip, or drive it without the kernel: source = "fifo".'
    raise SensorError(
        "The accelerometer of the kernel", expected=expected, seen=seen or "no device there", remedy=remedy
    )


def _number_of(folder: Path) -> int:
    digits = re.search(r"\d+$", folder.name)
    return int(digits[0]) if digits else -1


def _text(path: Path) -> str | None:
    """What the file says; None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(TEXT_MOST).decode(errors="replace").strip()
    except OSError:
        return None


def _nearest(rate_hz: float, available: str | None) -> float:
    """Of the rates listed as "12.5 25 50", or as a range "[least step most]"; as asked when there is no such list."""
    try:
        rates_hz = [_positive(word) for word in (available or "").strip("[] \n").split()]
    except ValueError:
        rates_hz = []
    if not rates_hz:
        return rate_hz
    if available and available.startswith("[") and len(rates_hz) == 3:
        least_hz, step_hz, most_hz = rates_hz
        return least_hz + step_hz * round((min(max(rate_hz, least_hz), most_hz) - least_hz) / step_hz)
    return min(rates_hz, key=lambda known_hz: abs(known_hz - rate_hz))


def _positive(text: str | None) -> float:
    number = float(text or "")
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{number:g} is no rate")
    return number
