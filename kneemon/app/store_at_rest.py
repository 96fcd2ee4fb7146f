# SPDX-License-Identifier: MIT
"""The store as a command line writes into it while no kneemon runs."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kneemon.app.broker import broker_settings, documents_of, told_as, wants_detail
from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.errors import StoreError
from kneemon.ports import Clock
from kneemon.store.writer import Store


@contextmanager
def store_at_rest(config: Config, places: Places, path: Path, clock: Clock) -> Iterator[Store]:
    """What was given is on disk afterwards. StoreError while a kneemon runs on it, or when it cannot be written."""
    settings = broker_settings(config, places, os.environ)
    store = Store.open(
        path,
        documents_of=documents_of(settings),
        told=told_as(settings),
        detail=wants_detail(settings),
        outbox_mb=config.store.outbox_mb,
        raw_mb=config.raw.most_mb,
        commit_s=config.store.commit_s,
        clock=clock,
    )
    with closing(store):
        yield store
        store.flush()
        problem = store.problem()
    if problem is not None:
        raise StoreError(
            f"the store {path}",
            expected="that it can be written",
            seen=problem.rstrip("."),
            remedy="Then try again.",
        )
