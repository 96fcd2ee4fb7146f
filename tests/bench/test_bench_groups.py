# SPDX-License-Identifier: MIT
"""Regrouping judged recordings, with the published counters' figures on the very same ones."""

import gzip
import json
from pathlib import Path

import pytest

from tests.bench import groups
from tests.bench.groups import Best, Group, best, grouped, read_peers
from tests.bench.made_up import made_up_scorer
from tests.bench.scorer import Row, cadence_spm
from tests.bench.telling import BenchError


def judged(file: str, group: str, true: float | None, steps: int, spm: float | None = None, worn: str = "waist") -> Row:
    row = {"file": file, "group": group, "seconds": 360.0, "true": true, "steps": steps}
    error = {"error": 100 * (steps - true) / true} if true else {}
    return {**row, **error, "cadence_spm": spm, "worn": worn}


ROWS = [
    judged("a", "healthy", 100.0, 98, 110.0),
    judged("b", "healthy", 100.0, 104, 59.9),
    judged("c", "slow", 50.0, 50, 59.0, worn="pocket"),
    judged("d", "bike", 0.0, 3, worn="thigh"),
    judged("e", "uncounted", None, 7),
]
PEERS: groups.Peers = {
    "an2554": {row["file"]: {**row, "error": 10.0 * place} for place, row in enumerate(ROWS[:3])},
    "oak": {"a": {**ROWS[0], "error": 1.0}, "d": ROWS[3]},
}


@pytest.mark.parametrize(
    ("truth", "spm"),
    [([0.0, 0.5, 1.0, 1.5, 9.0], 120.0), ([0.0, 1.0, 1.5], 80.0), ([2.0, 3.0], 60.0), ([2.0], None), ([], None)],
)
def test_the_true_cadence_is_of_the_median_step(truth: list[float], spm: float | None) -> None:
    assert cadence_spm(truth) == spm


def test_a_recording_without_step_times_has_no_cadence() -> None:
    assert cadence_spm(None) is None


@pytest.mark.parametrize(
    ("spm", "name"),
    [
        (20.0, "below 60"),
        (59.99, "below 60"),
        (60.0, "60 to 80"),
        (80.0, "80 to 100"),
        (100.0, "100 to 120"),
        (119.9, "100 to 120"),
        (120.0, "120 and more"),
        (None, None),
    ],
)
def test_a_band_begins_at_its_first_cadence(spm: float | None, name: str | None) -> None:
    assert groups.band(judged("a", "healthy", 9.0, 9, spm)) == name


def test_a_place_has_its_walks_and_its_other_recordings_apart() -> None:
    assert [groups.place_walked(row) for row in ROWS] == ["waist", "waist", "pocket", None, None]
    assert [groups.place_unwalked(row) for row in ROWS] == [None, None, None, "thigh", None]


def test_groups_have_the_scorers_figures_and_the_counters_beside(tmp_path: Path) -> None:
    bike, healthy, slow = grouped(made_up_scorer(tmp_path), ROWS, groups.source, PEERS)
    assert (bike.name, healthy.name, slow.name) == ("bike", "healthy", "slow")  # nothing is known of "uncounted"
    assert healthy.kneemon == {"recordings": 2, "hours": 0.2, "bias": 1.0, "error": 3.0, "error_p95": 4.0}
    assert healthy.peers["an2554"]["error"] == 5.0
    assert healthy.peers["oak"]["recordings"] == 1
    assert bike.kneemon == {"recordings": 1, "hours": 0.1, "false_per_h": 30.0, "unwalked_hours": 0.1, "false": 3}
    assert slow.peers.keys() == {"an2554"}


def test_the_same_recordings_are_put_together_anew(tmp_path: Path) -> None:
    brisk, slow = grouped(made_up_scorer(tmp_path), ROWS, groups.band, PEERS)
    assert (brisk.name, slow.name) == ("100 to 120", "below 60")
    assert slow.kneemon["error"] == 2.0
    assert slow.peers["an2554"]["error"] == 15.0


def test_the_best_counter_is_one_that_ran_on_all_the_same_recordings() -> None:
    peers = {
        "an2554": {"recordings": 68, "error": 4.6, "f1": 0.909, "false_per_h": 0.0},
        "bangle": {"recordings": 68, "error": 11.6, "f1": 0.811},
        "kraepelin": {"recordings": 68, "error": 20.0, "false_per_h": 0.0},
        "mobgap_impaired": {"recordings": 68, "error": 2.9, "f1": 0.951},
        "oxford": {"recordings": 12, "error": 0.1, "f1": 0.999},
    }
    group = Group("healthy", {"recordings": 68}, peers)
    assert best(group, "error", live=True) == Best(4.6, ("an2554",))
    assert best(group, "f1", live=False) == Best(0.951, ("mobgap_impaired",))
    assert best(group, "false_per_h", live=True) == Best(0.0, ("an2554", "kraepelin"))
    assert best(group, "false_per_h", live=False) is None


def test_the_published_figures_are_read_plain_or_packed(tmp_path: Path) -> None:
    text = json.dumps({"oak": [{"file": "a", "steps": 3}]}).encode()
    (tmp_path / "peers.json").write_bytes(text)
    (tmp_path / "peers.json.gz").write_bytes(gzip.compress(text))
    for name in ("peers.json", "peers.json.gz"):
        assert read_peers(tmp_path / name) == {"oak": {"a": {"file": "a", "steps": 3}}}


@pytest.mark.parametrize("text", ["", "[]", '{"oak": 3}', '{"oak": [{}]}'])
def test_published_figures_of_another_form_are_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "peers.json").write_text(text)
    with pytest.raises(BenchError, match=r"peers\.json cannot be read"):
        read_peers(tmp_path / "peers.json")
