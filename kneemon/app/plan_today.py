# SPDX-License-Identifier: MIT
"""Where the plan stands, in plain words, from what a page reads; it costs the same after years.

The dose is worked out as the running kneemon does it, from the walks around today and the plan's first ones.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypedDict

from kneemon.app.dose_words import in_words
from kneemon.app.reading import Reading
from kneemon.language import Language, _
from kneemon.model.diary import LimitWish
from kneemon.model.plans import PlanState, Prescription, StateName
from kneemon.plan.baseline import baseline_spm
from kneemon.plan.history import Outcome
from kneemon.plan.prescribe import prescribe

WEEK = timedelta(days=7)
FIRST_WEEKS = 12 * WEEK  # in which three comfortable walks are found, or the pace stays the plan's

PLAIN: Mapping[StateName, str] = MappingProxyType(
    {
        StateName.BASELINE: _("The first week: its dose is walked and nothing grows in it."),
        StateName.PROGRESS: _("It goes well: one thing at a time may grow."),
        StateName.HOLD: _("The same dose again; nothing grows this week."),
        StateName.REGRESS: _("A step back: fewer minutes and shorter stretches on the same number of days."),
        StateName.DELOAD: _("A flare: less walking for a few days, or rest if you prefer."),
        StateName.REVIEW: _("Nothing grows until it has been looked at: book a review with your physio or doctor."),
        StateName.PAUSED: _("Paused. A walk goes on with it, and so does the button here."),
        StateName.STOP_MEDICAL: _("Stopped: get medical advice. When a professional has advised, you confirm it here."),
    }
)


class _Lived(TypedDict):
    """As `prescribe` takes it."""

    walked_main_s: float
    state: PlanState | None
    walked_days: Sequence[date]
    week_main_s: float
    baseline_spm: float | None


def dose_in_words(reading: Reading, language: Language) -> str:
    """Today's dose in one or two sentences; "" without a plan. Raises StoreError."""
    return "" if reading.plan is None else in_words(reading.plan, reading.today, **_lived(reading), language=language)


def dose_today(reading: Reading) -> Prescription | None:
    """The same in figures; None without a plan that has begun."""
    return None if reading.plan is None else prescribe(reading.plan, reading.today, **_lived(reading))


def _lived(reading: Reading) -> _Lived:
    """What of the walks the day's dose depends on."""
    state, today = reading.state, reading.today
    lately = reading.past(today - 2 * WEEK, today).walks
    monday = state.week_start + WEEK * ((today - state.week_start).days // 7) if state else today
    return {
        "walked_main_s": 60.0 * sum(walk.walked_min for walk in lately if walk.day == today),
        "state": state,
        "walked_days": sorted({walk.day for walk in lately if walk.walked_min or walk.walking_min}),
        "week_main_s": 60.0 * sum(walk.walked_min for walk in lately if monday <= walk.day <= today),
        "baseline_spm": _own_pace(reading),
    }


def wish_now(reading: Reading) -> LimitWish:
    """The limits that were asked for beside the plan's, but for wishes that were struck."""
    if reading.empty:
        return LimitWish()
    entries, struck = reading.reader.diary_of("limit_wish"), reading.strikes
    told = [entry.fact for entry in entries if isinstance(entry.fact, LimitWish) and struck.counts(entry)]
    return told[-1] if told else LimitWish()


def _own_pace(reading: Reading) -> float | None:
    """The walker's own comfortable cadence, steps/min, from the plan's first walks."""
    plan = reading.plan
    if plan is None:
        return None
    first = reading.past(plan.start, min(reading.today, plan.start + FIRST_WEEKS))
    walks: tuple[Outcome, ...] = tuple(first.walks)
    return baseline_spm(walks, plan.start, plan.rules, first.usual_pain)
