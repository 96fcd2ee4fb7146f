# SPDX-License-Identifier: MIT
"""The composition root: builds every edge from the configuration and joins them to the engine.

What cannot be had is an error here and now, told in one sentence, except the sensor and the broker: those are looked
for as long as it takes.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from gpiozero.pins import Factory
from msgspec import structs

from kneemon.app.broker import broker_settings, documents_of, told_as, wants_detail
from kneemon.app.edges import Edges, Notifier
from kneemon.app.hatch import kept
from kneemon.app.interview import InterviewParams
from kneemon.app.loop import App
from kneemon.app.plan_in_use import planned, seeing
from kneemon.app.supply import Energy
from kneemon.coach.coach import CoachParams
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.config.plan_file import load_plan
from kneemon.controls.button import WalkButton
from kneemon.controls.grammar import GrammarParams
from kneemon.controls.socket import ControlServer
from kneemon.drivers.bus import open_bus
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.find import AUTO, chip_maker
from kneemon.drivers.gauge import make_gauge
from kneemon.engine import Engine, EngineParams
from kneemon.feedback.outputs import Quiet
from kneemon.feedback.pins import pin_factory
from kneemon.feedback.player import PinPlayer
from kneemon.feedback.wired import wired_outputs
from kneemon.model.home import Reported
from kneemon.model.plans import Plan, Rules
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import Clock, Publisher, SampleSource
from kneemon.power.battery import BatteryWatch
from kneemon.power.level import BatteryParams
from kneemon.power.radios import RfkillRadios
from kneemon.power.switch import PathSwitch
from kneemon.sensor.calibration import Calibrations
from kneemon.sensor.fifo import FifoSource
from kneemon.sensor.iio import IioSource
from kneemon.sensor.interrupt import InterruptLine
from kneemon.sensor.paced import PacedSource
from kneemon.sensor.recording import RecordingSource
from kneemon.sensor.simulated import SimulatedSource
from kneemon.session.machine import SessionParams
from kneemon.store.writer import Store
from kneemon.virtual.demo_walk import demo_script
from kneemon.virtual.walker import Walker


@contextmanager
def composed(config: Config, places: Places, clock: Clock, notifier: Notifier) -> Iterator[App]:
    """The whole daemon, ready to `run`; what was opened is closed again, whatever happens."""
    if places.plan is not None:
        load_plan(places.plan)  # a mistake in it is told before anything is opened
    settings = broker_settings(config, places, os.environ)
    with ExitStack() as opened:
        factory = None
        if config.feedback.pins != "none":
            factory = pin_factory(config.feedback.pins)
            opened.callback(factory.close)
        source = sample_source(config, places, clock, factory)
        opened.callback(source.close)
        store = Store.open(
            places.store,
            documents_of=documents_of(settings),
            told=told_as(settings),
            detail=wants_detail(settings),
            outbox_mb=config.store.outbox_mb,
            raw_mb=config.raw.most_mb,
            commit_s=config.store.commit_s,
            clock=clock,
        )
        opened.callback(store.close)
        player = cue_player(config, clock, factory)
        opened.callback(player.close)
        publisher = _publisher(settings, store, clock)
        if publisher is not None:
            opened.callback(publisher.close)
        quiet = Quiet(hours=config.feedback.quiet)
        edges = Edges(
            clock,
            source,
            player,
            store,
            notifier,
            publisher,
            energy=_energy(config, places),
            quiet=lambda: quiet.now(clock),
        )
        options = config.button
        plan = planned(places.plan, store)
        app = App(
            Engine(engine_params(config, plan)),
            edges,
            worn=config.device.worn,
            plan=plan,
            button=GrammarParams(gap_s=options.gap_s),
            asking=interview_params(config) if factory and options.enabled else None,
            zone=config.device.time_zone,
            tips=tips(config),
            settings=Reported(
                silent=config.feedback.silent,
                quiet_hours=config.feedback.quiet_hours,
                raises=config.mqtt.allow_remote_raise,
            ),
            pain=settings is None or settings.publish_pain,
            raw=config.raw.record,
        )
        if factory and options.enabled:
            button = WalkButton(options.pin, app.press, clock, factory, options.bounce_s, options.hold_s, options.off_s)
            opened.callback(button.close)
        if config.power.gauge != "none":
            opened.callback(_battery_watch(config, clock, app).close)
        opened.callback(ControlServer(places.socket, kept(seeing(app.control, places.plan), store)).close)
        if publisher is not None:
            publisher.obey(kept(app.asked_by_home, store))
        yield app


def cue_player(config: Config, clock: Clock, factory: Factory | None) -> PinPlayer:
    """The player on everything that is wired. Raises PinsError."""
    feedback = config.feedback
    outputs = wired_outputs(feedback, factory, lambda: open_bus(config.sensor.bus), clock.wait)
    return PinPlayer(outputs, clock, Quiet.of(feedback))


def tips(config: Config) -> frozenset[str]:
    """The tips that are switched on, by their keys."""
    return frozenset(name for name, on in structs.asdict(config.advice).items() if on)


def interview_params(config: Config) -> InterviewParams:
    """What is asked by buzz."""
    asked = config.questions
    return InterviewParams(
        before=asked.before,
        signs=asked.signs,
        end=asked.end,
        later=asked.later,
        morning=asked.morning,
        repeat_s=60.0 * asked.repeat_min,
        times=asked.times,
    )


def engine_params(config: Config, plan: Plan | None = None) -> EngineParams:
    """The engine's parameters as configuration and plan set them."""
    rules = plan.rules if plan else Rules()
    return EngineParams(
        session=SessionParams(
            moderate_spm=rules.moderate_spm,
            vigorous_spm=rules.vigorous_spm,
            start_by_walking=config.session.start == "walking",
            start_after_s=config.session.start_after_s,
            rest_after_s=config.session.rest_after_s,
            end_after_s=60.0 * config.session.end_after_min,
        ),
        coach=CoachParams(
            grace_s=config.coach.grace_s,
            repeat_s=config.coach.repeat_s,
            most_repeats=config.coach.most_repeats,
            hysteresis_spm=config.coach.hysteresis_spm,
            near_end_s=config.coach.near_end_s,
        ),
    )


