# SPDX-License-Identifier: MIT
"""A backup as a file: a ZIP with the store, the plan, the configuration, and a list with the digest of each.

A person can open it with whatever opens a ZIP, and the database in it with whatever opens SQLite. No password, no key
and no pass phrase is in it. Only files of known names are ever taken out of one.
"""

import errno
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from kneemon.errors import BackupError

FORMAT: Final = "kneemon-backup"
VERSION: Final = 1
LIST = "manifest.json"
STORE = "kneemon.db"
BESIDE = ("plan.toml", "kneemon.toml", "calibration.json")
SPARE_BYTES = 1_000_000
MOST_LIST_BYTES = 100_000
MOST_PACKED = 100  # to one; a diary packs to a fifth or so, a trap to a thousandth
SMALL_BYTES = 10_000_000  # that little may pack to nothing

_CHUNK = 1 << 20
_ZIP_BEGINS = datetime(1980, 1, 1)  # noqa: DTZ001  a ZIP knows no zone, and no earlier time
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)

Told = Callable[[float], None]  # what share is done, 0 to 1

# Errors of the disk: what was expected, what was seen, what to do.
_FULL = ("room on its disk", "a full disk", "Free some space there, or name another folder.")
_FORBIDDEN = ("a folder that may be written", "no permission", "Name another folder, or run it as who may write there.")
_FAULTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: ("a disk for files of this size", "one for smaller files", "Format the stick as exFAT or ext4."),
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: ("a disk that may be written", "a write-protected one", "Look for a slider on it, or take another."),
    errno.ENOENT: ("it to be there", "nothing of that name", "Check the name; is the stick plugged in?"),
    errno.EISDIR: ("a file", "a folder", "Check the name."),
}


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup says of itself. rows: of the store, by table. files: SHA-256 by name."""

    format: str
    version: int
    made_at: datetime
    device: str
    software: str
    schema: int
    rows: dict[str, int]
    files: dict[str, str]


def write_zip(to: Path, files: Mapping[str, Path], manifest: Manifest, told: Told) -> Manifest:
    """Write it through to the disk, and return the manifest with the files' digests; OSError."""
    whole = sum(path.stat().st_size for path in files.values()) or 1
    when = max(manifest.made_at.replace(tzinfo=None), _ZIP_BEGINS)
    done, digests = 0, {}
    with to.open("r+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, path in files.items():
                digest = hashlib.sha256()
                with path.open("rb") as source, archive.open(_entry(name, when), "w", force_zip64=True) as entry:
                    while chunk := source.read(_CHUNK):
                        digest.update(chunk)
                        entry.write(chunk)
                        done += len(chunk)
                        told(done / whole)
                digests[name] = digest.hexdigest()
            complete = msgspec.structs.replace(manifest, files=digests)
            archive.writestr(_entry(LIST, when), msgspec.json.format(msgspec.json.encode(complete)))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # what is read back comes from the disk
    return complete


class BackupFile:
    """An open backup, made by `opened_backup`. manifest: what it says of itself."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._path = path
        self._archive = archive

    def size(self, name: str) -> int:
        return self._archive.getinfo(name).file_size

    def size_of_all(self) -> int:
        return sum(map(self.size, self.manifest.files))

    def verify(self, told: Told) -> None:
        """BackupError unless every file is there as it was put there."""
        whole = self.size_of_all() or 1
        done = 0
        for name in self.manifest.files:
            for chunk in self._chunks(name):
                done += len(chunk)
                told(done / whole)

    def take(self, name: str, to: Path) -> None:
        """Write the file of that name through to the disk; BackupError when it is not as it was put there."""
        with to.open("wb") as file:
            os.fchmod(file.fileno(), 0o640)
            for chunk in self._chunks(name):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    def _chunks(self, name: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with _damage_told(self._path), self._archive.open(name) as entry:
            while chunk := entry.read(_CHUNK):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != self.manifest.files[name]:
            raise damaged(self._path, f"a {name} that was changed")


@contextmanager
def opened_backup(path: Path) -> Iterator[BackupFile]:
    """BackupError when there is none at `path`, or it is damaged, or a newer kneemon made it; OSError."""
    with _damage_told(path), zipfile.ZipFile(path) as archive:
        yield BackupFile(path, archive, _manifest(path, archive))


def damaged(path: Path, seen: str) -> BackupError:
    return BackupError(
        f"the backup {path}",
        expected="it whole, as it was made",
        seen=seen,
        remedy="Take another one; a stick that damages files belongs into the bin.",
    )


@contextmanager
def disk_told(what: str) -> Iterator[None]:
    """Raise as BackupError what a disk or a stick complains about within."""
    try:
        yield
    except OSError as error:
        expected, seen, remedy = _FAULTS.get(
            error.errno or 0,
            ("a disk that answers", error.strerror or str(error), "Was the stick taken away? Plug it in and repeat."),
        )
        raise BackupError(what, expected=expected, seen=seen, remedy=remedy) from error


def room(folder: Path, needed: int) -> None:
    """BackupError unless there are so many bytes where the folder is, or will be."""
    disk = os.statvfs(next(each for each in (folder, *folder.absolute().parents) if each.exists()))
    free = disk.f_bavail * disk.f_frsize
    if free < needed + SPARE_BYTES:
        raise BackupError(
            f"no room for what is kept in {folder}",
            expected=f"{(needed + SPARE_BYTES) / 1e6:.0f} MB",
            seen=f"{free / 1e6:.0f} MB",
            remedy="Free some space there; nothing was changed.",
        )


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        info = archive.getinfo(LIST)
        text = archive.read(info) if info.file_size <= MOST_LIST_BYTES else b""
        manifest = msgspec.json.decode(text, type=Manifest)
    except (KeyError, msgspec.MsgspecError) as error:
        raise _foreign(path, "a ZIP that kneemon did not make") from error
    if manifest.format != FORMAT:
        raise _foreign(path, "a ZIP that kneemon did not make")
    if manifest.version > VERSION:
        raise BackupError(
            f"the backup {path}",
            expected=f"version {VERSION} at most",
            seen=f"version {manifest.version}",
            remedy="A newer kneemon made it: upgrade this one.",
        )
    names = set(archive.namelist())
    missing = [name for name in (STORE, *manifest.files) if name not in names or name not in manifest.files]
    if missing or not set(manifest.files) <= {STORE, *BESIDE}:
        raise damaged(path, f"no {missing[0]} in it" if missing else "files that belong into no backup")
    _no_trap(path, archive)
    return manifest


def _no_trap(path: Path, archive: zipfile.ZipFile) -> None:
    """A small file that unpacks without end; what it says of its sizes is held to while it is read."""
    for entry in archive.infolist():
        if entry.file_size > SMALL_BYTES + MOST_PACKED * entry.compress_size:
            raise BackupError(
                f"the file {path}",
                expected="a backup of kneemon",
                seen=f"a ZIP of {path.stat().st_size / 1e6:.1f} MB that unpacks to {entry.file_size / 1e6:.0f} MB",
                remedy="kneemon makes no such file: do not use it.",
            )


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise damaged(path, str(error) or type(error).__name__) from error


def _foreign(path: Path, seen: str) -> BackupError:
    return BackupError(
        f"the file {path}",
        expected="a backup of kneemon",
        seen=seen,
        remedy="A backup's name is kneemon-backup-….zip; `kneemon import` reads a whole export.",
    )


def _entry(name: str, when: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (when.year, when.month, when.day, when.hour, when.minute, when.second))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o640 << 16
    return info
