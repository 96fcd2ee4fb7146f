# SPDX-License-Identifier: MIT
"""A session is one outing, start to end; these are its facts, in stream time and seconds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from kneemon.model.cues import CueKind
from kneemon.model.plans import Part, Prescription


class Activity(StrEnum):
    """What the walker does within a session."""

    WALKING = "walking"
    RESTING = "resting"
    PAUSED = "paused"


class EndReason(StrEnum):
    """Why a session is over."""

    COMMAND = "command"
    STILLNESS = "stillness"
    SHUTDOWN = "shutdown"  # the device was stopped during the walk
    POWER_LOSS = "power_loss"  # closed at the next start, from what had been stored


INTERRUPTED = (EndReason.SHUTDOWN, EndReason.POWER_LOSS)


@dataclass(frozen=True, slots=True)
class Alert:
    """A limit cue as the outside world sees it: when, and what was measured against which limit."""

    kind: CueKind
    at_s: float  # seconds after the session's start
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class PainMark:
    """Pain felt at_s seconds after the start; score None when only the button was pressed."""

    at_s: float
    score: int | None


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """The session's figures so far, or at its end when end_reason is set.

    main_s: walking seconds that counted against the plan's dose. over_limit_s: walking after dose and cool-down.
    over_pace_s: walking above the cadence ceiling. gaps_s: time without signal.
    paused_s: time that the walker took out; nothing in it counts. gave_way_s: when the knee gave way, after the start.
    pain_before: 0-10 as told when it began or soon after. moderate_s, vigorous_s: walking at such a cadence (CADENCE
    bands, docs/defaults.md rows 18 and 19). cadence_mean_spm: time-weighted over walking; None when no cadence was ever
    known, as is cadence_p95_spm.
    """

    started_s: float
    ended_s: float
    steps: int
    walking_s: float
    main_s: float
    over_pace_s: float
    over_limit_s: float
    gaps_s: float
    gaps: int
    bouts: int
    clipped: int
    cadence_mean_spm: float | None
    cadence_p95_spm: float | None
    prescription: Prescription | None
    alerts: tuple[Alert, ...] = ()
    pains: tuple[PainMark, ...] = ()
    end_reason: EndReason | None = None
    paused_s: float = 0.0
    gave_way_s: tuple[float, ...] = ()
    pain_before: int | None = None
    moderate_s: float = 0.0
    vigorous_s: float = 0.0

    @classmethod
    def begun(cls, started_s: float, prescription: Prescription | None) -> Self:
        """The summary of a session that has just begun."""
        return cls(
            started_s=started_s,
            ended_s=started_s,
            steps=0,
            walking_s=0.0,
            main_s=0.0,
            over_pace_s=0.0,
            over_limit_s=0.0,
            gaps_s=0.0,
            gaps=0,
            bouts=0,
            clipped=0,
            cadence_mean_spm=None,
            cadence_p95_spm=None,
            prescription=prescription,
        )

    @property
    def duration_s(self) -> float:
        return self.ended_s - self.started_s

    @property
    def rest_s(self) -> float:
        return max(0.0, self.duration_s - self.walking_s - self.paused_s)


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A session began at t_s; by_walking when no command was needed: then it is known only at known_at_s.

    pain_before: 0-10, None when it was not told.
    """

    t_s: float
    by_walking: bool
    prescription: Prescription | None
    known_at_s: float | None = None
    pain_before: int | None = None

    @property
    def told_at_s(self) -> float:
        return self.t_s if self.known_at_s is None else self.known_at_s


@dataclass(frozen=True, slots=True)
class Progress:
    """Once a second of stream time, but for seconds without signal: [t_s - 1, t_s), and the session so far.

    steps: in this second. cadence_spm: None when not known. remaining_s: of the main part's dose, None without a plan.
    stretch_s: walking since the last long rest (the prescription's rest_s), sessions before included.
    """

    t_s: float
    elapsed_s: float
    steps: int
    cadence_spm: float | None
    activity: Activity
    part: Part
    remaining_s: float | None
    over_pace: bool
    so_far: SessionSummary
    stretch_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PainMarked:
    """A pain mark was taken during the session; scored: it is the newest one again, now with its number."""

    t_s: float
    mark: PainMark
    scored: bool = False


@dataclass(frozen=True, slots=True)
class PainBeforeTold:
    """How much it hurt before the walk, told at t_s."""

    t_s: float
    score: int


@dataclass(frozen=True, slots=True)
class GaveWay:
    """The knee gave way, at_s seconds after the start; times: how often in this session."""

    t_s: float
    at_s: float
    times: int


@dataclass(frozen=True, slots=True)
class PauseBegan:
    """Nothing counts from t_s on."""

    t_s: float


@dataclass(frozen=True, slots=True)
class PauseEnded:
    """The walk goes on after a pause [start_s, t_s)."""

    t_s: float
    start_s: float


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over; the summary is final. known_at_s: when an end by stillness is known."""

    t_s: float
    summary: SessionSummary
    known_at_s: float | None = None

    @property
    def told_at_s(self) -> float:
        return self.t_s if self.known_at_s is None else self.known_at_s


SessionEvent = (
    SessionStarted | Progress | PainBeforeTold | PainMarked | GaveWay | PauseBegan | PauseEnded | SessionEnded
)
