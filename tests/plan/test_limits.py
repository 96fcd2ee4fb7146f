# SPDX-License-Identifier: MIT
"""Limits beside the plan's: lower ones hold, higher ones only with permission, none past the plan's caps."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.diary import LimitWish
from kneemon.model.plans import Dose, Plan, PlanState, PlanWeek, Prescription, StateName
from kneemon.plan.limits import MOST_SPM, RAISABLE, would_raise
from kneemon.plan.prescribe import prescribe

SUNDAY = date(2026, 11, 22)
PLAN = Plan("six weeks", SUNDAY, (PlanWeek(20.0),), cadence_ceiling_spm=100.0, session_top_min=30.0)

wishes = st.builds(
    LimitWish,
    st.none() | st.floats(1.0, 240.0),
    st.none() | st.floats(40.0, 180.0),
)
walked = st.floats(0.0, 4000.0)
states = st.sampled_from(StateName)


def dose(
    plan: Plan = PLAN, state: StateName = StateName.PROGRESS, walked_s: float = 0.0, **more: object
) -> Prescription:
    minutes = 0.0 if state is StateName.STOP_MEDICAL else 20.0
    standing = PlanState(state, SUNDAY, SUNDAY, 0, Dose(minutes, 3, 100.0, 30.0), SUNDAY)
    found = prescribe(plan, SUNDAY, walked_s, standing, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


@given(wish=wishes, walked_s=walked, state=states)
def test_without_permission_no_limit_is_ever_higher(wish: LimitWish, walked_s: float, state: StateName) -> None:
    own, held = dose(state=state, walked_s=walked_s), dose(state=state, walked_s=walked_s, wish=wish)
    assert held.limit_s <= own.limit_s
    assert held.cadence_ceiling_spm is not None
    assert own.cadence_ceiling_spm is not None
    assert held.cadence_ceiling_spm <= own.cadence_ceiling_spm
    assert held.dose_s == own.dose_s, "what the plan learns from a walk stays the same"


@given(wish=wishes, walked_s=walked, state=states)
def test_with_permission_never_past_the_caps_and_never_in_a_bad_state(
    wish: LimitWish, walked_s: float, state: StateName
) -> None:
    own = dose(state=state, walked_s=walked_s)
    held = dose(state=state, walked_s=walked_s, wish=wish, raises=True)
    assert held.limit_s + walked_s <= max(own.limit_s + walked_s, 60.0 * PLAN.session_top_min)
    assert held.cadence_ceiling_spm is not None
    assert held.cadence_ceiling_spm <= MOST_SPM
    if state not in RAISABLE:
        assert held.limit_s <= own.limit_s
        assert held.cadence_ceiling_spm <= 100.0


@pytest.mark.parametrize(
    ("minutes", "walked_s", "raises", "limit_s"),
    [
        (10.0, 0.0, False, 600.0),
        (10.0, 240.0, False, 360.0),
        (10.0, 700.0, False, 0.0),
        (25.0, 0.0, False, 1200.0),
        (25.0, 0.0, True, 1500.0),
        (40.0, 0.0, True, 1800.0),
        (40.0, 1700.0, True, 100.0),
    ],
)
def test_minutes(minutes: float, walked_s: float, raises: bool, limit_s: float) -> None:
    assert dose(walked_s=walked_s, wish=LimitWish(minutes), raises=raises).limit_s == limit_s


def test_the_weeks_cap_holds_whatever_is_wished_for() -> None:
    capped = Plan("severe", SUNDAY, (PlanWeek(20.0),), weekly_cap_min=60.0, session_top_min=30.0)
    assert dose(capped, wish=LimitWish(30.0), raises=True, week_main_s=3000.0).limit_s == 600.0


@given(pace_spm=st.floats(40.0, 180.0))
def test_a_plan_without_a_ceiling_gets_the_one_wished_for(pace_spm: float) -> None:
    free = Plan("free", SUNDAY, (PlanWeek(20.0),))
    standing = PlanState(StateName.PROGRESS, SUNDAY, SUNDAY, 0, Dose(20.0, 3, None, 30.0), SUNDAY)
    held = prescribe(free, SUNDAY, 0.0, standing, wish=LimitWish(pace_spm=pace_spm))
    assert held is not None
    assert held.cadence_ceiling_spm == pace_spm


@pytest.mark.parametrize(
    ("wish", "higher"),
    [
        (LimitWish(), False),
        (LimitWish(20.0, 100.0), False),
        (LimitWish(20.5), True),
        (LimitWish(pace_spm=101.0), True),
    ],
)
def test_what_would_be_higher(wish: LimitWish, higher: bool) -> None:
    assert would_raise(dose(), wish) is higher
