# SPDX-License-Identifier: MIT
"""What is known of each chip's offset and gain: kept in one file, applied to what the chip measures.

A reading is gain times the truth plus offset, per axis; `apply` takes that back. Chips go by part and address, as
`drivers.chip.Chip.name` says: two breakouts of one kind at one address are one chip here. The file holds the
calibrations in the order they were made; the last of a chip is in force, and to undo is to take the very last away.
Units: g, in the chip's own axes. How they are found, `positions` knows.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np

from kneemon.errors import CalibrationError
from kneemon.model.samples import Array

log = logging.getLogger(__name__)

SCHEMA = 1
KEPT = 5  # of each chip: enough to go back over some failed attempts
OFFSET_MOST_G = 0.3  # data sheets allow 0.15 g at most for a sound chip: beyond it is another chip, or a broken one
GAIN_LEAST, GAIN_MOST = 0.85, 1.15
PLAUSIBLE = f"offsets of at most {OFFSET_MOST_G:g} g and gains from {GAIN_LEAST:g} to {GAIN_MOST:g}"
DAMAGED = "Delete the file and run `kneemon calibrate` again; until then kneemon counts uncalibrated."

Axes = tuple[float, float, float]


class Method(StrEnum):
    """How a calibration was found."""

    SIX = "six"  # on each of the six sides
    REST = "rest"  # lying still: one gain, no offset


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found for one chip; x y z.

    gain: reading per true g. made: the UTC date. noise_g: standard deviation at rest, the greatest that was seen.
    """

    chip: str
    made: date
    how: Method
    offset_g: Axes
    gain: Axes
    noise_g: Axes

    def correct(self, acc_g: Array) -> Array:
        """Readings (n, 3) in g -> true acceleration, as far as this knows it."""
        corrected: Array = (acc_g - np.array(self.offset_g)) / np.array(self.gain)
        return corrected

    @property
    def plausible(self) -> bool:
        """Whether a sound chip can be so far off."""
        return all(abs(offset) <= OFFSET_MOST_G for offset in self.offset_g) and all(
            GAIN_LEAST <= gain <= GAIN_MOST for gain in self.gain
        )


class _Kept(msgspec.Struct):
    """The file."""

    schema: int
    calibrations: tuple[Calibration, ...]


class Calibrations:
    """Those of all chips, oldest first; never changed, only replaced."""

    def __init__(self, made: Iterable[Calibration] = ()) -> None:
        self.made = tuple(made)
        self._in_force = {calibration.chip: calibration for calibration in self.made}

    @classmethod
    def load(cls, path: Path) -> "Calibrations":
        """For the service, which a damaged file does not stop: it is told in the log, and nothing is applied."""
        try:
            return cls.read(path)
        except CalibrationError as error:
            log.warning("%s", error)
            return cls()

    @classmethod
    def read(cls, path: Path) -> "Calibrations":
        """None without a file. Raises CalibrationError for one that cannot be read or was damaged."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise CalibrationError(
                str(path),
                expected="a file that can be read",
                seen=error.strerror or str(error),
                remedy="Make it readable for the user kneemon runs as; until then kneemon counts uncalibrated.",
            ) from error
        try:
            kept = msgspec.json.decode(content, type=_Kept)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _damaged(path, "calibrations as kneemon writes them", str(error).rstrip(".")) from error
        if kept.schema != SCHEMA:
            raise _damaged(path, f"schema {SCHEMA}", f"{kept.schema}")
        for calibration in kept.calibrations:
            if not calibration.plausible:
                seen = f"{in_words(calibration.offset_g)} g and {in_words(calibration.gain)}"
                raise _damaged(path, f"{PLAUSIBLE} for the {calibration.chip}", seen)
        return cls(kept.calibrations)

    def apply(self, chip: str, acc_g: Array) -> Array:
        """The chip's readings (n, 3) in g, corrected where it was calibrated; the array given is left as it is."""
        calibration = self._in_force.get(chip)
        return acc_g if calibration is None else calibration.correct(acc_g)

    def of(self, chip: str) -> Calibration | None:
        """The one in force for the chip."""
        return self._in_force.get(chip)

    @property
    def in_force(self) -> tuple[Calibration, ...]:
        """One for each chip."""
        return tuple(self._in_force.values())

    def and_then(self, calibration: Calibration) -> "Calibrations":
        """With a newer one, which is in force for its chip from now on; the oldest beyond KEPT of it go."""
        of_chip = [each for each in self.made if each.chip == calibration.chip]
        too_old = of_chip[: max(0, len(of_chip) + 1 - KEPT)]
        return Calibrations([*(each for each in self.made if not any(each is old for old in too_old)), calibration])

    def undone(self) -> "Calibrations":
        """Without the newest. Raises CalibrationError when there is none."""
        if not self.made:
            raise CalibrationError(
                "To undo a calibration",
                expected="one that was made",
                seen="none",
                remedy="Nothing is applied: the chip's own readings count.",
            )
        return Calibrations(self.made[:-1])

    def save(self, path: Path) -> None:
        """Whole or not at all, and a power cut right after leaves it there. Raises CalibrationError."""
        content = msgspec.json.format(msgspec.json.encode(_Kept(SCHEMA, self.made)))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace_durably(path, content + b"\n")
        except OSError as error:
            raise not_writable(path, error.strerror or str(error)) from error


def not_writable(path: Path, seen: str) -> CalibrationError:
    """The words for a place where the file cannot be kept."""
    return CalibrationError(
        str(path),
        expected="a place to write to",
        seen=seen,
        remedy="Run it as the user kneemon runs as: `sudo -u kneemon kneemon calibrate …`. Nothing was changed.",
    )


def _replace_durably(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def in_words(axes: Sequence[float]) -> str:
    """(0.01, -0.02, 1) -> "x 0.010, y -0.020, z 1.000"."""
    return ", ".join(f"{name} {value:.3f}" for name, value in zip("xyz", axes, strict=True))


def _damaged(path: Path, expected: str, seen: str) -> CalibrationError:
    return CalibrationError(str(path), expected=expected, seen=seen, remedy=DAMAGED)
