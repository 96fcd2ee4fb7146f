# SPDX-License-Identifier: MIT
"""The shape of every document of the contract: the publisher writes them, JSON Schemas and reference are made of them.

Every document names its schema and major version. Units are spelled in the keys; null means not known, or not told.
Times are RFC 3339, UTC, with milliseconds and Z; seconds and steps/min are rounded to a tenth. A consumer ignores keys
that it does not know. Pure declarations.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from kneemon.model.cues import LIMIT_CUES
from kneemon.model.home import PlanMode, Problem
from kneemon.model.plans import StateName
from kneemon.model.records import TimeQuality
from kneemon.model.sessions import EndReason

EVENT_TYPES = (*map(str, LIMIT_CUES), "get_advice", "gave_way", "walk_started", "walk_ended")

Instant = Annotated[str, Meta(description="RFC 3339, UTC, such as 2026-11-22T09:14:05.120Z", pattern=r"Z$")]
Day = Annotated[str, Meta(description="a local day, such as 2026-11-22", pattern=r"^\d{4}-\d{2}-\d{2}$")]
Pain = Annotated[int, Meta(ge=0, le=10, description="numeric rating scale, 0 none to 10 worst imaginable")]
Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]
Pace = Annotated[float, Meta(ge=0, description="steps/min")]

# Words of which a later kneemon may know more: a reader passes over those it does not know.
ProblemWord = Annotated[str, Meta(description="may grow", examples=[str(problem) for problem in Problem])]
AlertWord = Annotated[str, Meta(description="may grow", examples=[str(kind) for kind in LIMIT_CUES])]
EventWord = Annotated[str, Meta(description="may grow", examples=list(EVENT_TYPES))]
StateWord = Annotated[str, Meta(description="may grow", examples=[str(name) for name in StateName])]
LevelWord = Annotated[str, Meta(examples=["minimal", "summary", "detail"])]
EndWord = Annotated[str, Meta(description="may grow", examples=[str(reason) for reason in EndReason])]


class Going(StrEnum):
    """What the walker does now."""

    IDLE = "idle"
    WALKING = "walking"
    RESTING = "resting"
    PAUSED = "paused"
    OVER_LIMIT = "over_limit"


class Status(StrEnum):
    """What became of a command."""

    DONE = "done"
    REJECTED = "rejected"
    FAILED = "failed"
    DUPLICATE = "duplicate"  # of one that was taken before; nothing was done again


class InfoDocument(Struct, frozen=True, kw_only=True):
    """What the device is, and which documents it speaks. sw: kneemon's version. worn: where the box sits."""

    schema: Literal["kneemon.info/1"] = "kneemon.info/1"
    contract: Literal["kneemon/v1"] = "kneemon/v1"
    device: str
    sw: str
    sensor: str
    worn: str
    level: LevelWord
    schemas: tuple[str, ...]
    commands: tuple[str, ...]
    desired: tuple[str, ...]


class StateDocument(Struct, frozen=True, kw_only=True):
    """What a dashboard shows now. seq counts the states of one run of one boot."""

    schema: Literal["kneemon.state/1"] = "kneemon.state/1"
    ts: Instant
    boot_id: str
    seq: Count
    session: Going
    session_id: str | None
    steps: Count | None
    cadence_spm: Pace | None
    elapsed_s: Seconds | None
    remaining_s: Seconds | None
    limit_s: Seconds | None
    over: tuple[AlertWord, ...]


class TodayDocument(Struct, frozen=True, kw_only=True):
    """What was walked on the local day so far, by walks that began on it; it falls at resets_at only.

    certain: the day is known to be right.
    """

    schema: Literal["kneemon.today/1"] = "kneemon.today/1"
    date: Day
    tz: str
    steps: Count
    walking_s: Count
    sessions: Count
    resets_at: Instant
    certain: bool


