# SPDX-License-Identifier: MIT
"""`kneemon check`, part by part: what was looked at, what was found, and what to do where it is not as it should be.

It uses the same edges as the daemon, one after another, and leaves everything as it was. A running kneemon has the chip
and the pins; two readers would steal each other's samples, so it is asked first.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kneemon.app.compose import broker_settings
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.config.plan_file import load_plan, plan_warnings
from kneemon.controls.button import WalkButton
from kneemon.controls.socket import ask
from kneemon.drivers.bus import I2cBus, open_bus
from kneemon.drivers.chips import CHIPS
from kneemon.errors import ControlError, KneemonError
from kneemon.feedback.patterns import MEANINGS, PATTERNS
from kneemon.feedback.pins import open_outputs, pin_factory
from kneemon.feedback.player import PinPlayer
from kneemon.model.cues import Cue, CueKind
from kneemon.model.samples import Array, SampleBlock, SensorReport, Wire
from kneemon.mqtt.probe import probe_broker
from kneemon.ports import Clock
from kneemon.sensor.fifo import FifoSource
from kneemon.store.reader import StoreReader

REST_G = (0.85, 1.15)  # |a| at rest: outside it the range, the byte order or the chip is another than we think
RATE_SHARE = 0.10  # oscillators of these chips may be 10 % off, not more
STILL_G = 0.03  # standard deviation of |a| above which somebody holds the box
NOISE_G = 0.02  # … and per axis above which a chip at rest is noisier than its data sheet allows
CUE_PAUSE_S = 1.5
UNVERIFIED = {
    "thigh": "no recorded walk with counted steps was worn there, only walks without a count.",
    "shank": "unverified. It was built on a simulated walker alone; no recorded walk was worn there.",
}


class Outcome(StrEnum):
    """How a part of the check went."""

    GOOD = "ok"
    NOTE = "note"  # not a fault, and yet worth a word
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check."""

    part: str
    outcome: Outcome
    text: str


def check(
    config: Config,
    places: Places,
    clock: Clock,
    *,
    seconds: float,
    play: bool,
    bus_opener: Callable[[int], I2cBus] = open_bus,
) -> Iterator[Finding]:
    """Everything, in the order of the signal's path. seconds: how long to listen to the sensor."""
    yield _configuration(config)
    yield _worn(config.device.worn)
    yield from _plan(places)
    running = _running(places)
    yield from _store(places)
    if running:
        yield Finding(
            "sensor, pins",
            Outcome.NOTE,
            "kneemon is running and uses them; stop it for a whole check: `sudo systemctl stop kneemon`.",
        )
    else:
        yield from _sensor(config, clock, seconds, bus_opener)
        yield from _pins(config, clock, play=play)
    yield from _broker(config, places, clock)


def _configuration(config: Config) -> Finding:
    return Finding("configuration", Outcome.GOOD, f"{config.file}" if config.file else "defaults, there is no file")


def _worn(worn: str) -> Finding:
    """How far steps counted there have been checked."""
    if worn in UNVERIFIED:
        return Finding("worn", Outcome.NOTE, f"{worn}: {UNVERIFIED[worn]} Count a hundred steps yourself and compare.")
    return Finding("worn", Outcome.GOOD, f"{worn}: step counting there was checked on recorded walks")


def _plan(places: Places) -> Iterator[Finding]:
    if places.plan is None:
        yield Finding("plan", Outcome.NOTE, "none: kneemon will count and store, and give no limit cues.")
        return
    try:
        plan = load_plan(places.plan)
    except KneemonError as error:
        yield Finding("plan", Outcome.FAULT, str(error))
        return
    yield Finding("plan", Outcome.GOOD, f"{plan.name}, {len(plan.weeks)} weeks from {plan.start}")
    for warning in plan_warnings(plan):
        yield Finding("plan", Outcome.NOTE, warning)


def _running(places: Places) -> bool:
    """Somebody is at the control socket, though perhaps too busy to answer us, or not allowed to."""
    try:
        ask(places.socket, "status")
    except ControlError as error:
        return isinstance(error.__cause__, PermissionError | TimeoutError)
    return True


def _store(places: Places) -> Iterator[Finding]:
    """Only read: to open it as a writer would end a walk that a power cut has left open, without its document."""
    path = places.store
    try:
        nearest = next(place for place in (path, *path.parents) if place.exists())
        if nearest.is_dir() == (nearest == path):
            there, needed = ("folder", "file") if nearest == path else ("file", "folder")
            text = f"{nearest} is a {there} where a {needed} is needed: choose another path."
            yield Finding("store", Outcome.FAULT, text)
            return
        text = f"{path}, to be made at the first start"
        if nearest == path:
            with StoreReader(path) as reader:
                text = f"{path}, {len(reader.sessions())} walks"
    except (KneemonError, OSError) as error:
        yield Finding("store", Outcome.FAULT, str(error))
        return
    yield Finding("store", Outcome.GOOD, text)
    if not os.access(nearest, os.W_OK):
        yield Finding("store", Outcome.NOTE, f"you may not write into {nearest}: only its owner can `kneemon run`.")


