# SPDX-License-Identifier: MIT
"""A card that loses at a power cut what nobody asked it to keep.

QEMU alone is too kind: what a guest has written is in the host's memory, and a killed QEMU loses none of it, flushed or
not. So QEMU's own driver blklogwrites notes each write and each flush in order. At a cut the card becomes what was
flushed, and of the later writes, each by itself, whether an older one came through or not: all of it, its first sectors
only, or nothing. What this does not show: a card that lies about a flush, that tears a sector of 512 bytes, or that
damages what it was not writing.

Source of the log's layout: Linux Documentation/admin-guide/device-mapper/log-writes.rst, QEMU block/blklogwrites.c.
"""

import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import BinaryIO, NamedTuple

SECTOR = 512
MAGIC = 0x6A736677736872
SUPER = struct.Struct("<QQQI")  # magic, version, entries, bytes of a sector
ENTRY = struct.Struct("<QQQQ")  # sector, sectors, flags, bytes of data of its own
FLUSH, FUA, DISCARD = 1, 2, 4
TORN = 0.2  # of the writes that were not flushed and left a trace


class Entry(NamedTuple):
    """A write, or a flush where it has no sectors. at: where its bytes are in the log."""

    sector: int
    sectors: int
    flags: int
    at: int


@dataclass(frozen=True)
class Loss:
    """What a cut did to the writes that were not flushed. kept_writes: before the last flush."""

    kept_writes: int = 0
    loose: int = 0
    gone: int = 0
    torn: int = 0

    def __str__(self) -> str:
        return f"{self.loose} writes not flushed, {self.gone} of them lost, {self.torn} torn"


class Card:
    """A card for one machine after the other: `insert` before each start, then `cut` or `taken_out`.

    folder: of its own. The image is only read, once. raw: the card itself while it is in no machine.
    """

    def __init__(self, image: Path, folder: Path, size: int = 4 << 30) -> None:
        self.raw, self._over, self._log = folder / "card.raw", folder / "card.over", folder / "card.log"
        _run("qemu-img", "convert", "-O", "raw", str(image), str(self.raw))
        with self.raw.open("r+b") as raw:
            raw.truncate(size)

    def insert(self) -> str:
        """Words for QEMU's -drive: what is written goes beside the card, and into the log."""
        _run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(self.raw), str(self._over))
        self._log.write_bytes(b"")
        over = f"file.driver=qcow2,file.cache.no-flush=on,file.file.driver=file,file.file.filename={self._over}"
        log = f"log.driver=raw,log.cache.no-flush=on,log.file.driver=file,log.file.filename={self._log}"
        return f"driver=blklogwrites,{over},{log}"

    @property
    def written(self) -> int:
        """Bytes in the log so far; more when something has been written to the card."""
        return self._log.stat().st_size

    def cut(self, chance: Random) -> Loss:
        """The power went while QEMU was writing; it must be dead."""
        return self._settle(chance)

    def taken_out(self) -> None:
        """After an orderly power-off everything is on it."""
        self._settle(None)

    def _settle(self, chance: Random | None) -> Loss:
        with self._log.open("rb") as log, self.raw.open("r+b") as raw:
            loss = replay(log, raw, chance)
        self._over.unlink()
        return loss


def entries(log: BinaryIO) -> Iterator[Entry]:
    """All that the log holds whole, in order; QEMU may have been killed in the midst of an entry."""
    end = log.seek(0, 2)
    log.seek(0)
    head = log.read(SUPER.size)
    if len(head) < SUPER.size:
        return
    magic, version, _, size = SUPER.unpack(head)
    if (magic, version, size) != (MAGIC, 1, SECTOR):
        raise ValueError(f"no write log of sectors of {SECTOR} bytes: {magic:#x}, {version}, {size}")
    at = SECTOR
    while at + SECTOR <= end:
        log.seek(at)
        sector, sectors, flags, own = ENTRY.unpack(log.read(ENTRY.size))
        at += SECTOR + own
        if sectors == 0 and not flags & FLUSH:  # never written: the file has a hole where this entry was to be
            return
        length = 0 if flags & DISCARD else sectors * SECTOR
        if at + length > end:
            return
        yield Entry(sector, sectors, flags, at)
        at += length


def replay(log: BinaryIO, raw: BinaryIO, chance: Random | None) -> Loss:
    """Do to `raw` what the log tells; chance: draws the fate of what was not flushed, None: all of it is kept."""
    found = list(entries(log))
    safe = max((place for place, entry in enumerate(found) if entry.flags & FLUSH), default=-1)
    kept = loose = gone = torn = 0
    for place, entry in enumerate(found):
        sectors = entry.sectors
        if not sectors or entry.flags & DISCARD:
            continue
        if place <= safe or entry.flags & FUA or chance is None:
            kept += 1
        else:
            loose += 1
            if chance.random() < 0.5:
                gone += 1
                continue
            if sectors > 1 and chance.random() < TORN:
                torn += 1
                sectors = chance.randrange(1, sectors)
        log.seek(entry.at)
        raw.seek(entry.sector * SECTOR)
        raw.write(log.read(sectors * SECTOR))
    return Loss(kept, loose, gone, torn)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)
