# SPDX-License-Identifier: MIT
"""The guest's store, read here: a sound copy of it, taken while kneemon runs or off the card of a Pi that is off."""

import json
import subprocess
from pathlib import Path
from typing import Any, Protocol

from kneemon.model.records import SessionRecord
from kneemon.mqtt.documents import summary_document
from kneemon.store.reader import StoreReader

STORE = "/var/lib/kneemon/kneemon.db"
COPY = """\
import sqlite3, sys
source = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
source.backup(sqlite3.connect(sys.argv[2]))
"""
SECTOR = 512
SECOND_ENTRY = 446 + 16  # of the partition table: the root file system


class Guest(Protocol):
    def run(self, command: str, within_s: float = 120.0, *, check: bool = True, stdin: str | bytes = b"") -> str: ...

    def get(self, path: str) -> bytes: ...


def fetched(guest: Guest, to: Path) -> Path:
    """A copy of the store of a Pi that runs."""
    guest.run(f"python3 - {STORE} /run/store-copy.db", stdin=COPY)
    to.write_bytes(guest.get("/run/store-copy.db"))
    guest.run("rm -f /run/store-copy.db*")
    return to


def from_card(card: Path, folder: Path) -> Path:
    """A copy of the store of a Pi that is off, with what had not been merged into it yet."""
    raw = folder / "card.img"
    subprocess.run(["qemu-img", "convert", "-O", "raw", str(card), str(raw)], check=True, timeout=300)
    with raw.open("rb") as image:
        head = image.read(SECTOR)
    offset = int.from_bytes(head[SECOND_ENTRY + 8 : SECOND_ENTRY + 12], "little") * SECTOR
    for end in ("", "-wal"):
        wanted = f"dump {STORE}{end} {folder / f'kneemon.db{end}'}"
        # A journal of the file system that waits to be played in is read over: the Pi was shut down.
        subprocess.run(
            ["debugfs", "-R", wanted, f"{raw}?offset={offset}"], check=True, capture_output=True, timeout=120
        )
    raw.unlink()
    return folder / "kneemon.db"


def walks(store: Path) -> list[SessionRecord]:
    """All of them, in order of beginning."""
    with StoreReader(store) as reader:
        return reader.walks()


def told_of(record: SessionRecord) -> dict[str, Any]:
    """What the document of that walk says."""
    said: dict[str, Any] = json.loads(summary_document(record))
    return said


def walk(store: Path, session_id: str = "latest") -> SessionRecord:
    with StoreReader(store) as reader:
        return reader.session(session_id)
