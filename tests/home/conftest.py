# SPDX-License-Identifier: MIT
"""Servers on loopback that are no Home Assistant, or a broken one: for faults only. The real one has its own tests."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from door import TOKEN
from websockets.sync.server import Server, ServerConnection, serve

from kneemon.clock import SystemClock
from kneemon.home.access import Access
from kneemon.home.client import HomeAssistant

Behaviour = Callable[[ServerConnection], None]
Serving = Callable[..., str]


@pytest.fixture
def serving() -> Iterator[Serving]:
    """serving(door) -> the http address of a WebSocket server that behaves so; `context` makes it https."""
    running: list[tuple[Server, Thread]] = []

    def start(door: Behaviour, context: ssl.SSLContext | None = None, **options: object) -> str:
        server = serve(door, "127.0.0.1", 0, ssl=context, close_timeout=0.2, **options)
        thread = Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http{'s' if context else ''}://127.0.0.1:{server.socket.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()


@pytest.fixture
def raw() -> Iterator[Serving]:
    """raw(words) -> the http address of a server that says these bytes to whatever it hears; None: nothing at all."""
    listeners, over = [], Event()

    def start(words: bytes | None) -> str:
        listener = socket.create_server(("127.0.0.1", 0))

        def answer() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    if words is None:
                        over.wait()
                        return
                    connection.recv(65536)
                    connection.sendall(words)

        thread = Thread(target=answer)
        thread.start()
        listeners.append((listener, thread))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    over.set()
    for listener, thread in listeners:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.fixture
def opened() -> Callable[..., HomeAssistant]:
    """A connection to a server of these tests, with little patience."""

    def connect(url: str, ca_file: Path | None = None, patience_s: float = 0.5) -> HomeAssistant:
        return HomeAssistant(Access(url, TOKEN, ca_file), SystemClock(), patience_s=patience_s)

    return connect


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Self-signed certificates: `here` is for 127.0.0.1, `elsewhere` is not."""
    folder = tmp_path_factory.mktemp("keys")
    for name, where in (("here", "IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.invalid")):
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
                *(
                    "-addext",
                    f"subjectAltName={where}",
                    "-keyout",
                    folder / f"{name}.key",
                    "-out",
                    folder / f"{name}.pem",
                ),
            ],
            check=True,
            capture_output=True,
        )
    return folder
