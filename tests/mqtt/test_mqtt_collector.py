# SPDX-License-Identifier: MIT
"""A collector that is waited for: what it has stored is done with, the rest is sent again."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from mqtt_bench import BRISK, Listener, Mosquitto, SqliteOutbox, document, short_walk, wait_until

from kneemon.model.home import Health
from kneemon.model.records import SecondRow
from kneemon.mqtt.documents import documents_of
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.topics import Level

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]


def stored(listener: Listener, number: int, revision: int = 1) -> None:
    listener.say("session/ack", json.dumps({"session_id": f"b1-{number}-aaaa", "revision": revision}))


def sent(listener: Listener) -> list[str]:
    return [json.loads(payload)["session_id"] for payload in listener.payloads("session/summary")]


def test_a_document_stays_until_the_collector_has_it(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    for number in (1, 2, 3):
        outbox.add(document(number))
    publisher = publish(broker.settings(collector=True))
    publisher.tell(Health())
    wait_until(lambda: len(sent(listener)) == 3, "three documents")
    stored(listener, 2)
    wait_until(lambda: outbox.depth() == 2, "one is done with")
    assert [message.key for message in outbox.waiting(0, 10)] == ["b1-1-aaaa/1", "b1-3-aaaa/1"]
    stored(listener, 1, revision=7)  # not ours
    stored(listener, 1)
    stored(listener, 3)
    wait_until(lambda: outbox.depth() == 0, "all are done with")
    wait_until(lambda: json.loads(listener.payloads("diag")[-1])["last_sync"], "a sync")
    assert json.loads(listener.payloads("diag")[-1])["outbox"] == 0
    assert len(sent(listener)) == 3


def test_what_no_collector_answers_is_sent_again(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    for number in (1, 2):
        outbox.add(document(number))
    publish(broker.settings(collector=True), replace(BRISK, collector_s=0.3))
    wait_until(lambda: len(sent(listener)) >= 4, "both again")
    assert sent(listener)[:4] == ["b1-1-aaaa", "b1-2-aaaa", "b1-1-aaaa", "b1-2-aaaa"]
    stored(listener, 1)
    stored(listener, 2)
    wait_until(lambda: outbox.depth() == 0, "both are done with")


def test_a_new_link_does_not_send_again_what_waits_for_the_collector(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    outbox.add(document(1))
    publisher = publish(broker.settings(collector=True))
    wait_until(lambda: publisher._subjects.delivery._with_collector, "the broker has taken it")
    broker.stop()
    wait_until(lambda: "away since" in publisher.status(), "a loss")
    broker.start()
    listener = listen(broker.port)
    outbox.add(document(2))
    publisher.wake()
    wait_until(lambda: sent(listener), "the new one")
    assert sent(listener) == ["b1-2-aaaa"]
    stored(listener, 1)
    stored(listener, 2)
    wait_until(lambda: outbox.depth() == 0, "both are done with")


def test_detail_needs_no_collector(broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    settings = broker.settings(level=Level.DETAIL, collector=True)
    seconds = [SecondRow(float(second), second, 100.0, "walking", "main", over_pace=False) for second in range(60)]
    for message in documents_of(settings)(short_walk(), lambda: seconds):
        outbox.add(message)
    publish(settings)
    wait_until(lambda: listener.on("session/detail/b1-1-aaaa/1") and outbox.depth() == 1, "the detail is done with")
    assert [message.key for message in outbox.waiting(0, 10)] == ["b1-1-aaaa/1"]


def test_nonsense_from_a_collector_is_told_once(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen, caplog: pytest.LogCaptureFixture
):
    listener = listen(broker.port)
    outbox.add(document(1))
    publish(broker.settings(collector=True))
    wait_until(lambda: sent(listener), "the document")
    for payload in (b"", b"\xff", b"[" * 5000, b'{"session_id":"b1-1-aaaa"}', b'{"session_id":1,"revision":0}'):
        listener.say("session/ack", payload)
    stored(listener, 1)
    wait_until(lambda: outbox.depth() == 0, "it is done with in spite of it")
    assert caplog.text.count("what a collector says on session/ack cannot be read") == 1


def test_without_a_collector_nobody_listens_to_one(
    broker: Mosquitto, outbox: SqliteOutbox, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    outbox.add(document(1))
    publish(broker.settings())
    wait_until(lambda: outbox.depth() == 0 and sent(listener), "delivery")
    assert "session/ack" not in broker.log()
