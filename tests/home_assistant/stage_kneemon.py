# SPDX-License-Identifier: MIT
"""A real `kneemon run`, with a made-up walker's last weeks in its store, a plan, and a simulated walk to come."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stage_processes import LOOPBACK, Broker, Child, surroundings, wait_until

from kneemon.app.mqtt_device import device_id
from kneemon.mqtt.settings import Discovery
from kneemon.store import StoreReader

WEEKS = 3
EXAMPLE = Path(__file__).parents[2] / "kneemon" / "config" / "plan-example.toml"
VERB_S = 120.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Kneemon:
    """May be killed and started again; what it has learnt stays in its folder."""

    def __init__(self, folder: Path, broker: Broker, form: Discovery) -> None:
        self.folder = folder
        self.store = folder / "kneemon.db"
        self._config = folder / "kneemon.toml"
        self._environment = {"HOME": str(folder), "TZ": "UTC"}
        self._write_plan()
        self.do("simulate", "life", "--weeks", str(WEEKS), "--store", str(self.store), "--plan", str(self._plan))
        device = device_id(self.store)
        assert device is not None
        self.device = device
        broker.admit(device)
        password = folder / "mqtt-password"
        password.touch(mode=0o600)
        password.write_text(broker.password)
        self._config.write_text(
            '[device]\ntime_zone = "UTC"\n[sensor]\nsource = "simulated"\n[feedback]\npins = "mock"\n'
            "[questions]\nbefore = false\nsigns = false\n"
            f'[plan]\npath = "{self._plan}"\n[store]\npath = "{self.store}"\ncommit_s = 1\n'
            f'[control]\nsocket = "{folder / "control.sock"}"\n'
            f'[mqtt]\nhost = "{LOOPBACK}"\nport = {broker.port}\nusername = "{device}"\n'
            f'password_file = "{password}"\ndiscovery = "{form}"\n'
        )
        self._child: Child | None = None

    def start(self) -> None:
        stamp = self.folder / "synchronised"
        stamp.touch()
        launcher = str(Path(__file__).with_name("stage_run.py"))
        command = [sys.executable, launcher, str(stamp), "run", "--config", str(self._config)]
        self._child = Child(command, self.folder / "log", surroundings() | self._environment)
        wait_until(lambda: "MQTT: connected" in self.log() or not self.alive(), "kneemon is connected")
        assert self.alive(), self.log()

    def kill(self) -> None:
        """As when its battery is empty."""
        self._stop(signal.SIGKILL)

    def stop(self) -> None:
        self._stop(signal.SIGTERM)

    def alive(self) -> bool:
        return self._child is not None and self._child.alive()

    def configured(self, *words: str) -> str:
        """A verb under this configuration: what it says."""
        return self.do(*words, "--config", str(self._config))

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.configured("status", "--json"))
        return found

    def do(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "kneemon", *words],
            env=surroundings() | self._environment,
            capture_output=True,
            text=True,
            timeout=VERB_S,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"kneemon {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def days(self) -> dict[date, tuple[int, float, int | None]]:
        """Of each day with walks what the store holds: steps, minutes walked, and the last pain felt on a walk."""
        found: dict[date, tuple[int, float, int | None]] = {}
        with StoreReader(self.store) as reader:
            for walk in reader.walks():
                day = walk.started_at.astimezone(UTC).date()
                steps, minutes, pain = found.get(day, (0, 0.0, None))
                felt = [mark.score for mark in walk.summary.pains if mark.score is not None]
                found[day] = steps + walk.summary.steps, minutes + walk.summary.walking_s / 60, (felt or [pain])[-1]
        return found

    def hours(self) -> Mapping[datetime, int]:
        """The steps of each hour of UTC in which there were any, by the stored seconds."""
        found: dict[datetime, int] = {}
        with StoreReader(self.store) as reader:
            for walk in reader.walks():
                for second in reader.seconds(walk.session_id):
                    at = walk.started_at + timedelta(seconds=max(0.0, second.elapsed_s - 1.0))  # it tells what was
                    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
                    found[hour] = found.get(hour, 0) + second.steps
        return {hour: steps for hour, steps in found.items() if steps}

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _stop(self, number: int) -> None:
        if self._child is not None:
            self._child.stop(number)
            (self.folder / "log").rename(self.folder / "log.before")
            self._child = None

    @property
    def _plan(self) -> Path:
        return self.folder / "plan.toml"

    def _write_plan(self) -> None:
        """The example, begun some weeks ago, with a walk today."""
        today = datetime.now(UTC).date()
        start = today - timedelta(weeks=WEEKS)
        walk_days = ", ".join(f'"{DAYS[(today.weekday() + after) % 7]}"' for after in (0, 2, 4))
        text = re.sub(r"(?m)^start = \S+", f"start = {start}", EXAMPLE.read_text())
        text = re.sub(r"(?m)^walk_days = \[.*?\]", f"walk_days = [{walk_days}]", text)
        self._plan.write_text(f"{text}\n[rules]\nshortest_bout_min = 0.5\n")  # so that a test's short walk counts
