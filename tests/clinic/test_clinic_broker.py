# SPDX-License-Identifier: MIT
"""The clinic's broker as docs/clinic has it: certificates are names, nobody writes for another, sites pass on."""

import re
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.mqtt import shapes
from kneemon.mqtt.topics import CommandName
from tests.clinic.clinic_bench import CLINIC, DEVICE, SHARED, Postgres, Worker, alone, document, topic
from tests.mqtt.mqtt_bench import LOOPBACK, Listener, Mosquitto, wait_until

HOME = "/etc/mosquitto/clinic/"


def certificate(folder: Path, *told: str) -> str:
    done = subprocess.run([CLINIC / "certificate.sh", folder, *told], capture_output=True, text=True, check=True)
    return done.stdout


def configuration(file: str, **places: str) -> str:
    """One of the clinic's files with other places in it, and the port left to the test."""
    text = (CLINIC / file).read_text()
    for old, new in places.values():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ca")
    certificate(folder, "authority")
    certificate(folder, "broker", LOOPBACK)
    for name in (DEVICE, "ef56gh78", "ingest-1", "site-north", "lost1234"):
        certificate(folder, "client", name)
    certificate(folder, "revoke", "lost1234")
    (folder / "mosquitto.acl").write_text((CLINIC / "mosquitto.acl").read_text())
    return folder


@pytest.fixture
def central(authority: Path, tmp_path: Path) -> Iterator[Mosquitto]:
    text = configuration(
        "mosquitto.conf",
        listener=("listener 8883\n", ""),
        home=(HOME, f"{authority}/"),
        store=("/var/lib/mosquitto/", f"{tmp_path}/"),
        twice=("persistence true\n", ""),  # the bench has said it already, the other way round
    )
    broker = Mosquitto(tmp_path, text)
    broker.start()
    yield broker
    broker.stop()


@dataclass
class Answers:
    """What became of a client's messages, by the broker's words."""

    client: paho.Client
    words: list[str]

    def say(self, where: str, payload: bytes) -> str:
        heard = len(self.words)
        self.client.publish(where, payload, qos=1)
        wait_until(lambda: len(self.words) > heard, f"an answer: {self.words}")
        return self.words[-1]


@pytest.fixture
def connect(authority: Path, central: Mosquitto) -> Iterator[Callable[[str | None], Answers]]:
    clients: list[paho.Client] = []

    def new(name: str | None) -> Answers:
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5, reconnect_on_failure=False)
        files = {} if name is None else {"certfile": f"{authority}/{name}.crt", "keyfile": f"{authority}/{name}.key"}
        client.tls_set(f"{authority}/ca.crt", **files)
        words: list[str] = []
        said: list[str] = []
        client.on_connect = lambda _client, _data, _flags, reason, _more: said.append(str(reason))
        client.on_disconnect = lambda *_: said.append("gone")
        client.on_publish = lambda _client, _data, _mid, reason, _more: words.append(str(reason))
        client.connect(LOOPBACK, central.port)
        client.loop_start()
        clients.append(client)
        if wait_until(lambda: said, f"{name} hears from the broker")[0] != "Success":
            raise ConnectionError(said[0])
        return Answers(client, words)

    yield new
    for client in clients:
        client.disconnect()
        client.loop_stop()


def test_a_device_writes_its_own_tree_and_no_other(connect: Callable[[str], Answers]) -> None:
    device = connect(DEVICE)
    assert device.say(topic(), document()) in ("Success", "No matching subscribers")
    assert device.say(topic("ef56gh78"), document("ef56gh78")) == "Not authorized"
    assert device.say("kneemon/v1/ef56gh78/cmd", b"{}") == "Not authorized"


@pytest.mark.parametrize("name", [None, "lost1234"])
def test_without_a_certificate_or_with_a_revoked_one_nobody_comes_in(
    connect: Callable[[str | None], Answers], name: str | None
) -> None:
    with pytest.raises((OSError, ssl.SSLError)):
        connect(name)


@pytest.fixture
def collector(database: Postgres, authority: Path) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def new(name: str, certificate: str, broker: Mosquitto, *told: str) -> Worker:
        """A collector that has subscribed, with this certificate."""
        files = {"--ca-file": "ca.crt", "--cert-file": f"{certificate}.crt", "--key-file": f"{certificate}.key"}
        shown = [word for option, file in files.items() for word in (option, str(authority / file))]
        worker = alone(broker.port, name, database, authority, *told, *shown)
        workers.append(worker)
        wait_until(lambda: f"{name} 1 " in broker.log() or worker.over, f"{name} subscribes")
        return worker

    yield new
    for worker in workers:
        worker.stop()


def test_collectors_with_certificates_get_all_walks_and_no_device_takes_one_away(
    connect: Callable[[str], Answers], collector: Callable[..., Worker], central: Mosquitto, database: Postgres
) -> None:
    worker = collector("ingest-1", "ingest-1", central)
    collector("ingest-9", "ef56gh78", central, "--topic", SHARED)
    device = connect(DEVICE)
    for number in range(20):
        device.say(topic(), document(session_id=f"b1-{number}-abcd"))
    wait_until(lambda: database.count("session_summary") == 20, worker.log())


def test_a_site_passes_on_what_it_gets_also_what_came_while_the_clinic_was_away(
    central: Mosquitto, collector: Callable[..., Worker], authority: Path, tmp_path: Path, database: Postgres
) -> None:
    text = configuration(
        "mosquitto-bridge.conf",
        home=(HOME, f"{authority}/"),
        address=("broker.example:8883", f"{LOOPBACK}:{central.port}"),
        wait=("restart_timeout 5 300", "restart_timeout 1 1"),
    )
    site = Mosquitto(tmp_path, f"allow_anonymous true\nmax_queued_messages 0\n{text}").start()
    try:
        wait_until(lambda: "as site-north " in central.log(), site.log())
        central.stop()
        wait_until(lambda: "Connecting bridge" in site.log().partition("Received CONNACK")[2], site.log())
        device = Listener(site.port, "nothing")
        for number in range(50):
            device._client.publish(topic(), document(session_id=f"b1-{number}-abcd"), qos=1)
        central.start()
        worker = collector("ingest-1", "ingest-1", central)
        wait_until(lambda: database.count("session_summary") == 50, worker.log() + site.log(), 60.0)
        device.close()
    finally:
        site.stop()


def test_every_device_that_is_known_is_asked_to_send_again(database: Postgres, tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path).start()
    listener = Listener(broker.port, "kneemon/v1/+/cmd")
    try:
        for device in (DEVICE, "ef56gh78"):
            database.take(topic(device), document(device))
        told = {"BROKER": LOOPBACK, "PORT": str(broker.port), "PGUSER": "owner"}
        subprocess.run([CLINIC / "resend.sh", "3"], env={**database.environment, **told}, check=True, timeout=60)
        wait_until(lambda: len(listener.got) == 2, "both are asked")
        assert {message.topic for message in listener.got} == {"kneemon/v1/ab12cd34/cmd", "kneemon/v1/ef56gh78/cmd"}
        command = msgspec.json.decode(listener.got[0].payload, type=shapes.CommandDocument)
        assert command.cmd == CommandName.SESSION_RESEND
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(command.args["since"]))
        assert command.expires_at is not None
        assert not listener.got[0].retain
    finally:
        listener.close()
        broker.stop()
