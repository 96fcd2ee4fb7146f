# SPDX-License-Identifier: MIT
"""The scorer as a module, and kneemon's answers for it."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from kneemon.virtual.script import Stand, Walk
from kneemon.virtual.walker import Walker
from tests.bench import accuracy, scorer
from tests.bench.accuracy import Inputs
from tests.bench.made_up import SOURCE, made_up_scorer, write_scorer
from tests.bench.scorer import Row
from tests.bench.telling import BenchError

HEAD = "file,source,fs_hz,duration_s,steps_true"


def recording(path: Path, walker: Walker) -> None:
    t_s = np.arange(0.0, walker.duration_s, 0.01)
    rows = np.column_stack((t_s, walker.acceleration(t_s))).tolist()
    lines = ["t,ax,ay,az", *("{:.2f},{:.4f},{:.4f},{:.4f}".format(*row) for row in rows), ""]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """A walk of known steps and somebody standing, laid out as the recordings are."""
    folder = tmp_path / "recordings" / "simulated"
    folder.mkdir(parents=True)
    walker = Walker((Stand(3.0), Walk(30.0, 100.0), Stand(3.0)), seed=3)
    recording(folder / "walk.csv.gz", walker)
    recording(folder / "stand.csv.gz", Walker((Stand(36.0),), seed=3))
    truth_s = walker.initial_contacts.tolist()
    (folder / "walk.steps.csv").write_text("\n".join(["t", *(f"{t:.3f}" for t in truth_s), ""]))
    index = [HEAD, f"walk.csv.gz,walk,100,36,{len(truth_s)}", "stand.csv.gz,stand,100,36,0", ""]
    (folder / "index.csv").write_text("\n".join(index))
    (tmp_path / "peers.json").write_text("{}")
    return Inputs(tmp_path / "recordings", write_scorer(tmp_path), tmp_path / "peers.json")


def test_recordings_are_counted_twice_and_as_another_device_wrote_them(inputs: Inputs) -> None:
    measured = accuracy.measure(inputs, cores=2)
    assert measured.recordings == 2
    assert measured.hours == pytest.approx(0.02)
    assert len(measured.digests[0]) == 64
    assert measured.digests[0] == measured.digests[1]
    for judged in (measured.plain, measured.device):
        stand, walk = judged.sources
        assert (stand.name, stand.kneemon["false"]) == ("stand", 0)
        assert walk.name == "walk"
        assert walk.kneemon["error"] < 5.0
        assert "reading_gap_max" in walk.kneemon
        assert [group.name for group in judged.brisk] == ["walk"]
        assert judged.figures().keys() == {"above 75 steps/min", "stand", "walk"}
        assert [group.name for group in (*judged.walked, *judged.unwalked)] == ["waist", "waist"]
    assert measured.plain.sources[1].kneemon["hours"] != measured.device.sources[1].kneemon["hours"]


def test_a_folder_that_names_no_recording_is_an_error(inputs: Inputs) -> None:
    (inputs.recordings / "simulated" / "index.csv").write_text(f"{HEAD}\n")
    with pytest.raises(BenchError, match=r"^no index\.csv below .*recordings names a recording that is there$"):
        accuracy.measure(inputs, cores=1)


def test_a_recording_that_kneemon_refuses_is_an_error(inputs: Inputs) -> None:
    (inputs.recordings / "simulated" / "stand.csv.gz").write_text("x,y\n1,2\n")
    judge = scorer.load(inputs.score)
    with pytest.raises(BenchError, match=r"^kneemon replay does not take .*stand\.csv\.gz: "):
        scorer.answers(judge, judge.recordings([str(inputs.recordings)]), cores=1)


def test_a_scorer_that_gives_up_is_an_error(tmp_path: Path) -> None:
    wants_more = scorer.load(write_scorer(tmp_path, SOURCE.replace("!= len(rows)", "!= 2")))
    row = {"path": str(tmp_path / "gone.csv.gz"), "worn": "waist", "seconds": 1.0}
    with pytest.raises(BenchError, match=r"^the scorer gave up: too few answers$"):
        scorer.answers(wants_more, [row], cores=1)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("score.txt", "", "is no Python file"),
        ("score.py", "def", "cannot be loaded: invalid syntax"),
        ("score.py", "import nothing_of_this_name", "cannot be loaded: No module named"),
        ("score.py", SOURCE.replace("def judge", "def guess"), r"has no judge\(\)"),
    ],
)
def test_another_file_than_a_scorer_is_an_error(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BenchError, match=told):
        scorer.load(tmp_path / name)


def test_the_benchmarks_own_figures_stand_beside_the_scorers(tmp_path: Path) -> None:
    judge = made_up_scorer(tmp_path)
    rows: list[Row] = [
        {"seconds": 3600.0, "true": 10.0, "steps": 9, "error": -10.0, "first": 2.0, "without_reading_s": [1.0, 4.0]},
        {"seconds": 1800.0, "true": 0.0, "steps": 3, "quiet_s": 900.0, "quiet_false": 2},
        {"seconds": 1800.0, "true": None, "steps": 8, "first": 5.0, "without_reading_s": []},
    ]
    assert scorer.figures(judge, rows) == {
        "recordings": 3,
        "hours": 2.0,
        "bias": -10.0,
        "error": 10.0,
        "error_p95": 10.0,
        "false_per_h": 6.0,
        "unwalked_hours": 0.5,
        "false": 3,
        "quiet_hours": 0.25,
        "quiet_false": 2,
        "first_p95": 5.0,
        "reading_gap_p95": 4.0,
        "reading_gap_max": 4.0,
    }
    assert scorer.figures(judge, rows[2:]) == {}


def test_a_reading_of_none_is_no_reading(tmp_path: Path) -> None:
    judge = made_up_scorer(tmp_path)
    row = {"path": "p", "file": "f", "group": "g", "worn": "waist", "seconds": 20.0, "true": 41.0}
    answer = {"steps": 41, "cadence": [[8.0, 120.0], [12.0, None], [18.0, 120.0]]}
    (one,) = scorer.judged(judge, [row | {"truth": [0.5 * step for step in range(41)]}], {"p": answer})
    assert one["without_reading_s"] == [10.0]
    assert one["cadence_spm"] == 120.0
    (other,) = scorer.judged(judge, [row | {"truth": None}], {"p": answer})
    assert other["cadence_spm"] is None
    assert "without_reading_s" not in other


def test_the_digest_is_of_counts_and_times_to_a_millisecond_in_any_order() -> None:
    rows = [{"group": "g", "file": name, "path": f"/{name}"} for name in ("a", "b")]
    answers = {"/a": {"steps": 2, "step_times": [1.0, 1.5]}, "/b": {"steps": 0, "step_times": []}}
    first = scorer.digest(rows, answers)
    assert first == scorer.digest(rows[::-1], answers)
    assert first == scorer.digest(rows, answers | {"/a": {"steps": 2, "step_times": [1.0, 1.5004]}})
    assert first != scorer.digest(rows, answers | {"/a": {"steps": 2, "step_times": [1.0, 1.501]}})
    assert first != scorer.digest(rows, answers | {"/b": {"steps": 1, "step_times": []}})
    assert first == hashlib.sha256(b"g a 2 1.000 1.500\ng b 0").hexdigest()