class PlanDocument(Struct, frozen=True, kw_only=True):
    """Today's dose as it is in force: walking minutes of the main part, pace ceiling, rest.

    walk_day: a walk is planned for today. own_…: what the plan itself says; wished_…: what the home asked for, null
    when nothing. state, week, since and reason tell where the plan stands; state, since and reason are null where pain
    stays at home, for they tell of it.
    """

    schema: Literal["kneemon.plan/1"] = "kneemon.plan/1"
    plan_id: str | None
    plan_rev: int | None
    mode: PlanMode
    state: StateWord | None
    week: Count | None
    since: Day | None
    reason: str | None
    walk_day: bool | None
    limit_s: Seconds | None
    cadence_ceiling_spm: Pace | None
    rest_s: Seconds | None
    own_limit_s: Seconds | None
    own_ceiling_spm: Pace | None
    wished_min: Annotated[float, Meta(ge=0, description="minutes")] | None
    wished_pace_spm: Pace | None


class SettingsDocument(Struct, frozen=True, kw_only=True):
    """Settings as they are in force. mute ends with the walk. raises: limits may be raised from outside."""

    schema: Literal["kneemon.settings/1"] = "kneemon.settings/1"
    mute: bool
    silent: bool
    quiet_hours: str
    level: LevelWord
    raises: bool


class DiagDocument(Struct, frozen=True, kw_only=True):
    """How the device does. outbox: documents that wait. dropped: those let go for want of room, ever. last_sync: when
    nothing was left to be sent. problems: none when all is well."""

    schema: Literal["kneemon.diag/1"] = "kneemon.diag/1"
    ts: Instant
    battery_pct: Annotated[float, Meta(ge=0, le=100)] | None
    charging: bool | None
    disk_free_mb: Count | None
    outbox: Count
    outbox_oldest: Instant | None
    dropped: Count
    clock: Annotated[Literal["ntp", "unsynced"], Meta(description="ntp: known to be right")]
    last_sync: Instant | None
    sensor: str
    problems: tuple[ProblemWord, ...]


class EventDocument(Struct, frozen=True, kw_only=True):
    """Something that happens now; lost when nobody listens, for the walk's document holds it for ever.

    value, limit: what was measured against what, in the unit of the event: steps/min, seconds of walking, or pain 0-10.
    """

    schema: Literal["kneemon.event/1"] = "kneemon.event/1"
    event_type: EventWord
    event_id: str
    ts: Instant
    session_id: str | None
    value: float | None
    limit: float | None


class AlertEntry(Struct, frozen=True):
    """A limit that was met or crossed at_s seconds after the start."""

    type: AlertWord
    at_s: float
    value: float | None
    limit: float | None


class PainEntry(Struct, frozen=True):
    """Pain felt at_s seconds after the start; score null when only the button was pressed."""

    at_s: float
    score: Pain | None


class PainReport(Struct, frozen=True, kw_only=True):
    """How much it hurt: before, at the end, two hours later, next morning; null: not told. marks: during the walk."""

    before: Pain | None
    after: Pain | None
    later: Pain | None
    morning: Pain | None
    marks: tuple[PainEntry, ...]
    scale: Literal["nrs-11"] = "nrs-11"


class GaveWayEntry(Struct, frozen=True):
    """How often the knee gave way, as the walker marked it, and when, seconds after the start."""

    times: Count
    at_s: tuple[float, ...]


class SummaryDocument(Struct, frozen=True, kw_only=True):
    """One revision of one session, complete in itself: of each (device, session_id) the highest revision counts.

    mono_start_s: seconds since the boot named by boot_id. time_quality: ntp, estimated (started_at is too early by
    time_error_s at most) or unsynced (a guess); durations are exact in any case. limit_s: walking time of the main part
    that was left to do when the walk began. over_pace_s: walking above the pace ceiling; over_limit_s: after dose and
    cool-down; moderate_s: at a moderate pace or faster. gaps: stretches without signal, gaps_s their time. final: the
    walk is over. worn: where the box sat. sw: kneemon's version. pain and gave_way are null where pain stays at home.
    """

    schema: Literal["kneemon.session.summary/1"] = "kneemon.session.summary/1"
    device: str
    session_id: str
    revision: Annotated[int, Meta(ge=1)]
    final: bool
    started_at: Instant
    ended_at: Instant
    tz: str
    time_quality: TimeQuality
    time_error_s: Seconds | None
    boot_id: str
    mono_start_s: float
    duration_s: Seconds
    walking_s: Seconds
    rest_s: Seconds
    paused_s: Seconds
    steps: Count
    cadence_mean_spm: Pace | None
    cadence_p95_spm: Pace | None
    moderate_s: Seconds
    plan_id: str | None
    plan_rev: int | None
    plan_state: StateWord | None
    limit_s: Seconds | None
    over_pace_s: Seconds | None
    over_limit_s: Seconds | None
    alerts: tuple[AlertEntry, ...]
    pain: PainReport | None
    gave_way: GaveWayEntry | None
    sensor: str
    worn: str
    gaps_s: Seconds
    gaps: Count
    interrupted: bool
    end_reason: EndWord | None
    sw: str


