# SPDX-License-Identifier: MIT
"""The numbers of a recording, checked: acceleration in g over seconds, or a RecordingError that says why not.

Stamps may be any seconds (from 0, since boot, since 1970) at 15 to 500 Hz, with gaps and jitter. A stamp that does not
rise is nudged 1 µs past the one before it; one that stands at or before the stamp five rows earlier is an error. Rows
with NaN or an empty field are dropped and counted as lost; more than half of them is an error, told at the end. Rate
and unit are judged on the first piece.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kneemon.errors import RecordingError
from kneemon.model.samples import Array
from kneemon.sensor.recording_text import COLUMNS, COMMAS_AND_POINTS, HEADER, SEPARATORS, shortened

NUDGE_S = 1e-6
TIDY_ROWS = 5  # over so many rows time must have gone on
RATES_HZ = (14.0, 550.0)  # 15 to 500 by name, and what an oscillator may be off
TIME_UNITS = {1_000: "milliseconds", 1_000_000: "microseconds", 1_000_000_000: "nanoseconds"}
# The median of |a| stays near 1 g on a body, even when it runs; this leaves room for a file of a few samples.
GRAVITY_G = (0.5, 4.0)
GRAVITY_MS2 = (4.0, 40.0)
GRAVITY_MG = (300.0, 4000.0)


@dataclass(frozen=True, slots=True)
class Rows:
    """Samples of one piece: t_s (n,), acc_g (n, 3), and how many rows were dropped directly before each, (n,)."""

    t_s: Array
    acc_g: Array
    lost: NDArray[np.int64]


def read_rows(name: str, pieces: Iterable[tuple[int, list[str]]]) -> Iterator[Rows]:
    """One Rows for each piece of text with samples in it; a piece is its first line's number, and its lines.

    Raises RecordingError, under `name`.
    """
    stamps = _Stamps()
    kept = dropped = lost = 0
    judged = False
    for first_line, lines in pieces:
        table = _numbers(name, first_line, lines)
        good = np.flatnonzero(~np.isnan(table).any(axis=1))
        dropped += len(table) - len(good)
        if not len(good):
            lost += len(table)
            continue
        t_s, acc_g = table[good, 0], table[good, 1:]
        late = stamps.late(t_s)
        if late is not None:
            row, earlier_s = late
            seen = f"{t_s[row]:.10g} s in line {_line_number(first_line, lines, good[row])}, after {earlier_s:.10g} s"
            remedy = "Sort the lines by time, and give every sample a time of its own."
            raise RecordingError(name, expected="time that goes on", seen=seen, remedy=remedy)
        if not judged and len(good) > 1:
            _check_rate(name, t_s)
            _check_unit(name, acc_g)
            judged = True
        kept += len(good)
        lost_before = np.diff(good, prepend=-1) - 1
        lost_before[0] += lost
        lost = len(table) - 1 - int(good[-1])
        yield Rows(stamps.rising(t_s), acc_g, lost_before)
    _check_enough(name, kept, dropped)


class _Stamps:
    """Time's order over the borders of pieces."""

    def __init__(self) -> None:
        self._newest_s = np.empty(0)  # as they stand in the file
        self._reached_s = -np.inf  # as handed out

    def late(self, t_s: Array) -> tuple[int, float] | None:
        """The first row at or before a stamp TIDY_ROWS earlier, and that stamp; None when all is well."""
        stamps_s = np.concatenate((self._newest_s, t_s))
        reach = min(TIDY_ROWS, len(stamps_s) - 1)
        if reach:
            late = np.flatnonzero(stamps_s[reach:] <= stamps_s[:-reach])
            if late.size:
                return int(late[0]) + reach - len(self._newest_s), float(stamps_s[late[0]])
        self._newest_s = stamps_s[-TIDY_ROWS:]
        return None

    def rising(self, t_s: Array) -> Array:
        """The same stamps; where they do not rise, NUDGE_S after the one before."""
        all_s = np.concatenate(([self._reached_s], t_s))
        for before in np.flatnonzero(np.diff(all_s) < NUDGE_S).tolist():
            row = before + 1
            while row < len(all_s) and all_s[row] < all_s[row - 1] + NUDGE_S:
                all_s[row] = all_s[row - 1] + NUDGE_S
                row += 1
        self._reached_s = float(all_s[-1])
        return all_s[1:]


