# SPDX-License-Identifier: MIT
"""From a box that lies still to its chip's offset and gain.

Which side is up, `Lying` sees by itself: the axis that has nearly all of what is measured, which asks for no scale, for
that is what is not known yet. A box that leans by an angle reads cos(angle) on its upright axis: leaning by 5 degrees
in every position costs at most 5.3 mg of |a| in any orientation, by 10 degrees 21 mg; more is refused. Knows no clock,
no wire and no terminal. Units: g, seconds of stream time, the chip's own axes.

Sources: reference hardware.md, 1.6 (six positions, 20 mg, 2 s).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import atan2, degrees, hypot

import numpy as np

from kneemon.errors import CalibrationError
from kneemon.model.samples import Array, SampleBlock
from kneemon.sensor.calibration import PLAUSIBLE, Axes, Calibration, Method, in_words

LEAN_MOST_DEG = 10.0
NOTHING_CHANGED = "Nothing was changed."


class Side(StrEnum):
    """Which of the chip's axes points up, or down."""

    X_UP = "x up"
    X_DOWN = "x down"
    Y_UP = "y up"
    Y_DOWN = "y down"
    Z_UP = "z up"
    Z_DOWN = "z down"

    @property
    def axis(self) -> int:
        """0 1 2 for x y z."""
        return "xyz".index(self.value[0])

    @property
    def sign(self) -> int:
        """Of what the axis reads: at rest the axis that points up reads +1 g."""
        return 1 if self.value.endswith("up") else -1


@dataclass(frozen=True, slots=True)
class LyingParams:
    """How still, how long, how upright."""

    hold_s: float = 2.0  # what the average needs; two seconds of a person's patience, six times
    glance_s: float = 0.25  # judged at once: short enough that a box put down is at rest in the next one
    still_g: float = 0.020  # standard deviation of any axis: five times the noise of these chips
    glance_still_g: float = 0.030  # … of a glance, whose few samples know it less well
    upright: float = 0.8  # share of |a| on one axis: 37 degrees, or 0.2 g of offset on each axis and 5 degrees


@dataclass(frozen=True, slots=True)
class Position:
    """A box that lay still: mean and standard deviation of each axis. side: None where it leans anyhow."""

    side: Side | None
    mean_g: Axes
    noise_g: Axes


@dataclass(frozen=True, slots=True)
class Moved:
    """A box that had lain still, and did not until the end. deviation_g: of its worst axis."""

    deviation_g: float


class Lying:
    """Blocks in; a Position for each stillness that lasted, a Moved for each that was broken off.

    any_side: the box may lean as it likes, and its positions have no side.
    side: up now; None while it moves or leans. restless_s: how long it has not been still.
    """

    def __init__(self, *, any_side: bool = False, params: LyingParams = LyingParams()) -> None:
        self._params = params
        self._any_side = any_side
        self._glance: list[tuple[Array, Array]] = []
        self._held: list[Array] = []
        self._held_s = 0.0
        self._told = False  # this stillness has given its position
        self.side: Side | None = None
        self.restless_s = 0.0

    @property
    def progress(self) -> float:
        """Of the stillness that is going on: 0 to 1."""
        return 1.0 if self._told else min(self._held_s / self._params.hold_s, 1.0)

    def feed(self, block: SampleBlock) -> tuple[Position | Moved, ...]:
        """What came to its end with these samples."""
        if block.lost_before:
            self._begin_anew()
        if len(block) == 0:
            return ()
        self._glance.append((block.t_s, block.acc_g))
        begun_s, seen_s = float(self._glance[0][0][0]), float(block.t_s[-1])
        if seen_s - begun_s < self._params.glance_s:
            return ()
        acc_g = np.concatenate([part for _, part in self._glance])
        self._glance = []
        seconds = (seen_s - begun_s) * len(acc_g) / (len(acc_g) - 1)  # each sample stands for its period
        return tuple(self._look(acc_g, seconds))

    def _look(self, acc_g: Array, seconds: float) -> Iterable[Position | Moved]:
        deviation_g = float(acc_g.std(axis=0).max())
        if deviation_g > self._params.glance_still_g:
            if self._held and not self._told:
                yield Moved(deviation_g)
            self._begin_anew()
            self.restless_s += seconds
            return
        side = None if self._any_side else side_up(acc_g.mean(axis=0), self._params.upright)
        if side is None and not self._any_side:
            self._begin_anew()
            self.restless_s = 0.0
            return
        if side is not self.side:
            self._begin_anew()
            self.side = side
        self.restless_s = 0.0
        if self._told:
            return
        self._held.append(acc_g)
        self._held_s += seconds
        if self._held_s < self._params.hold_s:
            return
        held_g = np.concatenate(self._held)
        noise_g = held_g.std(axis=0)
        if noise_g.max() > self._params.still_g:  # each glance was still, and all of them crept
            self._begin_anew()
            yield Moved(float(noise_g.max()))
            return
        self._told = True
        yield Position(side, _axes(held_g.mean(axis=0)), _axes(noise_g))

    def _begin_anew(self) -> None:
        self._glance = []
        self._held = []
        self._held_s = 0.0
        self._told = False
        self.side = None


