# SPDX-License-Identifier: MIT
"""The clinic's broker as docs/clinic has it: certificates are names, nobody writes for another, sites pass on."""

import re
import shutil
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
from tests.clinic.clinic_central import PAGE, Central, central_broker, page_lines
from tests.mqtt.mqtt_bench import LOOPBACK, Listener, Mosquitto, wait_until

OTHER = "ef56gh78"


def certificate(folder: Path, *told: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([CLINIC / "certificate.sh", folder, *told], capture_output=True, text=True)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Central]:
    with central_broker() as broker:
        assert certificate(broker.authority, "client", OTHER).returncode == 0
        yield broker


@pytest.fixture
def authority(prepared: Central) -> Path:
    return prepared.authority


@pytest.fixture
def central(prepared: Central) -> Iterator[Central]:
    prepared.start()
    yield prepared
    prepared.stop()
    prepared.forget()


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
def connect(authority: Path, central: Central) -> Iterator[Callable[[str | None], Answers]]:
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
    assert device.say(topic(OTHER), document(OTHER)) == "Not authorized"
    assert device.say(f"kneemon/v1/{OTHER}/cmd", b"{}") == "Not authorized"


def test_without_a_certificate_nobody_comes_in(connect: Callable[[str | None], Answers]) -> None:
    with pytest.raises((OSError, ssl.SSLError)):
        connect(None)


def test_who_is_revoked_comes_in_with_none_of_the_certificates_that_were_made_for_it(
    connect: Callable[[str], Answers], central: Central, authority: Path
) -> None:
    for kind in ("crt", "key"):
        shutil.copy(authority / f"{DEVICE}.{kind}", authority / f"first.{kind}")
    assert certificate(authority, "client", DEVICE).returncode == 0  # the old one stays good
    for name in ("first", DEVICE):
        assert connect(name).say(topic(), document()) in ("Success", "No matching subscribers")
    central.do("./certificate.sh ca revoke")
    central.do("sudo install -o mosquitto -g mosquitto -m 0400 ca/ca.crl")
    central.stop()
    central.start()
    for name in ("first", DEVICE):
        with pytest.raises((OSError, ssl.SSLError)):
            connect(name)
    connect(OTHER)
    central.do("./certificate.sh ca client")  # the device is found again
    connect(DEVICE)


def test_what_cannot_be_certified_is_said_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "ca"
    assert "has no authority yet" in certificate(folder, "client", DEVICE).stderr
    assert not folder.exists()
    assert certificate(folder, "authority").returncode == 0
    for told, code, words in [
        (["authority"], 2, "has an authority already"),
        (["broker"], 2, "name the broker's host"),
        (["client"], 2, "name the device by its id"),
        (["client", "AB12CD34"], 2, "AB12CD34 is no device's id"),
        (["client", "mybroker.example"], 2, "is no device's id (8 to 16 of a-z and 0-9), nor ingest-1"),
        (["client", f"{DEVICE}\n#"], 2, "a name may hold"),
        (["revoke"], 2, "name whose certificates are void"),
        (["revoke", "nobody"], 1, "no certificate was ever made for nobody; nothing is revoked"),
        ([DEVICE], 2, f"authority, broker, client or revoke, not {DEVICE}"),
        ([], 2, "name a folder, and what"),
    ]:
        done = certificate(folder, *told)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("certificate.sh: ")
        assert words in done.stderr
    assert (folder / "index.txt").read_text() == ""
    (folder / "ca.key").write_text("rubbish")
    done = certificate(folder, "client", DEVICE)
    assert done.returncode == 1
    assert "openssl ca: " in done.stderr


@pytest.fixture
def collector(database: Postgres, authority: Path) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def new(name: str, certificate: str, broker: Central, *told: str) -> Worker:
        """A collector that has subscribed, with this certificate."""
        files = {"--ca-file": "ca.crt", "--cert-file": f"{certificate}.crt", "--key-file": f"{certificate}.key"}
        shown = [word for option, file in files.items() for word in (option, str(authority / file))]
        worker = alone(broker.port, name, database, authority, *told, *shown)
        workers.append(worker)
        wait_until(lambda: f"{name}: connected, collects" in worker.log() or worker.over, f"{name} subscribes")
        assert worker.over is None, worker.log()
        return worker

    yield new
    for worker in workers:
        worker.stop()


def test_collectors_with_certificates_get_all_walks_and_no_device_takes_one_away(
    connect: Callable[[str], Answers], collector: Callable[..., Worker], central: Central, database: Postgres
) -> None:
    worker = collector("ingest-1", "ingest-1", central)
    collector("ingest-9", OTHER, central, "--topic", SHARED)
    device = connect(DEVICE)
    for number in range(20):
        device.say(topic(), document(session_id=f"b1-{number}-abcd"))
    wait_until(lambda: database.count("session_summary") == 20, worker.log())


def test_a_site_passes_on_what_it_gets_also_what_came_while_the_clinic_was_away(
    central: Central, collector: Callable[..., Worker], tmp_path: Path, database: Postgres
) -> None:
    for kind in ("crt", "key"):
        (central.folder / f"site-north.{kind}").write_bytes((central.authority / f"site-north.{kind}").read_bytes())
    text = (central.here / "mosquitto-bridge.conf").read_text().replace("restart_timeout 5 300", "restart_timeout 1 1")
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


