# SPDX-License-Identifier: MIT
"""The plan's day as a FIT workout, read by programs not of ours."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from foreign import fitdecode_rows, readers

from kneemon.errors import ExportError
from kneemon.export.fit_workout import workout_fit
from kneemon.model.plans import Prescription

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DOSE = Prescription("Six weeks of walking", date(2026, 11, 23), 3, 1200.0, 900.0, 180.0, 120.0, 111.0, 6)


def workout(dose: Prescription = DOSE) -> bytes:
    return workout_fit(dose, AT, str.upper)


@pytest.mark.parametrize("reader", readers("FIT workout"), ids=str)
def test_the_parts_are_steps_with_the_ceiling_in_strides(reader):
    rows = reader.read(workout(), Path())
    assert rows["file_id"][0]["type"] in ("workout", 5)
    (whole,) = rows["workout"]
    assert (whole["wkt_name"], whole["num_valid_steps"]) == ("Six weeks of walking", 3)
    assert whole["sport"] in ("walking", 11)
    steps = rows["workout_step"]
    assert [step["wkt_step_name"] for step in steps] == ["WARM-UP", "WALK", "COOL-DOWN"]
    assert [step["message_index"] for step in steps] == [0, 1, 2]
    assert [
        step["intensity"] in pair
        for step, pair in zip(steps, (("warmup", 2), ("active", 0), ("cooldown", 3)), strict=True)
    ] == [True] * 3
    assert [seconds(step) for step in steps] == [180.0, 1200.0, 120.0]
    for step in steps:
        assert step["duration_type"] in ("time", 0)
        assert step["target_type"] in ("cadence", 3)
        assert (low(step), high(step)) == (0, 55)


def seconds(step: dict) -> float:
    return step["duration_time"] if "duration_time" in step else step["duration_value"] / 1000


def low(step: dict) -> float:
    return step.get("custom_target_cadence_low", step.get("custom_target_value_low"))


def high(step: dict) -> float:
    return step.get("custom_target_cadence_high", step.get("custom_target_value_high"))


def test_npm_s_reader_takes_it_too(npm: Path, tmp_path: Path):
    file = tmp_path / "plan.fit"
    file.write_bytes(workout())
    done = subprocess.run(["node", npm / "fit.mjs", file], capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(done.stdout)["all"]["file_ids"]
    assert [row["type"] for row in told] == ["workout"]


def test_without_a_ceiling_there_is_no_target():
    rows = fitdecode_rows(workout(replace(DOSE, cadence_ceiling_spm=None)), Path())
    assert {step["target_type"] for step in rows["workout_step"]} == {"open"}
    assert all(high(step) is None for step in rows["workout_step"])


def test_a_part_without_time_is_left_out():
    rows = fitdecode_rows(workout(replace(DOSE, warm_up_s=0.0, cool_down_s=0.0)), Path())
    assert [step["wkt_step_name"] for step in rows["workout_step"]] == ["WALK"]
    assert rows["workout"][0]["num_valid_steps"] == 1


def test_a_long_name_is_cut_between_letters():
    rows = fitdecode_rows(workout(replace(DOSE, plan="Ü" * 60)), Path())
    assert rows["workout"][0]["wkt_name"] == "Ü" * 23


@pytest.mark.parametrize(
    ("dose", "seen"), [(replace(DOSE, locked=True), "a stopped plan"), (replace(DOSE, dose_s=0.0), "no minutes")]
)
def test_nothing_to_walk_is_told(dose, seen):
    with pytest.raises(ExportError, match=f"expected a day with a dose to walk, saw {seen}"):
        workout(dose)
