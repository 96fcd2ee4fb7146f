# SPDX-License-Identifier: MIT
"""The whole of kneemon around a simulated walker: the second composition, beside `compose`.

    walker -> emulated chip on an emulated bus -> the real driver, engine, pins (gpiozero's mocks), store, publisher

Nothing of the daemon is replaced but the world: body, silicon, wires, the wearer's thumb and the broker. Stream time is
paced, so a busy machine makes the demo longer and loses nothing.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Event, Thread, Timer

import numpy as np
from gpiozero.pins.mock import MockFactory

from kneemon.app.edges import Edges, Listener, Seen
from kneemon.app.loop import App
from kneemon.clock import PacedClock
from kneemon.coach.coach import CoachParams
from kneemon.config.pins import PINS
from kneemon.controls.button import WalkButton
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.find import AUTO, chip_maker
from kneemon.engine import Engine, EngineParams
from kneemon.feedback.pins import open_outputs
from kneemon.feedback.player import PinPlayer
from kneemon.model.plans import Plan, PlanWeek, Rules
from kneemon.model.records import SessionRecord
from kneemon.model.sessions import SessionEnded
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.subscriber import Subscriber
from kneemon.sensor.fifo import FifoSource
from kneemon.service import ServiceNotifier
from kneemon.store.reader import StoreReader
from kneemon.store.writer import Store
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.broker import EmbeddedBroker
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.demo_walk import demo_script
from kneemon.virtual.mpu6050 import VirtualMpu6050
from kneemon.virtual.walker import Walker

VIRTUAL_CHIPS: Mapping[str, type[VirtualAdxl345] | type[VirtualMpu6050]] = {
    "adxl345": VirtualAdxl345,
    "mpu6050": VirtualMpu6050,
}
RATE_ERROR = -0.027  # the emulated oscillator is as wrong as real ones are
NOISE_G = 0.003
HOLD_S = 1.0  # real seconds; a press is a twentieth of it, so that a busy machine does not make a hold of it
PRESS_AT_S = 4.0  # stream time since the walker's start
HURTS_AT_S = 295.0  # in the middle of its limp
LAST_CUE_S = 3.0  # stream time in which the last cue is heard
DELIVERY_S = 10.0  # real seconds that the broker may take for the walk's document


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """speed: stream seconds per real second. broker: host and port, None for a broker of the demo's own.

    most_s: real seconds after which the walk is ended early, None for as long as it takes.
    """

    store: Path
    speed: float = 8.0
    chip: str = "adxl345"
    worn: str = "waist"
    broker: tuple[str, int] | None = None
    seed: int = 7
    most_s: float | None = None


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What came of it.

    true_steps: the walker's between the session's start and end. delivered: the broker has acknowledged the walk's
    document. buzzes: the buzzer pin's pulses. cut_short: the walk took longer than it was given.
    whole: it went as the script has it, to its end or till it was cut short.
    """

    record: SessionRecord
    true_steps: int
    delivered: bool
    buzzes: int
    cut_short: bool
    whole: bool
    mqtt: str
    arrived: Mapping[str, int]


@dataclass(slots=True)
class Backstage:
    """What a live view wants to know beside the events: set before the walk begins."""

    plan: Plan
    duration_s: float = 0.0
    published: Callable[[], str] = field(default=lambda: "")
    arrived: Callable[[], Mapping[str, int]] = field(default=dict)


def demo_plan(day: date) -> Plan:
    """A plan short enough to be crossed in a demo: one minute, four, one; not over 112 steps/min, and nothing asked
    on the way, for the walker has no thumb to spare."""
    return Plan(
        name="demo",
        start=day,
        weeks=(PlanWeek(minutes=4.0),),
        warm_up_s=60.0,
        cool_down_s=60.0,
        cadence_ceiling_spm=112.0,
        rules=Rules(prompt_min=0.0),
    )


