# SPDX-License-Identifier: MIT
"""The check's look at what the wearer hears, feels and presses: pins, button, haptic driver, and every cue in turn."""

from collections.abc import Iterator
from contextlib import closing

from gpiozero.pins import Factory
from msgspec.structs import replace

from kneemon.app.check.bus import insist
from kneemon.app.check.finding import Finding, fault, good, note, of_error
from kneemon.app.check.machine import Machine
from kneemon.app.cues import speaker
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.button import WalkButton
from kneemon.drivers.bus import Device, in_words
from kneemon.drivers.drv2605l import ADDRESS, DIAG_RESULT, STATUS, Drv2605l
from kneemon.drivers.registers import flag
from kneemon.errors import ChipAbsentError, ForeignChipError, KneemonError, PinsError, SensorError
from kneemon.feedback.patterns import MEANINGS
from kneemon.feedback.pins import open_outputs
from kneemon.model.cues import CueKind
from kneemon.ports import Clock

CUE_PAUSE_S = 1.5
HOT, SHORTED = flag(STATUS, 1), flag(STATUS, 0)
HELD = "another program holds it, perhaps a second kneemon"
WRONG_PIN = "another pin than the header has, or this user may not use pins"


def why_no_pin(error: PinsError) -> str:
    """The likely cause of a pin or of all pins that cannot be had."""
    if "busy" in error.seen.lower():
        return HELD
    if error.expected.startswith("a GPIO device"):
        return "this is no Raspberry Pi"
    if error.expected == "the lgpio library":
        return "the virtual environment does not see the system's lgpio, or this is no Raspberry Pi"
    return "two parts on one pin" if "in use" in error.seen else WRONG_PIN


def look_at_pins(config: Config, clock: Clock, factory: Factory) -> Iterator[Finding]:
    """Outputs and button, taken and let go again. One that cannot be had stands for all: they fail together."""
    feedback, button = config.feedback, config.button
    wired = {name: getattr(feedback, f"{name}_pin") for name in feedback.outputs if name != "haptic"}
    try:
        outputs = open_outputs(factory, buzzer_active_high=feedback.active_high, piezo_hz=feedback.piezo_hz, **wired)
        for output in outputs:
            output.close()
        named = ", ".join(f"{name} on GPIO{bcm}" for name, bcm in wired.items()) or "no outputs"
        mocked = " (mock pins: nothing real will sound)" if feedback.pins == "mock" else ""
        pressed = False
        if button.enabled:
            with closing(WalkButton(button.pin, lambda _press, _t_s: None, clock, factory)) as watched:
                pressed = watched.pressed
    except PinsError as error:
        yield of_error("pins", error, why_no_pin(error))
        return
    yield good("pins", f"{named}{mocked}")
    if pressed:
        yield fault(
            "button",
            f"GPIO{button.pin} reads pressed.",
            "its wires are swapped or touch each other",
            "Let go of it; if nobody presses, look at its wires: one to the pin, the other to GND.",
        )
    elif button.enabled:
        yield good("button", f"on GPIO{button.pin}, not pressed")


def look_at_haptic(config: Config, machine: Machine) -> Iterator[Finding]:
    """Present, and what its status says; it is not set up and does not buzz."""
    try:
        bus = machine.open_bus(config.sensor.bus)
    except (KneemonError, OSError):
        return  # the bus has been told of
    with closing(bus):
        driver = Drv2605l(bus)
        try:
            part = insist(driver.identify)
            status = insist(lambda: Device(bus, ADDRESS, part=part, wiring="").read(STATUS.address))
        except ChipAbsentError as error:
            yield of_error("haptic", error, "its own wires, or no haptic driver is wired")
            return
        except ForeignChipError as error:
            yield of_error("haptic", error, "a loose wire, or something else at its address")
            return
        except (OSError, SensorError) as error:
            seen = in_words(error) if isinstance(error, OSError) else str(error)
            yield fault("haptic", f"{driver.name}: {seen}.", "a loose or long wire", "Press its plugs, check again.")
            return
    if SHORTED.of(status) or HOT.of(status):
        yield fault(
            "haptic",
            f"{part} at 0x{ADDRESS:02x} switched its motor off: {'too much current' if SHORTED.of(status) else 'hot'}.",
            "the motor's wires touch each other, or the motor is too big for it",
            "Unplug the motor and look at its wires, then check again.",
        )
        return
    yield good("haptic", f"{part} at 0x{ADDRESS:02x}")
    if DIAG_RESULT.of(status):
        yield note("haptic", "its last look at the motor failed.", "Fix the motor to the box; it plays all the same.")


def play_cues(
    config: Config, places: Places, clock: Clock, machine: Machine, *, pins: bool, haptic: bool
) -> Iterator[Finding]:
    """Each is named, then played. pins, haptic: whether they can be used."""
    feedback = config.feedback
    outputs = tuple(name for name in feedback.outputs if (haptic if name == "haptic" else pins))
    feedback = replace(feedback, outputs=outputs, pins=feedback.pins if pins else "none")
    if not outputs:
        return
    with speaker(replace(config, feedback=feedback), places, clock, machine.open_bus) as voice:
        if voice.say is None:
            return
        yield good("cues", voice.where)
        for kind in CueKind:
            yield good("cue", f"{kind.replace('_', ' ')}: {MEANINGS[kind]}")
            clock.wait(voice.say(kind) + CUE_PAUSE_S)
