# SPDX-License-Identifier: MIT
"""The whole chain against the same walk from a file: chip, bus, driver, FIFO, stamps, engine lose and invent nothing.

The file holds the walker at the chip's true instants, without the chip's noise and quantisation. The stamps of the live
chain are no such truth: they come from a line through what the FIFO held when it was asked, begin with the nominal rate
and may be off by a sample and a half at first, by less than a quarter of one later. Nothing else may move a step.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kneemon.app.replay import Replayed, replay
from kneemon.clock import PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.find import AUTO, chip_maker
from kneemon.model.samples import Array, SampleBlock, SensorReport
from kneemon.sensor.fifo import FifoSource
from kneemon.sensor.recording import RecordingSource
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.chips import VIRTUAL_CHIPS
from kneemon.virtual.sampler import Sampler
from kneemon.virtual.script import Stand, Turn, Walk
from kneemon.virtual.walker import Walker

MOST_SKIPPED = 25  # samples that a chip takes while it is set up, or throws away then
SCRIPT = (
    Stand(4.0),
    Walk(50.0, 96.0, 104.0),
    Stand(12.0),
    Walk(40.0, 86.0, limp=0.15),
    Turn(3.0),
    Walk(30.0, 108.0),
    Stand(6.0),
)


class UntilTheEnd:
    """A live source that ends with the walker's script; keeps what it handed out."""

    def __init__(self, source: FifoSource, clock: PacedClock, end_s: float) -> None:
        self.items: list[SampleBlock | SensorReport | None] = []
        self._source = source
        self._clock = clock
        self._end_s = end_s

    @property
    def describe(self) -> str:
        return self._source.describe

    def read(self) -> SampleBlock | SensorReport | None:
        if self._clock.now_s() >= self._end_s:
            return None
        self.items.append(self._source.read())
        return self.items[-1]

    def close(self) -> None:
        self._source.close()


class Chain:
    """One walk through a chip, and the same walk as a file."""

    def __init__(self, chip: str, rate_error: float, worn: str, recording: Path) -> None:
        clock = PacedClock()
        self.walker = Walker(SCRIPT, worn=worn, seed=3)
        self.began_s = clock.now_s()
        silicon = VIRTUAL_CHIPS[chip](self._acceleration, clock.now_s, rate_error, noise_g=0.003, seed=5)
        bus = EmulatedBus({CHIPS[chip].addresses[0]: silicon}, took=clock.leader.pass_by)
        fifo = FifoSource(bus.open, chip_maker(AUTO, 0, ChipOptions()), clock.leader, name=chip)
        source = UntilTheEnd(fifo, clock, self.began_s + self.walker.duration_s)
        self.live: Replayed = replay(source)
        self.blocks = [item for item in source.items if isinstance(item, SampleBlock)]
        self.instants_s = self._true_instants(silicon.sampler)
        source.close()
        self.reports = [item for item in source.items if not isinstance(item, SampleBlock)]
        self.file: Replayed = self._replayed(recording)

    @property
    def stamps_s(self) -> Array:
        return np.concatenate([block.t_s for block in self.blocks])

    def _true_instants(self, sampler: Sampler) -> Array:
        """When the samples were taken: the first is the one whose successors are most like what came."""
        came_g = np.concatenate([block.acc_g for block in self.blocks])

        def unlike(first: int) -> float:
            taken_g = self._acceleration(sampler.instants(first, first + len(came_g)))
            return float(np.abs(taken_g - came_g).mean())

        first = min(range(MOST_SKIPPED), key=unlike)
        return sampler.instants(first, first + len(came_g))

    def _acceleration(self, t_s: Array) -> Array:
        return self.walker.acceleration(t_s - self.began_s)

    def _replayed(self, path: Path) -> Replayed:
        samples = zip(self.instants_s.tolist(), self._acceleration(self.instants_s).tolist(), strict=True)
        lines = (f"{t_s:.6f},{x:.6f},{y:.6f},{z:.6f}\n" for t_s, (x, y, z) in samples)
        path.write_text("t,ax,ay,az\n" + "".join(lines))
        source = RecordingSource(path)
        try:
            return replay(source)
        finally:
            source.close()


@pytest.fixture(
    scope="module",
    params=[
        ("adxl345", 0.03, "waist"),
        ("adxl345", -0.04, "pocket"),
        ("mpu6050", 0.03, "thigh"),
        ("mpu6050", -0.04, "shank"),
        ("mpu6500", 0.03, "waist"),
        ("lsm6dso", -0.04, "pocket"),
        ("lsm6ds3trc", 0.03, "thigh"),
        ("lis3dh", 0.03, "pocket"),
        ("lis2dw12", -0.04, "waist"),
    ],
    ids=lambda param: "{}, {:+.0%}, {}".format(*param),
)
def chain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    chip, rate_error, worn = request.param
    return Chain(chip, rate_error, worn, tmp_path_factory.mktemp("chain") / "walk.csv")


def test_nothing_is_lost_on_the_way(chain: Chain) -> None:
    assert chain.reports == []
    assert sum(block.lost_before for block in chain.blocks) == 0
    assert chain.live.gaps == chain.file.gaps == []
    missing = chain.walker.duration_s - (chain.instants_s[-1] - chain.began_s)
    assert missing < 0.5, "what the FIFO still held when the walk was over"


def test_the_stamps_are_the_chips_true_instants(chain: Chain) -> None:
    """Although the chip's rate is percents away from what its registers say."""
    off = np.abs(chain.stamps_s - chain.instants_s) * 100.0
    assert off.max() < 1.5
    assert off[500:].max() < 0.25
    period_s = np.diff(chain.instants_s).mean()
    assert chain.blocks[-1].rate_hz == pytest.approx(1.0 / period_s, rel=0.002)


def test_the_steps_are_those_of_the_file(chain: Chain) -> None:
    assert len(chain.live.step_times_s) == len(chain.file.step_times_s)
    apart_s = np.array(chain.live.step_times_s) - np.array(chain.file.step_times_s)
    assert np.abs(apart_s).max() < 0.01
    assert abs(np.median(apart_s)) < 0.001


def test_so_are_bouts_and_totals(chain: Chain) -> None:
    live, file = chain.live.summary, chain.file.summary
    assert live is not None
    assert file is not None
    assert [bout.steps for bout in chain.live.bouts] == [bout.steps for bout in chain.file.bouts]
    assert len(chain.live.bouts) == 2
    assert live.steps == file.steps
    assert live.walking_s == pytest.approx(file.walking_s, abs=0.02)
    assert live.cadence_mean_spm == pytest.approx(file.cadence_mean_spm, abs=0.2)


def test_and_they_are_the_walkers(chain: Chain) -> None:
    assert abs(len(chain.live.step_times_s) - chain.walker.truth.steps) <= 2
