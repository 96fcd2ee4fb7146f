# SPDX-License-Identifier: MIT
"""Where the broker's password comes from: a credential that systemd hands over, else a file. Never from anywhere else.

systemd's is in a folder that only the service's user can read, so it goes first.
"""

import stat
from collections.abc import Mapping
from pathlib import Path

from kneemon.config.places import Places
from kneemon.errors import ConfigError

CREDENTIAL = "mqtt-password"
FOLDER_VARIABLE = "CREDENTIALS_DIRECTORY"
INSTALL = "`sudo install -m 640 -g kneemon FILE /etc/kneemon/`"


def password_of(places: Places, environ: Mapping[str, str]) -> str | None:
    """The password; None where there is none. Raises ConfigError for one that cannot be read, or that others may."""
    if folder := environ.get(FOLDER_VARIABLE):
        credential = Path(folder) / CREDENTIAL
        if _there(credential):
            return read_password(credential, "systemd's credential mqtt-password")
    return None if places.password_file is None else read_password(places.password_file, "[mqtt] password_file")


def read_password(path: Path, what: str) -> str:
    """What the file holds, without the end of its line. Raises ConfigError."""
    try:
        mode = path.stat().st_mode
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as fault:
        raise _unreadable(what, f"{path}: {fault.strerror}") from fault
    except UnicodeDecodeError:  # which shows a byte of it
        raise _unreadable(what, f"{path}, which is not UTF-8") from None
    if stat.S_ISREG(mode) and mode & 0o007:
        raise ConfigError(
            what,
            expected="a file that nobody but its owner and its group may read",
            seen=f"{path}, which everybody may use (mode {stat.S_IMODE(mode):04o})",
            remedy=f"`chmod o= {path}`, or {INSTALL}. If others use this machine, change the password, too.",
        )
    if not password or "\n" in password or "\0" in password:
        raise ConfigError(
            what,
            expected="the password on one line, and nothing else",
            seen=f"{path}, which {'is empty' if not password else 'holds more than one line'}",
            remedy="Write the password into it, alone.",
        )
    return password


def _there(path: Path) -> bool:
    """What may not be looked at counts as there: reading it tells why it cannot be read."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _unreadable(what: str, seen: str) -> ConfigError:
    return ConfigError(
        what,
        expected="a readable file that holds the password and nothing else",
        seen=seen,
        remedy=f"Make it readable for the user kneemon runs as, and for nobody else: {INSTALL}.",
    )
