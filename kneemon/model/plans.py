# SPDX-License-Identifier: MIT
"""The programme, and the dose it prescribes for one day.

Minutes of a plan are minutes of walking in the main part: rests do not count, warm-up and cool-down come on top.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """One week of the programme: the day's walking minutes and, where it differs, the cadence ceiling."""

    minutes: float
    cadence_ceiling_spm: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The programme as its file says it. walk_days: 0 = Monday … 6 = Sunday, empty = every day."""

    name: str
    start: date
    weeks: tuple[PlanWeek, ...]
    walk_days: tuple[int, ...] = ()
    warm_up_s: float = 180.0
    cool_down_s: float = 180.0
    cadence_ceiling_spm: float | None = None
    pain_stop: int = 6
    weekly_cap_min: float | None = None


@dataclass(frozen=True, slots=True)
class Prescription:
    """Today's dose; fixed for a session once it has begun.

    limit_s: walking seconds of the main part still to do when the session starts (the day's dose less what was walked).
    dose_s: the day's whole dose. rest_day: no walk is planned; the limit then is the most that may be walked.
    """

    plan: str
    day: date
    week: int
    dose_s: float
    limit_s: float
    warm_up_s: float
    cool_down_s: float
    cadence_ceiling_spm: float | None
    pain_stop: int
    rest_day: bool = False


class Part(StrEnum):
    """Where in the day's plan a walking second falls."""

    FREE = "free"  # no plan: everything counts, nothing is limited
    WARM_UP = "warm_up"
    MAIN = "main"
    COOL_DOWN = "cool_down"
    OVER = "over"
