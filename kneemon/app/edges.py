# SPDX-License-Identifier: MIT
"""Everything that the loop speaks to, and what it asks of it beyond the ports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from kneemon.app.supply import Energy
from kneemon.engine import Event as EngineEvent
from kneemon.model.records import Backlog
from kneemon.model.samples import SensorReport
from kneemon.ports import Clock, CuePlayer, DiaryStore, Notes, Publisher, SampleSource, SessionStore
from kneemon.store.rows import Row

Seen = EngineEvent | SensorReport
Listener = Callable[[Seen], None]


class Notifier(Protocol):
    """What the loop needs of the service manager."""

    def ready(self) -> None: ...
    def status(self, text: str) -> None: ...
    def watchdog(self) -> None: ...
    def stopping(self) -> None: ...


class RawStore(Protocol):
    """Where raw samples go; each call returns at once. See `store.raw_rows`."""

    def keep(self, row: Row) -> None: ...

    def trim(self, session_id: str, after_s: float) -> None: ...

    def forget(self, session_id: str | None) -> bool: ...


class Store(SessionStore, DiaryStore, Notes, Protocol):
    """What the app needs of the store beyond writing walks and diary."""

    @property
    def raw(self) -> RawStore: ...

    @property
    def device(self) -> str: ...

    @property
    def boots(self) -> Mapping[str, int]:
        """Which boot was the how many-th, by boot id."""
        ...

    def next_session_id(self, boot_id: str) -> str: ...

    def ready(self, within_s: float) -> bool: ...

    def flush(self) -> None: ...

    def backlog(self) -> Backlog: ...

    def disk_free_mb(self) -> int | None: ...


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Edges:
    """Everything the loop speaks to. listener: a live view; publisher: None when no broker is configured.

    energy: the device's power and radios, as far as kneemon may switch them. quiet: nobody wants to be asked now.
    """

    clock: Clock
    source: SampleSource
    player: CuePlayer
    store: Store
    notifier: Notifier
    publisher: Publisher | None = None
    listener: Listener | None = None
    energy: Energy = Energy()
    quiet: Callable[[], bool] = _never
