# SPDX-License-Identifier: MIT
"""Makes a backup in a folder or on a stick while kneemon walks on, and reads it back before it has its name.

The copy is made on the stick, not on the device's own card, which has little room and wears out. A name with .part is
one that was cut off. Nothing is asked of the stick's file system but files and their renaming.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kneemon import __version__
from kneemon.app.backup_file import FORMAT, STORE, VERSION, Manifest, disk_told, opened_backup, write_zip
from kneemon.errors import BackupError
from kneemon.ports import Clock
from kneemon.store.backup import Contents, copy_store, size_of
from kneemon.store.durable import sync

PREFIX, SUFFIX = "kneemon-backup-", ".zip"
SPARE_BYTES = 1_000_000
STICKS = (Path("/media"), Path("/run/media"))
MOUNTS = Path("/proc/self/mounts")

Told = Callable[[str, float], None]  # what is being done, and what share of it is


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was checked. files: what is in it. left_out: what could not be read. same_disk: as the store's."""

    path: Path
    bytes_: int
    contents: Contents
    files: tuple[str, ...]
    left_out: tuple[str, ...]
    same_disk: bool


def make_backup(store: Path, beside: Mapping[str, Path], folder: Path, clock: Clock, told: Told) -> Made:
    """Make one in `folder`, which is there. beside: further files, if they are there, by their names in the backup.

    StoreError when the store cannot be read, BackupError when the backup cannot be made or is not what was written.
    """
    what = f"no backup in {folder}"
    if not folder.is_dir():
        raise BackupError(
            what,
            expected="a folder",
            seen="a file" if folder.exists() else "nothing of that name",
            remedy="Is the stick plugged in and mounted? A new folder is yours to make.",
        )
    needed = 2 * size_of(store) + SPARE_BYTES
    with disk_told(what), _working(folder, needed) as (copy, part):
        contents = copy_store(store, copy, lambda share: told("copying", share))
        readable, left_out = _readable(beside)
        anchor = clock.anchor()
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            made_at=anchor.utc,
            device=contents.device,
            software=__version__,
            schema=contents.schema,
            rows=dict(contents.rows),
            files={},
        )
        files = {STORE: copy} | readable
        written = write_zip(part, files, manifest, lambda share: told("packing", share))
        with opened_backup(part) as backup:
            if backup.manifest != written:
                raise BackupError(what, expected="it as it was written", seen="another", remedy="Use another stick.")
            backup.verify(lambda share: told("reading it back", share))
        path = _free(folder, f"{PREFIX}{clock.today():%Y%m%d}-{clock.time_of_day():%H%M%S}")
        part.rename(path)
        sync(folder)  # the name outlives a stick that is pulled out
        size = path.stat().st_size
        same_disk = folder.stat().st_dev == store.parent.stat().st_dev
    return Made(path, size, contents, tuple(files), left_out, same_disk)


def prune(made: Made, keep: int) -> list[Path]:
    """Remove the oldest backups of the same device beside this one, until there are `keep`; returns which.

    What is no backup, is damaged or of another device stays.
    """
    others = []
    for path in made.path.parent.glob(f"{PREFIX}*{SUFFIX}"):
        if path == made.path:
            continue
        try:
            with disk_told(str(path)), opened_backup(path) as backup:
                if backup.manifest.device == made.contents.device:
                    others.append((backup.manifest.made_at, path))
        except BackupError:
            continue
    surplus = [path for _, path in sorted(others, reverse=True)[max(0, keep - 1) :]]
    with disk_told(f"the older backups in {made.path.parent}"):
        for path in surplus:
            path.unlink()
    return surplus


def the_stick(mounts: Path = MOUNTS, below: tuple[Path, ...] = STICKS) -> Path:
    """The one stick that is plugged in and mounted; BackupError naming what is there when it is not one."""
    with disk_told("the list of what is mounted"):
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    points = [Path(_unescaped(line.split(" ")[1])) for line in lines]
    sticks = sorted({point for point in points if any(root in point.parents for root in below)})
    if len(sticks) == 1:
        return sticks[0]
    raise BackupError(
        "the folder for the backup",
        expected=f"one stick below {' or '.join(map(str, below))}",
        seen=" and ".join(map(str, sticks)) or "none",
        remedy="Name the folder: `kneemon backup FOLDER`. docs/backup.md tells how a stick is mounted.",
    )


@contextmanager
def _working(folder: Path, needed: int) -> Iterator[tuple[Path, Path]]:
    """Places for the copy and for the backup that is not yet one; both are gone afterwards."""
    places = folder / f".{PREFIX}copy.part", folder / f".{PREFIX}new.part"
    try:
        for place in places:  # of one that was cut off
            place.unlink(missing_ok=True)
            os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640))
        free = os.statvfs(folder)
        if free.f_bavail * free.f_frsize < needed:
            raise BackupError(
                f"no backup in {folder}",
                expected=f"{needed / 1e6:.0f} MB of room",
                seen=f"{free.f_bavail * free.f_frsize / 1e6:.0f} MB",
                remedy="Free some space there, or name another folder.",
            )
        yield places
    finally:
        for place in (*places, places[0].with_name(f"{places[0].name}-journal")):
            _forget(place)


def _forget(place: Path) -> None:
    """A stick that is gone has taken it along."""
    try:
        place.unlink(missing_ok=True)
    except OSError:
        return


def _readable(beside: Mapping[str, Path]) -> tuple[dict[str, Path], tuple[str, ...]]:
    readable, left_out = {}, []
    for name, path in beside.items():
        try:
            with path.open("rb"):
                readable[name] = path
        except FileNotFoundError:
            continue
        except OSError:
            left_out.append(name)
    return readable, tuple(left_out)


def _free(folder: Path, stem: str) -> Path:
    numbered = (folder / f"{stem}-{number}{SUFFIX}" for number in range(2, 1000))
    return next(path for path in (folder / f"{stem}{SUFFIX}", *numbered) if not os.path.lexists(path))


def _unescaped(field: str) -> str:
    """Blanks and the like stand as octal numbers in the list of mounts."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
