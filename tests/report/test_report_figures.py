# SPDX-License-Identifier: MIT
"""What the report counts agrees with the store, counted another way; and it points at what it should."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from handmade import MONDAY, TODAY, WEEKS, Diary, reported
from lived import START

from kneemon.model.diary import Corrected, GradeAnswer, Knee, PainAnswer, Profile, SignsAnswer, Struck, WalkNote
from kneemon.model.plans import Colour, StateName
from kneemon.model.questions import Ask, Grade, Signs
from kneemon.model.sessions import PainMark

DAY = timedelta(days=1)


def test_a_life_is_counted_as_sql_counts_it(life):
    with reported(life, WEEKS, START + timedelta(weeks=WEEKS)) as (made, _), closing(sqlite3.connect(life)) as store:
        rows = [json.loads(text) for (text,) in store.execute("SELECT summary FROM session")]
        long = [row for row in rows if row["walking_s"] >= 60]
        answers = [json.loads(text) for (text,) in store.execute("SELECT body FROM diary WHERE kind = 'pain_answer'")]
    figures = made.figures
    assert figures.all_walks == len(long)
    assert figures.all_minutes == pytest.approx(sum(row["main_s"] for row in long) / 60)
    limited = [row for row in long if row["prescription"] and row["prescription"]["cadence_ceiling_spm"]]
    share = sum(row["over_pace_s"] for row in limited) / sum(row["walking_s"] for row in limited)
    assert figures.over_share == pytest.approx(share)
    mornings = [each["score"] for each in answers if each["ask"] == "pain_morning" and each["score"] is not None]
    assert 0 < figures.morning_known <= len(mornings) * 2
    assert sum(figures.colours.values()) == len(long)
    assert sum(week.walks for week in made.weeks) == len(long)


@pytest.fixture
def diary(tmp_path):
    written = Diary(tmp_path / "kneemon.db")
    written.tell(Profile(Knee.LEFT, usual_pain=2, tz="UTC", consent=True), MONDAY)
    return written


def felt(diary, session_id, day, before, end, morning):
    for ask, score in ((Ask.PAIN_BEFORE, before), (Ask.PAIN_END, end)):
        if score is not None:
            diary.tell(PainAnswer(ask, score, session_id), day, 11)
    if morning is not None:
        diary.tell(PainAnswer(Ask.PAIN_MORNING, morning, "", day + DAY), day + DAY, 7)


def test_the_five_figures(diary):
    diary.plan()
    for number, (before, end, morning) in enumerate(((2, 3, 2), (3, None, 3), (2, 7, 5))):
        day = MONDAY + 2 * number * DAY
        felt(diary, diary.walk(day, 12.0, over_pace_s=72.0), day, before, end, morning)
    diary.walk(MONDAY + 4 * DAY, 3.0, hour=15)  # again on the third day, and nothing told
    with reported(diary.close()) as (made, sheet):
        figures = made.figures
        assert (figures.made, figures.planned, figures.weeks_planned) == (3, 6, 2)
        assert (figures.minutes, figures.planned_min) == (39.0, 60.0)
        assert figures.over_share == pytest.approx(3 * 72 / (39 * 60))
        assert figures.before == pytest.approx(7 / 3)
        assert figures.morning == pytest.approx((2 + 3 + 5 + 5) / 4)  # two walks before the same morning
        assert figures.colours == {Colour.GREEN: 1, Colour.AMBER: 1, Colour.RED: 2}
        assert figures.missing == 3  # the second walk's worst; before and worst of the last one
        told = [(each.value, each.more) for each in sheet.figures]
    assert told[0] == ("3 of 6", "in 2 whole weeks with a plan")
    assert told[1] == ("39 of 60", "in 2 whole weeks with a plan")
    assert told[2][0] == "9.2 %"
    assert told[3] == ("2.3 → 3.8", "means of 3 and 4 of 4 walks")
    assert told[4][1] == "3 answers are missing"


def test_a_paused_week_plans_nothing(diary):
    diary.plan()
    diary.decide(MONDAY + 7 * DAY, StateName.PAUSED, 10.0, "12.4-PAUSED-choice", "Paused as you chose.")
    diary.walk(MONDAY)
    with reported(diary.close()) as (made, _):
        assert made.figures.weeks_planned == 1
        assert made.figures.planned == 3
        assert made.weeks[1].planned_min is None


def test_without_a_plan_nothing_is_held_against_one(diary):
    diary.walk(MONDAY)
    with reported(diary.close()) as (made, sheet):
        assert made.figures.planned is None
        assert sheet.figures[0].value == "1"
        assert sheet.figures[0].more == "no plan held in a whole week"
        assert "There is no plan to hold the walks against." in sheet.missing
        assert sheet.why == ("No decision has been taken yet.",)


def test_what_was_struck_counts_nowhere_but_is_told(diary):
    diary.plan()
    gone = diary.walk(MONDAY, 30.0)
    diary.walk(MONDAY + DAY)
    diary.tell(Struck(gone, why="on a bicycle", author="walker"), MONDAY + DAY, 12)
    with reported(diary.close()) as (made, sheet):
        assert made.figures.all_walks == 1
        assert made.figures.minutes == 10.0
        assert ("2 Nov", "The walk was deleted by the walker: on a bicycle.") in sheet.flags
        assert len(sheet.charts[1].table.rows) == 1


def test_flags_are_the_grave_ones_first_with_day_and_reason(diary):
    diary.plan()
    red = diary.walk(MONDAY, pains=(PainMark(60.0, 8),))
    felt(diary, red, MONDAY, 2, 8, 3)
    diary.walk(MONDAY + 2 * DAY, gave_way_s=(120.0,))
    diary.walk(MONDAY + 4 * DAY, 10.0, over_limit_s=400.0, gaps_s=95.0, gaps=1)
    diary.tell(SignsAnswer(Signs.SOMETHING), MONDAY + 3 * DAY)
    diary.tell(GradeAnswer(Grade.SAME_DAY), MONDAY + 3 * DAY)
    diary.decide(MONDAY + 7 * DAY, StateName.REGRESS, 8.0, "12.4-REGRESS-red", "A walk was RED. 10 minutes become 8.")
    diary.tell(WalkNote(red, "knee felt hot", "walker"), MONDAY, 13)
    diary.tell(Corrected(red, steps=900, why="pushed a cart", author="physio"), MONDAY + DAY)
    with reported(diary.close()) as (made, sheet):
        assert [flag.grave for flag in made.flags] == sorted((flag.grave for flag in made.flags), reverse=True)
        flags = dict.fromkeys(sheet.flags)
    assert any(day == "2 Nov" and what.startswith("A red walk: ") and "8" in what for day, what in flags)
    assert ("4 Nov", "The knee gave way.") in flags
    assert ("5 Nov", "Something new noticed.") not in flags  # its list says more
    assert ("5 Nov", "It is on list 3: advice on the same day.") in flags
    assert ("6 Nov", "1:35 minutes of the walk are without signal.") in flags
    assert ("6 Nov", "167 % of the planned minutes were walked.") in flags
    assert ("9 Nov", "A step back: A walk was RED. 10 minutes become 8.") in flags
    assert ("2 Nov", "Note by the walker: knee felt hot") in flags
    assert ("3 Nov", "Corrected by the physio to 900 steps: pushed a cart.") in flags
    assert sheet.why[0] == "A step back, since 9 Nov 2026, by rule 12.4-REGRESS-red."
    assert sheet.why[2] == "Step 1: 8 minutes, 3 walks a week; at most 110 steps per minute."


def test_a_question_that_is_still_open_is_told_and_one_that_was_answered_is_not(diary):
    diary.tell(SignsAnswer(Signs.SOMETHING), MONDAY)
    diary.tell(GradeAnswer(None), MONDAY)
    diary.tell(GradeAnswer(Grade.NONE_OF_THESE), MONDAY, 10)
    diary.tell(GradeAnswer(None), MONDAY + DAY)
    with reported(diary.close()) as (_, sheet):
        assert sheet.flags == (
            ("3 Nov", "Which list? Not answered yet: no walk starts."),
            ("2 Nov", "Something new noticed."),
        )


def test_the_same_again_and_again_stands_once(diary):
    for number in range(4):
        diary.walk(MONDAY + number * DAY, gave_way_s=(60.0,))
    with reported(diary.close()) as (made, sheet):
        assert len(made.flags) == 4
        assert sheet.flags == (("5 Nov", "The knee gave way. (4 times since 2 Nov)"),)


def test_what_is_missing_is_said(diary):
    diary.plan()
    diary.walk(MONDAY)
    diary.walk(MONDAY + DAY, 0.5)
    with reported(diary.close()) as (_, sheet):
        assert sheet.missing == (
            "Pain before: not known on 1 of 1 walks.",
            "Pain during the walk: not known on 1 of 1 walks.",
            "Pain next morning: not known after 1 of 1 walks.",
            "1 week has no walk.",
            "1 walk was too short to count.",
        )
        assert sheet.flags == ()


def test_nothing_was_ever_stored(tmp_path):
    with reported(tmp_path / "none.db") as (made, sheet):
        assert made.figures.all_walks == 0
        assert sheet.last is None
        assert sheet.last_line == "No walk in this time."
        assert [each.value for each in sheet.figures] == ["0", "0", "not known", "– → –", "0 G · 0 A · 0 R"]


def test_a_long_flag_is_cut_and_many_are_counted(diary):
    diary.plan()
    for number in range(14):
        walk = diary.walk(MONDAY + number * DAY)
        for hour, author in ((11, "walker"), (12, "physio"), (13, "")):
            diary.tell(WalkNote(walk, f"{number} {author} " + "long " * 80, author), MONDAY + number * DAY, hour)
    with reported(diary.close(), 2, TODAY) as (_, sheet):
        assert all(len(what) <= 150 for _, what in sheet.flags)
        assert len(sheet.flags) == 40
        assert sheet.more_flags[40] == "and 2 more"
        assert sheet.more_flags[0] == "and 42 more"
