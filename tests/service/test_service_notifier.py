# SPDX-License-Identifier: MIT
"""What systemd hears: a real datagram socket stands in for it."""

import logging
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from kneemon.service import ServiceNotifier

PATIENCE_S = 20.0


@pytest.fixture(params=["file", "abstract"])
def systemd(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """The listening end, and the environment that systemd would set."""
    with (
        tempfile.TemporaryDirectory(prefix="kneemon-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener,
    ):
        name = f"{folder}/notify" if request.param == "file" else f"@kneemon-{uuid4()}"
        listener.bind(name.replace("@", "\0"))
        listener.settimeout(PATIENCE_S)
        yield listener, {"NOTIFY_SOCKET": name}


def test_each_message_is_one_datagram(systemd: tuple[socket.socket, dict[str, str]]) -> None:
    listener, environment = systemd
    service = ServiceNotifier(environment)
    service.ready()
    service.status("walking, 412 steps\nin 5 min")
    service.watchdog()
    service.stopping()
    assert [listener.recv(4096).decode() for _ in range(4)] == [
        "READY=1",
        "STATUS=walking, 412 steps in 5 min",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_a_status_cannot_smuggle_in_another_message(systemd: tuple[socket.socket, dict[str, str]]) -> None:
    listener, environment = systemd
    ServiceNotifier(environment).status("a\nSTOPPING=1\r\x0bb ü")
    assert listener.recv(4096).decode() == "STATUS=a STOPPING=1 b ü"


def test_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    service = ServiceNotifier({})
    service.ready()
    service.status("idle")
    service.watchdog()
    service.stopping()
    assert not caplog.records


def test_a_manager_that_went_away_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            service.watchdog()
    assert [record.getMessage() for record in caplog.records] == [
        "systemd cannot be told WATCHDOG=1: [Errno 2] No such file or directory"
    ]


def test_the_processs_own_environment_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    ServiceNotifier().ready()
    assert "systemd cannot be told READY=1" in caplog.text
