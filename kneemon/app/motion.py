# SPDX-License-Identifier: MIT
"""The stored walks that have raw samples, as a BIDS-Motion data set: see `export.bids`."""

from collections.abc import Collection, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from kneemon.export.bids import File, MotionWalk, bids_files
from kneemon.model.samples import SampleBlock
from kneemon.store.raw import RawWalk
from kneemon.store.raw_rows import raw_walks
from kneemon.store.reader import StoreReader


def motion_files(path: Path, reader: StoreReader, session_ids: Collection[str] | None = None) -> Iterator[File]:
    """Of these walks, None for all, those that have samples; may be none. Raises StoreError, also while it is read."""
    recorded = raw_walks(path)
    wanted = recorded if session_ids is None else recorded & set(session_ids)
    walks = [
        MotionWalk(record, reader.events(record.session_id), partial(_blocks, path, record.session_id))
        for record in reader.walks()
        if record.session_id in wanted
    ]
    return bids_files(walks)


def _blocks(path: Path, session_id: str) -> Iterator[SampleBlock]:
    with closing(RawWalk(path, session_id)) as raw:
        while (block := raw.read()) is not None:
            yield block
