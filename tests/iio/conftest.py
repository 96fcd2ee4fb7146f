# SPDX-License-Identifier: MIT
"""A tree of files like the kernel's, rewritten by a signal as the clock goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kneemon.clock import LeadingClock, PacedClock

G_MS2 = 9.80665


class Kernel:
    """Shows accelerometers below `root`. signal: stream time -> counts x y z, into the files that are there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.signal: Callable[[float], tuple[int, int, int]] = lambda t_s: (round(1000 * (t_s - 1000)), -7, 256)
        self.measuring: list[Path] = []

    def device(self, number: int = 0, name: str = "adxl345", **files: str) -> Path:
        """An accelerometer of 256 counts per g; further files by keyword."""
        folder = self.root / f"iio:device{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name}\n")
        for file, text in ({"in_accel_scale": f"{G_MS2 / 256:.9f}"} | files).items():
            (folder / file).write_text(f"{text}\n")
        for file in self.raw(folder):
            file.write_text("0\n")
        self.measuring.append(folder)
        return folder

    @staticmethod
    def raw(folder: Path) -> list[Path]:
        return [folder / f"in_accel_{axis}_raw" for axis in "xyz"]

    def measure(self, t_s: float) -> None:
        for folder in self.measuring:
            for file, count in zip(self.raw(folder), self.signal(t_s), strict=True):
                if file.exists():
                    file.write_text(f"{count}\n")


class MeasuringClock(LeadingClock):
    """Each time it goes on, the kernel measures; at chosen times something else happens, or a wait takes longer."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(PacedClock(), None)
        self._kernel = kernel
        self._events: list[tuple[float, Callable[[], object]]] = []

    def at(self, t_s: float, act: Callable[[], object]) -> None:
        """Once, as soon as it is t_s after the start."""
        self._events.append((1000.0 + t_s, act))

    def pass_by(self, seconds: float) -> None:
        super().pass_by(seconds)
        self._kernel.measure(self.now_s())
        due = [event for event in self._events if event[0] <= self.now_s()]
        self._events = [event for event in self._events if event not in due]
        for _, act in due:
            act()


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path / "devices")


@pytest.fixture
def clock(kernel: Kernel) -> MeasuringClock:
    return MeasuringClock(kernel)
