# SPDX-License-Identifier: MIT
"""What is read of a store: what was struck, labels of a wrong clock, entries of a newer kneemon, and days long ago."""

import csv
import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from handmade import ENGLISH, MONDAY, TODAY, Diary, at, reported

from kneemon.app import reading as reading_module
from kneemon.app.archives import Wanted, files_of
from kneemon.app.opened import opened
from kneemon.app.plan_today import wish_now
from kneemon.app.report import report
from kneemon.app.report_sheet import sheet
from kneemon.clock import PacedClock
from kneemon.export.formats import Format
from kneemon.model.diary import Corrected, ExerciseKind, ExerciseSet, Knee, Leg, LimitWish, PainAnswer, Profile, Struck
from kneemon.model.plans import StateName
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import EndReason, SessionSummary
from kneemon.store import Store

DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, 8, tzinfo=UTC)


@pytest.fixture
def diary(tmp_path):
    written = Diary(tmp_path / "kneemon.db")
    written.tell(Profile(Knee.LEFT, usual_pain=2, tz="UTC", consent=True), MONDAY)
    return written


def looked_at(path, day=TODAY):
    return opened(path, at(day), "UTC")


def walked_without_a_clock(path, boot_id, utc, names=("unsynced",), anchor=None):
    """Walks that began by a label that may be wrong; anchor: what the boot learned of the time a minute afterwards."""
    clock = PacedClock(start=TimeAnchor(boot_id, 100.0, utc, synchronised=False))
    store = Store.open(path, documents_of=lambda *_: (), clock=clock)
    for name in names:
        begun = SessionRecord(
            "dev1", name, 1, boot_id, utc, utc, "UTC", TimeQuality.UNSYNCED, "waist", "canned", "0",
            SessionSummary.begun(100.0, None), final=False,
        )  # fmt: skip
        store.begin(begun)
        known = {"ended_s": 700.0, "steps": 900, "walking_s": 600.0, "main_s": 600.0, "end_reason": EndReason.COMMAND}
        ended = utc + timedelta(seconds=600)
        store.end(replace(begun, ended_at=ended, summary=replace(begun.summary, **known), final=True))
    if anchor is not None:
        store.keep_anchor(TimeAnchor(boot_id, 760.0, anchor, synchronised=True))
    store.close()


def test_what_was_struck_is_neither_profile_nor_wish(diary):
    diary.tell(LimitWish(20.0), MONDAY)
    diary.tell(LimitWish(30.0), MONDAY)
    diary.tell(Profile(Knee.BOTH, weight_kg=99.0, consent=True), MONDAY)
    for seq in (3, 4):
        diary.tell(Struck(seq=seq), MONDAY)
    with looked_at(diary.close()) as reading:
        assert wish_now(reading) == LimitWish(20.0)
        assert reading.profile == Profile(Knee.LEFT, usual_pain=2, tz="UTC", consent=True)


def test_entries_of_a_newer_kneemon_take_nobody_s_place(diary):
    for score in range(10):
        diary.tell(PainAnswer(Ask.PAIN_BEFORE, score), MONDAY)
    diary.decide(MONDAY, StateName.HOLD, 10.0, "12.4-HOLD", "Kept.")
    diary.decide(MONDAY, StateName.PROGRESS, 10.0, "12.4-PROGRESS", "Grows.")
    path = diary.close()
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE diary SET kind = 'from_the_future' WHERE seq IN (5, 6, 9)")
        store.execute("UPDATE diary SET body = '{}' WHERE seq = 13")
    with looked_at(path) as reading:
        assert [entry.seq for entry in reading.diary(6)] == [12, 11, 10, 8, 7, 4]
        assert [entry.seq for entry in reading.diary(6, before=4)] == [3, 2, 1]
        assert [entry.fact.rule for entry in reading.decisions(1)] == ["12.4-HOLD"]


def test_a_struck_set_takes_nobody_s_place(diary):
    for number in (1, 2, 3):
        diary.tell(ExerciseSet(ExerciseKind.PUSH_OFF, Leg.LEFT, 1, number, 10, 10, 10), MONDAY)
    diary.tell(Struck(seq=4), MONDAY)
    with looked_at(diary.close()) as reading:
        assert [entry.fact.number for entry in reading.exercises(2)] == [2, 1]


def test_a_walk_with_a_strange_label_is_read_apart(diary, monkeypatch):
    name = diary.walk(TODAY - DAY)
    path = diary.close()
    walked_without_a_clock(path, "other", LONG_AGO)
    spans = []
    entries_of = reading_module.Reading._entries

    def entries(reading, first, last):
        spans.append((last - first).days)
        return entries_of(reading, first, last)

    monkeypatch.setattr(reading_module.Reading, "_entries", entries)
    with looked_at(path) as reading:
        walks = reading.walks()
    assert [(walk.outcome.session_id, walk.outcome.day) for walk in walks] == [
        ("unsynced", LONG_AGO.date()),
        (name, TODAY - DAY),
    ]
    assert len(spans) == 2
    assert max(spans) <= 12


