# SPDX-License-Identifier: MIT
"""The check listens to the source for a while: rate, loss, noise, |a| at rest, and whether a calibration still fits.

The samples come as the service gets them, but uncalibrated; g and seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kneemon.app.check.finding import Finding, fault, good, note, of_error
from kneemon.config.places import Places
from kneemon.errors import CalibrationError
from kneemon.model.samples import Array, SampleBlock, SensorReport, Wire
from kneemon.ports import Clock, SampleSource
from kneemon.sensor.calibration import Calibrations
from kneemon.sensor.doubts import REST_G, STILL_G

RATE_SHARE = 0.10  # oscillators of these chips may be 10 % off, not more
NOISE_G = 0.02  # standard deviation of an axis above which a chip at rest is noisier than its data sheet allows
HALF_G = (0.42, 0.58)  # an LSM6DSO32 that is taken for an LSM6DSO
FITS_G = 0.05  # so near one g a calibrated chip stays for years; 30 °C make 0.03 g at most
AGAIN = " The next attempt"  # how the live source ends a fault that it will not leave at that
CALIBRATE = "`sudo -u kneemon kneemon calibrate six`, with kneemon stopped."


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """acc_g: shape (n, 3), uncalibrated. rate_hz: measured. lost: samples. fault: what ended the listening early."""

    acc_g: Array
    rate_hz: float | None
    lost: int
    fault: str | None = None

    @property
    def size_g(self) -> Array:
        size_g: Array = np.linalg.norm(self.acc_g, axis=1)
        return size_g

    @property
    def still(self) -> bool:
        """Nobody held the box."""
        return len(self.acc_g) > 0 and float(self.size_g.std()) <= STILL_G


def listen(source: SampleSource, clock: Clock, seconds: float) -> Heard:
    """Until `seconds` are over or the source tells of a fault."""
    blocks: list[SampleBlock] = []
    end_s = clock.now_s() + seconds
    broken = None
    while broken is None and clock.now_s() < end_s:
        item = source.read()
        if isinstance(item, SensorReport) and item.kind is Wire.FAULT:
            broken = item.text.partition(AGAIN)[0]
        elif isinstance(item, SampleBlock):
            blocks.append(item)
    acc_g = np.concatenate([block.acc_g for block in blocks]) if blocks else np.empty((0, 3))
    return Heard(acc_g, _rate_hz(blocks), sum(block.lost_before for block in blocks), broken)


def judge_samples(heard: Heard, seconds: float, nominal_hz: float | None, *, slow: bool) -> Iterator[Finding]:
    """nominal_hz: None where nobody promises a rate. slow: the bus was found to be."""
    if heard.fault is not None:
        yield fault(
            "samples",
            heard.fault,
            "a loose wire, or a supply that dips",
            "Press each plug, shorten the wires, check again; if it stays, replace the board.",
        )
        return
    if heard.rate_hz is None:
        yield fault("samples", f"none in {seconds:g} s.", "a loose wire", "Press each plug, then check again.")
        return
    yield _rate(heard.rate_hz, nominal_hz)
    yield _loss(heard, slow)
    yield from _rest(heard)


def judge_calibration(places: Places, chip: str, heard: Heard) -> Finding:
    """Also where nothing could be heard; |a| is told when the box lay still."""
    try:
        made = Calibrations.read(places.calibration)
    except CalibrationError as error:
        return of_error("calibration", error, "a file of another kneemon, or changed by hand")
    calibration = made.of(chip)
    if calibration is None and made.in_force:
        others = ", ".join(each.chip for each in made.in_force)
        return note("calibration", f"of another chip: {others}. This {chip} counts uncalibrated.", CALIBRATE)
    if calibration is None:
        return note("calibration", "none: steps are counted all the same.", CALIBRATE)
    how = f"{calibration.how}, {calibration.made}"
    if not heard.still:
        return good("calibration", how)
    with_g = float(np.linalg.norm(calibration.correct(heard.acc_g), axis=1).mean())
    text = f"{how}: {with_g:.3f} g with it, {heard.size_g.mean():.3f} g without"
    if abs(with_g - 1.0) <= FITS_G:
        return good("calibration", text)
    return note("calibration", f"{text}. It does not fit.", CALIBRATE, cause="the board was exchanged for one like it")


def _rate_hz(blocks: list[SampleBlock]) -> float | None:
    """As the source measured it; from the samples' own times where it does not."""
    if not blocks or blocks[-1].rate_hz is not None:
        return blocks[-1].rate_hz if blocks else None
    t_s = np.concatenate([block.t_s for block in blocks])
    return float(1 / np.median(np.diff(t_s))) if len(t_s) > 1 else None


def _rate(rate_hz: float, nominal_hz: float | None) -> Finding:
    text = f"{rate_hz:.2f} Hz"
    if nominal_hz is None:
        return good("rate", text)
    text = f"{text} measured, {nominal_hz:g} Hz nominal"
    if abs(rate_hz / nominal_hz - 1) <= RATE_SHARE:
        return good("rate", text)
    return fault("rate", f"{text}.", "a copy whose clock is more than 10 % off", "Try another board.")


def _loss(heard: Heard, slow: bool) -> Finding:
    if not heard.lost:
        return good("loss", f"none of {len(heard.acc_g)} samples")
    text = f"{heard.lost} of {len(heard.acc_g) + heard.lost} samples were lost."
    if slow:
        return fault("loss", text, "the bus is too slow", "Set i2c_arm_baudrate=100000, restart, then check again.")
    return fault(
        "loss",
        text,
        "a loose or long wire breaks transfers off, or the computer was busy",
        "Press each plug, shorten the wires to 30 cm, stop other programs, then check again.",
    )


def _rest(heard: Heard) -> Iterator[Finding]:
    if not heard.still:
        yield note("rest", "the box moved.", "Lay it down and check again to see noise and one g.")
        return
    noise_g = heard.acc_g.std(axis=0)
    axes = " ".join(f"{axis} {1000 * noise:.1f}" for axis, noise in zip("xyz", noise_g, strict=True))
    if (noise_g > NOISE_G).any():
        yield fault(
            "noise",
            f"{axes} mg where {1000 * NOISE_G:.0f} mg is the most.",
            "the supply is not steady, or the table is not",
            "Lay it on a firm table, try another supply, keep the motor's wires away, then check again.",
        )
    else:
        yield good("noise", f"{axes} mg")
    mean_g = float(heard.size_g.mean())
    if REST_G[0] <= mean_g <= REST_G[1]:
        yield good("rest", f"{mean_g:.3f} g")
        return
    half = HALF_G[0] <= mean_g <= HALF_G[1]
    yield fault(
        "rest",
        f"{mean_g:.3f} g where {REST_G[0]} to {REST_G[1]} g was expected.",
        "an LSM6DSO32 sold as LSM6DSO (0.5 g), or a copy with another scale"
        if half
        else "a copy with another scale, another chip than configured, or two devices at one address",
        "Read what is printed on the chip; use another board.",
    )
