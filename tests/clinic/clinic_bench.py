# SPDX-License-Identifier: MIT
"""The bench of these tests: a real PostgreSQL of its own, spoken to by a socket in a folder, and collectors."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.mqtt.mqtt_bench import LOOPBACK, wait_until

CLINIC = Path(__file__).parents[2] / "docs" / "clinic"
OWNER, COLLECTOR = "owner", "ingest"
SHARED = "$share/ingest/kneemon/v1/+/session/summary"
DEVICE = "ab12cd34"


def program(name: str) -> str:
    """A program of PostgreSQL, which Debian keeps out of the way; without it these tests say nothing, so they fail."""
    found = shutil.which(name)
    if found is None:
        places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        if not places:
            pytest.fail(f"{name} is needed by these tests: sudo apt install postgresql")
        found = str(places[-1])
    return found


class Postgres:
    """One server with the schema in it. `environment` leads psql there as the collector, who may do little."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return self._environment(COLLECTOR)

    def start(self) -> "Postgres":
        data = self._folder / "data"
        as_user = _not_root(self._folder)
        subprocess.run(
            [program("initdb"), "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=self._folder,
            **as_user,
        )
        told = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self._folder}", "-c", "fsync=off"]
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [program("postgres"), "-D", data, *told], stderr=log, cwd=self._folder, **as_user
            )
        wait_until(self._answers, "PostgreSQL answers", 60.0)
        for _ in range(2):  # a second time after an update
            self.run(f"BEGIN; {(CLINIC / 'schema.sql').read_text()} COMMIT;")
        self.run(f"CREATE ROLE {COLLECTOR} LOGIN IN ROLE kneemon_collector")
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(30)

    def run(self, sql: str, user: str = OWNER) -> str:
        """psql's output. Raises CalledProcessError."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return subprocess.run(
            command, check=True, input=sql, capture_output=True, text=True, env=self._environment(user)
        ).stdout

    def ask(self, sql: str) -> list[list[str]]:
        """Rows of text."""
        return [line.split("|") for line in self.run(sql).splitlines()]

    def count(self, table: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM kneemon.{table}")[0][0])  # noqa: S608

    def empty(self) -> None:
        self.run("TRUNCATE kneemon.session_summary, kneemon.quarantine")

    def take(self, topic: str, payload: bytes) -> str:
        return self.ask(
            f"SELECT kneemon.take(convert_from('\\x{topic.encode().hex()}', 'UTF8'), '\\x{payload.hex()}')"
        )[0][0]

    def _answers(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, (self._folder / "log").read_text()
        return (
            subprocess.run(
                ["psql", "-X", "-c", "SELECT 1"], capture_output=True, env=self._environment(OWNER)
            ).returncode
            == 0
        )

    def _environment(self, user: str) -> dict[str, str]:
        return {**os.environ, "PGHOST": str(self._folder), "PGDATABASE": "postgres", "PGUSER": user}


def _not_root(folder: Path) -> dict[str, str | int]:
    """PostgreSQL will not run as root: whom it runs as instead."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return {"user": user, "group": pwd.getpwnam(user).pw_gid}


@contextmanager
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="kneemon-pg-") as folder:  # short: a socket's path has room for 107 bytes
        server = Postgres(Path(folder))
        try:
            yield server.start()
        finally:
            server.stop()


class Worker:
    """A collector in a process group of its own."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(command, env=environment, stdout=file, stderr=file, start_new_session=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def over(self) -> int | None:
        return self._process.poll()

    def log(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        """With all that belongs to it, at once."""
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> None:
        if self.over is None:
            os.killpg(self.pid, signal.SIGTERM)
        self._process.wait(20)


def by_shell(port: int, name: str, database: Postgres, folder: Path) -> Worker:
    """One of several that share the work."""
    told = {"BROKER": LOOPBACK, "PORT": str(port), "NAME": name, "TOPIC": SHARED}
    return Worker([str(CLINIC / "ingest.sh")], {**database.environment, **told}, folder / f"{name}.log")


def by_python(port: int, name: str, database: Postgres, folder: Path, *told: str) -> Worker:
    """One of several that share the work."""
    return alone(port, name, database, folder, "--topic", SHARED, *told)


def alone(port: int, name: str, database: Postgres, folder: Path, *told: str) -> Worker:
    """One that gets all, as they are set up by default."""
    command = [sys.executable, str(CLINIC / "ingest.py"), "--name", name, "--broker", LOOPBACK, "--port", str(port)]
    return Worker([*command, *told], database.environment, folder / f"{name}.log")


def topic(device: str = DEVICE) -> str:
    return f"kneemon/v1/{device}/session/summary"


def document(device: str = DEVICE, session_id: str = "b1-1-abcd", revision: int = 1, **more: object) -> bytes:
    """As little of a summary as the table asks for, and `more`."""
    facts = {
        "schema": "kneemon.session.summary/1",
        "device": device,
        "session_id": session_id,
        "revision": revision,
        "final": True,
        "started_at": "2026-11-22T23:30:00.000Z",
        "tz": "Europe/Berlin",
        "time_quality": "ntp",
        "duration_s": 1204.6,
        "walking_s": 1130.0,
        "steps": 1830,
        "cadence_mean_spm": 97.1,
        "plan_id": None,
        "pain": None,
        "gave_way": None,
    }
    return msgspec.json.encode(facts | more)
