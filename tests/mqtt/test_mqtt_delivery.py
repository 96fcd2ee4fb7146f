# SPDX-License-Identifier: MIT
"""What a real Mosquitto gets from the publisher, and what it keeps."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mqtt_bench import (
    BRISK,
    DEVICE,
    LOOPBACK,
    SUMMARY_TOPIC,
    Listener,
    Mosquitto,
    SqliteOutbox,
    document,
    door,
    pipe,
    wait_until,
)

from kneemon.model.home import LiveState
from kneemon.model.records import SessionRecord
from kneemon.mqtt.documents import summary_message
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]

PROCESS = Path(__file__).with_name("publisher_process.py")


def start_process(broker: Mosquitto, outbox_file: Path, fate: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, PROCESS, str(broker.port), outbox_file, fate])


def test_sessions_walked_away_from_home_arrive_oldest_first(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen, record: SessionRecord
):
    messages = [summary_message(replace(record, session_id=f"b17-{number}-9f2c")) for number in range(30)]
    for message in messages:
        outbox.add(message)
    listener = listen(broker.port)
    publish(broker.settings())
    wait_until(lambda: outbox.depth() == 0, "the outbox is empty")
    wait_until(lambda: len(listener.on("session/summary")) == 30, "30 summaries")
    assert listener.payloads("session/summary") == [message.payload for message in messages]
    assert listener.payloads("availability") == [b"online"]


def test_a_session_that_ends_while_connected_is_sent_on_wake(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    wait_until(lambda: listener.on("availability"), "presence")
    assert publisher.status() == f"connected to {broker.settings().where}, MQTT 5"
    outbox.add(document(1))
    publisher.wake()
    wait_until(lambda: listener.payloads("session/summary") == [document(1).payload], "the document")


def test_the_outbox_is_sent_no_faster_than_asked(broker: Mosquitto, outbox: SqliteOutbox, publish: Publish):
    for number in range(11):
        outbox.add(document(number))
    began_s = time.monotonic()
    publish(broker.settings(), replace(BRISK, rows_per_s=20.0))
    wait_until(lambda: outbox.depth() == 0, "the outbox is empty")
    assert time.monotonic() - began_s >= 10 / 20.0  # a slow machine only makes it longer


def test_the_broker_retains_only_what_the_table_allows(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    outbox.add(document(1))
    publisher = publish(broker.settings())
    publisher.tell(LiveState("walking", "b1-1-aaaa", 12))
    early = listen(broker.port)
    wait_until(lambda: outbox.depth() == 0 and early.on("state"), "everything is said")
    retained = listen(broker.port).retained
    wait_until(lambda: len(retained()) >= 2, "retained messages")
    assert set(retained()) == {f"kneemon/v1/{DEVICE}/availability", f"kneemon/v1/{DEVICE}/state"}
    availability, state = (retained()[f"kneemon/v1/{DEVICE}/{name}"] for name in ("availability", "state"))
    assert not hasattr(availability.properties, "MessageExpiryInterval")
    assert 3500 < state.properties.MessageExpiryInterval <= 3600
    assert json.loads(state.payload)["steps"] == 12


def test_mqtt_3_retains_no_health_data(broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    with door(lambda client, hello: pipe(client, hello, broker.port) if hello[8] == 4 else None) as old:
        publisher = publish(BrokerSettings(LOOPBACK, old.port), replace(BRISK, connack_s=0.2))
        publisher.tell(LiveState("walking", "b1-1-aaaa", 12))
        wait_until(lambda: listener.on("state"), "the state")
        late = listen(broker.port)
        wait_until(lambda: late.on("availability"), "retained presence")
        assert set(late.retained()) == {f"kneemon/v1/{DEVICE}/availability"}
        publisher.close()


def test_states_of_the_way_are_not_sent_afterwards(
    mosquitto: Callable[..., Mosquitto], publish: Publish, listen: Listen
):
    broker = mosquitto()
    publisher = publish(broker.settings())
    wait_until(lambda: "next try" in publisher.status(), "the first failure")
    for steps in range(50):
        publisher.tell(LiveState("walking", "b1-1-aaaa", steps))
    listener = listen(broker.start().port)
    wait_until(lambda: listener.on("state"), "the state")
    first = json.loads(listener.payloads("state")[0])
    assert (first["seq"], first["steps"]) == (1, 49)


def test_progress_is_qos_0_and_changes_are_qos_1(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings(), replace(BRISK, live_s=0.0))
    for steps, session in ((0, "idle"), (1, "walking"), (2, "walking"), (3, "resting")):
        publisher.tell(LiveState(session, steps=steps))
        wait_until(lambda steps=steps: len(listener.on("state")) == steps + 1, f"state {steps}")
    assert [message.qos for message in listener.on("state")] == [1, 1, 0, 1]
    assert [json.loads(payload)["seq"] for payload in listener.payloads("state")] == [1, 2, 3, 4]


def test_close_says_what_is_left_and_good_bye(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    wait_until(lambda: listener.on("availability"), "presence")
    outbox.add(document(1))
    publisher.close()
    assert outbox.depth() == 0
    wait_until(lambda: listener.payloads("availability") == [b"online", b"offline"], "good-bye")
    assert listener.payloads("session/summary") == [document(1).payload]
    assert publisher.status() == "closed"
    late = listen(broker.port)
    wait_until(lambda: late.payloads("availability") == [b"offline"], "retained good-bye")
    publisher.close()  # twice is no harm
    publisher.tell(LiveState("idle"))
    publisher.wake()


def test_a_killed_publisher_is_reported_offline_by_the_broker(broker: Mosquitto, tmp_path: Path, listen: Listen):
    listener = listen(broker.port)
    process = start_process(broker, tmp_path / "other.db", "stay")
    wait_until(lambda: listener.payloads("availability") == [b"online"], "presence")
    process.kill()
    process.wait()
    wait_until(lambda: listener.payloads("availability") == [b"online", b"offline"], "the will")
    late = listen(broker.port)
    wait_until(lambda: late.payloads("availability") == [b"offline"], "the retained will")


def test_killed_between_puback_and_deletion_the_document_comes_twice_and_is_the_same(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen, tmp_path: Path, record: SessionRecord
):
    listener = listen(broker.port, SUMMARY_TOPIC)
    outbox.add(summary_message(record))
    process = start_process(broker, tmp_path / "outbox.db", "die_at_puback")
    assert process.wait(20) == -9
    assert outbox.depth() == 1
    publish(broker.settings())
    wait_until(lambda: outbox.depth() == 0, "the second delivery")
    wait_until(lambda: len(listener.got) == 2, "two messages")
    first, second = listener.payloads("session/summary")
    assert first == second
    told = json.loads(first)
    assert (told["device"], told["session_id"], told["revision"]) == (DEVICE, "b17-3-9f2c", 2)


def test_a_refused_document_is_kept_told_once_and_sent_when_it_is_allowed(
    guarded: Callable[[str], Mosquitto],
    outbox: SqliteOutbox,
    publish: Publish,
    listen: Listen,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    own = f"user walker\ntopic write kneemon/v1/{DEVICE}/#\n"
    broker = guarded(own)
    listener = listen(broker.port, username="reader", password="secret")  # noqa: S106
    foreign = document(3, topic="kneemon/v1/somebody/session/summary")
    for message in (document(1), foreign, document(2)):
        outbox.add(message)
    publisher = publish(
        broker.settings(username="walker", password="secret"),  # noqa: S106
        replace(BRISK, retry_s=0.2),
    )
    wait_until(lambda: len(outbox.refusals) >= 2, "refused, and tried again")
    assert listener.payloads("session/summary") == [document(1).payload, document(2).payload]
    assert [message.key for message in outbox.waiting(0, 10)] == [foreign.key]
    assert set(outbox.refusals) == {(2, "Not authorized")}
    assert publisher.status().endswith(
        "MQTT 5; the broker refuses kneemon/v1/somebody/session/summary (Not authorized)"
    )
    assert [entry.levelname for entry in caplog.records if "refuses" in entry.message] == ["WARNING"]

    (tmp_path / "access").write_text(own + "topic write kneemon/v1/somebody/#\nuser reader\ntopic read #\n")
    broker.reload()
    wait_until(lambda: outbox.depth() == 0, "the document is taken at last")
    wait_until(lambda: publisher.status().endswith("MQTT 5"), "all is well")
    assert listener.payloads("session/summary")[-1] == foreign.payload


def test_a_refused_live_topic_is_told_and_stops_nothing(
    guarded: Callable[[str], Mosquitto], outbox: SqliteOutbox, publish: Publish
):
    broker = guarded(f"user walker\ntopic write {SUMMARY_TOPIC}\n")
    outbox.add(document(1))
    publisher = publish(broker.settings(username="walker", password="secret"))  # noqa: S106
    wait_until(lambda: outbox.depth() == 0, "the document is taken")
    wait_until(
        lambda: f"refuses kneemon/v1/{DEVICE}/availability (Not authorized)" in publisher.status(), "a complaint"
    )