def test_a_walk_is_found_on_the_day_that_its_boot_learned_later(diary):
    name = diary.walk(MONDAY)
    path = diary.close()
    learned = datetime(2026, 11, 12, 9, 11, tzinfo=UTC)
    walked_without_a_clock(path, "other", LONG_AGO, anchor=learned)
    with looked_at(path) as reading:
        assert [walk.outcome.day for walk in reading.walks()] == [learned.date(), MONDAY]
        found = reading.walks_between(learned.date(), learned.date())
        assert [walk.outcome.session_id for walk in found] == ["unsynced"]
        assert [walk.outcome.session_id for walk in reading.walks_between(MONDAY, TODAY)] == [name, "unsynced"]
        assert [week.walks for week in reading.weeks(3)] == [1, 1, 0]
        assert reading.walks_between(LONG_AGO.date(), LONG_AGO.date()) == []


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_everything_is_everything(diary, year):
    path = diary.close()
    walked_without_a_clock(path, "other", datetime(year, 1, 1, tzinfo=UTC))
    assert "unsynced_summary.csv" in dict(made(path, Format.CSV))
    with looked_at(path) as reading:
        assert len(reading.walks()) == 1


def test_an_entry_with_any_label_is_of_everything(diary):
    diary.tell(PainAnswer(Ask.PAIN_BEFORE, 7), date(1970, 1, 5))
    rows = rows_of(made(diary.close(), Format.DIARY), "kneemon_diary.csv")
    assert [row["local_time"][:4] for row in rows] == ["2026", "1970"]


def made(path, *formats, day=TODAY, **wanted):
    with looked_at(path, day) as reading:
        files = files_of(reading, Wanted(formats, **wanted), at(day), ENGLISH)
        return {name: b"".join(content) for name, content in files}


def rows_of(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"), newline="")))


def test_the_morning_after_and_what_was_told_later_belong_to_the_days(diary):
    first, second = diary.walk(MONDAY), diary.walk(MONDAY + DAY)
    diary.tell(PainAnswer(Ask.PAIN_END, 3, first), MONDAY, 11)
    diary.tell(PainAnswer(Ask.PAIN_MORNING, 4, "", MONDAY + DAY), MONDAY + DAY, 7)
    diary.tell(PainAnswer(Ask.PAIN_LATER, 5, first), MONDAY + 2 * DAY)
    diary.tell(PainAnswer(Ask.PAIN_END, 6, second), MONDAY + DAY, 11)
    diary.tell(PainAnswer(Ask.PAIN_MORNING, 7), MONDAY + 2 * DAY, 7)
    path = diary.close()

    def answers(**wanted):
        rows = rows_of(made(path, Format.CSV, **wanted), "kneemon_diary.csv")
        return [row["answer"] for row in rows if row["question"]]

    assert answers(first=MONDAY, last=MONDAY) == ["3", "4", "5"]
    assert answers(first=MONDAY + DAY, last=MONDAY + DAY) == ["4", "6", "7"]
    assert answers(last=MONDAY) == ["3", "4", "5"]


def weeks_of(files):
    (content,) = files.values()
    _, *rows = openpyxl.load_workbook(io.BytesIO(content))["Weeks"].iter_rows(values_only=True)
    return [row[0].date() for row in rows]


def test_a_workbook_has_the_weeks_of_its_walks(diary):
    diary.plan()
    names = [diary.walk(MONDAY + number * DAY) for number in (0, 8)]
    path = diary.close()
    assert weeks_of(made(path, Format.XLSX, session_id=names[0])) == [MONDAY]
    assert weeks_of(made(path, Format.XLSX, session_id=names[1])) == [MONDAY + 7 * DAY]
    assert weeks_of(made(path, Format.XLSX, last=MONDAY + 3 * DAY)) == [MONDAY]
    assert weeks_of(made(path, Format.XLSX)) == [MONDAY + 7 * number * DAY for number in range(3)]


def test_a_report_ends_with_the_last_day_asked_for(diary):
    diary.plan()
    early = diary.walk(MONDAY)
    diary.tell(PainAnswer(Ask.PAIN_MORNING, 2, "", MONDAY + DAY), MONDAY + DAY, 7)
    diary.decide(MONDAY + 7 * DAY, StateName.REVIEW, 10.0, "12.4-REVIEW", "Look at it.")
    diary.walk(MONDAY + 9 * DAY)
    path = diary.close()
    with looked_at(path) as reading:
        then = reading.until(MONDAY + 6 * DAY)
        found = report(then, 1)
        told = sheet(then, found, ENGLISH, printed=reading.today)
    assert [walk.outcome.session_id for walk in found.walks] == [early]
    assert found.weeks[-1].first == MONDAY
    assert found.decision.rule == "12.4-BEGIN"
    assert [flag.kind for flag in found.flags] == []
    assert ENGLISH.day(MONDAY + 6 * DAY) in told.period
    assert ENGLISH.day(TODAY) in told.made
    files = made(path, Format.REPORT, first=MONDAY, last=MONDAY + 6 * DAY)
    assert list(files) == [f"kneemon-report-{MONDAY + 6 * DAY}.pdf"]


def test_the_correction_of_a_struck_walk_is_not_pointed_at(diary):
    name = diary.walk(MONDAY + 7 * DAY)
    diary.tell(Corrected(name, 900, None, "a bus", "walker"), MONDAY + 7 * DAY, 12)
    diary.tell(Struck(name), MONDAY + 7 * DAY, 13)
    with reported(diary.close()) as (found, _):
        assert [flag.kind for flag in found.flags] == ["struck"]
