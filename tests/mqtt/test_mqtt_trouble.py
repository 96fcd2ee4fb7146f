# SPDX-License-Identifier: MIT
"""Brokers that are absent, restarted, frozen, foreign or hostile: nothing blocks, is lost or is hammered."""

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from mqtt_bench import BRISK, DEVICE, LOOPBACK, SUMMARY_TOPIC, Listener, Mosquitto, SqliteOutbox, door, pipe, wait_until

from kneemon.clock import SystemClock
from kneemon.model.records import OutboxMessage
from kneemon.mqtt import link as link_module
from kneemon.mqtt.news import Answered
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import LiveState
from kneemon.virtual.broker import EmbeddedBroker

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]


def document(number: int) -> OutboxMessage:
    return OutboxMessage(f"s{number}/1", SUMMARY_TOPIC, f"document {number}".encode())


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
    publisher.state(LiveState("idle"))
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
            publisher.state(LiveState("walking" if steps % 2 else "resting", steps=steps))
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
    publisher.state(LiveState("idle"))
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
        publisher.state(LiveState("idle"))
        wait_until(lambda: outbox.depth() == 0, "delivery")
        assert publisher.status() == f"connected to 127.0.0.1:{embedded.port}, MQTT 3.1.1"
        publisher.close()


def test_a_mistake_in_a_callback_costs_a_connection_and_nothing_else(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, monkeypatch: pytest.MonkeyPatch
):
    mistakes: list[int] = []

    def stumble(mid: int, refusal: str | None) -> Answered:
        if len(mistakes) < 2:
            mistakes.append(mid)
            raise RuntimeError("a mistake")
        return Answered(mid, refusal)

    monkeypatch.setattr(link_module, "Answered", stumble)
    outbox.add(document(1))
    publisher = publish(broker.settings())
    wait_until(lambda: outbox.depth() == 0, "delivery in spite of it")
    assert len(mistakes) == 2
    assert "connected" in publisher.status()


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
        publisher = MqttPublisher(BrokerSettings(LOOPBACK, mute.port), DEVICE, outbox, SystemClock(), BRISK)
        assert publisher.status() == f"connecting to 127.0.0.1:{mute.port}"
        assert arrived.wait(10)
        in_time(publisher.close)
        assert publisher.status() == "closed"


def test_a_fault_of_the_publisher_itself_shows_in_its_status(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, monkeypatch: pytest.MonkeyPatch
):
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    monkeypatch.setattr(outbox, "waiting", lambda *_: 1 / 0)
    publisher = publish(broker.settings())
    wait_until(lambda: publisher.status() == "stopped by a fault of its own: the log says more", "an honest status")
    assert [args.exc_type for args in told] == [ZeroDivisionError]
