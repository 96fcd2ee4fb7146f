# SPDX-License-Identifier: MIT
"""The engine's second input: what the walker, the app or the clock asks for, stamped in stream time."""

from dataclasses import dataclass

from kneemon.model.plans import Prescription


@dataclass(frozen=True, slots=True)
class StartSession:
    """The walker sets off."""

    t_s: float


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
class UsePrescription:
    """The dose of the day for sessions that begin from now on; None when there is no plan."""

    t_s: float
    prescription: Prescription | None


Command = StartSession | StopSession | MarkPain | UsePrescription
