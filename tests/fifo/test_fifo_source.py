# SPDX-License-Identifier: MIT
"""The live source while all is well: every sample, once, in its place in time."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from kneemon.clock import PacedClock
from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.sensor.fifo import FifoSource
from kneemon.virtual.adxl345 import VirtualAdxl345
from kneemon.virtual.bus import EmulatedBus

RigOf = Callable[..., Any]


@pytest.mark.parametrize("rate_error", [-0.1, -0.05, 0.0, 0.0001, 0.05, 0.1])
def test_a_minute_of_samples_none_lost_none_invented(part: str, rate_error: float, rig: RigOf) -> None:
    it = rig(part, rate_error=rate_error)
    heard = it.listen(60.0)
    assert heard.reports == []
    assert heard.lost == 0

    true_s = it.chip.sampler.instants(0, 7000)
    first = int(np.argmin(np.abs(true_s - it.true_s(heard.acc_g[:1]))))
    true_s = true_s[first : first + len(heard.acc_g)]
    assert it.true_s(heard.acc_g) == pytest.approx(true_s, abs=0.0006)  # each of the chip's samples, in order
    assert first <= 1  # the MPU-6050 samples a moment before its FIFO is switched on
    assert len(true_s) > 59.5 * it.chip.sampler.rate_hz

    assert np.all(np.diff(heard.t_s) > 0)
    error_s = np.abs(heard.t_s - true_s)
    assert error_s.max() < 3 / it.chip.sampler.rate_hz  # the first block, at the nominal rate
    assert error_s[heard.t_s > heard.t_s[0] + 20].max() < 0.003
    for block in heard.blocks:
        if block.t_s[0] > heard.t_s[0] + 20:
            assert block.rate_hz == pytest.approx(it.chip.sampler.rate_hz, rel=0.0005)


@pytest.mark.parametrize("rate_hz", [50, 200])
def test_other_rates(part: str, rate_hz: int, rig: RigOf) -> None:
    it = rig(part, rate_hz=rate_hz, rate_error=0.03)
    heard = it.listen(20.0)
    assert heard.reports == []
    assert heard.lost == 0
    steps_s = np.diff(it.true_s(heard.acc_g))
    assert steps_s == pytest.approx(np.full_like(steps_s, 1 / (rate_hz * 1.03)), abs=0.0011)
    assert np.abs(heard.t_s - it.true_s(heard.acc_g))[heard.t_s > heard.t_s[0] + 10].max() < 0.5 / rate_hz


def test_the_rate_is_told_once_it_is_measured(rig: RigOf) -> None:
    it = rig(rate_error=0.05)
    heard = it.listen(3.0)
    assert heard.blocks[0].rate_hz is None
    told = [block.rate_hz for block in heard.blocks if block.t_s[-1] > heard.t_s[0] + 1.5]
    assert told == pytest.approx([105.0] * len(told), rel=0.005)


def test_clipped_samples_are_counted(rig: RigOf, part: str) -> None:
    it = rig(part)
    it.chip.sampler._signal = lambda t_s: np.column_stack(
        [np.where(np.rint(t_s * 100) % 4 == 0, 9.0, t_s % 1), np.full_like(t_s, -0.5), t_s % 1]
    )
    heard = it.listen(2.0)
    railed = [int(np.sum(np.abs(block.acc_g) > 7.99)) for block in heard.blocks]
    assert [block.clipped for block in heard.blocks] == railed
    assert sum(railed) > 30


def test_the_shape_and_unit_of_a_block(rig: RigOf) -> None:
    it = rig()
    assert it.source.describe == "adxl345 on bus 1"
    block = it.listen(0.3).blocks[0]
    assert block.acc_g.shape == (len(block), 3)
    assert block.acc_g.dtype == block.t_s.dtype == np.float64
    assert block.acc_g[:, 0] == pytest.approx(np.sin(it.true_s(block.acc_g)), abs=0.003)
    assert it.source.describe == "ADXL345 at 0x53 on bus 1"


def test_a_still_sensor_without_noise_may_be_allowed(part: str, rig: RigOf) -> None:
    it = rig(part, frozen_after=None)
    it.chip.sampler._signal = lambda t_s: np.tile([0.0, 0.0, 1.0], (len(t_s), 1))
    heard = it.listen(10.0)
    assert heard.reports == []
    assert np.unique(heard.acc_g, axis=0).tolist() == [[0.0, 0.0, 1.0]]


def test_closing_powers_down_and_lets_the_bus_go(rig: RigOf) -> None:
    it = rig()
    it.listen(1.0)
    it.source.close()
    assert it.chip.sampler.started_s is None
    with pytest.raises(OSError, match="Bad file descriptor"):
        it.bus.read_byte_data(it.address, 0)
    assert it.source.read() is None
    it.source.close()
    assert it.source.read() is None
    assert it.bus.opened == 1


def test_closing_before_the_first_read_opens_nothing(rig: RigOf) -> None:
    it = rig()
    it.source.close()
    assert it.source.read() is None
    assert it.bus.opened == 0


@pytest.mark.parametrize("drains", [0, 3])
def test_closing_just_after_the_pause_touches_the_bus_no_more(
    drains: int, rig: RigOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = rig()
    for _ in range(drains):
        it.source.read()
    pass_time = it.clock.wait

    def wait_and_close(seconds: float, until: Event | None = None) -> bool:
        pass_time(seconds)
        it.source.close()
        for call in ("open", "read_byte_data", "write_byte_data", "read_i2c_block_data"):
            monkeypatch.setattr(it.bus, call, None)  # a call from here on is a TypeError
        return False

    monkeypatch.setattr(it.clock, "wait", wait_and_close)
    it.source._open_bus = lambda: pytest.fail("opened after it was closed")
    assert it.source.read() is None


@pytest.mark.parametrize("present", [True, False])
def test_closing_from_another_thread_wakes_a_waiting_read(present: bool) -> None:
    """Nobody leads this clock: without being woken the read would wait for ever."""
    clock = PacedClock()
    chip = VirtualAdxl345(lambda t_s: np.zeros((len(t_s), 3)), clock.now_s)
    bus = EmulatedBus({0x53: chip} if present else {})
    source = FifoSource(bus.open, lambda bus: CHIPS["adxl345"].make(bus, 0x53, ChipOptions()), clock, name="adxl345")
    said: list[object] = []
    waiting = Event()

    def read() -> None:
        if not present:
            said.append(source.read())
        waiting.set()
        said.append(source.read())

    reader = Thread(target=read)
    reader.start()
    assert waiting.wait(10)
    source.close()
    reader.join(10)
    assert not reader.is_alive()
    assert said[-1] is None
    assert chip.sampler.started_s is None
