# SPDX-License-Identifier: MIT
"""`kneemon mqtt setup` by options, for scripts: every yes is an option of its own."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mqtt_bench import LOOPBACK, Mosquitto, free_port
from setup_bench import ELSEWHERE, Keys, reached

from kneemon.errors import ExitCode

# paho drops its socket after a failed handshake
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Broker = Callable[..., Mosquitto]
Kneemon = Callable[..., Any]


class TestByOptions:
    def test_all_of_them(
        self, shipped: Mosquitto, device: str, file: Path, secret: Path, kneemon: Kneemon, nobody: None
    ):
        told = kneemon(
            "mqtt", "setup", "--host", LOOPBACK, "--port", shipped.port, "--yes",
            "--username", device, "--password-file", secret,
        )  # fmt: skip
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert f"Written to {file}.\n" in told.out
        assert reached(file).startswith("MQTT 5")

    def test_what_was_there_is_kept(self, mosquitto: Broker, file: Path, kneemon: Kneemon, nobody: None):
        file.parent.mkdir(parents=True)
        file.write_text('# mine\n[device]\nworn = "pocket"\n')
        told = kneemon("mqtt", "setup", "--host", LOOPBACK, "--port", mosquitto().port, "--yes")
        assert told.code == ExitCode.OK
        assert f"as it was before: {file}.bak" in told.out
        assert file.with_name("kneemon.toml.bak").read_text() == '# mine\n[device]\nworn = "pocket"\n'
        assert file.read_text().startswith('# mine\n[device]\nworn = "pocket"\n\n[mqtt]\n')

    def test_nothing_without_a_yes(self, mosquitto: Broker, file: Path, kneemon: Kneemon, nobody: None):
        told = kneemon("mqtt", "setup", "--host", LOOPBACK, "--port", mosquitto().port)
        assert told.code == ExitCode.CONTROL
        assert told.err.endswith("saw no terminal to ask at, and no --yes. Nothing was written. With --yes it is.\n")
        assert not file.exists()

    def test_a_certificate_by_its_fingerprint(
        self, mosquitto: Broker, keys: Keys, file: Path, kneemon: Kneemon, nobody: None
    ):
        port = mosquitto(f"allow_anonymous true\ncertfile {keys / 'server.pem'}\nkeyfile {keys / 'server.key'}\n").port
        words = ("mqtt", "setup", "--host", "localhost", "--port", port, "--tls", "on", "--yes")
        assert kneemon(*words).code == ExitCode.BROKER
        assert kneemon(*words, "--trust", keys.fingerprint("ca")).code == ExitCode.BROKER
        assert not file.exists()
        told = kneemon(*words, "--trust", keys.fingerprint("server").lower().replace(":", ""))
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert reached(file).startswith("MQTT 5")

    def test_what_is_for_tls_alone_asks_for_it(
        self, tls_broker: Broker, keys: Keys, file: Path, kneemon: Kneemon, nobody: None
    ):
        words = ("mqtt", "setup", "--host", "localhost", "--port", tls_broker().port, "--yes")
        assert kneemon(*words).code == ExitCode.BROKER, "this machine is asked without TLS"
        assert kneemon(*words, "--trust", keys.fingerprint("server")).code == ExitCode.OK
        assert kneemon(*words, "--ca-file", keys / "ca.pem").code == ExitCode.OK
        assert 'tls = "on"' in file.read_text()
        assert reached(file).startswith("MQTT 5")

    def test_advice_is_given_in_options(self, tls_broker: Broker, mosquitto: Broker, kneemon: Kneemon, nobody: None):
        told = kneemon("mqtt", "setup", "--host", "localhost", "--port", tls_broker().port, "--yes")
        assert "say `--tls on`" in told.err
        assert "say `--tls on`" in " ".join(told.out.split())
        words = ("--host", "localhost", "--port", mosquitto().port, "--yes", "--tls", "on")
        told = kneemon("mqtt", "setup", *words)
        assert "Or say `--tls off`, with `--insecure` when the broker is on another machine." in told.err

    def test_a_certificate_of_ours(self, mosquitto: Broker, keys: Keys, file: Path, kneemon: Kneemon, nobody: None):
        server = f"certfile {keys / 'server.pem'}\nkeyfile {keys / 'server.key'}\ncafile {keys / 'ca.pem'}\n"
        port = mosquitto(f"{server}require_certificate true\nuse_identity_as_username true\n").port
        words = ("mqtt", "setup", "--host", "localhost", "--port", port, "--tls", "on", "--ca-file", keys / "ca.pem")
        refused = kneemon(*words, "--yes")
        assert refused.code == ExitCode.BROKER
        assert "Set --cert-file and --key-file" in refused.err
        ours = ("--cert-file", keys / "ab12cd34.pem", "--key-file", keys / "ab12cd34.key", "--yes")
        assert kneemon(*words, *ours).code == ExitCode.OK
        assert f'cert_file = "{keys / "ab12cd34.pem"}"' in file.read_text()
        assert reached(file).startswith("MQTT 5")

    def test_a_password_for_everybody_is_refused(
        self, shipped: Mosquitto, device: str, file: Path, secret: Path, kneemon: Kneemon, nobody: None
    ):
        secret.chmod(0o644)
        told = kneemon(
            "mqtt", "setup", "--host", LOOPBACK, "--port", shipped.port, "--yes",
            "--username", device, "--password-file", secret,
        )  # fmt: skip
        assert told.code == ExitCode.CONFIG
        assert f"chmod o= {secret}" in told.err
        assert not file.exists()

    def test_another_machine_without_tls_is_not_even_knocked_at(
        self, shipped: Mosquitto, device: str, secret: Path, file: Path, kneemon: Kneemon, nobody: None
    ):
        words = ("mqtt", "setup", "--host", ELSEWHERE, "--port", shipped.port, "--tls", "off", "--yes")
        told = kneemon(*words, "--username", device, "--password-file", secret)
        assert told.code == ExitCode.CONFIG
        assert "everybody in your network could read your walks and the password" in " ".join(told.out.split())
        assert shipped.log().count("New connection") <= 1, "but the bench's own"
        told = kneemon(*words, "--insecure", "--username", device, "--password-file", secret)
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert reached(file).startswith("MQTT 5")

    def test_what_is_set_elsewhere_is_told(
        self, mosquitto: Broker, kneemon: Kneemon, nobody: None, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("KNEEMON_MQTT_PORT", "1999")
        told = kneemon("mqtt", "setup", "--host", LOOPBACK, "--port", mosquitto().port, "--yes")
        assert "Beware: mqtt.port is set elsewhere, too, and that goes before what is in the file." in told.out

    def test_that_nothing_goes_out_is_told(self, mosquitto: Broker, file: Path, kneemon: Kneemon, nobody: None):
        file.parent.mkdir(parents=True)
        file.write_text('[mqtt]\npublish = "off"\n')
        told = kneemon("mqtt", "setup", "--host", LOOPBACK, "--port", mosquitto().port, "--yes")
        assert 'Beware: publish is "off" under [mqtt], so nothing goes out as yet.' in told.out

    def test_nobody_there(self, kneemon: Kneemon, nobody: None, file: Path):
        told = kneemon("mqtt", "setup", "--host", LOOPBACK, "--port", free_port(), "--yes")
        assert told.code == ExitCode.BROKER
        assert "FAULT  port       nobody listening at that port." in told.out
        assert not file.exists()

    def test_a_missing_library(self, kneemon: Kneemon, nobody: None, file: Path, monkeypatch: pytest.MonkeyPatch,
                               mosquitto: Broker):  # fmt: skip
        """Told before anything is said, asked or tried."""
        monkeypatch.setitem(sys.modules, "tomlkit", None)
        broker = mosquitto()
        told = kneemon("mqtt", "setup", "--host", LOOPBACK, "--port", broker.port, "--yes")
        assert (told.code, told.out) == (ExitCode.CONFIG, "")
        assert told.err == (
            "kneemon: Changing the configuration: expected the library tomlkit, saw none. In the folder of the "
            "repository: `sudo /opt/kneemon/bin/pip install --constraint constraints.txt '.[home]'`. "
            "Nothing was written.\n"
        )
        assert broker.log().count("New connection") <= 1, "but the bench's own"
        assert not file.exists()

    def test_a_password_without_a_name(
        self, shipped: Mosquitto, secret: Path, file: Path, kneemon: Kneemon, nobody: None
    ):
        words = ("--host", LOOPBACK, "--port", shipped.port, "--password-file", secret, "--yes")
        told = kneemon("mqtt", "setup", *words)
        assert told.code == ExitCode.CONFIG
        assert "--username: expected the name that goes with the password, saw none." in told.err
        assert not file.exists()
