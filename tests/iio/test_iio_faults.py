# SPDX-License-Identifier: MIT
"""What can go wrong with the kernel's files, told once, tried for ever, and survived; texts to the letter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.sensor.iio import IioSource

EIO = Path("/proc/self/mem")  # reading at 0 gives errno 5, as a chip does that does not answer


def run(source: IioSource, clock: Any, until_s: float) -> tuple[list[SampleBlock], list[SensorReport]]:
    items = []
    while clock.now_s() < 1000.0 + until_s:
        items.append(source.read())
    samples = [item for item in items if isinstance(item, SampleBlock)]
    reports = [item for item in items if isinstance(item, SensorReport)]
    assert len(samples) + len(reports) == len(items)
    return samples, reports


def told(reports: list[SensorReport]) -> list[tuple[str, str]]:
    return [(str(report.kind), report.text) for report in reports]


def first_text(clock: Any, root: Path, device: str = "") -> str:
    report = IioSource(clock, device=device, root=root).read()
    assert isinstance(report, SensorReport)
    assert report.kind is Wire.FAULT
    return report.text


def test_no_devices_at_all(tmp_path: Path, clock: Any) -> None:
    assert first_text(clock, tmp_path / "none") == (
        f"The accelerometer of the kernel: expected in_accel_x_raw, in_accel_y_raw and in_accel_z_raw in "
        f"{tmp_path / 'none'}, saw no device there. Check that config.txt loads the overlay of the chip, or drive it "
        'without the kernel: source = "fifo". The next attempt is in 0.1 s.'
    )


def test_no_accelerometer_among_the_devices(kernel: Any, clock: Any) -> None:
    (kernel.device() / "in_accel_z_raw").unlink()
    kernel.measuring.clear()
    (kernel.root / "iio:device1").mkdir()
    for device, where in (("", kernel.root), ("adxl345", kernel.root / "iio:device0")):
        assert first_text(clock, kernel.root, device) == (
            f"The accelerometer of the kernel: expected in_accel_x_raw, in_accel_y_raw and in_accel_z_raw in {where}, "
            "saw iio:device0 (adxl345), iio:device1 (without a name). Check that config.txt loads the overlay of the "
            'chip, or drive it without the kernel: source = "fifo". The next attempt is in 0.1 s.'
        )


def test_the_named_device_is_not_there(kernel: Any, clock: Any) -> None:
    kernel.device()
    assert first_text(clock, kernel.root, "lis3dh") == (
        f"The accelerometer of the kernel: expected lis3dh in {kernel.root}, saw iio:device0 (adxl345). "
        "Check `iio_device` in the configuration, and that config.txt loads the overlay of the chip. "
        "The next attempt is in 0.1 s."
    )


@pytest.mark.parametrize(
    ("files", "expected", "seen"),
    [
        ({"in_accel_scale": "wide"}, "a number in in_accel_scale", "'wide'"),
        ({"in_accel_scale": "0"}, "a number above 0 in in_accel_scale", "'0'"),
        ({"in_accel_scale": "nan"}, "a number in in_accel_scale", "'nan'"),
        ({"in_accel_z_scale": "inf"}, "a number in in_accel_z_scale", "'inf'"),
        ({"in_accel_offset": "nan"}, "a number in in_accel_offset", "'nan'"),
        ({"in_accel_y_offset": "-inf"}, "a number in in_accel_y_offset", "'-inf'"),
        ({"in_accel_y_scale": "-0.5"}, "a number above 0 in in_accel_scale", "'-0.5'"),
        ({"in_accel_x_offset": "?"}, "a number in in_accel_x_offset", "'?'"),
        ({"in_accel_scale": None}, "a number in in_accel_scale", "no such file"),
    ],
)
def test_files_that_say_nothing_of_use(
    files: dict[str, str | None], expected: str, seen: str, kernel: Any, clock: Any
) -> None:
    folder = kernel.device(**{file: text for file, text in files.items() if text is not None})
    for file, text in files.items():
        if text is None:
            (folder / file).unlink()
    assert first_text(clock, kernel.root) == (
        f"adxl345 at iio:device0: expected {expected}, saw {seen}. Check with `cat` what the kernel's driver says "
        "there, and `dmesg` why. The next attempt is in 0.1 s."
    )


@pytest.mark.parametrize("count", [str(2**31), f"-{2**31}", "9" * 400])
def test_a_count_that_no_chip_has(count: str, kernel: Any, clock: Any) -> None:
    folder = kernel.device()
    kernel.measuring.clear()
    (folder / "in_accel_z_raw").write_text(count)
    assert first_text(clock, kernel.root) == (
        f"adxl345 at iio:device0: expected a whole number of 32 bits in in_accel_z_raw, saw '{count[:40]}'. Check with "
        "`cat` what the kernel's driver says there, and `dmesg` why. The next attempt is in 0.1 s."
    )


@pytest.mark.parametrize("size_g", [0.5, 1.25])
def test_a_rest_that_is_not_one_g_is_told_once_and_samples_flow(size_g: float, kernel: Any, clock: Any) -> None:
    kernel.device()
    kernel.signal = lambda t_s: (round(50 * t_s) % 2, 0, round(256 * size_g))
    samples, reports = run(IioSource(clock, root=kernel.root), clock, 20.0)
    text = (
        f"adxl345 at iio:device0: expected 0.85 to 1.15 g at rest, saw {size_g:.2f} g. It may be another chip than the "
        "overlay in config.txt names, or a copy with another scale: `kneemon check` tells more."
    )
    assert told(reports) == [("doubt", text)]
    assert sum(map(len, samples)) == pytest.approx(1000, abs=10)


def test_a_rest_of_one_g_and_a_movement_are_not_doubted(kernel: Any, clock: Any) -> None:
    kernel.device()
    kernel.signal = lambda t_s: (round(50 * t_s) % 2, 0, 256 if t_s < 1010 else 128 + round(50 * t_s) % 2 * 40)
    assert run(IioSource(clock, root=kernel.root), clock, 20.0)[1] == []


def test_a_wrong_rest_does_not_reach_across_gaps(kernel: Any, clock: Any) -> None:
    """Three seconds of it are doubted, and none of these is whole."""
    kernel.device()
    kernel.signal = lambda t_s: (round(50 * t_s) % 2, 0, 128)
    for at_s in np.arange(0.5, 10.0, 0.9):
        clock.at(at_s, lambda: clock.pass_by(0.1))
    assert run(IioSource(clock, root=kernel.root), clock, 9.5)[1] == []


def garbage(folder: Path) -> Callable[[], object]:
    return lambda: (folder / "in_accel_y_raw").write_text("-1-2\n")


def silence(folder: Path) -> Callable[[], object]:
    def act() -> None:
        (folder / "in_accel_y_raw").unlink()
        (folder / "in_accel_y_raw").symlink_to(EIO)

    return act


def absence(folder: Path) -> Callable[[], object]:
    return (folder / "in_accel_y_raw").unlink


def mended(folder: Path) -> Callable[[], object]:
    def act() -> None:
        (folder / "in_accel_y_raw").unlink(missing_ok=True)
        (folder / "in_accel_y_raw").write_text("-7")

    return act


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (
            garbage,
            (
                "adxl345 at iio:device0: expected a whole number in in_accel_y_raw, saw '-1-2'. Check with `cat` what "
                "the kernel's driver says there, and `dmesg` why."
            ),
        ),
        (
            absence,
            (
                "adxl345 at iio:device0: expected an answer from in_accel_y_raw, saw errno 2 (No such file or "
                "directory). Check the wires to the chip, and `dmesg` for what the kernel says about it."
            ),
        ),
        (
            silence,
            (
                "adxl345 at iio:device0: expected an answer from in_accel_y_raw, saw errno 5 (Input/output error). "
                "Check the wires to the chip, and `dmesg` for what the kernel says about it."
            ),
        ),
    ],
)
def test_a_fault_is_told_once_then_each_attempt_then_that_it_is_back(
    wrong: Callable[[Path], Callable[[], object]], text: str, kernel: Any, clock: Any
) -> None:
    folder = kernel.device()
    source = IioSource(clock, root=kernel.root)
    before, none = run(source, clock, 2.0)
    assert none == []
    kernel.measuring.clear()  # the rest is in the hands of `wrong` and `mended`
    if wrong is silence:
        run(source, clock, 2.001)
        source._disconnect()  # an open file outlives its name: as if the device had come anew
    wrong(folder)()
    clock.at(2.5, mended(folder))
    after, reports = run(source, clock, 5.0)
    kinds = [report.kind for report in reports]
    assert kinds[0] is Wire.FAULT
    assert set(kinds[1:-1]) == {Wire.RECOVERY}
    assert kinds[-1] is Wire.BACK
    assert reports[0].text == f"{text} The next attempt is in 0.1 s."
    assert reports[-2].text == "adxl345 at iio:device0 answers again and was set up anew."
    assert reports[-1].text == "adxl345 at iio:device0: samples flow again."

    t_s = np.concatenate([block.t_s for block in before + after])
    lost = sum(block.lost_before for block in after)
    assert (np.diff(t_s) > 0).all()
    assert lost == pytest.approx(np.diff(t_s).max() / 0.02 - 1, abs=0.51)
    assert len(t_s) + lost == pytest.approx((t_s[-1] - t_s[0]) / 0.02 + 1, abs=1.01)


def test_attempts_go_on_for_ever_at_growing_intervals(kernel: Any, clock: Any) -> None:
    source = IioSource(clock, root=kernel.root)
    _, reports = run(source, clock, 60.0)
    assert [report.kind for report in reports] == [Wire.FAULT] + [Wire.RECOVERY] * (len(reports) - 1)
    pauses_s = np.diff([report.t_s for report in reports])
    assert pauses_s[:7].tolist() == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0])
    assert pauses_s[7:] == pytest.approx(5.0)
    assert len(reports) > 15
    kernel.device()
    samples, reports = run(source, clock, 70.0)
    assert told(reports)[-1] == ("back", "adxl345 at iio:device0: samples flow again.")
    assert samples[0].lost_before == 0  # nothing had ever been measured


def test_a_fault_soon_after_the_last_keeps_growing_the_pauses(kernel: Any, clock: Any) -> None:
    folder = kernel.device()
    source = IioSource(clock, root=kernel.root)
    for start_s in (2.0, 3.0):
        clock.at(start_s, lambda: (folder / "in_accel_x_raw").rename(folder / "away"))
        clock.at(start_s + 0.35, lambda: (folder / "away").rename(folder / "in_accel_x_raw"))
    _, reports = run(source, clock, 6.0)
    faults = [report.text.rpartition(". ")[2] for report in reports if report.kind is Wire.FAULT]
    assert faults == ["The next attempt is in 0.1 s.", "The next attempt is in 0.4 s."]
    assert [report.kind for report in reports].count(Wire.BACK) == 2


def test_a_device_that_repeats_itself_is_believed_for_five_seconds(kernel: Any, clock: Any) -> None:
    kernel.device()
    kernel.signal = lambda t_s: (int((t_s - 1000) / 4.9), 0, 256)
    samples, reports = run(IioSource(clock, root=kernel.root), clock, 12.0)
    assert reports == []
    assert sum(map(len, samples)) == pytest.approx(600, abs=10)


def test_a_frozen_device_is_a_fault_until_it_moves_again(kernel: Any, clock: Any) -> None:
    kernel.device()
    kernel.signal = lambda t_s: (round(1000 * (t_s - 1000)) if not 1002.0 < t_s < 1012.0 else 3, 0, 256)
    samples, reports = run(IioSource(clock, root=kernel.root), clock, 20.0)
    kinds = [report.kind for report in reports]
    assert kinds.count(Wire.FAULT) == kinds.count(Wire.BACK) == 1
    assert reports[0].kind is Wire.FAULT
    assert reports[0].text == (
        "adxl345 at iio:device0: expected samples with some noise, saw the very same sample for 5 s. "
        "It is opened again by itself; if this comes back, replace the board. The next attempt is in 0.1 s."
    )
    assert reports[0].t_s == pytest.approx(1007.0, abs=0.05)
    assert reports[-1].kind is Wire.BACK
    assert reports[-1].t_s > 1012.0
    gap = [block for block in samples if block.lost_before > 0]
    assert len(gap) == 1
    assert gap[0].t_s[0] - reports[0].t_s == pytest.approx(0.02 * (gap[0].lost_before + 1), abs=0.05)


def test_silence_is_not_freezing(kernel: Any, clock: Any) -> None:
    """A chip that shows the same sample before and after it was away for long has not stood still in between."""
    folder = kernel.device()
    kernel.signal = lambda t_s: (round(50 * t_s) if not 1003.0 < t_s < 1012.5 else 0, 0, 256)
    clock.at(4.0, lambda: (folder / "in_accel_x_raw").rename(folder / "away"))
    clock.at(10.0, lambda: (folder / "away").rename(folder / "in_accel_x_raw"))
    _, reports = run(IioSource(clock, root=kernel.root), clock, 20.0)
    assert [report.kind for report in reports].count(Wire.BACK) == 1
    assert reports[-1].kind is Wire.BACK
    assert 1010.0 < reports[-1].t_s < 1012.0  # hence while it still showed the same
