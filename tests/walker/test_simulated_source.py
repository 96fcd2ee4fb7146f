# SPDX-License-Identifier: MIT
"""The walker as a sample source, on a clock that is led and on the machine's own."""

from threading import Thread

import numpy as np
import pytest

from kneemon.clock import PacedClock, SystemClock
from kneemon.ports import SampleSource
from kneemon.sensor.simulated import SimulatedSource
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker

SCRIPT = (Stand(1.0), Walk(9.05, 100.0), Stand(1.0))


def blocks(source: SampleSource) -> list:
    return list(iter(source.read, None))


def test_all_of_the_walk_comes_at_its_own_time() -> None:
    clock, walker = PacedClock(), Walker(SCRIPT, worn="thigh")
    start_s = clock.now_s()
    source = SimulatedSource(walker, clock.leader, noise_g=0.0)
    got = []
    while (block := source.read()) is not None:
        assert clock.now_s() == pytest.approx(block.t_s[-1] + 0.01)
        got.append(block)

    t_s = np.concatenate([block.t_s for block in got])
    assert len(t_s) == 1105
    assert t_s[0] == start_s
    np.testing.assert_allclose(np.diff(t_s), 0.01)
    acc_g = np.concatenate([block.acc_g for block in got])
    np.testing.assert_array_equal(acc_g, walker.acceleration(np.arange(1105) / 100.0))
    assert {len(block) for block in got} == {10, 5}
    assert {block.rate_hz for block in got} == {100.0}
    assert source.describe == "simulated walker, worn at the thigh"
    assert source.read() is None


def test_blocks_do_not_matter_to_samples_or_noise() -> None:
    walker = Walker(SCRIPT)
    short, long = (
        np.concatenate([b.acc_g for b in blocks(SimulatedSource(walker, PacedClock().leader, block_s=block_s, seed=4))])
        for block_s in (0.01, 0.73)
    )
    np.testing.assert_array_equal(short, long)
    noise_g = short - walker.acceleration(np.arange(len(short)) / 100.0)
    assert noise_g.std(axis=0) == pytest.approx([0.003] * 3, rel=0.1)


def test_any_rate_and_a_block_shorter_than_a_sample() -> None:
    got = blocks(SimulatedSource(Walker((Stand(2.0),)), PacedClock().leader, rate_hz=15.0, block_s=0.001))
    assert [len(block) for block in got] == [1] * 30
    np.testing.assert_allclose(np.diff([block.t_s[0] for block in got]), 1 / 15)


def test_close_wakes_a_waiting_read() -> None:
    source = SimulatedSource(Walker((Stand(3600.0),)), SystemClock(), block_s=3000.0)
    answers: list[object] = ["waiting"]
    reader = Thread(target=lambda: answers.append(source.read()), daemon=True)
    reader.start()
    source.close()
    reader.join(timeout=30.0)

    assert not reader.is_alive()
    assert answers == ["waiting", None]
    source.close()
    assert source.read() is None
