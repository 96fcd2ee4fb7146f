# SPDX-License-Identifier: MIT
"""The store's writer: calls return at once, one thread owns the one connection that writes.

Seconds, events and notes are committed together, `commit_s` of the clock's time apart; the beginning and the end of a
walk, an entry of the diary, and what the broker said of a document, at once. A commit holds the newest summary of the
walk, so that a cut costs at most what came after it. What cannot be written waits in memory and is tried again every
`commit_s`; when that goes on for long the oldest seconds are let go, and counted, but nothing else is. Documents are
made by the thread, in the transaction that stores their walk.
"""

import logging
import secrets
import sqlite3
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from math import inf
from pathlib import Path
from threading import Condition, Thread
from typing import IO

from kneemon.errors import StoreError
from kneemon.model.diary import DiaryEntry, Fact, PlanVersion, Stamp
from kneemon.model.records import Backlog, EventRow, Former, OutboxMessage, SessionRecord, TimeAnchor
from kneemon.model.sessions import Progress
from kneemon.ports import Clock, DocumentsOf
from kneemon.store import connect, facts, opening, rows
from kneemon.store.batch import Batch, Publication
from kneemon.store.committing import commit
from kneemon.store.erasing import Statement, Sweep, erased_with, erasing, erasing_all
from kneemon.store.faults import Trouble, explain, explained, free_mb
from kneemon.store.memory import Memory
from kneemon.store.outgoing import BLAME, BYTES_PER_MB, DELETE, Outgoing
from kneemon.store.raw_rows import RawKeeping, RawRoom
from kneemon.store.reader import StoreReader

logger = logging.getLogger(__name__)

OLD_S = 2.0  # how old a second of the walk may be when it is on the card: it comes when it is over, and takes its way
MOST_SECONDS = 6 * 3600  # kept in memory while nothing can be written: some 5 MB
LOOK_S = 0.5  # real seconds that the writer sleeps at least while something waits


