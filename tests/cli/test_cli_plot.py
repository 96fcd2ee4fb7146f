# SPDX-License-Identifier: MIT
"""`kneemon replay --plot`: from the words of the command line to the picture, and every wrong word told."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from kneemon.errors import ExitCode
from kneemon.virtual.walker import Walker

Kneemon = Callable[..., Any]
Recorded = Callable[..., Path]

MISSING = (
    "none: expected a file with the header t, saw No such file or directory. Check the path and the file's permissions."
)


@pytest.fixture
def truth(tmp_path: Path, walk: tuple[Walker, Any]) -> Path:
    path = tmp_path / "a.steps.csv"
    path.write_text("t\n" + "".join(f"{t_s:.3f}\n" for t_s in walk[0].initial_contacts))
    return path


def words(path: Path) -> list[str]:
    """All text in an SVG."""
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314  our own
    return ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]


def steps_told(path: Path) -> str:
    (told,) = [word for word in words(path) if word.startswith("steps: ")]
    return told


class TestPicture:
    def test_the_summary_as_ever_and_where_the_picture_is(
        self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path
    ) -> None:
        plain = kneemon("replay", recorded("a.csv"))
        told = kneemon("replay", "--plot", tmp_path / "a.svg", recorded("a.csv"))
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert told.out == f"{plain.out}  picture: {tmp_path}/a.svg\n"
        (steps,) = re.findall(r"(\d+) steps,", plain.out)
        assert steps_told(tmp_path / "a.svg") == f"steps: {steps}"
        assert "a.csv" in words(tmp_path / "a.svg")
        assert sorted(path.suffix for path in tmp_path.iterdir() if path.is_file()) == [".csv", ".svg"]

    @pytest.mark.parametrize("suffix", [".png", ".pdf", ".SVG"])
    def test_other_kinds(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a{suffix}"
        assert kneemon("replay", "--plot", path, recorded("a.csv.gz")).code == ExitCode.OK
        assert path.read_bytes()[:4] in (b"\x89PNG", b"%PDF", b"<?xm")

    def test_truth_and_labels_beside_the_recording(
        self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, truth: Path, walk: tuple[Walker, Any]
    ) -> None:
        (tmp_path / "a.labels.csv").write_text("t_start,t_end,label\n0,3,stand\n3,33,walk\n")
        kneemon("replay", "--plot", "a.svg", recorded("a.csv"))
        told = words(tmp_path / "a.svg")
        assert steps_told(tmp_path / "a.svg").endswith(f" found, {walk[0].truth.steps} true")
        assert {"stand", "walk", "0 missed"} <= set(told)

    def test_truth_from_elsewhere(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, truth: Path) -> None:
        other = truth.rename(tmp_path / "other.csv")
        kneemon("replay", "--plot", "a.svg", "--truth", other, recorded("a.csv"))
        assert "0 missed" in words(tmp_path / "a.svg")

    def test_the_plans_ceiling_and_cues(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, plan: Path) -> None:
        kneemon("replay", "--plot", "a.svg", "--plan", plan, recorded("a.csv"))
        assert {"ceiling 95", "pace high", "started", "stopped"} <= set(words(tmp_path / "a.svg"))
        kneemon("replay", "--plot", "b.svg", recorded("a.csv"))
        assert not {"ceiling 95", "cues"} & set(words(tmp_path / "b.svg"))

    def test_a_gap_is_hatched(self, kneemon: Kneemon, recorded: Recorded, rows: list[str], tmp_path: Path) -> None:
        kneemon("replay", "--plot", "a.svg", recorded("a.csv", rows[:1500] + rows[1900:]))
        assert "no signal" in words(tmp_path / "a.svg")
        assert 'id="gap-3-0"' in (tmp_path / "a.svg").read_text()

    def test_a_stretch(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path) -> None:
        kneemon("replay", "--plot", "a.svg", "--from", "10", "--to", "16", recorded("a.csv"))
        assert int(steps_told(tmp_path / "a.svg").removeprefix("steps: ")) == pytest.approx(10, abs=1)

    def test_for_programs_the_answer_stays_alone(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path) -> None:
        path = recorded("a.csv")
        plain = kneemon("replay", "--json", path)
        told = kneemon("replay", "--json", "--plot", "a.svg", path)
        assert (told.out, told.err) == (plain.out, "  picture: a.svg\n")

    def test_the_same_bytes_twice(self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, truth: Path) -> None:
        path = recorded("a.csv")
        for name in ("one", "two"):
            command = [sys.executable, "-m", "kneemon", "replay", "--plot", f"{name}.svg", str(path)]
            subprocess.run(command, check=True, capture_output=True)
        assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()

    def test_nothing_is_imported_for_it_unasked(self, recorded: Recorded) -> None:
        path = recorded("a.csv")
        program = f"""
