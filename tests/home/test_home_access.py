# SPDX-License-Identifier: MIT
"""A token goes only where nobody listens, and comes only from a file that nobody else reads."""

import os
from pathlib import Path

import pytest
from door import TOKEN

from kneemon.errors import ConfigError
from kneemon.home.access import Access, read_token, usable_token


def fault_of(url: str, *, insecure: bool = False) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        Access(url, TOKEN, insecure=insecure)
    assert TOKEN not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("url", "websocket"),
    [
        ("http://127.0.0.1:8123", "ws://127.0.0.1:8123/api/websocket"),
        ("http://localhost:8123/", "ws://localhost:8123/api/websocket"),
        ("http://[::1]:8123", "ws://[::1]:8123/api/websocket"),
        ("HTTPS://home.example", "wss://home.example/api/websocket"),
        ("https://home.example:8123/ha/", "wss://home.example:8123/ha/api/websocket"),
    ],
)
def test_addresses(url: str, websocket: str) -> None:
    assert Access(url, TOKEN).websocket == websocket


@pytest.mark.parametrize(
    "url",
    [
        *("", "homeassistant.local", "homeassistant.local:8123", "ws://127.0.0.1:8123", "ftp://127.0.0.1", "https://"),
        *("http://127.0.0.1:port", "http://127.0.0.1:99999", "http://[::1", "https://a/?token=1", "https://a/#b"),
    ],
)
def test_what_is_no_address(url: str) -> None:
    assert fault_of(url).seen == repr(url)


def test_an_address_with_a_password_is_not_repeated() -> None:
    fault = fault_of("https://me:secret@home.example")
    assert "secret" not in str(fault)


@pytest.mark.parametrize("host", ["homeassistant.local", "192.168.1.2", "127.0.0.1.example", "[fe80::1]", "0.0.0.0"])
def test_plain_http_to_another_machine_only_when_told(host: str) -> None:
    fault = fault_of(f"http://{host}:8123")
    assert fault.seen == "a connection that everybody in the network can read"
    assert "--insecure" in fault.remedy
    Access(f"http://{host}:8123", TOKEN, insecure=True)
    Access(f"https://{host}:8123", TOKEN)


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(Access("http://127.0.0.1:8123", TOKEN))


def token_file(folder: Path, mode: int, content: str = f"{TOKEN}\n") -> Path:
    file = folder / "token"
    file.write_text(content)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_file(tmp_path: Path, mode: int) -> None:
    assert read_token(token_file(tmp_path, mode)) == TOKEN


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_file_that_others_may_read_or_write(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError) as caught:
        read_token(token_file(tmp_path, mode))
    assert caught.value.remedy == f"Do: chmod 600 {tmp_path / 'token'}"
    assert TOKEN not in str(caught.value)


def test_root_may_give_its_file_to_the_service_by_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = token_file(tmp_path, 0o640)
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    assert read_token(file) == TOKEN
    file.chmod(0o644)
    with pytest.raises(ConfigError):
        read_token(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_token(tmp_path / "none")
    assert caught.value.seen == f"{tmp_path / 'none'}: No such file or directory"


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(ConfigError):
            read_token(path)


@pytest.mark.parametrize("content", ["", "\n", "two words", "a\nb", "caf\u00e9", "\x00\x01", "x" * 20_000])
def test_content_that_is_no_token(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_token(token_file(tmp_path, 0o600, content))
    assert "long-lived access token" in str(caught.value)
    assert not content.strip() or content.strip() not in str(caught.value)


def test_what_was_typed() -> None:
    assert usable_token(f" {TOKEN}\r\n", "what was typed") == TOKEN
