# SPDX-License-Identifier: MIT
"""Back-off: jitter from the first attempt on, bounded, and gentle with a broker that does not want us."""

from hypothesis import given
from hypothesis import strategies as st

from kneemon.mqtt.pace import Backoff, Pace


def impatient(_low: float, _high: float) -> float:
    """The worst luck there is for the broker."""
    return _low


def patient(_low: float, high: float) -> float:
    return high


def test_an_absent_broker_is_tried_less_and_less_often_up_to_five_minutes():
    backoff = Backoff(Pace(), patient)
    assert [backoff.after_failure() for _ in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(st.integers(0, 2000), st.floats(0, 1))
def test_a_wait_is_drawn_from_the_whole_span(failures: int, luck: float):
    backoff = Backoff(Pace(), lambda low, high: low + luck * (high - low))
    for _ in range(failures):
        backoff.after_failure()
    assert backoff.after_failure() == luck * min(300.0, 2.0 ** min(failures, 64))


def test_a_connection_forgives_failures_but_not_refusals():
    backoff = Backoff(Pace(patience=0), patient)
    backoff.after_failure()
    assert backoff.after_refusal(patience=0) == 300
    backoff.connected()
    assert backoff.after_failure() == 1
    assert backoff.after_refusal(patience=0) == 600
    backoff.settled()
    assert backoff.after_refusal(patience=0) == 300


def test_a_wrong_password_is_tried_less_than_fifteen_times_an_hour_after_the_first_minute():
    backoff = Backoff(Pace(), impatient)
    attempts_s, now_s = [], 0.0
    while now_s < 3660:
        attempts_s.append(now_s)
        now_s += backoff.after_refusal(patience=Pace().patience)
    assert len(attempts_s) < 15
    assert backoff.after_refusal(patience=Pace().patience) == 1800  # half of an hour, at the worst


def test_the_default_draw_is_random_and_in_range():
    waits = [Backoff(Pace()).after_failure() for _ in range(50)]
    assert len(set(waits)) > 1
    assert all(0 <= wait <= 1 for wait in waits)
