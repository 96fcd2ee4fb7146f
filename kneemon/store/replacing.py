# SPDX-License-Identifier: MIT
"""Another store in the place of the present one: made beside it, put there in one step, and the present one kept.

Who does this may be the administrator, while the service that is to write there afterwards is not: what is made here
belongs to whom the folder belongs to.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kneemon.store import connect
from kneemon.store.durable import sync
from kneemon.store.faults import explained

NEW, KEPT = ".new", ".before-restore-"
ENDS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Place:
    """new: where the other store is to be made. kept: where the present one will be, None when there is none."""

    new: Path
    kept: Path | None


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody else writes into the store meanwhile; StoreError when a kneemon does already."""
    with connect.lock(path):
        give(path.with_name(f"{path.name}.lock"), path.parent)
        yield


@contextmanager
def replacing(path: Path, when: str) -> Iterator[Place]:
    """What has been made at `Place.new` takes the place of the store when the block ends well; else nothing changes.

    when: distinguishes what is kept. StoreError when a kneemon is running, or the disk refuses.
    """
    with held(path):
        kept = _free(path.with_name(f"{path.name}{KEPT}{when}")) if path.exists() else None
        place = Place(path.with_name(f"{path.name}{NEW}"), kept)
        _remove(place.new)
        try:
            yield place
            with explained(path):
                sync(place.new)
                give(place.new, path if path.exists() else path.parent)
                if kept is not None:
                    _put_aside(path, kept)
                place.new.replace(path)
                sync(path.parent)
        finally:
            _remove(place.new)


def _put_aside(path: Path, kept: Path) -> None:
    """The database stays in its place, too, until the new one takes it: a power cut leaves one of them there."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=connect.BUSY_S)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept.hardlink_to(path)
    sync(path.parent)
    for end in ENDS[1:]:  # a journal of the old one would spoil the new one
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(kept.with_name(kept.name + end))


def _free(path: Path) -> Path:
    """The path, or one like it that nothing is at."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in range(2, 1000))
    return next(each for each in (path, *numbered) if not os.path.lexists(each))


def _remove(path: Path) -> None:
    for end in ENDS:
        path.with_name(path.name + end).unlink(missing_ok=True)


def give(path: Path, like: Path) -> None:
    """The file gets the owner of the other; only the administrator can, and only there it matters."""
    owner = like.stat()
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)
