# SPDX-License-Identifier: MIT
"""What a sensor may do to the counters without being believed to walk, and without a step being lost over it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import ENGINE, Stream, told

from kneemon.dsp.resample import ResamplerParams
from kneemon.engine import Engine
from kneemon.gait.detector import GaitDetector
from kneemon.model.gait import BoutEnded, CadenceEstimate, GaitEvent, InitialContact, SignalGap
from kneemon.model.samples import Array, SampleBlock
from kneemon.model.sessions import SessionStarted
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker

BLOCK = [25]
SEEDS = st.integers(0, 10**6)
OUTING = Walker((Stand(5), Walk(20, 96), Stand(6), Walk(15, 112), Stand(4)), seed=11)
WORN = ("waist", "pocket", "thigh")


def stamps(rate_hz: float, duration_s: float = OUTING.duration_s) -> Array:
    return np.arange(int(duration_s * rate_hz)) / rate_hz


def walk_at(rate_hz: float, walker: Walker = OUTING) -> Stream:
    t_s = stamps(rate_hz, walker.duration_s)
    return Stream(t_s, walker.acceleration(t_s))


def gait_of(stream: Stream) -> list[object]:
    return told(GaitDetector(), stream, BLOCK)


def contacts_s(stream: Stream) -> list[float]:
    return [event.t_s for event in gait_of(stream) if isinstance(event, InitialContact)]


def gaps(events: list[object]) -> list[SignalGap]:
    return [event for event in events if isinstance(event, SignalGap)]


def rotation(seed: int) -> Array:
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    return matrix * np.linalg.det(matrix)


@settings(max_examples=12)
@given(seed=SEEDS, rate_hz=st.sampled_from([25.0, 50.0, 100.0]))
def test_a_still_sensor_in_any_orientation_gives_no_step(seed: int, rate_hz: float) -> None:
    t_s = stamps(rate_hz, 240.0)
    noise = np.random.default_rng(seed).normal(0.0, 0.003, (len(t_s), 3))
    still = Stream(t_s, rotation(seed) @ [0.0, 0.0, 1.0] + noise)
    assert gait_of(still) == []
    assert told(Engine(ENGINE), still, BLOCK) == []


@settings(max_examples=12)
@given(seed=SEEDS)
@pytest.mark.parametrize("worn", WORN)
def test_a_turned_box_counts_the_same_steps_at_the_same_times(worn: str, seed: int) -> None:
    straight = walk_at(100.0, Walker((Stand(4), Walk(12, 92)), worn=worn, seed=7))
    turned = Stream(straight.t_s, straight.acc_g @ rotation(seed).T)
    assert contacts_s(turned) == pytest.approx(contacts_s(straight), abs=0.01)
    assert len(contacts_s(straight)) > 12


@pytest.mark.parametrize("rate_hz", [25.0, 50.0, 95.0, 105.0, 190.0, 210.0, 400.0])
def test_a_rate_that_is_off_moves_nothing_when_the_stamps_tell(rate_hz: float) -> None:
    assert contacts_s(walk_at(rate_hz)) == pytest.approx(contacts_s(walk_at(100.0)), abs=0.03)


@settings(max_examples=12)
@given(seed=SEEDS)
def test_rows_that_measure_nothing_are_passed_over(seed: int) -> None:
    clean, rng = walk_at(100.0), np.random.default_rng(seed)
    acc_g = clean.acc_g.copy()
    bad = rng.choice(len(acc_g), 40, replace=False)
    acc_g[bad] = rng.choice([np.nan, np.inf, -np.inf, 0.0, 1e300, -1e12], (40, 1))
    assert contacts_s(Stream(clean.t_s, acc_g)) == pytest.approx(contacts_s(clean), abs=0.05)


def test_a_stream_of_nothing_but_nonsense_tells_nothing() -> None:
    for nonsense in (np.nan, np.inf, 0.0, 1e300):
        assert gait_of(Stream(stamps(50.0), np.full((len(stamps(50.0)), 3), nonsense))) == []


@pytest.mark.parametrize("huge_g", [16.0, 200.0, 999.0])
def test_the_wildest_shaking_is_survived_and_the_next_walk_counted(huge_g: float) -> None:
    calm = walk_at(100.0)
    wild = np.random.default_rng(0).uniform(-huge_g, huge_g, (1000, 3))
    shaken = Stream(np.concatenate([calm.t_s[:1000], calm.t_s + 10.0]), np.concatenate([wild, calm.acc_g]))
    walked_s = [t_s - 10.0 for t_s in contacts_s(shaken) if t_s > 14.0]
    assert walked_s == pytest.approx(contacts_s(calm), abs=0.01)


@pytest.mark.parametrize("lost", [0, 300])
def test_a_gap_in_a_walk_is_told_once_and_the_steps_go_on(lost: int) -> None:
    whole = walk_at(100.0)
    kept = np.r_[0:1300, 1600 : len(whole.t_s)]
    holed = Stream(whole.t_s[kept], whole.acc_g[kept], {1300: lost})
    events = gait_of(holed)
    assert gaps(events) == [SignalGap(whole.t_s[1299], whole.t_s[1600], lost or None)]
    found_s = contacts_s(holed)
    assert not [t_s for t_s in found_s if 13.0 < t_s < 16.0]
    before_s, after_s = contacts_s(holed.until(1300)), [t_s for t_s in found_s if t_s >= 16.0]
    assert found_s == before_s + after_s
    assert after_s == pytest.approx(contacts_s(whole)[-len(after_s) :], abs=0.05)
    walked = np.searchsorted(OUTING.initial_contacts, [13.0, 16.0])
    assert len(OUTING.initial_contacts) - int(np.diff(walked)[0]) - len(found_s) <= 2


def test_a_short_loss_is_told_and_drawn_across() -> None:
    whole = walk_at(100.0)
    kept = np.r_[0:1300, 1310 : len(whole.t_s)]
    events = gait_of(Stream(whole.t_s[kept], whole.acc_g[kept], {1300: 10}))
    assert gaps(events) == [SignalGap(whole.t_s[1299], whole.t_s[1310], 10)]
    assert len([e for e in events if isinstance(e, InitialContact)]) == len(contacts_s(whole))


@pytest.mark.parametrize("hole_s", [0.2, 2.0])
def test_a_loss_is_told_once_though_its_block_holds_a_gap_as_well(hole_s: float) -> None:
    t_s = np.r_[stamps(50.0, 4.0), 4.0 + hole_s + stamps(50.0, 2.0), 9.0 + stamps(50.0, 2.0)]
    acc_g = np.tile([0.0, 0.6, 0.8], (len(t_s), 1))
    events: list[GaitEvent] = []
    detector = GaitDetector()
    for block in (SampleBlock(t_s[:200], acc_g[:200]), SampleBlock(t_s[200:], acc_g[200:], lost_before=11)):
        events += detector.feed(block)
    assert events == [SignalGap(t_s[199], t_s[200], 11), SignalGap(t_s[299], t_s[300], None)]


def test_a_loss_before_the_first_sample_is_nobodys() -> None:
    detector, one = GaitDetector(), np.array([[0.0, 0.0, 1.0]])
    assert detector.feed(SampleBlock(np.array([5.0]), one, lost_before=3)) == ()
    detector.reset()
    assert detector.feed(SampleBlock(np.array([5.1]), one, lost_before=3)) == ()


def test_a_walk_that_is_cut_off_has_no_cadence_from_the_cut_on() -> None:
    whole = walk_at(100.0)
    kept = np.r_[0:1300, 1600 : len(whole.t_s)]
    events = gait_of(Stream(whole.t_s[kept], whole.acc_g[kept]))
    assert events.index(CadenceEstimate(whole.t_s[1299], None)) < events.index(gaps(events)[0])


@pytest.mark.parametrize("back_s", [0.01, 0.03, 2.0, 3600.0])
def test_stamps_that_repeat_or_run_backwards_are_survived(back_s: float) -> None:
    whole = walk_at(100.0)
    t_s = np.r_[whole.t_s, whole.t_s + whole.t_s[-1] + 0.01 - back_s]
    events = gait_of(Stream(t_s, np.r_[whole.acc_g, whole.acc_g]))
    found = sum(isinstance(event, InitialContact) for event in events)
    assert found == pytest.approx(2 * len(contacts_s(whole)), abs=2)
    assert not gaps(events)  # nothing is missing between them
    assert told(Engine(ENGINE), Stream(t_s, np.r_[whole.acc_g, whole.acc_g]), BLOCK)


def test_a_walk_after_hours_of_rest_is_counted_like_any_other() -> None:
    walk, rest_s = walk_at(50.0), 3 * 3600.0
    rest_t_s = stamps(50.0, rest_s)
    lying = np.random.default_rng(2).normal([0.0, 0.6, 0.8], 0.003, (len(rest_t_s), 3))
    late = Stream(np.r_[rest_t_s, walk.t_s + rest_s], np.r_[lying, walk.acc_g])
    found_s = [e.t_s - rest_s for e in told(GaitDetector(), late, [3000]) if isinstance(e, InitialContact)]
    assert found_s == pytest.approx(contacts_s(walk), abs=0.02)


def test_a_block_of_one_sample_and_an_empty_one_are_blocks() -> None:
    detector = GaitDetector()
    assert detector.feed(SampleBlock(np.zeros(0), np.zeros((0, 3)), lost_before=3)) == ()
    assert detector.feed(SampleBlock(np.array([1.0]), np.array([[0.0, 0.0, 1.0]]))) == ()
    assert detector.feed(SampleBlock(np.array([9.0]), np.array([[0.0, 0.0, 1.0]]), lost_before=3)) == (
        SignalGap(1.0, 9.0, 3),
    )


def test_the_longest_hole_that_is_drawn_across_tells_no_gap() -> None:
    longest_s = ResamplerParams().max_gap_s
    t_s = np.array([0.0, 0.5, 0.5 + longest_s, 1.0 + longest_s, 1.5 + 2.01 * longest_s])
    assert gaps(gait_of(Stream(t_s, np.ones((5, 3))))) == [SignalGap(t_s[3], t_s[4], None)]


def test_no_session_begins_while_nobody_walks() -> None:
    standing = walk_at(50.0, Walker((Stand(120),), seed=3))
    assert not [e for e in told(Engine(ENGINE), standing, BLOCK) if isinstance(e, SessionStarted)]


def test_contacts_and_bouts_are_told_in_time_order() -> None:
    events = gait_of(walk_at(100.0))
    times_s = [event.t_s for event in events if isinstance(event, InitialContact)]
    assert all(earlier < later for earlier, later in pairwise(times_s))
    bouts = [event for event in events if isinstance(event, BoutEnded)]
    assert sum(bout.steps for bout in bouts) == len(times_s)
    assert len(bouts) == 2
