# SPDX-License-Identifier: MIT
"""The simulated outings: what is walked, and that the engine walks it with the same answer each time."""

import pytest

from kneemon.virtual.script import Walk
from kneemon.virtual.walker import Walker
from tests.bench.simulated import BOUTS, GAITS, PAUSES, SEEDS, Case, script, walks


@pytest.mark.parametrize("gait", ["usual", "weak (0.5)", "limp (0.15)", "limp (0.25) with a stick"])
@pytest.mark.parametrize("cadence_spm", [50.0, 110.0])
def test_a_short_bout_is_five_steps(gait: str, cadence_spm: float) -> None:
    """To one, for a stride is not quite even."""
    truth = Walker(script(Case(BOUTS, "waist", gait, cadence_spm)), seed=1).truth
    bouts = [segment.steps for segment in truth.segments if isinstance(segment.segment, Walk)]
    assert len(bouts) == 10
    assert set(bouts) <= {4, 5, 6}
    assert sum(bouts) == pytest.approx(50, abs=2)


def test_a_walk_has_pauses_and_its_gait_throughout() -> None:
    segments = script(Case(PAUSES, "waist", "shuffling (0.6)", 70.0))
    parts = [segment for segment in segments if isinstance(segment, Walk)]
    assert [part.seconds for part in parts] == [40.0, 20.0, 20.0]
    assert {(part.cadence_spm, part.shuffle) for part in parts} == {(70.0, 0.6)}


@pytest.mark.parametrize("gait", GAITS)
def test_every_gait_is_one_the_walker_can_walk(gait: str) -> None:
    for cadence_spm in (50.0, 110.0):
        assert script(Case(PAUSES, "shank", gait, cadence_spm))


def test_the_engine_answers_alike_each_time_and_each_seed_is_another_walk() -> None:
    case = Case(BOUTS, "waist", "usual", 90.0)
    first, second = walks(case), walks(case)
    assert first == second
    assert len(first) == len(SEEDS)
    assert len({tuple(row["truth"]) for row, _ in first}) == len(SEEDS)
    for row, answer in first:
        assert row["true"] == len(row["truth"])
        assert answer["steps"] == len(answer["step_times"]) == len(answer["credited_at"]) > 0
        assert all(late >= at for late, at in zip(answer["credited_at"], answer["step_times"], strict=True))
