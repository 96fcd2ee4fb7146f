# SPDX-License-Identifier: MIT
"""Where the password comes from, and which files are refused."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kneemon.app.mqtt_secrets import password_of, read_password
from kneemon.config.loader import load_config
from kneemon.config.places import Places, places
from kneemon.errors import ConfigError


@pytest.fixture
def nowhere(tmp_path: Path) -> Places:
    return places(load_config(environ={"HOME": str(tmp_path)}), {"HOME": str(tmp_path)})


def secret(path: Path, text: str = "secret\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_none(nowhere: Places):
    assert password_of(nowhere, {}) is None


def test_the_file(nowhere: Places, tmp_path: Path):
    there = replace(nowhere, password_file=secret(tmp_path / "p", "with a space \r\n", 0o640))
    assert password_of(there, {}) == "with a space "


def test_what_systemd_hands_over_goes_first(nowhere: Places, tmp_path: Path):
    credential = secret(tmp_path / "credentials/mqtt-password", "from systemd", 0o400)
    both = replace(nowhere, password_file=secret(tmp_path / "p"))
    environ = {"CREDENTIALS_DIRECTORY": str(credential.parent)}
    assert password_of(both, environ) == "from systemd"
    credential.unlink()
    assert password_of(both, environ) == "secret"


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o666, 0o601])
def test_a_file_for_everybody_is_refused(nowhere: Places, tmp_path: Path, mode: int):
    path = secret(tmp_path / "p", mode=mode)
    with pytest.raises(ConfigError) as refused:
        password_of(replace(nowhere, password_file=path), {})
    assert str(refused.value) == (
        "[mqtt] password_file: expected a file that nobody but its owner and its group may read, "
        f"saw {path}, which everybody may use (mode {mode:04o}). `chmod o= {path}`, or "
        "`sudo install -m 640 -g kneemon FILE /etc/kneemon/`. If others use this machine, change the password, too."
    )


@pytest.mark.parametrize(("text", "seen"), [("", "is empty"), ("\n", "is empty"), ("a\nb\n", "more than one line")])
def test_a_file_that_holds_no_password(tmp_path: Path, text: str, seen: str):
    with pytest.raises(ConfigError, match=seen) as refused:
        read_password(secret(tmp_path / "p", text), "it")
    assert "a\nb" not in str(refused.value)


def test_a_file_that_cannot_be_read(nowhere: Places, tmp_path: Path):
    with pytest.raises(ConfigError, match="No such file"):
        password_of(replace(nowhere, password_file=tmp_path / "p"), {})
    (tmp_path / "p").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="holds the password and nothing else") as refused:
        password_of(replace(nowhere, password_file=tmp_path / "p"), {})
    assert "xff" not in str(refused.value)


def test_a_pipe_is_nobody_else_s(tmp_path: Path):
    """As a shell makes it of the output of a password store."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o666)
    writer = threading.Thread(target=lambda: pipe.write_text("secret\n"))
    writer.start()
    assert read_password(pipe, "it") == "secret"
    writer.join()
