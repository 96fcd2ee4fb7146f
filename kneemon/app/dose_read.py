# SPDX-License-Identifier: MIT
"""Against which dose a walk is held, and which ceiling holds today, as pages and papers say it.

A day's dose may be walked in parts: a later walk is held against what was left of it when that walk began.
"""

from kneemon.app.plan_today import dose_today
from kneemon.app.reading import Reading, WalkRead
from kneemon.language import Language


def left_min(walk: WalkRead) -> float | None:
    """What the day still held when the walk began; None where that was its whole dose, or without a plan."""
    dose = walk.record.summary.prescription
    return None if dose is None or dose.limit_s >= dose.dose_s else dose.limit_s / 60.0


def of_plan(walk: WalkRead, language: Language) -> str:
    """What stands beside the minutes of a walk's main part; "" without a plan."""
    planned, left = walk.outcome.planned_min, left_min(walk)
    if planned is None:
        return ""
    dose = language.number(planned)
    if left is None:
        return language.say("of {minutes} planned", minutes=dose)
    return language.say(
        "of {left} min left that day (day's dose {minutes})", left=language.number(left, 1), minutes=dose
    )


def own_pace(reading: Reading, language: Language) -> str:
    """Where the walker's own pace holds today's ceiling below the plan's; "" elsewhere. Raises StoreError."""
    today, state = dose_today(reading), reading.state
    if today is None or state is None or today.cadence_ceiling_spm is None or state.dose.cadence_ceiling_spm is None:
        return ""
    now, allowed = language.number(today.cadence_ceiling_spm), language.number(state.dose.cadence_ceiling_spm)
    if now == allowed or today.cadence_ceiling_spm > state.dose.cadence_ceiling_spm:
        return ""
    return language.say("{now} today: from the walker's own pace; the plan allows {allowed}", now=now, allowed=allowed)
