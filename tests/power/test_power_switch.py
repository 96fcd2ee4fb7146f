# SPDX-License-Identifier: MIT
"""The request to power off, and whether anybody answers it."""

from pathlib import Path

import pytest

from kneemon.power.switch import REQUEST, WATCHER, PathSwitch, power_off_watched

SYSTEMD = Path(__file__).parents[2] / "systemd"


def test_the_request_is_a_file(tmp_path: Path) -> None:
    request = tmp_path / "poweroff"
    switch = PathSwitch(request)
    assert not request.exists()
    switch.off()
    switch.off()
    assert request.read_bytes() == b""


def test_a_request_that_cannot_be_made_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "gone" / "poweroff"
    PathSwitch(path).off()
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", f"the device cannot be switched off: [Errno 2] No such file or directory: '{path}'")
    ]


def test_systemd_watches_for_that_file_under_that_name() -> None:
    assert f"PathExists={REQUEST}\n" in (SYSTEMD / WATCHER).read_text()


@pytest.mark.parametrize(("exit_code", "watched"), [(0, True), (3, False), (4, False)])
def test_systemd_is_asked_whether_it_watches(tmp_path: Path, exit_code: int, watched: bool) -> None:
    """3: not active, or no such unit; 4: no such unit."""
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexit {exit_code}\n')
    systemctl.chmod(0o755)
    assert power_off_watched(str(systemctl)) is watched
    assert (tmp_path / "asked").read_text() == "is-active --quiet kneemon-poweroff.path\n"


def test_without_systemd_nobody_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert power_off_watched(str(tmp_path / "systemctl")) is False
    monkeypatch.setenv("PATH", str(tmp_path))
    assert power_off_watched() is False
