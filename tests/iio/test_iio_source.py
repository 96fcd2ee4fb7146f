# SPDX-License-Identifier: MIT
"""The kernel's accelerometer: found, set up, polled, timed; on real files."""

import logging
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kneemon.clock import PacedClock, SystemClock
from kneemon.model.samples import SampleBlock
from kneemon.sensor.iio import IioSource

READ_ONLY = Path("/proc/sys/kernel/ngroups_max")  # a number that not even root may write


def blocks(source: IioSource, count: int) -> list[SampleBlock]:
    """The next ones; nothing else may come."""
    got = [source.read() for _ in range(count)]
    assert all(isinstance(item, SampleBlock) for item in got), got
    return [item for item in got if isinstance(item, SampleBlock)]


def test_samples_are_the_files_at_their_times(kernel: Any, clock: Any) -> None:
    kernel.device()
    source = IioSource(clock, root=kernel.root)
    got = blocks(source, 5)
    assert [len(block) for block in got] == [10] * 5
    assert [block.lost_before for block in got] == [0] * 5
    assert [(block.clipped, block.rate_hz, block.shaken) for block in got] == [(0, None, None)] * 5
    t_s = np.concatenate([block.t_s for block in got])
    acc_g = np.concatenate([block.acc_g for block in got])
    assert t_s == pytest.approx(1000.0 + 0.02 * np.arange(50), abs=1e-9)
    assert acc_g.shape == (50, 3)
    assert 256 * acc_g == pytest.approx(
        np.column_stack([20 * np.arange(50), np.full(50, -7), np.full(50, 256)]), abs=1e-4
    )


def test_scale_and_offset_may_be_of_each_axis(kernel: Any, clock: Any) -> None:
    kernel.device(
        in_accel_x_scale="0.980665",
        in_accel_offset="-2.5",
        in_accel_z_offset="10",
        in_accel_scale="1.96133",
    )
    kernel.signal = lambda _t_s: (5, 5, 5)
    block = blocks(IioSource(clock, root=kernel.root), 1)[0]
    assert block.acc_g[-1].tolist() == pytest.approx([0.25, 0.5, 3.0])


def test_a_block_begins_with_what_the_last_one_ended(kernel: Any, clock: Any) -> None:
    folder = kernel.device()
    kernel.measuring.clear()
    source = IioSource(clock, root=kernel.root)
    first = blocks(source, 1)[0]
    assert not first.acc_g.any()
    (folder / "in_accel_y_raw").write_text("-512")
    second = blocks(source, 1)[0]
    assert second.acc_g[:, 1] == pytest.approx(-2.0)
    assert second.t_s[0] - first.t_s[-1] == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", "adxl345 at iio:device2"),
        ("iio:device2", "adxl345 at iio:device2"),
        ("iio:device10", "lis2dw12 at iio:device10"),
        ("lis2dw12", "lis2dw12 at iio:device10"),
    ],
)
def test_the_first_accelerometer_or_the_named_one(wanted: str, found: str, kernel: Any, clock: Any) -> None:
    kernel.device(10, "lis2dw12")
    kernel.device(2)
    (kernel.root / "iio:device0").mkdir()
    (kernel.root / "iio:device0" / "name").write_text("bmp280")
    (kernel.root / "trigger0").mkdir()
    source = IioSource(clock, device=wanted, root=kernel.root, name="before")
    assert source.describe == "before"
    blocks(source, 1)
    assert source.describe == found


@pytest.mark.parametrize("file", ["sampling_frequency", "in_accel_sampling_frequency"])
@pytest.mark.parametrize(
    ("rate_hz", "available", "written", "period_s"),
    [
        (100.0, "12.5 25 50 100 200 400", "100", 0.02),
        (100.0, "0.781000 31.25 125.000000", "125", 0.02),
        (50.0, "10.000000 30.000000 42", "42", 1 / 42),
        (100.0, "[12.5 12.5 50]", "50", 0.02),
        (30.0, "[5 10 400]", "25", 0.04),
        (100.0, None, "100", 0.02),
        (100.0, "as you like", "100", 0.02),
        (25.0, "25 50", "25", 0.04),
    ],
)
def test_the_nearest_rate_is_set_and_polled_at_50_hz_at_most(
    file: str, rate_hz: float, available: str | None, written: str, period_s: float, kernel: Any, clock: Any
) -> None:
    folder = kernel.device(**{file: "400"})
    if available is not None:
        (folder / f"{file}_available").write_text(f"{available}\n")
    block = blocks(IioSource(clock, rate_hz=rate_hz, root=kernel.root), 1)[0]
    assert (folder / file).read_text() == written
    assert np.diff(block.t_s) == pytest.approx(period_s)
    assert block.t_s[-1] - block.t_s[0] + period_s >= 0.2 - 1e-9


