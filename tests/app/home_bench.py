# SPDX-License-Identifier: MIT
"""A kneemon with a home: the real loop on the real store with the real publisher, and a chip that is drained."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from app_bench import Act, Bench, Scripted, wait_until
from mqtt_bench import BRISK, Listener

from kneemon.app.broker import told_as
from kneemon.app.edges import Edges
from kneemon.app.loop import App
from kneemon.clock import PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.find import AUTO, chip_maker
from kneemon.engine import Engine
from kneemon.model.gait import InitialContact
from kneemon.model.home import Reported
from kneemon.model.plans import Plan, PlanWeek
from kneemon.model.records import EventRow, SecondRow, SessionRecord, TimeAnchor
from kneemon.model.samples import SampleBlock, SensorReport
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.sensor.fifo import FifoSource
from kneemon.store import Store, StoreReader
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.chips import VIRTUAL_CHIPS
from kneemon.virtual.script import Segment, Stand, Walk
from kneemon.virtual.walker import Walker

MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
PLAN = Plan(
    "six weeks", date(2026, 11, 22), (PlanWeek(1.5),), warm_up_s=5.0, cool_down_s=5.0, cadence_ceiling_spm=110.0
)
SCRIPT: tuple[Segment, ...] = (
    Stand(4.0),
    Walk(40.0, 100.0),
    Walk(30.0, 122.0),
    Stand(14.0),
    Walk(50.0, 100.0),
    Stand(8.0),
)
CHIP = "mpu6050"
DRAIN_S = 0.25
PATIENT = replace(BRISK, live_s=1.0, will_delay_s=30, session_s=60, refused_s=0.2, refused_most_s=1.0)


class Drained:
    """A chip on an emulated bus, read as ever until the walk's script is over; counts what it hands out."""

    def __init__(self, clock: PacedClock, script: tuple[Segment, ...] = SCRIPT) -> None:
        walker = Walker(script, worn="waist", seed=3)
        self._clock = clock
        began_s = clock.now_s()
        self._end_s = began_s + walker.duration_s
        silicon = VIRTUAL_CHIPS[CHIP](lambda t_s: walker.acceleration(t_s - began_s), clock.now_s, 0.01, 0.003, 5)
        bus = EmulatedBus({CHIPS[CHIP].addresses[0]: silicon}, took=clock.leader.pass_by)
        self._fifo = FifoSource(bus.open, chip_maker(AUTO, 0, ChipOptions()), clock.leader, name=CHIP, drain_s=DRAIN_S)
        self.items = 0
        self.overruns = 0

    @property
    def describe(self) -> str:
        return self._fifo.describe

    def read(self) -> SampleBlock | SensorReport | None:
        if self._clock.now_s() >= self._end_s:
            return None
        item = self._fifo.read()
        self.items += item is not None
        if isinstance(item, SampleBlock):
            self.overruns += item.lost_before
        return item

    def close(self) -> None:
        self._fifo.close()


@dataclass
class Kneemon:
    """The bench of the app, at home. settings: of the broker; None: there is none."""

    folder: Path
    settings: BrokerSettings | None = None
    speed: float | None = None
    plan: Plan | None = PLAN
    pace: Pace = PATIENT

    def __post_init__(self) -> None:
        self.bench = Bench(self.folder / "kneemon.db", clock=PacedClock(self.speed, MORNING))

    @contextmanager
    def living(self, acts: Mapping[float, Act] = {}, script: tuple[Segment, ...] = SCRIPT) -> Iterator["Kneemon"]:
        """From the store's opening to its closing; `walk` in between."""
        bench, home = self.bench, self.settings
        made = documents_of(home or BrokerSettings("localhost"))
        with closing(Store.open(bench.path, documents_of=made, clock=bench.clock, told=told_as(home))) as store:
            self.store = store
            self.publisher = MqttPublisher(home, store.device, store, store, bench.clock, self.pace) if home else None
            try:
                plan = replace(self.plan, rev=store.keep_plan(self.plan.name, str(self.plan))) if self.plan else None
                self.source = Drained(bench.clock, script)
                edges = Edges(
                    bench.clock,
                    Scripted(self.source, acts),
                    bench.player,
                    store,
                    bench.notifier,
                    self.publisher,
                    bench.seen.append,
                )
                raises = home is not None and home.allow_remote_raise
                pain = home is None or home.publish_pain
                self.app = bench.app = App(
                    Engine(bench.params), edges, worn="waist", plan=plan, settings=Reported(raises=raises), pain=pain
                )
                if self.publisher is not None:
                    self.publisher.obey(self.app.control)
                yield self
            finally:
                if self.publisher is not None:
                    self.publisher.close()

    @property
    def device(self) -> str:
        return self.store.device

    def connected(self) -> bool:
        assert self.publisher is not None
        return "connected" in self.publisher.status()

    def delivered(self) -> bool:
        self.store.flush()
        return self.store.backlog().documents == 0


