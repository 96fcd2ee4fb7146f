# SPDX-License-Identifier: MIT
"""Raw samples: exact to the bit as they were rounded, lost alone when damaged, bounded, and forgotten when asked."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_bench import Walk

from kneemon.clock import PacedClock
from kneemon.errors import StoreError
from kneemon.gait.detector import GaitDetector
from kneemon.model.samples import SampleBlock
from kneemon.store import Store, StoreReader
from kneemon.store.batch import MOST_RAW, Batch
from kneemon.store.raw import RawWalk, coded, decoded, end_row, rounded
from kneemon.store.raw_rows import FORGET_RAW, PUT_RAW, raw_walks
from kneemon.store.rows import Row
from kneemon.virtual.script import Walk as Walked
from kneemon.virtual.walker import Walker

OpenStore = Callable[..., Store]
WALK = "b1-1-9f2c"


def noise(seconds: float, start_s: float = 800.0, seed: int = 1, **said: object) -> SampleBlock:
    """What no coder makes small, at 100 Hz."""
    t_s = start_s + np.arange(round(100 * seconds)) / 100
    acc_g = np.random.default_rng(seed).normal((0.0, 0.0, 1.0), 0.5, (len(t_s), 3))
    return rounded(SampleBlock(t_s, acc_g, **said))


def ten_seconds(number: int, session_id: str = WALK) -> Row:
    """One block of a walk, some 5 kB."""
    return coded([noise(10.0, 800.0 + 10.0 * number, seed=number)], 800.0).row(session_id, number)


def same(one: SampleBlock, other: SampleBlock) -> bool:
    shaken = [np.zeros(len(each), bool) if each.shaken is None else each.shaken for each in (one, other)]
    said = [(each.lost_before, each.clipped) for each in (one, other)]
    return (
        one.t_s.tobytes() == other.t_s.tobytes()
        and one.acc_g.tobytes() == other.acc_g.tobytes()
        and bool((shaken[0] == shaken[1]).all())
        and said[0] == said[1]
    )


@st.composite
def source(draw: st.DrawFn) -> list[SampleBlock]:
    """Some blocks of a source at any rate, with any jitter, gaps, faults and strengths."""
    blocks, now_s = [], draw(st.floats(0.0, 1e7))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    for _ in range(draw(st.integers(1, 6))):
        n = draw(st.integers(1, 60))
        steps_s = np.full(n, 1 / draw(st.floats(15.0, 500.0))) * random.uniform(0.5, 1.5, n)
        steps_s[0] += draw(st.sampled_from([0.0, 0.0, 2.0, 1e4]))
        t_s = now_s + np.cumsum(steps_s)
        acc_g = random.normal(0.0, draw(st.sampled_from([0.003, 0.5, 4.0, 60.0])), (n, 3))
        fault = draw(st.sampled_from([None, None, np.nan, np.inf, 1e9]))
        if fault is not None:
            acc_g[draw(st.integers(0, n - 1)), 1] = fault
        shaken = random.random(n) < 0.3 if draw(st.booleans()) else None
        rate_hz = draw(st.none() | st.floats(15.0, 500.0))
        said = draw(st.integers(0, 2**31)), draw(st.integers(0, n))
        blocks.append(SampleBlock(t_s, acc_g, *said, rate_hz, shaken))
        now_s = float(t_s[-1])
    return blocks


@given(source(), st.floats(0.0, 1e7), st.integers(0, 2**31))
def test_what_is_kept_is_what_the_engine_got(blocks: list[SampleBlock], since_s: float, number: int) -> None:
    given_ = [rounded(block) for block in blocks]
    body = coded(given_, since_s).row(WALK, number)[3]
    assert isinstance(body, bytes)
    back = decoded(body)
    assert (back.number, back.since_s) == (number, since_s)
    assert len(back.blocks) == len(given_)
    assert all(map(same, back.blocks, given_))
    assert back.blocks[-1].rate_hz == blocks[-1].rate_hz


@given(source())
def test_rounding_is_small_and_done_once(blocks: list[SampleBlock]) -> None:
    for block in blocks:
        once = rounded(block)
        assert same(once, rounded(once))
        assert np.abs(once.t_s - block.t_s).max() <= 0.51e-6
        measured = (np.abs(block.acc_g) < 1000.0).all(axis=1)
        assert np.abs(once.acc_g[measured] - block.acc_g[measured]).max(initial=0.0) <= 0.5 / 4096
        assert not once.acc_g[~measured].any()


def test_a_row_that_is_none_stays_none_for_the_engine() -> None:
    walker = Walker((Walked(20.0, 100.0),), worn="waist", seed=3)
    t_s = np.arange(2000) / 100
    acc_g = walker.acceleration(t_s)
    clean = rounded(SampleBlock(np.delete(t_s, [500, 900]), np.delete(acc_g, [500, 900], axis=0)))
    acc_g[500], acc_g[900, 1] = np.nan, 1e6
    assert GaitDetector().feed(rounded(SampleBlock(t_s, acc_g))) == GaitDetector().feed(clean)


def test_a_row_without_a_time_is_none() -> None:
    block = noise(1.0)
    t_s, shaken = block.t_s.copy(), np.arange(100) < 10
    t_s[[5, 50]] = np.nan, np.inf
    kept = rounded(SampleBlock(t_s, block.acc_g, 3, 1, 100.0, shaken))
    clean = SampleBlock(np.delete(block.t_s, [5, 50]), np.delete(block.acc_g, [5, 50], axis=0), 3, 1)
    assert same(kept, replace(clean, shaken=np.delete(shaken, [5, 50])))
    assert len(rounded(SampleBlock(t_s[[5]], block.acc_g[[5]]))) == 0


def test_an_hour_of_a_walk_is_a_megabyte_and_a_half() -> None:
    walker = Walker((Walked(120.0, 104.0),), worn="pocket", seed=5)
    t_s = 1000.0 + np.arange(12000) / 99.87
    acc_g = walker.acceleration(t_s - 1000.0) + np.random.default_rng(1).normal(0.0, 0.004, (12000, 3))
    size = 0
    for first in range(0, 12000, 1000):
        own = range(first, first + 1000, 10)
        blocks = [rounded(SampleBlock(t_s[i : i + 10], acc_g[i : i + 10], rate_hz=99.87)) for i in own]
        body = coded(blocks, 1000.0).row(WALK, 0)[3]
        assert isinstance(body, bytes)
        size += len(body)
    assert 1.2e6 < size * 30 < 1.9e6


@given(st.data())
def test_damage_is_noticed(data: st.DataObject) -> None:
    body = bytearray(ten_seconds(3)[3])  # type: ignore[arg-type]
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StoreError, match=r"a block of raw samples cannot be read: expected samples in form 1, undam"):
        decoded(bytes(body))
    with pytest.raises(StoreError):
        decoded(bytes(body[:place]))


def test_a_damaged_block_is_lost_alone_and_told(
    store: Store, path: Path, walk: Walk, caplog: pytest.LogCaptureFixture
) -> None:
    store.begin(walk.record())
    for number in range(5):
        store.raw.keep(ten_seconds(number))
    store.raw.keep(end_row(WALK, 1000.0, 5, by_walking=False))
    store.flush()
    with closing(sqlite3.connect(path)) as damaged:
        damaged.execute("UPDATE raw SET body = zeroblob(length(body)) WHERE at_s = 820.0")
        damaged.commit()
    with closing(RawWalk(path, WALK)) as raw:
        read = [float(block.t_s[0]) for block in iter(raw.read, None)]
        assert read == [800.0, 810.0, 830.0, 840.0]
        assert raw.damaged == 1
        assert raw.incomplete(800.0) == "1 of its blocks is damaged"
    (told,) = [record.message for record in caplog.records]
    assert told == (
        f"raw samples of {WALK}: a block of raw samples cannot be read: expected samples in form 1, undamaged, saw "
        "damaged bytes. The other blocks can still be read."
    )


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([ten_seconds(0), ten_seconds(1)], "its recording was cut off"),
        ([ten_seconds(0), ten_seconds(2), end_row(WALK, 999.0, 3, by_walking=False)], "1 of its blocks is missing"),
        ([ten_seconds(0), end_row(WALK, 999.0, 1, by_walking=True)], None),
    ],
)
def test_it_knows_whether_it_is_whole(store: Store, path: Path, walk: Walk, rows: list[Row], why: str | None) -> None:
    store.begin(walk.record())
    for row in rows:
        store.raw.keep(row)
    store.flush()
    with closing(RawWalk(path, WALK)) as raw:
        assert list(iter(raw.read, None))
        assert raw.incomplete(800.0) == why
        assert raw.began_by_walking == (why is None)
        assert (raw.blocks, raw.left, raw.describe) == (
            len([row for row in rows if row[2]]),
            0,
            f"raw samples of {WALK}",
        )


def test_what_began_after_the_walk_is_not_whole(store: Store, path: Path, walk: Walk) -> None:
    store.begin(walk.record())
    store.raw.keep(coded([noise(5.0, 810.0)], 700.0).row(WALK, 0))
    store.raw.keep(end_row(WALK, 999.0, 1, by_walking=False))
    store.flush()
    for started_s, why in ((805.0, "its recording began after the walk"), (812.0, None)):
        with closing(RawWalk(path, WALK)) as raw:
            list(iter(raw.read, None))
            assert raw.incomplete(started_s) == why


def test_a_walk_without_samples_says_so(store: Store, path: Path) -> None:
    with pytest.raises(StoreError, match=r"the raw samples of b9-9-0000: expected some that were recorded, saw none"):
        RawWalk(path, "b9-9-0000")


def test_a_block_waits_for_the_next_commit(store: Store, clock: PacedClock, path: Path, walk: Walk) -> None:
    store.begin(walk.record())
    store.flush()
    store.raw.keep(ten_seconds(0))
    assert raw_walks(path) == frozenset()
    clock.advance(10.0)
    store.progress(WALK, walk.progress(1.0))
    store.flush()
    assert raw_walks(path) == {WALK}


def walks(number: int) -> list[Walk]:
    return [Walk(f"b1-{each}-0000") for each in range(1, number + 1)]


def recorded(store: Store, walk: Walk, blocks: int) -> None:
    """A walk from beginning to end."""
    store.begin(walk.record())
    for number in range(blocks):
        store.raw.keep(ten_seconds(number, walk.session_id))
    store.flush()
    store.end(walk.ended(10.0 * blocks))


def test_the_oldest_walks_samples_go_first_and_whole(
    open_store: OpenStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(raw_mb=0.11)
    for walk in walks(4):
        recorded(store, walk, 6)  # some 33 kB
    store.flush()
    assert raw_walks(path) == {"b1-2-0000", "b1-3-0000", "b1-4-0000"}
    with StoreReader(path) as reader:
        sizes = reader.raw_sizes()
        assert sum(sizes.values()) <= 110_000
        assert {name for name in sizes if reader.has_raw(name)} == set(sizes)
        assert (reader.has_raw(), reader.has_raw("b9-9-none")) == (True, False)
        assert len(reader.sessions()) == 4
    told = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == ["the raw samples of b1-1-0000 were let go: there is room for 0 MB (raw.most_mb)"]


def test_the_bound_holds_after_a_restart(open_store: OpenStore, path: Path) -> None:
    for walk in walks(5):
        store = open_store(raw_mb=0.11)
        recorded(store, walk, 6)
        store.close()
    assert raw_walks(path) == {"b1-3-0000", "b1-4-0000", "b1-5-0000"}


def test_a_walk_that_alone_is_too_large_is_kept_no_further(
    open_store: OpenStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(raw_mb=0.05)
    before, long = walks(2)
    recorded(store, before, 3)
    recorded(store, long, 20)
    store.flush()
    assert raw_walks(path) == {long.session_id}
    with closing(RawWalk(path, long.session_id)) as raw:
        assert [float(block.t_s[0]) for block in iter(raw.read, None)] == [800.0 + 10 * n for n in range(raw.blocks)]
    assert 5 < raw.blocks < 20
    told = [record.message for record in caplog.records]
    assert told[1:] == ["no more raw samples of b1-2-0000 are kept: it alone takes 0 MB (raw.most_mb)"]


def test_forgotten_is_gone_and_its_room_is_used_again(open_store: OpenStore, path: Path) -> None:
    store = open_store()
    one, two, three = walks(3)
    recorded(store, one, 30)
    recorded(store, two, 30)
    assert store.raw.forget(one.session_id)
    assert not store.raw.forget("b7-7-7777")
    store.flush()
    assert raw_walks(path) == {two.session_id}
    pages = pages_of(path)
    recorded(store, three, 30)
    store.flush()
    assert pages_of(path) <= pages + 2
    assert store.raw.forget(None)
    store.flush()
    assert raw_walks(path) == frozenset()
    assert not store.raw.forget(None)
    with StoreReader(path) as reader:
        assert len(reader.sessions()) == 3


def pages_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


def test_those_of_another_start_are_forgotten_too(open_store: OpenStore, path: Path) -> None:
    (walk,) = walks(1)
    store = open_store()
    recorded(store, walk, 2)
    store.close()
    store = open_store()
    assert store.raw.forget(walk.session_id)
    store.flush()
    assert raw_walks(path) == frozenset()


def test_what_cannot_be_written_is_bounded_and_in_order() -> None:
    waiting = Batch(raw=[(FORGET_RAW, ("x",))])
    for number in range(MOST_RAW + 5):
        waiting.add(Batch(raw=[(PUT_RAW, ("w", float(number), 1, b""))]))
        waiting.let_go(100)
    assert len(waiting.raw) == MOST_RAW + 1
    assert waiting.raw[0] == (FORGET_RAW, ("x",))
    assert [values[1] for _, values in waiting.raw[1:3]] == [5.0, 6.0]
    assert bool(waiting)
    assert waiting.others == MOST_RAW + 1
