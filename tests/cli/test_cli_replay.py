# SPDX-License-Identifier: MIT
"""`kneemon replay`: steps, cadence, bouts and cues of recordings, for people and for programs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kneemon.errors import ExitCode
from kneemon.virtual.walker import Walker

Kneemon = Callable[..., Any]
Recorded = Callable[..., Path]

FIELDS = ["file", "steps", "step_times", "credited_at", "cadence", "cadence_sd", "bouts", "cues", "gaps"]


def answers(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


class TestForPrograms:
    def test_all_its_fields(self, kneemon: Kneemon, recorded: Recorded, walk: tuple[Walker, Any]) -> None:
        path = recorded("a.csv")
        told = kneemon("replay", "--json", path)
        assert (told.code, told.err) == (ExitCode.OK, "")
        (answer,) = answers(told.out)
        assert list(answer) == FIELDS
        assert answer["file"] == str(path)
        assert answer["steps"] == len(answer["step_times"]) == len(answer["credited_at"])
        assert abs(answer["steps"] - walk[0].truth.steps) <= 2
        assert answer["step_times"] == sorted(answer["step_times"])
        late_s = np.array(answer["credited_at"]) - np.array(answer["step_times"])
        assert late_s.min() >= 0.0
        assert late_s.max() < 10.0
        ((start_s, end_s, steps),) = [(bout["start"], bout["end"], bout["steps"]) for bout in answer["bouts"]]
        assert (start_s, end_s) == (answer["step_times"][0], answer["step_times"][-1])
        assert steps == answer["steps"]
        assert answer["bouts"][0]["cadence"] == pytest.approx(100.0, abs=3.0)
        known = [cadence for _, cadence in answer["cadence"] if cadence is not None]
        assert np.median(known) == pytest.approx(100.0, abs=2.0)
        assert answer["cadence"][-1][1] is None, "nobody walks at the end"
        assert [sd is None for sd in answer["cadence_sd"]] == [cadence is None for _, cadence in answer["cadence"]]
        assert all(0.0 <= sd <= 8.0 for sd in answer["cadence_sd"] if sd is not None)
        assert [cue["kind"] for cue in answer["cues"]] == ["started", "stopped"]
        assert answer["gaps"] == []

    def test_steps_are_where_the_feet_came_down(
        self, kneemon: Kneemon, recorded: Recorded, walk: tuple[Walker, Any]
    ) -> None:
        (answer,) = answers(kneemon("replay", "--json", recorded("a.csv")).out)
        truth_s = walk[0].initial_contacts
        nearest_s = [np.abs(truth_s - t_s).min() for t_s in answer["step_times"]]
        assert np.median(nearest_s) < 0.1

    def test_one_line_a_file_in_their_order(self, kneemon: Kneemon, recorded: Recorded) -> None:
        paths = [recorded("b.csv.gz"), recorded("a.csv"), recorded("short.csv", ["0.00,0,0,1", "0.01,0,0,1"])]
        told = kneemon("replay", "--json", *paths)
        assert told.code == ExitCode.OK
        zipped, plain, short = answers(told.out)
        assert [answer["file"] for answer in (zipped, plain, short)] == [str(path) for path in paths]
        assert {**zipped, "file": ""} == {**plain, "file": ""}
        assert (short["steps"], short["cadence"], short["bouts"]) == (0, [], [])

    def test_a_bad_file_has_its_line_too(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path) -> None:
        good, missing = recorded("a.csv"), tmp_path / "missing.csv"
        told = kneemon("replay", "--json", missing, good, missing)
        assert told.code == ExitCode.RECORDING
        first, second, third = answers(told.out)
        assert first == third == {
            "file": str(missing),
            "error": f"{missing}: expected a recording, saw no such file. Check the path.",
            "exit_code": 5,
        }  # fmt: skip
        assert second["steps"] > 40
        assert told.err == f"kneemon: {first['error']}\n" * 2

    def test_a_gap_is_told(self, kneemon: Kneemon, recorded: Recorded, rows: list[str]) -> None:
        (answer,) = answers(kneemon("replay", "--json", recorded("a.csv", rows[:1500] + rows[1900:])).out)
        assert [(gap["start"], gap["end"]) for gap in answer["gaps"]] == [(14.99, 19.0)]
        assert len(answer["bouts"]) == 2

    def test_it_is_the_same_wherever_it_was_worn(self, kneemon: Kneemon, recorded: Recorded) -> None:
        path = recorded("a.csv")
        told = {kneemon("replay", "--json", "--worn", worn, path).out for worn in ("waist", "shank", "other")}
        assert len(told) == 1

    def test_a_name_that_is_no_text(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path) -> None:
        path = Path(os.fsdecode(bytes(tmp_path) + b"/w\xe4lk.csv"))
        recorded("a.csv").rename(path)
        assert answers(kneemon("replay", "--json", path).out)[0]["steps"] > 40
        assert kneemon("replay", path).code == ExitCode.OK


class TestForPeople:
    def test_a_walk_in_words(self, kneemon: Kneemon, recorded: Recorded) -> None:
        path = recorded("a.csv")
        told = kneemon("replay", path)
        assert (told.code, told.err) == (ExitCode.OK, "")
        name, length, steps = told.out.splitlines()
        assert name == str(path)
        assert length == "  0:40 long, 0:29 of it walked in 1 bout"
        assert steps.split()[1:] == ["steps,", "100", "steps/min", "on", "average"]
        assert abs(int(steps.split()[0]) - 50) <= 2

    def test_a_gap_in_words(self, kneemon: Kneemon, recorded: Recorded, rows: list[str]) -> None:
        told = kneemon("replay", recorded("a.csv", rows[:1500] + rows[1900:]))
        assert "  1 gap in the signal, 4.0 s together\n" in told.out

    def test_a_bar_for_those_who_wait(
        self, kneemon: Kneemon, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("FORCE_COLOR", "1")
        told = kneemon("replay", recorded("a.csv"), recorded("b.csv"))
        assert told.code == ExitCode.OK
        assert "reading 1/2" in told.err
        assert "reading" not in told.out
        assert "\x1b" not in told.out

    def test_nothing_disturbs_a_program(
        self, kneemon: Kneemon, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        assert kneemon("replay", "--json", recorded("a.csv")).err == ""


class TestPlan:
    """Three minutes a day, not over 95 steps/min; the walk has 29 s at 100."""

    def test_its_cues(self, kneemon: Kneemon, recorded: Recorded, plan: Path) -> None:
        (answer,) = answers(kneemon("replay", "--json", "--plan", plan, recorded("a.csv")).out)
        kinds = [cue["kind"] for cue in answer["cues"]]
        assert kinds[0] == "started"
        assert kinds[-1] == "stopped"
        (pace,) = [cue for cue in answer["cues"] if cue["kind"] == "pace_high"]
        assert pace["value"] == pytest.approx(100.0, abs=4.0)
        assert (pace["limit"], pace["unit"]) == (95.0, "steps/min")
        assert 15.0 < pace["t"] < 33.0

    def test_in_words(self, kneemon: Kneemon, recorded: Recorded, plan: Path) -> None:
        out = kneemon("replay", "--plan", plan, recorded("a.csv")).out
        assert "  plan: 0:29 of 3:00 walked in the main part, 0:2" in out
        assert " above 95 steps/min\n" in out
        assert "  slow down\n" in out

    def test_another_day_is_another_dose(self, kneemon: Kneemon, recorded: Recorded, plan: Path) -> None:
        plan.write_text(plan.read_text() + "[[week]]\nminutes = 5\n")
        out = kneemon("replay", "--plan", plan, "--day", "2026-11-25", recorded("a.csv")).out
        assert "of 5:00 walked" in out

    def test_a_plan_that_cannot_be_read(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path) -> None:
        told = kneemon("replay", "--plan", tmp_path / "none.toml", recorded("a.csv"))
        assert told.code == ExitCode.PLAN
        assert told.out == ""
        assert told.err.startswith(f"kneemon: {tmp_path}/none.toml: expected ")


BAD = {
    "empty": (b"", "an empty file"),
    "header only": (b"t,ax,ay,az\n", "none after the header"),
    "one sample": (b"t,ax,ay,az\n0,0,0,1\n", "one"),
    "no header": (b"0.00,0,0,1\n0.01,0,0,1\n", "none, the first line is “0.00,0,0,1”"),
    "other columns": (b"time,x,y,z\n0.00,0,0,1\n", "“time,x,y,z”"),
    "binary": (bytes(range(256)) * 20, "binary data"),
    "words": (b"t,ax,ay,az\n0.00,0,0,1\n0.01,a,0,1\n", "“a” in line 3"),
    "too few columns": (b"t,ax,ay,az\n0.00,0,0\n", "3 in line 2"),
    "endless": (b"t,ax,ay,az\n0.00,0,0,1\n0.01,inf,0,1\n", "an infinite one in line 3"),
}


class TestBadRecordings:
    """One sentence each, the named exit code, and the others still answered."""

    @pytest.fixture
    def bad(self, tmp_path: Path, recorded: Recorded, rows: list[str]) -> dict[Path, str]:
        """Each bad file, and what is seen in it."""
        files = {}
        for name, (content, seen) in BAD.items():
            path = tmp_path / f"{name}.csv"
            path.write_bytes(content)
            files[path] = seen
        torn = recorded("torn.csv.gz")
        torn.write_bytes(torn.read_bytes()[:-1000])
        damaged = recorded("damaged.csv.gz")
        damaged.write_bytes(damaged.read_bytes()[:2000] + b"\0" * 500 + damaged.read_bytes()[2500:])
        shuffled = list(rows)
        np.random.default_rng(1).shuffle(shuffled)
        values = [[float(field) for field in row.split(",")] for row in rows]
        folder = tmp_path / "folder"
        folder.mkdir()
        return files | {
            torn: "a gzip file that ends too early",
            damaged: "damaged gzip data",
            recorded("shuffled.csv", shuffled): " s in line ",
            recorded("nan.csv", [f"{t},nan,nan,nan" for t, *_ in values]): "4000 of 4000 rows without a number",
            recorded("zeros.csv", [f"{t},0,0,0" for t, *_ in values]): "zeros only",
            recorded("ms2.csv", [f"{t},{9.81 * x},{9.81 * y},{9.81 * z}" for t, x, y, z in values]): "looks like m/s²",
            recorded("mg.csv", [f"{t},{1e3 * x},{1e3 * y},{1e3 * z}" for t, x, y, z in values]): "looks like mg",
            recorded("ms.csv", [f"{1e3 * t},{x},{y},{z}" for t, x, y, z in values]): "looks like milliseconds",
            recorded("rare.csv", [f"{20 * t},{x},{y},{z}" for t, x, y, z in values]): "saw 5 Hz",
            folder: "a folder",
            tmp_path / "missing.csv": "no such file",
        }  # fmt: skip

    def test_each_alone(self, kneemon: Kneemon, bad: dict[Path, str]) -> None:
        for path, seen in bad.items():
            told = kneemon("replay", path)
            assert told.code == ExitCode.RECORDING, path
            assert told.out == "", path
            assert told.err.startswith(f"kneemon: {path}: expected "), path
            assert seen in told.err, path
            assert told.err.endswith(".\n"), path
            assert told.err.count("\n") == 1, path

    def test_the_good_ones_between_them_are_answered(
        self, kneemon: Kneemon, bad: dict[Path, str], recorded: Recorded
    ) -> None:
        good = recorded("good.csv")
        paths = [path for each in bad for path in (good, each)]
        told = kneemon("replay", *paths, good)
        assert told.code == ExitCode.RECORDING
        assert told.out.count(f"{good}\n") == len(bad) + 1
        assert told.err.count("\n") == len(bad)
        told = kneemon("replay", "--json", *paths, good)
        lines = answers(told.out)
        assert [line["file"] for line in lines] == [str(path) for path in (*paths, good)]
        assert {line["steps"] for line in lines[::2]} == {lines[0]["steps"]}
        assert {line["exit_code"] for line in lines[1::2]} == {5}


OF_ITS_CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


class TestLongRecordings:
    def test_a_million_rows_in_bounded_memory(self, million: tuple[Path, float]) -> None:
        """The same minute 33 times over. A process begins with its parent's peak, so it is given a small parent."""
        path, seconds = million
        watched = [sys.executable, "-c", OF_ITS_CHILD, sys.executable, "-m", "kneemon", "replay", "--json", str(path)]
        ended = subprocess.run(watched, capture_output=True, text=True, check=True)
        (answer,) = answers(ended.stdout)
        assert int(ended.stderr) < 250 * 1024
        minutes = seconds / 60.0
        assert answer["steps"] == pytest.approx(minutes * 83.0, rel=0.03)
        assert len(answer["bouts"]) == 34

    def test_ctrl_c_ends_it_at_once_and_quietly(self, million: tuple[Path, float], recorded: Recorded) -> None:
        short = recorded("short.csv", ["0.00,0,0,1", "0.01,0,0,1"])
        command = [sys.executable, "-m", "kneemon", "replay", "--json", str(short), str(million[0])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["file"] == str(short)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert process.returncode == ExitCode.INTERRUPTED
        assert (out, err) == (b"", b"kneemon: stopped.\n")

    def test_a_reader_that_leaves_ends_it_quietly(self, recorded: Recorded) -> None:
        """As in `kneemon replay … | head -n 1`."""
        paths = [str(recorded("a.csv")) for _ in range(20)]
        command = [sys.executable, "-m", "kneemon", "replay", "--json", *paths]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == ExitCode.OK
