# SPDX-License-Identifier: MIT
"""Brokers that are absent, restarted, frozen, foreign or hostile: nothing blocks, is lost or is hammered."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from mqtt_bench import (
    BRISK,
    DEVICE,
    LOOPBACK,
    SUMMARY_TOPIC,
    Door,
    Listener,
    Mosquitto,
    Notebook,
    SqliteOutbox,
    document,
    door,
    pipe,
    wait_until,
)

from kneemon.clock import SystemClock
from kneemon.model.home import Health, LiveState, Moment
from kneemon.mqtt import link as link_module
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.virtual.broker import EmbeddedBroker

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]


def in_time(work: Callable[[], object]) -> None:
    """`work` returns at all, though nobody answers it."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_a_broker_that_appears_is_found(
    mosquitto: Callable[..., Mosquitto], outbox: SqliteOutbox, publish: Publish, caplog: pytest.LogCaptureFixture
):
    broker = mosquitto()
    outbox.add(document(1))
    publisher = publish(broker.settings())
    away = (
        r"away since \d{4}-\d\d-\d\d \d\d:\d\d UTC: nobody listening at that port \(127.0.0.1:\d+\), next try in \d+ s"
    )
    wait_until(lambda: re.fullmatch(away, publisher.status()), "an absent broker")
    broker.start()
    wait_until(lambda: outbox.depth() == 0, "delivery")
    assert publisher.status() == f"connected to {broker.settings().where}, MQTT 5"
    assert len([entry for entry in caplog.records if "nobody listening" in entry.message]) == 1


