# SPDX-License-Identifier: MIT
"""A walk to store, a clock that the test leads, and a store upon both."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from kneemon.clock import PacedClock
from kneemon.model.cues import CueKind
from kneemon.model.plans import Part, Prescription
from kneemon.model.records import OutboxMessage, SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import Activity, Alert, EndReason, PainMark, Progress, SessionSummary
from kneemon.store import Store

BOOT_ID = "4f1c0000-0000-4000-8000-000000000001"
START_S = 812.4
START = datetime(2026, 11, 22, 9, 0, 0, 250_000, tzinfo=UTC)

PRESCRIPTION = Prescription(
    plan="gentle",
    day=date(2026, 11, 22),
    week=3,
    dose_s=1200.0,
    limit_s=900.0,
    warm_up_s=180.0,
    cool_down_s=180.0,
    cadence_ceiling_spm=110.0,
    pain_stop=6,
)


class Walk:
    """A walk of 2 steps a second, as the engine tells of it."""

    def __init__(self, session_id: str = "b1-1-9f2c", started_at: datetime = START, boot_id: str = BOOT_ID) -> None:
        self.session_id = session_id
        self.started_at = started_at
        self.boot_id = boot_id

    def summary(self, elapsed_s: float = 0.0, end_reason: EndReason | None = None) -> SessionSummary:
        known = elapsed_s > 0
        return SessionSummary(
            started_s=START_S,
            ended_s=START_S + elapsed_s,
            steps=int(2 * elapsed_s),
            walking_s=elapsed_s,
            main_s=elapsed_s / 2,
            over_pace_s=0.0,
            over_limit_s=0.0,
            gaps_s=0.0,
            gaps=0,
            bouts=int(known),
            clipped=0,
            cadence_mean_spm=120.0 if known else None,
            cadence_p95_spm=None,
            prescription=PRESCRIPTION,
            alerts=(Alert(CueKind.PACE_HIGH, 3.0, 120.0, 110.0),) if known else (),
            pains=(PainMark(2.0, None),) if known else (),
            end_reason=end_reason,
        )

    def record(self, elapsed_s: float = 0.0, end_reason: EndReason | None = None) -> SessionRecord:
        return SessionRecord(
            device="ab12cd34ef56",
            session_id=self.session_id,
            revision=1,
            boot_id=self.boot_id,
            started_at=self.started_at,
            ended_at=self.started_at + timedelta(seconds=elapsed_s),
            tz="Europe/Berlin",
            time_quality=TimeQuality.NTP,
            worn="waist",
            sensor="adxl345 at 0x53 on bus 1",
            software="0.1.0",
            summary=self.summary(elapsed_s, end_reason),
            final=end_reason is not None,
        )

    def ended(self, elapsed_s: float) -> SessionRecord:
        return self.record(elapsed_s, EndReason.COMMAND)

    def progress(self, elapsed_s: float) -> Progress:
        return Progress(
            t_s=START_S + elapsed_s,
            elapsed_s=elapsed_s,
            steps=2,
            cadence_spm=120.0,
            activity=Activity.WALKING,
            part=Part.MAIN,
            remaining_s=900.0 - elapsed_s,
            over_pace=True,
            so_far=self.summary(elapsed_s),
        )


def document_of(record: SessionRecord) -> OutboxMessage:
    reason = record.summary.end_reason
    content = {"session_id": record.session_id, "steps": record.summary.steps, "end_reason": reason}
    return OutboxMessage(f"{record.session_id}/{record.revision}", "session/summary", json.dumps(content).encode())


@pytest.fixture
def walk() -> Walk:
    return Walk()


@pytest.fixture
def new_walk() -> type[Walk]:
    return Walk


@pytest.fixture
def clock() -> PacedClock:
    return PacedClock(start=TimeAnchor(BOOT_ID, START_S, START, synchronised=True))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kneemon.db"


OpenStore = Callable[..., Store]


@pytest.fixture
def open_store(path: Path, clock: PacedClock) -> Iterator[OpenStore]:
    """Opens the store at `path`; what a test leaves open is closed after it."""
    stores: list[Store] = []

    def open_(**changes: object) -> Store:
        store = Store.open(**{"path": path, "document_of": document_of, "clock": clock} | changes)
        stores.append(store)
        return store

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


@pytest.fixture
def revised() -> Callable[[SessionRecord], SessionRecord]:
    return lambda record: replace(record, revision=record.revision + 1)


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Has patience, up to 20 s, with what another thread brings about."""

    def eventually_(holds: Callable[[], bool]) -> bool:
        pause = Event()
        return any(holds() or pause.wait(0.01) for _ in range(2000))

    return eventually_