class Store:
    """Fulfils `ports.SessionStore`, `ports.DiaryStore`, `ports.Outbox` and `ports.Notes`; made by `open`.

    device: the device's name, 12 of [a-z0-9], the same for ever. raw: where raw samples are kept.
    """

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        documents_of: DocumentsOf,
        told: str = "",
        detail: bool = False,
        outbox_mb: float = 50.0,
        raw_mb: float = 1000.0,
        commit_s: float = 10.0,
        clock: Clock,
    ) -> "Store":
        """Open or make the store at `path` and close the walks that a power cut left open.

        told: names what `documents_of` tells; what waits and was made as another is made anew, or owed.
        detail: every walk is told with its seconds. outbox_mb: how much may wait for the broker. raw_mb: how
        much raw samples may take.
        StoreError when it cannot be used or another kneemon writes into it, StoreNewerError when a newer one did.
        """
        with ExitStack() as opened:
            lock = opened.enter_context(connect.lock(path))
            connection = opened.enter_context(closing(connect.writing(path)))
            with explained(path):
                outgoing = Outgoing(connection, documents_of, clock, detail=detail, most_bytes=outbox_mb * BYTES_PER_MB)
            room = RawRoom(connection, raw_mb * BYTES_PER_MB)
            store = cls(path, lock, connection, outgoing, room, told, commit_s, clock)
            opened.pop_all()  # they are the store's to close from now on
        return store

    def __init__(
        self,
        path: Path,
        lock: IO[bytes],
        connection: sqlite3.Connection,
        outgoing: Outgoing,
        room: RawRoom,
        told: str,
        commit_s: float,
        clock: Clock,
    ) -> None:
        self._path = path
        self._lock = lock
        self._connection = connection
        self._outgoing = outgoing
        self._commit_s = commit_s
        self._clock = clock
        self._boot_id = clock.anchor().boot_id
        with explained(path):
            begun = opening.opened(connection, outgoing, self._boot_id, told)
        self.device, self._boot, self._boots, self._sessions = begun
        self._reader = StoreReader(path)
        self._memory = Memory(connection, self._reader)
        self._sweep = Sweep(connection, path, clock.now_s())
        self._room = room
        self.raw = RawKeeping(path, lambda operation, at_once: self._put(Batch(raw=[operation]), at_once))
        self._open: dict[str, SessionRecord] = {}
        self._writing = Trouble()
        self._reading = Trouble()
        # Under the condition: what waits, how many commits were asked for, how many of these were tried.
        self._changed = Condition()
        self._waiting = Batch()
        self._asked = 0
        self._tried = 0
        self._tried_at_s = clock.now_s()
        self._dropped = 0
        self._closing = False
        self._stopped = False
        self._writer = Thread(target=self._run, name="store writer", daemon=True)
        self._writer.start()

    @property
    def boots(self) -> Mapping[str, int]:
        """How many-th boot of this device each was, by boot id; as of the opening, this one included."""
        return self._boots

    def next_session_id(self, boot_id: str) -> str:
        """A name for the next walk: b<boot>-<number in the boot>-<random>; `boot_id` must be the clock's."""
        if boot_id != self._boot_id:
            raise ValueError(f"the store was opened in boot {self._boot_id}, not in {boot_id}")
        self._sessions += 1
        return f"b{self._boot}-{self._sessions}-{secrets.token_hex(2)}"

    def begin(self, record: SessionRecord) -> None:
        self._open[record.session_id] = record
        self._put(Batch(sessions=self._state(record)), at_once=True)

    def progress(self, session_id: str, progress: Progress) -> None:
        record = rows.brought_up_to(self._open[session_id], progress.so_far)
        self._open[session_id] = record
        self._put(Batch(sessions=self._state(record), seconds=deque([rows.second_row(session_id, progress)])))

    def note(self, session_id: str, event: EventRow) -> None:
        self._put(Batch(statements=[(rows.PUT_EVENT, rows.event_row(session_id, event))]))

    def end(self, record: SessionRecord) -> None:
        """Close the walk and put its documents into the outbox, in one transaction."""
        with self._changed:  # so that nobody asks for its documents before
            self._open.pop(record.session_id, None)
            self._finish(record)

    def revise(self, record: SessionRecord, former: Former | None = None) -> None:
        """A new revision of a walk that is over; its documents replace those that wait, in one transaction.

        former: how it was, to be kept. ValueError unless it is newer than the walk that is known; StoreError as
        `diary`. What is known already is not done again.
        """
        with self._changed:  # so that no revision is written before the one before it
            known = self._memory.walk(record.session_id)
            if known is None or known.summary.end_reason is None or record.summary.end_reason is None:
                raise ValueError(f"the walk {record.session_id} is not over, or not known")
            if record == known:
                return
            if record.revision <= known.revision:
                raise ValueError(f"the walk {record.session_id} is known in revision {known.revision} already")
            self._finish(record, () if former is None else [(rows.PUT_FORMER, rows.former_row(former))])

    def send_again(self, session_ids: Sequence[str], *, detail: bool = False) -> int:
        """Put the documents of these walks into the outbox, but for those that wait there already.

        How many of them are known and over; StoreError as `diary`.
        """
        publications: dict[str, Publication] = {}
        with self._changed:  # so that no older revision overtakes a newer one
            for session_id in session_ids:
                record = self._memory.walk(session_id)
                if record is not None and record.summary.end_reason is not None:
                    publications[session_id] = Publication(record, detail)
            if publications:
                self._put(Batch(publications=publications), at_once=True)
        return len(publications)

    def erase(self, session_ids: Collection[str] = (), seqs: Collection[int] = ()) -> None:
        """Walks that are over with all that was told about them but decisions, and entries: gone, for good.

        ValueError for a walk that is on; StoreError as `diary`. See `store.erasing`.
        """
        with self._changed:
            if any(session_id in self._open for session_id in session_ids):
                raise ValueError("a walk that is on cannot be erased")
            gone = erased_with(self._memory.entries(), session_ids, seqs)
            self._put(Batch(statements=erasing(session_ids, sorted(gone))), at_once=True)
            self._memory.forget(session_ids, gone)

    def erase_all(self) -> None:
        """Every walk, the diary, the plans; ValueError as `erase`."""
        with self._changed:
            if self._open:
                raise ValueError("a walk is on")
            self._put(Batch(statements=erasing_all()), at_once=True)
            self._memory.forget_all()

    def write(self, fact: Fact, stamp: Stamp) -> DiaryEntry:
        """Append to the diary; it is in `diary` when this returns. Committed at once, unless the disk refuses it."""
        with self._changed:  # so that no entry is written before the one before it
            entry = self._memory.next_entry(fact, stamp)
            self._put(Batch(statements=[(facts.PUT_ENTRY, facts.entry_row(entry))]), at_once=True)
            self._memory.add_entry(entry)
        return entry

    def diary(self) -> Sequence[DiaryEntry]:
        """All of it, in order; StoreError when what was stored before the opening cannot be read."""
        return self._memory.entries()

    @property
    def unreadable(self) -> int:
        """How many stored entries `diary` leaves out, as this kneemon cannot read them; 0 until it was called."""
        return self._memory.unreadable

    def walks(self) -> Sequence[SessionRecord]:
        """All of them, in order of beginning, the one that goes on as far as it is known; StoreError as `diary`."""
        return self._memory.walks()

    def anchors(self) -> Mapping[str, TimeAnchor]:
        """By boot id; StoreError as `diary`."""
        return self._memory.anchors()

    def keep_anchor(self, anchor: TimeAnchor) -> None:
        """Keep it as its boot's, instead of the one before; one that is not synchronised is not kept."""
        if anchor.synchronised:
            first = self._memory.put_anchor(anchor)
            self._put(Batch(statements=[(facts.PUT_ANCHOR, facts.anchor_row(anchor))]), at_once=first)

    def keep_plan(self, name: str, text: str, author: str = "", note: str = "") -> int:
        """The revision of a plan's text: the newest one's when its author saved the same, else a new one's."""
        with self._changed:
            version, new = self._memory.put_plan(name, text, self._clock.anchor().utc, author, note)
            if new:
                self._put(Batch(statements=[(facts.PUT_PLAN, facts.plan_row(version))]), at_once=True)
        return version.rev

    def plan_versions(self) -> Sequence[PlanVersion]:
        """The plan's texts as they were, from the first."""
        return self._memory.plans()

    def problem(self) -> str | None:
        """What keeps the store from writing or reading, in words; None when all is well."""
        with self._changed:
            if self._stopped:
                return f"the store {self._path} is closed"
            if self._writing.text is None:
                return self._outgoing.trouble.text or self._reading.text
            lost = f", {self._dropped} lost" if self._dropped else ""
            return f"{self._writing.text} Seconds waiting in memory: {len(self._waiting.seconds)}{lost}."

    def waiting(self, after: int, most: int) -> Sequence[OutboxMessage]:
        """Documents given before the call are among them: it waits for their commit, unless the disk refuses it.

        None of them while the database cannot be read; `problem` then says why.
        """
        with self._changed:
            self._wait_for_asked()
        try:
            messages = self._reader.waiting(after, most)
        except StoreError as error:
            self._reading.came(error)
            return ()
        self._reading.over(f"the store {self._path} can be read again")
        return messages

    def acknowledged(self, seq: int) -> None:
        self._put(Batch(statements=[(DELETE, (seq,))]), at_once=True)

    def refused(self, seq: int, why: str) -> None:
        self._put(Batch(statements=[(BLAME, (why, seq))]), at_once=True)

    def backlog(self) -> Backlog:
        """What waits in the outbox as of the newest commit."""
        return self._outgoing.backlog

    def recall(self, name: str) -> str | None:
        return self._memory.note(name)

    def keep(self, name: str, text: str) -> None:
        """It is recalled at once, and committed within the interval."""
        if self._memory.note(name) != text:
            self._memory.put_note(name, text)
            self._put(Batch(notes={name: text}))

    def disk_free_mb(self) -> int | None:
        """Room on the store's disk; None when the disk does not tell."""
        return free_mb(self._path.parent)

    def ready(self, within_s: float) -> bool:
        """Something will be asked for: the file is not written anew meanwhile. False while that is being done."""
        with self._changed:
            self._sweep.put_off(self._clock.now_s())
            return self._changed.wait_for(lambda: not self._sweep.at_work, within_s)

    def flush(self) -> None:
        """Wait until everything given so far is committed, or could not be."""
        with self._changed:
            if self._waiting:
                self._asked += 1
                self._changed.notify_all()
            self._wait_for_asked()

    def close(self) -> None:
        """Write what is waiting, then close; a second time does nothing."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._writer.join()
        self._reader.close()
        self._connection.close()
        self._lock.close()

    def _state(self, record: SessionRecord) -> dict[str, rows.Row]:
        row = rows.session_row(record)
        self._memory.put_walk(record)
        return {record.session_id: row}

    def _finish(self, record: SessionRecord, statements: Sequence[Statement] = ()) -> None:
        publications = {record.session_id: Publication(record, self._outgoing.detail)}
        batch = Batch(sessions=self._state(record), statements=[*statements], publications=publications)
        self._put(batch, at_once=True)

    def _wait_for_asked(self) -> None:
        asked = self._asked
        self._changed.wait_for(lambda: self._tried >= asked or self._stopped)

    def _put(self, batch: Batch, at_once: bool = False) -> None:
        with self._changed:
            first = not self._waiting
            self._wait_with(self._waiting.add(batch))
            if at_once:
                self._sweep.put_off(self._clock.now_s())
                self._asked += self._writing.text is None
            if first or self._due():  # the writer looks again by itself, and need not be woken every second
                self._changed.notify_all()

    def _wait_with(self, batch: Batch) -> None:
        self._dropped += batch.let_go(MOST_SECONDS)
        self._waiting = batch

    def _run(self) -> None:
        """The writer's thread."""
        try:
            while not self._stopped:
                if self._idle():
                    self._sweep.clean(self._clock.now_s())
                else:
                    self._round()
            self._sweep.clean(self._clock.now_s())
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()

    def _idle(self) -> bool:
        """Wait for a reason to commit; True when there is none, and time to write the file anew."""
        with self._changed:
            self._changed.notify_all()  # that may be done just now
            while not self._due():  # a walk's seconds are not to wait for it
                next_s = inf if self._open else self._sweep.due_in_s(self._clock.now_s())
                if next_s <= 0.0:
                    self._sweep.at_work = True
                    return True
                next_s = min(next_s, self._due_in_s() if self._waiting else inf)
                self._changed.wait(None if next_s == inf else max(LOOK_S, next_s))
            return False

    def _round(self) -> None:
        """Try to commit what waits."""
        with self._changed:
            batch, self._waiting = self._waiting, Batch()
            self._asked = max(self._asked, self._tried + 1)  # so that whoever flushes now waits for this one
            asked, last = self._asked, self._closing
            self._tried_at_s = self._clock.now_s()
        error = commit(self._connection, self._outgoing, self._room, batch)
        with self._changed:
            if error is None:
                self._sweep.expect(batch.statements)
                self._writing.over(f"the store {self._path} is written again; {self._dropped} seconds were lost")
                self._dropped = 0
            else:
                self._wait_with(batch.add(self._waiting))
                self._writing.came(explain(error, self._path))
                if last:
                    seconds = len(batch.seconds)
                    logger.error("the store closes with %d seconds and %d other rows unwritten", seconds, batch.others)
            self._tried = asked
            self._stopped = last
            self._changed.notify_all()

    def _due(self) -> bool:
        return self._closing or self._asked > self._tried or (bool(self._waiting) and self._due_in_s() <= 0.0)

    def _due_in_s(self) -> float:
        """Of the clock's time: early enough that a cut takes no more than `commit_s` of the walk."""
        return self._tried_at_s + self._commit_s - OLD_S - self._clock.now_s()