def sample_source(config: Config, places: Places, clock: Clock, factory: Factory | None) -> SampleSource:
    """The source that is configured; none is ever fallen back to. factory: of the interrupt's pin."""
    sensor = config.sensor
    if sensor.source == "recording" and places.recording is not None:
        return PacedSource(RecordingSource(places.recording), clock)
    if sensor.source == "simulated":
        worn = config.device.worn if config.device.worn != "other" else "pocket"
        return SimulatedSource(Walker(demo_script(), worn=worn), clock, rate_hz=sensor.rate_hz)
    if sensor.source == "iio":
        return IioSource(clock, device=sensor.iio_device, rate_hz=sensor.rate_hz)
    where = f" on bus {sensor.bus}"
    return FifoSource(
        lambda: open_bus(sensor.bus),
        chip_maker(sensor.chip, sensor.address, chip_options(config)),
        clock,
        name=chip_in_words(config) + where,
        where=where,
        drain_s=sensor.drain_s,
        calibrate=Calibrations.load(places.calibration).apply,
        interrupt=InterruptLine(sensor.interrupt_pin, factory) if sensor.interrupt and factory else None,
    )


def chip_options(config: Config) -> ChipOptions:
    """How the configured chip is to be set up."""
    sensor = config.sensor
    return ChipOptions(sensor.rate_hz, sensor.interrupt, sensor.accept_identity or None)


def chip_in_words(config: Config) -> str:
    """What is looked for: "mpu6050 at 0x69", "any known chip"."""
    sensor = config.sensor
    name = "any known chip" if sensor.chip == AUTO else sensor.chip
    address = sensor.address or (0 if sensor.chip == AUTO else CHIPS[sensor.chip].addresses[0])
    return f"{name} at 0x{address:02x}" if address else name


def _publisher(settings: BrokerSettings | None, store: Store, clock: Clock) -> Publisher | None:
    if settings is None:
        return None
    from kneemon.mqtt.publisher import MqttPublisher  # paho comes only where MQTT is wanted

    return MqttPublisher(settings, store.device, store, store, clock)


def _energy(config: Config, places: Places) -> Energy:
    """What kneemon may switch. Radios that a kneemon before left off are switched on by the making alone."""
    radios = RfkillRadios(places.store.parent / "radios-off")
    return Energy(
        switch=PathSwitch() if config.power.switch_off else None, radios=radios if config.power.radios_off else None
    )


def _battery_watch(config: Config, clock: Clock, app: App) -> BatteryWatch:
    power = config.power
    return BatteryWatch(
        lambda: open_bus(config.sensor.bus),
        lambda bus: make_gauge(power.gauge, bus, power.gauge_address, power.cells),
        app.battery,
        clock,
        BatteryParams(power.low_v, power.empty_v),
    )
