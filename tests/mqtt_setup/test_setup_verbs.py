# SPDX-License-Identifier: MIT
"""`kneemon mqtt forget`, `status` and `files`, as a person meets them."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import paho.mqtt.client as paho
import pytest
from mqtt_bench import LOOPBACK, Listener, Mosquitto, free_port, wait_until
from paho.mqtt.enums import CallbackAPIVersion

from kneemon.app.home_files import home_files
from kneemon.controls.socket import ControlServer
from kneemon.errors import ExitCode
from kneemon.model.records import OutboxMessage
from kneemon.mqtt.discovery import all_topics
from kneemon.store import rows

Broker = Callable[..., Mosquitto]
Kneemon = Callable[..., Any]

GONE = "zz98yy76xx54"


class Running:
    """A kneemon that runs here, as far as its control socket tells."""

    def __init__(self, socket: Path, mqtt: str) -> None:
        self._mqtt = mqtt
        socket.parent.mkdir(parents=True, exist_ok=True)
        self._server = ControlServer(socket, self._answer)

    def _answer(self, _command: str, _args: Mapping[str, object]) -> Mapping[str, object]:
        return {"mqtt": self._mqtt}

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def running(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Running]]:
    """In a folder whose path is short enough for a socket."""
    started: list[Running] = []

    def new(mqtt: str) -> Running:
        started.append(Running(Path(folder) / "kneemon/control.sock", mqtt))
        return started[-1]

    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield new
        for each in started:
            each.close()


@pytest.fixture
def configured(file: Path) -> Callable[..., None]:
    def new(port: int, more: str = "") -> None:
        file.parent.mkdir(parents=True)
        file.write_text(f'[mqtt]\nhost = "{LOOPBACK}"\nport = {port}\n{more}')

    return new


def keep(port: int, *topics: str, **credentials: str) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    if credentials:
        client.username_pw_set(**credentials)
    client.connect(LOOPBACK, port)
    client.loop_start()
    for topic in topics:
        client.publish(topic, b"{}", qos=1, retain=True).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def kept(port: int, listen: Callable[..., Listener], **credentials: str) -> set[str]:
    late = listen(port, **credentials)
    late.say("marker", b"x")
    wait_until(lambda: late.on("marker"), "the marker")
    return set(late.retained())


class TestForget:
    def test_this_device(
        self, mosquitto: Broker, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None,
        listen: Callable[..., Listener],
    ):  # fmt: skip
        broker = mosquitto()
        configured(broker.port)
        mine = {f"kneemon/v1/{device}/availability", f"kneemon/v1/{device}/desired/mute"}
        mine |= {*all_topics(device, "homeassistant")[:3]}
        keep(broker.port, *mine, f"kneemon/v1/{GONE}/availability")
        told = kneemon("mqtt", "forget", "--yes")
        assert (told.code, told.err) == (ExitCode.OK, "")
        for topic in mine:
            assert f"  taken back  {topic}\n" in told.out
        assert told.out.endswith(f"{len(mine)} topics taken back; nothing that is seen is left.\n")
        assert kept(broker.port, listen) == {f"kneemon/v1/{GONE}/availability"}

    @pytest.mark.parametrize("link", ["connected to hub:8883, MQTT 5", "away since 2026-11-22 09:00 UTC: no answer"])
    def test_not_while_it_would_be_said_anew(
        self, mosquitto: Broker, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None,
        running: Callable[[str], Running], link: str, listen: Callable[..., Listener],
    ):  # fmt: skip
        broker = mosquitto()
        configured(broker.port)
        running(link)
        keep(broker.port, f"kneemon/v1/{device}/state", f"kneemon/v1/{GONE}/state")
        told = kneemon("mqtt", "forget", "--yes")
        assert told.code == ExitCode.CONTROL
        assert told.err == (
            "kneemon: kneemon mqtt forget: expected a kneemon that is stopped, or has no broker, saw one that runs and "
            f"would say all of it anew (MQTT: {link}). `sudo systemctl stop kneemon` first; for a device that is gone "
            "name it: --device ID.\n"
        )
        assert kneemon("mqtt", "forget", "--yes", "--device", GONE).code == ExitCode.OK
        assert kept(broker.port, listen) == {f"kneemon/v1/{device}/state"}

    def test_also_where_nothing_is_published_any_more(
        self, mosquitto: Broker, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None,
        running: Callable[[str], Running], listen: Callable[..., Listener],
    ):  # fmt: skip
        broker = mosquitto()
        configured(broker.port, 'publish = "off"\n')
        running("off: no broker configured")
        keep(broker.port, f"kneemon/v1/{device}/today")
        assert kneemon("mqtt", "forget", "--yes").code == ExitCode.OK
        assert kept(broker.port, listen) == set()

    def test_nothing_without_a_yes(
        self, mosquitto: Broker, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None,
        listen: Callable[..., Listener],
    ):  # fmt: skip
        broker = mosquitto()
        configured(broker.port)
        keep(broker.port, f"kneemon/v1/{device}/today")
        told = kneemon("mqtt", "forget")
        assert told.code == ExitCode.CONTROL
        assert told.err.endswith("saw no terminal to ask at, and no --yes. Nothing was changed. With --yes it is.\n")
        assert kept(broker.port, listen) == {f"kneemon/v1/{device}/today"}

    def test_what_the_broker_refuses(
        self, shipped: Mosquitto, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None,
        secret: Path,
    ):  # fmt: skip
        configured(shipped.port, f'username = "{device}"\npassword_file = "{secret}"\n')
        told = kneemon("mqtt", "forget", "--yes", "--device", GONE)
        assert told.code == ExitCode.BROKER
        kinds = [
            re.sub(r"\d+ topics", "N topics", line) for line in told.out.splitlines() if line.startswith("  STAYS")
        ]
        assert kinds == [
            f"  STAYS       N topics of {GONE} below {root}/ (Not authorized)" for root in ("homeassistant", "kneemon")
        ]
        assert "\n  --set mqtt.username=homeassistant --set mqtt.password_file=A-FILE-WITH-ITS-PASSWORD\n" in told.out

    def test_and_does_not_refuse_home_assistant(
        self, guarded: Broker, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None,
        secret: Path, listen: Callable[..., Listener],
    ):  # fmt: skip
        """With the shipped list, as `forget` itself says how."""
        access = next(each.text for each in home_files(device, "hub") if each.path.name == "mosquitto.acl")
        broker = guarded(access, device, "homeassistant", GONE)
        configured(broker.port, f'username = "{device}"\npassword_file = "{secret}"\n')
        mine = {f"kneemon/v1/{GONE}/availability", f"homeassistant/device/{GONE}/kneemon/config"}
        keep(broker.port, *mine, username=GONE, password="secret")  # noqa: S106
        forget = ("mqtt", "forget", "--yes", "--device", GONE)
        assert kneemon(*forget).code == ExitCode.BROKER
        words = ("--set", "mqtt.username=homeassistant", "--set", f"mqtt.password_file={secret}")
        told = kneemon(*forget, *words)
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert told.out.endswith("2 topics taken back; nothing that is seen is left.\n")
        assert kept(broker.port, listen, username="reader", password="secret") == set()  # noqa: S106

    def test_what_the_broker_hides(
        self, shipped: Mosquitto, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None,
        secret: Path,
    ):  # fmt: skip
        configured(shipped.port, f'username = "{device}"\npassword_file = "{secret}"\n')
        told = kneemon("mqtt", "forget", "--yes")
        assert told.code == ExitCode.OK
        assert (
            f"  unseen      homeassistant/+/{device}/#: the broker does not show it; all that kneemon ever" in told.out
        )

    def test_no_broker_there(self, device: str, configured: Callable[..., None], kneemon: Kneemon, nobody: None):
        configured(free_port())
        told = kneemon("mqtt", "forget", "--yes")
        assert told.code == ExitCode.BROKER
        assert "nobody listening at that port" in told.err

    def test_no_broker_named(self, device: str, kneemon: Kneemon, nobody: None):
        told = kneemon("mqtt", "forget", "--yes")
        assert told.code == ExitCode.CONFIG
        assert "Name it, for this time by --set mqtt.host=HOST." in told.err

    def test_no_such_id(self, configured: Callable[..., None], kneemon: Kneemon, nobody: None):
        configured(1)
        assert kneemon("mqtt", "forget", "--yes").code == ExitCode.STORE
        told = kneemon("mqtt", "forget", "--yes", "--device", "a/#")
        assert told.code == ExitCode.CONFIG
        assert "--device: expected 8 to 16 small letters and digits, saw 'a/#'." in told.err


class TestStatus:
    def test_nothing_yet(self, kneemon: Kneemon):
        assert kneemon("mqtt", "status").out == (
            "device     no id yet: let kneemon run once first, which makes one\n"
            "broker     none: `kneemon mqtt setup` finds one\n"
        )

    def test_one_screen(self, device: str, file: Path, kneemon: Kneemon, running: Callable[[str], Running]):
        file.parent.mkdir(parents=True)
        file.write_text(f'[mqtt]\nhost = "hub.local"\nusername = "{device}"\npublish_pain = false\n')
        running("connected to hub.local:8883, MQTT 5; the broker refuses kneemon/v1/x/state (Not authorized)")
        assert kneemon("mqtt", "status").out.splitlines() == [
            f"device     {device}",
            f"broker     hub.local:8883, TLS, as {device}",
            "link       connected to hub.local:8883, MQTT 5",
            "refused    the broker refuses kneemon/v1/x/state (Not authorized)",
            "publish    summary: the walk now, and a document of each walk; pain stays here",
            "discovery  device, below homeassistant",
            "outbox     empty: all was sent",
        ]

    def test_what_waits(self, device: str, at_home: Path, file: Path, kneemon: Kneemon):
        file.parent.mkdir(parents=True)
        file.write_text('[mqtt]\nhost = "hub.local"\n')
        with closing(sqlite3.connect(at_home / ".local/state/kneemon/kneemon.db")) as database:
            for number in (1, 2):
                message = OutboxMessage(f"b1-{number}/1", f"kneemon/v1/{device}/session/summary", b"{}")
                queued = datetime(2026, 11, 22, 9, number, tzinfo=UTC)
                database.execute(rows.PUT_DOCUMENT, rows.document_row(message, f"b1-{number}", queued))
            database.execute(rows.PUT_META, ("dropped:detail", "3"))
            database.commit()
        told = kneemon("mqtt", "status").out.splitlines()[-1]
        assert (
            told
            == "outbox     2 documents to be sent, the oldest since 2026-11-22 09:01 UTC; 3 let go for want of room"
        )

    def test_open_to_everybody(self, device: str, file: Path, kneemon: Kneemon):
        file.parent.mkdir(parents=True)
        file.write_text(
            '[mqtt]\nhost = "hub.local"\ntls = "off"\ninsecure = true\ndiscovery = "off"\npublish = "minimal"\n'
        )
        out = kneemon("mqtt", "status").out
        assert "broker     hub.local:1883, WITHOUT TLS: everybody can read it, without a user name\n" in out
        assert "link       none: no kneemon runs here that could be asked\n" in out
        assert "publish    minimal: that the device is there, and how it does\n" in out
        assert "discovery  off: Home Assistant is not told\n" in out


class TestFiles:
    def test_into_a_folder_of_their_own(self, device: str, kneemon: Kneemon, tmp_path: Path):
        told = kneemon("mqtt", "files")
        assert (told.code, told.err) == (ExitCode.OK, "")
        folder = tmp_path / "kneemon-home"
        assert f"Written into kneemon-home, for the device {device} and the broker homeassistant.local:\n" in told.out
        assert "Has it another name: the same command with --host NAME --replace.\n" in told.out
        assert f"kneemon.passwd {device}" in (folder / "mosquitto.conf").read_text()
        assert "DNS:homeassistant.local" in (folder / "mosquitto.conf").read_text()
        for path in folder.rglob("*.*"):
            assert f"  {path.relative_to(folder)} " in told.out

    def test_again_only_when_asked_for(self, device: str, kneemon: Kneemon):
        assert kneemon("mqtt", "files", "here").code == ExitCode.OK
        assert kneemon("mqtt", "files", "here").code == ExitCode.EXPORT
        assert kneemon("mqtt", "files", "here", "--replace").code == ExitCode.OK

    def test_for_another_device_and_its_broker(self, kneemon: Kneemon, tmp_path: Path):
        words = ("--device", GONE, "--set", "mqtt.host=hub.local")
        told = kneemon("mqtt", "files", "here", *words)
        assert told.code == ExitCode.OK
        assert "--host" not in told.out
        text = (tmp_path / "here/mosquitto.conf").read_text()
        assert GONE in text
        assert "hub.local" in text

    def test_the_broker_that_is_named_goes_before_the_one_configured(self, kneemon: Kneemon, tmp_path: Path):
        words = ("--device", GONE, "--set", "mqtt.host=hub.local", "--host", "post.home")
        assert kneemon("mqtt", "files", "here", *words).code == ExitCode.OK
        text = (tmp_path / "here/mosquitto.conf").read_text()
        assert "DNS:post.home" in text
        assert "hub.local" not in text

    def test_a_device_without_an_id(self, kneemon: Kneemon):
        told = kneemon("mqtt", "files")
        assert told.code == ExitCode.STORE
        assert "Let kneemon run once first, which makes one. Or name one with --device." in told.err
