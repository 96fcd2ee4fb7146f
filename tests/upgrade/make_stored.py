# SPDX-License-Identifier: MIT
"""`python tests/upgrade/make_stored.py`: the stores of `stored/`, each written by an old version's own code.

Two weeks of a made-up life where the version can live one, then by its daemon one walk from start to stop, and one that
kill -9 ends: the store is taken as it lies there, its write-ahead log beside it. What the old version says itself of
that store, before the kill, is put down beside it. Needs the whole history, a free minute, and the versions' packages.
"""

import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from old_versions import OLD_VERSIONS, OldVersion, unpack

LIFE = ("--weeks", "2", "--seed", "11", "--start", "2026-10-05")
OPTIONS = """
[device]
time_zone = "Europe/Berlin"
[sensor]
source = "simulated"
[feedback]
pins = "none"
[store]
path = "kneemon.db"
commit_s = 1
[control]
socket = "control.sock"
[mqtt]
host = "127.0.0.1"
port = 9
"""
WALKED_S = 45.0  # from start to stop, eight of them standing
CUT_S = 25.0  # from the second start to the kill
PATIENCE_S = 30.0


class Old:
    """An old version, a folder of its own, and its command line."""

    def __init__(self, version: OldVersion, folder: Path) -> None:
        self.version = version
        self.tree = folder / "tree"
        self.home = folder / "home"
        self.store = self.home / "kneemon.db"
        self.config = self.home / "kneemon.toml"
        unpack(version, self.tree)
        self.home.mkdir()
        zone = OPTIONS if self._has_time_zone else OPTIONS.replace('time_zone = "Europe/Berlin"', "")
        self.config.write_text(zone)
        self._environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "PYTHONPATH": str(self.tree)}

    @property
    def _has_time_zone(self) -> bool:
        return "time_zone" in (self.tree / "kneemon/config/options.py").read_text()

    def do(self, *words: str, configured: bool = True) -> str:
        """A verb of its command line: what it printed."""
        named = ("--config", str(self.config)) if configured else ()
        command = (sys.executable, "-m", "kneemon", *words, *named)
        done = subprocess.run(
            command, cwd=self.tree, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(
                f"{self.version.name}: kneemon {' '.join(words)} ended with {done.returncode}: {done.stderr}"
            )
        return done.stdout

    @contextmanager
    def running(self) -> Iterator[None]:
        """Its daemon, which kill -9 ends."""
        with (self.home / "log").open("ab") as log:
            command = (sys.executable, "-m", "kneemon", "run", "--config", str(self.config))
            daemon = subprocess.Popen(command, cwd=self.tree, env=self._environment, stdout=log, stderr=log)
        try:
            until = time.monotonic() + PATIENCE_S
            while not (self.home / "control.sock").exists():
                if daemon.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{self.version.name} does not run: {(self.home / 'log').read_text()}")
                time.sleep(0.1)
            yield
        finally:
            daemon.kill()
            daemon.wait()


def main() -> int:
    """All of them at once: they wait most of the time."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor() as threads:
        for said in threads.map(lambda version: _made(version, Path(folder) / version.name), OLD_VERSIONS):
            sys.stdout.write(f"{said}\n")
    return 0


def _made(version: OldVersion, folder: Path) -> str:
    old = Old(version, folder)
    if version.diary:
        old.do("simulate", "life", *LIFE, "--store", str(old.store), configured=False)
    with old.running():
        old.do("start")
        time.sleep(WALKED_S)
        old.do("pain", "3")
        time.sleep(2.0)
        old.do("stop")
        time.sleep(3.0)
        if version.diary:
            old.do("answer", "end", "4")
            old.do("tag", "--aid", "stick_opposite", "--shoes", "the old ones")
        if version.amends:
            old.do("walk", "note", "latest", "over the bridge")
        said = _said(old)
        old.do("start")
        time.sleep(CUT_S)
    version.said.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")
    _pack(old)
    size = version.stored.stat().st_size
    return f"{version.stored.name}: {len(said['sessions'])} walks and one cut off, {size} bytes"


def _said(old: Old) -> dict[str, object]:
    """Before the second walk: the walks, and what was answered, as the old version tells them."""
    found: dict[str, object] = {"sessions": _lines(old.do("sessions", "--last", "1000", "--json"))}
    if old.version.diary:
        found["diary"] = _lines(old.do("diary", "--last", "10000", "--json"))
        found["plans"] = len(old.do("plan", "versions").splitlines())
    return found


def _lines(told: str) -> list[object]:
    return [json.loads(line) for line in told.splitlines()]


def _pack(old: Old) -> None:
    """The database and its write-ahead log, and nothing about who packed them."""
    version = old.version
    with tarfile.open(version.stored, "w:xz", preset=9) as archive:
        for path in sorted(old.home.glob("kneemon.db*")):
            if path.suffix == ".db" or path.name.endswith("-wal"):
                entry = archive.gettarinfo(path, arcname=path.name)
                entry.uid = entry.gid = entry.mtime = 0
                entry.uname = entry.gname = ""
                entry.mode = 0o640
                with path.open("rb") as content:
                    archive.addfile(entry, content)


if __name__ == "__main__":
    sys.exit(main())
