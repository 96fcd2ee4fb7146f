# SPDX-License-Identifier: MIT
"""What is asked for as of now, written or still waiting for the disk: diary, walks, anchors, the plan in use, notes.

What was stored before the opening is read once, when it is first wanted: nobody else writes, and nothing in a diary is
ever changed, only erased. What was given since is remembered. So reading waits for no commit and, after the first time,
for no disk.
"""

import logging
import sqlite3
from collections.abc import Collection
from datetime import datetime
from threading import Lock

from kneemon.model.diary import DiaryEntry, Fact, PlanVersion, Stamp
from kneemon.model.records import SessionRecord, TimeAnchor
from kneemon.store import opening
from kneemon.store.facts import plan_of
from kneemon.store.reader import StoreReader

logger = logging.getLogger(__name__)


class Memory:
    """Made once the store is open; `connection` is asked at the beginning only.

    unreadable: how many stored entries this kneemon cannot read; known once `entries` was called.
    """

    def __init__(self, connection: sqlite3.Connection, reader: StoreReader) -> None:
        self.unreadable = 0
        self._reader = reader
        (self._stored,) = connection.execute(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'diary'"
        ).fetchone()
        self._last = self._stored
        self._plans = tuple(plan_of(row) for row in connection.execute("SELECT * FROM plan ORDER BY rev"))
        self._notes = opening.notes(connection)
        self._entries: list[DiaryEntry] = []
        self._walks: dict[str, SessionRecord] = {}
        self._anchors: dict[str, TimeAnchor] = {}

        # Of what was stored before; read under the lock.
        self._one_at_a_time = Lock()
        self._old_entries: tuple[DiaryEntry, ...] | None = None
        self._old_walks: dict[str, SessionRecord] | None = None
        self._old_anchors: dict[str, TimeAnchor] | None = None

    def next_entry(self, fact: Fact, stamp: Stamp) -> DiaryEntry:
        """The entry with its place in the diary, which no other ever had; not yet in it."""
        return DiaryEntry(stamp, fact, self._last + 1)

    def add_entry(self, entry: DiaryEntry) -> None:
        self._last = entry.seq
        self._entries.append(entry)

    def entries(self) -> tuple[DiaryEntry, ...]:
        """In order; StoreError when they cannot be read."""
        with self._one_at_a_time:
            if self._old_entries is None:
                self._old_entries = tuple(entry for entry in self._reader.diary() if entry.seq <= self._stored)
                self.unreadable = self._reader.unreadable
                if self.unreadable:
                    logger.warning("%d entries of the diary cannot be read and are left out", self.unreadable)
        return (*self._old_entries, *self._entries)

    def put_walk(self, record: SessionRecord) -> None:
        """A walk that began, went on, ended or is known better."""
        self._walks[record.session_id] = record

    def walk(self, session_id: str) -> SessionRecord | None:
        """None when there is none of that name; StoreError when it cannot be read."""
        return self._walks.get(session_id) or self._walks_before().get(session_id)

    def walks(self) -> tuple[SessionRecord, ...]:
        """In order of beginning; StoreError when they cannot be read."""
        return tuple((self._walks_before() | self._walks.copy()).values())

    def put_anchor(self, anchor: TimeAnchor) -> bool:
        """True when it is the first of its boot since the opening."""
        first = anchor.boot_id not in self._anchors
        self._anchors[anchor.boot_id] = anchor
        return first

    def anchors(self) -> dict[str, TimeAnchor]:
        """By boot id; StoreError when they cannot be read."""
        with self._one_at_a_time:
            if self._old_anchors is None:
                self._old_anchors = self._reader.anchors()
        return self._old_anchors | self._anchors.copy()

    def plans(self) -> tuple[PlanVersion, ...]:
        """Every version, from the first."""
        return self._plans

    def put_plan(self, name: str, text: str, at: datetime, author: str, note: str) -> tuple[PlanVersion, bool]:
        """The newest version when its author saved the same text, else a new one; and whether it is new."""
        newest = self._plans[-1] if self._plans else None
        if newest is not None and (newest.text, newest.author) == (text, author):
            return newest, False
        version = PlanVersion(1 if newest is None else newest.rev + 1, name, text, at, author, note)
        self._plans = (*self._plans, version)
        return version, True

    def forget(self, session_ids: Collection[str], seqs: Collection[int]) -> None:
        """These walks and entries are erased; StoreError when those of before cannot be read."""
        entries, walks = self.entries(), self._walks_before()
        kept = [entry for entry in entries if entry.seq not in seqs]
        with self._one_at_a_time:
            self._old_entries = tuple(entry for entry in kept if entry.seq <= self._stored)
            self._entries = [entry for entry in kept if entry.seq > self._stored]
            self._old_walks = {name: record for name, record in walks.items() if name not in session_ids}
            for session_id in session_ids:
                self._walks.pop(session_id, None)

    def forget_all(self) -> None:
        """Walks, diary and plans are erased."""
        with self._one_at_a_time:
            self._old_entries, self._old_walks, self._plans = (), {}, ()
            self._entries.clear()
            self._walks.clear()

    def note(self, name: str) -> str | None:
        return self._notes.get(name)

    def put_note(self, name: str, text: str) -> None:
        self._notes[name] = text

    def _walks_before(self) -> dict[str, SessionRecord]:
        with self._one_at_a_time:
            if self._old_walks is None:
                self._old_walks = {record.session_id: record for record in self._reader.walks()}
        return self._old_walks
