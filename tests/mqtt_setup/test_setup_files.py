# SPDX-License-Identifier: MIT
"""The shipped files: each is told of and filled in; Mosquitto runs with its two, and keeps everybody to his own."""

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from mqtt_bench import Mosquitto, program, wait_until
from paho.mqtt.enums import CallbackAPIVersion
from setup_bench import Keys

from kneemon.app.home_files import HomeFile, home_files, write_files
from kneemon.clock import SystemClock
from kneemon.errors import BrokerError, ExportError
from kneemon.mqtt.probe import probe_broker
from kneemon.mqtt.settings import BrokerSettings

DEVICE, OTHER = "ab12cd34", "zz98yy76"
USERS = (DEVICE, OTHER, "homeassistant", "collector")


def shipped(name: str) -> HomeFile:
    (found,) = (each for each in home_files(DEVICE, "hub.local") if each.path.name == name)
    return found


class Client:
    """A user of the broker. What it hears, and what the broker says to what it publishes."""

    def __init__(self, port: int, ca: Path, user: str, *topics: str) -> None:
        self.heard: list[str] = []
        self.reasons: dict[int, str] = {}
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.tls_set(str(ca))
        self._client.username_pw_set(user, "secret")
        ready: list[object] = []
        self._client.on_connect = lambda client, *_: [client.subscribe(topic, 1) for topic in (*topics, f"none/{user}")]
        self._client.on_subscribe = lambda *_: ready.append(None)
        self._client.on_message = lambda _client, _data, message: self.heard.append(message.topic)
        self._client.on_publish = lambda _client, _data, mid, reason, _: self.reasons.update({mid: str(reason)})
        self._client.connect("localhost", port)
        self._client.loop_start()
        wait_until(lambda: len(ready) == len(topics) + 1, f"{user} to be subscribed")

    def may_write(self, topic: str) -> bool:
        mid = self._client.publish(topic, b"x", qos=1).mid
        return str(wait_until(lambda: self.reasons.get(mid), topic)) != "Not authorized"

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path, keys: Keys) -> Any:
    """Mosquitto by the two shipped files, as they are but for their paths and the port."""
    (tmp_path / "certs").mkdir()
    for name in ("server.crt", "server.key"):
        (tmp_path / "certs" / name).write_bytes((keys / name.replace(".crt", ".pem")).read_bytes())
    (tmp_path / "kneemon.acl").write_text(shipped("mosquitto.acl").text)
    passwords = tmp_path / "kneemon.passwd"
    passwords.touch()
    for path in (passwords, tmp_path / "kneemon.acl"):
        path.chmod(0o600)

    for user in USERS:
        subprocess.run([program("mosquitto_passwd"), "-b", passwords, user, "secret"], check=True)
    running = Mosquitto(tmp_path, "")
    text = shipped("mosquitto.conf").text.replace("/etc/mosquitto", str(tmp_path))
    text = text.replace("listener 8883", f"listener {running.port} 127.0.0.1")
    running._file.write_text(f"user root\nlog_type all\n{text}")
    yield running.start()
    running.stop()


@pytest.fixture
def client(broker: Mosquitto, keys: Keys) -> Any:
    clients: list[Client] = []

    def new(user: str, *topics: str) -> Client:
        clients.append(Client(broker.port, keys / "ca.pem", user, *topics))
        return clients[-1]

    yield new
    for each in clients:
        each.close()


class TestTheAccessList:
    def test_a_device_and_its_own(self, client: Callable[..., Client]):
        device = client(DEVICE)
        for topic in ("availability", "state", "cmd/ack", "session/summary"):
            assert device.may_write(f"kneemon/v1/{DEVICE}/{topic}")
        assert device.may_write(f"homeassistant/device/{DEVICE}/kneemon/config")
        assert device.may_write(f"homeassistant/sensor/{DEVICE}/steps_today/config")

    def test_a_device_and_what_is_not_its_own(self, client: Callable[..., Client]):
        device = client(DEVICE)
        for topic in (
            f"kneemon/v1/{OTHER}/availability",
            f"kneemon/v1/{OTHER}/cmd",
            f"homeassistant/device/{OTHER}/kneemon/config",
            f"homeassistant/device/{DEVICE}/kneemon/other",
            "homeassistant/status",
            "elsewhere",
        ):
            assert not device.may_write(topic), topic

    def test_a_device_hears_what_is_for_it_alone(self, client: Callable[..., Client]):
        device = client(DEVICE, "#")
        home = client("homeassistant")
        for topic in (f"kneemon/v1/{OTHER}/cmd", f"kneemon/v1/{OTHER}/state", "homeassistant/status"):
            assert home.may_write(topic)
        assert home.may_write(f"kneemon/v1/{DEVICE}/cmd")
        wait_until(lambda: f"kneemon/v1/{DEVICE}/cmd" in device.heard, "the command")
        assert device.heard == ["homeassistant/status", f"kneemon/v1/{DEVICE}/cmd"]

    def test_home_assistant_hears_all(self, client: Callable[..., Client]):
        home = client("homeassistant", "kneemon/v1/+/state", "homeassistant/#")
        client(DEVICE).may_write(f"kneemon/v1/{DEVICE}/state")
        client(OTHER).may_write(f"homeassistant/device/{OTHER}/kneemon/config")
        wait_until(lambda: len(home.heard) == 2, "both")

    def test_a_collector_gets_walks_and_says_what_it_has(self, client: Callable[..., Client]):
        collector = client("collector", "#")
        assert collector.may_write(f"kneemon/v1/{DEVICE}/session/ack")
        assert not collector.may_write(f"kneemon/v1/{DEVICE}/session/summary")
        assert not collector.may_write(f"kneemon/v1/{DEVICE}/cmd")
        device = client(DEVICE)
        for topic in ("state", "today", "session/summary"):
            assert device.may_write(f"kneemon/v1/{DEVICE}/{topic}")
        wait_until(lambda: f"kneemon/v1/{DEVICE}/session/summary" in collector.heard, "the walk")
        assert not {f"kneemon/v1/{DEVICE}/state", f"kneemon/v1/{DEVICE}/today"} & set(collector.heard)

    def test_mosquitto_warns_of_the_one_line_that_says_so(self, broker: Mosquitto):
        (warned,) = re.findall("Warning: (.*ACL.*)", broker.log())
        assert "homeassistant/status" in warned
        assert "Mosquitto's log warns of the last line" in shipped("mosquitto.acl").text

    def test_nobody_comes_in_without_a_name(self, broker: Mosquitto, keys: Keys):
        with pytest.raises(BrokerError, match="wants a user name and a password"):
            probe_broker(
                BrokerSettings("localhost", broker.port, tls=True, ca_file=str(keys / "ca.pem")), SystemClock()
            )


