# SPDX-License-Identifier: MIT
"""What is kept and published of a session: its summary, labelled with a name, a device and civil time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kneemon.model.sessions import SessionSummary


@dataclass(frozen=True, slots=True)
class TimeAnchor:
    """One instant on both clocks of one boot: monotonic (CLOCK_BOOTTIME, seconds) and civil (aware, UTC)."""

    boot_id: str
    monotonic_s: float
    utc: datetime
    synchronised: bool


class TimeQuality(StrEnum):
    """How far a session's civil times can be trusted; its durations always can."""

    NTP = "ntp"  # known within a second, at the walk or by what was known in the same boot
    ESTIMATED = "estimated"  # too early by time_error_s at most: the device lost its clock between two known times
    UNSYNCED = "unsynced"  # a guess


@dataclass(frozen=True, slots=True)
class PainTold:
    """Pain 0-10 as answered about a walk, so far; None: not told. morning: the day after."""

    before: int | None = None
    after: int | None = None
    later: int | None = None
    morning: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One revision of one session, complete: the only thing exports and documents are made of.

    time_error_s: how far off its civil times may be at most; None when that is not known.
    """

    device: str
    session_id: str
    revision: int
    boot_id: str
    started_at: datetime  # aware, UTC
    ended_at: datetime  # aware, UTC
    tz: str  # IANA name of the reader's zone, "UTC" when not known
    time_quality: TimeQuality
    worn: str
    sensor: str
    software: str
    summary: SessionSummary
    final: bool
    time_error_s: float | None = None
    pain_told: PainTold = PainTold()


@dataclass(frozen=True, slots=True)
class Former:
    """A walk as it was before a revision: why it was revised, and by whom ("engine" for a better count)."""

    record: SessionRecord
    why: str
    author: str
    kept_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class SecondRow:
    """One stored second of a session; see `Progress`."""

    elapsed_s: float
    steps: int
    cadence_spm: float | None
    activity: str
    part: str
    over_pace: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """One stored event of a session: a cue, a pain mark, a bout, a gap. value, limit and unit as in `Cue`."""

    at_s: float
    kind: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""


class DocumentKind(StrEnum):
    """What is let go first when the outbox is full: detail."""

    SUMMARY = "summary"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A document on its way out; `key` is its idempotency key, `seq` its place in the row, once it is stored.

    expiry_s: how long a broker may keep it, None for as long as it likes.
    """

    key: str
    topic: str
    payload: bytes
    seq: int = 0
    session_id: str = ""
    kind: DocumentKind = DocumentKind.SUMMARY
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the outbox. oldest: when the oldest was put there (the label's time, aware), None when it is empty.

    dropped_detail, dropped_summaries: documents let go for want of room, since the store was made.
    """

    documents: int = 0
    oldest: datetime | None = None
    dropped_detail: int = 0
    dropped_summaries: int = 0
