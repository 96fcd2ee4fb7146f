# SPDX-License-Identifier: MIT
"""What has to be reached: judged by the figure and not by its print, per recording above 75 steps/min."""

import pytest

from tests.bench.groups import Group
from tests.bench.markdown import target_row
from tests.bench.targets import BRISK, COST, COUNTING, DEVICE, SEEDS, TIMING, WORST, Found, Target, brisk, found

MOST = Target("cane", "error", 2.3, "count error, %")
LEAST = Target("cane", "f1", 0.955, "F1", least=True)


def test_a_target_is_met_at_its_bound() -> None:
    assert MOST.met(2.3)
    assert not MOST.met(2.3001)
    assert LEAST.met(0.955)
    assert not LEAST.met(0.9549)


@pytest.mark.parametrize(("spm", "fast"), [(75.0, False), (75.1, True), (None, False)])
def test_what_is_brisk_is_a_matter_of_each_recording(spm: float | None, fast: bool) -> None:
    assert brisk({"cadence_spm": spm}) is fast


def test_a_target_is_held_against_its_group() -> None:
    measured = {"cane": {"error": 2.0}, BRISK: {"delay_p50": 0.5}}
    assert found(MOST, measured, ()) == Found(2.0)
    assert found(LEAST, measured, ()) is None
    assert found(Target(BRISK, "delay_p50", 0.55, ""), measured, ()) == Found(0.5)
    assert found(Target("dog", "error", 1.0, ""), measured, ()) is None


def test_the_worst_group_is_named() -> None:
    several = [
        Group("cane", {"delay_p95": 0.7, "f1": 0.9}, {}),
        Group("dog", {"delay_p95": 4.8, "f1": 0.95}, {}),
        Group("without", {}, {}),
    ]
    assert found(Target(WORST, "delay_p95", 0.85, ""), {}, several) == Found(4.8, "dog")
    assert found(Target(WORST, "f1", 0.9, "", least=True), {}, several) == Found(0.9, "cane")
    assert found(Target(WORST, "first_p50", 3.5, ""), {}, several) is None


def test_a_row_has_the_verdict_on_each_measured_figure() -> None:
    row = target_row(MOST, "cane", Found(2.304), None, Found(2.1, "dog"))
    assert row == "cane: count error, % | at most 2.3 | 2.30 | **not met** | not measured | – | 2.10 (dog) | met"
    assert target_row(LEAST, "cane", Found(0.9551)) == "cane: F1 | at least 0.955 | 0.9551 | met"


def test_no_target_is_set_twice_and_only_f1_is_to_be_large() -> None:
    targets = (*COUNTING, *TIMING, *COST, *DEVICE)
    assert len({(target.group, target.figure) for target in targets}) == len(targets)
    assert {target.figure for target in targets if target.least} == {"f1"}
    assert {target.group for target in COUNTING if target.bound == 0.0} == {
        "dsa chest machines",
        "dsa chest still",
        "dsa thigh machines",
        "dsa thigh still",
        "umafall pocket",
        "umafall waist",
    }
    assert SEEDS in {target.group for target in COUNTING}
