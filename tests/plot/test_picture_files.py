# SPDX-License-Identifier: MIT
"""A picture's file is whole or not there; without the drawing library one sentence says what to do."""

import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kneemon.errors import ExportError
from kneemon.plot.library import need_library
from kneemon.plot.sheet import write


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may become larger than 1000 bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_stands_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("old")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("small_files")
def test_what_stands_there_stays_when_there_is_no_room(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("old")
    with pytest.raises(ExportError) as told:
        write(path, bytes(5000))
    assert str(told.value) == (
        f"no picture at {path}: expected a place that can be written, saw File too large. "
        "Free some space, check the permissions, or choose another place."
    )
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_without_the_library_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ExportError) as told:
        need_library()
    assert str(told.value) == (
        "A picture: expected the Python package matplotlib, saw that it cannot be imported "
        "(import of matplotlib.figure halted; None in sys.modules). Install it with `pip install 'kneemon[plot]'`."
    )
