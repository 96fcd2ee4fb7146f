# SPDX-License-Identifier: MIT
"""A whole export into a device on which nobody has walked yet: the same store again, or none of it.

The new store is made beside the place and read once through before it is put there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec import MsgspecError

from kneemon.errors import BackupError, StoreError
from kneemon.export.whole import OpenedWhole, opened_whole, parts
from kneemon.ports import Clock
from kneemon.store.reader import StoreReader
from kneemon.store.replacing import replacing
from kneemon.store.snapshot import Rows, fill, untouched

PAGE = 50  # walks looked at together


@dataclass(frozen=True, slots=True)
class Imported:
    """rows: by table. kept: the store that was there before, with nothing in it, None when there was none."""

    device: str
    rows: Mapping[str, int]
    kept: Path | None


def import_whole(file: Path, store: Path, clock: Clock) -> Imported:
    """Make the store at `store` of the document at `file`.

    BackupError when the document is none or damaged, or the store has something in it; StoreError when a kneemon is
    running there or the disk refuses. Then nothing has changed.
    """
    whole = opened_whole(file)
    with replacing(store, f"{clock.today():%Y%m%d}-{clock.time_of_day():%H%M%S}") as place:
        if store.exists() and not untouched(store):
            raise BackupError(
                f"nothing is imported into {store}",
                expected="a device on which nobody has walked yet",
                seen="a store with walks or answers in it",
                remedy="Name another store with --store; `kneemon restore` replaces one, and keeps what was there.",
            )
        counted: Counter[str] = Counter()
        try:
            fill(place.new, _counting(whole, counted), whole.diary_told)
            _read_through(place.new)
        except (ValueError, OverflowError) as error:  # no walk, columns of unequal length, rows that no table takes
            raise _damaged(file, str(error)) from error
        except StoreError as error:
            if isinstance(error.__cause__, MsgspecError):  # a row that is read is no walk
                raise _damaged(file, str(error.__cause__)) from error
            raise
        return Imported(whole.device, counted, place.kept)


def _counting(whole: OpenedWhole, counted: Counter[str]) -> Iterator[Rows]:
    for table, columns, rows in parts(whole):
        known = list(rows)
        counted[table] += len(known)
        yield Rows(table, columns, known)


def _read_through(path: Path) -> None:
    """What cannot be read as a walk, an anchor or a plan raises StoreError or ValueError."""
    with StoreReader(path) as reader:
        before = None
        while walks := reader.session_page(before, PAGE):
            before = walks[-1].session_id
            for walk in walks:
                reader.former(walk.session_id)
        reader.anchors()
        reader.plan_versions()


def _damaged(file: Path, seen: str) -> BackupError:
    return BackupError(
        f"the file {file}",
        expected="rows that make a store",
        seen=seen,
        remedy="Nothing was imported. Take the file as kneemon wrote it.",
    )
