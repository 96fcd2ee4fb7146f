# SPDX-License-Identifier: MIT
"""A recording as a sample source: blocks of a file, as fast as they are read.

Stream time is the file's own time. Block borders lie at t0 + k·block_s, t0 the first stamp; a block never spans dropped
rows, so that `lost_before` stands exactly where they were. Gaps stay gaps. The file's form and its faults are
`recording_text`'s and `recording_rows`' matter; pacing is nobody's. Units: seconds, g including gravity.
"""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from threading import Lock

import numpy as np

from kneemon.model.samples import Array, SampleBlock
from kneemon.sensor.recording_rows import Rows, read_rows
from kneemon.sensor.recording_text import PIECE_BYTES, RecordingText


class RecordingSource:
    """A SampleSource that ends. Opening raises RecordingError for a missing or foreign file, `read` for a bad line."""

    def __init__(self, path: str | PathLike[str], *, block_s: float = 0.25, piece_bytes: int = PIECE_BYTES) -> None:
        self._path = Path(path)
        self._text = RecordingText(self._path, piece_bytes=piece_bytes)
        self._blocks = _blocks(read_rows(str(path), self._text.pieces()), block_s)
        self._lock = Lock()
        self._closed = False

    @property
    def describe(self) -> str:
        return f"recording {self._path}"

    @property
    def progress(self) -> float | None:
        """How much of the file has been read, 0 to 1; None when its size is not known."""
        return self._text.progress

    def read(self) -> SampleBlock | None:
        """The next block; None at the end, or when closed. Raises RecordingError."""
        with self._lock:
            return None if self._closed else next(self._blocks, None)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._text.close()


def read_recording(path: str | PathLike[str]) -> tuple[Array, Array]:
    """A whole file: t_s (n,) strictly increasing, acc_g (n, 3). Raises RecordingError."""
    text = RecordingText(Path(path))
    try:
        rows = list(read_rows(str(path), text.pieces()))
    finally:
        text.close()
    return np.concatenate([piece.t_s for piece in rows]), np.concatenate([piece.acc_g for piece in rows])


def _blocks(pieces: Iterator[Rows], block_s: float) -> Iterator[SampleBlock]:
    """Cut at the borders and where rows were dropped; the last block of a piece waits for what follows it."""
    t0_s: float | None = None
    waiting: Rows | None = None
    for piece in pieces:
        rows = piece if waiting is None else _joined(waiting, piece)
        t0_s = float(rows.t_s[0]) if t0_s is None else t0_s
        of_block = np.floor((rows.t_s - t0_s) / block_s)
        cuts = np.flatnonzero((np.diff(of_block) > 0) | (rows.lost[1:] > 0)) + 1
        begin = 0
        for end in cuts.tolist():
            yield SampleBlock(rows.t_s[begin:end], rows.acc_g[begin:end], int(rows.lost[begin]))
            begin = end
        waiting = Rows(rows.t_s[begin:], rows.acc_g[begin:], rows.lost[begin:])
    if waiting is not None:
        yield SampleBlock(waiting.t_s, waiting.acc_g, int(waiting.lost[0]))


def _joined(one: Rows, two: Rows) -> Rows:
    return Rows(
        np.concatenate((one.t_s, two.t_s)),
        np.concatenate((one.acc_g, two.acc_g)),
        np.concatenate((one.lost, two.lost)),
    )
