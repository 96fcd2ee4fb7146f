# SPDX-License-Identifier: MIT
"""The detector over walkers of any kind: what may not matter does not, and what was told is never taken back."""

import pickle
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outings import ANY_OUTING, STEADY_OUTING, Outing, agree, contacts, contacts_s, gait_of
from stages import Stream, moment_s, told

from kneemon.gait.detector import GaitDetector
from kneemon.model.gait import BoutEnded, BoutStarted, CadenceEstimate, InitialContact, SignalGap
from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Segment, Stand, Walk

SEEDS = st.integers(0, 10**6)
SIZES = st.lists(st.integers(0, 400), min_size=1, max_size=8).filter(any)
EVERYTHING = (10**6,)
SHARES = st.floats(0.0, 1.0)


@settings(max_examples=40)
@given(ANY_OUTING, SIZES)
def test_any_split_tells_the_same_bit_for_bit(outing: Outing, sizes: list[int]) -> None:
    stream = outing.stream(50.0)
    assert told(GaitDetector(), stream, sizes) == gait_of(stream, EVERYTHING)


@settings(max_examples=25)
@given(ANY_OUTING, st.integers(41, 150), SIZES)
def test_any_split_believes_the_same_at_any_moment(outing: Outing, every: int, sizes: list[int]) -> None:
    """A look more or less would show in the events only much later, or never."""
    split, whole = GaitDetector(), GaitDetector()
    for block in outing.stream(50.0).blocks([every]):
        whole.feed(block)
        for part in Stream(block.t_s, block.acc_g).blocks(sizes):
            split.feed(part)
        assert split.state == whole.state


@settings(max_examples=8)
@given(ANY_OUTING)
def test_sample_by_sample_tells_the_same_and_nothing_before_its_evidence(outing: Outing) -> None:
    stream, detector, events = outing.stream(50.0), GaitDetector(), []
    for block in stream.blocks([1]):
        for event in detector.feed(block):
            assert block.t_s[0] - 0.0201 <= moment_s(event) <= block.t_s[0] + 1e-9
            events.append(event)
    assert [*events, *detector.flush()] == gait_of(stream, EVERYTHING)


@settings(max_examples=25)
@given(ANY_OUTING, SHARES, SIZES)
def test_nothing_that_was_told_is_taken_back_or_changed(outing: Outing, share: float, sizes: list[int]) -> None:
    stream = outing.stream(50.0)
    detector, beginning = GaitDetector(), stream.until(int(share * len(stream.t_s)))
    begun = [event for block in beginning.blocks(sizes) for event in detector.feed(block)]
    assert begun == gait_of(stream)[: len(begun)]


@settings(max_examples=40)
@given(ANY_OUTING)
def test_what_is_told_is_in_order_and_adds_up(outing: Outing) -> None:
    events = gait_of(outing.stream())
    steps = contacts(events)
    assert all(b.t_s - a.t_s > 0.2 for a, b in pairwise(steps))
    assert all(step.known_at_s - step.t_s > 0.0 for step in steps)
    moments_s = [moment_s(event) for event in events]
    assert moments_s == sorted(moments_s)
    started = [event for event in events if isinstance(event, BoutStarted)]
    ended = [event for event in events if isinstance(event, BoutEnded)]
    assert [bout.t_s for bout in started] == [bout.start_s for bout in ended]
    assert sum(bout.steps for bout in ended) == len(steps)
    for one, after in pairwise(ended):
        assert one.start_s < one.end_s < after.start_s
    for event in events:
        if isinstance(event, CadenceEstimate):
            assert (event.cadence_spm is None) == (event.sd_spm is None)
            assert event.cadence_spm is None or 20.0 < event.cadence_spm < 220.0


@settings(max_examples=40)
@given(ANY_OUTING, SEEDS)
def test_any_orientation_counts_the_same_steps_at_the_same_times(outing: Outing, seed: int) -> None:
    straight = outing.stream()
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    turned = Stream(straight.t_s, straight.acc_g @ matrix.T)
    assert contacts_s(turned) == pytest.approx(contacts_s(straight), abs=0.005)