def _numbers(name: str, first_line: int, lines: list[str]) -> Array:
    """Shape (n, 4), n without blank lines; NaN stands for an empty field."""
    if not any(line.strip() for line in lines):
        return np.empty((0, len(COLUMNS)))
    try:
        table = np.loadtxt(lines, delimiter=",", comments=None, usecols=range(len(COLUMNS)), ndmin=2)
    except ValueError:  # somewhere in there is an empty field or worse: look line by line
        numbered = enumerate(lines, first_line)
        table = np.array([_fields(name, number, line) for number, line in numbered if line.strip()])
    endless = np.isinf(table).any(axis=1)
    if endless.any():
        line = _line_number(first_line, lines, int(endless.argmax()))
        raise _bad_line(name, "finite numbers", f"an infinite one in line {line}")
    return table


def _fields(name: str, number: int, line: str) -> list[float]:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) < len(COLUMNS):
        bad = _bad_line(name, f"{len(COLUMNS)} columns {HEADER}", f"{len(fields)} in line {number}")
        raise _other_separator(name, number, line) or bad
    numbers = []
    for field in fields[: len(COLUMNS)]:
        try:
            numbers.append(float(field or "nan"))
        except ValueError:
            bad = _bad_line(name, "numbers", f"“{shortened(field)}” in line {number}")
            raise _other_separator(name, number, line) or bad from None
    return numbers


def _other_separator(name: str, number: int, line: str) -> RecordingError | None:
    """What a spreadsheet of a country with decimal commas makes of the rows."""
    for separator, words in SEPARATORS.items():
        if line.count(separator) >= len(COLUMNS) - 1:
            seen = f"{words} in line {number}"
            return RecordingError(name, expected="columns separated by commas", seen=seen, remedy=COMMAS_AND_POINTS)
    return None


def _bad_line(name: str, expected: str, seen: str) -> RecordingError:
    return RecordingError(name, expected=expected, seen=seen, remedy="Mend that line or take it out.")


def _line_number(first_line: int, lines: list[str], row: int) -> int:
    """Where in the file a row of the table stands."""
    return [number for number, line in enumerate(lines, first_line) if line.strip()][row]


def _check_rate(name: str, t_s: Array) -> None:
    reach = min(TIDY_ROWS, len(t_s) - 1)
    rate_hz = reach / float(np.median(t_s[reach:] - t_s[:-reach]))
    low_hz, high_hz = RATES_HZ
    if low_hz <= rate_hz <= high_hz:
        return
    seen, remedy = f"{_brief(rate_hz)} Hz", "Record at another rate, or resample."
    for factor, unit in TIME_UNITS.items():
        if low_hz <= rate_hz * factor <= high_hz:
            seen, remedy = f"a time column that looks like {unit}", f"Divide t by {factor}."
    raise RecordingError(name, expected="15 to 500 samples a second", seen=seen, remedy=remedy)


def _check_unit(name: str, acc_g: Array) -> None:
    size = np.sqrt(np.square(acc_g).sum(axis=1))
    size = size[size > 0.0]
    if not len(size):
        raise RecordingError(
            name, expected="acceleration in g", seen="zeros only", remedy="Record again: the sensor was not measuring."
        )
    typical = float(np.median(size))
    if _within(typical, GRAVITY_G):
        return
    seen, remedy = f"a median of {_brief(typical)}", "Convert the three columns to g, gravity included."
    if typical < GRAVITY_G[0]:
        remedy = "Gravity seems to have been taken out: record acceleration with gravity."
    elif _within(typical, GRAVITY_MS2):
        seen, remedy = f"{seen}, which looks like m/s²", "Divide the three columns by 9.80665."
    elif _within(typical, GRAVITY_MG):
        seen, remedy = f"{seen}, which looks like mg", "Divide the three columns by 1000."
    raise RecordingError(name, expected="acceleration in g, about 1 with gravity", seen=seen, remedy=remedy)


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value < span[1]


def _brief(value: float) -> str:
    return f"{float(f'{value:.3g}'):g}"


def _check_enough(name: str, kept: int, dropped: int) -> None:
    if dropped > kept:
        seen = f"{dropped} of {kept + dropped} rows without a number"
        remedy = "Record again: a gap may be left out, a walk may not."
        raise RecordingError(name, expected="numbers in most rows", seen=seen, remedy=remedy)
    if kept < 2:
        seen = "one" if kept else "none after the header"
        raise RecordingError(name, expected="two samples or more", seen=seen, remedy="Record again.")
