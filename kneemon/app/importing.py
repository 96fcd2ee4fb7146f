# SPDX-License-Identifier: MIT
"""A whole export into a device on which nobody has walked yet: the same store again, or none of it.

The new store is made beside the place and read once through before it is put there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec import MsgspecError

from kneemon.app.backup_file import room
from kneemon.errors import BackupError, StoreError
from kneemon.export.whole import OpenedWhole, opened_whole, parts
from kneemon.model.names import names_a_device, names_a_walk
from kneemon.ports import Clock
from kneemon.store.reader import StoreReader
from kneemon.store.replacing import replacing
from kneemon.store.rows import Row
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
    folder = next(each for each in store.absolute().parents if each.is_dir())
    with suppress(OSError):  # told when it is opened
        room(folder, 2 * file.stat().st_size)  # the document as it is read, and the store
    whole = opened_whole(file, folder)
    _named_well(file, whole)
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
        if table == "session":
            _walks_named_well(columns, known)
        yield Rows(table, columns, known)


def _walks_named_well(columns: Sequence[str], walks: Sequence[Row]) -> None:
    """Their names become names of files."""
    for name in (row[columns.index("session_id")] for row in walks):
        if not names_a_walk(name):
            raise ValueError(f"a walk named {str(name)[:40]!r}")


def _named_well(file: Path, whole: OpenedWhole) -> None:
    """The device's name becomes a topic of the broker's."""
    if whole.device and not names_a_device(whole.device):
        raise _damaged(file, f"a device named {whole.device[:40]!r}")
    if "device" in whole.notes:
        raise _damaged(file, "another device among the notes")


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
