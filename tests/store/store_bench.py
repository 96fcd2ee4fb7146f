# SPDX-License-Identifier: MIT
"""The bench of these tests: a walk to store, and the documents it becomes."""

import json
from datetime import UTC, date, datetime, timedelta

from kneemon.model.cues import CueKind
from kneemon.model.plans import Part, Prescription
from kneemon.model.records import DocumentKind, OutboxMessage, SessionRecord, TimeQuality
from kneemon.model.sessions import Activity, Alert, EndReason, PainMark, Progress, SessionSummary
from kneemon.ports import Seconds

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


def documents_of(record: SessionRecord, seconds: Seconds | None) -> list[OutboxMessage]:
    """A summary and, where seconds are given, one chunk of detail for every 20 of them."""
    reason = record.summary.end_reason
    content = {"session_id": record.session_id, "steps": record.summary.steps, "end_reason": reason}
    key = f"{record.session_id}/{record.revision}"
    messages = [OutboxMessage(key, "session/summary", json.dumps(content).encode(), session_id=record.session_id)]
    told = [] if seconds is None else [row.steps for row in seconds()]
    for chunk, first in enumerate(range(0, len(told), 20)):
        payload = json.dumps(told[first : first + 20]).encode()
        messages.append(
            OutboxMessage(
                f"{key}/{chunk}",
                f"session/detail/{record.session_id}/{chunk}",
                payload,
                session_id=record.session_id,
                kind=DocumentKind.DETAIL,
                expiry_s=86400,
            )
        )
    return messages
