# SPDX-License-Identifier: MIT
"""What a Pi has promised before its power was cut, and whether its store and its documents keep it.

A walk is promised from the acknowledgement of its beginning on, or ten seconds after somebody heard of it; its end, an
answer, from the acknowledgement on; its seconds, when they are ten seconds old. What was once seen in the store is
promised, too. All that is judged is a copy of the store and what came to the home: nothing asks the Pi what it thinks.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kneemon.model.diary import DiaryEntry, PainAnswer
from kneemon.model.records import SessionRecord
from kneemon.model.sessions import EndReason
from kneemon.mqtt.documents import summary_document
from kneemon.store.reader import StoreReader

OLD_S = 10.0
BETWEEN_TWO_S = 1.0  # a second counts when it is over


class Told(NamedTuple):
    """What kneemon had counted of a walk, as told at `at_s`."""

    at_s: float
    elapsed_s: float
    steps: int


class Answer(NamedTuple):
    """A pain that was told about a walk: when (`PainAnswer.ask`; "pain" during it) and how much."""

    session_id: str
    ask: str
    score: int


class Cut(NamedTuple):
    """When the power went: for us, and in the guest's stream time."""

    number: int
    at_s: float
    stream_s: float


@dataclass
class Walk:
    """heard_s: when it was first heard of. stopped: its end was acknowledged. cut: that it was on at, perhaps."""

    heard_s: float
    acknowledged: bool = False
    stopped: bool = False
    cut: Cut | None = None
    told: list[Told] = field(default_factory=list)


class Left(NamedTuple):
    """What cut `number` took of the walk that was on. lost_s: time of it; counted_lost_s: what had been told of it."""

    number: int
    session_id: str
    lost_s: float
    counted_lost_s: float


class Stored(NamedTuple):
    """All of a store."""

    walks: list[SessionRecord]
    diary: list[DiaryEntry]
    answers: frozenset[Answer]
    unsound: list[str]


def read(store: Path) -> Stored:
    """A copy of it. unsound: what SQLite says against it, and walks whose parts do not fit together."""
    unsound = []
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        for check, well in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            if (seen := connection.execute(f"PRAGMA {check}").fetchall()) != well:
                unsound.append(f"{check}: {seen}")
    with StoreReader(store) as reader:
        walks, diary = reader.walks(), reader.diary()
        answers = {_answer(entry.fact) for entry in diary if isinstance(entry.fact, PainAnswer)}
        for record in walks:
            seconds = reader.seconds(record.session_id)
            summed = sum(second.steps for second in seconds)
            if record.final and summed != record.summary.steps:
                unsound.append(f"{record.session_id}: {record.summary.steps} steps, and {summed} in its seconds")
            marks = (event for event in reader.events(record.session_id) if event.kind == "pain")
            answers |= {Answer(record.session_id, "pain", int(event.value or 0)) for event in marks}
        if reader.unreadable:
            unsound.append(f"{reader.unreadable} entries of the diary cannot be read")
    return Stored(walks, diary, frozenset(answers), unsound)


