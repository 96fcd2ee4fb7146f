# SPDX-License-Identifier: MIT
"""Somebody outside who listens to the broker in the guest, over a forwarded port, with a session that the broker keeps.

What comes is kept as it came, oldest first. The guest's seconds are not ours, so there is no keep-alive.
"""

import json
import time
from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import uuid4

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.mqtt.topics import ROOT

SUMMARY = "/session/summary"


class Message(NamedTuple):
    """retained: the broker had it from before."""

    topic: str
    payload: bytes
    retained: bool


class Subscriber:
    """`with Subscriber(port) as home:` on 127.0.0.1; it dials again by itself, for ever."""

    def __init__(self, port: int, what: str = f"{ROOT}/#") -> None:
        self._port = port
        self._what = what
        self._lock = Lock()
        self._messages: list[Message] = []
        self._client = Client(
            CallbackAPIVersion.VERSION2, f"outside-{uuid4().hex[:8]}", clean_session=False, protocol=MQTTv311
        )
        self._client.reconnect_delay_set(1, 2)
        self._client.on_connect = lambda client, *_: client.subscribe(self._what, qos=1)
        self._client.on_message = self._came

    def __enter__(self) -> Self:
        self._client.connect_async("127.0.0.1", self._port, keepalive=0)
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def messages(self) -> list[Message]:
        with self._lock:
            return list(self._messages)

    def summaries(self, session_id: str = "") -> list[dict[str, Any]]:
        """The documents of walks, of this one alone where it is named."""
        found = [json.loads(each.payload) for each in self.messages if each.topic.endswith(SUMMARY)]
        return [each for each in found if session_id in ("", each["session_id"])]

    def documents(self) -> dict[tuple[str, int], list[bytes]]:
        """By walk and revision, each as often as it came."""
        found: dict[tuple[str, int], list[bytes]] = {}
        for each in self.messages:
            if each.topic.endswith(SUMMARY):
                told = json.loads(each.payload)
                found.setdefault((told["session_id"], told["revision"]), []).append(each.payload)
        return found

    def wait(self, wanted: Callable[[], Any], what: str, within_s: float = 120.0) -> Any:
        """The first true value; real seconds. Raises TimeoutError."""
        deadline = time.monotonic() + within_s
        while not (value := wanted()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing outside told in {within_s:.0f} s: {what}")
            time.sleep(0.1)
        return value

    def wait_for(self, session_id: str, revision: int = 1, within_s: float = 120.0) -> bytes:
        """The document of that revision, as soon as it is there."""
        what = f"the walk {session_id} in revision {revision}; there are {list(self.documents())}"
        found: list[bytes] = self.wait(lambda: self.documents().get((session_id, revision)), what, within_s)
        return found[0]

    def said(self, session_id: str, revision: int = 1) -> dict[str, Any]:
        """What it says."""
        told: dict[str, Any] = json.loads(self.wait_for(session_id, revision))
        return told

    def _came(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._lock:
            self._messages.append(Message(message.topic, bytes(message.payload), message.retain))