@settings(max_examples=25)
@given(ANY_OUTING, st.floats(-1e6, 1e7))
def test_a_shift_in_time_is_the_same_shift(outing: Outing, later_s: float) -> None:
    stream = outing.stream()
    assert contacts_s(stream.later(later_s)) - later_s == pytest.approx(contacts_s(stream), abs=0.001)


@settings(max_examples=40)
@given(STEADY_OUTING, st.floats(20.0, 400.0))
def test_any_sampling_rate_counts_the_same(outing: Outing, rate_hz: float) -> None:
    usual_s, found_s = contacts_s(outing.stream(100.0)), contacts_s(outing.stream(rate_hz))
    assert agree(found_s, usual_s)


@settings(max_examples=30)
@given(STEADY_OUTING, st.floats(0.95, 1.05))
def test_stamps_that_are_off_scale_the_times_and_keep_the_count(outing: Outing, scale: float) -> None:
    stream = outing.stream()
    usual_s, found_s = contacts_s(stream), contacts_s(Stream(stream.t_s * scale, stream.acc_g)) / scale
    assert agree(found_s, usual_s)


@settings(max_examples=30)
@given(STEADY_OUTING, st.floats(25.0, 200.0), SEEDS)
def test_jittered_stamps_change_little(outing: Outing, rate_hz: float, seed: int) -> None:
    stream = outing.stream(rate_hz)
    jitter_s = np.random.default_rng(seed).uniform(-0.4, 0.4, len(stream.t_s)) / rate_hz
    usual_s, found_s = contacts_s(stream), contacts_s(Stream(stream.t_s + jitter_s, stream.acc_g))
    assert agree(found_s, usual_s)


@settings(max_examples=25)
@given(
    st.sampled_from(("waist", "pocket")),
    SEEDS,
    st.floats(55.0, 100.0),
    st.floats(0.05, 0.25),
    st.floats(15.0, 30.0),
    st.floats(0.6, 1.0),
)
def test_a_limp_is_counted_within_a_step(
    worn: str, seed: int, cadence_spm: float, limp: float, seconds: float, strength: float
) -> None:
    """Not so on the thigh, where a limp can look like one sharp push a stride: `tests/gait` has what holds there."""
    walk = Walk(seconds, cadence_spm, limp=limp, strength=strength)
    outing = Outing((Stand(4.0), walk, Stand(5.0)), worn, seed)
    assert abs(len(contacts_s(outing.stream())) - outing.walker.truth.steps) <= 1


@settings(max_examples=15)
@given(st.sampled_from(("waist", "pocket")), SEEDS, st.floats(75.0, 115.0))
def test_bouts_of_five_steps_are_walking(worn: str, seed: int, cadence_spm: float) -> None:
    script: list[Segment] = [Stand(6.0)]
    for _ in range(5):
        script += [Walk(5.9 * 60.0 / cadence_spm, cadence_spm), Stand(10.0)]
    outing = Outing(tuple(script), worn, seed)
    assert outing.walker.truth.steps > 20
    bouts = [event for event in gait_of(outing.stream()) if isinstance(event, BoutEnded)]
    assert 4 <= len(bouts) <= 5  # on the thigh one in six is not found
    assert all(4 <= bout.steps <= 6 for bout in bouts)


@settings(max_examples=25)
@given(STEADY_OUTING, st.floats(0.0, 5000.0))
def test_stamps_that_run_back_end_what_was_walked(outing: Outing, back_s: float) -> None:
    """Each piece is told on its own: contacts rise in it, and no bout ends before it began."""
    stream = outing.stream()
    at = int(stream.t_s.searchsorted(11.0))
    events = gait_of(Stream(np.r_[stream.t_s[:at], stream.t_s[at:] - 0.01 - back_s], stream.acc_g))
    falls = [a.t_s >= b.t_s for a, b in pairwise(contacts(events))]
    assert sum(falls) <= int(back_s > 0.1)
    bouts = [event for event in events if isinstance(event, BoutEnded)]
    assert all(bout.start_s < bout.end_s for bout in bouts)
    assert all(bout.cadence_spm is not None and 30.0 < bout.cadence_spm < 150.0 for bout in bouts)
    assert sum(bout.steps for bout in bouts) == len(contacts(events))


