# SPDX-License-Identifier: MIT
"""The engine's second input: what the walker, the app or the clock asks for, stamped in stream time."""

from dataclasses import dataclass

from kneemon.model.plans import Prescription


@dataclass(frozen=True, slots=True)
class StartSession:
    """The walker sets off; pain_before 0-10, None when it is not known."""

    t_s: float
    pain_before: int | None = None


@dataclass(frozen=True, slots=True)
class PainBefore:
    """How much it hurts, told early in a walk that began before it could be asked; 0-10."""

    t_s: float
    score: int


@dataclass(frozen=True, slots=True)
class StopSession:
    """The walker is done; `interrupted` when the device stops, not the walker."""

    t_s: float
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class MarkPain:
    """It hurts now; score 0-10 on the numeric rating scale, None when only the button was pressed."""

    t_s: float
    score: int | None = None


@dataclass(frozen=True, slots=True)
class ScorePain:
    """The number of the newest pain mark, given after it, or given anew; 0-10."""

    t_s: float
    score: int


@dataclass(frozen=True, slots=True)
class MarkGaveWay:
    """The knee gave way, as the walker says."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """From now on nothing counts, until `Resume`: a shop, a ride."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Resume:
    """The walk goes on."""

    t_s: float


@dataclass(frozen=True, slots=True)
class UsePrescription:
    """The dose of the day for sessions that begin from now on; None when there is no plan."""

    t_s: float
    prescription: Prescription | None


Command = (
    StartSession | StopSession | Pause | Resume | PainBefore | MarkPain | ScorePain | MarkGaveWay | UsePrescription
)
