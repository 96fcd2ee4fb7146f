# SPDX-License-Identifier: MIT
"""The documents kneemon publishes, as JSON in UTF-8: pure, and the same bytes for the same facts.

Every document names its schema and major version. Units are spelled in the keys; null means not known, or not told.
Times are RFC 3339, UTC, with milliseconds and Z; seconds and steps/min are rounded to a tenth. A consumer ignores keys
it does not know, and keeps of each (device, session_id) the highest revision.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import msgspec

from kneemon.model.cues import CueKind
from kneemon.model.records import OutboxMessage, SessionRecord
from kneemon.model.sessions import INTERRUPTED, Alert, PainMark
from kneemon.mqtt.topics import SESSION_SUMMARY
from kneemon.ports import LiveState

OF_PAIN = (CueKind.PAIN_ROSE, CueKind.PAIN_STOP)


class StateDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a dashboard shows now. seq counts the states of one run of one boot."""

    schema: Literal["kneemon.state/1"] = "kneemon.state/1"
    ts: str
    boot_id: str
    seq: int
    session: str
    session_id: str | None
    steps: int | None
    cadence_spm: float | None
    elapsed_s: float | None
    remaining_s: float | None
    limit_s: float | None
    over: tuple[str, ...]


class AlertEntry(msgspec.Struct, frozen=True):
    """A limit that was met or crossed at_s seconds after the start."""

    type: str
    at_s: float
    value: float | None
    limit: float | None


class PainEntry(msgspec.Struct, frozen=True):
    """Pain felt at_s seconds after the start; score null when only the button was pressed."""

    at_s: float
    score: int | None


class GaveWayEntry(msgspec.Struct, frozen=True):
    """How often the knee gave way, as the walker marked it, and when, seconds after the start."""

    times: int
    at_s: tuple[float, ...]


class SummaryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of one session, complete in itself. mono_start_s: seconds since the boot named by boot_id."""

    schema: Literal["kneemon.session.summary/1"] = "kneemon.session.summary/1"
    device: str
    session_id: str
    revision: int
    final: bool
    started_at: str
    ended_at: str
    tz: str
    time_quality: str
    boot_id: str
    mono_start_s: float
    duration_s: float
    walking_s: float
    rest_s: float
    paused_s: float
    steps: int
    cadence_mean_spm: float | None
    cadence_p95_spm: float | None
    plan_id: str | None
    limit_s: float | None
    over_pace_s: float | None
    over_limit_s: float | None
    alerts: tuple[AlertEntry, ...]
    pain: tuple[PainEntry, ...] | None
    pain_scale: Literal["nrs-11"] = "nrs-11"
    gave_way: GaveWayEntry | None
    sensor: str
    worn: str
    gaps_s: float
    gaps: int
    interrupted: bool
    end_reason: str | None
    sw: str
    pain_before: int | None
    plan_rev: int | None
    plan_state: str | None
    moderate_s: float


def state_document(state: LiveState, *, at: datetime, boot_id: str, seq: int) -> bytes:
    """The live state as of `at` (aware)."""
    return msgspec.json.encode(
        StateDocument(
            ts=rfc3339(at),
            boot_id=boot_id,
            seq=seq,
            session=state.session,
            session_id=state.session_id,
            steps=state.steps,
            cadence_spm=_tenth_or_null(state.cadence_spm),
            elapsed_s=_tenth_or_null(state.elapsed_s),
            remaining_s=_tenth_or_null(state.remaining_s),
            limit_s=_tenth_or_null(state.limit_s),
            over=state.over,
        )
    )


def summary_document(record: SessionRecord, *, pain: bool = True) -> bytes:
    """The session's summary; without `pain` nothing of how much it hurt, nor that the knee gave way, nor the plan's
    state, which tells of a flare or a warning sign."""
    summary = record.summary
    plan = summary.prescription
    return msgspec.json.encode(
        SummaryDocument(
            device=record.device,
            session_id=record.session_id,
            revision=record.revision,
            final=record.final,
            started_at=rfc3339(record.started_at),
            ended_at=rfc3339(record.ended_at),
            tz=record.tz,
            time_quality=record.time_quality,
            boot_id=record.boot_id,
            mono_start_s=_tenth(summary.started_s),
            duration_s=_tenth(summary.duration_s),
            walking_s=_tenth(summary.walking_s),
            rest_s=_tenth(summary.rest_s),
            paused_s=_tenth(summary.paused_s),
            steps=summary.steps,
            cadence_mean_spm=_tenth_or_null(summary.cadence_mean_spm),
            cadence_p95_spm=_tenth_or_null(summary.cadence_p95_spm),
            plan_id=None if plan is None else plan.plan,
            limit_s=None if plan is None else _tenth(plan.limit_s),
            over_pace_s=None if plan is None or plan.cadence_ceiling_spm is None else _tenth(summary.over_pace_s),
            over_limit_s=None if plan is None else _tenth(summary.over_limit_s),
            alerts=_alerts(summary.alerts, pain=pain),
            pain=_pain(summary.pains) if pain else None,
            gave_way=_gave_way(summary.gave_way_s) if pain else None,
            sensor=record.sensor,
            worn=record.worn,
            gaps_s=_tenth(summary.gaps_s),
            gaps=summary.gaps,
            interrupted=summary.end_reason in INTERRUPTED,
            end_reason=summary.end_reason,
            sw=record.software,
            pain_before=summary.pain_before if pain else None,
            plan_rev=(plan.plan_rev or None) if plan is not None else None,
            plan_state=plan.state if plan is not None and pain else None,
            moderate_s=_tenth(summary.moderate_s),
        )
    )


def summary_message(record: SessionRecord, *, pain: bool = True) -> OutboxMessage:
    """The summary on its way out; its key makes a second delivery harmless."""
    return OutboxMessage(
        key=f"{record.session_id}/{record.revision}",
        topic=SESSION_SUMMARY.path(record.device),
        payload=summary_document(record, pain=pain),
    )


def _alerts(alerts: Iterable[Alert], *, pain: bool) -> tuple[AlertEntry, ...]:
    return tuple(
        AlertEntry(alert.kind, _tenth(alert.at_s), _tenth_or_null(alert.value), _tenth_or_null(alert.limit))
        for alert in alerts
        if pain or alert.kind not in OF_PAIN
    )


def _pain(marks: Iterable[PainMark]) -> tuple[PainEntry, ...]:
    return tuple(PainEntry(_tenth(mark.at_s), mark.score) for mark in marks)


def _gave_way(times_s: tuple[float, ...]) -> GaveWayEntry:
    return GaveWayEntry(len(times_s), tuple(_tenth(at_s) for at_s in times_s))


def rfc3339(at: datetime) -> str:
    """An instant (aware) as every document writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tenth(value: float) -> float:
    return round(value, 1)


def _tenth_or_null(value: float | None) -> float | None:
    return None if value is None else _tenth(value)
