# SPDX-License-Identifier: MIT
"""Where Home Assistant is, and the token that opens it: a token goes over the network encrypted, or not at all."""

import os
import stat
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from kneemon.errors import ConfigError

SCHEMES = {"http": "ws", "https": "wss"}
MOST_BYTES = 4096  # a token has some 200
GROUP = stat.S_IRWXG
OTHERS = stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Access:
    """One Home Assistant.

    url: as a browser has it. ca_file: certificates to trust instead of the system's; they are always verified.
    insecure: allows the token to cross the network in plain sight, by http.
    """

    url: str
    token: str = field(repr=False)
    ca_file: Path | None = None
    insecure: bool = False

    def __post_init__(self) -> None:
        check_url(self.url, insecure=self.insecure)

    @property
    def websocket(self) -> str:
        """The address of its WebSocket API."""
        parts = urlsplit(self.url)
        return urlunsplit((SCHEMES[parts.scheme], parts.netloc, parts.path.rstrip("/") + "/api/websocket", "", ""))


def check_url(url: str, *, insecure: bool) -> None:
    """ConfigError when it is no address, or one to which a token must not go."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    # What is seen is not repeated here whole: an address may hold a password.
    if parts.scheme not in SCHEMES or not host or "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigError(
            "The address of Home Assistant",
            expected="http:// or https://, a host, and a port if need be, no name or password",
            seen=repr(url) if "@" not in url else "an address with an @",
            remedy="For example: https://homeassistant.local:8123",
        )
    if parts.scheme == "http" and not insecure and not _is_this_machine(host):
        raise ConfigError(
            f"The token for Home Assistant at {url}",
            expected="https, or a Home Assistant on this machine",
            seen="a connection that everybody in the network can read",
            remedy="Give its https address, or --insecure if you accept that.",
        )


def read_token(path: Path) -> str:
    """The token in a file that nobody else may read; ConfigError otherwise."""
    try:
        _check_private(path, path.stat())
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise ConfigError(
            "The token's file",
            expected="a file that can be read",
            seen=f"{path}: {fault.strerror}",
            remedy="Make it with: install -m 600 /dev/null FILE; then write the token into it.",
        ) from fault
    return usable_token(content.decode("ascii", "replace"), str(path))


def usable_token(text: str, source: str) -> str:
    """The token without the blanks around it; ConfigError when it can be none."""
    token = text.strip()
    if not 0 < len(token) <= MOST_BYTES or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            "The token for Home Assistant",
            expected="a long-lived access token: one word of letters, digits, dots, - and _",
            seen=f"{source}: {'nothing' if not token else 'something else'}",
            remedy='Make one in Home Assistant: your profile, "Security", "Long-lived access tokens".',
        )
    return token


def _check_private(path: Path, there: os.stat_result) -> None:
    """Nobody else may read it; but root may give its file to the service by the service's group."""
    too_open = OTHERS if there.st_uid != os.geteuid() else OTHERS | GROUP
    if not stat.S_ISREG(there.st_mode) or there.st_mode & too_open:
        raise ConfigError(
            "The token's file",
            expected="a file that nobody else can read",
            seen=f"{path} ({stat.filemode(there.st_mode)})",
            remedy=f"Do: chmod 600 {path}",
        )


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return False
