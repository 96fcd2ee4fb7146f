# SPDX-License-Identifier: MIT
"""Gait events in the field's words, in stream time (seconds).

A step is one initial contact of either foot; a stride is two. `known_at_s` is the stream time of the newest sample an
event rests on: nothing is announced before its evidence.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InitialContact:
    """A foot, either one, met the ground at t_s."""

    t_s: float
    known_at_s: float


@dataclass(frozen=True, slots=True)
class CadenceEstimate:
    """Steps per minute of the recent strides as of t_s; None when it is not known. sd_spm: its standard uncertainty."""

    t_s: float
    cadence_spm: float | None
    sd_spm: float | None = None


@dataclass(frozen=True, slots=True)
class BoutStarted:
    """Walking began at t_s, told at known_at_s."""

    t_s: float
    known_at_s: float


@dataclass(frozen=True, slots=True)
class BoutEnded:
    """A walking bout [start_s, end_s): first to last initial contact, told at known_at_s."""

    start_s: float
    end_s: float
    known_at_s: float
    steps: int
    cadence_spm: float | None


@dataclass(frozen=True, slots=True)
class SignalGap:
    """No signal in [start_s, end_s); `lost` samples where the source could count them, else None."""

    start_s: float
    end_s: float
    lost: int | None


@dataclass(frozen=True, slots=True)
class GaitState:
    """What the gait engine believes now. log_odds: of walking, None while nothing moves or nothing was looked at.

    period_s: the step period that is followed, None before the first walking.
    """

    walking: bool
    log_odds: float | None
    period_s: float | None


GaitEvent = InitialContact | CadenceEstimate | BoutStarted | BoutEnded | SignalGap
