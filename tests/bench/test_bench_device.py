# SPDX-License-Identifier: MIT
"""The recordings as another device would have written them."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.sensor.recording import read_recording
from tests.bench.device import POOR, Device, DeviceParams, write_all, write_one

CLEAN = DeviceParams(noise_g=0.0)
names = st.text(min_size=1, max_size=20)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """One recording of 4 s with truth and labels, one without, and one that is named but not there."""
    folder = tmp_path / "recordings" / "walks"
    folder.mkdir(parents=True)
    t_s = np.arange(200) / 50.0
    rows = [f"{t:.3f},{0.1 * np.sin(9 * t):.4f},0.2000,0.9000" for t in t_s]
    for name in ("one", "two"):
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress("\n".join(["t,ax,ay,az", *rows, ""]).encode()))
    (folder / "one.steps.csv").write_text("t\n1.000\n1.500\n3.250\n")
    (folder / "one.labels.csv").write_text("t_start,t_end,label\n0.00,0.50,stand\n0.50,4.00,walk\n")
    index = ["file,fs_hz,duration_s,notes", *(f'{name}.csv.gz,50.0,4.00,"a, b"' for name in ("one", "two", "gone"))]
    (folder / "index.csv").write_text("\n".join([*index, ""]))
    return tmp_path / "recordings"


@given(name=names)
def test_turning_keeps_the_norm_and_the_hand(name: str) -> None:
    rotation = Device(name, CLEAN).rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    acc_g = np.random.default_rng(1).standard_normal((50, 3))
    turned_g = Device(name, CLEAN).measure(acc_g)
    step_g = 1 / POOR.counts_a_g
    assert np.abs(np.linalg.norm(turned_g, axis=1) - np.linalg.norm(acc_g, axis=1)).max() <= 3**0.5 / 2 * step_g


@given(name=names)
def test_the_clock_is_off_by_five_per_cent_at_most(name: str) -> None:
    assert 0.95 <= Device(name).stretch <= 1.05


def test_a_device_is_drawn_from_the_seed_and_the_name_alone() -> None:
    one, same, other = Device("a"), Device("a"), Device("b")
    acc_g = np.ones((5, 3))
    assert one.stretch == same.stretch != other.stretch
    np.testing.assert_array_equal(one.measure(acc_g), same.measure(acc_g))
    assert Device("a", DeviceParams(seed=2)).stretch != one.stretch


def test_it_writes_whole_steps_with_noise_and_has_rails() -> None:
    still_g = np.zeros((20_000, 3))
    measured_g = Device("a").measure(still_g)
    np.testing.assert_array_equal(measured_g * 4096, np.rint(measured_g * 4096))
    assert measured_g.std() == pytest.approx(0.003, rel=0.02)
    for far_g in (np.full((1, 3), 100.0), np.full((1, 3), -100.0)):
        assert set(np.abs(Device("a").measure(far_g)).flat) <= {8.0, 8.0 - 1 / 4096}
        assert -8.0 <= Device("a").measure(far_g).min() <= Device("a").measure(far_g).max() < 8.0


def test_stamps_truth_and_labels_are_scaled_alike(recordings: Path, tmp_path: Path) -> None:
    stretch = Device("one.csv.gz").stretch
    write_one(recordings / "walks" / "one.csv.gz", tmp_path / "one.csv.gz")
    t_s, acc_g = read_recording(tmp_path / "one.csv.gz")
    np.testing.assert_allclose(t_s, stretch * np.arange(200) / 50.0, atol=1e-6)
    plain_g = read_recording(recordings / "walks" / "one.csv.gz")[1]
    np.testing.assert_array_equal(acc_g, Device("one.csv.gz").measure(plain_g))
    steps = [f"{stretch * t:.6f}" for t in (1.0, 1.5, 3.25)]
    assert (tmp_path / "one.steps.csv").read_text().split() == ["t", *steps]
    begin, end = (f"{stretch * t:.6f}" for t in (0.5, 4.0))
    assert (tmp_path / "one.labels.csv").read_text().split()[1:] == [
        f"0.000000,{begin},stand",
        f"{begin},{end},walk",
    ]


def test_a_folder_is_laid_out_as_it_was(recordings: Path, tmp_path: Path) -> None:
    write_all(recordings, tmp_path / "other", cores=1)
    folder = tmp_path / "other" / "walks"
    assert {path.name for path in folder.iterdir()} == {
        "index.csv",
        "one.csv.gz",
        "one.labels.csv",
        "one.steps.csv",
        "two.csv.gz",
    }
    with (folder / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == ["one.csv.gz", "two.csv.gz"]
    for row in rows:
        stretch = Device(row["file"]).stretch
        assert row["duration_s"] == f"{4.0 * stretch:.3f}"
        assert row["fs_hz"] == f"{50.0 / stretch:.3f}"
        assert row["notes"] == "a, b"
