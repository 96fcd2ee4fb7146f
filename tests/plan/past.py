# SPDX-License-Identifier: MIT
"""Walks and diary entries of a boot that began on a Monday at nine."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from kneemon.model.diary import DiaryEntry, Stamp
from kneemon.model.plans import Prescription, Rules
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.plan.history import Outcome, history

MONDAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 9:00 in Berlin
BERLIN = "Europe/Berlin"
DAY_S = 86_400.0
RULES = Rules()
DOSE = Prescription("Knees", MONDAY, 1, 600.0, 600.0, 180.0, 180.0, 110.0, 6)


def anchor(boot_id: str = "b1", t_s: float = 0.0, utc: datetime = NINE, *, synchronised: bool = True):
    return {boot_id: TimeAnchor(boot_id, t_s, utc, synchronised)}


def stamp(t_s: float = 0.0, boot_id: str = "b1", *, label: datetime | None = None, certain=True, tz=BERLIN) -> Stamp:
    """At t_s of a boot that began at nine on Monday, by its own label."""
    return Stamp(boot_id, t_s, label or NINE + timedelta(seconds=t_s), certain, tz)


def told(*facts: object, t_s: float = 0.0) -> list[DiaryEntry]:
    return [DiaryEntry(stamp(t_s), fact, seq) for seq, fact in enumerate(facts, 1)]


def walk(session_id: str = "w1", t_s: float = 0.0, boot_id: str = "b1", **figures: object) -> SessionRecord:
    """Ten minutes of the dose, at t_s of a boot that began at nine on Monday."""
    summary = replace(
        SessionSummary.begun(t_s, DOSE),
        ended_s=t_s + 1000,
        steps=1800,
        walking_s=960.0,
        main_s=600.0,
        cadence_mean_spm=104.0,
        end_reason=EndReason.COMMAND,
    )
    started_at = NINE + timedelta(seconds=t_s)
    return SessionRecord(
        device="knee-1",
        session_id=session_id,
        revision=1,
        boot_id=boot_id,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=1000),
        tz=BERLIN,
        time_quality=TimeQuality.NTP,
        worn="waist",
        sensor="adxl345",
        software="kneemon 0.1.0",
        summary=replace(summary, **figures),
        final=True,
    )


def only(*entries: DiaryEntry, record: SessionRecord | None = None) -> Outcome:
    (outcome,) = history([record or walk()], entries, {}, RULES).walks
    return outcome
