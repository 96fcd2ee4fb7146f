# SPDX-License-Identifier: MIT
"""Files into a folder: all of them whole, or none, whatever happens to disk and power."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from kneemon.errors import ExportError

# Errors of the disk: what was expected, what was seen, what to do.
_FULL = ("room on the disk", "a full disk", "Free some space, or choose another folder.")
_FORBIDDEN = ("a folder that may be written", "no permission", "Choose another folder.")
_NO_FOLDER = ("a folder", "something else of that name", "Move it away, or choose another folder.")
_FAULTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
}


def write_files(folder: Path, files: Iterable[tuple[str, Iterable[bytes]]]) -> tuple[Path, ...]:
    """Write them into `folder`, made if need be: all of them or, with an ExportError, none.

    Each name may have folders of its own, below `folder`. Files of the same name, of an earlier export, are replaced.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".kneemon-", dir=folder) as hidden:
            names = []
            for name, chunks in files:
                _below(folder, name)
                _write_through(Path(hidden, name), chunks)
                names.append(name)
            for name in names:
                _no_folder_in_the_way(folder, name)
            for parent in {(folder / name).parent for name in names}:
                parent.mkdir(parents=True, exist_ok=True)
            targets = tuple(Path(hidden, name).replace(folder / name) for name in names)
        _sync_folder(folder)
    except OSError as error:
        expected, seen, remedy = _FAULTS.get(
            error.errno or 0,
            ("a folder that can be written", error.strerror or str(error), "Check the path, or choose another folder."),
        )
        raise ExportError(f"no export into {folder}", expected=expected, seen=seen, remedy=remedy) from error
    return targets


def _below(folder: Path, name: str) -> None:
    if "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        raise ExportError(
            f"no export into {folder}",
            expected="names of files below it",
            seen=repr(name[:80]),
            remedy="A walk of this name is not kneemon's own; restore a backup from before it came.",
        )


def _write_through(path: Path, chunks: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())


def _no_folder_in_the_way(folder: Path, name: str) -> None:
    """A rename onto a folder fails, and would do so half-way."""
    if (folder / name).is_dir():
        raise ExportError(
            f"no export into {folder}",
            expected=f"a file {name}",
            seen="a folder of that name",
            remedy="Move it away, or choose another folder.",
        )


def _sync_folder(folder: Path) -> None:
    """Make the names outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
