# SPDX-License-Identifier: MIT
"""The processes of the stage, all on loopback: a Mosquitto with users and an access list, and a Home Assistant.

Each dies with the process that started it, however that ends. What they log is kept for the failure's report.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from stage_driver import Home
from stage_install import Installed, program

LOOPBACK = "127.0.0.1"
LONG_S = 300.0
STOP_S = 30.0
LAST = 6000  # characters of a log that are worth reading
BARE = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}  # nothing of this machine's, which a chroot has not
PASSWORD = "made-up for the tests"  # noqa: S105 - of a broker that lives as long as the tests do
HOUSEHOLD = "homeassistant"

FILES = Path(__file__).parents[2] / "kneemon" / "mqtt" / "files"
CONFIGURATION = """\
homeassistant: {{name: Kneemon's test home, time_zone: UTC, unit_system: metric, currency: EUR, country: DE}}
http: {{server_host: {host}, server_port: {port}}}
frontend:
api:
config:
recorder: {{commit_interval: 1}}
history:
logbook:
mobile_app:
logger: {{default: warning}}
automation: !include automations.yaml
lovelace:
  dashboards:
    kneemon-home: {{mode: yaml, title: Kneemon, icon: mdi:walk, show_in_sidebar: true, filename: dashboard.yaml}}
"""


def wait_until(condition: Callable[[], Any], what: str, within_s: float = 60.0) -> Any:
    """The condition's first true value."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {within_s:.0f} s in vain: {what}")
        time.sleep(0.1)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def surroundings() -> dict[str, str]:
    """The environment for processes; ours begin with KNEEMON_, and a kneemon refuses what is not one of its options."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KNEEMON_")}


class Child:
    """A process that is killed when its parent ends, in whatever way."""

    def __init__(self, command: Sequence[str], log_file: Path, environment: dict[str, str] | None = None) -> None:
        """environment: all that it gets, ours when None."""
        self.log_file = log_file
        tied = [program("setpriv", "util-linux"), "--pdeathsig", "KILL", *command]
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(
                tied,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=surroundings() if environment is None else environment,
            )

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.alive():
            self.send(number)
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(STOP_S)

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""


class Broker:
    """Mosquitto as docs and files tell: no stranger, and each device in its own tree."""

    def __init__(self, folder: Path, devices: Sequence[str]) -> None:
        self.port = free_port()
        self.password = PASSWORD
        self._passwords = passwords = folder / "passwords"
        access, self._file = folder / "acl", folder / "mosquitto.conf"
        passwords.touch(mode=0o600)
        self._child: Child | None = None
        for user in (HOUSEHOLD, *devices):
            self.admit(user)
        access.write_text((FILES / "mosquitto.acl").read_text())
        self._file.write_text(
            f"listener {self.port} {LOOPBACK}\nuser root\npersistence true\npersistence_location {folder}/\n"
            f"allow_anonymous false\npassword_file {passwords}\nacl_file {access}\nlog_type all\n"
        )
        self._log = folder / "mosquitto.log"

    def admit(self, user: str) -> None:
        """Somebody who may log in from now on."""
        command = [program("mosquitto_passwd", "mosquitto"), "-b", str(self._passwords), user, PASSWORD]
        subprocess.run(command, check=True, capture_output=True)
        if self._child is not None:
            self._child.send(signal.SIGHUP)

    def start(self) -> "Broker":
        self._child = Child([program("mosquitto", "mosquitto"), "-c", str(self._file)], self._log)
        wait_until(self._answers, "Mosquitto on loopback")
        return self

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _answers(self) -> bool:
        assert self._child is not None
        assert self._child.alive(), self.log()
        try:
            with socket.create_connection((LOOPBACK, self.port), 1.0):
                return True
        except OSError:
            return False


class HomeAssistant:
    """One home with its own folder; may be stopped and started again, and remembers as a home does."""

    def __init__(self, place: Installed, folder: Path, files: dict[str, str]) -> None:
        """folder: where its configuration may be made, below the root that the process sees."""
        self.edition = place.edition
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.folder = folder
        self._place = place
        if folder.exists():
            shutil.rmtree(folder)
        for name, text in {
            "configuration.yaml": CONFIGURATION.format(host=LOOPBACK, port=self.port),
            "automations.yaml": "[]\n",
            **files,
        }.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self._log = folder / "output.log"
        self._child: Child | None = None
        self.home: Home | None = None

    def start(self) -> Home:
        """Up, with its owner logged in; the first time that owner moves in."""
        inside = self._place.inside(self.folder)
        command = [*self._place.python, "-m", "homeassistant", "--config", inside, "--skip-pip"]
        self._child = Child(command, self._log, {**BARE, "HOME": inside, **self._place.environment})
        fresh = self.home is None
        home = self.home or Home(self.url)
        wait_until(lambda: self._answers(home), f"Home Assistant {self.edition.version} answers", LONG_S)
        if fresh:
            home.move_in()
            self.home = home
        wait_until(lambda: home.get("config")["state"] == "RUNNING", "Home Assistant runs", LONG_S)
        return home

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def log(self) -> str:
        written = self.folder / "home-assistant.log"
        return (written.read_text(errors="replace") if written.exists() else "")[-LAST:] + (
            self._log.read_text(errors="replace") if self._log.exists() else ""
        )[-LAST:]

    def _answers(self, home: Home) -> bool:
        assert self._child is not None
        assert self._child.alive(), self.log()
        return home.answers()