class DetailDocument(Struct, frozen=True, kw_only=True):
    """One chunk of a walk in columns: row i covers [t0_s + i * dt_s, t0_s + (i + 1) * dt_s) seconds after the start.

    steps, flags: null where there was no signal at all. cadence_spm: the mean, null when not known. flags, added up, of
    what was so in a second of the row: 1 resting, 2 above the pace ceiling, 4 paused.
    """

    schema: Literal["kneemon.session.detail/1"] = "kneemon.session.detail/1"
    device: str
    session_id: str
    revision: Annotated[int, Meta(ge=1)]
    chunk: Annotated[int, Meta(ge=1)]
    chunks: Annotated[int, Meta(ge=1)]
    t0_s: float
    dt_s: float
    steps: tuple[Count | None, ...]
    cadence_spm: tuple[Pace | None, ...]
    flags: tuple[Annotated[int, Meta(ge=0, le=7)] | None, ...]


class QuestionEntry(Struct, frozen=True):
    """A question about a walk or, where session_id is empty, about the day; the whole numbers from least to most answer
    it."""

    ask: str
    session_id: str
    day: Day
    least: int
    most: int


class QuestionsDocument(Struct, frozen=True, kw_only=True):
    """All that is asked and not answered as of ts; it replaces what was told before."""

    schema: Literal["kneemon.questions/1"] = "kneemon.questions/1"
    ts: Instant
    open: tuple[QuestionEntry, ...]


class CommandDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What you send. id: makes a second delivery harmless; expires_at: from then on it does not count any more."""

    cmd: Annotated[str, Meta(min_length=1, max_length=64)]
    id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    args: dict[str, Any] = {}
    expires_at: Instant | None = None


class AckDocument(Struct, frozen=True, kw_only=True):
    """What became of a command. code is null when it was done; message is a sentence for a person."""

    schema: Literal["kneemon.ack/1"] = "kneemon.ack/1"
    id: str | None
    cmd: str | None
    status: Status
    code: str | None
    message: str
    ts: Instant


class WishDocument(Struct, frozen=True, kw_only=True):
    """What became of a wish for a setting; what is in force stands in `settings` and `plan`."""

    schema: Literal["kneemon.desired.result/1"] = "kneemon.desired.result/1"
    key: str
    wished: str
    status: Literal["accepted", "refused"]
    code: str | None
    message: str
    ts: Instant


class StoredDocument(Struct, frozen=True, kw_only=True):
    """A collector says that it has this revision for good."""

    session_id: str
    revision: Annotated[int, Meta(ge=1)]


Document = (
    InfoDocument
    | StateDocument
    | TodayDocument
    | PlanDocument
    | SettingsDocument
    | DiagDocument
    | EventDocument
    | SummaryDocument
    | DetailDocument
    | QuestionsDocument
    | AckDocument
    | WishDocument
)


def encoded(document: Document) -> bytes:
    """As JSON in UTF-8: the same bytes for the same facts."""
    return msgspec.json.encode(document)


def schema_of(document: type[Struct]) -> str | None:
    """The name of the document's schema, such as kneemon.state/1; None for what is sent to the device."""
    return next((str(field.default) for field in msgspec.structs.fields(document) if field.name == "schema"), None)
