# SPDX-License-Identifier: MIT
"""True steps and labels beside a recording: where they are looked for, and what is said of bad ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kneemon.errors import RecordingError
from kneemon.sensor.truth import beside, read_labels, read_steps


@pytest.mark.parametrize("name", ["walk.csv", "walk.csv.gz", "walk"])
def test_they_stand_beside(name: str) -> None:
    assert beside(Path("a.csv", name), "steps") == Path("a.csv/walk.steps.csv")


def test_steps_come_in_time_order(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(b"\xef\xbb\xbfT,foot\r\n2.5,left\r\n\r\n 1.5,right\r\n")
    assert read_steps(path) == (1.5, 2.5)
    path.write_text("t\n")
    assert read_steps(path) == ()


def test_labels_may_have_commas(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text('t_start,t_end,label\n0,1.5,"sit, lean"\n1.5,3,stand\n')
    assert read_labels(path) == ((0.0, 1.5, "sit, lean"), (1.5, 3.0, "stand"))


BAD_STEPS = {
    b"": "the header t, saw an empty file. Make t its first line.",
    b"1.0\n2.0\n": "the header t, saw “1.0” in line 1. Make t its first line.",
    b"\xff\xfe\x00": "the header t, saw binary data. Make t its first line.",
    b"t\n1.0\nsoon\n": "seconds as a number, saw “soon” in line 3. Mend that line or take it out.",
    b"t\n\n,1\n": "seconds as a number, saw “” in line 3. Mend that line or take it out.",
    b"t\nnan\n": "seconds as a number, saw “nan” in line 2. Mend that line or take it out.",
}
BAD_LABELS = {
    b"t\n1.0\n": "the header t_start,t_end,label, saw “t” in line 1. Make t_start,t_end,label its first line.",
    b"t_start,t_end,label\n1,2\n": "3 columns t_start,t_end,label, saw 2 in line 2. Mend that line or take it out.",
    b"t_start,t_end,label\n1,x,a\n": "seconds as a number, saw “x” in line 2. Mend that line or take it out.",
    b"t_start,t_end,label\n2,1,a\n": "an end that is not before its start, saw 1 s after 2 s in line 2. "
    "Mend that line or take it out.",
}


@pytest.mark.parametrize(
    ("read", "content", "sentence"),
    [(read_steps, *bad) for bad in BAD_STEPS.items()] + [(read_labels, *bad) for bad in BAD_LABELS.items()],
)
def test_what_is_wrong_is_told(tmp_path: Path, read: Callable[[Path], object], content: bytes, sentence: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as told:
        read(path)
    assert str(told.value) == f"{path}: expected {sentence}"


def test_a_missing_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as told:
        read_steps(tmp_path / "none.csv")
    seen = "saw No such file or directory. Check the path and the file's permissions."
    assert str(told.value) == f"{tmp_path}/none.csv: expected a file with the header t, {seen}"
