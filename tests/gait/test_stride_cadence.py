# SPDX-License-Identifier: MIT
"""Cadence out of strides with its uncertainty: so that a limp does not move it, and a stumble silences it."""

from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.gait.cadence import StrideCadence
from kneemon.gait.params import CadenceParams
from kneemon.model.gait import CadenceEstimate

P = CadenceParams()
KNOWN_S = 0.4  # a contact is known so long after it
ALL = CadenceParams(sure_spm=1e9, unsure_spm=1e9)  # whatever is known is given
STEPS_S = st.floats(0.3, 1.5)


class Feet:
    """Contacts one after another, and what was said after each."""

    def __init__(self, params: CadenceParams = P) -> None:
        self.cadence = StrideCadence(params)
        self.t_s = 100.0
        self.said: list[CadenceEstimate | None] = []
        self._land_at(self.t_s)

    def land(self, *intervals_s: float) -> None:
        for t_s in list(accumulate(intervals_s, initial=self.t_s))[1:]:
            self._land_at(t_s)

    def _land_at(self, t_s: float) -> None:
        self.t_s = t_s
        self.cadence.contact(t_s)
        self.said.append(self.cadence.estimate(t_s + KNOWN_S))

    @property
    def given(self) -> list[CadenceEstimate]:
        return [each for each in self.said if each is not None]

    @property
    def newest(self) -> CadenceEstimate:
        return self.given[-1]


def walked(*intervals_s: float, params: CadenceParams = P) -> Feet:
    feet = Feet(params)
    feet.land(*intervals_s)
    return feet


@given(step_s=STEPS_S)
def test_an_even_walk_is_known_from_the_fifth_contact_on_at_every_contact(step_s: float) -> None:
    feet = walked(*[step_s] * 20)
    assert feet.said[:4] == [None] * 4
    for contact, estimate in enumerate(feet.said[4:], start=4):
        assert estimate is not None
        assert estimate.t_s == pytest.approx(100.0 + contact * step_s + KNOWN_S)
        assert estimate.cadence_spm == pytest.approx(60.0 / step_s)
        assert estimate.sd_spm == pytest.approx(0.0, abs=1e-3)


@given(step_s=STEPS_S, limp=st.floats(0.0, 0.25))
def test_a_limp_has_the_cadence_of_its_strides_and_does_not_make_it_unsure(step_s: float, limp: float) -> None:
    newest = walked(*[step_s * (1 + limp), step_s * (1 - limp)] * 6).newest
    assert newest.cadence_spm == pytest.approx(60.0 / step_s)
    assert newest.sd_spm == pytest.approx(0.0, abs=1e-3)


