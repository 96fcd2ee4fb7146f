# SPDX-License-Identifier: MIT
"""`kneemon demo` as a stranger meets it: on a terminal, without one, with a picture, cut short, and refused.

Each demo is a process of its own that hurries; none writes anywhere but into the test's folder.
"""

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ
from typing import Any
from xml.etree import ElementTree

import pytest

import kneemon.cli.demo
from kneemon.app.demo import DemoOptions, DemoResult, run_demo
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode, StoreError
from kneemon.model.sessions import EndReason
from kneemon.store import Store, StoreReader
from kneemon.store.connect import lock

Kneemon = Callable[..., Any]

LONG_S = 120.0


def demo(*words: object, speed: int = 60, **how: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "kneemon", "demo", "--speed", str(speed), *map(str, words)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **how)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What it printed, and its store."""
    store = tmp_path_factory.mktemp("demo") / "a walk.db"
    with demo("--store", store, stdout=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=LONG_S)
    assert (process.returncode, err) == (ExitCode.OK, b"")
    return out.decode(), store


class TestWithoutATerminal:
    def test_the_walk_passes_by_line_by_line(self, printed: tuple[str, Path]) -> None:
        lines = printed[0].splitlines()
        assert lines[0] == "A simulated walker, 60 times real time; times are the walk's own."
        assert re.match(r"  0:00  the button is pressed: the walk begins, plan: 1:00 warm-up, 4:00 main part", lines[1])
        every_ten = re.findall(r"^ +(\d+):(\d0) +(\d+) steps, ", printed[0], re.MULTILINE)
        assert len(every_ten) >= 40
        steps = [int(count) for *_, count in every_ten]
        assert steps == sorted(steps)

    def test_every_cue_is_met(self, printed: tuple[str, Path]) -> None:
        said = re.findall(r"BUZZ  (.*)", printed[0])
        assert said[0] == "the walk has begun"
        assert said[-1] == "the walk is over"
        for meaning in (
            "the warm-up is done",
            "how much does it hurt? press so many times, 1 to 10, or let it be",
            "today's walk is nearly done",
            "today's walk is done: walk slowly to your end",
            "that is more than today's plan: stop when you can",
        ):
            assert meaning in said
        assert any(re.fullmatch(r"slow down \(1\d\d against 112 steps/min\)", cue) for cue in said)

    def test_its_summary_stands_beside_the_truth(self, printed: tuple[str, Path]) -> None:
        out, store = printed
        steps = re.search(r"^Steps +(\d+) counted, (\d+) taken by the simulated walker \(", out, re.MULTILINE)
        assert steps is not None
        counted, taken = int(steps[1]), int(steps[2])
        assert taken > 700
        assert abs(counted - taken) <= 0.03 * taken
        facts = dict(re.findall(r"^([A-Z][\w ]*?)  +(.*)$", out, re.MULTILINE))
        assert facts["Signal"] == "0 gaps"
        assert facts["MQTT"].startswith("the walk's document delivered; connected to 127.0.0.1:")
        assert "1 × session/summary" in facts["Arrived"]
        assert int(facts["Buzzer pin"].split()[0]) >= 10
        assert facts["Stored in"] == str(store)
        assert "pace high" in facts["Limit cues"]

    def test_the_command_it_names_gives_its_log(self, printed: tuple[str, Path], tmp_path: Path) -> None:
        (command,) = re.findall(r"^Its log +(.*)$", printed[0], re.MULTILINE)
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=True)  # noqa: S602
        assert len(done.stdout.splitlines()) == len(list(tmp_path.glob("b1-1-*.csv"))) == 4

    def test_its_walk_is_kept(self, printed: tuple[str, Path], kneemon: Kneemon) -> None:
        told = kneemon("sessions", "--store", printed[1])
        assert told.code == ExitCode.OK
        assert told.out.splitlines()[1].rstrip().endswith("the walker")
        with StoreReader(printed[1]) as reader:
            assert reader.outbox().documents == 0


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Everything that was drawn, and the picture."""
    folder = tmp_path_factory.mktemp("terminal")
    ours, its = pty.openpty()
    ioctl(its, TIOCSWINSZ, pack("HHHH", 40, 120, 0, 0))
    words = ("--store", folder / "k.db", "--picture", folder / "k.svg", "--chip", "mpu6050", "--worn", "pocket")
    environment = os.environ | {"TERM": "xterm-256color"}
    with demo(*words, speed=100, stdout=its, env=environment) as process:
        os.close(its)
        drawn = b"".join(iter(lambda: _read(ours), b""))
        _, err = process.communicate(timeout=LONG_S)
    os.close(ours)
    assert (process.returncode, err) == (ExitCode.OK, b"")
    return drawn.decode(), folder / "k.svg"


