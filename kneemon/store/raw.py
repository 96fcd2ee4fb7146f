# SPDX-License-Identifier: MIT
"""Raw samples of a walk: some seconds of them as one block of bytes, and a walk's blocks as a sample source again.

What is kept is exact: samples are `rounded` before the engine gets them, to whole microseconds and to 1/4096 g, under a
tenth of the noise of any chip here; so the engine counts the same from what is kept. Differences of int16 (int32 where
a block holds more than 8 g: nothing is clipped), bytes shuffled, zlib 1, and a checksum: a block is read alone, and a
damaged one is lost alone. What the source said of its own blocks (lost, clipped, shaken) is kept for each of them, the
measured rate once a block. A row that no sensor measures (not finite, huge) becomes zeros, which the engine leaves out
just so.
"""

import logging
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntFlag
from math import ceil, isnan, nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kneemon.errors import StoreError
from kneemon.model.samples import Array, SampleBlock
from kneemon.store import connect, raw_rows
from kneemon.store.faults import explained
from kneemon.store.rows import Row

logger = logging.getLogger(__name__)

VERSION = 1
COUNTS_PER_G = 4096
LARGEST_G = 1000.0  # beyond any sensor
TICKS_PER_S = 1_000_000
HEAD = struct.Struct("<BBIIIqdd")  # version, flags, number, samples, pieces, first time in ticks, since, rate
CHECK = struct.Struct("<I")


class Flag(IntFlag):
    """What a block is, or has, beside samples."""

    END = 1  # the walk ended: none follows, and its number is how many there are
    BY_WALKING = 2  # … and had begun without a command
    SHAKEN = 4
    LONG = 8  # more than half an hour between two samples
    STRONG = 16  # more than 8 g


@dataclass(frozen=True, slots=True)
class Coded:
    """Samples in [at_s, until_s] of stream time, all but ready to be a row: only its place in the walk is open."""

    at_s: float
    until_s: float
    samples: int
    head: tuple[int | float, ...]  # from the samples on
    flags: Flag
    payload: bytes

    def row(self, session_id: str, number: int) -> Row:
        """number: of the walk's blocks before it."""
        body = HEAD.pack(VERSION, self.flags, number, *self.head) + self.payload
        return session_id, self.at_s, self.samples, body + CHECK.pack(zlib.crc32(body))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A block read back. since_s: since when the signal had come without a break, as of its first sample."""

    number: int
    flags: Flag
    since_s: float
    blocks: tuple[SampleBlock, ...]


def rounded(block: SampleBlock) -> SampleBlock:
    """As it can be kept; twice is once. A row without a time is no sample, and left out."""
    timed = np.isfinite(block.t_s)
    if not timed.all():
        shaken = None if block.shaken is None else block.shaken[timed]
        block = replace(block, t_s=block.t_s[timed], acc_g=block.acc_g[timed], shaken=shaken)
    if not len(block):
        return block
    t_s, acc_g = _ticks(block.t_s) / TICKS_PER_S, _counts(block.acc_g) / COUNTS_PER_G
    return replace(block, t_s=t_s, acc_g=acc_g)


def coded(blocks: Sequence[SampleBlock], since_s: float) -> Coded:
    """At least one block, all with samples, `rounded`. since_s: see `Decoded`."""
    ticks = _ticks(np.concatenate([block.t_s for block in blocks]))
    counts = _counts(np.concatenate([block.acc_g for block in blocks]))
    bent = _differences(_differences(ticks - ticks[0]))
    flags = Flag.LONG if np.abs(bent).max() >= 2**31 else Flag(0)
    flags |= Flag.STRONG if np.abs(counts).max() >= 2**15 else Flag(0)
    pieces = np.array([(len(block), block.lost_before, block.clipped) for block in blocks], "<u4")
    kept = counts.astype(_count_kind(flags)).T
    payload = b"".join(map(_shuffled, (pieces.T, bent.astype(_tick_kind(flags)), *map(_differences, kept))))
    if any(block.shaken is not None for block in blocks):
        flags |= Flag.SHAKEN
        shaken = [np.zeros(len(block), bool) if block.shaken is None else block.shaken for block in blocks]
        payload += np.packbits(np.concatenate(shaken)).tobytes()
    rate_hz = blocks[-1].rate_hz
    head = (len(ticks), len(blocks), int(ticks[0]), since_s, nan if rate_hz is None else rate_hz)
    at_s, until_s = float(blocks[0].t_s[0]), float(blocks[-1].t_s[-1])
    return Coded(at_s, until_s, len(ticks), head, flags, zlib.compress(payload, 1))


def end_row(session_id: str, at_s: float, number: int, *, by_walking: bool) -> Row:
    """The walk ended and has so many blocks; at_s: after all of its samples. by_walking: it began so."""
    flags = Flag.END | (Flag.BY_WALKING if by_walking else Flag(0))
    return Coded(at_s, at_s, 0, (0, 0, 0, at_s, nan), flags, b"").row(session_id, number)


def decoded(body: bytes) -> Decoded:
    """What `row` made a body of; StoreError when it is damaged or a newer kneemon's."""
    try:
        return _decoded(body)
    except (ValueError, struct.error, zlib.error) as error:
        raise StoreError(
            "a block of raw samples cannot be read",
            expected=f"samples in form {VERSION}, undamaged",
            seen=str(error),
            remedy="The other blocks can still be read.",
        ) from error


