# SPDX-License-Identifier: MIT
"""Nobody is judged by a gate that has seen them, changed copies included."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.gait.gate_weights import SHIPPED
from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker
from tests.bench.scorer import Row
from tests.training import judge, learning_set, work
from tests.training.folds import FOLDS, SOURCES, folds, source_of, trains
from tests.training.learning_set import jobs, learn_from
from tests.training.made_up import record
from tests.training.signals import HELD_OUT
from tests.training.work import EVERYONE, Left

names = st.lists(st.text("ABC0123", min_size=1, max_size=6), max_size=40)


@given(persons=names)
def test_everyone_is_in_one_fold_whatever_the_order(persons: list[str]) -> None:
    fold_of = folds(persons)
    assert fold_of == folds(reversed(persons * 2))
    assert {*persons} <= {*fold_of}
    assert {*fold_of.values()} == {*range(FOLDS)}  # the made-up persons alone fill them


def test_a_source_is_spread_over_the_folds() -> None:
    fold_of = folds([f"{source}{number:02d}" for source in ("DSA", "VH", "WW") for number in range(1, 13)])
    for source in ("DSA", "VH", "WW"):
        mine = [fold for person, fold in fold_of.items() if person.startswith(source)]
        assert [mine.count(fold) for fold in range(FOLDS)] == [2] * FOLDS


@pytest.mark.parametrize("group", [f"{begin}x" for begin in HELD_OUT])
def test_held_out_people_train_nothing(group: str) -> None:
    assert not trains(group, "P1", {"P1": 0}, fold=None, source=None)


def test_who_is_left_out_trains_not_and_all_others_do() -> None:
    fold_of = {"P1": 0, "P2": 1}
    for group in ("weallwalk cane", "dsa thigh machines", "waist"):
        assert trains(group, "P1", fold_of, fold=None, source=None)
        assert trains(group, "P1", fold_of, fold=1, source=None)
        assert not trains(group, "P1", fold_of, fold=0, source=None)
    assert not trains("weallwalk cane", "P1", fold_of, fold=None, source="WeAllWalk")
    assert trains("weallwalk cane", "P1", fold_of, fold=None, source="Oxford")


def test_slowed_recordings_leave_with_their_source_and_machines_have_none() -> None:
    assert {source_of(group) for group in ("voisard_healthy", "slow_x75", "slow_x50")} == {"Voisard"}
    assert source_of("oxford_optimisation other") == "Oxford"
    assert source_of("dsa thigh machines") is None
    assert source_of("voisard_semiogram") is None


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """A recording of each kind that is copied, another person in each."""
    folder: Path = tmp_path_factory.mktemp("recordings")
    kinds = (
        ("weallwalk cane", "route", None),
        ("slow_x50", "walk", None),
        ("dsa chest uncounted", "treadmill", None),
        ("dsa thigh machines", "rowing machine", 0.0),
        ("mobilise_d", "walk", None),
    )
    found: list[Row] = []
    for number, (group, activity, true) in enumerate(kinds):
        walker = Walker((Stand(4.0), Walk(16.0, 100.0), Stand(4.0)), seed=number)
        counted = not group.startswith("dsa")
        record(folder, str(number), walker, counted=counted)
        truth = walker.initial_contacts.tolist() if counted else None
        found.append(
            {
                "path": str(folder / f"{number}.csv.gz"),
                "file": f"{number}.csv.gz",
                "group": group,
                "subject": f"P{number}",
                "activity": activity,
                "seconds": walker.duration_s,
                "true": float(len(truth)) if truth else true,
                "truth": truth,
                "quiet": [],
            }
        )
    return found


def copies(row: Row) -> Mapping[str, int]:
    """How the signals of a recording were made, and how often; of them all, the person is the recording's."""
    seen = learn_from(row)
    assert {part.person for part, _, _ in seen} == {row["subject"]}
    assert {part.group for part, _, _ in seen} == {row["group"]}
    made = [part.made for part, _, _ in seen]
    return {how: made.count(how) for how in made}


def test_whatever_is_made_from_a_persons_recording_keeps_the_person(rows: list[Row]) -> None:
    walk, slow, treadmill, rowing, _ = rows
    assert copies(walk) == {"": 2, "impaired": 2}
    assert copies(slow) == {"": 2, "impaired": 1}
    assert copies(treadmill) == {"": 2, "slowed": 2}
    assert copies(rowing) == {"": 2, "stretched": 4}


def test_held_out_recordings_are_not_even_looked_at(rows: list[Row]) -> None:
    groups = [job["group"] for job in jobs(rows) if not isinstance(job, tuple)]
    assert sorted(groups) == ["dsa chest uncounted", "dsa thigh machines", "slow_x50", "weallwalk cane"]


def test_everyone_is_judged_by_the_gates_of_their_own_fold(rows: list[Row]) -> None:
    fold_of = folds(row["subject"] for row in rows)
    lefts = [EVERYONE, *(Left(seed, fold=fold) for seed in (0, 1) for fold in range(FOLDS))]
    lefts += [Left(0, source=source) for source in SOURCES]
    marked = {left: replace(SHIPPED, bias=float(place)) for place, left in enumerate(lefts)}
    back = {gate: left for left, gate in marked.items()}
    tasks = work.tasks(rows, fold_of, marked)
    assert sum(task.changed for task in tasks) == 1  # of the one counted walk that is neither slowed nor held out
    assert len(tasks) == len(rows) + 1 + len(judge.made_up())
    for task in tasks:
        made_up = isinstance(task.of, tuple)
        person = judge.made_up_signal(*task.of).person if isinstance(task.of, tuple) else task.of["subject"]
        by_person = {name: back[gate] for name, gate in task.gates.items() if name.startswith("seed")}
        assert by_person == {f"seed {seed}": Left(seed, fold=fold_of[person]) for seed in (0, 1)}
        others = {name: back[gate].source for name, gate in task.gates.items() if name not in by_person}
        group = "" if made_up else task.of["group"]  # type: ignore[call-overload]
        expected = {} if made_up or task.changed else {f"without {name}": name for name in [source_of(group)] if name}
        assert others == expected


def test_what_judges_is_made_by_other_chance_than_what_trains() -> None:
    assert judge.SEED != learning_set.SEED
