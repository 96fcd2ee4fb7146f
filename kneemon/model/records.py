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

    NTP = "ntp"
    UNSYNCED = "unsynced"


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One revision of one session, complete: the only thing exports and documents are made of."""

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


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A document on its way out; `key` is its idempotency key, `seq` its place in the row, once it is stored."""

    key: str
    topic: str
    payload: bytes
    seq: int = 0
