# SPDX-License-Identifier: MIT
"""A walk to store, a clock that the test leads, and a store upon both."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from store_bench import BOOT_ID, START, START_S, Walk, documents_of

from kneemon.clock import PacedClock
from kneemon.model.records import SessionRecord, TimeAnchor
from kneemon.store import Store


@pytest.fixture
def walk() -> Walk:
    return Walk()


@pytest.fixture
def new_walk() -> type[Walk]:
    return Walk


@pytest.fixture
def clock() -> PacedClock:
    return PacedClock(start=TimeAnchor(BOOT_ID, START_S, START, synchronised=True))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kneemon.db"


OpenStore = Callable[..., Store]


@pytest.fixture
def open_store(path: Path, clock: PacedClock) -> Iterator[OpenStore]:
    """Opens the store at `path`; what a test leaves open is closed after it."""
    stores: list[Store] = []

    def open_(**changes: object) -> Store:
        store = Store.open(**{"path": path, "documents_of": documents_of, "clock": clock} | changes)
        stores.append(store)
        return store

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


@pytest.fixture
def revised() -> Callable[[SessionRecord], SessionRecord]:
    return lambda record: replace(record, revision=record.revision + 1)


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Has patience, up to 20 s, with what another thread brings about."""

    def eventually_(holds: Callable[[], bool]) -> bool:
        pause = Event()
        return any(holds() or pause.wait(0.01) for _ in range(2000))

    return eventually_
