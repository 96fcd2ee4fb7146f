# SPDX-License-Identifier: MIT
"""Home Assistant is told what there is, over a real Mosquitto: at every connect, when it has started, and no more when
it shall not be.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from mqtt_bench import BRISK, DEVICE, HA_STATUS, Listener, Mosquitto, Notebook, wait_until

from kneemon.model.home import About, LiveState, Reported
from kneemon.mqtt.discovery import all_topics, announcements
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings

Publish = Callable[..., MqttPublisher]
Listen = Callable[..., Listener]

ABOUT = About("0.1.0", "lis3dh", "waist")


def announced(listener: Listener) -> dict[str, bytes]:
    """What stands at the broker for Home Assistant, as far as was heard."""
    newest = {message.topic: message.payload for message in list(listener.got) if message.topic.endswith("/config")}
    return {topic: payload for topic, payload in newest.items() if payload}


def told(settings: BrokerSettings) -> dict[str, bytes]:
    return announcements(DEVICE, ABOUT, settings)


@pytest.mark.parametrize("form", ["device", "component"])
def test_what_there_is_stands_at_the_broker(
    form: str, broker: Mosquitto, publish: Publish, listen: Listen, notebook: Notebook
):
    settings = broker.settings(discovery=form)
    publish(settings).tell(ABOUT)
    wait_until(lambda: notebook.notes.get("discovery") == f"{form} 2 1 1 homeassistant", "that it is noted")
    listener = listen(broker.port)
    wait_until(lambda: len(announced(listener)) == len(told(settings)), "all of it")
    assert announced(listener) == told(settings)
    assert all(message.retain and message.qos == 1 for message in listener.on("/config"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"discovery": "component"}),
        ({"discovery": "component"}, {}),
        ({}, {"discovery": "off"}),
        ({"discovery": "component"}, {"discovery": "off"}),
        ({}, {"discovery_prefix": "home"}),
        ({"discovery": "component"}, {"discovery": "component", "publish_pain": False}),
    ],
    ids=["to component", "to device", "device to off", "component to off", "another prefix", "no pain any more"],
)
def test_what_is_changed_leaves_no_ghosts(
    before: dict[str, object],
    after: dict[str, object],
    broker: Mosquitto,
    publish: Publish,
    listen: Listen,
    notebook: Notebook,
):
    old, new = broker.settings(**before), broker.settings(**after)
    first = publish(old)
    first.tell(ABOUT)
    wait_until(lambda: "discovery" in notebook.notes, "that it is noted")
    noted = notebook.notes["discovery"]
    first.close()
    listener = listen(broker.port)
    publish(new).tell(ABOUT)
    wait_until(lambda: notebook.notes["discovery"] != noted, "that it is noted")
    late = listen(broker.port)
    wait_until(lambda: late.on("availability") and len(announced(late)) >= len(told(new)), "what stands there")
    assert announced(late) == told(new)
    heard = [message for message in listener.on("/config") if not message.retain]
    withdrawn = [message.topic for message in heard if not message.payload]
    assert withdrawn == [message.topic for message in heard[: len(withdrawn)]]  # taken away first
    assert set(withdrawn) >= {topic for topic in told(old) if topic not in told(new)}


def test_nothing_is_withdrawn_where_nothing_was_announced(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    publisher.tell(ABOUT)
    publisher.tell(Reported())
    wait_until(lambda: listener.on("settings"), "all of it")
    assert all(message.payload for message in listener.got)


def test_switched_off_from_the_start_it_takes_away_what_may_stand_there_once(
    broker: Mosquitto, publish: Publish, listen: Listen, notebook: Notebook
):
    listener = listen(broker.port)
    publish(broker.settings(discovery="off")).tell(ABOUT)
    wait_until(lambda: "discovery" in notebook.notes, "that it is noted")
    wait_until(lambda: len(listener.on("/config")) == len(all_topics(DEVICE, "homeassistant")), "the withdrawals")
    publish(broker.settings(discovery="off")).close()
    assert len(listener.on("/config")) == len(all_topics(DEVICE, "homeassistant"))


def test_a_home_assistant_that_has_started_is_told_everything_again(
    broker: Mosquitto, publish: Publish, listen: Listen
):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    for news in (ABOUT, Reported(), LiveState("idle")):
        publisher.tell(news)
    wait_until(lambda: listener.on("state"), "all of it")
    wait_until(lambda: f"{HA_STATUS} (QoS 1)" in broker.log(), "the subscription")
    listener.got.clear()
    listener.shout(HA_STATUS, "offline")
    listener.shout(HA_STATUS, "online")
    wait_until(lambda: listener.on("state"), "all of it again")
    names = [message.topic.rsplit("/", 1)[1] for message in listener.got if message.topic != HA_STATUS]
    assert names == ["config", "info", "settings", "state"]


def test_a_home_assistant_that_was_there_before_is_not_new(broker: Mosquitto, publish: Publish, listen: Listen):
    """What it left retained says nothing about now, and at a connect all is told anyway."""
    listener = listen(broker.port)
    listener.shout(HA_STATUS, "online", retain=True)
    wait_until(lambda: listener.on("status"), "its word")
    publisher = publish(broker.settings(), replace(BRISK, birth_least_s=0.0, birth_most_s=0.0))
    publisher.tell(ABOUT)
    wait_until(lambda: f"Sending PUBLISH to kneemon-{DEVICE} (d0, q1, r1" in broker.log(), "that we heard it")
    publisher.tell(Reported(mute=True))
    wait_until(lambda: listener.on("settings"), "what came afterwards")
    assert len(listener.on("/config")) == 1


def test_a_new_version_of_kneemon_is_announced(broker: Mosquitto, publish: Publish, listen: Listen):
    listener = listen(broker.port)
    publisher = publish(broker.settings())
    publisher.tell(ABOUT)
    wait_until(lambda: len(listener.on("/config")) == 1, "the first one")
    publisher.tell(replace(ABOUT, software="0.2.0"))
    wait_until(lambda: len(listener.on("/config")) == 2, "the second one")
    assert b'"sw_version":"0.2.0"' in listener.on("/config")[1].payload


def test_an_announcement_that_is_refused_is_told_once_and_not_noted(
    guarded: Callable[[str], Mosquitto],
    publish: Publish,
    notebook: Notebook,
    caplog: pytest.LogCaptureFixture,
):
    broker = guarded(f"user walker\ntopic readwrite kneemon/v1/{DEVICE}/#\n")
    publisher = publish(
        broker.settings(username="walker", password="secret", discovery="component")  # noqa: S106
    )
    publisher.tell(ABOUT)
    refused = "the broker refuses what tells Home Assistant of us, homeassistant/… (Not authorized)"
    wait_until(lambda: refused in publisher.status(), "a complaint")
    publisher.close()
    assert caplog.text.count("what tells Home Assistant of us") == 1
    assert "discovery" not in notebook.notes