@pytest.fixture
def example(central: Central, database: Postgres, tmp_path: Path) -> Iterator[Callable[[str], Worker]]:
    """The worked example of the page, by its own lines, under this name."""
    workers: list[Worker] = []

    def new(name: str) -> Worker:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        options = "\n".join(page_lines("--cafile") + page_lines("--cert ") + page_lines("--key "))
        options = options.replace("/home/ingest", str(central.authority)).replace("ingest-1", name)
        (folder / "mosquitto_sub").write_text(f"{options}\n")
        [line] = page_lines("BROKER=broker.example PORT=8883 NAME=ingest-1")
        line = line.replace("broker.example", LOOPBACK).replace("8883", str(central.port)).replace("ingest-1", name)
        line = line.replace("DATABASE=DATABASE", "DATABASE=postgres").replace("./ingest.sh", f"exec {CLINIC}/ingest.sh")
        environment = {**database.environment, "PGUSER": "", "XDG_CONFIG_HOME": str(folder)}
        subscribed = f": {name} 1 "
        seen = central.log().count(subscribed)
        worker = Worker(["sh", "-c", line], environment, tmp_path / f"{name}.log")
        workers.append(worker)
        wait_until(lambda: central.log().count(subscribed) > seen or worker.over, f"{name} subscribes")
        assert worker.over is None, worker.log()
        return worker

    yield new
    for worker in workers:
        worker.stop()


def test_the_worked_example_shares_the_walks_between_two(
    example: Callable[[str], Worker], connect: Callable[[str], Answers], central: Central, database: Postgres
) -> None:
    first, second = example("ingest-1"), example("ingest-2")
    device = connect(OTHER)

    def walk(numbers: range) -> None:
        for number in numbers:
            assert device.say(topic(OTHER), document(OTHER, session_id=f"b1-{number}-abcd")) == "Success"

    def stored() -> int:
        return database.count("session_summary")

    walk(range(10))
    wait_until(lambda: stored() == 10, second.log())
    first.stop()
    wait_until(lambda: "Received DISCONNECT from ingest-1" in central.log(), "one is gone")
    walk(range(10, 50))
    wait_until(lambda: stored() == 30, "the other half is for the one that is gone")
    example("ingest-1")
    wait_until(lambda: stored() == 50, "it fetches its half")
    assert database.count("quarantine") == 0


def test_the_page_names_tests_that_there_are() -> None:
    there = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", PAGE.read_text())
    assert len(named) == 4
    for name in named:
        assert f"def {name}(" in there


@pytest.fixture
def resend(database: Postgres) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run resend.sh as the user whom the page makes for it."""
    for line in page_lines("CREATE ROLE resend"):
        database.run(f"DROP ROLE IF EXISTS resend; {line}")

    def run(port: int, *told: str, **environment: str) -> subprocess.CompletedProcess[str]:
        told_by = {**database.environment, "BROKER": LOOPBACK, "PORT": str(port), "PGUSER": "resend", **environment}
        command = [CLINIC / "resend.sh", *told]
        return subprocess.run(command, env=told_by, capture_output=True, text=True, timeout=60)

    return run


def test_every_device_that_is_known_is_asked_to_send_again(
    database: Postgres, resend: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    broker = Mosquitto(tmp_path).start()
    listener = Listener(broker.port, "kneemon/v1/+/cmd")
    try:
        for device in (DEVICE, OTHER):
            database.take(topic(device), document(device))
        done = resend(broker.port, "3")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("2 devices are asked for their walks since ")
        wait_until(lambda: len(listener.got) == 2, "both are asked")
        assert {message.topic for message in listener.got} == {f"kneemon/v1/{each}/cmd" for each in (DEVICE, OTHER)}
        command = msgspec.json.decode(listener.got[0].payload, type=shapes.CommandDocument)
        assert command.cmd == CommandName.SESSION_RESEND
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(command.args["since"]))
        assert command.expires_at is not None
        assert not listener.got[0].retain
    finally:
        listener.close()
        broker.stop()


def test_who_cannot_be_asked_is_told(
    database: Postgres, resend: Callable[..., subprocess.CompletedProcess[str]], central: Central, tmp_path: Path
) -> None:
    database.take(topic(), document())

    def as_user(name: str) -> dict[str, str]:
        folder = tmp_path / name
        folder.mkdir()
        files = {"cafile": "ca.crt", "cert": f"{name}.crt", "key": f"{name}.key"}
        lines = [f"--{option} {central.authority / file}\n" for option, file in files.items()]
        (folder / "mosquitto_pub").write_text("".join(lines))
        return {"XDG_CONFIG_HOME": str(folder)}

    certified = as_user("resend")
    done = resend(central.port, **certified)
    assert (done.returncode, done.stderr) == (0, "")
    for environment, words in [
        ({**certified, "PGUSER": "ingest"}, "permission denied"),
        (as_user("ingest-1"), f"{DEVICE} was not asked, 0 were: Warning: Publish 1 failed: Not authorized."),
        ({"XDG_CONFIG_HOME": str(tmp_path)}, f"{DEVICE} was not asked, 0 were: Error: The connection was lost."),
    ]:
        done = resend(central.port, **environment)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
    with pytest.raises(subprocess.CalledProcessError):
        database.run("SELECT * FROM kneemon.session_summary", user="resend")
    assert "how many days? not x" in resend(central.port, "x").stderr
