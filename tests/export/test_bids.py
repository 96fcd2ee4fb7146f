# SPDX-License-Identifier: MIT
"""BIDS-Motion as others read it: the official validator, and pandas for the numbers."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kneemon.export.bids import G_M_S2, MotionWalk, bids_files
from kneemon.model.records import EventRow, SessionRecord, TimeQuality
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import EndReason, SessionSummary

STARTED_S, FIRST_S = 812.5, 800.0
BEGAN = datetime(2026, 11, 22, 9, 0, 0, 250_000, tzinfo=UTC)
EVENTS = (
    EventRow(0.0, "pain_before", 2.0, unit="of 10"),
    EventRow(1.0, "bout", 20.0, unit="s"),
    EventRow(9.0, "pace_high", 118.0, 110.0, "steps/min"),
    EventRow(12.0, "pain", None, unit="of 10"),
    EventRow(14.5, "gap", 1.25, unit="s"),
    EventRow(15.0, "gave_way"),
)
MOTION = "sub-01/ses-b1127c/motion/sub-01_ses-b1127c_task-walk_tracksys-kneemon"


def walked(session_id: str = "b1-1-27c", seed: int = 1) -> MotionWalk:
    summary = replace(
        SessionSummary.begun(STARTED_S, None), ended_s=STARTED_S + 25.0, steps=41, end_reason=EndReason.COMMAND
    )
    record = SessionRecord(
        device="ab12cd34ef56",
        session_id=session_id,
        revision=1,
        boot_id="4f1c0000-0000-4000-8000-000000000001",
        started_at=BEGAN,
        ended_at=BEGAN + timedelta(seconds=25),
        tz="Europe/Berlin",
        time_quality=TimeQuality.NTP,
        worn="waist",
        sensor="adxl345 at 0x53 on bus 1",
        software="0.1.0",
        summary=summary,
        final=True,
    )
    return MotionWalk(record, EVENTS, lambda: samples(seed))


def samples(seed: int) -> list[SampleBlock]:
    """37.5 s at 99.6 Hz, a second of it lost, shaken for a moment."""
    t_s = FIRST_S + np.arange(3735) / 99.6
    acc_g = np.random.default_rng(seed).normal((0.0, 0.0, 1.0), 0.3, (3735, 3))
    cuts = [(i, i + 45) for i in range(0, 3735, 45) if not 27.0 <= i / 99.6 < 28.0]
    shaken = [np.arange(45) < 9 if i == 900 else None for i, _ in cuts]
    return [SampleBlock(t_s[i:j], acc_g[i:j], rate_hz=99.6, shaken=s) for (i, j), s in zip(cuts, shaken, strict=True)]


@pytest.fixture
def dataset(tmp_path: Path) -> Callable[..., Path]:
    def written(*walks: MotionWalk) -> Path:
        for name, chunks in bids_files(walks):
            file = tmp_path / "bids" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"".join(chunks))
        return tmp_path / "bids"

    return written


def validated(folder: Path) -> dict[str, Any]:
    """What the official validator says."""
    validator = Path(sys.executable).with_name("bids-validator-deno")
    done = subprocess.run([validator, folder, "--format", "json"], capture_output=True, timeout=150, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    return {"errors": [issue for issue in issues if issue["severity"] == "error"], "code": done.returncode} | {
        "warnings": sorted(
            {issue.get("subCode") or issue["code"] for issue in issues if issue["severity"] == "warning"}
        )
    }


def test_the_official_validator_finds_no_error(dataset: Callable[..., Path]) -> None:
    found = validated(dataset(walked(), walked("b1-2-9f2c", seed=2)))
    assert (found["errors"], found["code"]) == ([], 0)


def test_the_validator_does_find_errors(dataset: Callable[..., Path]) -> None:
    folder = dataset(walked())
    (folder / f"{MOTION}_channels.tsv").write_text("name\tcomponent\ttype\nacc\tx\tACCEL\n")
    found = validated(folder)
    assert found["errors"]
    assert found["code"] != 0


def test_pandas_reads_every_sample_in_m_s2(dataset: Callable[..., Path]) -> None:
    folder = dataset(walked())
    channels = pd.read_csv(folder / f"{MOTION}_channels.tsv", sep="\t", keep_default_na=False)
    read = pd.read_csv(folder / f"{MOTION}_motion.tsv", sep="\t", header=None, names=list(channels["name"]))
    blocks = samples(1)
    t_s, acc_g = (np.concatenate([getattr(block, name) for block in blocks]) for name in ("t_s", "acc_g"))
    assert len(read) == len(t_s) == 3645
    axes = list(channels.loc[channels["type"] == "ACCEL", "name"])
    assert list(channels.loc[channels["type"] == "ACCEL", "units"]) == ["m/s^2"] * 3
    assert np.abs(read[axes].to_numpy() - acc_g * 9.80665).max() < 1e-4
    assert np.abs(read["latency"].to_numpy() - (t_s - FIRST_S)).max() < 1e-6
    assert read[axes].mean().to_numpy() == pytest.approx([0.0, 0.0, G_M_S2], abs=0.2)
    assert list(read.index[read["motor"] == 1]) == list(range(900, 909))


def test_the_sidecar_tells_how_it_was_measured(dataset: Callable[..., Path]) -> None:
    told = json.loads((dataset(walked()) / f"{MOTION}_motion.json").read_text())
    assert told["SamplingFrequency"] == 99.6
    assert told["RecordingDuration"] == pytest.approx(3734 / 99.6)
    assert told["SamplingFrequencyEffective"] == pytest.approx(3644 / (3734 / 99.6), abs=1e-3)
    assert (told["MotionChannelCount"], told["ACCELChannelCount"], told["TrackedPointsCount"]) == (5, 3, 1)


def test_events_stand_at_their_sample(dataset: Callable[..., Path]) -> None:
    events = pd.read_csv(dataset(walked()) / f"{MOTION}_events.tsv", sep="\t")
    rows = events.astype(object).where(events.notna(), None).to_numpy().tolist()
    assert rows == [
        [12.5, 25.0, "walk", None, None],
        [12.5, 0.0, "pain_before", 2.0, "of 10"],
        [13.5, 20.0, "bout", None, None],
        [21.5, 0.0, "pace_high", 118.0, "steps/min"],
        [24.5, 0.0, "pain", None, "of 10"],
        [27.0, 1.25, "gap", None, None],
        [27.5, 0.0, "gave_way", None, None],
    ]


def test_times_and_figures_are_the_stores(dataset: Callable[..., Path]) -> None:
    folder = dataset(walked())
    scans = pd.read_csv(folder / "sub-01/ses-b1127c/sub-01_ses-b1127c_scans.tsv", sep="\t")
    assert list(pd.to_datetime(scans["acq_time"])) == [BEGAN - timedelta(seconds=12.5)]
    sessions = pd.read_csv(folder / "sub-01/sub-01_sessions.tsv", sep="\t")
    (row,) = sessions.to_dict("records")
    assert (row["session_id"], row["walk"], row["steps"], row["acq_time"]) == (
        "ses-b1127c",
        "b1-1-27c",
        41,
        "2026-11-22T09:00:00.250000Z",
    )


def test_nobody_is_named(dataset: Callable[..., Path]) -> None:
    folder = dataset(walked())
    people = pd.read_csv(io.StringIO((folder / "participants.tsv").read_text()), sep="\t")
    assert people.to_dict("list") == {"participant_id": ["sub-01"]}


def test_without_samples_it_is_an_empty_data_set(dataset: Callable[..., Path]) -> None:
    folder = dataset()
    assert sorted(file.name for file in folder.rglob("*")) == [
        "README",
        "dataset_description.json",
        "participants.json",
        "participants.tsv",
    ]


def test_samples_are_read_only_when_their_file_is() -> None:
    asked: list[str] = []

    def blocks() -> list[SampleBlock]:
        asked.append("opened")
        return samples(1)

    for name, chunks in bids_files([replace(walked(), blocks=blocks)]):
        if name.endswith("_motion.tsv"):
            assert len(list(chunks)) == len(samples(1))  # a block at a time
        elif not name.startswith("sub-01/ses"):
            assert asked == []
            list(chunks)
    assert asked == ["opened"]
