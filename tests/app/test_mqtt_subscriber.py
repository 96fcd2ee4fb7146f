# SPDX-License-Identifier: MIT
"""The demo's listener at a real broker: what arrives of one device, and nothing of another."""

from pathlib import Path
from threading import enumerate as threads

import paho.mqtt.client as paho
from app_bench import wait_until
from daemon_bench import Mosquitto
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.subscriber import Subscriber


def test_it_counts_what_arrives_of_its_device(tmp_path: Path) -> None:
    before = set(threads())
    broker = Mosquitto(tmp_path)
    subscriber = Subscriber(BrokerSettings("127.0.0.1", broker.port), "ab12")
    publisher = paho.Client(CallbackAPIVersion.VERSION2)
    publisher.connect("127.0.0.1", broker.port)
    publisher.loop_start()
    assert subscriber.arrived() == {}
    try:
        publisher.publish("kneemon/v1/ab12/availability", "online", qos=1, retain=True)
        wait_until(lambda: subscriber.arrived() == {"availability": 1})
        for topic in ("kneemon/v1/ab12/session/summary", "kneemon/v1/cd34/state", "other/ab12/state"):
            for _ in range(3):
                publisher.publish(topic, "{}", qos=1)
        publisher.publish("kneemon/v1/ab12/state", "{}", qos=1)
        expected = {"availability": 1, "session/summary": 3, "state": 1}
        wait_until(lambda: subscriber.arrived() == expected)
    finally:
        subscriber.close()
        publisher.disconnect()
        publisher.loop_stop()
        broker.stop()
    assert set(threads()) == before


def test_a_broker_that_is_away_is_waited_for_and_not_at_the_end() -> None:
    before = set(threads())
    subscriber = Subscriber(BrokerSettings("127.0.0.1", 1), "ab12")
    assert subscriber.arrived() == {}
    subscriber.close()
    assert set(threads()) == before
