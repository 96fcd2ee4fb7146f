# SPDX-License-Identifier: MIT
"""`kneemon mqtt setup` with brokers that tell of themselves, on loopback alone: offered, and given nothing unasked."""

import io
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from mqtt_bench import LOOPBACK, Mosquitto, free_port
from zeroconf import ServiceInfo, Zeroconf

from kneemon.errors import ExitCode
from kneemon.mqtt.finding import PLAIN, Offer, find_brokers
from kneemon.ports import Clock

LISTEN_S = 2.0
PATIENCE = 10

Broker = Callable[..., Mosquitto]
Kneemon = Callable[..., Any]


class Typed(io.StringIO):
    """A person's answers, a line each."""

    def __init__(self, *lines: str) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))

    def isatty(self) -> bool:
        return True


@pytest.fixture
def own() -> str:
    """A part of the names of this test, for others may be at work on the same interface."""
    return token_hex(4)


@pytest.fixture
def near(shipped: Mosquitto, own: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker's host name, which only the resolver of a home would know."""
    host = f"hub-{own}.local"
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda name, *rest, **more: resolve(LOOPBACK if name == host else name, *rest, **more)
    )
    network = Zeroconf(interfaces=[LOOPBACK])
    address = [socket.inet_aton(LOOPBACK)]
    info = ServiceInfo(PLAIN, f"hub {own}.{PLAIN}", port=shipped.port, addresses=address, server=f"{host}.")
    network.register_service(info)
    yield host
    network.close()


@pytest.fixture(autouse=True)
def on_loopback(request: pytest.FixtureRequest, own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search asks there alone, and again when a packet was lost."""
    times = PATIENCE if "near" in request.fixturenames else 1

    def search(clock: Clock) -> list[Offer]:
        for _ in range(times):
            heard = find_brokers(clock, LISTEN_S, [LOOPBACK], free_port(), free_port())
            if offers := [offer for offer in heard if own in offer.told]:
                return offers
        return []

    monkeypatch.setattr("kneemon.cli.mqtt_setup.find_brokers", search)


def test_it_is_offered_and_gets_the_password_after_two_yeses(
    near: str, own: str, shipped: Mosquitto, device: str, file: Path, kneemon: Kneemon,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr("kneemon.cli.mqtt_words.getpass", lambda _: "secret")
    monkeypatch.setattr(sys, "stdin", Typed("7", "1", "yes", "yes", device, "yes"))
    told = kneemon("mqtt", "setup")
    assert (told.code, told.err) == (ExitCode.OK, "")
    assert f"{near}:{shipped.port}, without TLS (tells of itself as hub {own})" in told.out
    assert "Expected a number from 1 to 1, a name or an address, saw '7'." in told.out
    assert f"Is {near}:{shipped.port} yours, and may it have your password?" in told.out
    assert f'host = "{near}"' in file.read_text()


def test_without_the_second_it_gets_nothing(
    near: str, own: str, shipped: Mosquitto, device: str, file: Path, kneemon: Kneemon,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(sys, "stdin", Typed("1", "yes", "no"))
    told = kneemon("mqtt", "setup")
    assert told.code == ExitCode.CONTROL
    assert told.err.endswith("expected your yes, saw a no. Nothing was written. Name the right one with --host.\n")
    assert device not in shipped.log()
    assert not file.exists()


def test_nobody_to_ask(near: str, own: str, kneemon: Kneemon, nobody: None, file: Path):
    told = kneemon("mqtt", "setup")
    assert told.code == ExitCode.CONFIG
    assert f"{near}:" in told.err
    assert "Name it, or run `kneemon mqtt setup` at a terminal." in told.err


def test_the_name_of_another_one(
    own: str, mosquitto: Broker, kneemon: Kneemon, monkeypatch: pytest.MonkeyPatch,
    file: Path,
):  # fmt: skip
    port = mosquitto("allow_anonymous true\n").port
    monkeypatch.setattr(sys, "stdin", Typed("99", "", LOOPBACK, "", "yes"))
    told = kneemon("mqtt", "setup", "--port", port)
    assert told.code == ExitCode.OK
    assert "None was found that tells of itself" in told.out
    assert told.out.count("Expected a name or an address, saw ") == 2
    assert f'host = "{LOOPBACK}"\nport = {port}' in file.read_text()