def side_up(mean_g: Array, upright: float) -> Side | None:
    """Which side is up when the three axes read this on average; None for a box that leans."""
    axis = int(np.argmax(np.abs(mean_g)))
    if abs(mean_g[axis]) <= upright * np.linalg.norm(mean_g):
        return None
    return Side(f"{'xyz'[axis]} {'up' if mean_g[axis] > 0 else 'down'}")


def six_positions(positions: Mapping[Side, Position], chip: str, made: date) -> Calibration:
    """Half of the sum and half of the difference of what each axis reads up and down.

    Raises CalibrationError for what no sound chip reads, and for a box that leaned by more than 10 degrees.
    """
    up_g = np.array([positions[side].mean_g[side.axis] for side in Side if side.sign > 0])
    down_g = np.array([positions[side].mean_g[side.axis] for side in Side if side.sign < 0])
    offset_g, gain = _axes((up_g + down_g) / 2), _axes((up_g - down_g) / 2)
    noise_g = _axes(np.max([position.noise_g for position in positions.values()], axis=0))
    calibration = _plausible(Calibration(chip, made, Method.SIX, offset_g, gain, noise_g))
    for side, position in positions.items():
        lean_deg = _lean_deg(calibration, side, position)
        if lean_deg > LEAN_MOST_DEG:
            raise CalibrationError(
                f"{chip}, {side}",
                expected=f"a box within {LEAN_MOST_DEG:g} degrees of upright",
                seen=f"it leaning by {lean_deg:.0f} degrees",
                remedy="Lean it against a wall or a book, and begin again. If the chip sits askew in its box, "
                f"`kneemon calibrate rest` is the one for you. {NOTHING_CHANGED}",
            )
    return calibration


def at_rest(position: Position, chip: str, made: date) -> Calibration:
    """One gain for all axes, so that |a| is 1 in this position. Raises CalibrationError."""
    gain = float(np.linalg.norm(position.mean_g))
    return _plausible(Calibration(chip, made, Method.REST, (0.0, 0.0, 0.0), (gain, gain, gain), position.noise_g))


def _plausible(calibration: Calibration) -> Calibration:
    if not calibration.plausible:
        raise CalibrationError(
            calibration.chip,
            expected=PLAUSIBLE,
            seen=f"offsets {in_words(calibration.offset_g)} g and gains {in_words(calibration.gain)}",
            remedy="It is another chip than it says (an LSM6DSO32 reads half), a copy with another scale, or broken: "
            f"run `kneemon check`, and try another board. {NOTHING_CHANGED}",
        )
    return calibration


def _lean_deg(calibration: Calibration, side: Side, position: Position) -> float:
    true_g = calibration.correct(np.array([position.mean_g]))[0]
    across = [float(true_g[axis]) for axis in range(3) if axis != side.axis]
    return degrees(atan2(hypot(*across), abs(float(true_g[side.axis]))))


def _axes(values: Array) -> Axes:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
