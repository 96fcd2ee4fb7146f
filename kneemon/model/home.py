# SPDX-License-Identifier: MIT
"""What the home is told. None is not known, never 0.

Told are states, each the newest of its kind, and moments, which are live or nothing. Lasting facts of a walk stand in
its document, made of a `SessionRecord`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kneemon.model.diary import LimitWish
from kneemon.model.plans import StateName
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord


@dataclass(frozen=True, slots=True)
class LiveState:
    """The walk now."""

    session: str  # idle, walking, resting, paused, over_limit
    session_id: str | None = None
    steps: int | None = None
    cadence_spm: float | None = None
    elapsed_s: float | None = None
    remaining_s: float | None = None
    limit_s: float | None = None
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for its answer: about a walk, or the morning of `day`."""

    ask: Ask
    session_id: str
    day: date


@dataclass(frozen=True, slots=True)
class Questions:
    """All that is open now."""

    open: tuple[OpenQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Today:
    """What was walked on the local day so far. ends_at: the next local midnight (aware). certain: the day is known."""

    day: date
    tz: str
    ends_at: datetime
    certain: bool
    steps: int = 0
    walking_s: float = 0.0
    sessions: int = 0


class PlanMode(StrEnum):
    """What the walker or the home chose."""

    FOLLOW = "follow"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """Where the plan stands since a day, and why. week: its step, from 1."""

    state: StateName
    week: int
    since: date
    reason: str


@dataclass(frozen=True, slots=True)
class PlanToday:
    """Today's dose as it is in force, and what made it so. limit_s: walking time of the day's main part.

    plan None: there is none, or it has not begun; rev: 0 when no version of it is kept. standing None: nothing was
    decided yet. walk_day: a walk is planned for today. own_limit_s and
    own_ceiling_spm: the plan's, without wishes.
    """

    plan: str | None = None
    rev: int = 0
    standing: PlanStanding | None = None
    mode: PlanMode = PlanMode.FOLLOW
    walk_day: bool | None = None
    limit_s: float | None = None
    cadence_ceiling_spm: float | None = None
    rest_s: float | None = None
    own_limit_s: float | None = None
    own_ceiling_spm: float | None = None
    wished: LimitWish = LimitWish()


@dataclass(frozen=True, slots=True)
class Reported:
    """Settings as they are in force. mute: nothing is heard until the walk is over. raises: limits may be raised."""

    mute: bool = False
    silent: bool = False
    quiet_hours: str = ""
    raises: bool = False


class Problem(StrEnum):
    """What is wrong with the device; each has one entity or one word at the home."""

    SENSOR = "sensor_fault"
    CLOCK = "clock_unsynced"
    STORAGE = "storage"  # cannot be written, or nearly full
    DROPPED = "documents_dropped"  # the outbox was full
    DENIED = "mqtt_denied"  # the broker refuses a topic; added by the publisher itself
    BATTERY = "battery_low"


@dataclass(frozen=True, slots=True)
class Health:
    """How the device does. percent: 0-100."""

    battery_percent: float | None = None
    charging: bool | None = None
    disk_free_mb: int | None = None
    clock_known: bool = False
    sensor: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """What the device is."""

    software: str
    sensor: str
    worn: str


@dataclass(frozen=True, slots=True)
class LastWalk:
    """The newest walk that is over; None: there is none."""

    record: SessionRecord | None = None


News = LiveState | Questions | Today | PlanToday | Reported | Health | About | LastWalk


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens now, at the civil instant `at` (aware): a limit, a milestone. Never told later.

    kind: a limit cue's name, gave_way, get_advice, walk_started, walk_ended.
    """

    kind: str
    at: datetime
    session_id: str | None = None
    value: float | None = None
    limit: float | None = None