@given(st.lists(st.floats(0.1, 4.0), max_size=30))
def test_no_four_contacts_are_enough_wherever_they_stand(intervals_s: list[float]) -> None:
    """Nor the first four after a pause."""
    feet, since_pause = Feet(ALL), 1
    usual_s: list[float] = []
    for interval_s in intervals_s:
        middle_s = sorted(usual_s[-P.steps :])[len(usual_s[-P.steps :]) // 2] if len(usual_s) > 1 else None
        paused = middle_s is not None and interval_s > P.pause * middle_s
        usual_s = [] if paused else [*usual_s, interval_s]
        since_pause = 1 if paused else since_pause + 1
        feet.land(interval_s)
        said = feet.said[-1]
        if since_pause < 5:
            assert said is None or said.cadence_spm is None


@given(st.lists(st.floats(0.2, 2.0), min_size=4, max_size=20))
def test_any_contacts_give_a_cadence_within_that_of_their_strides(intervals_s: list[float]) -> None:
    strides_s = [a + b for a, b in pairwise(intervals_s)]
    for estimate in walked(*intervals_s, params=ALL).given:
        if estimate.cadence_spm is not None:
            assert 120.0 / max(strides_s) - 1e-6 <= estimate.cadence_spm <= 120.0 / min(strides_s) + 1e-6
            assert estimate.sd_spm is not None
            assert estimate.sd_spm >= 0.0


@given(seed=st.integers(0, 10**6), uneven=st.floats(0.02, 1.0))
def test_the_more_even_the_surer(seed: int, uneven: float) -> None:
    wobble_s = np.random.default_rng(seed).uniform(-0.05, 0.05, 8)
    much, little = (walked(*(0.6 + f * wobble_s), params=ALL).newest.sd_spm for f in (1.0, 0.9 * uneven))
    assert much is not None
    assert little is not None
    assert 0.0 < little < much


def test_the_uncertainty_is_about_as_large_as_the_error() -> None:
    rng = np.random.default_rng(1)
    newest = [walked(*rng.normal(0.6, 0.02, 8), params=ALL).newest for _ in range(400)]
    errors_spm = [each.cadence_spm - 100.0 for each in newest if each.cadence_spm is not None]
    told_spm = [each.sd_spm for each in newest if each.sd_spm is not None]
    assert len(errors_spm) == len(told_spm) == 400
    assert 0.6 < np.sqrt(np.mean(np.square(told_spm)) / np.mean(np.square(errors_spm))) < 1.7


def test_an_unsure_reading_is_held_back_and_given_when_no_better_one_came() -> None:
    uneven_s = [0.67, 0.67, 0.53, 0.53] * 10
    free = walked(*uneven_s, params=ALL).given[3:]  # the first ones are yet less sure
    assert all(P.sure_spm < each.sd_spm < P.unsure_spm for each in free if each.sd_spm is not None)
    held = walked(*uneven_s).given
    assert 5 < len(held) < len(free)
    for one, next_one in pairwise(held):
        assert P.wait_s <= next_one.t_s - one.t_s < P.wait_s + max(uneven_s)


def test_a_surer_reading_does_not_wait() -> None:
    feet = walked(0.6, 0.69, 0.51, 0.6, 0.66, *[0.6] * 12)
    assert feet.said[-4:] == feet.given[-4:]


def test_a_reading_that_nobody_could_use_is_not_given() -> None:
    assert walked(*[0.75, 0.75, 0.45, 0.45] * 9).given == []


@given(at=st.integers(5, 14), by=st.floats(-0.28, 0.28))
def test_one_step_out_of_place_makes_no_wrong_reading(at: int, by: float) -> None:
    intervals_s = [0.6] * 30
    intervals_s[at] += by
    intervals_s[at + 1] -= by
    for estimate in walked(*intervals_s).given:
        if estimate.cadence_spm is not None:
            assert estimate.sd_spm is not None
            assert abs(estimate.cadence_spm - 100.0) <= 3.0 * estimate.sd_spm + 0.01
    assert walked(*intervals_s).newest.cadence_spm == pytest.approx(100.0)


@given(at=st.integers(4, 14), share=st.floats(0.3, 0.7))
def test_a_step_counted_twice_makes_no_wrong_reading(at: int, share: float) -> None:
    intervals_s = [0.6] * at + [0.6 * share, 0.6 * (1 - share)] + [0.6] * 12
    for estimate in walked(*intervals_s).given:
        if estimate.cadence_spm is not None:
            assert estimate.cadence_spm == pytest.approx(100.0, abs=P.unsure_spm)
    assert walked(*intervals_s).newest.cadence_spm == pytest.approx(100.0)


def test_only_the_newest_strides_speak() -> None:
    assert walked(*[0.8] * 20, *[0.5] * P.steps).newest.cadence_spm == pytest.approx(120.0)


@given(before_s=STEPS_S, after_s=STEPS_S, pause=st.floats(2.0, 20.0))
def test_after_a_pause_it_is_unknown_once_and_what_was_before_is_forgotten(
    before_s: float, after_s: float, pause: float
) -> None:
    feet = walked(*[before_s] * 10)
    known = len(feet.said)
    feet.land(pause * before_s, *[after_s] * 8)
    at_pause, *silent, first = feet.said[known : known + 5]
    assert at_pause is not None
    assert (at_pause.cadence_spm, at_pause.sd_spm) == (None, None)
    assert silent == [None] * 3
    if after_s < 1.5 * before_s:  # else it may look like pause after pause
        assert first is not None
        assert first.cadence_spm == pytest.approx(60.0 / after_s)


def test_a_step_a_little_late_is_no_pause() -> None:
    feet = walked(*[0.6] * 8, 0.9, *[0.6] * 10)
    assert None not in [each.cadence_spm for each in feet.given]


def test_nothing_is_unknown_again_that_was_never_known() -> None:
    assert walked(0.6, 0.6, 0.6, 5.0, 0.6, 0.6).given == []


def test_reset_forgets_the_strides_and_says_nothing_of_it() -> None:
    feet = walked(*[0.6] * 10)
    feet.cadence.reset()
    assert feet.cadence.estimate(200.0) is None
    feet.t_s = 210.0
    said = len(feet.said)
    feet.land(0.5, 0.5, 0.5, 0.5, 0.5)
    assert feet.said[said : said + 4] == [None] * 4
    assert feet.newest.cadence_spm == pytest.approx(120.0)
