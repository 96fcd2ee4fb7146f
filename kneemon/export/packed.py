# SPDX-License-Identifier: MIT
"""Many files as one: a ZIP that is sent while it is made, or one that only a pass phrase opens.

The sealed one is AES-256 (WinZip's AE-2): 7-Zip, WinZip, Keka, The Unarchiver and bsdtar open it; Windows' own Explorer
and Debian's unzip do not. The names of its files, and their sizes, can be read by everybody.
"""

import io
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from kneemon.errors import ExportError

Files = Iterable[tuple[str, Iterable[bytes]]]

LEAST_CHARACTERS = 12
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_GROUPS, _GROUP = 5, 4
_CHUNK = 64 * 1024


def new_pass_phrase() -> str:
    """Twenty letters and digits in groups, to be told by telephone: 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def zipped(files: Files) -> Iterator[bytes]:
    """The ZIP, chunk by chunk; of a file no more is held than one of its chunks."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, chunks in files:
            with archive.open(_plain(name), "w", force_zip64=True) as entry:
                for chunk in chunks:
                    entry.write(chunk)
                    yield from sink.taken()
            yield from sink.taken()
    yield from sink.taken()


def sealed(files: Files, pass_phrase: str, folder: Path | None = None) -> IO[bytes]:
    """The sealed ZIP, as an open file without a name, at its beginning. ExportError when the phrase is too short.

    folder: where it takes its room; None: where temporary files are.
    """
    if len(pass_phrase) < LEAST_CHARACTERS:
        raise ExportError(
            "the pass phrase of the bundle",
            expected=f"at least {LEAST_CHARACTERS} characters",
            seen=f"{len(pass_phrase)}",
            remedy="Take a longer one, such as four words, or let kneemon make one.",
        )
    import pyzipper  # a dozen megabytes of code, for this alone

    made = TemporaryFile(dir=folder)  # noqa: SIM115  it is the caller's to close
    with pyzipper.AESZipFile(made, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(pass_phrase.encode())
        for name, chunks in files:
            archive.writestr(_plain(name), b"".join(chunks))
    made.seek(0)
    return made


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The rest of the file, which is closed at its end."""
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _plain(name: str) -> str:
    """A name that stays in the folder it is unpacked into."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "file"


class _Sink(io.RawIOBase):
    """Where a ZIP is written to that is read at once."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, chunk: bytes) -> int:  # type: ignore[override]
        self._written.append(bytes(chunk))
        self._at += len(chunk)
        return len(chunk)

    def tell(self) -> int:
        return self._at

    def taken(self) -> Iterator[bytes]:
        """What was written since; the sink is empty afterwards."""
        written, self._written = self._written, []
        yield from written
