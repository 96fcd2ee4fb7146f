# SPDX-License-Identifier: MIT
"""Cadence out of strides, so that a limp does not move it."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.gait.cadence import StrideCadence


def cadence_of(intervals_s: list[float]) -> float | None:
    cadence = StrideCadence()
    for t_s in accumulate(intervals_s, initial=100.0):
        cadence.contact(t_s)
    return cadence.cadence_spm()


def test_nothing_is_known_before_the_fifth_contact() -> None:
    assert cadence_of([0.6] * 3) is None
    assert cadence_of([0.6] * 4) == pytest.approx(100.0)


@given(step_s=st.floats(0.35, 1.5), limp=st.floats(0.0, 0.4))
def test_a_limp_has_the_cadence_of_its_strides(step_s: float, limp: float) -> None:
    assert cadence_of([step_s * (1 + limp), step_s * (1 - limp)] * 6) == pytest.approx(60.0 / step_s)


def test_a_missed_step_and_a_doubled_one_are_left_out() -> None:
    assert cadence_of([0.6, 0.6, 0.6, 1.2, 0.6, 0.6, 0.6]) == pytest.approx(100.0)
    assert cadence_of([0.6, 0.6, 0.6, 0.29, 0.29, 0.6, 0.6, 0.6]) == pytest.approx(100.0)


def test_only_the_newest_strides_speak() -> None:
    assert cadence_of([1.0] * 20 + [0.5] * 8) == pytest.approx(120.0)


@given(st.lists(st.floats(0.2, 2.0), min_size=4, max_size=20))
def test_any_rising_contacts_give_a_cadence_within_that_of_their_strides(intervals_s: list[float]) -> None:
    strides_s = [a + b for a, b in pairwise(intervals_s)]
    cadence_spm = cadence_of(intervals_s)
    assert cadence_spm is not None
    assert 120.0 / max(strides_s) - 1e-6 <= cadence_spm <= 120.0 / min(strides_s) + 1e-6


def test_reset_forgets_the_strides() -> None:
    cadence = StrideCadence()
    for t_s in range(6):
        cadence.contact(float(t_s))
    cadence.reset()
    assert cadence.cadence_spm() is None
