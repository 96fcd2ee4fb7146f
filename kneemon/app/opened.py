# SPDX-License-Identifier: MIT
"""The store as it is to be looked at once: by a page, a report, an export."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kneemon.app.reading import Reading
from kneemon.errors import StoreEmptyError
from kneemon.ports import Clock
from kneemon.store.reader import StoreReader


@contextmanager
def opened(path: Path, clock: Clock, zone: str = "") -> Iterator[Reading]:
    """zone: the walker's as configured; else what `setup` was told, else this machine's. Raises StoreError."""
    try:
        reader = StoreReader(path)
    except StoreEmptyError:
        yield Reading(path, None, clock.today(), zone or clock.zone())
        return
    with reader:
        profile = Reading(path, reader, clock.today()).profile
        clock.live_in(zone or (profile.tz if profile else ""))
        yield Reading(path, reader, clock.today(), clock.zone())
