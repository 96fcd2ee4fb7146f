# SPDX-License-Identifier: MIT
"""How long the knee has walked since its last long rest: over sessions, pauses, and holes in the signal."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stroll import Stroll

from kneemon.model.plans import Prescription
from kneemon.session.machine import SessionParams
from kneemon.session.stretch import Stretch

REST_S = 300.0
DOSE = Prescription("knee", date(2026, 11, 22), 1, 1200.0, 1200.0, 0.0, 0.0, None, 6, rest_s=REST_S)


def strolling(dose: Prescription | None = DOSE) -> Stroll:
    stroll = Stroll(SessionParams(end_after_s=0.0), dose)
    stroll.start()
    return stroll


def newest_s(stroll: Stroll) -> float:
    """The stretch as of the newest second told."""
    return stroll.seconds[-1].stretch_s


def test_it_is_the_walking_and_not_the_rests() -> None:
    stroll = strolling()
    stroll.walk(20.3)
    stroll.rest(100.0)
    stroll.walk(10.3)
    stroll.rest(1.0)
    assert newest_s(stroll) == pytest.approx(30.0)


@pytest.mark.parametrize(("rest_s", "stretch_s"), [(REST_S - 1.0, 30.0), (REST_S + 1.0, 10.0)])
def test_a_long_rest_begins_a_new_one(rest_s: float, stretch_s: float) -> None:
    stroll = strolling()
    stroll.walk(20.3)
    stroll.rest(rest_s)
    stroll.walk(10.3)
    stroll.rest(1.0)
    assert newest_s(stroll) == pytest.approx(stretch_s)


def test_the_rest_is_seen_when_it_is_long_enough_and_not_only_at_the_next_step() -> None:
    stroll = strolling()
    stroll.walk(20.3)  # to a contact at 20.0
    stroll.rest(REST_S + 5.0)
    assert next(second.t_s for second in stroll.seconds if second.stretch_s == 0.0 and second.t_s > 20.0) == 320.0


def test_it_goes_on_from_one_session_to_the_next_and_between_them() -> None:
    stroll = strolling()
    stroll.walk(20.3)
    stroll.stop()
    stroll.walk(30.3)  # nobody's session
    stroll.rest(60.0)
    stroll.start()
    stroll.rest(1.0)
    assert newest_s(stroll) == pytest.approx(50.0, abs=0.5)


def test_walking_in_a_pause_is_walking_for_the_knee() -> None:
    stroll = strolling()
    stroll.walk(10.3)
    stroll.pause()
    stroll.walk(40.3)
    stroll.resume()
    stroll.rest(2.0)
    assert newest_s(stroll) == pytest.approx(50.3)
    assert stroll.seconds[-1].so_far.walking_s == pytest.approx(10.3)


def test_each_session_has_its_own_rest() -> None:
    stroll = strolling()
    stroll.walk(20.3)
    stroll.machine.use(replace(DOSE, rest_s=60.0))  # for the next one
    stroll.rest(100.0)
    assert newest_s(stroll) == pytest.approx(20.0)
    stroll.stop()
    stroll.start()
    stroll.rest(1.0)
    assert newest_s(stroll) == 0.0


def test_without_a_prescription_an_hour_is_a_rest() -> None:
    stroll = strolling(None)
    stroll.walk(20.3)
    stroll.rest(3590.0)
    assert newest_s(stroll) == pytest.approx(20.0)
    stroll.rest(20.0)
    assert newest_s(stroll) == 0.0


@pytest.mark.parametrize(
    ("still_s", "hole_s", "still_again_s", "stretch_s"),
    [
        (150.0, 200.0, 145.0, 20.0),  # 495 s, of which 295 s are known to be rest
        (150.0, 200.0, 155.0, 0.0),
        (10.0, REST_S - 1.0, 10.0, 20.0),
        (10.0, REST_S, 10.0, 0.0),  # the signal was away for as long as a rest has to be
    ],
)
def test_time_without_signal_is_no_rest_unless_it_alone_is_long_enough(
    still_s: float, hole_s: float, still_again_s: float, stretch_s: float
) -> None:
    stroll = strolling()
    stroll.walk(20.3)
    stroll.rest(still_s)
    stroll.gap(hole_s)
    stroll.rest(still_again_s)
    assert newest_s(stroll) == pytest.approx(stretch_s)


def test_stamps_that_run_back_add_nothing() -> None:
    stretch = Stretch()
    for t_s in (100.0, 101.0, 40.0, 41.0):
        stretch.contact(t_s, REST_S)
    assert stretch.walked_s(41.0, REST_S) == pytest.approx(2.0)


def test_before_the_first_step_there_is_none() -> None:
    assert Stretch().walked_s(5.0, REST_S) == 0.0


@given(apart_s=st.lists(st.floats(0.3, 900.0), max_size=40), after_s=st.floats(0.0, 900.0))
def test_it_is_the_walking_since_the_last_time_between_two_steps_that_was_a_rest(
    apart_s: list[float], after_s: float
) -> None:
    contacts_s = [10.0]
    for each_s in apart_s:
        contacts_s.append(contacts_s[-1] + each_s)
    stretch = Stretch()
    for t_s in contacts_s:
        stretch.contact(t_s, REST_S)
    between_s = [later - earlier for earlier, later in pairwise([*contacts_s, contacts_s[-1] + after_s])]
    rests = [number for number, each_s in enumerate(between_s) if each_s >= REST_S]
    since = between_s[rests[-1] + 1 :] if rests else between_s
    expected_s = 0.0 if rests and not since else sum(each_s for each_s in since[:-1] if each_s <= 3.0)
    assert stretch.walked_s(contacts_s[-1] + after_s, REST_S) == pytest.approx(expected_s)
