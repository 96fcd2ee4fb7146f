# SPDX-License-Identifier: MIT
"""The way to a broker, step by step, as far as it goes: against real brokers, and against doors that are none."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mqtt_bench import LOOPBACK, Listener, Mosquitto, door, free_port, wait_until

from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.steps import How, Step, log_in, reach

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

DEVICE = "ab12cd34"
DISCOVERY = f"homeassistant/device/{DEVICE}/setup/config"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OWN_TREE = "pattern readwrite kneemon/v1/%u/#\n"
SHIPPED = OWN_TREE + "pattern write homeassistant/+/%u/+/config\n"

Broker = Callable[..., Mosquitto]


def parts(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.part, step.how.value) for step in steps]


def tried(settings: BrokerSettings) -> list[Step]:
    """The last one is looked at; those before it went well."""
    steps = list(reach(settings))
    assert all(step.how is How.GOOD for step in steps[:-1])
    return steps


class TestReach:
    def test_a_broker_for_everybody(self, mosquitto: Broker):
        broker = mosquitto()
        steps = tried(BrokerSettings("localhost", broker.port))
        assert parts(steps) == [("name", "ok"), ("port", "ok"), ("MQTT", "ok")]
        assert LOOPBACK in steps[0].text
        assert steps[-1].text == "MQTT 5; it lets in who gives no name"

    def test_an_address_needs_no_name(self, mosquitto: Broker):
        assert parts(tried(mosquitto().settings()))[0] == ("port", "ok")

    def test_one_that_wants_a_password_is_sent_none(self, guarded: Broker):
        broker = guarded(SHIPPED, DEVICE)
        steps = tried(broker.settings(username=DEVICE, password="secret"))  # noqa: S106
        assert steps[-1].text == "a broker, which wants a user name and a password"
        assert steps[-1].how is How.GOOD
        assert DEVICE not in broker.log()

    def test_no_such_name(self):
        (step,) = tried(BrokerSettings("no-such-host.invalid"))
        assert (step.part, step.how, step.text) == ("name", How.FAULT, "a host name that does not resolve.")

    def test_nobody_at_the_port(self):
        (step,) = tried(BrokerSettings(LOOPBACK, free_port()))
        assert (step.part, step.how, step.text) == ("port", How.FAULT, "nobody listening at that port.")

    def test_no_broker_at_the_port(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("kneemon.mqtt.steps.CONNACK_S", 0.5)
        with door(lambda client, _: client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as web:
            step = tried(BrokerSettings(LOOPBACK, web.port))[-1]
        assert (step.part, step.how) == ("MQTT", How.FAULT)
        assert step.remedy

    def test_tls_that_is_good(self, tls_broker: Broker, keys: Any):
        steps = tried(tls_broker().settings(tls=True, ca_file=str(keys / "ca.pem")))
        assert parts(steps) == [("port", "ok"), ("TLS", "ok"), ("MQTT", "ok")]
        assert "the certificate of broker.home, signed by Home CA, is good until 20" in steps[1].text

    def test_tls_where_none_is_spoken(self, mosquitto: Broker):
        step = tried(mosquitto().settings(tls=True))[-1]
        assert (step.part, step.text, step.certificate) == ("TLS", "a TLS handshake that fails.", None)

    @pytest.mark.parametrize("name", ["self", "server"])
    def test_tls_not_trusted_can_be_kept(self, tls_broker: Broker, keys: Any, tmp_path: Path, name: str):
        broker = tls_broker(name)
        step = tried(broker.settings(tls=True))[-1]
        assert (step.part, step.how) == ("TLS", How.FAULT)
        certificate = step.certificate
        assert certificate is not None
        assert certificate.fits
        assert certificate.fingerprint == keys.fingerprint(name)
        assert certificate.owner == {"self": "alone", "server": "broker.home"}[name]
        assert certificate.until is not None
        kept = tmp_path / "kept.pem"
        kept.write_text(certificate.pem)
        assert parts(tried(broker.settings(tls=True, ca_file=str(kept))))[-1] == ("MQTT", "ok")

    def test_tls_for_another_name_cannot(self, tls_broker: Broker):
        step = tried(tls_broker("elsewhere").settings(tls=True))[-1]
        assert step.certificate is not None
        assert not step.certificate.fits
        assert step.remedy == "It is valid for elsewhere.example: name the broker so, or give it a new one."

    def test_tls_with_a_certificate_of_ours_wanted(self, tls_broker: Broker, keys: Any):
        broker = tls_broker(more=f"cafile {keys / 'ca.pem'}\nrequire_certificate true\n")
        step = tried(broker.settings(tls=True, ca_file=str(keys / "ca.pem")))[-1]
        assert (step.part, step.how) == ("MQTT", How.FAULT)
        assert "cert_file and key_file" in (step.remedy or "")


class TestLogIn:
    def test_all_is_allowed(self, guarded: Broker, listen: Callable[..., Listener]):
        broker = guarded(SHIPPED, DEVICE)
        reader = listen(broker.port, username="reader", password="secret")  # noqa: S106
        steps = list(log_in(broker.settings(username=DEVICE, password="secret"), DEVICE, DISCOVERY, NOW))  # noqa: S106
        assert parts(steps) == [("log in", "ok"), ("write", "ok"), ("read", "ok"), ("discovery", "ok")]
        assert steps[0].text == f"MQTT 5, as {DEVICE}"
        wait_until(lambda: len(reader.got) == 2, "both messages")
        assert not reader.retained()
        assert {message.topic for message in reader.got} == {f"kneemon/v1/{DEVICE}/cmd/ack", DISCOVERY}

    def test_nothing_is_left_behind(self, guarded: Broker, listen: Callable[..., Listener]):
        broker = guarded(SHIPPED, DEVICE)
        list(log_in(broker.settings(username=DEVICE, password="secret"), DEVICE, DISCOVERY, NOW))  # noqa: S106
        late = listen(broker.port, username="reader", password="secret")  # noqa: S106
        late.say("marker", b"x")
        assert not late.retained()

    def test_wrong_password(self, guarded: Broker):
        broker = guarded(SHIPPED, DEVICE)
        (step,) = log_in(broker.settings(username=DEVICE, password="guess"), DEVICE, DISCOVERY, NOW)  # noqa: S106
        assert (step.part, step.how) == ("log in", How.FAULT)
        assert step.text == "wrong user name or password, or a user who is not authorised."

    def test_a_user_with_another_name_than_the_device(self, guarded: Broker):
        broker = guarded(SHIPPED, "walker")
        steps = list(log_in(broker.settings(username="walker", password="secret"), DEVICE, DISCOVERY, NOW))  # noqa: S106
        assert parts(steps) == [("log in", "ok"), ("write", "fault"), ("discovery", "fault")]
        assert steps[1].text == f"the broker refuses kneemon/v1/{DEVICE}/# (Not authorized)."
        assert f"admit walker to kneemon/v1/{DEVICE}/#" in (steps[1].remedy or "")
        assert f"with the access list of `kneemon mqtt files` the user must be named {DEVICE}." in (
            steps[1].remedy or ""
        )
        assert f"admit walker to homeassistant/+/{DEVICE}/+/config, or set `discovery` to off" in (
            steps[2].remedy or ""
        )

    def test_discovery_alone_is_refused(self, guarded: Broker):
        broker = guarded(OWN_TREE, DEVICE)
        steps = list(log_in(broker.settings(username=DEVICE, password="secret"), DEVICE, DISCOVERY, NOW))  # noqa: S106
        assert parts(steps)[1:] == [("write", "ok"), ("read", "ok"), ("discovery", "fault")]

    def test_what_may_be_written_and_not_read(self, guarded: Broker, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("kneemon.mqtt.steps.ANSWER_S", 0.5)
        broker = guarded("pattern write kneemon/v1/%u/#\n", DEVICE)
        steps = list(log_in(broker.settings(username=DEVICE, password="secret"), DEVICE, None, NOW))  # noqa: S106
        assert parts(steps) == [("log in", "ok"), ("write", "ok"), ("read", "note")]
        assert "did not come back" in steps[2].text

    def test_a_device_without_an_id(self, mosquitto: Broker):
        steps = list(log_in(mosquitto().settings(), None, None, NOW))
        assert parts(steps) == [("log in", "ok"), ("topics", "note")]
        assert steps[0].text == "MQTT 5, without a user name"
