# SPDX-License-Identifier: MIT
"""No broker changes a walk: loop, sensor path, store, publisher and Mosquitto are real, the walk is always the same.

A call that waited for a frozen broker would never return here: it is thawed only when the walk is over.
"""

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from app_bench import Player, wait_until
from home_bench import PATIENT, PLAN, Kneemon, Outcome, Phone, outcome
from mqtt_bench import LOOPBACK, Listener, Mosquitto, door, pipe, program
from test_mqtt_trouble import slow_road

from kneemon.app.edges import Seen
from kneemon.model.cues import Cue, CueKind
from kneemon.model.gait import SignalGap
from kneemon.model.plans import PlanWeek
from kneemon.model.sessions import EndReason, Progress
from kneemon.mqtt.commands import Code
from kneemon.mqtt.settings import BrokerSettings
from kneemon.store import StoreReader
from kneemon.virtual.script import Stand, Walk

BEGIN_S, END_S = 2.0, 142.0
SPEED, QUICK = 20.0, 80.0  # the walk takes seven seconds: time enough for a broker to come and go; or two
LONG_S = 60.0
LOGIN = {"username": "walker", "password": "secret"}
LONG_PLAN = replace(PLAN, weeks=(PlanWeek(10.0),))
SHORT = (Stand(3.0), Walk(30.0, 100.0), Stand(3.0))

pytestmark = pytest.mark.usefixtures("in_utc")


@dataclass
class Broker:
    """What the publisher is led to. reach: where; after: to be done once the walk is over, so that all is delivered."""

    settings: BrokerSettings
    mosquitto: Mosquitto
    freezes: bool = False
    speed: float = QUICK
    after: Callable[[], None] = lambda: None
    delivers: bool = True
    reader: dict[str, str] = field(default_factory=dict)


Offer = Callable[[Path, ExitStack], Broker]


def _good(folder: Path, opened: ExitStack, configuration: str = "allow_anonymous true\n") -> Mosquitto:
    mosquitto = Mosquitto(folder, configuration).start()
    opened.callback(mosquitto.stop)
    return mosquitto


def good(folder: Path, opened: ExitStack) -> Broker:
    mosquitto = _good(folder, opened)
    return Broker(mosquitto.settings(), mosquitto)


def frozen(folder: Path, opened: ExitStack) -> Broker:
    """From the walk's tenth second, which is an act; it goes on when the walk is over."""
    broker = good(folder, opened)
    return replace(broker, freezes=True, after=broker.mosquitto.thaw)


def refusing(folder: Path, opened: ExitStack) -> Broker:
    """It lets us in, and takes nothing from us."""
    passwords, access = folder / "passwords", folder / "access"
    passwords.touch(mode=0o600)
    for user in ("walker", "reader"):
        subprocess.run([program("mosquitto_passwd"), "-b", passwords, user, "secret"], check=True)
    access.write_text("user reader\ntopic read #\n")
    mosquitto = _good(folder, opened, f"allow_anonymous false\npassword_file {passwords}\nacl_file {access}\n")
    settings = mosquitto.settings(**LOGIN)
    return Broker(settings, mosquitto, delivers=False, reader=LOGIN | {"username": "reader"})


def unwelcoming(folder: Path, opened: ExitStack) -> Broker:
    """It does not even let us in."""
    broker = refusing(folder, opened)
    return replace(broker, settings=replace(broker.settings, **(LOGIN | {"password": "wrong"})))


def slow(folder: Path, opened: ExitStack) -> Broker:
    mosquitto = _good(folder, opened)
    road = opened.enter_context(slow_road(mosquitto.port, bytes_per_s=8_000))
    return Broker(BrokerSettings(LOOPBACK, road.port), mosquitto)


def restarting(folder: Path, opened: ExitStack) -> Broker:
    """Every second, until the walk is over."""
    broker, enough = good(folder, opened), Event()

    def restart() -> None:
        while not enough.wait(1.0):
            broker.mosquitto.stop()
            broker.mosquitto.start()

    thread = Thread(target=restart)
    thread.start()

    def settle() -> None:
        enough.set()
        thread.join(LONG_S)

    opened.callback(settle)
    return replace(broker, speed=SPEED, after=settle)


def walk(folder: Path, broker: Broker | None) -> tuple[Kneemon, Outcome]:
    """The walk with all that may be told on the way, and the same acts whatever the broker is."""
    kneemon = Kneemon(folder, broker.settings if broker else None, speed=broker.speed if broker else None)
    bench = kneemon.bench

    def freeze() -> None:
        if broker is not None and broker.freezes:
            wait_until(kneemon.connected)
            broker.mosquitto.freeze()

    acts = {
        BEGIN_S: bench.ask("start", pain=2, signs=1),
        10.0: freeze,
        50.0: bench.ask("pain", score=3),
        60.0: bench.ask("wish", key="limit_min", value="1"),
        70.0: bench.ask("gave-way"),
        80.0: bench.ask("pause"),
        84.0: bench.ask("resume"),
        END_S: bench.ask("stop"),
        143.0: bench.ask("answer", ask="pain_end", value=4),
    }
    with kneemon.living(acts):
        kneemon.app.run()
        if broker is not None:
            broker.after()
            if broker.delivers:
                wait_until(kneemon.delivered, LONG_S)
    return kneemon, outcome(kneemon)


