# SPDX-License-Identifier: MIT
"""The bench of these tests: a real Mosquitto on loopback, a subscriber, an outbox on SQLite, and false brokers."""

import contextlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from kneemon.model.records import Backlog, DocumentKind, OutboxMessage, SessionRecord, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.mqtt.documents import summary_document
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings

LOOPBACK = "127.0.0.1"
DEVICE = "ab12cd34"
SUMMARY_TOPIC = f"kneemon/v1/{DEVICE}/session/summary"
HA_STATUS = "homeassistant/status"
BRISK = Pace(
    first_s=0.05,
    most_s=0.2,
    will_delay_s=1,
    session_s=2,
    rows_per_s=1000.0,
    unsynced_s=0.0,  # whether this machine knows the time is not what most tests are about
    birth_least_s=0.05,
    birth_most_s=0.1,
)


def program(name: str) -> str:
    """A program of the Mosquitto package; without it these tests say nothing, so they fail."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found is None:
        pytest.fail(f"{name} is needed by these tests: sudo apt install mosquitto openssl")
    return found


def wait_until(condition: Callable[[], Any], what: str, within_s: float = 20.0) -> Any:
    """The condition's first true value."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {within_s} s in vain: {what}")
        time.sleep(0.01)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker; may be stopped, started again on the same port, frozen and thawed."""

    def __init__(self, folder: Path, configuration: str = "allow_anonymous true\n") -> None:
        self.port = free_port()
        self.log_file = folder / f"mosquitto-{self.port}.log"
        self._file = folder / f"mosquitto-{self.port}.conf"
        self._file.write_text(
            f"listener {self.port} {LOOPBACK}\nuser root\npersistence false\nlog_type all\n{configuration}"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Mosquitto":
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen([program("mosquitto"), "-c", str(self._file)], stderr=log)
        wait_until(self._answers, f"mosquitto at port {self.port}: {self.log()}")
        return self

    def stop(self) -> None:
        if self._process is not None:
            self.thaw()
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def reload(self) -> None:
        self._signal(signal.SIGHUP)

    def log(self) -> str:
        return self.log_file.read_text() if self.log_file.exists() else ""

    def settings(self, **more: Any) -> BrokerSettings:
        return BrokerSettings(LOOPBACK, self.port, **more)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1):
            return True
        return False


class Listener:
    """A subscriber that keeps what it gets; in MQTT 5 unless told otherwise."""

    def __init__(
        self, port: int, topic: str = "#", *, protocol: MQTTProtocolVersion = paho.MQTTv5, **credentials: str
    ) -> None:
        self.got: list[paho.MQTTMessage] = []
        subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=protocol)
        if credentials:
            self._client.username_pw_set(**credentials)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, 1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _client, _data, message: self.got.append(message)
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()
        assert subscribed.wait(10)

    def say(self, name: str, payload: bytes | str, **how: Any) -> None:
        """Send something to the device, with QoS 1 unless told otherwise."""
        self.shout(f"kneemon/v1/{DEVICE}/{name}", payload, **how)

    def shout(self, topic: str, payload: bytes | str, **how: Any) -> None:
        """Send something to whoever listens there."""
        self._client.publish(topic, payload, **{"qos": 1, **how})

    def on(self, name: str) -> list[paho.MQTTMessage]:
        return [message for message in list(self.got) if message.topic.endswith(name)]

    def payloads(self, name: str) -> list[bytes]:
        return [message.payload for message in self.on(name)]

    def retained(self) -> dict[str, paho.MQTTMessage]:
        return {message.topic: message for message in list(self.got) if message.retain}

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def short_walk(number: int = 1, revision: int = 1) -> SessionRecord:
    """A walk of one minute, the `number`th."""
    at = datetime(2026, 11, 22, 9, 14, 5, tzinfo=UTC)
    summary = SessionSummary(
        started_s=100.0,
        ended_s=160.0,
        steps=100 + number,
        walking_s=60.0,
        main_s=0.0,
        over_pace_s=0.0,
        over_limit_s=0.0,
        gaps_s=0.0,
        gaps=0,
        bouts=1,
        clipped=0,
        cadence_mean_spm=100.0,
        cadence_p95_spm=104.0,
        prescription=None,
        end_reason=EndReason.COMMAND,
    )
    return SessionRecord(
        device=DEVICE,
        session_id=f"b1-{number}-aaaa",
        revision=revision,
        boot_id="4f1c",
        started_at=at,
        ended_at=at,
        tz="Europe/Berlin",
        time_quality=TimeQuality.NTP,
        worn="waist",
        sensor="lis3dh",
        software="0.1.0",
        summary=summary,
        final=True,
    )


def document(number: int, revision: int = 1, topic: str = SUMMARY_TOPIC) -> OutboxMessage:
    """The document of a short walk."""
    walk = short_walk(number, revision)
    return OutboxMessage(f"{walk.session_id}/{revision}", topic, summary_document(walk), session_id=walk.session_id)


class Notebook:
    """ports.Notes that lasts as long as the test."""

    def __init__(self, **notes: str) -> None:
        self.notes = notes

    def recall(self, name: str) -> str | None:
        return self.notes.get(name)

    def keep(self, name: str, text: str) -> None:
        self.notes[name] = text


class SqliteOutbox:
    """ports.Outbox on a file, as crash-safe as the store's."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS outbox"
            "(seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, topic TEXT, payload BLOB, session_id TEXT,"
            " kind TEXT, expiry_s INTEGER)"
        )
        self.refusals: list[tuple[int, str]] = []

    def add(self, message: OutboxMessage) -> None:
        self._ask(
            "INSERT INTO outbox(key, topic, payload, session_id, kind, expiry_s) VALUES (?, ?, ?, ?, ?, ?)",
            *(message.key, message.topic, message.payload, message.session_id, message.kind.value, message.expiry_s),
        )

    def waiting(self, after: int, most: int) -> list[OutboxMessage]:
        rows = self._ask("SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", after, most)
        return [
            OutboxMessage(key, topic, payload, seq, session_id, DocumentKind(kind), expiry_s)
            for seq, key, topic, payload, session_id, kind, expiry_s in rows
        ]

    def acknowledged(self, seq: int) -> None:
        self._ask("DELETE FROM outbox WHERE seq = ?", seq)

    def refused(self, seq: int, why: str) -> None:
        self.refusals.append((seq, why))

    def depth(self) -> int:
        return int(self._ask("SELECT count(*) FROM outbox")[0][0])

    def backlog(self) -> Backlog:
        return Backlog(self.depth())

    def close(self) -> None:
        self._db.close()

    def _ask(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()


@dataclass
class Door:
    """Where a false broker is found."""

    port: int


@contextlib.contextmanager
def door(serve: Callable[[socket.socket, bytes], None]) -> Iterator[Door]:
    """A false broker: `serve` gets each client's socket and first bytes, on a thread of its own."""
    listening = socket.create_server((LOOPBACK, 0))
    clients: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def admit(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            serve(client, client.recv(4096))

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                clients.append(client)
                threads.append(threading.Thread(target=admit, args=(client,)))
                threads[-1].start()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield Door(listening.getsockname()[1])
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        listener.join()
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for client in clients:
            client.close()


def pipe(client: socket.socket, first: bytes, port: int) -> None:
    """Pass a client on to the broker at `port`, both ways, until one side ends."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    with socket.create_connection((LOOPBACK, port)) as broker:
        broker.sendall(first)
        back = threading.Thread(target=copy, args=(broker, client))
        back.start()
        copy(client, broker)
        broker.shutdown(socket.SHUT_RDWR)
        back.join()
