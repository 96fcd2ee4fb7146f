# SPDX-License-Identifier: MIT
"""Writes how to reach the broker into the configuration file: its [mqtt] section, and the files it names.

Whatever else stands in the file stays as it is, to the letter. It does not ask and does not connect.
"""

import difflib
import importlib
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec.structs import asdict, replace

from kneemon.config.loader import load_config
from kneemon.config.mqtt_options import MqttOptions
from kneemon.config.options import Config, PlanOptions
from kneemon.config.places import SYSTEM_FILE, plan_place
from kneemon.config.toml_text import read_toml
from kneemon.errors import ConfigError
from kneemon.mqtt.finding import LIBRARIES

PASSWORD, CA = "mqtt-password", "mqtt-ca.pem"
GROUP = "kneemon"  # of the service, which reads what root has written
_NOTHING = "Nothing was written."


@dataclass(frozen=True, slots=True)
class Change:
    """A new text of the configuration file, not yet written. before: None where there is no file yet."""

    file: Path
    before: str | None
    after: str

    @property
    def difference(self) -> list[str]:
        """Line by line, as `diff -u` prints it; empty where nothing changes."""
        old, new = (self.before or "").splitlines(), self.after.splitlines()
        return list(difflib.unified_diff(old, new, str(self.file), str(self.file), n=2, lineterm=""))


def check_libraries() -> None:
    """Raises ConfigError where one is missing that `changed` needs: so it is known before anything is asked."""
    try:
        importlib.import_module("tomlkit")
    except ImportError as missing:
        raise ConfigError(
            "Changing the configuration",
            expected="the library tomlkit",
            seen="none",
            remedy=f"{LIBRARIES} {_NOTHING}",
        ) from missing


def configuration_file(config: Config, environ: Mapping[str, str]) -> Path:
    """The file in force, or where one would be. Raises ConfigError where it cannot be written."""
    file = config.file or plan_place(replace(config, plan=PlanOptions()), environ).with_name("kneemon.toml")
    file = file.resolve()  # a link stays one
    near = next(folder for folder in file.parents if folder.exists())
    if not os.access(near, os.W_OK) or (file.exists() and not os.access(file, os.R_OK)):
        raise ConfigError(
            str(file),
            expected="a configuration file that you may change",
            seen="one that you may not",
            remedy=f"On the device put sudo before the command. {_NOTHING}",
        )
    return file


def changed(file: Path, values: Mapping[str, object], environ: Mapping[str, str]) -> Change:
    """The file with these values in [mqtt]. Raises ConfigError when it would not be a configuration any more."""
    before = None
    if file.exists():
        read_toml(file, ConfigError)  # its mistakes in kneemon's own words
        before = file.read_text(encoding="utf-8")
    after = _edited(before or "", values)
    with TemporaryDirectory() as folder:
        trial = Path(folder) / file.name
        trial.write_text(after, encoding="utf-8")
        load_config(trial, environ=environ)
    return Change(file, before, after)


def write(change: Change, password: str | None, ca: str | None) -> Path | None:
    """The file, what it was as FILE.bak, and beside it the password and the certificate to trust.

    Returns FILE.bak where there is one. Raises ConfigError; then what was there is there still.
    """
    folder = change.file.parent
    backup = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if password is not None:
            _put(folder / PASSWORD, f"{password}\n", 0o640 if _of_the_service(folder) else 0o600)
        if ca is not None:
            _put(folder / CA, ca, 0o644)
        if change.before is not None:
            backup = change.file.with_name(f"{change.file.name}.bak")
            shutil.copy2(change.file, backup)
            was = change.file.stat()
            os.chown(backup, was.st_uid, was.st_gid)
            _put(change.file, change.after, was.st_mode & 0o7777, owner=(was.st_uid, was.st_gid))
        else:
            _put(change.file, change.after, 0o640 if _of_the_service(folder) else 0o644)
    except OSError as fault:
        raise ConfigError(
            str(change.file),
            expected="a place that can be written",
            seen=fault.strerror or str(fault),
            remedy="On the device put sudo before the command. The configuration is as it was.",
        ) from fault
    return backup


def _of_the_service(folder: Path) -> bool:
    return folder == SYSTEM_FILE.parent


def _put(path: Path, text: str, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Whole or not at all, and never readable for more people than it shall be."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & 0o600), "w", encoding="utf-8") as file:
        if owner is not None:
            os.chown(file.fileno(), *owner)
        elif _of_the_service(path.parent):
            with suppress(LookupError):  # no such group: the service is not installed yet
                shutil.chown(fresh, group=GROUP)
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _edited(text: str, values: Mapping[str, object]) -> str:
    """A value that is the default is written only where the option stands already."""
    import tomlkit

    if text and not text.endswith("\n"):
        text += "\n"
    document = tomlkit.parse(text)
    if "mqtt" not in document:
        if text:
            document.add(tomlkit.nl())
        document.add("mqtt", tomlkit.table())
    section = document["mqtt"]
    body = section.value.body if isinstance(section, tomlkit.items.Table) else []
    after: list[Any] = []  # what follows the last option: comments and lines that belong to the next section
    while body and body[-1][0] is None:
        after.insert(0, body.pop())
    defaults = asdict(MqttOptions())
    for name, value in values.items():
        if name in section:
            if section[name] != value:
                section[name] = value
        elif value != defaults[name]:
            section[name] = value
    body.extend(after)
    return tomlkit.dumps(document)
