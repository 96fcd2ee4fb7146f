# SPDX-License-Identifier: MIT
"""`kneemon calibrate`: the chip's own readings, while the box is laid on its sides, become its offset and gain.

It uses the edges of the daemon, without what was calibrated before; so nobody else may have the chip. Nothing is kept
before the end: whoever stops it, or whatever breaks, leaves all as it was.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kneemon.app.compose import chip_in_words, chip_options
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import alive
from kneemon.drivers.bus import I2cBus, broken_off, open_bus
from kneemon.drivers.find import chip_maker
from kneemon.errors import CalibrationError, ConfigError, ControlError, SensorError
from kneemon.model.samples import SampleBlock, Wire
from kneemon.ports import Clock
from kneemon.sensor.calibration import Axes, Calibration, Calibrations, Method, not_writable
from kneemon.sensor.fifo import FifoSource
from kneemon.sensor.positions import Lying, Moved, Position, Side, at_rest, six_positions

SILENT_S = 20.0  # the source tries again every 5 s at the longest: a wire that comes loose in the hand is found again
RESTLESS_S = 10.0  # after this it is not the hand any more
NEVER_STILL_S = 60.0  # … and after this, where no hand is needed, nothing will come
AT_REST = "at rest"
NEEDED = {Method.SIX: len(Side), Method.REST: 1}
RESTLESS = (
    "It has not lain still for ten seconds. Lay it down and let go; if nobody touches it, the chip is noisier than it "
    "may be: `kneemon check` tells how much."
)


@dataclass(frozen=True, slots=True)
class Guide:
    """What to show now: chip, mean reading x y z, side up, sides done, how much of lying still, a word on it."""

    chip: str
    reading_g: Axes
    side: Side | None
    done: frozenset[Side]
    progress: float
    word: str


@dataclass(frozen=True, slots=True)
class Shift:
    """|a| of one position before and after. where: the side, or "at rest"."""

    where: str
    before_g: float
    after_g: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """It is kept. shifts: in the order of Side."""

    calibration: Calibration
    shifts: tuple[Shift, ...]


def calibrate(
    config: Config,
    places: Places,
    clock: Clock,
    how: Method,
    show: Callable[[Guide], None],
    *,
    bus_opener: Callable[[int], I2cBus] = open_bus,
) -> Calibrated:
    """From the first sample to the kept calibration; `show` is told some times a second, and may raise to stop it.

    Raises ConfigError, ControlError, SensorError and CalibrationError.
    """
    if config.sensor.source != "fifo":
        raise ConfigError(
            "[sensor] source",
            expected='"fifo", for it is a chip that is calibrated',
            seen=f'"{config.sensor.source}"',
            remedy="Add --set sensor.source=fifo, or calibrate on the device.",
        )
    _refuse_beside_another(places)
    kept = Calibrations.read(places.calibration)
    _refuse_without_place(places.calibration)
    chip = _identified(config, bus_opener)
    source = FifoSource(
        lambda: bus_opener(config.sensor.bus),
        chip_maker(config.sensor.chip, config.sensor.address, chip_options(config)),
        clock,
        name=chip,
        drain_s=config.sensor.drain_s,
    )
    try:
        positions = _positions(source, chip, clock, how, show)
    finally:
        source.close()
    made = clock.anchor().utc.date()
    if how is Method.SIX:
        calibration = six_positions({side: positions[side] for side in Side}, chip, made)
    else:
        calibration = at_rest(positions[AT_REST], chip, made)
    kept.and_then(calibration).save(places.calibration)
    return Calibrated(calibration, _shifts(calibration, positions))


def undo(places: Places) -> tuple[Calibration, Calibration | None]:
    """Takes the newest away; what it was, and what is in force for its chip now. Raises CalibrationError."""
    kept = Calibrations.read(places.calibration)
    left = kept.undone()
    left.save(places.calibration)
    return kept.made[-1], left.of(kept.made[-1].chip)


def _positions(
    source: FifoSource, chip: str, clock: Clock, how: Method, show: Callable[[Guide], None]
) -> dict[str, Position]:
    """Each that the method needs, under its side or AT_REST."""
    lying = Lying(any_side=how is Method.REST)
    positions: dict[str, Position] = {}
    begun_s = heard_s = clock.now_s()
    reading_g: Axes = (0.0, 0.0, 0.0)
    word = ""
    while len(positions) < NEEDED[how]:
        seen = source.read()
        if isinstance(seen, SampleBlock):
            if source.describe != chip:
                raise _another(chip, source.describe)
            heard_s = float(seen.t_s[-1])
            x, y, z = seen.acc_g.mean(axis=0)
            reading_g = (float(x), float(y), float(z))
            for found in lying.feed(seen):
                if isinstance(found, Position):
                    positions[found.side or AT_REST] = found
                word = _moved(found) if isinstance(found, Moved) else ""
            if lying.restless_s >= RESTLESS_S:
                word = RESTLESS
        elif seen is not None and seen.kind is not Wire.DOUBT:  # of |a| at rest: that is what we are here for
            word = seen.text if seen.kind is not Wire.BACK else ""
        if clock.now_s() - heard_s >= SILENT_S:
            raise _silent(chip, word)
        if how is Method.REST and heard_s - begun_s >= NEVER_STILL_S:
            raise _never_still(chip)
        done = frozenset(side for side in Side if side in positions)
        show(Guide(chip, reading_g, lying.side, done, lying.progress, word))
    return positions


def _shifts(calibration: Calibration, positions: Mapping[str, Position]) -> tuple[Shift, ...]:
    order = [where for where in (*Side, AT_REST) if where in positions]
    before_g = np.array([positions[where].mean_g for where in order])
    after_g = calibration.correct(before_g)
    lengths = zip(order, np.linalg.norm(before_g, axis=1), np.linalg.norm(after_g, axis=1), strict=True)
    return tuple(Shift(str(where), float(before), float(after)) for where, before, after in lengths)


def _refuse_beside_another(places: Places) -> None:
    """A running kneemon has the chip."""
    if not alive(places.socket):
        return
    raise ControlError(
        "The sensor",
        expected="it for ourselves",
        seen="a running kneemon, which has it",
        remedy="Stop it for the time: `sudo systemctl stop kneemon`, and start it again afterwards.",
    )


def _refuse_without_place(path: Path) -> None:
    """Better now than after the sixth position."""
    nearest = next(place for place in path.parents if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise not_writable(path, f"that we may not write into {nearest}")


def _identified(config: Config, bus_opener: Callable[[int], I2cBus]) -> str:
    """The name of the chip that answers. Raises SensorError."""
    sensor = config.sensor
    bus = bus_opener(sensor.bus)
    try:
        chip = chip_maker(sensor.chip, sensor.address, chip_options(config))(bus)
        chip.identify()
    except OSError as error:
        raise broken_off(chip_in_words(config), error) from error
    finally:
        bus.close()
    return chip.name


def _moved(moved: Moved) -> str:
    return f"The box moved ({1000 * moved.deviation_g:.0f} mg, at most 20): lay it on something firm and let go."


def _silent(chip: str, text: str) -> SensorError:
    return SensorError(
        chip,
        expected="samples",
        seen=f"none for {SILENT_S:g} s",
        remedy=f"Nothing was changed. The last that was heard: {text}",
    )


def _another(chip: str, other: str) -> SensorError:
    return SensorError(
        chip,
        expected="the same chip to the end",
        seen=f"the {other} in its place",
        remedy="Name the one you mean with --set sensor.chip=… and begin again. Nothing was changed.",
    )


def _never_still(chip: str) -> CalibrationError:
    return CalibrationError(
        chip,
        expected="two seconds in which no axis strays by more than 20 mg",
        seen=f"none in {NEVER_STILL_S:g} s",
        remedy="Lay the box on something firm. If it lay still, the chip is noisier than it may be: `kneemon check` "
        "tells how much. Nothing was changed.",
    )