@dataclass(frozen=True)
class Outcome:
    """All of a walk that a broker must not change: what was seen and felt, and what is stored, but for mere names."""

    seen: tuple[object, ...]
    felt: tuple[object, ...]
    record: SessionRecord
    seconds: tuple[SecondRow, ...]
    events: tuple[EventRow, ...]
    answers: tuple[tuple[object, object], ...]

    @property
    def contacts_s(self) -> list[float]:
        return [seen.t_s for seen in self.seen if isinstance(seen, InitialContact)]


def outcome(kneemon: Kneemon) -> Outcome:
    """Once the walk is over."""
    bench = kneemon.bench
    record = bench.record()
    with StoreReader(bench.path) as reader:
        seconds, events = reader.seconds(record.session_id), reader.events(record.session_id)
    return Outcome(
        tuple(seen for seen in bench.seen if not isinstance(seen, SensorReport)),
        tuple(bench.player.cues),
        replace(record, session_id="", device=""),
        tuple(seconds),
        tuple(events),
        tuple((answer["ok"], answer.get("done", answer.get("error"))) for answer in bench.answers),
    )


class Phone:
    """Somebody at home, who sends and reads what comes back."""

    def __init__(self, listener: Listener, device: str) -> None:
        self._listener = listener
        self._device = device

    def read(self, name: str) -> list[dict[str, Any]]:
        """All documents of that topic, but for clearings."""
        topic = f"kneemon/v1/{self._device}/{name}"
        messages = [message for message in list(self._listener.got) if message.topic == topic and message.payload]
        return [json.loads(message.payload) for message in messages]

    def plan_with(self, wished_min: float) -> dict[str, Any] | None:
        """The newest document of the plan, once this wish stands in it."""
        newest = self.read("plan")[-1:]
        return newest[0] if newest and newest[0]["wished_min"] == wished_min else None

    def command(self, name: str, name_of_it: str = "", **args: object) -> dict[str, Any]:
        """A command; its ack."""
        before = len(self.read("cmd/ack"))
        document = {"cmd": name, "id": name_of_it or f"c{before}", "args": args}
        self._listener.shout(f"kneemon/v1/{self._device}/cmd", json.dumps(document))
        return wait_until(lambda: self.read("cmd/ack")[before:])[0]  # type: ignore[no-any-return]

    def wish(self, key: str, value: str) -> dict[str, Any]:
        """A retained wish; what became of it."""
        before = len(self.read(f"desired/{key}/result"))
        self._listener.shout(f"kneemon/v1/{self._device}/desired/{key}", value, retain=True)
        return wait_until(lambda: self.read(f"desired/{key}/result")[before:])[0]  # type: ignore[no-any-return]


def scan(port: int, **credentials: str) -> dict[str, Any]:
    """Every retained message by its topic, as one who comes now is given them."""
    listener = Listener(port, **credentials)
    try:
        listener.shout("end/of/scan", b"x")  # what is retained comes before it
        wait_until(lambda: listener.on("end/of/scan"))
        return listener.retained()
    finally:
        listener.close()