def test_a_restarted_broker_gets_what_was_written_meanwhile(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    publisher = publish(broker.settings())
    publisher.tell(LiveState("idle"))
    wait_until(lambda: "connected" in publisher.status(), "a connection")
    broker.stop()
    wait_until(lambda: "away since" in publisher.status(), "a loss")
    outbox.add(document(1))
    publisher.wake()
    broker.start()
    wait_until(lambda: outbox.depth() == 0, "delivery")
    listener = listen(broker.port)
    wait_until(lambda: {m.topic for m in listener.on("")} >= {f"kneemon/v1/{DEVICE}/state"}, "the state is told again")
    assert listener.payloads("availability")[:1] == [b"online"]


def test_a_frozen_broker_blocks_neither_state_nor_wake_nor_close(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish
):
    publisher = publish(broker.settings(), replace(BRISK, close_s=0.2))
    wait_until(lambda: "connected" in publisher.status(), "a connection")
    broker.freeze()
    for number in range(30):
        outbox.add(document(number))

    def go_on() -> None:
        for steps in range(1000):
            publisher.tell(LiveState("walking" if steps % 2 else "resting", steps=steps))
            publisher.tell(Health(battery_percent=float(steps % 100)))
            publisher.happened(Moment("pace_high", SystemClock().anchor().utc))
            publisher.wake()
        publisher.close()

    in_time(go_on)
    assert publisher.status() == "closed"
    assert outbox.depth() == 30


def test_a_broker_frozen_from_the_start_blocks_nothing_either(
    broker: Mosquitto, publish: Publish, outbox: SqliteOutbox
):
    broker.freeze()
    publisher = publish(broker.settings(), replace(BRISK, connack_s=0.2))
    publisher.tell(LiveState("idle"))
    wait_until(lambda: "then says nothing" in publisher.status(), "silence is noticed")
    in_time(publisher.close)


def test_a_thawed_broker_loses_nothing(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen, caplog: pytest.LogCaptureFixture
):
    """The broker falls silent in the middle; the link is given up after twice the keepalive and dialled anew."""
    listener = listen(broker.port, SUMMARY_TOPIC)
    publisher = publish(broker.settings(keepalive_s=1), replace(BRISK, connack_s=0.2))
    wait_until(lambda: "connected" in publisher.status(), "a connection")
    broker.freeze()
    for number in range(30):
        outbox.add(document(number))
    publisher.wake()
    wait_until(lambda: "no sign of life any more" in caplog.text, "the frozen broker is given up")
    assert "away since" in publisher.status()
    broker.thaw()
    wait_until(lambda: outbox.depth() == 0, "delivery")
    wait_until(lambda: len(set(listener.payloads("summary"))) == 30, "all 30 documents")
    first_seen = list(dict.fromkeys(listener.payloads("summary")))
    assert first_seen == [document(number).payload for number in range(30)]


def test_a_wrong_password_is_not_tried_in_a_loop(
    guarded: Callable[[str], Mosquitto], publish: Publish, caplog: pytest.LogCaptureFixture
):
    broker = guarded("")
    publisher = publish(broker.settings(username="walker", password="guess"))  # noqa: S106
    wait_until(lambda: re.search(r"next try in [2-5] min", publisher.status()), "patience")
    assert publisher.status().startswith(
        "refused: wrong user name or password, or a user who is not authorised (127.0.0.1:"
    )
    assert broker.log().count("not authorised") == BRISK.patience + 1
    warnings = [entry.message for entry in caplog.records if entry.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "guess" not in warnings[0] + publisher.status()


def test_two_devices_with_one_id_stop_kicking_each_other(broker: Mosquitto, publish: Publish):
    pair = [publish(broker.settings()) for _ in range(2)]
    texts = wait_until(
        lambda: sorted(text for text in (one.status() for one in pair) if "min" in text), "one of them gives in"
    )
    assert texts[0].startswith(f"refused: every link cut short, perhaps by another client with the id kneemon-{DEVICE}")
    wait_until(lambda: any("connected" in one.status() for one in pair), "the other one stays")
    assert broker.log().count(f"as kneemon-{DEVICE}") <= 2 * (BRISK.cuts + 1) + 1


@pytest.mark.parametrize("manner", ["says nothing", "hangs up"])
def test_a_broker_that_does_not_understand_mqtt_5_is_spoken_to_in_3_1_1(
    manner: str, broker: Mosquitto, outbox: SqliteOutbox, publish: Publish
):
    levels: list[int] = []

    def serve(client: socket.socket, hello: bytes) -> None:
        levels.append(hello[8])
        if hello[8] == 4:
            pipe(client, hello, broker.port)
        elif manner == "hangs up":
            client.shutdown(socket.SHUT_RDWR)

    outbox.add(document(1))
    with door(serve) as old:
        publisher = publish(BrokerSettings(LOOPBACK, old.port), replace(BRISK, connack_s=0.5))
        wait_until(lambda: outbox.depth() == 0, "delivery")
        assert publisher.status() == f"connected to 127.0.0.1:{old.port}, MQTT 3.1.1"
        broker.stop()
        wait_until(lambda: "away since" in publisher.status(), "a loss")
        broker.start()
        wait_until(lambda: "connected" in publisher.status(), "a connection")
        publisher.close()
    assert levels[:2] == [5, 4]
    assert set(levels[2:]) == {4}  # remembered


def test_the_embedded_broker_is_spoken_to_in_3_1_1(outbox: SqliteOutbox, publish: Publish):
    with EmbeddedBroker() as embedded:
        outbox.add(document(1))
        publisher = publish(BrokerSettings(embedded.host, embedded.port))
        publisher.tell(LiveState("idle"))
        wait_until(lambda: outbox.depth() == 0, "delivery")
        assert publisher.status() == f"connected to 127.0.0.1:{embedded.port}, MQTT 3.1.1"
        publisher.close()


def stumbling(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> list[int]:
    """The first two calls of `name` at `place` fail; how many there were."""
    real, calls = getattr(place, name), []

    def call(*args: Any, **more: Any) -> Any:
        calls.append(len(calls))
        if len(calls) <= 2:
            raise RuntimeError("a mistake")
        return real(*args, **more)

    monkeypatch.setattr(place, name, call)
    return calls


@pytest.mark.parametrize("callback", ["Accepted", "Answered", "Subscribed", "Heard"])
def test_a_mistake_in_a_callback_costs_a_connection_and_nothing_else(
    callback: str,
    broker: Mosquitto,
    outbox: SqliteOutbox,
    publish: Publish,
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
):
    calls = stumbling(monkeypatch, getattr(link_module, callback), "__init__")
    outbox.add(document(1))
    publisher = publish(broker.settings())
    publisher.obey(lambda *_: {"ok": True})
    listener = listen(broker.port)

    def recovered() -> bool:
        listener.say("cmd", '{"cmd":"nothing"}')
        return len(calls) > 2 and "connected" in publisher.status() and bool(listener.on("cmd/ack"))

    wait_until(recovered, f"an answer in spite of it, {len(calls)} calls")
    wait_until(lambda: outbox.depth() == 0, "delivery in spite of it")


def test_a_mistake_over_a_broker_s_good_bye_costs_nothing_either(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, monkeypatch: pytest.MonkeyPatch
):
    calls = stumbling(monkeypatch, link_module.faults, "of_disconnect")
    visits: list[bytes] = []

    def serve(client: socket.socket, hello: bytes) -> None:
        visits.append(hello)
        if len(visits) <= 3:
            client.sendall(bytes((0x20, 3, 0, 0, 0)) + bytes((0xE0, 2, 0x8B, 0)))  # welcome, and shutting down
            client.recv(4096)
        else:
            pipe(client, hello, broker.port)

    outbox.add(document(1))
    with door(serve) as moody:
        publisher = publish(BrokerSettings(LOOPBACK, moody.port))
        wait_until(lambda: outbox.depth() == 0, "delivery in spite of it")
        publisher.close()
    assert len(calls) == 3


def test_a_broker_that_talks_nonsense_is_left_alone(outbox: SqliteOutbox, publish: Publish):
    visits: list[bytes] = []

    def serve(client: socket.socket, hello: bytes) -> None:
        visits.append(hello)
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    outbox.add(document(1))
    with door(serve) as web:
        publisher = publish(BrokerSettings(LOOPBACK, web.port), replace(BRISK, connack_s=0.2))
        wait_until(lambda: len(visits) >= 4, "it is tried again")
        assert "away since" in publisher.status()
        publisher.close()
    assert outbox.depth() == 1


def test_closing_while_dialling_does_not_wait_for_an_answer(outbox: SqliteOutbox):
    arrived = threading.Event()
    with door(lambda *_: arrived.set()) as mute:
        publisher = MqttPublisher(BrokerSettings(LOOPBACK, mute.port), DEVICE, outbox, Notebook(), SystemClock(), BRISK)
        assert publisher.status() == f"connecting to 127.0.0.1:{mute.port}"
        assert arrived.wait(10)
        in_time(publisher.close)
        assert publisher.status() == "closed"


@pytest.mark.parametrize("place", ["waiting", "acknowledged", "backlog"])
def test_a_mistake_of_our_own_is_told_and_survived(
    place: str,
    broker: Mosquitto,
    outbox: SqliteOutbox,
    publish: Publish,
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    stumbling(monkeypatch, outbox, place)
    outbox.add(document(1))
    listener = listen(broker.port, f"kneemon/v1/{DEVICE}/availability")
    publisher = publish(broker.settings())
    publisher.tell(Health())
    wait_until(lambda: outbox.depth() == 0, "delivery after all")
    wait_until(lambda: publisher.status().endswith("; it stumbled over itself 2 times: the log says more"), "a status")
    assert publisher.status().startswith("connected to ")
    assert caplog.text.count("RuntimeError: a mistake") == 1
    assert b"offline" not in listener.payloads("availability")[:1]


def test_while_it_rests_from_a_mistake_the_broker_says_that_it_is_gone(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "waiting", lambda *_: 1 / 0)
    listener = listen(broker.port, f"kneemon/v1/{DEVICE}/availability")
    publisher = publish(broker.settings(), replace(BRISK, first_s=600.0, most_s=600.0, will_delay_s=0))
    wait_until(lambda: "a mistake of kneemon's own (ZeroDivisionError" in publisher.status(), "an honest status")
    wait_until(lambda: listener.payloads("availability") == [b"online", b"offline"], "the will")


@contextlib.contextmanager
def slow_road(port: int, bytes_per_s: int) -> Iterator[Door]:
    """To the broker at `port`, as over the last bars of a network."""

    def serve(client: socket.socket, hello: bytes) -> None:
        def crawl(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(256):
                    time.sleep(len(data) / bytes_per_s)
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_RDWR)

        with socket.create_connection((LOOPBACK, port)) as broker:
            broker.sendall(hello)
            back = threading.Thread(target=crawl, args=(broker, client))
            back.start()
            crawl(client, broker)
            with contextlib.suppress(OSError):
                broker.shutdown(socket.SHUT_RDWR)
            back.join()

    with door(serve) as road:
        yield road


def test_over_a_slow_road_nobody_waits_and_nothing_is_lost(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    with slow_road(broker.port, bytes_per_s=20_000) as road:
        publisher = publish(BrokerSettings(LOOPBACK, road.port))
        wait_until(lambda: "connected" in publisher.status(), "a connection")

        def walk() -> None:
            for number in range(30):
                outbox.add(document(number))
                publisher.wake()
                for steps in range(100):
                    publisher.tell(LiveState("walking" if steps % 2 else "resting", steps=steps))
                    publisher.happened(Moment("pace_high", SystemClock().anchor().utc))

        in_time(walk)
        assert outbox.depth() > 0  # nobody has waited for it
        wait_until(lambda: outbox.depth() == 0, "delivery", within_s=60.0)
        assert listener.payloads("session/summary") == [document(number).payload for number in range(30)]
        publisher.close()


def test_a_document_that_the_broker_finds_too_long_does_not_block_the_others(
    mosquitto: Callable[..., Mosquitto], outbox: SqliteOutbox, publish: Publish
):
    """Mosquitto breaks the link over a packet that is longer than it said it takes."""
    broker = mosquitto("allow_anonymous true\nmax_packet_size 4000\n").start()
    outbox.add(replace(document(1), payload=document(1).payload + b" " * 4000))
    outbox.add(document(2))
    publisher = publish(broker.settings())
    wait_until(lambda: outbox.depth() == 1, "the other one")
    assert [seq for seq, _ in outbox.refusals] == [1]
    assert "session/summary cannot be sent (" in publisher.status()
    assert "bytes, and the broker takes 4000)" in publisher.status()
