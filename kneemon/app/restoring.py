# SPDX-License-Identifier: MIT
"""Puts a backup in the place of the store: looked at first, then in one step, and what was there is kept beside it.

A bare database of kneemon can be put there, too, which is how a restoring is undone. A plan, a configuration or a
calibration goes where there is none; it never replaces one.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kneemon.app.backup_file import STORE, BackupFile, disk_told, opened_backup, room
from kneemon.app.backup_making import Told
from kneemon.errors import BackupError
from kneemon.ports import Clock
from kneemon.store.backup import Contents, checked, take_database
from kneemon.store.replacing import replacing

_ZIP, _DATABASE = b"PK\x03\x04", b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Restored:
    """kept: the store that was there before, None when there was none. placed, left: files beside the store, put there
    or not, as one is there already or the folder may not be written."""

    contents: Contents
    kept: Path | None
    placed: tuple[Path, ...]
    left: tuple[str, ...]


def restore(file: Path, store: Path, beside: Mapping[str, Path], clock: Clock, told: Told) -> Restored:
    """Put the backup at `file` in the place of `store`. beside: where further files of a backup belong, by name.

    BackupError when it is none or damaged, StoreError when a kneemon runs there, the disk refuses, or a newer one made
    it; then nothing has changed.
    """
    when = f"{clock.today():%Y%m%d}-{clock.time_of_day():%H%M%S}"
    with disk_told(f"the backup {file}"), file.open("rb") as opened:
        begins = opened.read(len(_DATABASE))
    if begins == _DATABASE:
        with disk_told(f"the backup {file}"):
            size = file.stat().st_size
        room(store.parent, size)
        with replacing(store, when) as place:
            take_database(file, place.new)
            told("checking", 0.0)
            contents = checked(place.new)
        return Restored(contents, place.kept, (), ())
    if not begins.startswith(_ZIP):
        raise BackupError(
            f"the file {file}",
            expected="a backup of kneemon",
            seen="another file",
            remedy="A backup's name is kneemon-backup-….zip; `kneemon import` reads a whole export.",
        )
    with disk_told(f"restoring {file}"), opened_backup(file) as backup:
        room(store.parent, backup.size_of_all())
        backup.verify(lambda share: told("reading", share))
        with replacing(store, when) as place:
            backup.take(STORE, place.new)
            told("checking", 0.0)
            contents = checked(place.new)
        placed, left = _put_beside(backup, beside)
    return Restored(contents, place.kept, placed, left)


def _put_beside(backup: BackupFile, beside: Mapping[str, Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    placed: list[Path] = []
    left: list[str] = []
    for name in backup.manifest.files:
        if name == STORE:
            continue
        path = beside.get(name)
        if path is None or os.path.lexists(path) or not _placed(backup, name, path):
            left.append(name)
        else:
            placed.append(path)
    return tuple(placed), tuple(left)


def _placed(backup: BackupFile, name: str, path: Path) -> bool:
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        backup.take(name, part)
        folder = path.parent.stat()
        if os.geteuid() == 0:
            os.chown(part, folder.st_uid, folder.st_gid)
        part.rename(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True
