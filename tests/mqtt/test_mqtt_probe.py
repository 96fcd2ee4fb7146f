# SPDX-License-Identifier: MIT
"""`kneemon check` says of each kind of failure what it is and what to do."""

import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from mqtt_bench import LOOPBACK, Mosquitto, door, free_port, program, wait_until

from kneemon.clock import SystemClock
from kneemon.errors import BrokerError
from kneemon.mqtt.link import Link
from kneemon.mqtt.probe import probe_broker
from kneemon.mqtt.settings import BrokerSettings

CLOCK = SystemClock()


def fault_of(settings: BrokerSettings) -> BrokerError:
    with pytest.raises(BrokerError) as failed:
        probe_broker(settings, CLOCK)
    assert str(failed.value).startswith(
        f"The MQTT broker {settings.where}: expected a broker that lets kneemon in, saw "
    )
    return failed.value


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A self-signed certificate for localhost, and one for somewhere else."""
    for name, host in (("good", "DNS:localhost,IP:127.0.0.1"), ("other", "DNS:elsewhere.example")):
        subprocess.run(
            [
                *(
                    program("openssl"),
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                ),
                *("-keyout", tmp_path / f"{name}.key", "-out", tmp_path / f"{name}.pem", "-days", "2"),
                *("-subj", f"/CN={name}", "-addext", f"subjectAltName={host}"),
            ],
            check=True,
            capture_output=True,
        )
    return tmp_path


@pytest.fixture
def tls_broker(mosquitto: Callable[..., Mosquitto], keys: Path) -> Callable[..., Mosquitto]:
    def new(name: str = "good", more: str = "") -> Mosquitto:
        files = f"certfile {keys / name}.pem\nkeyfile {keys / name}.key\n"
        return mosquitto(f"allow_anonymous true\n{files}{more}").start()

    return new


def test_a_broker_that_lets_us_in(broker: Mosquitto):
    assert re.fullmatch(r"MQTT 5, \d+ ms", probe_broker(broker.settings(), CLOCK))
    wait_until(lambda: "Received DISCONNECT from kneemon-check-" in broker.log(), "a good-bye")


def test_a_name_that_does_not_resolve():
    fault = fault_of(BrokerSettings("no-such-host.invalid"))
    assert fault.seen == "a host name that does not resolve"
    assert "use the IP address" in fault.remedy
    assert fault_of(BrokerSettings("a..b")).seen == fault.seen


def test_nobody_listens():
    fault = fault_of(BrokerSettings(LOOPBACK, free_port()))
    assert fault.seen == "nobody listening at that port"
    assert "Start the broker" in fault.remedy


def test_no_answer_from_the_network(monkeypatch: pytest.MonkeyPatch):
    """A network that drops everything cannot be had on loopback: the system call is made to say so."""

    def drop(*args: object, **options: object) -> socket.socket:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", drop)
    fault = fault_of(BrokerSettings("192.0.2.1"))
    assert fault.seen == "no answer in time"
    assert "firewall" in fault.remedy


def test_a_port_that_accepts_and_says_nothing(monkeypatch: pytest.MonkeyPatch):
    patient_open = Link.open
    monkeypatch.setattr(Link, "open", lambda link, dial_s, _: patient_open(link, dial_s, 0.2))
    with door(lambda *_: None) as mute:
        fault = fault_of(BrokerSettings(LOOPBACK, mute.port))
    assert fault.seen == "a port that accepts connections and then says nothing"
    assert "look at its log" in fault.remedy


def test_a_wrong_password(guarded: Callable[[str], Mosquitto]):
    broker = guarded("")
    fault = fault_of(broker.settings(username="walker", password="guess"))  # noqa: S106
    assert fault.seen == "wrong user name or password, or a user who is not authorised"
    assert "Correct username and password" in fault.remedy
    assert "guess" not in str(fault)
    assert probe_broker(broker.settings(username="walker", password="secret"), CLOCK).startswith("MQTT 5")  # noqa: S106


def test_no_user_name_where_one_is_wanted(guarded: Callable[[str], Mosquitto]):
    fault = fault_of(guarded("").settings())
    assert fault.seen == "a broker that wants a user name and a password"
    assert "Set username and password" in fault.remedy


@pytest.mark.parametrize(
    ("code", "seen", "remedy"),
    [
        (0x86, "wrong user name or password", "Correct username and password."),
        (0x85, "a refusal: Client identifier not valid", "Look at the broker's log."),
        (0x88, "a refusal: Server unavailable", "Look at the broker's log."),
    ],
)
def test_other_refusals_in_the_broker_s_own_words(code: int, seen: str, remedy: str):
    with door(lambda client, _: client.sendall(bytes((0x20, 3, 0, code, 0)))) as hostile:
        fault = fault_of(BrokerSettings(LOOPBACK, hostile.port, username="walker"))
    assert (fault.seen, fault.remedy) == (seen, remedy)


def test_a_broker_of_another_age():
    with door(lambda client, _: client.sendall(bytes((0x20, 2, 0, 1)))) as ancient:
        fault = fault_of(BrokerSettings(LOOPBACK, ancient.port))
    assert fault.seen in ("a broker that speaks neither MQTT 5 nor 3.1.1", "a connection closed without a word")


def test_tls_with_a_trusted_certificate(tls_broker: Callable[..., Mosquitto], keys: Path):
    broker = tls_broker()
    assert probe_broker(broker.settings(tls=True, ca_file=str(keys / "good.pem")), CLOCK).startswith("MQTT 5, ")


@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")  # paho drops it after a failed handshake
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_with_certificates_that_cannot_be_trusted(tls_broker: Callable[..., Mosquitto], keys: Path):
    unknown = fault_of(tls_broker().settings(tls=True))
    assert unknown.seen.startswith("a certificate that cannot be trusted (self")
    assert "Set ca_file" in unknown.remedy
    elsewhere = fault_of(tls_broker("other").settings(tls=True, ca_file=str(keys / "other.pem")))
    assert "certificate is not valid for '127.0.0.1'" in elsewhere.seen


@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_where_none_is_spoken(broker: Mosquitto):
    fault = fault_of(broker.settings(tls=True))
    assert fault.seen == "a TLS handshake that fails"
    assert '`tls = "off"`, with `insecure = true` when the broker is on another machine' in fault.remedy


def test_no_tls_where_it_is_wanted(tls_broker: Callable[..., Mosquitto]):
    fault = fault_of(tls_broker().settings())
    assert fault.seen == "a connection closed without a word"
    assert 'set `tls = "on"`' in fault.remedy


def test_a_ca_file_that_is_not_there_or_none(broker: Mosquitto, tmp_path: Path):
    missing = tmp_path / "missing.pem"
    assert fault_of(broker.settings(tls=True, ca_file=str(missing))).seen == (
        f"a ca_file {missing} that cannot be used (No such file or directory)"
    )
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate")
    assert "not a certificate in PEM form" in fault_of(broker.settings(tls=True, ca_file=str(garbage))).seen
