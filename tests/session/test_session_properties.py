# SPDX-License-Identifier: MIT
"""Whatever a walker does: the totals agree with the seconds, and keep within what they are parts of."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stroll import Stroll

from kneemon.model.plans import Prescription
from kneemon.model.sessions import Progress, SessionEnded, SessionStarted
from kneemon.session.machine import SessionParams

SECONDS = st.floats(0.05, 90.0)
DEEDS = st.one_of(
    st.tuples(st.just("walk"), SECONDS, st.floats(0.4, 2.5)),
    st.tuples(st.just("rest"), SECONDS),
    st.tuples(st.just("gap"), SECONDS),
    st.tuples(st.just("gone"), SECONDS),
    st.tuples(st.just("cadence"), st.none() | st.floats(40.0, 160.0)),
    st.tuples(st.just("pain"), st.none() | st.integers(0, 10)),
    st.tuples(st.just("start")),
    st.tuples(st.just("late_stop"), st.floats(0.0, 0.3)),
)
DOSES = st.builds(
    Prescription,
    plan=st.just("any"),
    day=st.just(date(2026, 11, 22)),
    week=st.just(1),
    dose_s=st.just(600.0),
    limit_s=st.floats(0.0, 120.0),
    warm_up_s=st.floats(0.0, 40.0),
    cool_down_s=st.floats(0.0, 40.0),
    cadence_ceiling_spm=st.none() | st.floats(60.0, 120.0),
    pain_stop=st.integers(1, 10),
)
PARAMS = st.builds(
    SessionParams,
    start_by_walking=st.booleans(),
    start_after_s=st.floats(5.0, 60.0),
    rest_after_s=st.floats(3.0, 30.0),
    end_after_s=st.sampled_from([0.0, 60.0, 120.0]),
)
ROUNDING = 1e-6


def sessions(told: list[object]) -> list[tuple[SessionStarted, list[Progress], SessionEnded]]:
    """Every ended session: its start, its seconds, its end."""
    found, begun, seconds = [], None, []
    for event in told:
        if isinstance(event, SessionStarted):
            assert begun is None
            begun, seconds = event, []
        elif isinstance(event, Progress):
            assert begun is not None
            seconds.append(event)
        elif isinstance(event, SessionEnded):
            assert begun is not None
            found.append((begun, seconds, event))
            begun = None
    return found


@settings(max_examples=250)
@given(params=PARAMS, dose=st.none() | DOSES, begin_s=st.floats(0.001, 0.999), deeds=st.lists(DEEDS, max_size=14))
def test_totals_agree_with_the_seconds_and_keep_their_bounds(
    params: SessionParams, dose: Prescription | None, begin_s: float, deeds: list[tuple]
) -> None:
    stroll = Stroll(params, dose)
    stroll.now_s = begin_s
    for deed, *arguments in deeds:
        if deed == "late_stop":
            stroll.stop(late_s=arguments[0])
        else:
            getattr(stroll, deed)(*arguments)
    stroll.rest(0.37)
    stroll.stop()
    for begun, seconds, ended in sessions(stroll.told):
        summary = ended.summary
        assert (summary.started_s, summary.ended_s) == (begun.t_s, ended.t_s)
        assert summary.prescription == dose
        assert 0.0 <= summary.walking_s <= summary.duration_s + ROUNDING
        assert summary.rest_s == pytest.approx(summary.duration_s - summary.walking_s, abs=ROUNDING)
        assert 0.0 <= summary.gaps_s <= summary.duration_s + ROUNDING
        assert (summary.steps == 0) == (summary.bouts == 0)
        assert sum(second.steps for second in seconds) == summary.steps
        assert all(0.0 < b.t_s - a.t_s <= 1.0 + ROUNDING for a, b in pairwise(seconds))
        assert all(a.so_far.walking_s <= b.so_far.walking_s for a, b in pairwise(seconds))
        if dose is None:
            assert summary.main_s == summary.walking_s
        else:
            slow_s = dose.warm_up_s + dose.cool_down_s
            assert summary.main_s <= dose.limit_s
            assert summary.over_limit_s >= 0.0
            assert summary.walking_s <= summary.main_s + summary.over_limit_s + slow_s + ROUNDING
            assert all(
                second.remaining_s == pytest.approx(dose.limit_s - second.so_far.main_s, abs=ROUNDING)
                for second in seconds
            )
    assert not stroll.machine.active
