# SPDX-License-Identifier: MIT
"""The options of the home, as `options` holds the others: the broker, what it is told, and what it may ask for."""

from ipaddress import ip_address
from typing import Annotated, Literal

from msgspec import Struct

from kneemon.config.fields import about


class MqttOptions(Struct, frozen=True):
    """News to your home over MQTT, Home Assistant for one. Off until a host is named."""

    host: Annotated[str, about("The broker's name or address, such as homeassistant.local; empty = no MQTT.")] = ""
    port: Annotated[int, about("The broker's port; 0 = the usual one, 8883 with TLS and 1883 without.", 0, 65535)] = 0
    username: Annotated[str, about("The name to log in with; empty = none.")] = ""
    password_file: Annotated[
        str, about("A file that holds the password and nothing else, so that the password never stands here.")
    ] = ""
    tls: Annotated[
        Literal["auto", "on", "off"],
        about("Encryption: auto is on for every broker but one on this very device."),
    ] = "auto"
    ca_file: Annotated[
        str, about("The certificate of the authority that signed the broker's; empty = those the system trusts.")
    ] = ""
    insecure: Annotated[
        bool, about('Must be true beside tls = "off" to speak to another machine where everybody can listen.')
    ] = False
    cert_file: Annotated[
        str, about("This device's own certificate, for brokers that want one instead of a password; empty = none.")
    ] = ""
    key_file: Annotated[str, about("The private key that belongs to cert_file.")] = ""
    publish: Annotated[
        Literal["off", "minimal", "summary", "detail"],
        about(
            "How much goes out. minimal: that the device is there, and its battery; summary: the walk now and a "
            "document of each walk; detail: each walk in rows of ten seconds, too; off: nothing, but what the broker "
            "keeps stays until `kneemon mqtt forget`. Never a name, a position or raw acceleration."
        ),
    ] = "summary"
    publish_pain: Annotated[
        bool, about("false keeps pain and a knee that gave way on the device; everything else of a walk goes out.")
    ] = True
    retain_last: Annotated[
        bool, about("true: the broker keeps the newest walk for a week, so that a dashboard shows it at once.")
    ] = True
    discovery: Annotated[
        Literal["device", "component", "off"],
        about("How Home Assistant is told of kneemon: device from 2024.11 on, component for older ones, off not."),
    ] = "device"
    discovery_prefix: Annotated[str, about("Where Home Assistant looks for devices.")] = "homeassistant"
    allow_remote_raise: Annotated[
        bool,
        about(
            "true: the home may raise the day's minutes and the pace above the plan's, never past its caps, and not "
            "while the plan stops or rests. Lower them it always may."
        ),
    ] = False
    collector: Annotated[
        bool,
        about("true: a walk counts as sent only when a collector says on session/ack that it has stored it."),
    ] = False
    keepalive_s: Annotated[
        int, about("How often broker and kneemon assure each other that they are there.", 5, 300, "s")
    ] = 30

    @property
    def loopback(self) -> bool:
        """The broker is on this very machine."""
        if self.host.lower().rstrip(".") == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def encrypted(self) -> bool:
        """`tls`, with auto decided."""
        return self.tls == "on" or (self.tls == "auto" and not self.loopback)

    @property
    def broker_port(self) -> int:
        """`port`, with 0 decided."""
        return self.port or (8883 if self.encrypted else 1883)
