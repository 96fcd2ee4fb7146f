# SPDX-License-Identifier: MIT
"""The store for everyone who only reads: walks, their seconds and events, the diary, and what waits in the outbox.

May be used from several threads and while a writer is at work; a walk that is going on is there as far as it is
stored, without an end reason. Every method raises StoreError when the database cannot be read.
"""

import difflib
import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from kneemon.errors import StoreError
from kneemon.model.diary import DiaryEntry, PlanVersion
from kneemon.model.records import Backlog, EventRow, Former, OutboxMessage, SecondRow, SessionRecord, TimeAnchor
from kneemon.store import connect, rows
from kneemon.store.facts import anchor_of, entry_of, plan_of
from kneemon.store.faults import explained, nothing_stored
from kneemon.store.raw_rows import has_raw

DIARY_ABOUT = """
    SELECT * FROM diary WHERE iif(json_valid(body), json_extract(body, '$.session_id'), NULL) = ? ORDER BY seq
"""
# A boot that learned the time late has labels of its own until then.
SESSIONS_BETWEEN = """
    SELECT * FROM session WHERE started_at >= :since AND started_at < :until
    UNION SELECT session.* FROM session JOIN anchor USING (boot_id)
    WHERE anchor.utc >= :since AND julianday(anchor.utc) - anchor.monotonic_s / 86400.0 < julianday(:until)
    AND julianday(anchor.utc) + (json_extract(summary, '$.started_s') - anchor.monotonic_s) / 86400.0
    BETWEEN julianday(:since) AND julianday(:until)
    ORDER BY seq
"""
DIARY_BETWEEN = """
    SELECT * FROM diary WHERE utc >= :since AND utc < :until
    UNION SELECT diary.* FROM diary JOIN anchor USING (boot_id)
    WHERE anchor.utc >= :since AND julianday(anchor.utc) - anchor.monotonic_s / 86400.0 < julianday(:until)
    AND julianday(anchor.utc) + (at_s - anchor.monotonic_s) / 86400.0 BETWEEN julianday(:since) AND julianday(:until)
    ORDER BY seq
"""
DIARY_PAGE = "SELECT * FROM diary WHERE :before IS NULL OR seq < :before ORDER BY seq DESC LIMIT :limit"
DIARY_OF_KIND = """
    SELECT * FROM diary WHERE kind = :kind AND (:before IS NULL OR seq < :before) ORDER BY seq DESC LIMIT :limit
"""


