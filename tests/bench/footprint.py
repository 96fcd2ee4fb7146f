# SPDX-License-Identifier: MIT
"""`python -m tests.bench.footprint`: a year of one walk a day, through the real engine, logbook and store.

One walk is walked by the engine; each day is a boot of its own that stores it once more: a commit every 10 s, four
answers, its document put into the outbox and taken off. What is written is what the kernel was handed (/proc/self/io)
and what it accounts to the disk; the file system's own journal comes on top. MB of 10^6 bytes.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kneemon.app.broker import documents_of
from kneemon.app.journal import journal
from kneemon.app.logbook import Logbook
from kneemon.clock import PacedClock
from kneemon.engine import Engine, EngineParams, Event
from kneemon.model.commands import StartSession, StopSession
from kneemon.model.diary import PainAnswer, Stamp
from kneemon.model.questions import Ask
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import Progress
from kneemon.mqtt.settings import BrokerSettings
from kneemon.service import ServiceNotifier
from kneemon.store.writer import Store
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker
from tests.bench.footprint_tables import footprint
from tests.bench.made import Made
from tests.bench.page import renew
from tests.bench.telling import progress

RATE_HZ = 50.0
BLOCK_S = 0.5
COMMIT_S = 10
BOOTED_S = 1000.0  # on the clock of each day's boot, when its walk begins
FIRST = datetime(2026, 1, 1, 9, tzinfo=UTC)
ASKS = (Ask.PAIN_BEFORE, Ask.PAIN_END, Ask.PAIN_LATER, Ask.PAIN_MORNING)
HOME = BrokerSettings("127.0.0.1", 1883, insecure=True)


@dataclass(frozen=True, slots=True)
class Day:
    """What one more day with a walk took. handed, dirtied: bytes, to the kernel and to the disk by its account."""

    handed: int
    dirtied: int
    commits: int
    log_bytes: int


@dataclass(frozen=True, slots=True)
class Year:
    """days: every one with a walk of so many minutes. sizes: of the database, bytes, at the end of each day."""

    minutes: float
    days: Sequence[Day]
    sizes: Sequence[int]
    log_lines: int
    rows: int


def measure(days: int, minutes: float) -> Year:
    """In a folder of the disk that temporary files are on."""
    with progress(f"a walk of {minutes:g} minutes through the engine"):
        events = _walked(minutes)
    with TemporaryDirectory() as folder, progress(f"{days} days of it into the store"):
        path = Path(folder) / "kneemon.db"
        lived, sizes = [], []
        for number in range(days):
            lived.append(_day(path, number, events))
            sizes.append(path.stat().st_size)
    rows = sum(isinstance(event, Progress) for event in events)
    return Year(minutes, lived, sizes, _log_lines(events), rows)


def _walked(minutes: float) -> list[Event]:
    """Stands for a little, then walks, then stands and is stopped."""
    walker = Walker((Stand(8.0), Walk(minutes * 60, 100.0), Stand(6.0)), seed=7)
    engine = Engine(EngineParams())
    events: list[Event] = list(engine.command(StartSession(BOOTED_S)))
    begin_s = 0.0
    while begin_s < walker.duration_s:
        t_s = begin_s + np.arange(round(BLOCK_S * RATE_HZ)) / RATE_HZ
        events += engine.feed(SampleBlock(t_s + BOOTED_S, walker.acceleration(t_s)))
        begin_s += BLOCK_S
    return [*events, *engine.command(StopSession(BOOTED_S + begin_s))]


def _day(path: Path, number: int, events: Sequence[Event]) -> Day:
    """A boot, the walk, its answers, and a broker that takes the document."""
    boot = f"{number:08x}-0000-4000-8000-000000000000"
    clock = PacedClock(start=TimeAnchor(boot, BOOTED_S, FIRST + timedelta(days=number), synchronised=True))
    before, commits, log_bytes = _io(), 0, 0
    store = Store.open(path, documents_of=documents_of(HOME), clock=clock)
    try:
        store.keep_anchor(clock.anchor())
        logbook = Logbook(store, clock, worn="waist", sensor=lambda: "adxl345 at 0x53 on bus 1")
        seconds = 0
        for event in events:
            logbook.keep(event)
            if isinstance(event, Progress):
                clock.advance(1.0)
                seconds += 1
                if seconds % COMMIT_S == 0:
                    store.flush()
                    commits += 1
                    log_bytes = max(log_bytes, _size(path.with_name(f"{path.name}-wal")))
        name = logbook.record.session_id if logbook.record else ""
        for ask in ASKS:
            stamp = Stamp(boot, clock.now_s(), clock.anchor().utc, True, "Europe/Berlin")
            morning = clock.today() if ask is Ask.PAIN_MORNING else None
            store.write(PainAnswer(ask, 3, name, morning), stamp)
        for message in store.waiting(0, 1000):
            store.acknowledged(message.seq)
        store.flush()
    finally:
        store.close()
    handed, dirtied = (after - at_first for after, at_first in zip(_io(), before, strict=True))
    return Day(handed, dirtied, commits, log_bytes)


def _log_lines(events: Sequence[Event]) -> int:
    """Of the journal, for a walk."""
    lines: list[str] = []

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    log, handler = logging.getLogger("kneemon.app.journal"), Counting()
    log.addHandler(handler)
    level = log.level
    log.setLevel(logging.INFO)
    try:
        for event in events:
            journal(event, "b1-1-9f2c", ServiceNotifier(), stopping=False)
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
    return len(lines)


def _io() -> tuple[int, int]:
    """Bytes that this process has handed to the kernel, and those that it made the kernel write to a disk."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(told["wchar"]), int(told["write_bytes"])


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.footprint", description=__doc__)
    parser.add_argument("--days", type=int, default=365, help="with a walk each (default: 365)")
    parser.add_argument("--minutes", type=float, default=30.0, help="of each walk (default: 30)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to put the tables into")
    args = parser.parse_args()
    text = footprint(measure(args.days, args.minutes), Made.now())
    sys.stdout.write(f"{text}\n")
    if args.write:
        renew(args.write, "footprint", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
