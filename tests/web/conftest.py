# SPDX-License-Identifier: MIT
"""A made-up walker's weeks until today, and the real site upon a copy of them."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "life"))  # who makes lives there
from lived import no_exercises
from web_bench import Running, Served

from kneemon.app.life import LifeOptions, live
from kneemon.clock import SystemClock
from kneemon.config.presets import preset_text

Lives = Callable[[int], Path]


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    """lives(weeks): a store of that many weeks that end today; never write into it."""
    made: dict[int, Path] = {}

    def of(weeks: int) -> Path:
        if weeks not in made:
            store = tmp_path_factory.mktemp("life") / "kneemon.db"
            start = SystemClock().today() - timedelta(days=7 * weeks)
            plan = preset_text("six_week", start)
            person = no_exercises(3, weeks)
            live(LifeOptions(store, plan, Path("six_week.toml"), start, weeks, 3, person), lambda _lived, _all: None)
            made[weeks] = store
        return made[weeks]

    return of


def copied(store: Path, folder: Path) -> None:
    """With what is still in its write-ahead log."""
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(folder / "kneemon.db")) as target:
        source.backup(target)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """serve(store=…, …): the site upon a copy of that store, or upon none; see Served."""
    up: list[Served] = []

    def served(store: Path | None = None, **given: object) -> Served:
        if store is not None:
            copied(store, tmp_path)
        up.append(Served(tmp_path, **given))  # type: ignore[arg-type]
        return up[-1]

    yield served
    for site in up:
        site.close()


@pytest.fixture
def kneemon(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """kneemon(store=…, options=…): `kneemon run` in the folder of `serve`; call it first."""
    up: list[Running] = []

    def running(store: Path | None = None, options: str = "") -> Running:
        if store is not None:
            copied(store, tmp_path)
        up.append(Running(tmp_path, options))
        return up[-1]

    yield running
    for daemon in up:
        daemon.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, lives: Lives) -> Iterator[Served]:
    """The site upon four weeks, for tests that only look."""
    folder = tmp_path_factory.mktemp("site")
    copied(lives(4), folder)
    served = Served(folder)
    yield served
    served.close()
