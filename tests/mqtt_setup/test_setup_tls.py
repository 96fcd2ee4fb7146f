# SPDX-License-Identifier: MIT
"""Whom we trust and what we show, against a real Mosquitto with certificates of every kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mqtt_bench import LOOPBACK, Mosquitto

from kneemon.clock import SystemClock
from kneemon.errors import BrokerError, ConfigError
from kneemon.mqtt import tls
from kneemon.mqtt.faults import Fault
from kneemon.mqtt.probe import probe_broker
from kneemon.mqtt.settings import BrokerSettings

# paho drops its socket after a failed handshake
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Broker = Callable[..., Mosquitto]


def answer(settings: BrokerSettings) -> str:
    return probe_broker(settings, SystemClock())


@pytest.mark.parametrize(("shown", "trusted"), [("server", "ca"), ("server", "server"), ("self", "self")])
def test_what_the_user_chose_is_trusted(tls_broker: Broker, keys: Any, shown: str, trusted: str):
    """An authority of a home, a certificate signed by one but kept alone, and one that signed itself."""
    broker = tls_broker(shown)
    assert answer(broker.settings(tls=True, ca_file=str(keys / f"{trusted}.pem"))).startswith("MQTT 5")


@pytest.mark.parametrize(
    ("shown", "trusted"), [("server", None), ("server", "foreign"), ("self", "server"), ("elsewhere", "ca")]
)
def test_nothing_else_is(tls_broker: Broker, keys: Any, shown: str, trusted: str | None):
    ca_file = str(keys / f"{trusted}.pem") if trusted else None
    with pytest.raises(BrokerError, match="a certificate that cannot be trusted"):
        answer(tls_broker(shown).settings(tls=True, ca_file=ca_file))


def test_a_certificate_of_ours_lets_us_in(tls_broker: Broker, keys: Any):
    demanding = f"cafile {keys / 'ca.pem'}\nrequire_certificate true\nuse_identity_as_username true\n"
    broker = tls_broker(more=demanding)
    ours = {"cert_file": str(keys / "ab12cd34.pem"), "key_file": str(keys / "ab12cd34.key")}
    trusting = broker.settings(tls=True, ca_file=str(keys / "ca.pem"))
    with pytest.raises(BrokerError, match="certificate"):
        answer(trusting)
    assert answer(broker.settings(tls=True, ca_file=str(keys / "ca.pem"), **ours)).startswith("MQTT 5")
    assert "u'ab12cd34'" in broker.log()


class TestFilesThatCannotBeUsed:
    @pytest.mark.parametrize(
        ("cert", "key", "why", "remedy"),
        [
            ("server.pem", "self.key", "the key belongs to another certificate", "a certificate and its own key"),
            ("server.pem", "server.pem", "not in PEM form, or the key is encrypted", "the key unencrypted"),
            ("server.key", "server.key", "not in PEM form, or the key is encrypted", "both as PEM"),
            ("server.pem", "locked.key", "not in PEM form, or the key is encrypted", "the key unencrypted"),
        ],
    )
    def test_of_ours(self, keys: Any, cert: str, key: str, why: str, remedy: str):
        fault = tls.context(BrokerSettings(LOOPBACK, tls=True, cert_file=str(keys / cert), key_file=str(keys / key)))
        assert isinstance(fault, Fault)
        assert fault.seen == f"a cert_file and key_file that cannot be used ({why})"
        assert remedy in fault.remedy

    def test_of_the_broker_s_authority(self, tmp_path: Path):
        fault = tls.context(BrokerSettings(LOOPBACK, tls=True, ca_file=str(tmp_path / "none.pem")))
        assert isinstance(fault, Fault)
        assert "No such file" in fault.seen


class TestSettings:
    @pytest.mark.parametrize(
        ("given", "missing"), [({"cert_file": "c.pem"}, "key_file"), ({"key_file": "k.pem"}, "cert_file")]
    )
    def test_one_without_the_other(self, given: dict[str, str], missing: str):
        with pytest.raises(ConfigError, match=f"{next(iter(given))} alone. Set {missing}, too"):
            BrokerSettings(LOOPBACK, tls=True, **given)  # type: ignore[arg-type]

    def test_without_tls(self):
        with pytest.raises(ConfigError, match="saw a connection without TLS"):
            BrokerSettings(LOOPBACK, cert_file="c.pem", key_file="k.pem")

    def test_a_file_that_is_not_there(self, keys: Any, tmp_path: Path):
        with pytest.raises(ConfigError, match=r"\[mqtt\] key_file: expected .* saw .*none.key, which is not there"):
            BrokerSettings(LOOPBACK, tls=True, cert_file=str(keys / "server.pem"), key_file=str(tmp_path / "none.key"))
