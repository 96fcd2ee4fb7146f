# SPDX-License-Identifier: MIT
"""Settings that would only fail later are refused at once, and a password never leaks."""

import pytest

from kneemon.errors import ConfigError
from kneemon.mqtt.settings import BrokerSettings


def test_a_password_is_not_sent_in_plain_sight():
    with pytest.raises(ConfigError, match="in the network can read") as refused:
        BrokerSettings("broker.example", username="walker", password="secret")  # noqa: S106
    assert refused.value.remedy == 'Set `tls = "on"`, or `tls = "off"` with `insecure = true` if you accept that.'
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "allowed",
    [
        {"host": "broker.example", "tls": True},
        {"host": "broker.example", "insecure": True},
        {"host": "localhost"},
        {"host": "127.0.0.1"},
        {"host": "::1"},
    ],
)
def test_a_password_may_go_where_nobody_listens(allowed: dict[str, object]):
    assert BrokerSettings(username="walker", password="secret", **allowed).password == "secret"  # type: ignore[arg-type] # noqa: S105, S106


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_is_a_port(port: int):
    with pytest.raises(ConfigError, match=f"from 1 to 65535, saw {port}"):
        BrokerSettings("localhost", port)


def test_a_host_is_named():
    with pytest.raises(ConfigError, match="Name the broker's host"):
        BrokerSettings("")


def test_the_password_is_not_shown():
    assert "secret" not in repr(BrokerSettings("localhost", username="walker", password="secret"))  # noqa: S106


def test_an_ipv6_broker_is_named_in_brackets():
    assert BrokerSettings("::1", 1883).where == "[::1]:1883"
    assert BrokerSettings("localhost", 1883).where == "localhost:1883"
