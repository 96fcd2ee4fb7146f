# SPDX-License-Identifier: MIT
"""What a broker keeps of a device is gone afterwards, as a scan by somebody else shows; and nobody else's is."""

import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
import pytest
from mqtt_bench import Listener, Mosquitto, free_port, wait_until
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.clock import SystemClock
from kneemon.errors import BrokerError
from kneemon.model.home import About
from kneemon.mqtt.discovery import all_topics, announcements
from kneemon.mqtt.forget import contract_topics, forget
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import ROOT, TOPICS, Desired

CLOCK = SystemClock()
DEVICE, OTHER = "ab12cd34", "zz98yy76"
TREE = f"{ROOT}/{DEVICE}"
ANNOUNCED = tuple(
    f"homeassistant/{kind}/{DEVICE}/{key}/config" for kind, key in (("device", "kneemon"), ("sensor", "steps_today"))
)

Broker = Callable[..., Mosquitto]
Listen = Callable[..., Listener]


def keep(port: int, *topics: str, **credentials: str) -> None:
    """Let the broker keep something at each topic."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    if credentials:
        client.username_pw_set(**credentials)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic in topics:
        client.publish(topic, b"{}", qos=1, retain=True).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def kept(port: int, listen: Listen, **credentials: str) -> set[str]:
    """All that the broker keeps, as it tells a newcomer; the marker comes after all of it."""
    late = listen(port, **credentials)
    teller = listen(port, "none", **credentials)
    teller.say("marker", b"x")
    wait_until(lambda: late.on("marker"), "the marker")
    return set(late.retained())


def test_all_of_it_is_gone_and_nothing_else(mosquitto: Broker, listen: Listen):
    broker = mosquitto()
    unknown = f"{TREE}/of/an/older/kneemon"
    mine = {f"{TREE}/availability", f"{TREE}/desired/mute", unknown, *ANNOUNCED}
    other = {f"{ROOT}/{OTHER}/availability", f"homeassistant/device/{OTHER}/kneemon/config", "homeassistant/status"}
    keep(broker.port, *mine, *other)
    told = forget(broker.settings(), DEVICE, "homeassistant", ANNOUNCED, CLOCK)
    assert (set(told.cleared), told.left, told.hidden) == (mine, (), ())
    assert kept(broker.port, listen) == other


def test_more_than_a_link_takes_at_once(mosquitto: Broker, listen: Listen):
    broker = mosquitto()
    many = [f"homeassistant/sensor/{DEVICE}/k{number}/config" for number in range(300)]
    keep(broker.port, *many)
    told = forget(broker.settings(), DEVICE, "homeassistant", (), CLOCK)
    assert set(told.cleared) == set(many)
    assert kept(broker.port, listen) == set()


def test_another_prefix(mosquitto: Broker, listen: Listen):
    broker = mosquitto()
    keep(broker.port, f"ha/device/{DEVICE}/kneemon/config")
    assert forget(broker.settings(), DEVICE, "ha", (), CLOCK).cleared == (f"ha/device/{DEVICE}/kneemon/config",)
    assert kept(broker.port, listen) == set()


def test_nothing_kept_nothing_cleared(mosquitto: Broker):
    told = forget(mosquitto().settings(), DEVICE, "homeassistant", ANNOUNCED, CLOCK)
    assert (told.cleared, told.left, told.hidden) == ((), (), ())


def test_with_the_shipped_rights_what_cannot_be_read_is_emptied_by_name(guarded: Broker, listen: Listen):
    """A device may write its announcements and not read them."""
    broker = guarded("pattern readwrite kneemon/v1/%u/#\npattern write homeassistant/+/%u/+/config\n", DEVICE)
    login = {"username": DEVICE, "password": "secret"}
    keep(broker.port, f"{TREE}/availability", *ANNOUNCED, **login)
    told = forget(broker.settings(**login), DEVICE, "homeassistant", ANNOUNCED, CLOCK)
    assert told.cleared == (f"{TREE}/availability",)
    assert told.left == ()
    assert told.hidden == (f"homeassistant/+/{DEVICE}/#",)
    assert kept(broker.port, listen, username="reader", password="secret") == set()  # noqa: S106


@pytest.mark.parametrize("form", ["device", "component"])
def test_all_that_is_ever_said_and_announced(guarded: Broker, listen: Listen, form: Any):
    """Where the broker hides what it keeps, the names alone must do."""
    broker = guarded("pattern write kneemon/v1/%u/#\npattern write homeassistant/+/%u/+/config\n", DEVICE)
    login = {"username": DEVICE, "password": "secret"}
    settings = broker.settings(**login, discovery=form)
    said = {topic.path(DEVICE) for topic in TOPICS if topic.retained and "{" not in topic.name}
    announced = {
        topic for topic, payload in announcements(DEVICE, About("0", "s", "waist"), settings).items() if payload
    }
    keep(broker.port, *said, *announced, **login)
    assert kept(broker.port, listen, username="reader", password="secret") == said | announced  # noqa: S106
    told = forget(settings, DEVICE, "homeassistant", all_topics(DEVICE, "homeassistant"), CLOCK)
    assert (told.cleared, told.left, len(told.hidden)) == ((), (), 2)
    assert kept(broker.port, listen, username="reader", password="secret") == set()  # noqa: S106


def test_what_the_broker_refuses_is_told(guarded: Broker):
    broker = guarded("pattern readwrite kneemon/v1/%u/#\n", OTHER)
    told = forget(broker.settings(username=OTHER, password="secret"), DEVICE, "homeassistant", ANNOUNCED, CLOCK)  # noqa: S106
    assert told.cleared == ()
    assert dict(told.left)[ANNOUNCED[0]] == "Not authorized"
    assert contract_topics(DEVICE) <= {topic for topic, _ in told.left}


def test_somebody_says_it_anew(mosquitto: Broker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kneemon.mqtt.forget.MOST_ROUNDS", 2)
    broker = mosquitto()
    stop = threading.Event()

    def chatter() -> None:
        while not stop.is_set():
            keep(broker.port, f"{TREE}/state")

    thread = threading.Thread(target=chatter)
    thread.start()
    try:
        wait_until(lambda: "PUBLISH" in broker.log(), "the first word")
        monkeypatch.setattr("kneemon.mqtt.forget.MOST_SCAN_S", 0.5)
        told = forget(broker.settings(), DEVICE, "homeassistant", (), CLOCK)
    finally:
        stop.set()
        thread.join()
    assert told.left == ((f"{TREE}/state", "it is there again: somebody says it anew"),)


def test_no_broker_there():
    with pytest.raises(BrokerError, match="nobody listening at that port"):
        forget(BrokerSettings("127.0.0.1", free_port()), DEVICE, "homeassistant", (), CLOCK)


def test_the_contract_names_all_that_it_keeps():
    topics = contract_topics(DEVICE)
    assert {topic.path(DEVICE) for topic in TOPICS if topic.retained and "{" not in topic.name} <= topics
    assert {f"{TREE}/desired/{wish}" for wish in Desired} <= topics
    assert not any("{" in topic for topic in topics)
