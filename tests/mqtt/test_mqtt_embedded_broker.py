# SPDX-License-Identifier: MIT
"""The demo's own broker: there at once, quiet, and gone without a trace."""

import subprocess
import sys
import threading

import paho.mqtt.client as paho
import pytest
from mqtt_bench import LOOPBACK, wait_until
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.clock import SystemClock
from kneemon.errors import BrokerError, ExitCode
from kneemon.mqtt.probe import probe_broker
from kneemon.mqtt.settings import BrokerSettings
from kneemon.virtual.broker import EmbeddedBroker


def client_of(port: int) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.connect(LOOPBACK, port)
    client.loop_start()
    wait_until(client.is_connected, "a connection")
    return client


def test_it_carries_messages_between_two_programs():
    got: list[bytes] = []
    subscribed = threading.Event()
    with EmbeddedBroker() as broker:
        reader, writer = client_of(broker.port), client_of(broker.port)
        reader.on_message = lambda _client, _data, message: got.append(message.payload)
        reader.on_subscribe = lambda *_: subscribed.set()
        reader.subscribe("kneemon/#", 1)
        assert subscribed.wait(10)
        writer.publish("kneemon/v1/ab12cd34/availability", "online", qos=1, retain=True)
        wait_until(lambda: got == [b"online"], "the message")
        for client in (reader, writer):
            client.disconnect()
            client.loop_stop()


def test_it_says_that_it_does_not_speak_mqtt_5():
    with EmbeddedBroker() as broker:
        assert probe_broker(BrokerSettings(broker.host, broker.port), SystemClock()).startswith("MQTT 3.1.1, ")


def test_two_can_run_side_by_side():
    with EmbeddedBroker() as one, EmbeddedBroker() as other:
        assert one.port != other.port != 0


def test_without_amqtt_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "amqtt.broker", None)
    with pytest.raises(BrokerError) as missing, EmbeddedBroker():
        pass
    assert "expected the Python package amqtt, saw that it cannot be imported" in str(missing.value)
    assert "`pip install '.[demo]'` in a copy of the repository" in missing.value.remedy
    assert "--broker HOST" in missing.value.remedy
    assert missing.value.exit_code is ExitCode.BROKER


def test_a_broker_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(EmbeddedBroker, "host", "192.0.2.1")  # an address this machine does not have
    with pytest.raises(BrokerError, match=r"expected a broker that starts, saw .*192\.0\.2\.1"), EmbeddedBroker():
        pass


QUIET = """
import logging, socket, warnings
logging.basicConfig(level=logging.INFO)
from kneemon.virtual.broker import EmbeddedBroker
from kneemon.mqtt.link import Link
from kneemon.mqtt.news import Version
from kneemon.mqtt.settings import BrokerSettings

with EmbeddedBroker() as broker:
    settings = BrokerSettings(broker.host, broker.port)
    rude = Link(settings, "rude", Version.V311)
    assert rude.open(5, 5) is None
    hesitant = socket.create_connection((broker.host, broker.port))
    hesitant.send(b"\\x10")
    foreign = socket.create_connection((broker.host, broker.port))
    foreign.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
    foreign.recv(10)
    gone = socket.create_connection((broker.host, broker.port))
    gone.close()
for client in (hesitant, foreign):
    client.close()
rude.hang_up()
"""


def test_it_ends_quietly_with_clients_in_every_state():
    """A process of its own, so that everything it would complain about at its end is seen too."""
    ended = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", QUIET],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
