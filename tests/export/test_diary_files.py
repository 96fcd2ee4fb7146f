# SPDX-License-Identifier: MIT
"""The diary's CSV files, read back as a spreadsheet would."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.errors import ExportError
from kneemon.export.columns import Walked
from kneemon.export.csv_files import dated, diary_csv, session_csv
from kneemon.model.diary import (
    Choice,
    ChoiceKind,
    DiaryEntry,
    ExerciseKind,
    ExerciseSet,
    Fact,
    GradeAnswer,
    Leg,
    Override,
    PainAnswer,
    Stamp,
    SteadyAnswer,
    Tags,
)
from kneemon.model.plans import Decision, Dose, PlanState, StateName
from kneemon.model.questions import Ask, Grade, Steady
from kneemon.model.records import SessionRecord, TimeAnchor, TimeQuality
from kneemon.model.sessions import SessionSummary
from kneemon.store.facts import KINDS

# Half an hour before Berlin sets its clocks back.
NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
STAMP = Stamp("4f1c", 1000.0, NOW, certain=True, tz="Europe/Berlin")
STATE = PlanState(
    StateName.HOLD, date(2026, 10, 25), date(2026, 10, 19), 1, Dose(12.5, 3, None, 30.0), date(2026, 10, 26)
)
DECISION = Decision(
    "12.4/HOLD",
    date(2026, 10, 24),
    date(2026, 10, 25),
    StateName.PROGRESS,
    STATE,
    "One walk was red.",
    {"red": 1, "usual": None, "share": 2 / 3, "asked": True},
)
ANCHOR = TimeAnchor("4f1c", 1600.0, NOW + timedelta(days=300), synchronised=True)


def told(*facts, stamp=STAMP):
    return [DiaryEntry(stamp, fact, number) for number, fact in enumerate(facts, start=1)]


def lines(content):
    return content.decode("utf-8-sig").splitlines()


def read_back(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def test_golden_diary():
    entries = told(
        PainAnswer(Ask.PAIN_END, 3, "b1-1-9f2c"),
        PainAnswer(Ask.PAIN_MORNING, None, "", date(2026, 10, 24)),
        GradeAnswer(Grade.SOON),
        SteadyAnswer(Steady.NOT_STEADY, "b1-1-9f2c"),
        Tags("b1-1-9f2c", brace=False, shoes="brown, old"),
        Choice(ChoiceKind.STAY),
        Override(StateName.HOLD, 0, "as agreed"),
        ExerciseSet(ExerciseKind.BALANCE, Leg.LEFT, 1, 2, held_s=7.123456, touched=True),
        DECISION,
    )
    files = diary_csv(dated(entries, {}))
    assert list(files) == ["kneemon_diary.csv", "kneemon_decisions.csv"]
    head = "seq,local_time,tz,time_certain,kind,session_id,question,answer,meaning,morning,details"
    when = "2026-10-25 02:30:00,Europe/Berlin,1"
    assert lines(files["kneemon_diary.csv"]) == [
        head,
        f"1,{when},pain_answer,b1-1-9f2c,pain_end,3,,,",
        f"2,{when},pain_answer,,pain_morning,,,2026-10-24,",
        f"3,{when},grade_answer,,grade,2,soon,,",
        f"4,{when},steady_answer,b1-1-9f2c,gave_way,2,not_steady,,",
        f'5,{when},tags,b1-1-9f2c,,,,,"brace=0; shoes=brown, old"',
        f"6,{when},choice,,,,,,kind=stay",
        f"7,{when},override,,,,,,state=hold; step=0; note=as agreed",
        f"8,{when},exercise_set,,,,,,exercise=balance; leg=left; level=1; number=2; held_s=7.123; touched=1",
        f"9,{when},decision,,,,,,rule=12.4/HOLD; state=hold",
    ]
    assert files["kneemon_diary.csv"].startswith(b"\xef\xbb\xbf")
    assert files["kneemon_diary.csv"].count(b"\n") == files["kneemon_diary.csv"].count(b"\r\n") == 10


def test_a_decision_with_all_that_led_to_it():
    (row,) = read_back(diary_csv(dated(told(DECISION, PainAnswer(Ask.PAIN_END, 3)), {}))["kneemon_decisions.csv"])
    assert row == {
        "seq": "1",
        "local_time": "2026-10-25 02:30:00",
        "rule": "12.4/HOLD",
        "day": "2026-10-24",
        "taken_on": "2026-10-25",
        "late": "1",
        "was": "progress",
        "state": "hold",
        "since": "2026-10-25",
        "week_start": "2026-10-19",
        "plan_week": "2",
        "walk_min": "12.5",
        "week_sessions": "3",
        "cadence_ceiling_spm": "",
        "bout_cap_min": "30.0",
        "at_baseline": "0",
        "reason": "One walk was red.",
        "values": "red=1; usual=; share=0.667; asked=1",
    }
    first = replace(DECISION, was=None, taken_on=DECISION.day)
    (row,) = read_back(diary_csv(dated(told(first), {}))["kneemon_decisions.csv"])
    assert (row["was"], row["late"]) == ("", "0")


def test_a_clock_set_later_corrects_the_time_and_another_boots_does_not():
    wrong = replace(STAMP, utc=datetime(1970, 1, 1, tzinfo=UTC), certain=False)
    other = replace(wrong, boot_id="77aa")
    entries = [*told(PainAnswer(Ask.PAIN_END, 3), stamp=wrong), *told(PainAnswer(Ask.PAIN_END, 3), stamp=other)]
    here, there = read_back(diary_csv(dated(entries, {"4f1c": ANCHOR}))["kneemon_diary.csv"])
    assert (here["local_time"], here["time_certain"]) == ("2027-08-21 02:20:00", "1"), "600 s before the anchor, summer"
    assert (there["local_time"], there["time_certain"]) == ("1970-01-01 01:00:00", "0")


def test_of_a_walk_only_what_names_it():
    summary = SessionSummary.begun(812.4, None)
    record = SessionRecord(
        "ab12cd34ef56", "b1-2-77aa", 1, "4f1c", NOW, NOW, "UTC", TimeQuality.NTP, "waist", "test", "0", summary, True
    )
    entries = told(
        PainAnswer(Ask.PAIN_END, 1, "b1-1-9f2c"),
        PainAnswer(Ask.PAIN_END, 2, "b1-2-77aa"),
        PainAnswer(Ask.PAIN_MORNING, 3),
        Tags("b1-2-77aa", brace=True),
        Choice(ChoiceKind.STAY),
    )
    files = session_csv(Walked(record), [], [], dated(entries, {}))
    assert [row["seq"] for row in read_back(files["b1-2-77aa_diary.csv"])] == ["2", "4"]
    assert read_back(session_csv(Walked(record), [], [])["b1-2-77aa_diary.csv"]) == []


def test_an_empty_diary_has_its_headers():
    assert [len(lines(content)) for content in diary_csv([]).values()] == [1, 1]


def test_a_zone_that_this_machine_does_not_know():
    with pytest.raises(ExportError) as caught:
        dated(told(Choice(ChoiceKind.STAY), stamp=replace(STAMP, tz="Nowhere/At_All")), {})
    assert str(caught.value) == (
        "the diary's local times cannot be told: expected a time zone this machine knows, saw 'Nowhere/At_All'. "
        "Install the system's time zone data (tzdata)."
    )


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
anything_told = st.sampled_from(get_args(Fact)).flatmap(st.builds)


@given(st.lists(anything_told, max_size=4))
def test_every_fact_has_a_row_of_the_stores_kind(facts):
    content = diary_csv(dated(told(*facts), {}))["kneemon_diary.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert [KINDS[row["kind"]] for row in _rows(content)] == [type(fact) for fact in facts]


def _rows(content):
    """As read_back, for text that no utf-8 file of a person holds."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(texts)
def test_any_text_is_harmless_to_a_spreadsheet(text):
    content = diary_csv(dated(told(replace(DECISION, reason=text, rule=text)), {}))["kneemon_decisions.csv"]
    (row,) = read_back(content)
    assert row["reason"].replace("'", "") == text.replace("'", "")
    assert not row["reason"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not row["rule"].startswith(("=", "+", "-", "@", "\t", "\r"))
