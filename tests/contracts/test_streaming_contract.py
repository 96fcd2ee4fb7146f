# SPDX-License-Identifier: MIT
"""One examination for every streaming stage: what it tells depends on the samples, and on nothing else."""

from itertools import zip_longest

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stages import COMMANDS, STAGES, STREAMS, CommandedEngine, facts, midst_of_a_walk, moment_s, told, trembling

from kneemon.model.cues import Cue, CueKind
from kneemon.model.gait import BoutEnded, BoutStarted, InitialContact, SignalGap
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import PainBeforeTold, Progress, SessionEnded, SessionStarted

EVERYTHING = 10**6
SPLITS = st.lists(st.sampled_from((0, 1, 2, 3, 8, 20, 25, 100, 1009, EVERYTHING)), min_size=1, max_size=6).filter(any)
WHOLE = {
    (stage, stream): told(make(), samples, [EVERYTHING])
    for stage, make in STAGES.items()
    for stream, samples in STREAMS.items()
}

every_stage = pytest.mark.parametrize("stage", STAGES)
every_stream = pytest.mark.parametrize("stream", STREAMS)


@every_stage
@every_stream
@settings(max_examples=8)
@given(sizes=SPLITS)
@example(sizes=[1])
@example(sizes=[0, 25])
def test_any_split_of_the_same_samples_tells_the_same(stage: str, stream: str, sizes: list[int]) -> None:
    split = told(STAGES[stage](), STREAMS[stream], sizes)
    for one, other in zip_longest(split, WHOLE[stage, stream]):
        assert one == other


@every_stage
@every_stream
def test_the_streams_give_the_examination_something_to_see(stage: str, stream: str) -> None:
    kinds = {type(event) for event in WHOLE[stage, stream]}
    if stage != "resampler":
        assert {InitialContact, BoutStarted, BoutEnded} <= kinds
        assert (SignalGap in kinds) == (stream == "rough_wire")
    if stage == "engine" and stream != "fine_counts":
        assert {SessionStarted, Progress, SessionEnded} <= kinds
        begun = [event.by_walking for event in WHOLE[stage, stream] if isinstance(event, SessionStarted)]
        assert begun == [False, True]
        said = {event.kind for event in WHOLE[stage, stream] if isinstance(event, Cue)}
        assert {CueKind.REST_DUE, CueKind.PAIN_ROSE, CueKind.PAIN_STOP} <= said
        assert CueKind.ASK_PAIN in said or stream == "buzzed_walk"  # there one cue follows the other
        assert PainBeforeTold in kinds


@every_stage
@settings(max_examples=5)
@given(used=st.integers(500, 2000))
@pytest.mark.parametrize("before", [*STREAMS, "trembling"])
def test_reset_equals_a_fresh_instance(stage: str, before: str, used: int) -> None:
    used_up = STAGES[stage]()
    for block in {**STREAMS, "trembling": trembling()}[before].until(used).blocks([100]):
        used_up.feed(block)
    used_up.reset()
    assert told(used_up, midst_of_a_walk(), [256]) == told(STAGES[stage](), midst_of_a_walk(), [256])


@every_stage
@pytest.mark.parametrize("later_s", [2.0**17, -(2.0**10), 86400.0 * 300])
def test_a_shift_in_time_is_the_same_shift_out(stage: str, later_s: float) -> None:
    fresh = CommandedEngine(later_s) if stage == "engine" else STAGES[stage]()
    late = told(fresh, STREAMS["plain_walk"].later(later_s), [EVERYTHING])
    for now, then in zip_longest(WHOLE[stage, "plain_walk"], late):
        for (name, fact), (late_name, late_fact) in zip_longest(facts(now), facts(then, later_s)):
            assert late_name == name
            assert late_fact == (pytest.approx(fact, abs=1e-6) if isinstance(fact, float) else fact)


@every_stage
@every_stream
def test_nothing_is_told_before_its_evidence(stage: str, stream: str) -> None:
    fresh, newest_s = STAGES[stage](), float("-inf")
    for block in STREAMS[stream].blocks([1]):
        newest_s = max(newest_s, float(block.t_s[-1]))
        for event in fresh.feed(block):
            assert moment_s(event) <= newest_s + 1e-9
            if isinstance(event, InitialContact):
                assert event.t_s <= event.known_at_s


@every_stage
@every_stream
@settings(max_examples=10)
@given(share=st.floats(0, 1))
def test_the_beginning_of_a_stream_tells_the_beginning_of_its_events(stage: str, stream: str, share: float) -> None:
    samples, fresh = STREAMS[stream], STAGES[stage]()
    begun = [e for block in samples.until(int(share * len(samples.t_s))).blocks([64]) for e in fresh.feed(block)]
    assert begun == WHOLE[stage, stream][: len(begun)]


@every_stage
def test_an_empty_stream_tells_nothing(stage: str) -> None:
    fresh, none = STAGES[stage](), STREAMS["plain_walk"].until(0)
    assert not fresh.feed(SampleBlock(none.t_s, none.acc_g))
    assert not fresh.flush()


@pytest.mark.parametrize("stream", ["plain_walk", "rough_wire"])
def test_every_command_falls_within_the_stream(stream: str) -> None:
    assert STREAMS[stream].t_s[0] < COMMANDS[0].t_s < COMMANDS[-1].t_s < STREAMS[stream].t_s[-1]
