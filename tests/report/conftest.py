# SPDX-License-Identifier: MIT
"""Stores to report on: a made-up person's weeks, and walks written by hand."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "life"))  # who makes lives there
from handmade import WEEKS
from lived import lived, no_exercises


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five weeks from `lived.START` on; never write into it."""
    store = tmp_path_factory.mktemp("life") / "kneemon.db"
    lived(store, 3, WEEKS, no_exercises(3, WEEKS))
    return store


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Path], Path]:
    def copied(store: Path) -> Path:
        target = tmp_path / "kneemon.db"
        with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(target)) as made:
            source.backup(made)
        return target

    return copied
