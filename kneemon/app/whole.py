# SPDX-License-Identifier: MIT
"""Everything of the store as one JSON document, piece by piece; the store is read as it is at one moment."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kneemon import __version__
from kneemon.export.whole import whole_json
from kneemon.ports import Clock
from kneemon.store.rows import instant
from kneemon.store.snapshot import Snapshot


def whole_of(path: Path, clock: Clock, *, raw: bool = False) -> Iterator[bytes]:
    """The document in pieces that may be written or sent as they come; StoreError, BackupError.

    raw: with the sensor's samples, where they were recorded.
    """
    with closing(Snapshot(path)) as tables:
        yield from whole_json(tables, software=__version__, made_at=instant(clock.anchor().utc), raw=raw)
