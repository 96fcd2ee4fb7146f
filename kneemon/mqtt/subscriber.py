# SPDX-License-Identifier: MIT
"""Listens to what arrives at a broker: the demo's proof that what was published can be read by others."""

from collections import Counter
from threading import Lock

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import ROOT


class Subscriber:
    """Counts the messages of one device by the last words of their topics. Needs a broker that lets anybody read."""

    def __init__(self, settings: BrokerSettings, device: str) -> None:
        self._topic = f"{ROOT}/{device}/"
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
        self._client.on_connect = self._connected
        self._client.on_message = self._arrived
        self._client.connect_async(settings.host, settings.port)
        self._client.loop_start()

    def arrived(self) -> dict[str, int]:
        """Topic below the device -> how many messages."""
        with self._lock:
            return dict(self._counts)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, _code: ReasonCode, _properties: Properties | None
    ) -> None:
        client.subscribe(f"{self._topic}#", qos=1)

    def _arrived(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._lock:
            self._counts[message.topic.removeprefix(self._topic)] += 1
