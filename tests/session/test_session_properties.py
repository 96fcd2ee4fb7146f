# SPDX-License-Identifier: MIT
"""Whatever a walker does: the totals agree with the seconds, and keep within what they are parts of."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stroll import KNOWN_AFTER_S, Stroll

from kneemon.model.plans import Prescription
from kneemon.model.sessions import (
    Activity,
    GaveWay,
    PainBeforeTold,
    PainMarked,
    PauseBegan,
    PauseEnded,
    Progress,
    SessionEnded,
    SessionEvent,
    SessionStarted,
)
from kneemon.session.machine import SessionParams

SECONDS = st.floats(0.05, 90.0)
DEEDS = st.one_of(
    st.tuples(st.just("walk"), SECONDS, st.floats(0.4, 2.5)),
    st.tuples(st.just("rest"), SECONDS),
    st.tuples(st.just("gap"), SECONDS),
    st.tuples(st.just("gone"), SECONDS),
    st.tuples(st.just("cadence"), st.none() | st.floats(40.0, 160.0)),
    st.tuples(st.just("pain"), st.none() | st.integers(0, 10)),
    st.tuples(st.just("score"), st.integers(0, 10)),
    st.tuples(st.just("gave_way")),
    st.tuples(st.just("start")),
    st.tuples(st.just("pain_before"), st.integers(0, 10)),
    st.tuples(st.just("late_pause"), st.floats(0.0, 0.3)),
    st.tuples(st.just("late_resume"), st.floats(0.0, 0.3)),
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
Session = list[SessionEvent]


def sessions(told: list[SessionEvent]) -> list[Session]:
    """Every ended session: all it told, from its start to its end."""
    found: list[Session] = []
    open_ = False
    for event in told:
        assert open_ != isinstance(event, SessionStarted)
        open_ = not isinstance(event, SessionEnded)
        if isinstance(event, SessionStarted):
            found.append([])
        found[-1].append(event)
    return found[:-1] if open_ else found


def of(session: Session, kind: type[SessionEvent]) -> list:
    return [event for event in session if isinstance(event, kind)]


def pauses_s(session: Session) -> list[tuple[float, float]]:
    """When nothing counted, by what the session told; its last pause may never end."""
    ends_s = [event.t_s for event in of(session, PauseEnded)]
    begins_s = [event.t_s for event in of(session, PauseBegan)]
    assert [event.start_s for event in of(session, PauseEnded)] == begins_s[: len(ends_s)]
    assert len(ends_s) <= len(begins_s) <= len(ends_s) + 1
    return list(zip(begins_s, [*ends_s, inf], strict=False))


def paused(t_s: float, pauses: Sequence[tuple[float, float]]) -> bool:
    return any(begin_s < t_s < end_s for begin_s, end_s in pauses)


def stroll_through(params: SessionParams, dose: Prescription | None, begin_s: float, deeds: list[tuple]) -> Stroll:
    stroll = Stroll(params, dose)
    stroll.now_s = begin_s
    for deed, *arguments in deeds:
        if deed.startswith("late_"):
            getattr(stroll, deed.removeprefix("late_"))(late_s=arguments[0])
        else:
            getattr(stroll, deed)(*arguments)
    stroll.rest(0.37)
    stroll.stop()
    return stroll


ANYTHING = {
    "params": PARAMS,
    "dose": st.none() | DOSES,
    "begin_s": st.floats(0.001, 0.999),
    "deeds": st.lists(DEEDS, max_size=18),
}


@settings(max_examples=250)
@given(**ANYTHING)
def test_totals_agree_with_the_seconds_and_keep_their_bounds(
    params: SessionParams, dose: Prescription | None, begin_s: float, deeds: list[tuple]
) -> None:
    stroll = stroll_through(params, dose, begin_s, deeds)
    for session in sessions(stroll.told):
        begun, seconds, ended = session[0], of(session, Progress), session[-1]
        assert isinstance(begun, SessionStarted)
        assert isinstance(ended, SessionEnded)
        summary = ended.summary
        assert (summary.started_s, summary.ended_s) == (begun.t_s, ended.t_s)
        assert summary.prescription == dose
        assert min(summary.walking_s, summary.paused_s, summary.rest_s) >= 0.0
        assert summary.walking_s + summary.paused_s <= summary.duration_s + ROUNDING
        parts_s = summary.walking_s + summary.paused_s + summary.rest_s
        assert parts_s == pytest.approx(summary.duration_s, abs=ROUNDING)
        assert 0.0 <= summary.gaps_s <= summary.duration_s + ROUNDING
        assert (summary.steps == 0) == (summary.bouts == 0)
        assert sum(second.steps for second in seconds) == summary.steps
        assert 0.0 <= summary.vigorous_s <= summary.moderate_s <= summary.duration_s - summary.paused_s + ROUNDING
        assert [event.score for event in of(session, PainBeforeTold)] == [
            score for score in (summary.pain_before,) if score is not None
        ]
        assert all(0.0 <= second.stretch_s <= stroll.now_s for second in seconds)
        assert all(0.0 < b.t_s - a.t_s <= 1.0 + ROUNDING for a, b in pairwise(seconds))
        for a, b in pairwise(seconds):
            assert a.so_far.walking_s <= b.so_far.walking_s
            assert a.so_far.paused_s <= b.so_far.paused_s
            assert a.so_far.over_pace_s <= b.so_far.over_pace_s
            assert a.so_far.gave_way_s == b.so_far.gave_way_s[: len(a.so_far.gave_way_s)]
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


@settings(max_examples=250)
@given(**ANYTHING)
def test_what_is_in_a_pause_does_not_count_and_everything_else_does(
    params: SessionParams, dose: Prescription | None, begin_s: float, deeds: list[tuple]
) -> None:
    stroll = stroll_through(params, dose, begin_s, deeds)
    for session in sessions(stroll.told):
        pauses, ended = pauses_s(session), session[-1]
        assert isinstance(ended, SessionEnded)
        summary = ended.summary
        told_until = stroll.told.index(ended)
        steps_s = [t_s for t_s, after in stroll.steps if t_s >= summary.started_s and after <= told_until]
        assert summary.steps == sum(not paused(t_s, pauses) for t_s in steps_s)
        within_s = [min(ends_s, summary.ended_s) - begins_s for begins_s, ends_s in pauses]
        assert summary.paused_s == pytest.approx(sum(max(0.0, pause_s) for pause_s in within_s), abs=ROUNDING)
        for second in of(session, Progress):
            if second.activity is Activity.PAUSED:
                assert (second.cadence_spm, second.over_pace) == (None, False)
                begins_s = max(begin_s for begin_s, _ in pauses if begin_s <= second.t_s)
                assert second.steps == 0 or second.t_s - 1.0 - KNOWN_AFTER_S <= begins_s
            else:
                assert not any(begins_s < second.t_s < ends_s for begins_s, ends_s in pauses)


@settings(max_examples=150)
@given(**ANYTHING)
def test_marks_keep_their_order_and_their_newest_number(
    params: SessionParams, dose: Prescription | None, begin_s: float, deeds: list[tuple]
) -> None:
    stroll = stroll_through(params, dose, begin_s, deeds)
    for session in sessions(stroll.told):
        ended = session[-1]
        assert isinstance(ended, SessionEnded)
        marks: list = []
        for event in of(session, PainMarked):
            if event.scored:
                assert (event.mark.at_s, event.mark.score is None) == (marks[-1].at_s, False)
                marks.pop()
            marks.append(event.mark)
        assert ended.summary.pains == tuple(marks)
        assert [event.at_s for event in of(session, GaveWay)] == list(ended.summary.gave_way_s)
        assert [event.times for event in of(session, GaveWay)] == list(range(1, len(ended.summary.gave_way_s) + 1))
