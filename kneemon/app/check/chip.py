# SPDX-License-Identifier: MIT
"""The check's look at the accelerometer: which it is, its thermometer, its self-test and its interrupt line.

It leaves the chip powered down and its self-test off, whatever happens. What the self-test says is judged later, by
somebody who knows whether the box lay still.
"""

import errno
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass

from kneemon.app.check.bus import CROWDED, WIRES, Scan, insist
from kneemon.app.check.finding import Finding, fault, good, note
from kneemon.app.compose import chip_options
from kneemon.config.options import Config
from kneemon.config.pins import PINS
from kneemon.drivers.bus import I2cBus, in_words
from kneemon.drivers.chip import FLOATING, Chip, Identity, SelfTest
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.find import AUTO, Found, find_chips
from kneemon.errors import ChipAbsentError, ForeignChipError, SensorError
from kneemon.ports import Clock
from kneemon.sensor.waiting import PATIENCE, Interrupt

TEMPERATURE_C = (-20.0, 60.0)  # of a chip in a box on a belt; a copy's other thermometer is mostly far outside
FIRST_SAMPLES_S = 0.1  # a thermometer measures with the rest
LOOSE = "a wire is loose, or SDA and SCL are exchanged"
TWO = "two devices at one address, which answer both at once"
KERNELS = "an overlay in /boot/firmware/config.txt gives the sensor to the kernel"
TAKE_BACK = 'Take the overlay out and restart, or let the kernel drive it: sensor.source = "iio".'
COPIES = "mpu6500"  # the family that most copies of an MPU-6050 belong to

Make = Callable[[I2cBus], Chip]


@dataclass(frozen=True, slots=True)
class Tested:
    """What the chip did when it was asked on its own.

    self_test: the result, or why there is none. line: what its interrupt did, None where none was looked at.
    """

    make: Make
    name: str
    nominal_hz: float
    self_test: SelfTest | SensorError
    line: Finding | None


def look_at_chip(
    config: Config, scan: Scan, bus: I2cBus, clock: Clock, line: Interrupt | None
) -> Generator[Finding, None, Tested | None]:
    """line: of the interrupt, where it is configured and its pin could be had. Returns None for no usable chip."""
    found = find_chips(bus)
    if config.sensor.chip == AUTO:
        chosen = yield from _of_auto(config, scan, found)
    else:
        chosen = yield from _of_name(config, scan, bus, found)
    if chosen is None:
        return None
    kind, address = chosen
    options = chip_options(config)

    def make(opened: I2cBus) -> Chip:
        return CHIPS[kind].make(opened, address, options)

    chip = make(bus)
    try:
        return (yield from _tried(chip, make, clock, line, config.sensor.interrupt_pin))
    finally:
        with suppress(OSError, SensorError):  # it may be the wire itself that is gone
            insist(chip.stop)


def judge_self_test(tested: Tested, *, still: bool) -> Finding:
    result = tested.self_test
    if isinstance(result, SensorError):
        return note("self-test", f"{result.what}: expected {result.expected}, saw {result.seen}.", result.remedy)
    shifts = " ".join(f"{axis} {shift:+.2f}" for axis, shift in zip("xyz", result.shifts, strict=True))
    if result.passed:
        return good("self-test", f"the mass moves as it should: {shifts} {result.unit}")
    wrong = [
        f"{axis} moved {shift:+.2f} where {low:+.2f} to {high:+.2f} {result.unit} was expected"
        for axis, shift, (low, high) in zip("xyz", result.shifts, result.limits, strict=True)
        if not low <= shift <= high
    ]
    text = f"{'; '.join(wrong)}."
    if not still:
        return note("self-test", f"{text} The box moved.", "Lay it down and check again.")
    return fault(
        "self-test",
        text,
        "the chip is damaged (a fall, 5 V), or a copy",
        "Check again with the box on a firm table; if it stays, replace the board.",
    )


def _of_auto(config: Config, scan: Scan, found: tuple[Found, ...]) -> Generator[Finding, None, tuple[str, int] | None]:
    place = config.sensor.address
    fitting = [each for each in found if place in (0, each.address)]
    if fitting:
        chosen, *others = fitting
        yield good("chip", f"{chosen.part} at 0x{chosen.address:02x}, found by itself")
        if others:
            listed = ", ".join(f"{each.part} at 0x{each.address:02x}" for each in others)
            yield note(
                "chip", f"also there: {listed}.", f'If that is the one, name it: sensor.chip = "{others[0].kind}".'
            )
        return chosen.kind, chosen.address
    strangers = [
        (name, address, scan.answers[address, kind.identity.register.address])
        for name, kind in CHIPS.items()
        for address in kind.addresses
        if place in (0, address) and (address, kind.identity.register.address) in scan.answers
    ]
    if not strangers:
        yield _nobody("a known sensor", scan)
        return None
    name, address, seen = next((each for each in strangers if each[0] == COPIES), strangers[0])
    identity = CHIPS[name].identity
    hint = (
        "Use a board with a chip that kneemon knows: " + ", ".join(kind.identity.part for kind in CHIPS.values()) + "."
    )
    if seen in FLOATING:
        hint = f"{WIRES} Then take other boards off the bus, one after the other."
    elif identity.copied and seen not in identity.others:
        hint = (
            f'Take other boards off the bus; for a copy set sensor.chip = "{name}" and '
            f"sensor.accept_identity = 0x{seen:02x}."
        )
    text = f"no known sensor; 0x{address:02x} says 0x{seen:02x} in {identity.register.name}."
    yield fault("chip", text, _stranger(identity, seen), hint)
    return None


