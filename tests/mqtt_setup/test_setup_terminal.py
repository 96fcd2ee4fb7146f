# SPDX-License-Identifier: MIT
"""`kneemon mqtt setup` at a real terminal, with real brokers: what is asked, what is shown, what is never sent."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mqtt_bench import LOOPBACK, Mosquitto
from setup_bench import ELSEWHERE, Keys, reached

from kneemon.errors import ExitCode

LONG_S = 60.0

Broker = Callable[..., Mosquitto]
Kneemon = Callable[..., Any]


class Terminal:
    """A person at a terminal: reads until the words are there, then types."""

    def __init__(self, *words: object) -> None:
        self.seen = ""
        self._ours, its = pty.openpty()
        command = [sys.executable, "-m", "kneemon", "mqtt", "setup", *map(str, words)]
        environment = os.environ | {"COLUMNS": "200"}
        self._process = subprocess.Popen(
            command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True
        )
        os.close(its)

    def types(self, after: str, answer: str) -> None:
        """After a question that ends in these words."""
        seen = len(self.seen)
        while after not in self.seen[seen:]:
            assert self._read(), f"waited in vain for {after!r}; on the screen:\n{self.seen}"
        os.write(self._ours, f"{answer}\n".encode())

    def ends(self) -> int:
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(LONG_S)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], LONG_S)
        assert ready, f"nothing more was written for long; on the screen:\n{self.seen}"
        try:
            text = os.read(self._ours, 65536)
        except OSError:  # Linux says so when nobody holds the other end any more
            return False
        self.seen += text.decode().replace("\r\n", "\n")
        return bool(text)


class TestAtATerminal:
    def test_user_and_password(self, shipped: Mosquitto, device: str, file: Path):
        screen = Terminal("--host", "localhost", "--port", shipped.port)
        screen.types(f"User name at the broker, or none [{device}]: ", "")
        screen.types("Enter for none): ", "secret")
        screen.types("Write it? yes or no [no]: ", "yes")
        assert screen.ends() == ExitCode.OK
        for line in (
            "ok     name       localhost is ",
            f"ok     port       {shipped.port} answers",
            "ok     MQTT       a broker, which wants a user name and a password",
            f"This device's id is {device}: a good name for its user",
            f"ok     log in     MQTT 5, as {device}",
            f"ok     write      kneemon/v1/{device}/#",
            f"ok     read       kneemon/v1/{device}/cmd",
            f"ok     discovery  homeassistant/device/{device}/setup/config",
            '  +host = "localhost"',
            '  +password_file = "mqtt-password"',
            "sudo systemctl restart kneemon",
            "In Home Assistant: Settings, Devices & services, MQTT.",
        ):
            assert line in screen.seen
        assert "secret" not in screen.seen
        assert "secret" not in file.read_text()
        assert reached(file).startswith("MQTT 5")

    def test_again_enter_takes_what_is_there(
        self, shipped: Mosquitto, device: str, file: Path, secret: Path, kneemon: Kneemon, nobody: None
    ):
        where = ("--host", "localhost", "--port", shipped.port)
        assert kneemon("mqtt", "setup", *where, "--username", device, "--password-file", secret, "--yes").code == 0
        before = file.read_text()
        screen = Terminal(*where)
        screen.types(f"or none [{device}]: ", "")
        screen.types("Enter keeps the one that is there): ", "")
        screen.types("Write it? yes or no [no]: ", "yes")
        assert screen.ends() == ExitCode.OK
        assert f"This would change in {file}:\n  nothing\n" in screen.seen
        assert file.read_text() == before
        assert reached(file).startswith("MQTT 5")

    def test_a_no_at_the_end(self, mosquitto: Broker, at_home: Path, file: Path):
        screen = Terminal("--host", LOOPBACK, "--port", mosquitto("allow_anonymous true\n").port)
        screen.types("or none [none]: ", "")
        screen.types("Write it? yes or no [no]: ", "")
        assert screen.ends() == ExitCode.OK
        assert screen.seen.endswith("Then nothing was written.\n")
        assert "note   topics     not tried: this device has no id yet" in screen.seen
        assert list(at_home.iterdir()) == []

    def test_a_no_after_a_fault_is_no_success(self, guarded: Broker, device: str, file: Path):
        broker = guarded("pattern readwrite kneemon/v1/%u/#\n", "walker")
        screen = Terminal("--host", LOOPBACK, "--port", broker.port, "--username", "walker")
        screen.types("Enter for none): ", "secret")
        screen.types("Write it? yes or no [no]: ", "no")
        assert screen.ends() == ExitCode.BROKER
        assert "FAULT  write" in screen.seen
        assert screen.seen.endswith("Then nothing was written.\n")
        assert not file.exists()

    def test_a_wrong_password_is_asked_again(self, shipped: Mosquitto, device: str, file: Path):
        screen = Terminal("--host", LOOPBACK, "--port", shipped.port, "--username", device)
        for _ in range(3):
            screen.types("Enter for none): ", "guess")
        assert screen.ends() == ExitCode.BROKER
        assert screen.seen.count("FAULT  log in     wrong user name or password") == 3
        assert "Nothing was written." in screen.seen
        assert not file.exists()

    def test_a_certificate_of_its_own_after_a_yes(self, mosquitto: Broker, keys: Keys, file: Path):
        port = mosquitto(f"allow_anonymous true\ncertfile {keys / 'self.pem'}\nkeyfile {keys / 'self.key'}\n").port
        screen = Terminal("--host", "localhost", "--port", port, "--tls", "on")
        screen.types("Trust this very certificate from now on? yes or no [no]: ", "yes")
        assert f"  fingerprint  {keys.fingerprint('self')}" in screen.seen
        assert "  owner        alone" in screen.seen
        screen.types("or none [none]: ", "")
        screen.types("Write it? yes or no [no]: ", "yes")
        assert screen.ends() == ExitCode.OK
        assert "the certificate of alone, signed by itself, is good until" in screen.seen
        assert 'ca_file = "mqtt-ca.pem"' in file.read_text()
        assert 'tls = "on"' in file.read_text()
        assert file.with_name("mqtt-ca.pem").read_text() == (keys / "self.pem").read_text()
        assert reached(file).startswith("MQTT 5")

    def test_and_without_one_nothing_is_sent(self, mosquitto: Broker, keys: Keys, file: Path):
        broker = mosquitto(f"allow_anonymous true\ncertfile {keys / 'self.pem'}\nkeyfile {keys / 'self.key'}\n")
        screen = Terminal("--host", "localhost", "--port", broker.port, "--tls", "on", "--username", "walker")
        screen.types("Trust this very certificate from now on? yes or no [no]: ", "no")
        assert screen.ends() == ExitCode.BROKER
        assert "Password" not in screen.seen
        assert "CONNECT" not in broker.log()
        assert not file.exists()

    def test_without_tls_only_after_a_yes(self, shipped: Mosquitto, device: str, file: Path):
        words = ("--host", ELSEWHERE, "--port", shipped.port, "--tls", "off", "--username", device)
        screen = Terminal(*words)
        screen.types("Do it all the same? yes or no [no]: ", "no")
        assert screen.ends() == ExitCode.CONFIG
        assert "Nothing was written. Give the broker TLS, or say yes with --insecure." in screen.seen
        assert shipped.log().count("New connection") <= 1, "nobody even knocked, but the bench"
        screen = Terminal(*words)
        screen.types("Do it all the same? yes or no [no]: ", "yes")
        screen.types("Enter for none): ", "secret")
        screen.types("Write it? yes or no [no]: ", "yes")
        assert screen.ends() == ExitCode.OK
        assert re.search('tls = "off"\ninsecure = true\n', file.read_text())
        assert reached(file).startswith("MQTT 5")
