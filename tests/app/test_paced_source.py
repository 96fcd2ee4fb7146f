# SPDX-License-Identifier: MIT
"""A recording played as if it were measured now."""

from threading import Event, Thread

import numpy as np
import pytest
from app_bench import Canned

from kneemon.clock import PacedClock, SystemClock
from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.sensor.paced import PacedSource

LONG_S = 20.0


def block(*t_s: float, lost: int = 0) -> SampleBlock:
    return SampleBlock(np.array(t_s), np.tile([0.0, 0.0, 1.0], (len(t_s), 1)), lost_before=lost)


def test_its_first_sample_is_measured_at_the_first_read() -> None:
    clock = PacedClock()
    source = PacedSource(Canned([block(7.0, 7.5), block(8.0, 8.5, lost=3)]), clock.leader)
    clock.leader.wait(50.0)
    first, second = source.read(), source.read()
    assert isinstance(first, SampleBlock)
    assert isinstance(second, SampleBlock)
    assert first.t_s.tolist() == [1050.0, 1050.5]
    assert second.t_s.tolist() == [1051.0, 1051.5]
    assert second.lost_before == 3
    assert source.read() is None
    assert source.describe == "canned walk"


def test_a_block_comes_when_its_last_sample_is_measured() -> None:
    clock = PacedClock()
    source = PacedSource(Canned([block(0.0, 0.5), block(1.0, 1.5), block(60.0, 60.5)]), clock.leader)
    moments_s = []
    while source.read() is not None:
        moments_s.append(clock.now_s())
    assert moments_s == [1000.5, 1001.5, 1060.5]


def test_a_late_reader_is_not_kept_waiting() -> None:
    clock = PacedClock()
    source = PacedSource(Canned([block(0.0, 0.5), block(1.0, 1.5)]), clock.leader)
    source.read()
    clock.leader.wait(100.0)
    late = source.read()
    assert isinstance(late, SampleBlock)
    assert late.t_s.tolist() == [1001.0, 1001.5]
    assert clock.now_s() == pytest.approx(1100.5)


def test_what_was_recorded_stays_as_it_was() -> None:
    recorded = block(0.0, 0.5)
    PacedSource(Canned([recorded]), PacedClock().leader).read()
    assert recorded.t_s.tolist() == [0.0, 0.5]


def test_a_report_is_handed_on() -> None:
    report = SensorReport(5.0, Wire.FAULT, "…")
    assert PacedSource(Canned([report]), PacedClock().leader).read() is report


def test_closing_wakes_who_waits() -> None:
    source = PacedSource(Canned([block(0.0, 3600.0)]), SystemClock())
    began, read = Event(), []

    def reading() -> None:
        began.set()
        read.append(source.read())

    thread = Thread(target=reading)
    thread.start()
    assert began.wait(LONG_S)
    source.close()
    source.close()
    thread.join(LONG_S)
    assert read == [None]
    assert source.read() is None
