# SPDX-License-Identifier: MIT
"""Raw samples are kept beside the count when that is wanted, all of them, and counted again they give the same."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from app_bench import Bench, cut

from kneemon.app import reprocess
from kneemon.app.recorder import HELD
from kneemon.app.reprocess import Outcome, Recounted, recount
from kneemon.engine import EngineParams
from kneemon.model.records import SessionRecord
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import EndReason
from kneemon.session.machine import SessionParams
from kneemon.store import StoreReader
from kneemon.store.raw import RawWalk, rounded
from kneemon.store.raw_rows import CHOSEN, raw_walks
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker

Outing = tuple[Walker, list[SampleBlock]]
MakeBench = Callable[..., Bench]
Sampled = Callable[..., tuple[Walker, SampleBlock]]


def read(bench: Bench, session_id: str) -> list[SampleBlock]:
    with closing(RawWalk(bench.path, session_id)) as raw:
        return list(iter(raw.read, None))


def incomplete(bench: Bench, record: SessionRecord) -> str | None:
    with closing(RawWalk(bench.path, record.session_id)) as raw:
        list(iter(raw.read, None))
        return raw.incomplete(record.summary.started_s)


def counted_again(bench: Bench, record: SessionRecord, params: EngineParams | None = None) -> Recounted:
    with StoreReader(bench.path) as reader:
        return recount(bench.path, reader, record, params or bench.params)


@pytest.fixture(autouse=True)
def no_hair(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same is the same here, not the same but for a second."""
    monkeypatch.setattr(reprocess, "HAIR", 1e-4)


def exactly(before: SessionRecord, again: Recounted) -> None:
    assert (again.outcome, again.why) == (Outcome.SAME, "")
    assert again.after == before
    assert before.summary.steps > 30


