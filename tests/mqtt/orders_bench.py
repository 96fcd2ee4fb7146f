# SPDX-License-Identifier: MIT
"""Orders with a handler that answers as it is told, a clock that is led and a notebook."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Event
from typing import Any

from contract_check import check
from mqtt_bench import DEVICE, LOOPBACK, Notebook, wait_until

from kneemon.clock import PacedClock
from kneemon.model.records import TimeAnchor
from kneemon.mqtt.news import Heard
from kneemon.mqtt.orders import Orders, Reply
from kneemon.mqtt.settings import BrokerSettings
from kneemon.ports import Notes

NOW = datetime(2026, 11, 23, 6, 30, 5, 120_000, tzinfo=UTC)
BOOT = TimeAnchor("4f1c", 1000.0, NOW, synchronised=True)
TREE = f"kneemon/v1/{DEVICE}"


class OrdersBench:
    """hold: while it is cleared, the handler does not come to an end."""

    def __init__(self, *, start: TimeAnchor = BOOT, notes: Notes | None = None, **settings: Any) -> None:
        self.clock = PacedClock(start=start)
        self.walking: str | None = None
        self.notes = notes or Notebook()
        self.reply: Mapping[str, object] | Exception = {"ok": True, "done": "Pain 3 of 10 is noted."}
        self.asked: list[tuple[str, Mapping[str, object]]] = []
        self.hold = Event()
        self.hold.set()
        self._nudges: SimpleQueue[None] = SimpleQueue()
        settings = {"host": LOOPBACK, **settings}
        self.orders = Orders(
            self.clock, lambda: self.walking, BrokerSettings(**settings), self.notes, lambda: self._nudges.put(None)
        )
        self.orders.obey(self.handle)

    def handle(self, name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        self.asked.append((name, args))
        assert self.hold.wait(20)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def send(
        self, *, retained: bool = False, to: str | None = None, correlation: bytes | None = None, **fields: Any
    ) -> None:
        command = {"cmd": "answer", "args": {"ask": "pain_end", "value": 3}, **fields}
        self.orders.take(Heard(f"{TREE}/cmd", json.dumps(command).encode(), retained, to, correlation))

    def send_and_hold(self, **fields: Any) -> None:
        """A command that the handler has begun and does not bring to an end."""
        self.hold.clear()
        before = len(self.asked)
        self.send(**{"id": "being done", **fields})
        wait_until(lambda: len(self.asked) > before, "the handler")

    def wish(self, key: str, value: str | bytes, *, retained: bool = True) -> None:
        payload = value.encode() if isinstance(value, str) else value
        self.orders.take(Heard(f"{TREE}/desired/{key}", payload, retained))

    def judged(self) -> None:
        """Wait until one more thing has been done."""
        self._nudges.get(timeout=20)

    def next(self) -> Reply:
        """What is to be published at once."""
        reply = self.orders.reply()
        assert reply is not None
        check(reply.topic, reply.payload, reply.retained, reply.qos, reply.expiry_s)
        return reply

    def refused(self) -> dict[str, Any]:
        """The answer that is there at once."""
        return dict(json.loads(self.next().payload))

    def done(self) -> dict[str, Any]:
        """The answer that comes from the handler."""
        self.judged()
        return self.refused()