class StoreReader:
    """The store at `path`; StoreError when nothing has been stored there yet.

    unreadable: how many entries the newest call of `diary` left out, as this kneemon cannot read them.
    """

    def __init__(self, path: Path) -> None:
        self.unreadable = 0
        self._path = path
        self._connection = connect.reading(path)
        self._one_at_a_time = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def sessions(self, limit: int | None = None, since: datetime | None = None) -> list[SessionRecord]:
        """Newest first: at most `limit`, and only those that started at `since` (aware) or later."""
        found = self._rows(
            "SELECT * FROM session WHERE started_at >= ? ORDER BY seq DESC LIMIT ?",
            ("" if since is None else rows.instant(since), -1 if limit is None else limit),
        )
        return [rows.record_of(row) for row in found]

    def sessions_between(self, since: datetime, until: datetime) -> list[SessionRecord]:
        """In order of beginning: those of [since, until), both aware, by their labels or as is known now."""
        return [rows.record_of(row) for row in self._rows(SESSIONS_BETWEEN, _span(since, until))]

    def session_page(self, before: str | None, limit: int) -> list[SessionRecord]:
        """Newest first: at most `limit` that began before the walk of that name, or the newest; for page after page."""
        found = self._rows(
            "SELECT * FROM session WHERE ? IS NULL OR seq < (SELECT seq FROM session WHERE session_id = ?) "
            "ORDER BY seq DESC LIMIT ?",
            (before, before, limit),
        )
        return [rows.record_of(row) for row in found]

    def session_count(self) -> int:
        return int(self._rows("SELECT count(*) FROM session")[0][0])

    def walks(self) -> list[SessionRecord]:
        """All of them, in order of beginning."""
        return self.sessions()[::-1]

    def session(self, session_id: str = "latest") -> SessionRecord:
        """The one of that name, or the newest; StoreError naming the nearest names when there is none."""
        if session_id == "latest":
            found = self._rows("SELECT * FROM session ORDER BY seq DESC LIMIT 1")
        else:
            found = self._rows("SELECT * FROM session WHERE session_id = ?", (session_id,))
        if not found:
            raise self._unknown(session_id)
        return rows.record_of(found[0])

    def seconds(self, session_id: str) -> list[SecondRow]:
        """Every stored second, in order."""
        return [rows.second_of(row) for row in self._rows(rows.GET_SECONDS, (session_id,))]

    def events(self, session_id: str) -> list[EventRow]:
        """Every stored event, in order of time."""
        found = self._rows(
            'SELECT at_s, kind, value, "limit", unit FROM event WHERE session_id = ? ORDER BY at_s, seq', (session_id,)
        )
        return [EventRow(*row) for row in found]

    def diary(self, last: int | None = None) -> list[DiaryEntry]:
        """In order, only the newest `last` if told; an entry of a kind that only a newer kneemon knows is left out."""
        found = self._rows("SELECT * FROM diary ORDER BY seq DESC LIMIT ?", (-1 if last is None else last,))
        entries = [entry for entry in map(entry_of, reversed(found)) if entry is not None]
        self.unreadable = len(found) - len(entries)
        return entries

    def diary_between(self, since: datetime, until: datetime) -> list[DiaryEntry]:
        """In order: entries of [since, until), by their labels or as is known now."""
        return self._entries(self._rows(DIARY_BETWEEN, _span(since, until)))

    def diary_of(self, *kinds: str, last: int | None = None) -> list[DiaryEntry]:
        """In order: the entries of these kinds, the newest `last` of each if told."""
        found: list[DiaryEntry] = []
        for kind in kinds:
            if last is None:
                found += self._entries(self._rows("SELECT * FROM diary WHERE kind = ?", (kind,)))
            else:
                found += self._newest(kind, None, last)
        return sorted(found, key=lambda entry: entry.seq)

    def diary_about(self, session_id: str) -> list[DiaryEntry]:
        """In order: the entries that name this walk."""
        return self._entries(self._rows(DIARY_ABOUT, (session_id,)))

    def diary_page(self, before: int | None, limit: int) -> list[DiaryEntry]:
        """Newest first: at most `limit` entries with seq < `before`, or the newest; fewer only where there are none."""
        return self._newest(None, before, limit)

    def former(self, session_id: str) -> list[Former]:
        """The walk as it was before each revision by hand or by a better engine, oldest first."""
        found = self._rows("SELECT * FROM former WHERE session_id = ? ORDER BY revision", (session_id,))
        return [rows.former_of(row) for row in found]

    def has_raw(self, session_id: str | None = None) -> bool:
        """Raw samples are kept of this walk, of any if None."""
        return bool(self._rows(*has_raw(session_id)))

    def raw_sizes(self) -> dict[str, int]:
        """Bytes of raw samples by walk; walks without any are not named."""
        return dict(map(tuple, self._rows("SELECT session_id, sum(length(body)) FROM raw GROUP BY session_id")))

    def anchors(self, boots: Iterable[str] | None = None) -> dict[str, TimeAnchor]:
        """By boot id: an instant at which that boot's civil clock was known to be right; of these boots, or of all."""
        if boots is None:
            found = self._rows("SELECT * FROM anchor")
        else:
            of_these = "SELECT * FROM anchor WHERE boot_id IN (SELECT value FROM json_each(?))"
            found = self._rows(of_these, (json.dumps(list(boots)),))
        return {row["boot_id"]: anchor_of(row) for row in found}

    def plan_versions(self) -> list[PlanVersion]:
        """The plan's files as they were, from the first."""
        return [plan_of(row) for row in self._rows("SELECT * FROM plan ORDER BY rev")]

    def waiting(self, after: int, most: int) -> list[OutboxMessage]:
        """At most `most` documents with seq > `after`, oldest first."""
        return [rows.document_of(row) for row in self._rows(rows.GET_WAITING, (after, most))]

    def outbox(self) -> Backlog:
        """How much waits for the broker."""
        return rows.backlog_of(self._rows(rows.GET_BACKLOG)[0])

    def note(self, name: str) -> str | None:
        """What was kept under the name, None when nothing was."""
        found = self._rows("SELECT value FROM meta WHERE key = ?", (rows.NOTE + name,))
        return str(found[0][0]) if found else None

    def _newest(self, kind: str | None, before: int | None, limit: int) -> list[DiaryEntry]:
        """What cannot be read takes nobody's place."""
        found: list[DiaryEntry] = []
        while len(found) < limit:
            asked = limit - len(found)
            taken = self._rows(DIARY_OF_KIND if kind else DIARY_PAGE, {"kind": kind, "before": before, "limit": asked})
            found += self._entries(taken)
            if len(taken) < asked:
                break
            before = int(taken[-1]["seq"])
        return found

    def _entries(self, found: list[sqlite3.Row]) -> list[DiaryEntry]:
        return [entry for entry in map(entry_of, found) if entry is not None]

    def _rows(self, sql: str, values: rows.Row | dict[str, object] = ()) -> list[sqlite3.Row]:
        with self._one_at_a_time, explained(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _unknown(self, session_id: str) -> StoreError:
        names = [row[0] for row in self._rows("SELECT session_id FROM session ORDER BY seq DESC")]
        if not names:
            return nothing_stored(self._path)
        nearest = difflib.get_close_matches(session_id, names, cutoff=0.4) or names[:3]
        return StoreError(
            f"there is no walk {session_id!r}",
            expected=f"`latest` or a walk's name, such as {', '.join(nearest)}",
            seen=repr(session_id),
            remedy="`kneemon sessions` lists them all.",
        )


def _span(since: datetime, until: datetime) -> dict[str, object]:
    return {"since": rows.instant(since), "until": rows.instant(until)}