import sys
from kneemon.cli import main
main(["replay", {str(path)!r}])
sys.exit("matplotlib" in sys.modules)
"""
        assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


class TestWrongWords:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ("a.jpg", "expected a name that ends in .svg, .png or .pdf, saw 'a.jpg'"),
            ("picture", "expected a name that ends in .svg, .png or .pdf, saw 'picture'"),
            ("none/a.svg", "expected a folder that is there, saw 'none'"),
            ("folder.svg", "expected a file, saw the folder 'folder.svg'"),
        ],
    )
    def test_a_picture_that_cannot_be(
        self, kneemon: Kneemon, capsys: pytest.CaptureFixture[str], tmp_path: Path, given: str, sentence: str
    ) -> None:
        (tmp_path / "folder.svg").mkdir()
        with pytest.raises(SystemExit) as left:
            kneemon("replay", "--plot", given, "a.csv")
        assert left.value.code == ExitCode.USAGE
        assert capsys.readouterr().err.endswith(f"kneemon replay: error: argument --plot: {sentence}\n")

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (("--plot", "p.svg", "a.csv", "a.csv"), "--plot: expected one recording, saw 2. Draw them one by one."),
            (("--from", "3", "a.csv"), "--from: expected --plot beside it, saw none. Name a picture with --plot."),
            (("--truth", "t", "a.csv"), "--truth: expected --plot beside it, saw none. Name a picture with --plot."),
            (
                ("--plot", "p.svg", "--from", "9", "--to", "9", "a.csv"),
                "--to: expected more than --from 9, saw 9. Swap them.",
            ),
            (
                ("--plot", "p.svg", "--truth", "t.csv", "a.csv"),
                "t.csv: expected seconds as a number, saw “x” in line 3. Mend that line or take it out.",
            ),
            (
                ("--plot", "p.svg", "--truth", "none", "a.csv"),
                MISSING,
            ),
        ],
    )
    def test_before_anything_is_read(
        self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, options: tuple[str, ...], sentence: str
    ) -> None:
        recorded("a.csv")
        (tmp_path / "t.csv").write_text("t\n1\nx\n")
        told = kneemon("replay", *options)
        assert (told.code, told.out, told.err) == (ExitCode.USAGE, "", f"kneemon: {sentence}\n")
        assert not (tmp_path / "p.svg").exists()

    @pytest.mark.parametrize("beside", ["steps", "labels"])
    def test_a_bad_file_beside_is_told_too(
        self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, beside: str
    ) -> None:
        (tmp_path / f"a.{beside}.csv").write_text("x\n")
        told = kneemon("replay", "--plot", "p.svg", recorded("a.csv"))
        assert told.code == ExitCode.USAGE
        assert "saw “x” in line 1." in told.err

    @pytest.mark.parametrize(("option", "second"), [("--from", "40"), ("--to", "0")])
    def test_a_stretch_outside(
        self, kneemon: Kneemon, recorded: Recorded, tmp_path: Path, option: str, second: str
    ) -> None:
        told = kneemon("replay", "--plot", "p.svg", option, second, recorded("a.csv"))
        assert told.code == ExitCode.USAGE
        assert told.err == (f"kneemon: {option}: expected a second from 0 to 39.99, saw {second}. Choose another.\n")
        assert not (tmp_path / "p.svg").exists()

    def test_a_bad_recording_leaves_the_old_picture(self, kneemon: Kneemon, tmp_path: Path) -> None:
        (tmp_path / "p.svg").write_text("old")
        told = kneemon("replay", "--plot", "p.svg", "none.csv")
        assert told.code == ExitCode.RECORDING
        assert told.err == "kneemon: none.csv: expected a recording, saw no such file. Check the path.\n"
        assert (tmp_path / "p.svg").read_text() == "old"

    def test_without_the_library(self, kneemon: Kneemon, recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        told = kneemon("replay", "--plot", "p.svg", recorded("a.csv"))
        assert (told.code, told.out) == (ExitCode.EXPORT, "")
        assert told.err.endswith("Install it with `pip install 'kneemon[plot]'`.\n")


def test_a_recording_so_short_that_nothing_is_looked_at(kneemon: Kneemon, recorded: Recorded, tmp_path: Path) -> None:
    lines = [f"{t:.2f},0,0,1" for t in np.arange(0, 0.05, 0.01)]
    assert kneemon("replay", "--plot", "p.svg", recorded("short.csv", lines)).code == ExitCode.OK
    assert steps_told(tmp_path / "p.svg") == "steps: 0"
