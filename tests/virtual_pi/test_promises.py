# SPDX-License-Identifier: MIT
"""The judge of power cuts: it sees each thing that must not happen, and lets pass what may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kneemon.clock import SystemClock
from kneemon.model.diary import DiaryEntry, PainAnswer, Stamp
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.mqtt.documents import summary_document
from kneemon.store import Store
from virtual_pi.promises import Answer, Cut, Promises, Stored, Told, different, read

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
CUT = Cut(1, 1000.0, 130.0)
ENTRY = DiaryEntry(Stamp("boot", 1.0, NOON, False, "UTC"), PainAnswer(Ask.PAIN_END, 3, "b1-1-aaaa"), 1)


def walk(
    name: str = "b1-1-aaaa", lasts_s: float = 20.0, reason: EndReason | None = EndReason.POWER_LOSS
) -> SessionRecord:
    """100 steps a minute, from stream time 100 s on."""
    begun = SessionSummary.begun(100.0, None)
    summary = replace(begun, ended_s=100.0 + lasts_s, steps=round(lasts_s / 0.6), end_reason=reason)
    labels = ("device", name, 1, "boot", NOON, NOON, "UTC", TimeQuality.UNSYNCED, "waist", "adxl345", "0")
    return SessionRecord(*labels, summary, final=reason is not None)


def stored(
    *walks: SessionRecord, diary: tuple[DiaryEntry, ...] = (), answers: frozenset[Answer] = frozenset()
) -> Stored:
    return Stored(list(walks), list(diary), answers, [])


@pytest.fixture
def promises() -> Promises:
    """A walk was heard of half a minute before the cut."""
    promises = Promises()
    promises.heard_of("b1-1-aaaa", 970.0)
    return promises


def cut(promises: Promises) -> Promises:
    promises.cut(CUT)
    return promises


def test_a_walk_that_is_there_up_to_its_last_seconds_is_no_fault(promises: Promises) -> None:
    promises.walks["b1-1-aaaa"].told += [Told(985.0, 15.0, 25), Told(999.0, 29.0, 48)]
    assert cut(promises).broken(stored(walk())) == []
    (left,) = promises.left(stored(walk()))
    assert (left.lost_s, left.counted_lost_s) == (10.0, 9.0)


@pytest.mark.parametrize("told", [Told(989.9, 21.5, 30), Told(989.9, 19.0, 34)])
def test_seconds_and_steps_that_were_older_are_missed(promises: Promises, told: Told) -> None:
    promises.walks["b1-1-aaaa"].told.append(told)
    (fault,) = cut(promises).broken(stored(walk()))
    assert "were told long before" in fault


def test_a_walk_is_missed_that_was_heard_of_long_before_or_acknowledged(promises: Promises) -> None:
    promises.heard_of("b1-2-bbbb", 995.0)
    promises.heard_of("b1-3-cccc", 999.0).acknowledged = True
    assert cut(promises).broken(stored()) == ["the walk b1-1-aaaa is lost", "the walk b1-3-cccc is lost"]


def test_a_walk_that_was_acknowledged_and_never_named_is_missed(promises: Promises) -> None:
    promises.unnamed = 1
    (fault,) = cut(promises).broken(stored(walk()))
    assert "before their names were heard" in fault
    promises.unnamed = 1
    assert promises.broken(stored(walk(), walk("b1-2-bbbb"))) == []


def test_an_end_that_was_acknowledged_is_missed(promises: Promises) -> None:
    promises.walks["b1-1-aaaa"].stopped = True
    (fault,) = cut(promises).broken(stored(walk()))
    assert "its end was acknowledged" in fault
    assert promises.left(stored(walk())) == []


def test_an_answer_is_missed(promises: Promises) -> None:
    promises.answers.add(Answer("b1-1-aaaa", "pain_end", 3))
    (fault,) = cut(promises).broken(stored(walk()))
    assert "the answer" in fault


def changed(record: SessionRecord) -> SessionRecord:
    return replace(record, summary=replace(record.summary, steps=1))


@pytest.mark.parametrize("later", [lambda _: stored(), lambda record: stored(changed(record), diary=(ENTRY,))])
def test_what_was_once_there_may_not_go_or_change(promises: Promises, later: Callable[[SessionRecord], Stored]) -> None:
    record = walk("b9-1-eeee")
    promises.broken(stored(record, diary=(ENTRY,)))
    assert any("b9-1-eeee was" in fault for fault in promises.broken(later(record)))


def test_the_diary_only_grows(promises: Promises) -> None:
    promises.broken(stored(walk(), diary=(ENTRY,)))
    assert promises.broken(stored(walk(), diary=(ENTRY, ENTRY))) == []
    assert promises.broken(stored(walk(), diary=(ENTRY,))) == ["entries of the diary are gone or changed"]


def test_a_document_must_come_as_it_is_stored_and_always_the_same(promises: Promises) -> None:
    record = walk()
    document = summary_document(record)
    assert promises.undelivered(stored(record), [document]) == []
    assert len(promises.undelivered(stored(record), [summary_document(changed(record))])) == 1
    assert different([("b1-1-aaaa", 1, document), ("b1-1-aaaa", 1, document), ("b1-1-aaaa", 2, b"")]) == []
    assert different([("b1-1-aaaa", 1, document), ("b1-1-aaaa", 1, b"")]) == [
        "b1-1-aaaa in revision 1 came in two ways"
    ]


def test_a_store_whose_parts_do_not_fit_is_unsound(tmp_path: Path) -> None:
    path = tmp_path / "kneemon.db"
    store = Store.open(path, documents_of=lambda *_: (), clock=SystemClock())
    store.end(walk())
    store.close()
    assert read(path).unsound == ["b1-1-aaaa: 33 steps, and 0 in its seconds"]
    assert [record.session_id for record in read(path).walks] == ["b1-1-aaaa"]
