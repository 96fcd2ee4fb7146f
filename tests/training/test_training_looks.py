# SPDX-License-Identifier: MIT
"""Labels on made-up truth; figures that are the engine's own, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.dsp.resample import Resampler
from kneemon.gait import detector
from kneemon.gait.detector import GaitDetector
from kneemon.gait.params import GaitParams, GateParams
from kneemon.gait.rhythm import Look, look
from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker
from tests.training.looks import EVERY, looks, walking
from tests.training.made_up import walk
from tests.training.signals import Kind, Signal

EVEN_S = np.arange(5.0, 20.0, 0.5)
QUIET_S = ((0.5, 4.2), (20.5, 29.5))


@pytest.mark.parametrize(
    ("end_s", "label"),
    [
        (3.6, False),  # from 0.08 s: within the quiet span and its margin
        (3.4, None),  # begins before it
        (4.7, False),
        (4.8, None),
        (5.9, None),  # two steps
        (6.1, True),  # three, and three of the four that two seconds hold
        (15.0, True),
        (20.0, True),
        (20.4, True),  # three of four once more
        (20.6, None),  # two of four
        (23.6, False),
    ],
)
def test_the_last_two_seconds_of_a_counted_walk_decide(end_s: float, label: bool | None) -> None:
    assert walking(walk(EVEN_S, 30.0, quiet_s=QUIET_S), end_s) is label


def test_half_of_the_steps_are_too_few() -> None:
    gap = EVEN_S[(EVEN_S < 11.9) | (EVEN_S > 13.1)]
    assert walking(walk(EVEN_S, 30.0), 13.4) is True
    assert walking(walk(gap, 30.0), 13.4) is None


@pytest.mark.parametrize(("kind", "label"), [(Kind.NONE, False), (Kind.WALKED, True), (Kind.UNKNOWN, None)])
def test_an_uncounted_recording_is_all_one(kind: Kind, label: bool | None) -> None:
    for end_s in (4.0, 12.0, 25.0):
        assert walking(walk(EVEN_S, 30.0, kind=kind), end_s) is label


@given(
    steps_s=st.lists(st.floats(0.3, 3.0), min_size=3, max_size=40),
    end_s=st.floats(4.0, 30.0),
    later=st.integers(1, 64),
)
def test_a_label_does_not_ask_what_time_it_is(steps_s: list[float], end_s: float, later: int) -> None:
    contacts_s = np.round(np.cumsum(steps_s) * 1024) / 1024
    end_s = round(end_s * 1024) / 1024 + 1 / 2048  # no contact on an edge
    now = walking(walk(contacts_s, 60.0, quiet_s=((0.0, 1.0),)), end_s)
    after = walking(walk(contacts_s + later, 200.0, quiet_s=((float(later), later + 1.0),)), end_s + later)
    assert now is after


@pytest.mark.parametrize("first", [0, 7])
def test_looks_are_the_engines(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    walker = Walker((Stand(5.0), Walk(15.0, 95.0), Stand(3.0)), seed=4)
    t_s = first / 50.0 + np.arange(2300) / 100.0
    acc_g = walker.acceleration(t_s)
    seen: list[Look] = []

    def watched(*args: object) -> Look | None:
        found = look(*args)  # type: ignore[arg-type]
        if found is not None:
            seen.append(found)
        return found

    monkeypatch.setattr(detector, "look", watched)
    never = GaitParams(gate=GateParams(open_log_odds=1e9, reopen_log_odds=1e9))
    GaitDetector(never).feed(SampleBlock(t_s, acc_g))
    _, stretch = Resampler().feed(t_s, acc_g)
    earlier_g = np.concatenate((np.ones((first, 3)), stretch.acc_g))
    # windows of the engine end at multiples of EVERY; ours do when the signal is as late as the first look
    ends = [end for end in range(EVERY, len(stretch.acc_g) + 1, EVERY) if end >= 176]
    signal = Signal("s", "g", "p", "a", Kind.NONE, earlier_g, np.array(()))
    mine = looks(signal, first + ends[0] - 176)
    assert len(seen) > 30
    np.testing.assert_array_equal(mine.figures, [one.features for one in seen])


def test_a_still_sensor_has_no_looks_and_a_walk_that_stands_teaches_nothing() -> None:
    still = walk(np.array(()), 20.0, kind=Kind.NONE)
    assert looks(still).figures.shape == (0, 23)
    weak = 1.0 + 0.015 * (walk(EVEN_S, 30.0).acc_g[:, 2] - 1.0) / 0.1
    acc_g = np.zeros((len(weak), 3))
    acc_g[:, 2] = weak
    for kind, some in ((Kind.NONE, True), (Kind.WALKED, False)):
        assert bool(len(looks(Signal("s", "dsa", "p", "a", kind, acc_g, np.array(()))).walking)) is some


def test_a_counted_walk_gives_looks_of_both_kinds() -> None:
    walker = Walker((Stand(10.0), Walk(15.0, 95.0), Stand(3.0)), seed=4)
    at_s = (np.arange(1400) + 0.5) / 50.0
    acc_g = walker.acceleration(at_s) + np.random.default_rng(1).normal(0.0, 0.06, (1400, 3))
    signal = Signal("s", "g", "p", "a", Kind.COUNTED, acc_g, walker.initial_contacts, ((0.5, 9.5),))
    found = looks(signal)
    assert 10 < (~found.walking).sum() < 20
    assert 25 < found.walking.sum() < 40
