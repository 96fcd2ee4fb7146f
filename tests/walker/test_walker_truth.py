# SPDX-License-Identifier: MIT
"""What the walker says about itself: contacts, truth, cadence, and the scripts it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.virtual.demo_walk import demo_script
from kneemon.virtual.script import Fidget, Segment, Sit, Stand, Turn, Walk
from kneemon.virtual.walker import Walker

SECONDS = st.floats(0.5, 40.0)
WALKS = st.builds(
    Walk,
    seconds=SECONDS,
    cadence_spm=st.floats(40.0, 150.0),
    cadence_end_spm=st.none() | st.floats(40.0, 150.0),
    limp=st.floats(0.0, 0.5),
    irregularity=st.floats(0.0, 0.1),
    shuffle=st.floats(0.0, 1.0),
    stick=st.floats(0.0, 1.0),
)
SEGMENTS = WALKS | st.builds(Stand, SECONDS) | st.builds(Sit, SECONDS) | st.builds(Fidget, SECONDS) | st.builds(Turn)
SCRIPTS = st.lists(SEGMENTS, min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(script=SCRIPTS, seed=st.integers(0, 1000))
def test_contacts_rise_and_lie_where_somebody_walks(script: list[Segment], seed: int) -> None:
    walker = Walker(script, seed=seed)
    contacts = walker.initial_contacts

    assert (np.diff(contacts) > 0.1).all()
    assert all(walker.cadence_at(contact) is not None for contact in contacts)
    assert walker.duration_s == pytest.approx(sum(segment.seconds for segment in script))


@settings(max_examples=60, deadline=None)
@given(script=SCRIPTS, seed=st.integers(0, 1000))
def test_truth_adds_up(script: list[Segment], seed: int) -> None:
    walker = Walker(script, seed=seed)
    truth = walker.truth

    assert truth.steps == len(walker.initial_contacts) == sum(part.steps for part in truth.segments)
    assert [part.segment for part in truth.segments] == script
    assert truth.segments[0].start_s == 0.0
    assert truth.segments[-1].end_s == walker.duration_s
    for part in truth.segments:
        if not isinstance(part.segment, Walk | Turn):
            assert part.steps == 0


@settings(max_examples=40, deadline=None)
@given(
    cadence=st.floats(50.0, 140.0),
    limp=st.floats(0.0, 0.4),
    irregularity=st.floats(0.0, 0.04),
    seed=st.integers(0, 1000),
)
def test_the_truth_has_the_cadence_of_the_script(cadence: float, limp: float, irregularity: float, seed: int) -> None:
    walk = Walk(120.0, cadence, limp=limp, irregularity=irregularity)
    contacts = Walker((Stand(2.0), walk, Stand(2.0)), seed=seed).initial_contacts
    strides = contacts[2:] - contacts[:-2]

    # the mean of some hundred uneven steps: five standard errors, and half a limping stride
    tolerance = 5 * irregularity * (2 / len(strides)) ** 0.5 + limp / len(strides) + 1e-9
    assert 120.0 / strides.mean() == pytest.approx(cadence, rel=tolerance)


def test_cadence_drifts_in_a_straight_line() -> None:
    walker = Walker((Stand(5.0), Walk(100.0, 90.0, 110.0, irregularity=0.0), Turn(4.0, 80.0), Stand(5.0)))

    assert walker.cadence_at(5.0) == 90.0
    assert walker.cadence_at(55.0) == pytest.approx(100.0)
    assert walker.cadence_at(106.0) == 80.0
    contacts = walker.initial_contacts
    for at_s in (20.0, 55.0, 95.0):
        after = int(np.searchsorted(contacts, at_s))
        assert 60.0 / (contacts[after] - contacts[after - 1]) == pytest.approx(walker.cadence_at(at_s), abs=0.5)


@pytest.mark.parametrize("t_s", [-1.0, 0.0, 4.999, 109.0, 113.999, 114.0])
def test_nobody_walks_outside_the_bouts(t_s: float) -> None:
    assert Walker((Stand(5.0), Walk(100.0, 90.0), Turn(4.0), Stand(5.0))).cadence_at(t_s) is None


def test_limping_steps_alternate_as_asked() -> None:
    steps = np.diff(Walker((Walk(60.0, 90.0, limp=0.15, irregularity=0.0),)).initial_contacts)
    one, other = steps[0::2], steps[1::2]

    assert np.ptp(one) < 1e-9
    assert np.ptp(other) < 1e-9
    assert sorted((one[0], other[0])) == pytest.approx([60 / 90 * 0.85, 60 / 90 * 1.15])


@pytest.mark.parametrize("irregularity", [0.01, 0.04])
def test_strides_vary_as_asked(irregularity: float) -> None:
    contacts = Walker((Walk(2000.0, 100.0, irregularity=irregularity),), seed=3).initial_contacts
    strides = contacts[2::2] - contacts[:-2:2]

    assert strides.std() / strides.mean() == pytest.approx(irregularity, rel=0.1)


def test_neighbouring_walks_are_one_bout_and_a_stop_parts_them() -> None:
    through = Walker((Walk(20.0, 100.0), Turn(3.0), Walk(20.0, 100.0)), seed=1).initial_contacts
    stopped = Walker((Walk(20.0, 100.0), Stand(3.0), Walk(20.0, 100.0)), seed=1).initial_contacts

    assert np.diff(through).max() < 0.8
    assert np.diff(stopped).max() > 3.0


def test_a_bout_too_short_for_a_step_has_none() -> None:
    assert Walker((Stand(1.0), Walk(0.6, 100.0), Stand(1.0))).truth.steps == 0


def test_the_demo_meets_its_plan() -> None:
    walker = Walker(demo_script())
    walking_s = sum(s.seconds for s in demo_script() if isinstance(s, Walk | Turn))
    over_ceiling_s = sum(s.seconds for s in demo_script() if isinstance(s, Walk) and s.cadence_spm > 112.0)

    assert 440.0 <= walker.duration_s <= 480.0
    assert walking_s >= 60.0 + 240.0 + 60.0 + 40.0
    assert over_ceiling_s >= 30.0
    assert 650 < walker.truth.steps < 780


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda: Walk(10.0, 5.0), "20 to 220 steps/min, not 5"),
        (lambda: Walk(10.0, 100.0, 300.0), "20 to 220 steps/min, not 300"),
        (lambda: Walk(10.0, 100.0, limp=0.6), "a limp is at most 0.5"),
        (lambda: Walk(10.0, 100.0, irregularity=-0.1), "an irregularity at most 0.1"),
        (lambda: Walk(10.0, 100.0, shuffle=1.1), "fractions of 1"),
        (lambda: Walker(()), "at least one segment"),
        (lambda: Walker((Stand(1.0), Walk(0.0, 100.0))), "a segment lasts longer than 0 s"),
        (lambda: Walker((Stand(1.0),), worn="head"), "waist, pocket, thigh, shank, not head"),
        (lambda: Walker((Stand(1.0),), orientation=2 * np.eye(3)), "rotation matrix"),
        (lambda: Walker((Stand(1.0),), orientation=-np.eye(3)), "rotation matrix"),
    ],
)
def test_what_no_walker_can_do(wrong, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        wrong()