class RawWalk:
    """The samples of one walk as a `ports.SampleSource`, as fast as they are read. Opening raises StoreError.

    damaged: how many blocks could not be read so far; each is told in the log. since_s: see `Decoded`, of the first.
    """

    def __init__(self, path: Path, session_id: str) -> None:
        self._path, self._session_id = path, session_id
        self._connection = connect.reading(path)
        with explained(path):
            self._keys = [row[0] for row in self._connection.execute(raw_rows.GET_KEYS, (session_id,))][::-1]
        if not self._keys:
            self._connection.close()
            raise StoreError(
                f"the raw samples of {session_id}",
                expected="some that were recorded",
                seen="none",
                remedy="`raw.record` in the configuration records those of walks to come.",
            )
        self.damaged = 0
        self.since_s: float | None = None
        self._first_s: float | None = None
        self._numbers: list[int] = []
        self._waiting: list[SampleBlock] = []
        last = self._read(self._keys[0])
        end = last if last is not None and last.flags & Flag.END else None
        self.began_by_walking = end is not None and bool(end.flags & Flag.BY_WALKING)
        self._promised = None if end is None else end.number  # how many there are
        if last is None or end is not None:
            self._keys.pop(0)
        self.blocks = len(self._keys)

    @property
    def describe(self) -> str:
        return f"raw samples of {self._session_id}"

    @property
    def left(self) -> int:
        """Blocks that were not read yet."""
        return len(self._keys)

    def read(self) -> SampleBlock | None:
        """The next block, as the source once gave it; None at the end, or when closed."""
        while not self._waiting and self._keys:
            self._next()
        return self._waiting.pop() if self._waiting else None

    def incomplete(self, started_s: float) -> str | None:
        """Once all is read: why these are not all samples of the walk that began then; None when they are."""
        if self.damaged:
            return f"{_blocks(self.damaged)} damaged"
        if self._promised is None:
            return "its recording was cut off"
        if self._numbers != list(range(self._promised)):
            return f"{_blocks(self._promised - len(self._numbers))} missing"
        if self._first_s is None or self.since_s is None or self.since_s < self._first_s > started_s:
            return "its recording began after the walk"
        return None

    def close(self) -> None:
        self._keys.clear()
        self._waiting.clear()
        self._connection.close()

    def _next(self) -> None:
        block = self._read(self._keys.pop())
        if block is None:
            return
        self._numbers.append(block.number)
        if self._first_s is None:
            self._first_s, self.since_s = float(block.blocks[0].t_s[0]), block.since_s
        self._waiting = list(block.blocks[::-1])

    def _read(self, at_s: float) -> Decoded | None:
        """None for one that is damaged, or was let go meanwhile: its number will be missing."""
        with explained(self._path):
            found = self._connection.execute(raw_rows.GET_BODY, (self._session_id, at_s)).fetchone()
        try:
            return decoded(found[0]) if found else None
        except StoreError as error:
            self.damaged += 1
            logger.warning("%s: %s", self.describe, error)
            return None