class TestEachFile:
    def test_is_told_of_and_filled_in(self):
        found = home_files(DEVICE, "hub.local")
        assert {"mosquitto.conf", "mosquitto.acl", "kneemon-mqtt.service"} <= {each.path.name for each in found}
        for each in found:
            assert each.meaning, f"{each.path} has no line in MEANINGS"
            assert not re.search("@(ID|HOST)@", each.text), each.path
            assert each.text.strip()

    def test_names_the_device_and_the_broker(self):
        conf = shipped("mosquitto.conf").text
        assert f"kneemon.passwd {DEVICE}" in conf
        assert "subjectAltName=DNS:hub.local" in conf

    def test_of_avahi_is_one(self):
        root = ElementTree.fromstring(shipped("kneemon-mqtt.service").text)  # noqa: S314  it is ours
        assert root.findtext("service/type") == "_secure-mqtt._tcp"
        assert root.findtext("service/port") == "8883"


def test_the_recipe_of_the_certificate_is_one(tmp_path: Path):
    """The commands in mosquitto.conf, run as they stand there."""

    lines = [line.lstrip("# ").strip() for line in shipped("mosquitto.conf").text.splitlines()]
    recipe = [line for line in lines if line.startswith(("openssl ", "printf "))]
    assert len(recipe) == 4
    for line in recipe:
        subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run(
        ["openssl", "verify", "-x509_strict", "-verify_hostname", "hub.local", "-CAfile", "ca.crt", "server.crt"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip


class TestWriting:
    def test_into_a_folder(self, tmp_path: Path):
        found = home_files(DEVICE, "hub.local")
        write_files(tmp_path / "home", found, replace=False)
        assert {path.relative_to(tmp_path / "home") for path in (tmp_path / "home").rglob("*") if path.is_file()} == {
            each.path for each in found
        }

    def test_what_is_there_is_not_replaced_unasked(self, tmp_path: Path):
        found = home_files(DEVICE, "hub.local")
        (tmp_path / "mosquitto.acl").write_text("mine")
        with pytest.raises(ExportError, match=r"saw mosquitto\.acl\. The same command with --replace"):
            write_files(tmp_path, found, replace=False)
        assert [path.name for path in tmp_path.iterdir()] == ["mosquitto.acl"]
        (tmp_path / "mosquitto.conf").write_text("mine")
        with pytest.raises(ExportError, match=r"saw mosquitto\.acl and 1 more of them\. The same command"):
            write_files(tmp_path, found, replace=False)
        write_files(tmp_path, found, replace=True)
        assert (tmp_path / "mosquitto.acl").read_text() != "mine"

    def test_where_nothing_can_be_written(self, tmp_path: Path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ExportError, match="a folder that can be written"):
            write_files(tmp_path / "file", home_files(DEVICE, "hub.local"), replace=False)


def test_what_a_link_points_to_is_not_ours(tmp_path: Path) -> None:
    folder, mine = tmp_path / "home", tmp_path / "mine.yaml"
    folder.mkdir()
    mine.write_text("mine")
    (folder / "dashboard.yaml").symlink_to(mine)
    found = home_files("ab12cd34ef56", "homeassistant.local")
    with pytest.raises(ExportError):
        write_files(folder, found, replace=False)
    write_files(folder, found, replace=True)
    assert mine.read_text() == "mine"
    assert not (folder / "dashboard.yaml").is_symlink()


def test_a_folder_that_no_disk_can_name_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="expected a folder that can be written"):
        write_files(tmp_path / ("x" * 5000), home_files("ab12cd34ef56", "homeassistant.local"), replace=False)