def spoilt(stream: Stream, seed: int) -> Stream:
    """Some rows are no measurement or sit on the rail, some are missing, some for long."""
    rng, n = np.random.default_rng(seed), len(stream.t_s)
    acc_g, kept = stream.acc_g.copy(), np.ones(n, dtype=bool)
    for nonsense in (np.nan, np.inf, 0.0, 1e300):
        begin = int(rng.integers(n))
        acc_g[begin : begin + int(rng.integers(1, 60))] = nonsense
    acc_g[rng.integers(n, size=3), rng.integers(3, size=3)] = np.nan
    acc_g[rng.integers(n, size=2)] = rng.choice([-16.0, 16.0], (2, 3))
    for _ in range(3):
        begin = int(rng.integers(n))
        kept[begin : begin + int(rng.integers(1, 400))] = False
    return Stream(stream.t_s[kept], acc_g[kept])


@settings(max_examples=40)
@given(ANY_OUTING, SEEDS)
def test_a_spoilt_signal_neither_raises_nor_has_more_steps(outing: Outing, seed: int) -> None:
    events = gait_of(spoilt(outing.stream(), seed))
    steps = contacts(events)
    assert len(steps) <= outing.walker.truth.steps + 2 * sum(isinstance(each, Walk) for each in outing.script) + 2
    assert all(a.t_s < b.t_s for a, b in pairwise(steps))
    for gap in events:
        if isinstance(gap, SignalGap):
            assert not [step for step in steps if gap.start_s < step.t_s < gap.end_s]


@settings(max_examples=40)
@given(SEEDS, st.sampled_from((25.0, 100.0)))
def test_a_still_sensor_whose_signal_is_spoilt_makes_no_step(seed: int, rate_hz: float) -> None:
    rng = np.random.default_rng(seed)
    down = rng.standard_normal(3)
    t_s = np.arange(int(60 * rate_hz)) / rate_hz
    still = Stream(t_s, down / np.linalg.norm(down) + rng.normal(0.0, 0.003, (len(t_s), 3)))
    assert contacts(gait_of(spoilt(still, seed))) == []


@settings(max_examples=10)
@given(ANY_OUTING, ANY_OUTING, SHARES)
def test_after_flush_and_reset_it_is_as_fresh(before: Outing, outing: Outing, share: float) -> None:
    used = GaitDetector()
    first = before.stream(50.0)
    for block in first.until(int(share * len(first.t_s))).blocks([100]):
        used.feed(block)
    used.flush()
    assert used.flush() == ()
    used.reset()
    stream = outing.stream(50.0)
    assert told(used, stream, [25]) == gait_of(stream)


def test_the_state_does_not_grow_over_hours() -> None:
    """Hours of rest and of walking, in turns; the walking goes on where the stretch before it ended."""
    walk = Outing((Stand(20.0), Walk(600.0, 104.0)), "waist", 3).stream(50.0)
    rest_g = np.random.default_rng(1).normal([0.0, 0.6, 0.8], 0.003, (50 * 3600, 3))
    detector, sizes, steps, start_s = GaitDetector(), [], [], 0.0
    for acc_g in (walk.acc_g, rest_g, np.tile(walk.acc_g[1000:], (6, 1)), rest_g, walk.acc_g):
        t_s = start_s + np.arange(len(acc_g)) / 50.0
        edges = list(accumulate([3000] * (len(t_s) // 3000), initial=0))
        told_ = [event for i in edges for event in detector.feed(SampleBlock(t_s[i : i + 3000], acc_g[i : i + 3000]))]
        steps.append(sum(isinstance(event, InitialContact) for event in told_))
        sizes.append(len(pickle.dumps(detector)))
        start_s = float(t_s[-1]) + 0.02
    assert max(steps[1], steps[3]) <= 1  # the last of the walk cut off before
    assert steps[2] > 5.5 * steps[0] > 5000
    assert max(sizes) < 1.02 * min(sizes)
