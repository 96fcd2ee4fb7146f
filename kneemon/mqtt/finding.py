# SPDX-License-Identifier: MIT
"""Brokers near by: those that tell of themselves in the network, and one on this machine.

What tells of itself is only offered: anybody in the network may claim to be a broker. Nothing is sent to it but the
question that goes to all, and for Home Assistant and this machine a knock at the two usual ports.
"""

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kneemon.errors import ConfigError
from kneemon.ports import Clock

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

PLAIN = "_mqtt._tcp.local."
SECURE = "_secure-mqtt._tcp.local."
HOME = "_home-assistant._tcp.local."
SECURE_PORT, PLAIN_PORT = 8883, 1883
LISTEN_S = 5.0
KNOCK_S = 1.0
DETAILS_MS = 2000
LIBRARIES = (  # how those come that a home needs and a walk does not
    "In the folder of the repository: `sudo /opt/kneemon/bin/pip install --constraint constraints.txt '.[home]'`."
)
MOST = 9  # offers: who floods the network with names shall not fill the screen
_NAME = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """A broker that may be chosen. told: who says that it is there, for the reader."""

    host: str
    port: int
    tls: bool
    told: str


def find_brokers(
    clock: Clock, listen_s: float = LISTEN_S, interfaces: Iterable[str] | None = None, secure: int = SECURE_PORT,
    plain: int = PLAIN_PORT,
) -> list[Offer]:  # fmt: skip
    """All that are found, this machine's first, those with TLS before those without.

    interfaces: the addresses to ask at, None for all. secure, plain: where to knock. Raises ConfigError when the
    library for it is not installed.
    """
    offers = [Offer("localhost", port, tls, "this machine") for port, tls in _open("127.0.0.1", secure, plain)]
    for kind, info in _heard(clock, listen_s, interfaces):
        host, address = _host(info), next(iter(info.parsed_addresses()), None)
        if kind == HOME:
            if address is not None and host:
                told = "Home Assistant is there, perhaps with its Mosquitto add-on"
                offers += [Offer(host, port, tls, told) for port, tls in _open(address, secure, plain)]
        elif host and info.port:
            offers.append(Offer(host, info.port, kind == SECURE, f"tells of itself as {_plain(info.get_name())}"))
    unique = {(offer.host, offer.port): offer for offer in reversed(offers)}
    return sorted(unique.values(), key=lambda offer: (offer.host != "localhost", not offer.tls, offer.host))[:MOST]


def knock(host: str, port: int) -> bool:
    """Somebody listens there; nothing is said."""
    with suppress(OSError, UnicodeError), socket.create_connection((host, port), KNOCK_S):
        return True
    return False


def _open(host: str, secure: int, plain: int) -> list[tuple[int, bool]]:
    return [(port, tls) for port, tls in ((secure, True), (plain, False)) if knock(host, port)]


def _heard(clock: Clock, listen_s: float, interfaces: Iterable[str] | None) -> "list[tuple[str, ServiceInfo]]":
    try:
        from zeroconf import BadTypeInNameException, InterfaceChoice, ServiceBrowser, Zeroconf
    except ImportError as missing:
        raise ConfigError(
            "Looking for brokers",
            expected="the library zeroconf",
            seen="none",
            remedy=f"{LIBRARIES} Or name the broker with --host.",
        ) from missing
    names: SimpleQueue[tuple[str, str]] = SimpleQueue()

    def seen(*, service_type: str, name: str, **_: object) -> None:
        names.put((service_type, name))

    handlers: list[Callable[..., None]] = [seen]
    try:
        network = Zeroconf(interfaces=InterfaceChoice.All if interfaces is None else list(interfaces))
    except OSError:  # no network at all
        return []
    try:
        browser = ServiceBrowser(network, [PLAIN, SECURE, HOME], handlers=handlers)
        clock.wait(listen_s)
        browser.cancel()
        found: dict[str, tuple[str, ServiceInfo]] = {}
        with suppress(Empty):
            while len(found) < 4 * MOST:
                kind, name = names.get_nowait()
                with suppress(BadTypeInNameException):  # a name that could do things to a terminal
                    if name not in found and (info := network.get_service_info(kind, name, DETAILS_MS)) is not None:
                        found[name] = (kind, info)
        return list(found.values())
    finally:
        network.close()


def _host(info: "ServiceInfo") -> str:
    """The name it gives itself, where it looks like one; else its address."""
    name = (info.server or "").rstrip(".")
    if (
        name
        and len(name) <= _NAME
        and all(letter.isascii() and (letter.isalnum() or letter in "-.") for letter in name)
    ):
        return name
    return next(iter(info.parsed_addresses()), "")


def _plain(name: str) -> str:
    """What a stranger calls himself, with nothing in it that a terminal obeys."""
    return "".join(letter if letter.isprintable() else "·" for letter in name[:_NAME])
