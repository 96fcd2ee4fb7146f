# SPDX-License-Identifier: MIT
"""Limits that somebody wished for beside the plan's, as far as they may hold.

Lower limits hold at once. Higher ones need the owner's permission, and end at the plan's own caps; a plan that rests,
steps back or stops is not raised by anybody. The plan's dose stays what it is, and so does what the plan learns from a
walk: who walks less because of a wish has not done the dose, who walks more has done more than it.
"""

from kneemon.model.diary import LimitWish
from kneemon.model.plans import Plan, Prescription, StateName

RAISABLE = (StateName.BASELINE, StateName.PROGRESS, StateName.HOLD)
MOST_SPM = 140.0  # nobody is sent faster than that from outside: brisk for most people over 60


def day_limit_s(dose: Prescription, wish: LimitWish, plan: Plan, *, raises: bool) -> float:
    """The day's walking minutes in force, seconds. raises: higher limits are permitted, too."""
    if wish.minutes is None:
        return dose.dose_s
    wished_s = 60.0 * wish.minutes
    if wished_s <= dose.dose_s or not _may_rise(dose, raises=raises):
        return min(wished_s, dose.dose_s)
    return max(dose.dose_s, min(wished_s, 60.0 * plan.session_top_min))


def ceiling_spm(dose: Prescription, wish: LimitWish, *, raises: bool) -> float | None:
    """The cadence ceiling in force; None: there is none."""
    own = dose.cadence_ceiling_spm
    if wish.pace_spm is None or own is None:
        return own if wish.pace_spm is None else wish.pace_spm
    if wish.pace_spm <= own or not _may_rise(dose, raises=raises):
        return min(wish.pace_spm, own)
    return max(own, min(wish.pace_spm, MOST_SPM))


def would_raise(dose: Prescription, wish: LimitWish) -> bool:
    """Would any limit become higher than the plan's own? A plan that stops has none to be raised."""
    own = dose.cadence_ceiling_spm
    longer = wish.minutes is not None and 60.0 * wish.minutes > dose.dose_s > 0
    return longer or (wish.pace_spm is not None and own is not None and wish.pace_spm > own)


def _may_rise(dose: Prescription, *, raises: bool) -> bool:
    return raises and not (dose.locked or dose.rest_day) and dose.dose_s > 0 and dose.state in RAISABLE
