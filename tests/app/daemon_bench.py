# SPDX-License-Identifier: MIT
"""Real processes for the app's tests: `kneemon run`, a Mosquitto, one who listens to it, and a stand-in for systemd."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import paho.mqtt.client as paho
import pytest
from app_bench import wait_until
from contract_check import check_heard
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from kneemon.cli import main
from kneemon.controls.socket import ask
from kneemon.errors import ControlError
from kneemon.store import StoreReader
from kneemon.virtual.script import Walk
from kneemon.virtual.walker import Walker

LOOPBACK = "127.0.0.1"
LONG_S = 30.0


class Daemon:
    """`kneemon run` upon a folder of its own; may be killed and started again."""

    def __init__(self, folder: Path, options: str, **environment: str) -> None:
        self.folder = folder
        self.config = folder / "kneemon.toml"
        self.store = folder / "kneemon.db"
        self.socket = folder / "control.sock"
        self._log = folder / "log"
        self._environment = {"HOME": str(folder), "PATH": os.environ["PATH"]} | environment
        self.config.write_text(
            f'{options}\n[feedback]\npins = "none"\n[store]\npath = "kneemon.db"\ncommit_s = 1\n'
            '[control]\nsocket = "control.sock"\n'
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "kneemon", "run", "--config", str(self.config)]
            self.process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def started(self) -> Mapping[str, Any]:
        """Started, and answering."""
        self.start()
        return wait_until(self._answer)

    def do(self, *words: str) -> int:
        """A verb of the command line asked of it: its exit code."""
        return main([*words, "--config", str(self.config)])

    def status(self) -> Mapping[str, Any]:
        return ask(self.socket, "status")

    def kill(self) -> None:
        assert self._running.poll() is None, self.log
        self._running.kill()
        self._running.wait(LONG_S)

    def terminate(self) -> int:
        """SIGTERM; its exit code."""
        self._running.send_signal(signal.SIGTERM)
        return self._running.wait(LONG_S)

    def put_down(self) -> None:
        """Whatever is left of it, at the end of a test."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(LONG_S)

    def reader(self) -> StoreReader:
        return StoreReader(self.store)

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def _answer(self) -> Mapping[str, Any] | None:
        assert self._running.poll() is None, self.log
        with contextlib.suppress(ControlError):
            return self.status()
        return None


class Mosquitto:
    """A broker on loopback."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        if program is None:
            pytest.fail("mosquitto is needed by these tests: sudo apt install mosquitto")
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            self.port: int = probe.getsockname()[1]
        configuration = folder / "mosquitto.conf"
        user = "root"
        configuration.write_text(
            f"listener {self.port} {LOOPBACK}\nuser {user}\npersistence false\nallow_anonymous true\n"
        )
        self._process = subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL)
        wait_until(self._answers)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(LONG_S)

    def _answers(self) -> bool:
        assert self._process.poll() is None
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1.0):
            return True
        return False


class Listener:
    """Hears all, keeps every copy of the sessions' documents in order, and holds each message against the contract."""

    def __init__(self, port: int) -> None:
        self.documents: list[bytes] = []
        self._heard: list[paho.MQTTMessage] = []
        subscribed = Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        as_published = SubscribeOptions(qos=1, retainAsPublished=True)
        self._client.on_connect = lambda client, *_: client.subscribe("#", options=as_published)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _client, _data, message: self._hear(message)
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()
        assert subscribed.wait(LONG_S)

    def close(self) -> None:
        """AssertionError where a daemon said something that is not in the contract."""
        self._client.disconnect()
        self._client.loop_stop()
        for message in self._heard:
            check_heard(message)

    def _hear(self, message: paho.MQTTMessage) -> None:
        self._heard.append(message)
        if message.topic.endswith("/session/summary"):
            self.documents.append(message.payload)


class Systemd:
    """Hears what the service tells; like the real one it always listens, for few messages find room in the socket."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._listening = Thread(target=self._listen)
        self._listening.start()

    def count(self, message: str) -> int:
        """How often it was told so far; `message` may be a beginning."""
        return sum(told.startswith(message) for told in list(self.heard))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._listening.join(LONG_S)
        self._socket.close()

    def _listen(self) -> None:
        while message := self._socket.recv(4096):
            self.heard.append(message.decode())


def record_walk(path: Path, seconds: float = 120.0) -> str:
    """Somebody walks in this file from its first second on; the configuration that plays it."""
    t_s = np.arange(round(seconds * 50)) / 50
    rows = zip(t_s.tolist(), Walker((Walk(seconds, 100.0),), seed=1).acceleration(t_s).tolist(), strict=True)
    path.write_text("t,ax,ay,az\n" + "".join(f"{t:.2f},{x:.5f},{y:.5f},{z:.5f}\n" for t, (x, y, z) in rows))
    return f'[sensor]\nsource = "recording"\nrecording = "{path.name}"\n'
