# SPDX-License-Identifier: MIT
"""How to reach the broker, and what it may be told."""

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from kneemon.errors import ConfigError
from kneemon.mqtt.topics import Level

PORTS = range(1, 65536)

Discovery = Literal["device", "component", "off"]


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """One broker.

    ca_file: certificates to trust instead of the system's; a broker's certificate is always verified.
    cert_file, key_file: our own certificate and its private key, for a broker that asks for one; both or neither.
    insecure: allows a password to cross the network in plain sight, without TLS.
    keepalive_s: a silent broker is given up after at most twice this time.
    publish_pain: False keeps pain marks, pain alerts and a knee that gave way out of every document.
    level: how much is told.
    discovery: in which form Home Assistant is told what there is, under discovery_prefix.
    retain_last: the newest walk stays at the broker for a while, for those who come later.
    allow_remote_raise: a limit of the plan may also be raised over MQTT, not only lowered.
    collector: a walk counts as sent only when a collector says that it has stored it.
    """

    host: str
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: str | None = None
    insecure: bool = False
    keepalive_s: int = 30
    publish_pain: bool = True
    cert_file: str | None = None
    key_file: str | None = None
    level: Level = Level.SUMMARY
    discovery: Discovery = "device"
    discovery_prefix: str = "homeassistant"
    retain_last: bool = True
    allow_remote_raise: bool = False
    collector: bool = False

    def __post_init__(self) -> None:
        if not self.host:
            raise ConfigError(
                "The MQTT broker",
                expected="a host name or an IP address",
                seen="none",
                remedy="Name the broker's host.",
            )
        if self.port not in PORTS:
            raise ConfigError(
                "The MQTT broker's port",
                expected=f"a number from {PORTS[0]} to {PORTS[-1]}",
                seen=str(self.port),
                remedy="The usual one is 1883, with TLS 8883.",
            )
        if self.password is not None and not (self.tls or self.insecure or is_loopback(self.host)):
            raise ConfigError(
                f"The password for the MQTT broker {self.where}",
                expected="TLS, or a broker on this machine",
                seen="a connection that everybody in the network can read",
                remedy='Set `tls = "on"`, or `tls = "off"` with `insecure = true` if you accept that.',
            )
        self._check_certificate()

    @property
    def where(self) -> str:
        """The broker in a sentence: host:port, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def _check_certificate(self) -> None:
        if self.cert_file is None and self.key_file is None:
            return
        if self.cert_file is None or self.key_file is None:
            missing, there = ("key_file", "cert_file") if self.key_file is None else ("cert_file", "key_file")
            raise ConfigError(
                "The certificate for the MQTT broker",
                expected="cert_file and key_file, for one is of no use without the other",
                seen=f"{there} alone",
                remedy=f"Set {missing}, too, or take {there} out.",
            )
        if not self.tls:
            raise ConfigError(
                "The certificate for the MQTT broker",
                expected="TLS, for only there a certificate is shown",
                seen="a connection without TLS",
                remedy='Set `tls = "on"`, or take cert_file and key_file out.',
            )
        for name, path in (("cert_file", self.cert_file), ("key_file", self.key_file)):
            if not os.access(path, os.R_OK):
                raise ConfigError(
                    f"[mqtt] {name}",
                    expected="a file in PEM form that kneemon may read",
                    seen=f"{path}, which {'may not be read' if Path(path).exists() else 'is not there'}",
                    remedy="Make it readable for the user kneemon runs as, and for nobody else: "
                    "`sudo install -m 640 -g kneemon FILE /etc/kneemon/`.",
                )


def is_loopback(host: str) -> bool:
    """The host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return False
