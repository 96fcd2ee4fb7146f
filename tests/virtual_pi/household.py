# SPDX-License-Identifier: MIT
"""The household that does not lose its power with the Pi: a broker on this machine, and one who listens and asks.

Whatever the Pi says is held against the contract as it comes. Times are this machine's monotonic seconds.
"""

import json
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from contract_check import check_heard
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from kneemon.mqtt.topics import ROOT

ADDRESS = "10.0.2.100"  # of the broker, as the guest sees it
PORT = 1883
HERE = Path(__file__).parent
OWN = ("cmd", "session/ack")  # what the home itself says


class Said(NamedTuple):
    """What the Pi said at `at_s`, below its own topic."""

    at_s: float
    topic: str
    payload: bytes

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.payload)
        return found


class Household:
    """folder: of its own, for the broker's configuration."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if program is None:
            raise FileNotFoundError("mosquitto is needed: sh tests/parts.sh")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        configuration = folder / "mosquitto.conf"
        configuration.write_text(
            f"listener {self.port} 127.0.0.1\nuser root\npersistence false\nallow_anonymous true\n"
        )
        self._broker = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", program, "-c", str(configuration)], stderr=subprocess.DEVNULL
        )
        self._lock = Lock()
        self._said: list[Said] = []
        self._faults: list[str] = []
        self._ids = count(1)
        self._device = ""
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        as_published = SubscribeOptions(qos=1, retainAsPublished=True)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{ROOT}/#", options=as_published)
        self._client.on_message = lambda _client, _data, message: self._hear(message)
        self._client.connect_async("127.0.0.1", self.port)
        self._client.loop_start()
        self.until(self._client.is_connected, "a broker of our own", 30.0)

    @property
    def network(self) -> str:
        """For QEMU's -netdev: how the guest reaches the broker, and nothing else."""
        command = shlex.join([sys.executable, str(HERE / "through.py"), str(self.port)])
        return f",guestfwd=tcp:{ADDRESS}:{PORT}-cmd:{command}".replace(",", ",,").replace(",,guestfwd", ",guestfwd", 1)

    @property
    def options(self) -> str:
        """The lines of kneemon.toml by which it is found."""
        return f'[mqtt]\nhost = "{ADDRESS}"\nport = {PORT}\ntls = "off"\ninsecure = true\n'

    def said(self, topic: str, since_s: float = 0.0) -> list[Said]:
        """What was said on `topic` from then on, oldest first."""
        with self._lock:
            return [each for each in self._said if each.topic == topic and each.at_s >= since_s]

    def ask(self, command: str, **args: object) -> str:
        """Send a command, and wait for nothing; its id."""
        name = f"cut-{next(self._ids)}"
        body = json.dumps({"cmd": command, "id": name, "args": args})
        self._client.publish(f"{ROOT}/{self._device}/cmd", body, qos=1)
        return name

    def answer(self, name: str) -> dict[str, Any] | None:
        """What was said to the command of that id, so far."""
        found = [each.document for each in self.said("cmd/ack") if each.document["id"] == name]
        return found[-1] if found else None

    def online(self, since_s: float) -> Said | None:
        """The first sign of life from then on: a kneemon that has just connected."""
        found = [each for each in self.said("availability", since_s) if each.payload == b"online"]
        return found[0] if found else None

    def until(self, wanted: Callable[[], Any], what: str, within_s: float) -> Any:
        """The first true value; real seconds. Raises TimeoutError."""
        deadline = time.monotonic() + within_s
        while not (value := wanted()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {within_s:.0f} s in vain: {what}")
            time.sleep(0.002)
        return value

    @property
    def breaches(self) -> list[str]:
        """What did not keep the contract, torn documents among them."""
        with self._lock:
            return list(self._faults)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._broker.kill()
        self._broker.wait(30)

    def _hear(self, message: paho.MQTTMessage) -> None:
        at_s = time.monotonic()
        device, _, topic = message.topic.removeprefix(f"{ROOT}/").partition("/")
        if topic in OWN:
            return
        try:
            check_heard(message)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is told at the end
            with self._lock:
                self._faults.append(f"{message.topic}: {fault!r}: {message.payload!r:.300}")
        with self._lock:
            self._device = device
            self._said.append(Said(at_s, topic, bytes(message.payload)))