class Promises:
    """walks: those that were heard of, by name. unnamed: beginnings that were acknowledged, and no name was heard."""

    def __init__(self) -> None:
        self.walks: dict[str, Walk] = {}
        self.answers: set[Answer] = set()
        self.unnamed = 0
        self._seen = Stored([], [], frozenset(), [])

    def heard_of(self, session_id: str, at_s: float) -> Walk:
        return self.walks.setdefault(session_id, Walk(at_s))

    def cut(self, cut: Cut) -> None:
        """The power went; what was heard until then is all there will be."""
        for walk in self.walks.values():
            if walk.cut is None and not walk.stopped:
                walk.cut = cut

    def broken(self, store: Stored) -> list[str]:
        """In words, all that does not hold. What is in the store now is promised for the next time."""
        found = [*store.unsound, *self._lost_walks(store), *self._not_as_before(store)]
        found += [f"the answer {answer} is lost" for answer in sorted(self.answers - store.answers)]
        self._seen = store
        return found

    def left(self, store: Stored) -> list[Left]:
        """Of every walk that was cut off, and is there."""
        found = []
        for name, record in _by_name(store).items():
            cut = self.walks[name].cut if name in self.walks else None
            summary = record.summary
            if cut is not None and summary.end_reason is EndReason.POWER_LOSS:
                counted_s = max((told.elapsed_s for told in self.walks[name].told), default=0.0)
                found.append(
                    Left(cut.number, name, cut.stream_s - summary.ended_s, max(0.0, counted_s - summary.duration_s))
                )
        return found

    def undelivered(self, store: Stored, documents: Sequence[bytes]) -> list[str]:
        """Walks whose newest revision never came to the home, or came as something else."""
        came = [json.loads(document) for document in documents]
        return [
            f"{record.session_id}: its document in revision {record.revision} never came as it is stored"
            for record in store.walks
            if record.final and json.loads(summary_document(record)) not in came
        ]

    def _lost_walks(self, store: Stored) -> list[str]:
        found = []
        stored = _by_name(store)
        new = set(stored) - set(_by_name(self._seen)) - set(self.walks)
        if len(new) < self.unnamed:
            found.append(f"{self.unnamed} walks were acknowledged before their names were heard, {len(new)} are there")
        self.unnamed = 0
        for name, walk in self.walks.items():
            old = walk.cut is not None and walk.cut.at_s - walk.heard_s >= OLD_S
            if name in stored:
                found += _lost_of(walk, stored[name])
            elif walk.acknowledged or walk.stopped or old:
                found.append(f"the walk {name} is lost")
        return found

    def _not_as_before(self, store: Stored) -> list[str]:
        """What was over stays as it was but for its labels and answers; of the diary, nothing changes or goes."""
        found = []
        stored = _by_name(store)
        for before in self._seen.walks:
            now = stored.get(before.session_id)
            if now is None:
                found.append(f"the walk {before.session_id} was there, and is gone")
            elif before.final and (now.revision < before.revision or _figures(now) != _figures(before)):
                found.append(f"the walk {before.session_id} was over, and changed: {before} became {now}")
        if store.diary[: len(self._seen.diary)] != self._seen.diary:
            found.append("entries of the diary are gone or changed")
        return found


def _lost_of(walk: Walk, record: SessionRecord) -> list[str]:
    found = []
    name, summary = record.session_id, record.summary
    if walk.stopped and (not record.final or summary.end_reason is not EndReason.COMMAND):
        found.append(f"{name}: its end was acknowledged, and it is stored as {summary.end_reason}")
    for told in walk.told:
        old = walk.cut is None or told.at_s <= walk.cut.at_s - OLD_S
        if old and summary.duration_s < told.elapsed_s - BETWEEN_TWO_S:
            found.append(f"{name}: {told.elapsed_s} s were told long before, {summary.duration_s:.1f} s are stored")
        if old and summary.steps < told.steps:
            found.append(f"{name}: {told.steps} steps were told long before, {summary.steps} are stored")
    return found


def different(documents: Sequence[tuple[str, int, bytes]]) -> list[str]:
    """Revisions (walk, revision, payload) that came twice and not the same."""
    first: dict[tuple[str, int], bytes] = {}
    return [
        f"{name} in revision {revision} came in two ways"
        for name, revision, payload in documents
        if first.setdefault((name, revision), payload) != payload
    ]


def _answer(fact: PainAnswer) -> Answer:
    return Answer(fact.session_id, fact.ask, -1 if fact.score is None else fact.score)


def _by_name(store: Stored) -> dict[str, SessionRecord]:
    return {record.session_id: record for record in store.walks}


def _figures(record: SessionRecord) -> tuple[object, ...]:
    summary = record.summary
    return summary.steps, summary.started_s, summary.ended_s, summary.walking_s, summary.end_reason