def test_nothing_is_kept_unless_it_is_wanted(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(outing[1], {2.0: kneemon.ask("start")})
    assert raw_walks(kneemon.path) == frozenset()
    with StoreReader(kneemon.path) as reader:
        assert reader.note(CHOSEN) is None
        assert (reader.has_raw(), reader.raw_sizes()) == (False, {})


def test_a_walks_samples_are_kept_as_the_engine_got_them(bench: MakeBench, outing: Outing) -> None:
    _, blocks = outing
    kneemon = bench()
    kneemon.walk(blocks, {1.0: kneemon.ask("raw", record=True), 3.0: kneemon.ask("start"), 90.0: kneemon.ask("stop")})
    assert kneemon.answers[0] == {"ok": True, "done": "The samples of your walks are kept from now on."}
    record = kneemon.record()
    kept = read(kneemon, record.session_id)
    t_s = np.concatenate([block.t_s for block in kept])
    # from when it was wanted, which is less than half a minute before the walk, to its end
    assert len(t_s) == pytest.approx(8900, abs=60)
    offset_s = record.summary.started_s - 3.0
    every = rounded(SampleBlock(*(np.concatenate([getattr(b, name) for b in blocks]) for name in ("t_s", "acc_g"))))
    first = int(np.searchsorted(every.t_s, t_s[0] - offset_s - 0.1))
    acc_g = np.concatenate([block.acc_g for block in kept])
    shift = next(i for i in range(first, first + 60) if (every.acc_g[i] == acc_g[0]).all())
    assert (every.acc_g[shift : shift + len(acc_g)] == acc_g).all()
    assert {len(block) for block in kept} == {25}  # the source's own blocks
    assert incomplete(kneemon, record) is None


def test_counted_again_it_is_the_same(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    acts = {
        0.5: kneemon.ask("raw", record=True),
        3.1: kneemon.ask("start"),
        20.2: kneemon.ask("pain", score=3),
        25.3: kneemon.ask("pause"),
        33.7: kneemon.ask("resume"),
        80.4: kneemon.ask("stop"),
    }
    kneemon.walk(outing[1], acts)
    record = kneemon.record()
    assert record.summary.end_reason is EndReason.COMMAND
    assert record.summary.paused_s == pytest.approx(8.4, abs=0.5)
    exactly(record, counted_again(kneemon, record))


def test_a_walk_that_the_device_ended(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(outing[1][:250], {0.5: kneemon.ask("raw", record=True), 3.0: kneemon.ask("start")})
    record = kneemon.record()
    assert record.summary.end_reason is EndReason.SHUTDOWN
    exactly(record, counted_again(kneemon, record))


def test_a_walk_that_began_and_ended_by_itself(bench: MakeBench, sampled: Sampled) -> None:
    _, walk = sampled(Stand(70.0), Walk(90.0, 96.0), Stand(120.0))
    params = EngineParams(session=SessionParams(start_by_walking=True, start_after_s=40.0, end_after_s=60.0))
    kneemon = bench(params=params)
    kneemon.walk(cut(walk), {0.5: kneemon.ask("raw", record=True)})
    record = kneemon.record()
    assert record.summary.end_reason is EndReason.STILLNESS
    exactly(record, counted_again(kneemon, record))
    kept = read(kneemon, record.session_id)
    before_s = record.summary.started_s - float(kept[0].t_s[0])
    after_s = float(kept[-1].t_s[-1]) - record.summary.ended_s
    assert 29.0 < before_s < 41.0  # half a minute, in whole blocks …
    assert 29.0 < after_s < 41.0  # … and not the minute of stillness that ended it


def test_a_walk_long_after_the_signal_began(bench: MakeBench, sampled: Sampled) -> None:
    """The engine looks every 0.8 s since then, and the samples since then are long gone."""
    _, walk = sampled(Stand(60.3), Walk(60.0, 88.0), Stand(40.0), Walk(50.0, 92.0), Stand(5.0))
    kneemon = bench()
    kneemon.walk(cut(walk), {0.5: kneemon.ask("raw", record=True), 151.37: kneemon.ask("start")})
    record = kneemon.record()
    assert float(read(kneemon, record.session_id)[0].t_s[0]) > record.summary.started_s - 41.0
    exactly(record, counted_again(kneemon, record))


def test_what_the_wire_said_is_kept(bench: MakeBench, outing: Outing) -> None:
    blocks = list(outing[1])
    blocks[60] = replace(blocks[60], lost_before=7, clipped=2, rate_hz=99.5)
    del blocks[100:112]  # three seconds without a signal
    kneemon = bench()
    kneemon.walk(blocks, {0.5: kneemon.ask("raw", record=True), 3.0: kneemon.ask("start"), 75.0: kneemon.ask("stop")})
    record = kneemon.record()
    assert (record.summary.gaps, record.summary.clipped) == (2, 2)
    kept = read(kneemon, record.session_id)
    assert sum(block.lost_before for block in kept) == 7
    assert sum(block.clipped for block in kept) == 2
    exactly(record, counted_again(kneemon, record))


def test_the_choice_outlives_a_restart(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    kneemon.walk(outing[1][:8], {0.5: kneemon.ask("raw", record=True)})
    kneemon.walk(outing[1], {3.0: kneemon.ask("start"), 50.0: kneemon.ask("stop")})
    assert raw_walks(kneemon.path) == {kneemon.record().session_id}


def test_it_is_not_begun_in_the_midst_of_a_walk(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    acts = {
        3.0: kneemon.ask("start"),
        20.0: kneemon.ask("raw", record=True),
        40.0: kneemon.ask("stop"),
        42.0: kneemon.ask("start"),
        90.0: kneemon.ask("stop"),
    }
    kneemon.walk(outing[1], acts)
    assert kneemon.answers[1]["done"] == "The samples of your walks are kept from the next walk on."
    _, second = kneemon.records()
    assert raw_walks(kneemon.path) == {second.session_id}
    exactly(second, counted_again(kneemon, second))


def test_a_recording_that_is_ended_in_the_midst_is_not_counted_again(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    acts = {0.5: kneemon.ask("raw", record=True), 3.0: kneemon.ask("start"), 60.0: kneemon.ask("raw", record=False)}
    kneemon.walk(outing[1], acts)
    done = "No more samples are kept. Those that were kept stay until they are deleted."
    assert kneemon.answers[-1] == {"ok": True, "done": done}
    record = kneemon.record()
    assert 30.0 < float(read(kneemon, record.session_id)[-1].t_s[-1]) - record.summary.started_s < 60.0
    again = counted_again(kneemon, record)
    assert (again.outcome, again.why) == (Outcome.LEFT, "its recording was cut off")
    assert again.after == record


def test_samples_are_forgotten_alone(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    acts = {
        0.5: kneemon.ask("raw", record=True),
        3.0: kneemon.ask("start"),
        20.0: kneemon.ask("stop"),
        22.0: kneemon.ask("start"),
        40.0: kneemon.ask("stop"),
        45.0: lambda: kneemon.ask("forget-raw", session_id=kneemon.records()[0].session_id)(),
        46.0: kneemon.ask("forget-raw", session_id="b9-9-9999"),
        47.0: kneemon.ask("forget-raw"),
        48.0: kneemon.ask("raw", record="yes"),
    }
    kneemon.walk(outing[1], acts)
    first, second = kneemon.records()
    assert raw_walks(kneemon.path) == {second.session_id}
    assert [answer.get("done") or answer["error"] for answer in kneemon.answers[-4:]] == [
        f"The raw samples of {first.session_id} are deleted.",
        "There are no raw samples of that name; nothing was deleted.",
        "Samples are deleted of one walk, by its name, or of all, not None.",
        "Whether samples are kept is true or false, not 'yes'.",
    ]
    assert [answer.get("code") for answer in kneemon.answers[-3:]] == ["no_session", "bad_args", "bad_args"]


def test_all_are_forgotten_in_the_midst_of_a_walk(bench: MakeBench, outing: Outing) -> None:
    kneemon = bench()
    acts = {
        0.5: kneemon.ask("raw", record=True),
        3.0: kneemon.ask("start"),
        60.0: kneemon.ask("forget-raw", all=True),
        70.0: kneemon.ask("stop"),
        71.0: kneemon.ask("start"),
    }
    kneemon.walk(outing[1], acts)
    assert kneemon.answers[2] == {"ok": True, "done": "All raw samples are deleted."}
    _, second = kneemon.records()
    assert raw_walks(kneemon.path) == {second.session_id}


def test_what_is_held_before_a_walk_is_bounded(bench: MakeBench, sampled: Sampled) -> None:
    _, walk = sampled(Stand(10.0 * HELD + 60.0))
    kneemon = bench()
    kneemon.walk(cut(walk), {0.5: kneemon.ask("raw", record=True)})
    assert kneemon.app is not None
    assert len(kneemon.app._recorder._held) == HELD
    assert sum(len(block.payload) for block in kneemon.app._recorder._held) < 200_000
