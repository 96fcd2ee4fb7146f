# SPDX-License-Identifier: MIT
"""The text of a recording: whole lines after a checked header, piece by piece, out of a plain or a gzip file.

Whether it is gzip is decided by content, never by name. Memory is bounded by the piece. Every fault of the file is a
RecordingError; one that shows late (a torn gzip file) is raised where it shows, after good lines were handed out. It
knows nothing of numbers.
"""

import gzip
import os
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from kneemon.errors import RecordingError

COLUMNS = ("t", "ax", "ay", "az")
HEADER = ",".join(COLUMNS)
PIECE_BYTES = 1 << 20
LONGEST_LINE_BYTES = 1 << 16
SEPARATORS = {";": "semicolons", "\t": "tabs"}  # what spreadsheets write instead of commas
COMMAS_AND_POINTS = "Separate the columns with commas, and write decimals with a point."
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
GZIP_MAGIC = b"\x1f\x8b"


class RecordingText:
    """Opens the file and reads its header at once; the lines follow as they are asked for."""

    def __init__(self, path: Path, *, piece_bytes: int = PIECE_BYTES) -> None:
        self._path = path
        self._piece_bytes = piece_bytes
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise self._error("a recording", "no such file", "Check the path.") from None
        except IsADirectoryError:
            raise self._error("a recording", "a folder", "Name a file in it.") from None
        except OSError as fault:
            raise self._error("a readable file", str(fault.strerror), "Check the file's permissions.") from None
        self._size = os.fstat(self._file.fileno()).st_size
        self._stream: BufferedReader | gzip.GzipFile = self._file
        if self._file.peek(2)[:2] == GZIP_MAGIC:
            self._stream = gzip.GzipFile(fileobj=self._file)
        try:
            self._pieces = self._read_pieces()
            self._first = self._without_header(next(self._pieces, b""))
        except RecordingError:
            self.close()
            raise

    @property
    def progress(self) -> float | None:
        """How much of the file has been read, 0 to 1; None when its size is not known or it is closed."""
        if self._file.closed or not self._size:
            return None
        return min(1.0, self._file.tell() / self._size)

    def pieces(self) -> Iterator[tuple[int, list[str]]]:
        """Lines, once, with the number in the file of each piece's first; the header is line 1."""
        number = 2
        for piece in self._after_header():
            lines = piece.decode("latin-1").split("\n")
            if not lines[-1]:
                lines.pop()
            yield number, lines
            number += len(lines)

    def close(self) -> None:
        self._stream.close()
        self._file.close()

    def _after_header(self) -> Iterator[bytes]:
        if self._first:
            yield self._first
        yield from self._pieces

    def _read_pieces(self) -> Iterator[bytes]:
        rest = b""
        while data := self._read():
            data = rest + data
            cut = data.rfind(b"\n") + 1
            if not cut and len(data) > LONGEST_LINE_BYTES:
                cut = len(data)
            rest = data[cut:]
            if cut:
                yield data[:cut]
        if rest:
            yield rest

    def _read(self) -> bytes:
        try:
            return self._stream.read(self._piece_bytes)
        except EOFError:
            seen = "a gzip file that ends too early"
        except (gzip.BadGzipFile, zlib.error):
            seen = "damaged gzip data"
        except OSError as fault:
            seen = str(fault.strerror or fault)
        raise self._error("a whole file", seen, "Copy it again; a part is not taken for the walk.")

    def _without_header(self, piece: bytes) -> bytes:
        """The piece after its first line, which must be the header."""
        wanted = f"the header {HEADER}"
        if not piece:
            raise self._error(wanted, "an empty file", "Record again.")
        if piece.startswith(UTF_16_MARKS):
            raise self._error("text in UTF-8", "text in UTF-16", "Save the recording again with the encoding UTF-8.")
        line, _, rest = piece.partition(b"\n")
        try:
            header = line.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            header = "\0"
        if not header.replace("\t", " ").isprintable():
            raise self._error("text", "binary data", "Export the recording as CSV.")
        names = _names(header, ",")
        if names[: len(COLUMNS)] == COLUMNS:
            return rest
        shown = f"“{shortened(header)}”"
        for separator, words in SEPARATORS.items():
            if len(_names(header, separator)) >= len(COLUMNS):
                raise self._error(wanted, f"{shown}, columns separated by {words}", COMMAS_AND_POINTS)
        if _is_number(names[0]):
            remedy = "Add the header as the first line; further columns may follow these four."
            raise self._error(wanted, f"none, the first line is {shown}", remedy)
        if set(COLUMNS) <= set(names):
            raise self._error(wanted, shown, f"Put the columns in the order {HEADER}; others may follow these four.")
        remedy = f"Replace the first line by {HEADER} if the columns are these; others may follow these four."
        raise self._error(wanted, shown, remedy)

    def _error(self, expected: str, seen: str, remedy: str) -> RecordingError:
        return RecordingError(str(self._path), expected=expected, seen=seen, remedy=remedy)


def _names(header: str, separator: str) -> tuple[str, ...]:
    return tuple(name.strip(' "').lower() for name in header.split(separator))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def shortened(text: str) -> str:
    """The text as an error message can bear it."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in text[:60])
    return shown if len(text) <= 60 else shown[:57] + "…"
