# SPDX-License-Identifier: MIT
"""Twelve weeks of somebody's walks, as reader and reading; and the foreign readers that come from npm."""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kneemon.app.reading import Reading
from kneemon.store.reader import StoreReader

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "life"))  # where lives for tests are made
WEEKS = 12


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    from lived import START, lived, no_exercises  # only here, for numpy takes a moment

    store = tmp_path_factory.mktemp("life") / "kneemon.db"
    lived(store, 7, WEEKS, no_exercises(7, WEEKS))
    with StoreReader(store) as reader:
        yield Reading(store, reader, START + timedelta(weeks=WEEKS), "Europe/Berlin")


@pytest.fixture(scope="session")
def npm() -> Path:
    """The folder of npm's readers, installed once as the lock file has them."""
    sources = sorted((HERE / "npm").iterdir())
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    cache = HERE.parents[1] / ".home"
    folder = cache / f"npm-readers-{digest[:12]}"
    cache.mkdir(exist_ok=True)
    with (cache / "npm-readers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            folder.mkdir(exist_ok=True)
            for source in sources:
                (folder / source.name).write_bytes(source.read_bytes())
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=150
            )
            (folder / "made").touch()
    return folder