def test_a_rate_that_cannot_be_set_is_said_once(kernel: Any, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    folder = kernel.device()
    (folder / "sampling_frequency").symlink_to(READ_ONLY)
    source = IioSource(clock, root=kernel.root)
    with caplog.at_level(logging.WARNING, "kneemon.sensor.iio"):
        blocks(source, 5)
        (folder / "in_accel_x_raw").rename(folder / "away")
        clock.at(2.0, lambda: (folder / "away").rename(folder / "in_accel_x_raw"))
        while clock.now_s() < 1003.0:
            source.read()
    assert len(caplog.messages) == 1
    assert caplog.messages[0] == (
        "adxl345 at iio:device0: its sampling frequency stays as it is. "
        "sampling_frequency cannot be written: Permission denied."
    )


def test_without_a_rate_file_nothing_is_written(kernel: Any, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    folder = kernel.device()
    before = {path.name for path in folder.iterdir()}
    blocks(IioSource(clock, root=kernel.root), 1)
    assert {path.name for path in folder.iterdir()} == before
    assert caplog.messages == []


def test_a_late_poll_is_a_gap_and_what_is_missing_is_counted(kernel: Any, clock: Any) -> None:
    kernel.device()
    clock.at(0.49, lambda: clock.pass_by(0.332))
    source = IioSource(clock, root=kernel.root)
    got = blocks(source, 6)
    assert [len(block) for block in got] == [10, 10, 5, 10, 10, 10]
    assert [block.lost_before for block in got] == [0, 0, 0, 17, 0, 0]  # from 0.48 s to 0.832 s
    assert got[3].t_s[0] - got[2].t_s[-1] == pytest.approx(0.352)
    assert got[3].t_s[1] == pytest.approx(1000.86)  # in step again


def test_a_poll_that_is_a_little_late_is_none(kernel: Any, clock: Any) -> None:
    kernel.device()
    clock.at(0.09, lambda: clock.pass_by(0.035))
    got = blocks(IioSource(clock, root=kernel.root), 2)
    assert [block.lost_before for block in got] == [0, 0]
    assert np.diff(got[0].t_s).tolist() == pytest.approx([0.02] * 4 + [0.055, 0.025] + [0.02] * 3)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lateness_s=st.dictionaries(
        st.integers(0, 80), st.floats(0.0, 0.5) | st.sampled_from([0.01, 0.02, 0.04, 0.06, 0.1]), max_size=6
    ),
    rate_hz=st.sampled_from([25, 50]),
)
def test_times_rise_and_samples_and_losses_fill_them(lateness_s: dict[int, float], rate_hz: int, kernel: Any) -> None:
    """However late a poll comes: no time twice, and what is neither there nor counted is no gap."""
    if not kernel.root.exists():
        kernel.device()
    clock = PacedClock().leader
    polls = iter(range(10_000))

    class Late:
        def now_s(self) -> float:
            return clock.now_s()

        def wait(self, seconds: float, until: Any = None) -> bool:
            return clock.wait(max(0.0, seconds) + lateness_s.get(next(polls), 0.0), until)

    source = IioSource(Late(), rate_hz=rate_hz, root=kernel.root)  # type: ignore[arg-type]
    kernel.measure(1000.0)
    got = blocks(source, 12)
    t_s = np.concatenate([block.t_s for block in got])
    lost = np.concatenate([[block.lost_before] + [0] * (len(block) - 1) for block in got])
    steps = np.diff(t_s) * rate_hz
    assert (steps > 0.49).all()
    assert steps == pytest.approx(1 + lost[1:], abs=2.01)
    assert (lost[1:][steps > 3.01] >= 2).all()
    assert (lost[1:][steps < 2.99] == 0).all()


def test_reading_ends_with_closing_from_another_thread_and_twice(kernel: Any) -> None:
    kernel.device()
    source = IioSource(SystemClock(), root=kernel.root)
    got: list[Any] = []
    reader = Thread(target=lambda: got.extend(iter(source.read, None)))
    reader.start()
    while not got:
        pass
    source.close()
    reader.join(10.0)
    assert not reader.is_alive()
    source.close()
    assert source.read() is None
    assert all(isinstance(item, SampleBlock) for item in got)


def test_closing_lets_the_files_go(kernel: Any, clock: Any) -> None:
    def held() -> int:
        links = (link for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
        return sum(str(kernel.root) in str(link.readlink()) for link in links)

    kernel.device()
    source = IioSource(clock, root=kernel.root)
    blocks(source, 1)
    assert held() == 3
    source.close()
    assert held() == 0
