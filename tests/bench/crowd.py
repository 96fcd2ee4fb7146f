# SPDX-License-Identifier: MIT
"""A thousand made-up devices at one Mosquitto on loopback, and what becomes of them when it restarts.

The broker keeps its queue on disk when it is stopped in good order; a subscriber with a session of its own counts every
document that arrives, and how many came twice. All share the machine's cores: crowd, broker and subscriber.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kneemon.app.crowd import allow_files
from tests.bench.measured import memory_mb
from tests.bench.mosquitto import LOOPBACK, READY_WITHIN_S, program
from tests.bench.telling import BenchError, say

DEVICES = 1000
WITHIN_S = 600.0
AWAY_S = (0.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """minutes, speed: of the walks. away_s: how long the broker is gone, settled_s after all came; None: it stays."""

    name: str
    minutes: float
    speed: float
    away_s: float | None = None
    settled_s: float = 5.0


SCENES = (
    Scene("it stays, walks 20 times real time", 20.0, 20.0),
    Scene("it stays, walks 40 times real time", 30.0, 40.0),
    *(Scene(f"it is gone for {away_s:g} s" if away_s else "it restarts", 15.0, 20.0, away_s) for away_s in AWAY_S),
)


@dataclass(frozen=True, slots=True)
class Crowded:
    """One scene. arrived, twice: documents at the subscriber, different ones and those that came again.

    messages_a_s: once all were there. behind_s: how late the crowd was at worst with what it had to say.
    crowd_mb, broker_mb: peak of resident memory. storm_s: from the first lost link until all were back.
    """

    scene: Scene
    devices: int
    messages: int
    messages_a_s: float
    peak_messages: int
    made: int
    arrived: int
    twice: int
    refused: int
    again: int
    crowd_mb: float
    broker_mb: float
    reconnects: int
    storm_s: float
    storm_peak: int
    behind_s: float

    @property
    def lost(self) -> int:
        return self.made - self.arrived


def measure(devices: int = DEVICES, scenes: Sequence[Scene] = SCENES) -> list[Crowded] | None:
    """Raises BenchError when the crowd does not come to its end; None without a Mosquitto."""
    path = program()
    if path is None:
        return None
    allow_files(2 * devices)  # the broker inherits it
    return [_measured(path, devices, scene) for scene in scenes]


def _measured(path: str, devices: int, scene: Scene) -> Crowded:
    say(f"bench: {devices} devices at one broker: {scene.name}")
    with TemporaryDirectory() as folder:
        broker = _Broker(path, Path(folder))
        broker.start()
        try:
            counter = _Counter(broker.port)
            told = _crowd(broker, devices, scene)
            counter.wait_for(int(told["made"]))
            counter.close()
            return Crowded(
                scene=scene,
                devices=devices,
                messages=int(told["messages"]),
                messages_a_s=told["messages_a_s"],
                peak_messages=int(told["peak_messages"]),
                made=int(told["made"]),
                arrived=len(counter.seen),
                twice=counter.seen.total() - len(counter.seen),
                refused=int(told["refused"]),
                again=int(told["again"]),
                crowd_mb=told["peak_mb"],
                broker_mb=broker.peak_mb,
                reconnects=int(told["reconnects"]),
                storm_s=told["storm_s"],
                storm_peak=int(told["storm_peak"]),
                behind_s=told["behind_s"],
            )
        finally:
            broker.stop()


def _crowd(broker: "_Broker", devices: int, scene: Scene) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.crowd_process"]
    command += [str(broker.port), str(devices), str(scene.minutes), str(scene.speed)]
    restart: threading.Thread | None = None
    told: dict[str, float] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as crowd:
        guard = threading.Timer(WITHIN_S, crowd.kill)
        guard.start()
        try:
            for line in crowd.stdout or ():
                told = json.loads(line)
                if restart is None and scene.away_s is not None and told["online"] == devices:
                    restart = threading.Thread(target=broker.go_away, args=(scene.settled_s, scene.away_s))
                    restart.start()
        finally:
            guard.cancel()
            crowd.kill()
            if restart is not None:
                restart.join()
    if not told.get("over"):
        raise BenchError("the made-up devices did not come to the end of their walks")
    return told


class _Broker:
    """May be stopped and started again; peak_mb: of all its lives."""

    def __init__(self, path: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            self.port: int = probe.getsockname()[1]
        self._path = path
        self._file = folder / "mosquitto.conf"
        self._file.write_text(
            f"listener {self.port} {LOOPBACK}\nallow_anonymous true\nuser {'root' if os.geteuid() == 0 else 'nobody'}\n"
            f"persistence true\npersistence_location {folder}/\nmax_queued_messages 0\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._peak_mb = 0.0

    @property
    def peak_mb(self) -> float:
        if self._process is not None:
            with suppress(OSError, StopIteration):
                self._peak_mb = max(self._peak_mb, memory_mb("VmHWM", str(self._process.pid)))
        return self._peak_mb

    def start(self) -> None:
        self._process = subprocess.Popen([self._path, "-c", str(self._file)], stderr=subprocess.DEVNULL)
        until_s = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until_s:
            with suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1.0):
                return
            time.sleep(0.01)
        raise BenchError(f"mosquitto did not answer within {READY_WITHIN_S:g} s")

    def stop(self) -> None:
        if self._process is not None:
            self.peak_mb  # noqa: B018 - looked at while it is there
            self._process.terminate()
            self._process.wait(READY_WITHIN_S)
            self._process = None

    def go_away(self, after_s: float, away_s: float) -> None:
        time.sleep(after_s)
        self.stop()
        time.sleep(away_s)
        self.start()


class _Counter:
    """Every document that arrives, by its payload; it has a session, so nothing is missed while it is away."""

    def __init__(self, port: int) -> None:
        self.seen: Counter[bytes] = Counter()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bench-counter", protocol=paho.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        subscribed = threading.Event()
        self._client.on_connect = lambda client, *_: client.subscribe("kneemon/v1/+/session/summary", 1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = self._heard
        keep = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        keep.SessionExpiryInterval = 3600
        self._client.connect(LOOPBACK, port, clean_start=False, properties=keep)
        self._client.loop_start()
        if not subscribed.wait(READY_WITHIN_S):
            raise BenchError("the counter cannot subscribe")

    def wait_for(self, documents: int) -> None:
        until_s = time.monotonic() + READY_WITHIN_S
        while len(self.seen) < documents and time.monotonic() < until_s:
            time.sleep(0.1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _heard(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.seen[message.payload] += 1