def _blocks(number: int) -> str:
    return "1 of its blocks is" if number == 1 else f"{number} of its blocks are"


def _ticks(t_s: Array) -> NDArray[np.int64]:
    return np.rint(t_s * TICKS_PER_S).astype(np.int64)


def _counts(acc_g: Array) -> NDArray[np.int64]:
    measured: NDArray[np.bool_] = np.abs(acc_g).max(axis=1) < LARGEST_G  # not so for what is not finite
    counts: NDArray[np.int64] = np.rint(np.where(measured[:, None], acc_g, 0.0) * COUNTS_PER_G).astype(np.int64)
    return counts


def _tick_kind(flags: Flag) -> str:
    return "<i8" if flags & Flag.LONG else "<i4"


def _count_kind(flags: Flag) -> str:
    return "<i4" if flags & Flag.STRONG else "<i2"


def _differences(whole: NDArray[np.signedinteger]) -> NDArray[np.signedinteger]:
    """Wrapping around, as `_summed` does."""
    return np.diff(whole, prepend=whole.dtype.type(0))


def _summed(differences: NDArray[np.signedinteger]) -> NDArray[np.signedinteger]:
    return np.add.accumulate(differences, dtype=differences.dtype)


def _shuffled(numbers: NDArray[np.integer]) -> bytes:
    """All first bytes, then all second ones: the high ones are nearly all alike."""
    plain = np.ascontiguousarray(numbers).reshape(-1)
    return np.ascontiguousarray(plain.view(np.uint8).reshape(-1, plain.itemsize).T).tobytes()


class _Reader:
    """Takes shuffled numbers off the front of a payload."""

    def __init__(self, payload: bytes) -> None:
        self._bytes = np.frombuffer(payload, np.uint8)

    def numbers(self, count: int, kind: str) -> NDArray[np.signedinteger]:
        size = np.dtype(kind).itemsize
        shuffled = self.rest(count * size).reshape(size, count)
        return np.ascontiguousarray(shuffled.T).reshape(-1).view(kind)

    def rest(self, count: int) -> NDArray[np.uint8]:
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        if len(taken) < count:
            raise ValueError("too few bytes")
        return taken


def _decoded(body: bytes) -> Decoded:
    (check,) = CHECK.unpack(body[-CHECK.size :])
    if zlib.crc32(body[: -CHECK.size]) != check:
        raise ValueError("damaged bytes")
    version, flags, number, samples, pieces, first, since_s, rate_hz = HEAD.unpack_from(body)
    if version != VERSION:
        raise ValueError(f"form {version}")
    flags = Flag(flags)
    if not samples:
        return Decoded(number, flags, since_s, ())
    reader = _Reader(zlib.decompress(body[HEAD.size : -CHECK.size]))
    counts, lost, clipped = reader.numbers(3 * pieces, "<u4").reshape(3, pieces).tolist()
    ticks = first + _summed(_summed(reader.numbers(samples, _tick_kind(flags)).astype(np.int64)))
    kept = [_summed(reader.numbers(samples, _count_kind(flags))) for _ in range(3)]
    t_s, acc_g = ticks / TICKS_PER_S, np.stack(kept, axis=1) / COUNTS_PER_G
    shaken = None
    if flags & Flag.SHAKEN:
        shaken = np.unpackbits(reader.rest(ceil(samples / 8)), count=samples).astype(bool)
    measured_hz = None if isnan(rate_hz) else rate_hz
    blocks = tuple(_cut(t_s, acc_g, shaken, zip(counts, lost, clipped, strict=True), measured_hz))
    return Decoded(number, flags, since_s, blocks)


def _cut(
    t_s: Array,
    acc_g: Array,
    shaken: NDArray[np.bool_] | None,
    pieces: Iterable[tuple[int, int, int]],
    rate_hz: float | None,
) -> Iterable[SampleBlock]:
    """The source's own blocks."""
    begin = 0
    for count, lost, clipped in pieces:
        own = slice(begin, begin + count)
        shook = None if shaken is None or not shaken[own].any() else shaken[own]
        yield SampleBlock(t_s[own], acc_g[own], lost, clipped, rate_hz, shook)
        begin += count
