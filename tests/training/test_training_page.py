# SPDX-License-Identifier: MIT
"""The parts of the page on made-up figures, the marks of docs/training.md, and the program without recordings."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from kneemon.gait.rhythm import FEATURES
from tests.bench.groups import Group
from tests.bench.made import Made
from tests.bench.page import renewed
from tests.training import page
from tests.training.__main__ import main
from tests.training.learning_set import LearningSet, Part

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
MARKS = ("learning set", "people", "targets", "impaired", "made up", "sources")


def group(name: str, **figures: float) -> Group:
    return Group(name, {"recordings": 8, "hours": 1.25, **figures}, {})


JUDGED = {
    "seed 0": (
        group("dsa thigh machines", false_per_h=0.0),
        group("impaired weallwalk cane", error=4.0, f1=0.93),
        group("made-up row", false_per_h=3.0),
        group("simulated shank", error=9.0, f1=0.9, quiet_false_per_h=5.0),
        group("weallwalk cane", error=2.2, f1=0.96),
    ),
    "seed 1": (
        group("dsa thigh machines", false_per_h=12.0),
        group("impaired weallwalk cane", error=5.0, f1=0.92),
        group("made-up row", false_per_h=0.0),
        group("simulated shank", error=7.0, f1=0.92, quiet_false_per_h=0.0),
        group("weallwalk cane", error=2.26, f1=0.958),
    ),
    "without WeAllWalk": (group("weallwalk cane", error=3.1, f1=0.95),),
}


def test_a_group_is_told_with_its_spread_over_seeds() -> None:
    people = page.people(JUDGED)
    assert "| weallwalk cane | 8 | 1.25 | 2.2 (2.2–2.3) | 0.959 (0.958–0.960) | – |" in people
    assert "| dsa thigh machines | 8 | 1.25 | – | – | 6 (0–12) |" in people
    assert "impaired" not in people
    assert "made-up" not in people


def test_the_hours_are_those_that_false_steps_are_counted_in() -> None:
    judged = {"seed 0": (group("dsa thigh machines", false_per_h=0.0, unwalked_hours=1.0),)}
    assert "| dsa thigh machines | 8 | 1.00 | 0 (0–0) |" in page.people(judged)


def test_changed_and_made_up_have_their_own_tables() -> None:
    assert page.changed(JUDGED).count("\n") == 2
    assert "| impaired weallwalk cane | 8 | 1.25 | 4.5 (4.0–5.0) | 0.925 (0.920–0.930) |" in page.changed(JUDGED)
    made_up = page.made_up(JUDGED)
    assert made_up.count("\n") == 3
    assert "| simulated shank | 8 | 1.25 | 8.0 (7.0–9.0) | 0.910 (0.900–0.920) | – | 2 (0–5) |" in made_up


def test_a_target_is_held_against_every_seed() -> None:
    targets = page.targets(JUDGED)
    assert "| weallwalk cane: mean absolute count error, % | at most 2.3 | 2.23 (2.20–2.26) | met |" in targets
    assert "| dsa thigh machines: false steps/h | at most 10 | 6.0 (0.0–12.0) | **not met** by 1 of 2 |" in targets
    assert "over four" not in targets
    assert targets.count("dsa thigh machines") == 1


def test_a_source_left_out_stands_beside_people_left_out() -> None:
    assert "| WeAllWalk | weallwalk cane | 8 | 3.1 | 2.2 | 0.950 | 0.960 | – | – | – | – |" in page.sources(JUDGED)


def test_the_set_is_told_by_how_it_was_made_and_whence() -> None:
    parts = (
        Part("weallwalk cane", "P1", "a", ""),
        Part("weallwalk dog", "P2", "a", ""),
        Part("row", "P3", "r", "made-up"),
    )
    part_of = np.repeat([0, 1, 2], [150, 300, 450])
    learned = LearningSet(np.zeros((900, len(FEATURES))), part_of < 2, part_of, parts)
    text = page.learning_set(learned, Made.now())
    assert "| as recorded, and device-like | weallwalk | 2 | 3 | 0 |" in text
    assert "| made-up | row | 1 | 0 | 3 |" in text
    assert "on 900 looks, 50% of them at walking" in text


@pytest.mark.parametrize("mark", MARKS)
def test_the_page_has_a_place_for_each_part(mark: str) -> None:
    assert "a new part" in renewed(PAGE.read_text(encoding="utf-8"), mark, "a new part")


def test_the_page_has_no_other_places() -> None:
    found = re.findall(r"<!-- generated: (.*) -->", PAGE.read_text(encoding="utf-8"))
    assert sorted(found) == sorted(MARKS)


@pytest.mark.parametrize("there", [True, False])
def test_without_recordings_it_says_so_in_one_line_and_ends_well(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "recordings"
    if there:  # an empty folder is none either
        gone.mkdir()
    table = tmp_path / "gate_table.py"
    arguments = ["--recordings", str(gone), "--score", __file__, "--write-table", str(table)]
    monkeypatch.setattr(sys, "argv", ["training", *arguments])
    assert main() == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        f"training: nothing to learn from: {gone} is not there; docs/training.md says what the weights are fitted on.\n"
    )
    assert not table.exists()
