# SPDX-License-Identifier: MIT
"""Real brokers, plain, with TLS, with users; and listeners. All end with their test."""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "mqtt"))  # the bench of the room next door

from mqtt_bench import Listener, Mosquitto
from setup_bench import Keys, with_users

from kneemon.cli import main
from kneemon.clock import SystemClock
from kneemon.store import Store


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker on loopback has told all it keeps sooner than one at home."""
    monkeypatch.setattr("kneemon.mqtt.forget.QUIET_S", 0.5)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    brokers: list[Mosquitto] = []

    def new(configuration: str = "allow_anonymous true\n") -> Mosquitto:
        brokers.append(Mosquitto(tmp_path, configuration).start())
        return brokers[-1]

    yield new
    for broker in brokers:
        broker.stop()


@pytest.fixture
def tls_broker(mosquitto: Callable[..., Mosquitto], keys: Keys) -> Callable[..., Mosquitto]:
    """With the certificate of that name."""

    def new(name: str = "server", more: str = "allow_anonymous true\n") -> Mosquitto:
        return mosquitto(f"certfile {keys / name}.pem\nkeyfile {keys / name}.key\n{more}")

    return new


@pytest.fixture
def guarded(mosquitto: Callable[..., Mosquitto], tmp_path: Path) -> Callable[..., Mosquitto]:
    """With users, each with the password "secret", and an access list."""

    def new(access: str, *users: str, more: str = "") -> Mosquitto:
        return mosquitto(f"{with_users(tmp_path, access, *users)}{more}")

    return new


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    listeners: list[Listener] = []

    def new(*args: object, **more: str) -> Listener:
        listeners.append(Listener(*args, **more))  # type: ignore[arg-type]
        return listeners[-1]

    yield new
    for listener in listeners:
        listener.close()


@dataclass(frozen=True)
class Told:
    """What a verb said and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No configuration, store or environment of this machine's user is seen."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "KNEEMON_CONFIG", "KNEEMON_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def kneemon(at_home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """kneemon("status") in this process."""

    def run(*words: object) -> Told:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Told(code, *capsys.readouterr())

    return run


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No terminal to ask at."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def device(at_home: Path) -> str:
    """Its id; kneemon ran here once."""
    store = Store.open(at_home / ".local/state/kneemon/kneemon.db", documents_of=lambda *_: (), clock=SystemClock())
    store.close()
    return store.device


@pytest.fixture
def file(at_home: Path) -> Path:
    """Where the configuration of a user is."""
    return at_home / ".config/kneemon/kneemon.toml"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with the password of every user of a guarded broker."""
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text("secret\n")
    return path


@pytest.fixture
def shipped(guarded: Callable[..., Mosquitto], device: str) -> Mosquitto:
    """With the rights of the shipped access list, and this device as its user."""
    return guarded("pattern readwrite kneemon/v1/%u/#\npattern write homeassistant/+/%u/+/config\n", device)