def _of_name(
    config: Config, scan: Scan, bus: I2cBus, found: tuple[Found, ...]
) -> Generator[Finding, None, tuple[str, int] | None]:
    kind = CHIPS[config.sensor.chip]
    address = config.sensor.address or kind.addresses[0]
    chip = kind.make(bus, address, chip_options(config))
    try:
        insist(chip.identify)
    except ForeignChipError as error:
        seen = scan.answers.get((address, kind.identity.register.address), FLOATING[0])
        text = f"{error.what}: expected {error.expected}, saw 0x{seen:02x}."
        yield fault("chip", text, _stranger(kind.identity, seen), error.remedy)
    except ChipAbsentError:
        elsewhere = [each for each in found if each.kind == config.sensor.chip] or list(found)
        if not elsewhere:
            yield _nobody(chip.name, scan)
            return None
        other = elsewhere[0]
        yield fault(
            "chip",
            f"{chip.name} does not answer.",
            f"the sensor there is an {other.part} at 0x{other.address:02x}",
            f'Set sensor.chip = "auto", or "{other.kind}" with sensor.address = 0x{other.address:02x}.',
        )
    except (OSError, SensorError) as error:
        yield _broken(chip.name, error)
    else:
        yield good("chip", chip.name)
        return config.sensor.chip, address
    return None


def _nobody(what: str, scan: Scan) -> Finding:
    """Others answer, the sensor does not."""
    others = ", ".join(f"0x{address:02x}" for address in scan.addresses)
    text = f"{what} does not answer; others do: {others}."
    if any(address not in CROWDED for address in scan.kernels):  # a clock there is the kernel's by right
        return fault("chip", text, KERNELS, TAKE_BACK)
    return fault(
        "chip",
        text,
        "the sensor's own wires, or CS (ADXL345, LIS3DH, LIS2DW12) is not at 3V3",
        WIRES,
    )


def _stranger(identity: Identity, seen: int) -> str:
    if seen in FLOATING:
        return f"{LOOSE}, or {TWO}"
    if seen in identity.others:
        return f"the board carries {identity.others[seen]}"
    return f"a copy with an identity of its own, or {TWO}" if identity.copied else f"another chip, or {TWO}"


def _broken(name: str, error: Exception) -> Finding:
    if isinstance(error, SensorError):
        text, hint = f"{error.what}: expected {error.expected}, saw {error.seen}.", error.remedy
    else:
        text, hint = f"{name}: {in_words(error) if isinstance(error, OSError) else error}.", WIRES
    if isinstance(error, OSError) and error.errno == errno.EBUSY:
        return fault("chip", text, KERNELS, TAKE_BACK)
    return fault("chip", text, "a loose or long wire", hint)


def _tried(
    chip: Chip, make: Make, clock: Clock, line: Interrupt | None, pin: int
) -> Generator[Finding, None, Tested | None]:
    try:
        insist(chip.identify)
        insist(lambda: chip.configure(clock.wait))
        insist(chip.start)
        clock.wait(FIRST_SAMPLES_S)
        temperature_c = insist(chip.temperature_c)
    except (OSError, SensorError) as error:
        yield _broken(chip.name, error)
        return None
    if temperature_c is not None:
        yield _temperature(temperature_c)
    result: SelfTest | SensorError
    try:
        result = insist(lambda: chip.self_test(clock.wait))
    except SensorError as error:
        result = error
    except OSError as error:
        result = SensorError(
            f"{chip.name}, self-test", expected="whole transfers", seen=in_words(error), remedy="Look for a loose wire."
        )
    risen = None
    if line is not None:
        with suppress(OSError, SensorError):  # the samples that follow tell of it
            risen = _line(chip, clock, line, pin)
    return Tested(make, chip.name, chip.nominal_hz, result, risen)


def _temperature(temperature_c: float) -> Finding:
    low, high = TEMPERATURE_C
    if low <= temperature_c <= high:
        return good("temperature", f"{temperature_c:.0f} °C inside the chip")
    return note(
        "temperature",
        f"{temperature_c:.0f} °C inside the chip.",
        "Feel whether it is hot: then unplug it at once, and look for 5 V or a short circuit.",
        cause="a copy with another thermometer",
    )


def _line(chip: Chip, clock: Clock, line: Interrupt, pin: int) -> Finding | None:
    """Low while the FIFO is empty, high at the watermark; None when the FIFO did not fill."""
    if chip.watermark is None:
        text = f"{chip.name} cannot tell when its FIFO fills: it is emptied by the clock."
        return note("interrupt", text, "Set sensor.interrupt = false.")
    usual = PINS["sensor_int"]
    where = f"GPIO{pin}" + (f" (pin {usual.physical})" if pin == usual.bcm else "")
    insist(lambda: chip.configure(clock.wait))
    insist(chip.start)
    early = line.high
    clock.wait(PATIENCE * chip.watermark / chip.nominal_hz)
    waiting = insist(chip.level)
    if early:
        cause = "it is wired to 3V3 or to another pin of the sensor than INT1"
        return _no_line(f"{where} is high though nothing is waiting.", cause, where)
    if waiting < chip.watermark:
        return None
    if not line.high:
        cause = "the wire from INT1 is loose or goes to another pin"
        return _no_line(f"{where} stays low with {waiting} samples waiting.", cause, where)
    return good("interrupt", f"{where} rises at {chip.watermark} samples")


def _no_line(text: str, cause: str, where: str) -> Finding:
    remedy = f"Check the wire from the sensor's INT1 to {where}; without one set sensor.interrupt = false."
    return fault("interrupt", text, cause, remedy)
