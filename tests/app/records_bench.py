# SPDX-License-Identifier: MIT
"""Two lived weeks in a store of the test's own, with the programme upon them as at a desk."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "cli"))  # the life in the room next door

from lived_months import TODAY, clock_on, live

from kneemon.app.asked_records import amend
from kneemon.app.plan_in_use import planned
from kneemon.app.programme import Programme
from kneemon.model.records import OutboxMessage, SessionRecord
from kneemon.ports import Seconds
from kneemon.store import Store, StoreReader


def documents(record: SessionRecord, _: Seconds | None) -> list[OutboxMessage]:
    key = f"{record.session_id}/{record.revision}"
    return [OutboxMessage(key, "summary", key.encode(), session_id=record.session_id)]


DAY = TODAY


@dataclass
class Kept:
    """A store at rest, opened."""

    path: Path
    store: Store
    programme: Programme

    def amend(self, name: str, /, **args: object) -> str:
        return amend(name, args, self.programme, self.store)

    @property
    def ids(self) -> list[str]:
        return [record.session_id for record in self.programme.walks]

    @contextmanager
    def reader(self) -> Iterator[StoreReader]:
        self.store.flush()
        with StoreReader(self.path) as reader:
            yield reader

    def seq_of(self, kind: type, *, nth: int = 0) -> int:
        return [entry.seq for entry in self.programme.entries if isinstance(entry.fact, kind)][nth]


def lived_once(folder: Path) -> Path:
    live(folder / "kneemon.db", folder / "plan.toml")
    return folder


@contextmanager
def at_rest(lived: Path, folder: Path, *, day: date = DAY, plan: Path | None = None) -> Iterator[Kept]:
    """A copy of it on that day, or what is in the folder already. plan: its file, else the one it was lived by."""
    for name in ("kneemon.db", "plan.toml"):
        if not (folder / name).exists():
            shutil.copy(lived / name, folder / name)
    path, clock = folder / "kneemon.db", clock_on(day)
    store = Store.open(path, documents_of=documents, clock=clock)
    try:
        programme = Programme(planned(plan or folder / "plan.toml", store), store, clock)
        programme.look()
        yield Kept(path, store, programme)
    finally:
        store.close()


def bytes_of(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.glob("kneemon.db*")))
