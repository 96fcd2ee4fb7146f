# SPDX-License-Identifier: MIT
"""Where the files are: the configuration, the plan, the store, the control socket.

The service has its system folders (systemd names them in STATE_DIRECTORY and RUNTIME_DIRECTORY). So has the command
line on the device, so that it finds the running service: where the system's configuration is read, or where its folder
is and no other configuration is, for a device may do without one. Everybody else has the user's XDG folders. A relative
path in the configuration file begins at that file; "~/" is the home folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kneemon.config.options import Config, Origin
from kneemon.errors import ConfigError

SYSTEM_FILE = Path("/etc/kneemon/kneemon.toml")
SYSTEM_STATE = Path("/var/lib/kneemon")
SYSTEM_RUNTIME = Path("/run/kneemon")
FILE_VARIABLE = "KNEEMON_CONFIG"


@dataclass(frozen=True, slots=True)
class Places:
    """Actual paths; None where there is no such file to use."""

    store: Path
    calibration: Path
    socket: Path
    plan: Path | None
    recording: Path | None
    password_file: Path | None
    ca_file: Path | None
    cert_file: Path | None
    key_file: Path | None
    web_access: Path
    web_cert_file: Path | None
    web_key_file: Path | None


def config_file(environ: Mapping[str, str]) -> Path | None:
    """The file KNEEMON_CONFIG names, else the system's or the user's if it is there."""
    if named := environ.get(FILE_VARIABLE):
        return Path(named)
    folder = _user_folder(environ, "XDG_CONFIG_HOME", ".config")
    candidates = [SYSTEM_FILE] if folder is None else [SYSTEM_FILE, folder / "kneemon.toml"]
    return next((candidate for candidate in candidates if _there(candidate)), None)


def places(config: Config, environ: Mapping[str, str]) -> Places:
    """The actual path of each file; ConfigError when there is neither a store.path nor a home folder."""
    store = _given(config, "store.path", environ) or _state(config, environ) / "kneemon.db"
    return Places(
        store=store,
        calibration=store.parent / "calibration.json",
        socket=_given(config, "control.socket", environ) or _runtime(config, environ) / "control.sock",
        plan=_given(config, "plan.path", environ) or _plan_beside(config, environ),
        recording=_given(config, "sensor.recording", environ),
        password_file=_given(config, "mqtt.password_file", environ),
        ca_file=_given(config, "mqtt.ca_file", environ),
        cert_file=_given(config, "mqtt.cert_file", environ),
        key_file=_given(config, "mqtt.key_file", environ),
        web_access=store.parent / "web-access.json",
        web_cert_file=_given(config, "web.cert_file", environ),
        web_key_file=_given(config, "web.key_file", environ),
    )


def plan_place(config: Config, environ: Mapping[str, str]) -> Path:
    """Where the plan's file is, or where it would be; ConfigError when there is neither a plan.path nor a folder."""
    folder = _plan_folder(config, environ)
    named = _given(config, "plan.path", environ) or (folder / "plan.toml" if folder is not None else None)
    if named is None:
        raise ConfigError(
            "The place for the plan",
            expected="plan.path, or a home folder",
            seen="neither (HOME is not set)",
            remedy="Name the plan's file in plan.path, or on the command line.",
        )
    return named


def _given(config: Config, name: str, environ: Mapping[str, str]) -> Path | None:
    section, _, option = name.partition(".")
    text: str = getattr(getattr(config, section), option)
    if not text:
        return None
    if text.startswith("~/") and "HOME" in environ:
        return Path(environ["HOME"]) / text[2:]
    if config.file is not None and config.origins.get(name) is Origin.FILE:
        return config.file.parent / text
    return Path(text)


def _state(config: Config, environ: Mapping[str, str]) -> Path:
    folder = _system_folder(config, environ, "STATE_DIRECTORY", SYSTEM_STATE)
    folder = folder or _user_folder(environ, "XDG_STATE_HOME", ".local/state")
    if folder is None:
        raise ConfigError(
            "The place for walks",
            expected="store.path, or a home folder",
            seen="neither (HOME is not set)",
            remedy="Name the database's file in store.path and the socket's in control.socket.",
        )
    return folder


def _runtime(config: Config, environ: Mapping[str, str]) -> Path:
    folder = _system_folder(config, environ, "RUNTIME_DIRECTORY", SYSTEM_RUNTIME)
    return folder or _user_folder(environ, "XDG_RUNTIME_DIR", None) or _state(config, environ)


def _plan_beside(config: Config, environ: Mapping[str, str]) -> Path | None:
    """plan.toml in its folder, if it is there."""
    folder = _plan_folder(config, environ)
    return folder / "plan.toml" if folder is not None and _there(folder / "plan.toml") else None


def _plan_folder(config: Config, environ: Mapping[str, str]) -> Path | None:
    """The folder of the configuration file, or where that would be."""
    if config.file is not None:
        return config.file.parent
    if "STATE_DIRECTORY" in environ or _on_the_device(config):
        return SYSTEM_FILE.parent
    return _user_folder(environ, "XDG_CONFIG_HOME", ".config")


def _system_folder(config: Config, environ: Mapping[str, str], variable: str, usual: Path) -> Path | None:
    """systemd's folder (the first, when it made several); the usual one on the device."""
    if named := environ.get(variable, "").partition(":")[0]:
        return Path(named)
    return usual if _on_the_device(config) else None


def _on_the_device(config: Config) -> bool:
    return config.file == SYSTEM_FILE or (config.file is None and SYSTEM_FILE.parent.is_dir())


def _user_folder(environ: Mapping[str, str], variable: str, in_home: str | None) -> Path | None:
    """kneemon's folder within an XDG base; a relative base does not count, as the XDG specification says."""
    base = environ.get(variable, "")
    if base.startswith("/"):
        return Path(base) / "kneemon"
    home = environ.get("HOME")
    return Path(home) / in_home / "kneemon" if home and in_home else None


def _there(path: Path) -> bool:
    """A path that may not be looked at counts as there: reading it tells why it cannot be read."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
