# SPDX-License-Identifier: MIT
"""Brokers that tell of themselves, by real multicast DNS on the loopback interface alone.

Every test has names of its own, for others may be at work on the same interface.
"""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from secrets import token_hex

import pytest
from mqtt_bench import LOOPBACK, Mosquitto, free_port
from zeroconf import DNSOutgoing, DNSPointer, ServiceInfo, Zeroconf

from kneemon.clock import SystemClock
from kneemon.errors import ConfigError
from kneemon.mqtt.finding import HOME, PLAIN, SECURE, Offer, find_brokers, knock

LISTEN_S = 2.0
PATIENCE = 10

Announce = Callable[..., None]


@pytest.fixture
def own() -> str:
    return token_hex(4)


@pytest.fixture
def network() -> Iterator[Zeroconf]:
    network = Zeroconf(interfaces=[LOOPBACK])
    yield network
    network.close()


@pytest.fixture
def announce(network: Zeroconf) -> Announce:
    def new(kind: str, name: str, port: int, host: str) -> None:
        address = [socket.inet_aton(LOOPBACK)]
        network.register_service(ServiceInfo(kind, f"{name}.{kind}", port=port, addresses=address, server=host))

    return new


def found(own: str, at_least: int, secure: int | None = None, plain: int | None = None) -> list[Offer]:
    """The offers of this test. Loopback, too, loses a packet now and then."""
    offers: list[Offer] = []
    for _ in range(PATIENCE):
        ports = secure or free_port(), plain or free_port()
        heard = find_brokers(SystemClock(), LISTEN_S, [LOOPBACK], *ports)
        offers = [offer for offer in heard if own in offer.host + offer.told or offer.host == "localhost"]
        if len(offers) >= at_least:
            break
    return offers


def test_who_tells_of_himself_is_offered(announce: Announce, own: str):
    announce(PLAIN, f"Mosquitto {own}", 1883, f"cellar-{own}.local.")
    announce(SECURE, f"MQTT on {own}", 8883, f"hub-{own}.local.")
    assert found(own, 2) == [
        Offer(f"hub-{own}.local", 8883, True, f"tells of itself as MQTT on {own}"),
        Offer(f"cellar-{own}.local", 1883, False, f"tells of itself as Mosquitto {own}"),
    ]


def test_home_assistant_is_a_hint_where_its_ports_answer(
    announce: Announce, own: str, mosquitto: Callable[..., Mosquitto]
):
    plain = mosquitto().port
    announce(HOME, f"Home {own}", 8123, f"home-{own}.local.")
    assert found(own, 2, plain=plain) == [
        Offer("localhost", plain, False, "this machine"),
        Offer(f"home-{own}.local", plain, False, "Home Assistant is there, perhaps with its Mosquitto add-on"),
    ]


def test_home_assistant_without_a_broker_is_none(announce: Announce, own: str):
    announce(HOME, f"Home {own}", 8123, f"home-{own}.local.")
    announce(PLAIN, f"heard {own}", 1883, f"heard-{own}.local.")
    assert [offer.host for offer in found(own, 1)] == [f"heard-{own}.local"]


def test_a_name_that_reads_backwards(announce: Announce, own: str):
    announce(PLAIN, f"evil\u202e{own}", 1883, f"evil`reboot`{own}.local.")
    assert found(own, 1) == [Offer(LOOPBACK, 1883, False, f"tells of itself as evil·{own}")]


def test_a_name_that_a_terminal_obeys_is_not_even_looked_up(network: Zeroconf, announce: Announce, own: str):
    """The library of an honest announcer refuses such a name: here the packet is made by hand."""
    announce(PLAIN, f"honest {own}", 1883, f"honest-{own}.local.")
    packet = DNSOutgoing(0x8400)
    packet.add_answer_at_time(DNSPointer(PLAIN, 12, 1, 4500, f"evil\x1b[2J{own}.{PLAIN}"), 0)
    stop = threading.Event()

    def shout() -> None:
        while not stop.wait(0.1):
            network.send(packet)

    evil = threading.Thread(target=shout)
    evil.start()
    try:
        assert [offer.host for offer in found(own, 1)] == [f"honest-{own}.local"]
    finally:
        stop.set()
        evil.join()


def test_so_many_that_nobody_could_choose(announce: Announce, own: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kneemon.mqtt.finding.MOST", 1)
    for number in range(2):
        announce(PLAIN, f"broker {number} {own}", 1883, f"b{number}-{own}.local.")
    assert len(find_brokers(SystemClock(), LISTEN_S, [LOOPBACK], free_port(), free_port())) <= 1


def test_without_the_library(own: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    with pytest.raises(ConfigError, match=r"constraints\.txt '\.\[home\]'`\. Or name the broker with --host"):
        found(own, 0)


def test_a_knock(mosquitto: Callable[..., Mosquitto]):
    assert knock(LOOPBACK, mosquitto().port)
    assert not knock(LOOPBACK, free_port())
    assert not knock("no-such-host.invalid", 1883)
    assert not knock("a..b", 1883)
