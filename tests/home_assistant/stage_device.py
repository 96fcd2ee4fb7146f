# SPDX-License-Identifier: MIT
"""A kneemon played by hand, for what a real one cannot be made to tell: its documents, sent when the test wants it.

Also somebody of the household, who hears what kneemons answer.
"""

import json
from threading import Event
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.model.home import About
from kneemon.mqtt.discovery import announcements
from kneemon.mqtt.examples import examples
from kneemon.mqtt.settings import BrokerSettings, Discovery
from kneemon.mqtt.topics import ACK, AVAILABILITY, ROOT, Topic

DEVICE = "ab12cd34ef56"
TREE = f"kneemon/v1/{DEVICE}"
ANSWER_S = 20.0
EXAMPLES = examples()


class Device:
    """Connected as the device's own user, under the access list that is shipped."""

    def __init__(self, port: int, password: str) -> None:
        self.heard: list[paho.MQTTMessage] = []
        self._said: set[str] = set()
        ready = Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.username_pw_set(DEVICE, password)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{TREE}/cmd", 1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = lambda _client, _data, message: self.heard.append(message)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert ready.wait(ANSWER_S)

    def announce(self, form: Discovery) -> None:
        """Let Home Assistant know of all entities, in one of the two forms of discovery."""
        settings = BrokerSettings("127.0.0.1", discovery=form)
        for topic, payload in announcements(DEVICE, About("0.0", "played", "waist"), settings).items():
            self.say(topic, payload)
        self.is_there("online")

    def say(self, topic: str, payload: bytes) -> None:
        """Something retained anywhere."""
        self._send(topic, payload, retain=True)

    def is_there(self, word: str) -> None:
        """online or offline."""
        self.say(AVAILABILITY.path(DEVICE), word.encode())

    def tell(self, topic: Topic, **changes: object) -> None:
        """The contract's example of this document with changes that the contract allows."""
        assert topic.document is not None
        fields = json.loads(EXAMPLES[topic])
        own = {"device": DEVICE} if "device" in fields else {}
        assert changes.keys() <= fields.keys()
        payload = json.dumps(fields | own | changes).encode()
        msgspec.json.decode(payload, type=topic.document)  # raises where it breaks the contract
        self._send(topic.path(DEVICE), payload, retain=topic.retained)

    def answer(self, status: str, message: str, code: str | None = None) -> None:
        """What became of the newest command."""
        command = self.commands()[-1]
        self.tell(ACK, id=command["id"], cmd=command["cmd"], status=status, code=code, message=message)

    def commands(self) -> list[dict[str, Any]]:
        return [json.loads(message.payload) for message in list(self.heard)]

    def forget(self) -> None:
        for topic in sorted(self._said, reverse=True):
            self._send(topic, b"", retain=True)
        self._said.clear()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _send(self, topic: str, payload: bytes, *, retain: bool) -> None:
        if retain:
            self._said.add(topic)
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(ANSWER_S)


class Household:
    """Hears every kneemon's answers to commands."""

    def __init__(self, port: int, username: str, password: str) -> None:
        self._answers: list[dict[str, Any]] = []
        ready = Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.username_pw_set(username, password)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{ROOT}/+/{ACK.name}", 1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = lambda _client, _data, message: self._answers.append(json.loads(message.payload))
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert ready.wait(ANSWER_S)

    def heard(self) -> list[tuple[str, str]]:
        """Command and status of each answer so far, in order."""
        return [(answer["cmd"], answer["status"]) for answer in list(self._answers)]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
