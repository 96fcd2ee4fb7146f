# SPDX-License-Identifier: MIT
"""The model's words as rows of the tables, and back.

What goes in is made plain first: a number of numpy's would be stored as bytes. A summary and the pain that was told
are JSON, written and checked by msgspec; what cannot be read back is a StoreError, not a guess.
"""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from numbers import Integral, Real

import msgspec

from kneemon.errors import StoreError
from kneemon.model.records import (
    Backlog,
    DocumentKind,
    EventRow,
    Former,
    OutboxMessage,
    PainTold,
    SecondRow,
    SessionRecord,
)
from kneemon.model.sessions import Progress, SessionSummary

Row = tuple[str | bytes | int | float | None, ...]

PUT_SESSION = """
    INSERT INTO session (session_id, revision, device, boot_id, started_at, ended_at, tz, time_quality, worn, sensor,
                         software, final, summary, time_error_s, pain_told)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (session_id) DO UPDATE SET
        revision = excluded.revision, device = excluded.device, boot_id = excluded.boot_id,
        started_at = excluded.started_at, ended_at = excluded.ended_at, tz = excluded.tz,
        time_quality = excluded.time_quality, worn = excluded.worn, sensor = excluded.sensor,
        software = excluded.software, final = excluded.final, summary = excluded.summary,
        time_error_s = excluded.time_error_s, pain_told = excluded.pain_told
    WHERE excluded.revision >= revision
"""
GET_SECONDS = """
    SELECT elapsed_s, steps, cadence_spm, activity, part, over_pace FROM second WHERE session_id = ? ORDER BY elapsed_s
"""
PUT_SECOND = "INSERT OR REPLACE INTO second VALUES (?, ?, ?, ?, ?, ?, ?)"
PUT_EVENT = 'INSERT INTO event (session_id, at_s, kind, value, "limit", unit) VALUES (?, ?, ?, ?, ?, ?)'
PUT_DOCUMENT = """
    INSERT INTO outbox (key, topic, payload, size, session_id, kind, expiry_s, queued_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
"""
GET_WAITING = """
    SELECT key, topic, payload, seq, session_id, kind, expiry_s FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?
"""
DROPPED = "dropped:"  # before the kind of the documents that were let go, in meta
GET_BACKLOG = """
    SELECT (SELECT count(*) FROM outbox), (SELECT queued_at FROM outbox ORDER BY seq LIMIT 1),
        (SELECT value FROM meta WHERE key = 'dropped:detail'),
        (SELECT value FROM meta WHERE key = 'dropped:summary')
"""
NOTE = "note:"  # before a note's name in meta
PUT_FORMER = "INSERT OR IGNORE INTO former VALUES (?, ?, ?, ?, ?, ?)"
PUT_META = "INSERT OR REPLACE INTO meta VALUES (?, ?)"


def session_row(record: SessionRecord) -> Row:
    return (
        record.session_id,
        record.revision,
        record.device,
        record.boot_id,
        instant(record.started_at),
        instant(record.ended_at),
        record.tz,
        record.time_quality.value,
        record.worn,
        record.sensor,
        record.software,
        record.final,
        summary_json(record.summary),
        _real(record.time_error_s),
        msgspec.json.encode(record.pain_told, enc_hook=plain).decode(),
    )


def second_row(session_id: str, progress: Progress) -> Row:
    return (
        session_id,
        float(progress.elapsed_s),
        int(progress.steps),
        _real(progress.cadence_spm),
        progress.activity.value,
        progress.part.value,
        bool(progress.over_pace),
    )


def event_row(session_id: str, event: EventRow) -> Row:
    return session_id, float(event.at_s), str(event.kind), _real(event.value), _real(event.limit), event.unit


def document_row(message: OutboxMessage, session_id: str, now: datetime) -> Row:
    return (
        message.key,
        message.topic,
        message.payload,
        len(message.payload),
        session_id,
        message.kind.value,
        message.expiry_s,
        instant(now),
    )


def document_of(row: sqlite3.Row) -> OutboxMessage:
    """The document of a row of GET_WAITING."""
    key, topic, payload, seq, session_id, kind, expiry_s = row
    return OutboxMessage(key, topic, payload, seq, session_id, DocumentKind(kind), expiry_s)


def backlog_of(row: sqlite3.Row) -> Backlog:
    """The backlog of the row of GET_BACKLOG."""
    documents, oldest, detail, summaries = row
    return Backlog(documents, oldest and datetime.fromisoformat(oldest), int(detail or 0), int(summaries or 0))


def record_of(row: sqlite3.Row) -> SessionRecord:
    """The record of a row of `session`; StoreError when it is not one."""
    try:
        told = msgspec.json.decode(row["pain_told"], type=PainTold)
        known = {**dict(row), "summary": summary_of(row["summary"]), "pain_told": told}
        return msgspec.convert(known, SessionRecord, strict=False)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"the walk {row['session_id']} cannot be read",
            expected="a session and its summary",
            seen=str(error),
            remedy="Please report this; the other walks can still be read.",
        ) from error


def former_row(former: Former) -> Row:
    record = former.record
    text = msgspec.json.encode(record, enc_hook=plain).decode()
    return record.session_id, record.revision, text, former.why, former.author, instant(former.kept_at)


def former_of(row: sqlite3.Row) -> Former:
    record = msgspec.json.decode(row["record"], type=SessionRecord)
    return Former(record, row["why"], row["author"], datetime.fromisoformat(row["kept_at"]))


def second_of(row: sqlite3.Row) -> SecondRow:
    elapsed_s, steps, cadence_spm, activity, part, over_pace = row
    return SecondRow(elapsed_s, steps, cadence_spm, activity, part, bool(over_pace))


def summary_json(summary: SessionSummary) -> str:
    return msgspec.json.encode(summary, enc_hook=plain).decode()


def summary_of(text: str) -> SessionSummary:
    """msgspec.MsgspecError when it is not a summary."""
    return msgspec.json.decode(text, type=SessionSummary)


def instant(moment: datetime) -> str:
    """An aware time as text that sorts."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def brought_up_to(record: SessionRecord, summary: SessionSummary) -> SessionRecord:
    """The record as of `summary`; durations are right even where the civil clock was not."""
    ended_at = record.started_at + timedelta(seconds=summary.duration_s)
    return replace(record, ended_at=ended_at, summary=summary)


def _real(value: float | None) -> float | None:
    return None if value is None else float(value)


def plain(value: object) -> int | float:
    """The Python number of a foreign one."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise TypeError(f"a {type(value).__name__} has no place in the store")
