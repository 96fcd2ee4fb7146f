# SPDX-License-Identifier: MIT
"""How to reach the broker, and what it may be told."""

from dataclasses import dataclass, field
from ipaddress import ip_address

from kneemon.errors import ConfigError

PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """One broker.

    ca_file: certificates to trust instead of the system's; a broker's certificate is always verified.
    insecure: allows a password to cross the network in plain sight, without TLS.
    keepalive_s: a silent broker is given up after at most twice this time.
    publish_pain: False keeps pain marks, pain alerts and a knee that gave way out of every document.
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
        if self.password is not None and not (self.tls or self.insecure or _is_this_machine(self.host)):
            raise ConfigError(
                f"The password for the MQTT broker {self.where}",
                expected="TLS, or a broker on this machine",
                seen="a connection that everybody in the network can read",
                remedy='Set `tls = "on"`, or `tls = "off"` with `insecure = true` if you accept that.',
            )

    @property
    def where(self) -> str:
        """The broker in a sentence: host:port, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return False