def _sensor(config: Config, clock: Clock, seconds: float, bus_opener: Callable[[int], I2cBus]) -> Iterator[Finding]:
    sensor = config.sensor
    if sensor.source != "fifo":
        yield Finding("sensor", Outcome.NOTE, f"the source is {sensor.source!r}, so there is no chip to look for.")
        return
    kind = CHIPS[sensor.chip]
    address = sensor.address or kind.addresses[0]
    try:
        bus = bus_opener(sensor.bus)
    except KneemonError as error:
        yield Finding("bus", Outcome.FAULT, str(error))
        return
    yield Finding("bus", Outcome.GOOD, f"/dev/i2c-{sensor.bus}")
    try:
        kind.make(bus, address, sensor.rate_hz).identify()
    except KneemonError as error:
        yield Finding("chip", Outcome.FAULT, str(error))
        return
    except OSError as error:
        yield Finding("chip", Outcome.FAULT, f"{sensor.chip} at 0x{address:02x}: {error}. Look for a loose wire.")
        return
    finally:
        bus.close()
    yield Finding("chip", Outcome.GOOD, f"{sensor.chip} at 0x{address:02x}")
    source = FifoSource(
        lambda: bus_opener(sensor.bus),
        lambda opened: kind.make(opened, address, sensor.rate_hz),
        clock,
        name=sensor.chip,
        drain_s=sensor.drain_s,
    )
    try:
        yield from _samples(source, clock, seconds, sensor.rate_hz)
    finally:
        source.close()


def _samples(source: FifoSource, clock: Clock, seconds: float, nominal_hz: float) -> Iterator[Finding]:
    """Listen, and judge rate, loss, noise and rest."""
    blocks: list[SampleBlock] = []
    end_s = clock.now_s() + seconds
    while clock.now_s() < end_s:
        item = source.read()
        if isinstance(item, SensorReport) and item.kind is Wire.FAULT:
            yield Finding("samples", Outcome.FAULT, item.text)
            return
        if isinstance(item, SampleBlock):
            blocks.append(item)
    if not blocks or blocks[-1].rate_hz is None:
        yield Finding("samples", Outcome.FAULT, f"none in {seconds:g} s. Look for a loose wire, then start again.")
        return
    rate_hz, lost = blocks[-1].rate_hz, sum(block.lost_before for block in blocks)
    outcome = Outcome.GOOD if abs(rate_hz / nominal_hz - 1) <= RATE_SHARE and not lost else Outcome.FAULT
    hint = "" if outcome is Outcome.GOOD else " The bus is too busy or the chip is a clone: try another one."
    yield Finding("rate", outcome, f"{rate_hz:.2f} Hz measured, {nominal_hz} Hz nominal, {lost} samples lost.{hint}")
    acc_g = np.concatenate([block.acc_g for block in blocks])
    size_g = np.linalg.norm(acc_g, axis=1)
    yield from _rest(float(size_g.mean()), float(size_g.std()), acc_g.std(axis=0))


def _rest(mean_g: float, spread_g: float, noise_g: Array) -> Iterator[Finding]:
    if spread_g > STILL_G:
        yield Finding("rest", Outcome.NOTE, "the box moved: lay it down and check again to see noise and one g.")
        return
    axes = " ".join(f"{axis} {1000 * noise:.1f}" for axis, noise in zip("xyz", noise_g, strict=True))
    noisy = bool((noise_g > NOISE_G).any())
    yield Finding("noise", Outcome.FAULT if noisy else Outcome.GOOD, f"{axes} mg" + (NOISY if noisy else ""))
    if REST_G[0] <= mean_g <= REST_G[1]:
        yield Finding("rest", Outcome.GOOD, f"{mean_g:.3f} g")
    else:
        yield Finding(
            "rest", Outcome.FAULT, f"{mean_g:.3f} g where {REST_G[0]} to {REST_G[1]} g was expected.{NOT_ONE_G}"
        )


NOISY = ". More than the chip's own: is its supply steady, is the table?"
NOT_ONE_G = " It is another chip than the configuration says, a clone with another scale, or broken."


def _pins(config: Config, clock: Clock, *, play: bool) -> Iterator[Finding]:
    feedback, button = config.feedback, config.button
    if feedback.pins == "none":
        yield Finding("pins", Outcome.NOTE, "none are used, as configured: no buzz, no button.")
        return
    with ExitStack() as opened:
        try:
            factory = pin_factory(feedback.pins)
            opened.callback(factory.close)
            wired = {name: getattr(feedback, f"{name}_pin") for name in feedback.outputs}
            player = PinPlayer(open_outputs(factory, buzzer_active_high=feedback.active_high, **wired), clock)
            opened.callback(player.close)
            pressed = False
            if button.enabled:
                watched = WalkButton(button.pin, lambda _press, _t_s: None, clock, factory)
                opened.callback(watched.close)
                pressed = watched.pressed
        except KneemonError as error:
            yield Finding("pins", Outcome.FAULT, str(error))
            return
        named = ", ".join(f"{name} on GPIO{bcm}" for name, bcm in wired.items()) or "no outputs"
        mocked = " (mock pins: nothing real will sound)" if feedback.pins == "mock" else ""
        yield Finding("pins", Outcome.GOOD, f"{named}{mocked}")
        if button.enabled and pressed:
            yield Finding(
                "button",
                Outcome.FAULT,
                f"GPIO{button.pin} reads pressed. Let go of it; if nobody presses, its wires are swapped or shorted.",
            )
        elif button.enabled:
            yield Finding("button", Outcome.GOOD, f"on GPIO{button.pin}, not pressed")
        if play:
            for kind in CueKind:
                yield Finding("cue", Outcome.GOOD, f"{kind.replace('_', ' ')}: {MEANINGS[kind]}")
                player.play(Cue(clock.now_s(), kind, important=True))
                clock.wait(PATTERNS[kind].lasts_s + CUE_PAUSE_S)


def _broker(config: Config, places: Places, clock: Clock) -> Iterator[Finding]:
    try:
        settings = broker_settings(config, places)
        if settings is None:
            yield Finding("MQTT", Outcome.NOTE, "off: no broker is configured.")
            return
        yield Finding("MQTT", Outcome.GOOD, f"{settings.where}: {probe_broker(settings, clock)}")
    except KneemonError as error:
        yield Finding("MQTT", Outcome.FAULT, str(error))
