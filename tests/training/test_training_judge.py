# SPDX-License-Identifier: MIT
"""Judging: the real engine with the weights that are asked for, truth in the device's time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kneemon.gait.gate_weights import SHIPPED
from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker
from tests.bench.device import Device
from tests.bench.scorer import Row
from tests.training import judge, learning_set
from tests.training.disturbances import KINDS
from tests.training.judge import BLOCK_S, Task, answer, made_up_signal
from tests.training.made_up import record

DEAF = replace(SHIPPED, bias=-100.0)


@pytest.fixture
def row(tmp_path: Path) -> Row:
    walker = Walker((Stand(5.0), Walk(20.0, 100.0), Stand(5.0)), seed=3)
    record(tmp_path, "walk", walker, counted=True)
    truth = walker.initial_contacts.tolist()
    return {
        "path": str(tmp_path / "walk.csv.gz"),
        "file": "walk.csv.gz",
        "group": "weallwalk cane",
        "subject": "P1",
        "activity": "route",
        "seconds": walker.duration_s,
        "true": float(len(truth)),
        "truth": truth,
        "quiet": [(0.5, 4.5)],
    }


def test_each_gate_answers_with_its_own_weights(row: Row) -> None:
    (one, told, heard), (other, _, unheard) = judge.judge(Task(row, False, {"seed 0": SHIPPED, "seed 1": DEAF}))
    assert (one, other) == ("seed 0", "seed 1")
    assert abs(heard["steps"] - told["true"]) <= 2
    assert heard["steps"] == len(heard["step_times"]) == len(heard["credited_at"])
    assert all(late >= at for late, at in zip(heard["credited_at"], heard["step_times"], strict=True))
    assert unheard["steps"] == 0


def test_truth_is_in_the_devices_time(row: Row) -> None:
    ((_, told, heard),) = judge.judge(Task(row, False, {"seed 0": SHIPPED}))
    stretch = Device("walk.csv.gz").stretch
    assert abs(stretch - 1.0) > 0.01
    np.testing.assert_allclose(told["truth"], stretch * np.array(row["truth"]))
    assert told["quiet"] == [(0.5 * stretch, 4.5 * stretch)]
    assert told["seconds"] == pytest.approx(stretch * row["seconds"])
    off_s = [np.abs(np.array(told["truth"]) - step_s).min() for step_s in heard["step_times"]]
    assert np.median(off_s) < 0.1


def test_blocks_are_a_quarter_of_a_second(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[SampleBlock] = []

    def watched(blocks: list[SampleBlock], _: object) -> dict[str, int]:
        fed.extend(blocks)
        return {}

    monkeypatch.setattr(judge, "answer", watched)
    judge.judge(Task(row, False, {"seed 0": SHIPPED}))
    t_s = np.concatenate([block.t_s for block in fed])
    assert len(t_s) == 1500
    assert max(block.t_s[-1] - block.t_s[0] for block in fed) < BLOCK_S
    assert len(fed) == pytest.approx((t_s[-1] - t_s[0]) / BLOCK_S, abs=2)


def test_an_impaired_copy_is_judged_with_its_own_truth(row: Row) -> None:
    ((_, told, heard),) = judge.judge(Task(row, True, {"seed 0": SHIPPED}))
    assert told["group"] == "impaired weallwalk cane"
    assert told["true"] == row["true"] == len(told["truth"])
    assert np.abs(np.array(told["truth"]) - np.array(row["truth"])).max() > 0.1
    assert heard["steps"] > 0.5 * told["true"]


@pytest.mark.parametrize(
    ("group", "truth", "changed"),
    [
        ("weallwalk cane", [1.0], True),
        ("slow_x75", [1.0], False),
        ("mobilise_d", [1.0], False),
        ("dsa thigh machines", None, False),
    ],
)
def test_which_walks_are_judged_impaired(group: str, truth: list[float] | None, changed: bool) -> None:
    assert judge.changes({"group": group, "truth": truth}) is changed


@pytest.mark.parametrize("kind", ["simulated", *KINDS])
def test_what_is_made_up_to_judge_by_is_new(kind: str) -> None:
    fresh = made_up_signal(kind, 0)
    ((trained, _),) = learning_set._made_up(kind, 0)
    size = min(len(fresh.acc_g), len(trained.acc_g))
    assert np.abs(fresh.acc_g[:size] - trained.acc_g[:size]).max() > 0.05


def test_nobody_walks_in_a_disturbance() -> None:
    ((_, told, _),) = judge.judge(Task(("row", 0), False, {"seed 0": DEAF}))
    assert (told["group"], told["true"], told["truth"], told["quiet"]) == ("made-up row", 0.0, None, [])


def test_an_engine_keeps_nothing_from_the_one_before(row: Row) -> None:
    task = Task(row, False, {"seed 0": SHIPPED, "seed 1": SHIPPED})
    (_, _, one), (_, _, other) = judge.judge(task)
    assert one == other
    assert answer([SampleBlock(np.arange(5.0), np.ones((5, 3)))], SHIPPED)["steps"] == 0
