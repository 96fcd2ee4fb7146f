# SPDX-License-Identifier: MIT
"""The recordings as another device would have written them: turned anyhow, its clock off, noisy and in coarse steps.

They are written to a folder, laid out as they were, truth and labels in the device's time; chance comes from a seed and
the recording's name alone. Seconds, g with gravity.
"""

import csv
import gzip
import multiprocessing
import zlib
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kneemon.model.samples import Array
from kneemon.sensor.recording import read_recording

SIGNAL, STEPS, LABELS = ".csv.gz", ".steps.csv", ".labels.csv"
QUICKEST = 1  # gzip's level: the files live for a minute


@dataclass(frozen=True, slots=True)
class DeviceParams:
    """The defaults are a cheap accelerometer's, at its most unpleasant."""

    clock_off: float = 0.05  # data sheets allow output data rates some per cent off, and the issue asks for 5
    noise_g: float = 0.003  # per axis; an ADXL345 or MPU-6050 at 100 Hz
    full_scale_g: float = 8.0
    counts_a_g: int = 4096  # 16 bits over ±8 g
    seed: int = 1


POOR = DeviceParams()


class Device:
    """One device, as chance made it for the recording `name`. rotation: (3, 3); stretch: of its seconds."""

    def __init__(self, name: str, params: DeviceParams = POOR) -> None:
        self._params = params
        self._chance = np.random.default_rng((params.seed, zlib.crc32(name.encode())))
        self.rotation = _any_rotation(self._chance)
        self.stretch = float(self._chance.uniform(1.0 - params.clock_off, 1.0 + params.clock_off))

    def measure(self, acc_g: Array) -> Array:
        """What it makes of the acceleration (n, 3); noise is drawn anew each time."""
        params = self._params
        turned_g = acc_g @ self.rotation.T
        noisy_g = turned_g + params.noise_g * self._chance.standard_normal(turned_g.shape)
        rail = round(params.full_scale_g * params.counts_a_g)
        counts = np.clip(np.rint(noisy_g * params.counts_a_g), -rail, rail - 1)
        return np.asarray(counts / params.counts_a_g)


def write_all(recordings: Path, folder: Path, cores: int, params: DeviceParams = POOR) -> None:
    """Every recording below `recordings` that an index.csv names, below `folder`; several processes at a time."""
    copies: list[tuple[Path, Path, DeviceParams]] = []
    for index in sorted(recordings.glob("**/index.csv")):
        target = folder / index.parent.relative_to(recordings)
        target.mkdir(parents=True, exist_ok=True)
        files = _write_index(index, target / index.name, params)
        copies += [(index.parent / file, target / file, params) for file in files]
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
        for _ in pool.map(_write_job, copies, chunksize=8):
            pass


def write_one(recording: Path, target: Path, params: DeviceParams = POOR) -> None:
    """One recording and what lies beside it."""
    device = Device(recording.name, params)
    t_s, acc_g = read_recording(recording)
    rows = np.column_stack((t_s * device.stretch, device.measure(acc_g))).tolist()
    lines = ["t,ax,ay,az\n", *("{:.6f},{:.13g},{:.13g},{:.13g}\n".format(*row) for row in rows)]
    target.write_bytes(gzip.compress("".join(lines).encode(), QUICKEST, mtime=0))
    for ending, times in ((STEPS, ("t",)), (LABELS, ("t_start", "t_end"))):
        beside = recording.with_name(recording.name.removesuffix(SIGNAL) + ending)
        if beside.exists():
            _scale_columns(beside, target.with_name(beside.name), times, device.stretch)


def _write_job(job: tuple[Path, Path, DeviceParams]) -> None:
    write_one(*job)


def _write_index(index: Path, target: Path, params: DeviceParams) -> list[str]:
    """The names of the recordings that are there; durations and rates are the device's."""
    with index.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if (index.parent / row["file"]).exists()]
        fields = list(reader.fieldnames or ())
    for row in rows:
        stretch = Device(row["file"], params).stretch
        row["duration_s"] = f"{float(row['duration_s']) * stretch:.3f}"
        row["fs_hz"] = f"{float(row['fs_hz']) / stretch:.3f}"
    _write_rows(target, fields, rows)
    return [row["file"] for row in rows]


def _scale_columns(path: Path, target: Path, columns: Iterable[str], factor: float) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        fields = list(reader.fieldnames or ())
    for row in rows:
        for column in columns:
            row[column] = f"{float(row[column]) * factor:.6f}"
    _write_rows(target, fields, rows)


def _write_rows(target: Path, fields: list[str], rows: Iterable[dict[str, str]]) -> None:
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _any_rotation(chance: np.random.Generator) -> Array:
    """Every rotation alike: a random frame made orthogonal and right-handed."""
    matrix, triangle = np.linalg.qr(chance.standard_normal((3, 3)))
    matrix = matrix * np.sign(np.diag(triangle))
    return np.asarray(matrix * np.linalg.det(matrix))
