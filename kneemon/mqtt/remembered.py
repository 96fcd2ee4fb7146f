# SPDX-License-Identifier: MIT
"""Which commands were taken of late, by their ids, so that a second delivery does nothing again.

An id is known for ten minutes of this boot, and over a restart: what is to be done is kept before it is begun. Ids of
another boot are all known for ten minutes more, since nobody knows how long ago that was.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import msgspec

from kneemon.errors import KneemonError
from kneemon.mqtt.commands import UNREADABLE
from kneemon.ports import Clock, Notes

log = logging.getLogger(__name__)

NOTE = "commands"
MOST_IDS = 64
KNOWN_S = 600.0
MOST_WORDS = 240  # characters kept of an outcome
BEFORE = "Taken before, not again."
UNKNOWN = (
    "kneemon was restarted while it did this, so whether it was done is not known. "
    "Look how it is now; send it with a new id if you still want it."
)


@dataclass(slots=True)
class _Entry:
    """at_s: when it was taken. begun: it has got as far as the handler. outcome: None while there is none."""

    at_s: float
    begun: bool = False
    outcome: str | None = None


class _Note(msgspec.Struct):
    """What is kept: ids, oldest first, when they were taken in that boot, and what came of them."""

    boot: str
    ids: list[tuple[str, float, str | None]]


class Remembered:
    """May be used by any thread. notes: where it is kept; what fails there is logged once and costs no command."""

    def __init__(self, clock: Clock, notes: Notes) -> None:
        self._clock = clock
        self._notes = notes
        self._lock = Lock()
        self._told = False
        self._entries = self._recalled()

    def duplicate(self, command_id: str | None) -> str | None:
        """What to say to a second delivery; None when it is the first one."""
        with self._lock:
            self._age()
            entry = self._entries.get(command_id) if command_id is not None else None
        return None if entry is None else f"{BEFORE} {entry.outcome or ''}".rstrip()

    def taken(self, command_id: str | None) -> None:
        """It waits; a restart forgets that, for it will not have been done."""
        if command_id is not None:
            with self._lock:
                self._entries[command_id] = _Entry(self._clock.now_s())
                while len(self._entries) > MOST_IDS:
                    self._entries.popitem(last=False)

    def begun(self, command_id: str | None) -> None:
        """From now on it may have been done, whatever happens."""
        if (entry := self._entry(command_id)) is not None:
            entry.begun = True
            self._keep()

    def ended(self, command_id: str | None, outcome: str) -> None:
        if (entry := self._entry(command_id)) is not None:
            entry.outcome = outcome if len(outcome) <= MOST_WORDS else f"{outcome[: MOST_WORDS - 1]}…"
            self._keep()

    def forget(self, command_id: str | None) -> None:
        """It was not done, and its sender may try again."""
        if command_id is not None:
            with self._lock:
                self._entries.pop(command_id, None)
            self._keep()

    def _entry(self, command_id: str | None) -> _Entry | None:
        with self._lock:
            return None if command_id is None else self._entries.get(command_id)

    def _age(self) -> None:
        """Forget what came to its end long ago."""
        now_s = self._clock.now_s()
        for command_id, entry in list(self._entries.items()):
            if entry.outcome is not None and now_s - entry.at_s >= KNOWN_S:
                del self._entries[command_id]

    def _keep(self) -> None:
        with self._lock:
            self._age()
            ids = [
                (command_id, entry.at_s, entry.outcome) for command_id, entry in self._entries.items() if entry.begun
            ]
        note = _Note(self._clock.anchor().boot_id, ids)
        try:
            self._notes.keep(NOTE, msgspec.json.encode(note).decode())
        except KneemonError as error:
            self._tell(error)

    def _recalled(self) -> OrderedDict[str, _Entry]:
        now_s = self._clock.now_s()
        try:
            text = self._notes.recall(NOTE)
            note = None if text is None else msgspec.json.decode(text, type=_Note)
        except (KneemonError, *UNREADABLE) as error:
            self._tell(error)
            note = None
        if note is None:
            return OrderedDict()
        same = note.boot == self._clock.anchor().boot_id
        return OrderedDict(
            (command_id, _Entry(min(at_s, now_s) if same else now_s, True, UNKNOWN if outcome is None else outcome))
            for command_id, at_s, outcome in note.ids[-MOST_IDS:]
        )

    def _tell(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            log.warning("MQTT: which commands were done is not kept over a restart: %s", error)
