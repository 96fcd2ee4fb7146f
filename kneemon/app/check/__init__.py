# SPDX-License-Identifier: MIT
"""`kneemon check`, part by part: what was looked at, what was found, and what to do where it is not as it should be.

It uses the same edges as the daemon, one after another, in the order of the signal's path, and leaves everything as it
was: the chip stopped, its self-test off, no register written but the chip's own. A running kneemon has the chip and the
pins; two readers would steal each other's samples, so it is asked first. What follows from a fault that has been told
is not told again.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, suppress

from gpiozero.pins import Factory

from kneemon.app.broker import broker_settings
from kneemon.app.check.around import look_at_battery, look_at_radios, look_at_system, look_at_time
from kneemon.app.check.bus import SLOW_S, Scan, insist, look_at_bus
from kneemon.app.check.chip import Tested, judge_self_test, look_at_chip
from kneemon.app.check.files import look_at_configuration, look_at_plan, look_at_store
from kneemon.app.check.finding import Finding, Outcome, good, note, of_error
from kneemon.app.check.machine import Machine, this_machine
from kneemon.app.check.samples import judge_calibration, judge_samples, listen
from kneemon.app.check.signals import look_at_haptic, look_at_pins, play_cues, why_no_pin
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.controls.socket import alive
from kneemon.errors import KneemonError, PinsError, SensorError
from kneemon.mqtt.probe import probe_broker
from kneemon.ports import Clock
from kneemon.sensor.fifo import FifoSource
from kneemon.sensor.iio import IioSource
from kneemon.sensor.interrupt import InterruptLine

__all__ = ["Finding", "Machine", "Outcome", "check", "this_machine"]


def check(
    config: Config, places: Places, clock: Clock, *, seconds: float, play: bool, machine: Machine
) -> Iterator[Finding]:
    """Everything. seconds: how long to listen to the sensor. play: each cue is said."""
    yield from look_at_configuration(config)
    yield from look_at_plan(places)
    yield from look_at_store(places, machine)
    running = alive(places.socket)
    if running:
        text = "kneemon is running and has the sensor and the pins: they are not looked at."
        yield note("running", text, "For a whole check stop it first: `sudo systemctl stop kneemon`.")
        yield from _around(config, clock, machine, running=True)
    else:
        yield from _device(config, places, clock, seconds, machine, play=play)
    yield _broker(config, places, clock)


def _device(
    config: Config, places: Places, clock: Clock, seconds: float, machine: Machine, *, play: bool
) -> Iterator[Finding]:
    haptic = "haptic" in config.feedback.outputs
    gauge = config.power.gauge != "none"
    with ExitStack() as opened:
        factory, no_pins = _pins_of(config, machine)
        if factory is not None:
            opened.callback(factory.close)
        scan = None
        if config.sensor.source == "fifo" or haptic or gauge:
            scan = yield from look_at_bus(config, clock, machine)
        if config.sensor.source == "fifo":
            if scan is not None:
                yield from _sensor(config, places, clock, seconds, machine, scan, factory)
        elif config.sensor.source == "iio":
            yield from _kernels_sensor(config, clock, seconds, machine)
        else:
            yield note("sensor", f"the source is {config.sensor.source!r}, so there is no chip to look for.")
        pins = yield from _pins(config, clock, factory, no_pins)
        haptic = haptic and scan is not None and (yield from _well(look_at_haptic(config, machine)))
    if gauge and scan is not None:
        yield from look_at_battery(config, machine)
    yield from _around(config, clock, machine, running=False)
    if play:
        yield from play_cues(config, places, clock, machine, pins=pins, haptic=haptic)


def _around(config: Config, clock: Clock, machine: Machine, *, running: bool) -> Iterator[Finding]:
    if config.power.radios_off:
        yield look_at_radios(machine)
    yield look_at_time(clock)
    yield from look_at_system(config, machine, running=running)


def _pins_of(config: Config, machine: Machine) -> tuple[Factory | None, PinsError | None]:
    if config.feedback.pins == "none":
        return None, None
    try:
        return machine.open_pins(config.feedback.pins), None
    except PinsError as error:
        return None, error


def _pins(
    config: Config, clock: Clock, factory: Factory | None, error: PinsError | None
) -> Generator[Finding, None, bool]:
    """Returns whether they can be used."""
    if error is not None:
        yield of_error("pins", error, why_no_pin(error))
    elif factory is None:
        yield note("pins", "none are used, as configured: no buzz, no button.")
    else:
        return (yield from _well(look_at_pins(config, clock, factory), part="pins"))
    return False


def _well(findings: Iterator[Finding], part: str | None = None) -> Generator[Finding, None, bool]:
    """Pass them on; returns whether none was a fault, of `part` where that is given."""
    well = True
    for finding in findings:
        well = well and not (finding.outcome is Outcome.FAULT and part in (None, finding.part))
        yield finding
    return well


def _sensor(
    config: Config,
    places: Places,
    clock: Clock,
    seconds: float,
    machine: Machine,
    scan: Scan,
    factory: Factory | None,
) -> Iterator[Finding]:
    with ExitStack() as opened:
        line = None
        if config.sensor.interrupt and factory is not None:
            try:
                line = InterruptLine(config.sensor.interrupt_pin, factory)
                opened.callback(line.close)
            except PinsError as error:
                yield of_error("interrupt", error, why_no_pin(error))
        bus = opened.enter_context(closing(machine.open_bus(config.sensor.bus)))
        tested = yield from look_at_chip(config, scan, bus, clock, line)
    if tested is not None:
        slow = scan.read_s is not None and scan.read_s > SLOW_S
        yield from _heard(config, places, clock, seconds, machine, tested, slow=slow)


def _heard(
    config: Config, places: Places, clock: Clock, seconds: float, machine: Machine, tested: Tested, *, slow: bool
) -> Iterator[Finding]:
    source = FifoSource(
        lambda: machine.open_bus(config.sensor.bus),
        tested.make,
        clock,
        name=tested.name,
        drain_s=config.sensor.drain_s,
    )
    with closing(source):
        heard = listen(source, clock, seconds)
    if heard.fault is None:
        yield judge_self_test(tested, still=heard.still)
        if tested.line is not None:
            yield tested.line
    else:
        _put_to_sleep(config, machine, tested)
    yield from judge_samples(heard, seconds, tested.nominal_hz, slow=slow)
    yield judge_calibration(places, tested.name, heard)


def _put_to_sleep(config: Config, machine: Machine, tested: Tested) -> None:
    """The source tried it when the wire was at fault; once more, now that the fault is told."""
    with suppress(OSError, SensorError), closing(machine.open_bus(config.sensor.bus)) as bus:
        insist(tested.make(bus).stop)


def _kernels_sensor(config: Config, clock: Clock, seconds: float, machine: Machine) -> Iterator[Finding]:
    sensor = config.sensor
    source = IioSource(clock, device=sensor.iio_device, rate_hz=sensor.rate_hz, root=machine.iio)
    with closing(source):
        heard = listen(source, clock, seconds)
        if heard.fault is None:
            yield good("chip", f"{source.describe}, driven by the kernel")
    yield from judge_samples(heard, seconds, None, slow=False)


def _broker(config: Config, places: Places, clock: Clock) -> Finding:
    try:
        settings = broker_settings(config, places, os.environ)
        if settings is None:
            return note("MQTT", "off: no broker is configured.")
        return good("MQTT", f"{settings.where}: {probe_broker(settings, clock)}")
    except KneemonError as error:
        return of_error("MQTT", error, "the broker, the network to it, or what [mqtt] says")