class TestOnATerminal:
    """With the other chip, at another place, and a picture."""

    def test_the_live_view_is_drawn(self, shown: tuple[str, Path]) -> None:
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown[0])
        for word in ("Steps", "Cadence", "ceiling 112", "warm-up", "main part", "cool-down", "Buzzes", "MQTT"):
            assert word in plain
        assert re.search(r"simulated walker, mpu6050 at the pocket", plain)
        assert "waiting for the button" in plain
        assert "walking" in plain
        assert "slow down" in plain
        assert "█" in plain
        assert re.search(r"\d+ counted, \d+ taken by the simulated walker", plain), "the summary follows"

    def test_it_is_redrawn_in_place(self, shown: tuple[str, Path]) -> None:
        assert shown[0].count("Cadence") > 5
        assert "\x1b[" in shown[0]

    def test_the_picture_is_drawn_and_fetches_nothing(self, shown: tuple[str, Path]) -> None:
        content = shown[1].read_text(encoding="utf-8")
        root = ElementTree.fromstring(content)  # noqa: S314  it is ours
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert set(re.findall(r"https?://[^\"'\s)]*", content)) == {"http://www.w3.org/2000/svg"}
        assert not re.search(r"@import|@font-face|url\((?!#)|href=", content)
        text = "".join(root.itertext()).replace("\xa0", " ")
        for word in ("Steps", "ceiling 112", "main part", "that is more than today's plan"):
            assert word in text


def _read(terminal: int) -> bytes:
    """What was drawn since; nothing when the other end is closed."""
    ready, _, _ = select.select([terminal], [], [], LONG_S)
    assert ready, "nothing was drawn for long"
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when nobody holds the other end any more
        return b""


def test_ctrl_c_leaves_a_walk_that_can_be_read(tmp_path: Path, kneemon: Kneemon) -> None:
    store = tmp_path / "k.db"
    with demo("--store", store, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while b" 0:30 " not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_S)
    assert (process.returncode, err) == (ExitCode.INTERRUPTED, b"kneemon: stopped.\n")
    with StoreReader(store) as reader:
        record = reader.session()
    assert record.summary.end_reason is EndReason.SHUTDOWN
    assert record.summary.duration_s >= 29.0
    Store.open(store, documents_of=lambda *_: (), clock=SystemClock()).close()
    told = kneemon("sessions", "--store", store)
    assert told.code == ExitCode.OK
    assert "switching off" in told.out