@pytest.fixture
def alone(in_utc: None, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The walk of a device without a broker."""
    _, alone = walk(tmp_path_factory.mktemp("alone"), None)
    return alone


def test_the_walk_is_worth_its_name(alone: Outcome) -> None:
    """What is compared below holds something of everything."""
    cues = {seen.kind for seen in alone.seen if isinstance(seen, Cue)}
    assert cues >= {CueKind.PACE_HIGH, CueKind.LIMIT_REACHED, CueKind.MAIN_PART, CueKind.STARTED, CueKind.STOPPED}
    assert len(alone.contacts_s) > 150
    assert sum(isinstance(seen, Progress) for seen in alone.seen) > 100
    assert len(alone.seconds) > 100
    summary = alone.record.summary
    assert (summary.pain_before, [mark.score for mark in summary.pains], summary.paused_s > 0) == (2, [3], True)
    assert alone.record.revision == 2
    assert all(ok for ok, _ in alone.answers), alone.answers


@pytest.mark.parametrize(
    "offer", [good, frozen, refusing, unwelcoming, slow, restarting], ids=lambda offer: offer.__name__
)
def test_a_broker_changes_no_step_no_cue_and_no_second(offer: Offer, alone: Outcome, tmp_path: Path) -> None:
    with ExitStack() as opened:
        broker = offer(tmp_path, opened)
        listener = Listener(broker.mosquitto.port, **broker.reader)
        opened.callback(listener.close)
        kneemon, same = walk(tmp_path, broker)
        assert same.contacts_s == alone.contacts_s
        assert same.felt == alone.felt
        assert same.seen == alone.seen
        assert same.record == alone.record
        assert same.seconds == alone.seconds
        assert same.events == alone.events
        assert same.answers == alone.answers
        assert kneemon.bench.notifier.told.count("watchdog") == kneemon.source.items, "each block was taken"
        assert kneemon.source.overruns == same.record.summary.gaps == 0
        assert not any(isinstance(seen, SignalGap) for seen in same.seen)
        if not broker.delivers:
            assert listener.got == []
            with StoreReader(kneemon.bench.path) as reader:
                assert reader.outbox().documents == 1, "it waits"
        if offer is restarting:
            assert broker.mosquitto.log().count("starting") > 3
        elif broker.delivers:
            newest = wait_until(lambda: listener.payloads("session/summary"))[-1]
            assert json.loads(newest)["steps"] == alone.record.summary.steps


def test_a_wish_above_the_plan_is_taken_only_where_the_owner_said_so(tmp_path: Path) -> None:
    """And never above the plan's longest walk."""
    outcomes: dict[bool, list[tuple[object, ...]]] = {}
    with ExitStack() as opened:
        mosquitto = _good(tmp_path, opened)
        for raises in (False, True):
            folder = tmp_path / str(raises)
            folder.mkdir()
            kneemon = Kneemon(folder, mosquitto.settings(allow_remote_raise=raises), plan=LONG_PLAN)
            told = outcomes[raises] = []

            def at_home(kneemon: Kneemon = kneemon, told: list[tuple[object, ...]] = told) -> None:
                wait_until(kneemon.connected)
                listener = Listener(mosquitto.port)
                opened.callback(listener.close)
                phone = Phone(listener, kneemon.device)
                for minutes in ("8", "15", "240"):
                    result = phone.wish("limit_min", minutes)
                    wished = float(minutes) if result["status"] == "accepted" else 8.0
                    plan = wait_until(lambda wished=wished: phone.plan_with(wished))
                    told.append((result["status"], result["code"], plan["limit_s"], plan["own_limit_s"]))

            with kneemon.living({1.0: at_home}, SHORT):
                kneemon.app.run()
    assert outcomes[False] == [
        ("accepted", None, 480.0, 600.0),
        ("refused", Code.LIMIT_LOCKED, 480.0, 600.0),
        ("refused", Code.LIMIT_LOCKED, 480.0, 600.0),
    ]
    assert outcomes[True] == [
        ("accepted", None, 480.0, 600.0),
        ("accepted", None, 900.0, 600.0),
        ("accepted", None, 60.0 * LONG_PLAN.session_top_min, 600.0),
    ]


def test_a_link_that_is_back_before_the_will_shows_no_offline(tmp_path: Path) -> None:
    """The whole device is thrown off the network in mid-walk, and comes back while the broker still waits."""
    cut = Event()
    with ExitStack() as opened:
        mosquitto = _good(tmp_path, opened)
        road = opened.enter_context(cuttable(mosquitto.port, cut))
        pace = replace(PATIENT, will_delay_s=3, session_s=6)
        kneemon = Kneemon(tmp_path, BrokerSettings(LOOPBACK, road.port), pace=pace)
        listener = Listener(mosquitto.port)
        opened.callback(listener.close)

        def presence() -> list[bytes]:
            return listener.payloads("availability")

        def off_and_on() -> None:
            wait_until(lambda: presence() == [b"online"])
            cut.set()
            wait_until(lambda: presence()[1:])
            threading.Event().wait(pace.will_delay_s + 1.0)  # longer than the will would have waited

        with kneemon.living({BEGIN_S: kneemon.bench.ask("start"), 10.0: off_and_on}, SHORT):
            kneemon.app.run()
            assert presence() == [b"online", b"online"]
        wait_until(lambda: presence()[-1] == b"offline")  # it is told when it is meant


class TestGivenUp:
    """Who was told "busy" after four seconds can be sure that nothing was done, though the loop came to it later."""

    def test_what_was_asked_for_in_vain_is_never_done(self, tmp_path: Path) -> None:
        asked = {
            "wish": {"key": "mute", "value": "ON"},
            "snooze": {"seconds": 600.0},
            "pain": {"score": 9},
            "stop": {},
        }
        kneemon = Kneemon(tmp_path)
        bench = kneemon.bench
        player = bench.player = Mutable()
        answers: dict[str, Any] = {}

        def ask(name: str) -> None:
            answers[name] = kneemon.app.control(name, asked[name])

        def in_vain() -> None:
            threads = [Thread(target=ask, args=(name,)) for name in asked]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(LONG_S)

        stuck = Stuck(in_vain)
        bench.seen = stuck
        acts = {BEGIN_S: bench.ask("start"), 19.5: bench.ask("status"), 20.0: stuck.begin, 23.0: stuck.over}
        with kneemon.living(acts, (*SHORT, Walk(40.0, 122.0), Stand(3.0))):
            kneemon.app.run()
        assert set(answers) == set(asked)
        assert all((answer["ok"], answer["code"]) == (False, "busy") for answer in answers.values())
        record = bench.record()
        assert record.summary.end_reason is EndReason.SHUTDOWN
        assert record.summary.pains == ()
        assert CueKind.PACE_HIGH in bench.player.heard, "it was neither muted nor hushed"
        assert True not in player.mutes

    def test_the_home_is_told_busy_and_may_ask_again(self, tmp_path: Path) -> None:
        acks = []
        with ExitStack() as opened:
            mosquitto = _good(tmp_path, opened)
            kneemon = Kneemon(tmp_path, mosquitto.settings())
            listener = Listener(mosquitto.port)
            opened.callback(listener.close)
            bench = kneemon.bench

            def report(score: int) -> None:
                acks.append(Phone(listener, kneemon.device).command("pain.report", "twice", score=score))

            def again() -> None:
                stuck.over()
                assert kneemon.app.control("status", {})["ok"]  # the loop has come past what was given up
                report(5)

            stuck = Stuck(lambda: report(4))
            bench.seen = stuck
            acts = {
                BEGIN_S: bench.ask("start"),
                15.0: lambda: Phone(listener, kneemon.device).wish("mute", "OFF"),  # it listens, then
                20.0: stuck.begin,
                25.0: again,
            }
            with kneemon.living(acts, SHORT):
                kneemon.app.run()
        assert [(ack["status"], ack["code"]) for ack in acks] == [("failed", "busy"), ("done", None)]
        assert [mark.score for mark in bench.record().summary.pains] == [5]


class Mutable(Player):
    """Remembers how often somebody wanted it to be silent."""

    def __init__(self) -> None:
        super().__init__()
        self.mutes: list[bool] = []

    def mute(self, on: bool) -> None:
        super().mute(on)
        self.mutes.append(on)


class Stuck(list[Seen]):
    """What is seen, by somebody who hangs once, and the loop with him, until `meanwhile` is done."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._wanted, self._there = Event(), Event()
        self._meanwhile = Thread(target=self._look_on, args=(meanwhile,))

    def append(self, seen: Seen) -> None:
        super().append(seen)
        if self._wanted.is_set() and not self._there.is_set():
            self._there.set()
            self.over()

    def begin(self) -> None:
        """Hang at the next thing that is seen. The loop should have been asked just before: it has caught up then, and
        the inbox has room for those who ask."""
        self._meanwhile.start()
        self._wanted.set()

    def over(self) -> None:
        self._meanwhile.join(LONG_S)
        assert not self._meanwhile.is_alive()

    def _look_on(self, meanwhile: Callable[[], None]) -> None:
        assert self._there.wait(LONG_S)
        meanwhile()


@contextmanager
def cuttable(port: int, cut: Event) -> Iterator[Any]:
    """The way to the broker at `port`; the first link on it breaks when `cut` is set."""
    first = [True]

    def serve(client: socket.socket, hello: bytes) -> None:
        if first:
            first.clear()

            def wait() -> None:
                assert cut.wait(LONG_S)
                client.shutdown(socket.SHUT_RDWR)

            Thread(target=wait, daemon=True).start()
        pipe(client, hello, port)

    with door(serve) as road:
        yield road