def run_demo(options: DemoOptions, listener: Callable[[Backstage], Listener]) -> DemoResult:
    """Walk the demo's walk. Raises KneemonError where the store or a broker cannot be had."""
    clock = PacedClock(options.speed)
    walker = Walker(demo_script(), worn=options.worn, seed=options.seed)
    began_s = clock.now_s()
    backstage = Backstage(demo_plan(clock.today()), walker.duration_s)
    address = CHIPS[options.chip].addresses[0]
    silicon = VIRTUAL_CHIPS[options.chip](
        lambda t_s: walker.acceleration(t_s - began_s), clock.now_s, RATE_ERROR, NOISE_G, options.seed
    )
    bus = EmulatedBus({address: silicon}, took=clock.leader.pass_by)
    with ExitStack() as opened:
        host, port = options.broker or ("127.0.0.1", opened.enter_context(EmbeddedBroker()).port)
        home = BrokerSettings(host, port, insecure=True, discovery="off")  # nobody walks: no device for a dashboard
        store = Store.open(options.store, documents_of=documents_of(home), clock=clock)
        opened.callback(store.close)
        publisher = MqttPublisher(home, store.device, store, store, clock)
        opened.callback(publisher.close)
        backstage.published = publisher.status
        subscriber = Subscriber(home, store.device)
        opened.callback(subscriber.close)
        backstage.arrived = subscriber.arrived
        source = FifoSource(
            bus.open,
            chip_maker(AUTO, 0, ChipOptions()),
            clock.leader,
            name=f"{options.chip} (emulated)",
            where=" (emulated)",
        )
        opened.callback(source.close)
        pins = MockFactory()
        opened.callback(pins.close)
        outputs = open_outputs(pins, buzzer=PINS["buzzer"].bcm, led=PINS["led"].bcm)
        player = PinPlayer(outputs, clock)
        opened.callback(player.close)
        show = listener(backstage)
        walked, enough, late, over = Event(), Event(), Event(), Event()

        def listen(seen: Seen) -> None:
            if isinstance(seen, SessionEnded):
                walked.set()
                enough.set()
            show(seen)

        def hurry() -> None:
            late.set()
            enough.set()

        edges = Edges(clock, source, player, store, ServiceNotifier({}), publisher, listen)
        app = App(_engine(), edges, worn=options.worn, plan=backstage.plan)
        button = WalkButton(PINS["button"].bcm, app.press, clock, pins, hold_s=HOLD_S)
        opened.callback(button.close)
        thumb = Thread(
            target=_press_and_hold,
            args=(clock, pins, walker.duration_s, enough, walked, over, app),
            name="thumb",
            daemon=True,
        )
        thumb.start()
        if options.most_s is not None:
            alarm = Timer(options.most_s, hurry)
            alarm.daemon = True
            alarm.start()
            opened.callback(alarm.cancel)
        try:
            app.run()
        finally:
            for event in (walked, enough, over):
                event.set()
            thumb.join()
        delivered = _delivered(store)
        mqtt, arrived = publisher.status(), subscriber.arrived()
        buzzes = sum(1 for state in pins.pin(PINS["buzzer"].bcm).states if state.state)
    with StoreReader(options.store) as reader:
        record = reader.session("latest")
    summary = record.summary
    contacts_s = walker.initial_contacts + began_s
    true_steps = int(np.count_nonzero((contacts_s >= summary.started_s) & (contacts_s < summary.ended_s)))
    whole = true_steps > 0 and (late.is_set() or summary.ended_s >= contacts_s[-1])
    return DemoResult(record, true_steps, delivered, buzzes, late.is_set(), whole, mqtt, arrived)


def _engine() -> Engine:
    return Engine(EngineParams(coach=CoachParams(near_end_s=60.0, repeat_s=30.0)))


def _press_and_hold(
    clock: PacedClock, pins: MockFactory, duration_s: float, enough: Event, walked: Event, over: Event, app: App
) -> None:
    """The wearer's thumb: press to set off, press when it hurts, hold to stop when the walker stands, or earlier."""
    thumb = pins.pin(PINS["button"].bcm)
    began_s = clock.now_s()

    def press(at_s: float, released: Callable[[], object]) -> None:
        clock.wait(began_s + at_s - clock.now_s(), enough)
        thumb.drive_low()
        released()
        thumb.drive_high()

    briefly = Event()
    press(PRESS_AT_S, lambda: briefly.wait(HOLD_S / 20))
    if not clock.wait(HURTS_AT_S - PRESS_AT_S, enough):
        press(HURTS_AT_S, lambda: briefly.wait(HOLD_S / 20))
    press(duration_s - 4.0, lambda: walked.wait(5 * HOLD_S))
    clock.wait(LAST_CUE_S, over)
    app.stop()


def _delivered(store: Store) -> bool:
    """Has the broker acknowledged every document? It gets a little time."""
    patience = Event()
    for _ in range(round(DELIVERY_S / 0.1)):
        store.flush()
        if store.backlog().documents == 0:
            return True
        patience.wait(0.1)
    return False
