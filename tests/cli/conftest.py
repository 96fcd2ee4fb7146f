# SPDX-License-Identifier: MIT
"""The command line in a home of its own; recordings of known walks; a store with two walks in it."""

import gzip
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kneemon.cli import main
from kneemon.clock import PacedClock
from kneemon.model.plans import Part
from kneemon.model.records import EventRow, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import Activity, EndReason, Progress, SessionSummary
from kneemon.store import Store
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker

Sampled = Callable[..., tuple[Walker, SampleBlock]]

PLAN = """\
schema = 1
name = "gentle"
start = 2026-11-16
warm_up_min = 0
cool_down_min = 0
cadence_ceiling_spm = 95
[[week]]
minutes = 3
"""


@dataclass(frozen=True)
class Told:
    """What a verb said and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No configuration, store or environment of this machine's user is seen."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "KNEEMON_CONFIG", "KNEEMON_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def kneemon(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """kneemon("replay", path, …) in this process."""

    def run(*words: object) -> Told:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Told(code, out, err)

    return run


@pytest.fixture(scope="session")
def walk(sampled: Sampled) -> tuple[Walker, SampleBlock]:
    """Stands until 3 s, walks until 33 s, stands until 40 s."""
    return sampled(Stand(3.0), Walk(30.0, 100.0), Stand(7.0))


@pytest.fixture(scope="session")
def rows(walk: tuple[Walker, SampleBlock]) -> list[str]:
    """The walk as lines of a recording."""
    block = walk[1]
    samples = zip(block.t_s.tolist(), block.acc_g.tolist(), strict=True)
    return [f"{t:.2f},{x:.5f},{y:.5f},{z:.5f}" for t, (x, y, z) in samples]


@pytest.fixture
def recorded(tmp_path: Path, rows: list[str]) -> Callable[..., Path]:
    """recorded("a.csv") writes the walk, recorded("a.csv", lines) other lines, under a header."""

    def write(name: str, lines: Iterable[str] | None = None, *, header: str = "t,ax,ay,az") -> Path:
        path = tmp_path / name
        content = "".join(f"{line}\n" for line in (header, *(rows if lines is None else lines))).encode()
        path.write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two walks of 2 steps a second: one of 65 s, and one of 40 minutes that a power cut left open."""
    path = tmp_path / "kneemon.db"
    began = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    clock = PacedClock(start=TimeAnchor("4f1c", 1000.0, began, synchronised=True))
    kept = Store.open(path, documents_of=lambda *_: (), clock=clock)
    for number, seconds in enumerate((65, 2400)):
        record = SessionRecord(
            device=kept.device,
            session_id=kept.next_session_id("4f1c"),
            revision=1,
            boot_id="4f1c",
            started_at=began + timedelta(hours=number),
            ended_at=began + timedelta(hours=number),
            tz="Europe/Berlin",
            time_quality=TimeQuality.NTP,
            worn="waist",
            sensor="canned",
            software="0",
            summary=SessionSummary.begun(1000.0 + 3600.0 * number, None),
            final=False,
        )
        kept.begin(record)
        for second in range(1, seconds + 1):
            kept.progress(record.session_id, _progress(record.summary, second))
        kept.note(record.session_id, EventRow(0.0, "bout", float(seconds), unit="s"))
        if number == 0:
            ended = replace(_walked(record.summary, seconds), end_reason=EndReason.COMMAND)
            ended_at = record.started_at + timedelta(seconds=seconds)
            kept.end(replace(record, ended_at=ended_at, summary=ended, final=True))
    kept.close()
    return path


@pytest.fixture
def newer(store: Path, tmp_path: Path) -> Path:
    """A store of a kneemon yet to come."""
    path = store.rename(tmp_path / "newer.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    return path


def _walked(begun: SessionSummary, seconds: float) -> SessionSummary:
    return replace(
        begun,
        ended_s=begun.started_s + seconds,
        steps=int(2 * seconds),
        walking_s=float(seconds),
        main_s=float(seconds),
        bouts=1,
        cadence_mean_spm=120.0,
        cadence_p95_spm=121.0,
    )


def _progress(begun: SessionSummary, second: int) -> Progress:
    return Progress(
        t_s=begun.started_s + second,
        elapsed_s=float(second),
        steps=2,
        cadence_spm=120.0,
        activity=Activity.WALKING,
        part=Part.FREE,
        remaining_s=None,
        over_pace=False,
        so_far=_walked(begun, second),
    )


@pytest.fixture(scope="session")
def million(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A recording of a million rows at 500 Hz, zipped; and how long it is. One minute of walking again and again."""
    acc_g = Walker((Walk(50.0, 100.0), Stand(10.0)), seed=1).acceleration(np.arange(30_000) / 500)
    minute = [f"{x:.4f},{y:.4f},{z:.4f}\n" for x, y, z in acc_g.tolist()]
    path = tmp_path_factory.mktemp("million") / "walk.csv.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("t,ax,ay,az\n")
        for first in range(0, 1_000_000, len(minute)):
            rows = minute[: 1_000_000 - first]
            file.write("".join(f"{(first + i) / 500:.3f},{row}" for i, row in enumerate(rows)))
    return path, 2000.0
