# SPDX-License-Identifier: MIT
"""Commands in any order at any moment of an outing: no split of the samples changes what is told, and totals hold."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.coach.coach import CoachParams
from kneemon.engine import Engine, EngineParams, Event
from kneemon.model.commands import (
    Command,
    MarkGaveWay,
    MarkPain,
    PainBefore,
    Pause,
    Resume,
    ScorePain,
    StartSession,
    StopSession,
    UsePrescription,
)
from kneemon.model.gait import InitialContact
from kneemon.model.plans import Prescription
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import PauseBegan, PauseEnded, Progress, SessionEnded, SessionStarted
from kneemon.session.machine import SessionParams
from kneemon.virtual.script import Segment, Stand, Walk
from kneemon.virtual.walker import Walker

OUTING: tuple[Segment, ...] = (Stand(4), Walk(12, 100), Stand(9), Walk(10, 90), Stand(3))
LASTS_S, RATE_HZ = 38.0, 50.0
PARAMS = EngineParams(
    session=SessionParams(start_by_walking=True, start_after_s=5.0, give_up_s=5.0, rest_after_s=2.0, end_after_s=8.0),
    coach=CoachParams(near_end_s=2.0, ask_apart_s=1.0, ask_spacing_s=3.0),
)
DOSE = Prescription(
    "any", date(2026, 11, 22), 1, 8.0, 8.0, 3.0, 2.0, 95.0, 6, bout_cap_s=9.0, rest_s=8.0, prompt_s=4.0, pain_rise=2
)

MOMENTS_S = st.floats(0.0, LASTS_S)
COMMANDS = st.one_of(
    st.builds(StartSession, MOMENTS_S, st.none() | st.integers(0, 10)),
    st.builds(PainBefore, MOMENTS_S, st.integers(0, 10)),
    st.builds(StopSession, MOMENTS_S, st.booleans()),
    st.builds(Pause, MOMENTS_S),
    st.builds(Resume, MOMENTS_S),
    st.builds(MarkPain, MOMENTS_S, st.none() | st.integers(0, 10)),
    st.builds(ScorePain, MOMENTS_S, st.integers(0, 10)),
    st.builds(MarkGaveWay, MOMENTS_S),
    st.builds(UsePrescription, MOMENTS_S, st.none() | st.just(DOSE)),
)
GIVEN = st.lists(st.tuples(COMMANDS, st.floats(0.0, 1.5)), max_size=12)  # each with how late it is told
SIZES = st.lists(st.integers(5, 300), min_size=1, max_size=5)


@cache
def samples() -> SampleBlock:
    t_s = np.arange(int(LASTS_S * RATE_HZ)) / RATE_HZ
    return SampleBlock(t_s, Walker(OUTING, seed=7).acceleration(t_s))


def led(given: Sequence[tuple[Command, float]], sizes: Sequence[int]) -> list[Event]:
    """All events of the outing in blocks of these sizes; each command comes after the samples of its lateness."""
    block, engine, told = samples(), Engine(PARAMS), list[Event]()
    due = sorted(given, key=lambda each: each[0].t_s + each[1])
    ends = [int(np.searchsorted(block.t_s, command.t_s + late_s, side="right")) for command, late_s in due]
    begin = turn = 0
    for end, command in [*zip(ends, (command for command, _ in due), strict=True), (len(block), None)]:
        while begin < end:
            part = slice(begin, min(begin + sizes[turn % len(sizes)], end))
            told += engine.feed(SampleBlock(block.t_s[part], block.acc_g[part]))
            begin, turn = part.stop, turn + 1
        if command is not None:
            told += engine.command(command)
    told += engine.flush()
    told += engine.command(StopSession(LASTS_S))
    assert not engine.in_session
    assert not engine.paused
    return told


@settings(max_examples=100)
@given(given=GIVEN, sizes=SIZES)
def test_any_split_tells_the_same_whatever_is_commanded(given: list[tuple[Command, float]], sizes: list[int]) -> None:
    assert led(given, sizes) == led(given, [10**6])


@settings(max_examples=300)
@given(given=GIVEN)
def test_the_totals_hold_whatever_is_commanded(given: list[tuple[Command, float]]) -> None:
    told = led(given, [25])
    contacts_s = [(number, event.t_s) for number, event in enumerate(told) if isinstance(event, InitialContact)]
    began, pauses = SessionStarted(inf, by_walking=False, prescription=None), list[list[float]]()
    steps = 0
    for number, event in enumerate(told):
        if isinstance(event, SessionStarted):
            began, pauses, steps = event, [], 0
        elif isinstance(event, PauseBegan):
            assert not pauses or pauses[-1][1] <= event.t_s
            pauses.append([event.t_s, inf])
        elif isinstance(event, PauseEnded):
            assert pauses[-1] == [event.start_s, inf]
            pauses[-1][1] = event.t_s
        elif isinstance(event, Progress):
            steps += event.steps
            assert event.so_far.steps == steps
            assert event.stretch_s >= 0.0
        elif isinstance(event, SessionEnded):
            summary = event.summary
            counted_s = [t_s for first, t_s in contacts_s if first < number and t_s >= began.t_s]
            assert summary.steps == steps == sum(not any(a < t_s < b for a, b in pauses) for t_s in counted_s)
            within_s = [min(b, summary.ended_s) - a for a, b in pauses]
            assert summary.paused_s == pytest.approx(sum(max(0.0, pause_s) for pause_s in within_s), abs=1e-6)
            assert summary.walking_s + summary.paused_s <= summary.duration_s + 1e-6
