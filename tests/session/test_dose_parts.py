# SPDX-License-Identifier: MIT
"""The walking seconds of a session, divided by the day's dose."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.model.plans import Part, Prescription
from kneemon.plan.dose import Standing, standing

DOSE = Prescription(
    plan="knee",
    day=date(2026, 11, 22),
    week=1,
    dose_s=600.0,
    limit_s=600.0,
    warm_up_s=180.0,
    cool_down_s=120.0,
    cadence_ceiling_spm=None,
    pain_stop=6,
)
PARTS_S = st.floats(0.0, 3600.0)
DOSES = st.builds(
    lambda warm_up_s, limit_s, cool_down_s: replace(
        DOSE, warm_up_s=warm_up_s, limit_s=limit_s, cool_down_s=cool_down_s
    ),
    PARTS_S,
    PARTS_S,
    PARTS_S,
)
WALKED_S = st.floats(0.0, 20000.0)
ORDER = [Part.WARM_UP, Part.MAIN, Part.COOL_DOWN, Part.OVER]


@pytest.mark.parametrize(
    ("walking_s", "expected"),
    [
        (0.0, Standing(Part.WARM_UP, 0.0, 600.0, 0.0)),
        (179.9, Standing(Part.WARM_UP, 0.0, 600.0, 0.0)),
        (180.0, Standing(Part.MAIN, 0.0, 600.0, 0.0)),
        (480.0, Standing(Part.MAIN, 300.0, 300.0, 0.0)),
        (780.0, Standing(Part.COOL_DOWN, 600.0, 0.0, 0.0)),
        (899.9, Standing(Part.COOL_DOWN, 600.0, 0.0, 0.0)),
        (900.0, Standing(Part.OVER, 600.0, 0.0, 0.0)),
        (960.0, Standing(Part.OVER, 600.0, 0.0, 60.0)),
    ],
)
def test_where_a_walk_stands(walking_s: float, expected: Standing) -> None:
    assert standing(DOSE, walking_s) == expected


def test_without_a_plan_everything_counts_and_nothing_is_limited() -> None:
    assert standing(None, 4321.0) == Standing(Part.FREE, 4321.0, None, 0.0)


@pytest.mark.parametrize("walking_s", [0.0, 10.0, 1000.0])
def test_where_nothing_is_left_all_is_over_the_limit(walking_s: float) -> None:
    assert standing(replace(DOSE, limit_s=0.0), walking_s) == Standing(Part.OVER, 0.0, 0.0, walking_s)


def test_without_warm_up_and_cool_down_there_is_only_the_main_part() -> None:
    bare = replace(DOSE, warm_up_s=0.0, cool_down_s=0.0)
    assert standing(bare, 0.0).part is Part.MAIN
    assert standing(bare, 600.0) == Standing(Part.OVER, 600.0, 0.0, 0.0)


@given(dose=DOSES, walking_s=WALKED_S)
def test_the_parts_divide_the_walking_without_rest_or_overlap(dose: Prescription, walking_s: float) -> None:
    now = standing(dose, walking_s)
    if dose.limit_s == 0:
        assert (now.main_s, now.over_s) == (0.0, walking_s)
        return
    warm_up_s = min(walking_s, dose.warm_up_s)
    cool_down_s = min(max(walking_s - dose.warm_up_s - dose.limit_s, 0.0), dose.cool_down_s)
    assert warm_up_s + now.main_s + cool_down_s + now.over_s == pytest.approx(walking_s, abs=1e-6)
    assert 0.0 <= now.main_s <= dose.limit_s
    assert now.remaining_s == pytest.approx(dose.limit_s - now.main_s)
    assert (now.over_s > 0) <= (now.part is Part.OVER)
    assert (now.part is Part.WARM_UP) == (walking_s < dose.warm_up_s)


@given(dose=DOSES, walking_s=WALKED_S, more_s=WALKED_S)
def test_more_walking_never_goes_back(dose: Prescription, walking_s: float, more_s: float) -> None:
    earlier, later = standing(dose, walking_s), standing(dose, walking_s + more_s)
    assert ORDER.index(earlier.part) <= ORDER.index(later.part)
    assert earlier.main_s <= later.main_s
    assert earlier.over_s <= later.over_s
    assert earlier.main_s + earlier.over_s <= walking_s + 1e-6