def test_a_reader_that_leaves_ends_it_quietly(tmp_path: Path) -> None:
    store = tmp_path / "k.db"
    with demo("--store", store, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b" 0:20 " not in process.stdout.readline():
            pass
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.OK
    with StoreReader(store) as reader:
        assert reader.session().summary.end_reason is EndReason.SHUTDOWN


def test_what_it_refuses(tmp_path: Path, store: Path) -> None:
    """At once, before anything is walked, and nothing is made or changed."""
    new, before = tmp_path / "new.db", store.read_bytes()
    refused = {
        ("--store", store): (ExitCode.STORE, f"--store {store}: expected a name for a new file, saw one that is there"),
        ("--store", new, "--broker", "home:mqtt"): (ExitCode.BROKER, "--broker: expected HOST or HOST:PORT, saw 'home"),
        ("--store", new, "--picture", tmp_path / "no" / "k.svg"): (
            ExitCode.EXPORT,
            f"--picture {tmp_path}/no/k.svg: expected a file that can be written, saw No such file or directory",
        ),
    }
    processes = [demo(*words, stdout=subprocess.PIPE) for words in refused]
    for process, (code, sentence) in zip(processes, refused.values(), strict=True):
        with process:
            out, err = process.communicate(timeout=LONG_S)
        assert (process.returncode, out) == (code, b"")
        assert err.decode().startswith(f"kneemon: {sentence}")
        assert err.count(b"\n") == 1
    assert store.read_bytes() == before
    assert not new.exists()


def test_its_own_store_is_made_anew_and_is_never_the_users(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day's dose would be used up by the demo's last walk."""
    own = kneemon.cli.demo._store(None)
    assert own == at_home / ".local" / "state" / "kneemon" / "demo" / "kneemon.db"
    users = own.parent.parent / "kneemon.db"
    for path in (own, own.with_name("kneemon.db-wal"), users):
        path.touch()
    assert kneemon.cli.demo._store(None) == own
    assert list(own.parent.iterdir()) == []
    assert users.exists()
    with lock(own), pytest.raises(StoreError, match="another running kneemon"):
        kneemon.cli.demo._store(None)
    monkeypatch.setenv("XDG_STATE_HOME", str(at_home / "state"))
    assert kneemon.cli.demo._store(None) == at_home / "state" / "kneemon" / "demo" / "kneemon.db"


def test_a_folder_that_is_closed_to_us_is_the_stores_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", closed)
    assert kneemon.cli.demo._store(tmp_path / "k.db") == tmp_path / "k.db"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("home", ("home", 1883)),
        ("home:8884", ("home", 8884)),
        ("192.168.1.20:1883", ("192.168.1.20", 1883)),
        ("[fe80::1]:1884", ("fe80::1", 1884)),
        ("[fe80::1]", ("fe80::1", 1883)),
        ("fe80::1", ("fe80::1", 1883)),
    ],
)
def test_which_broker_is_meant(given: str, expected: tuple[str, int]) -> None:
    assert kneemon.cli.demo._broker(given) == expected


def test_a_document_that_was_not_delivered_is_told(
    store: Path, tmp_path: Path, kneemon: Kneemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StoreReader(store) as reader:
        record = reader.sessions()[1]
    record = replace(record, summary=replace(record.summary, end_reason=EndReason.COMMAND))
    result = DemoResult(
        record, 130, delivered=False, buzzes=3, cut_short=True, whole=True, mqtt="away since …", arrived={}
    )
    monkeypatch.setattr("kneemon.cli.demo.run_demo", lambda *_: result)
    monkeypatch.setattr("kneemon.cli.demo.logging", QuietLogging())
    told = kneemon("demo", "--store", tmp_path / "new.db")
    assert told.code == ExitCode.BROKER
    assert "MQTT          the walk's document NOT delivered, it waits in the store; away since …\n" in told.out
    assert "Steps         130 counted, 130 taken by the simulated walker (+0.0 %)\n" in told.out
    assert "Cut short     after 100 s, as there is no terminal\n" in told.out


def test_without_much_time_the_walk_is_ended_early_and_compared_with_what_was_walked(tmp_path: Path) -> None:
    options = DemoOptions(store=tmp_path / "k.db", speed=60.0, most_s=2.0)
    result = run_demo(options, lambda _backstage: lambda _seen: None)
    summary = result.record.summary
    assert result.cut_short
    assert summary.end_reason is EndReason.COMMAND
    assert summary.duration_s < 400.0
    assert abs(summary.steps - result.true_steps) <= 3


class QuietLogging:
    """The loggers of this process stay as they are."""

    ERROR = CRITICAL = 0

    def basicConfig(self, **_: object) -> None:  # noqa: N802
        pass

    def getLogger(self, _: str) -> "QuietLogging":  # noqa: N802
        return self

    def setLevel(self, _: int) -> None:  # noqa: N802
        pass
