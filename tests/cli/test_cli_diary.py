# SPDX-License-Identifier: MIT
"""`kneemon diary`: every kind of entry is a sentence; newest first; an uncertain day says so; JSON for programs."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from kneemon.app.diary_words import sentence
from kneemon.clock import SystemClock
from kneemon.errors import ExitCode
from kneemon.model.diary import (
    AdviceSaid,
    Aid,
    Choice,
    ChoiceKind,
    Corrected,
    ExerciseKind,
    ExerciseSet,
    Fact,
    GradeAnswer,
    Knee,
    Leg,
    LimitWish,
    Override,
    PainAnswer,
    PlanUsed,
    Profile,
    Restored,
    SignsAnswer,
    Stamp,
    SteadyAnswer,
    Struck,
    Surface,
    Tags,
    WalkNote,
)
from kneemon.model.plans import Decision, Dose, PlanState, StateName
from kneemon.model.questions import PAIN_ASKS, Ask, Grade, Signs, Steady
from kneemon.model.records import TimeAnchor
from kneemon.store import Store

Kneemon = Callable[..., Any]

DAY = date(2026, 11, 20)
STATE = PlanState(StateName.HOLD, DAY, DAY, 0, Dose(10.0, 3, None, 30.0), DAY)
SET = ExerciseSet(ExerciseKind.PUSH_OFF, Leg.BOTH, 1, 2, counted=9, reps=10, goal=10)
HOLD = ExerciseSet(ExerciseKind.BALANCE, Leg.LEFT, 1, 1, held_s=6.6, goal_s=10.0, touched=True)

SENTENCES: list[tuple[Fact, str]] = [
    (PainAnswer(Ask.PAIN_BEFORE, 3, "b1"), "Pain before the walk: 3 of 10."),
    (PainAnswer(Ask.PAIN_END, None, "b1"), "Pain at the end of the walk: not answered."),
    (PainAnswer(Ask.PAIN_LATER, 0, "b1"), "Pain two hours after the walk: 0 of 10."),
    (PainAnswer(Ask.PAIN_MORNING, 2), "Pain in the morning: 2 of 10."),
    (PainAnswer(Ask.PAIN_MORNING, 2, "", DAY), "Pain on the morning of 2026-11-20: 2 of 10."),
    (SignsAnswer(Signs.NOTHING_NEW), "Nothing new noticed."),
    (SignsAnswer(None), "Something new? Not answered."),
    (GradeAnswer(Grade.SAME_DAY), "It is on list 3: advice on the same day."),
    (GradeAnswer(None), "Which list? Not answered yet: no walk starts."),
    (SteadyAnswer(Steady.FELL, "b1"), "The knee gave way, with a fall."),
    (
        Profile(Knee.RIGHT, Aid.STICK_OPPOSITE, brace=True, usual_pain=3, weight_kg=88.0),
        "Set up: knee right, aid stick opposite, with a brace, usual pain 3.",
    ),
    (Profile(Knee.BOTH), "Set up: knee both, aid none."),
    (
        Tags("b1", Aid.NONE, brace=False, surface=Surface.GRASS, shoes="brown"),
        "Walked: aid none, on grass, without a brace, shoes: brown.",
    ),
    (Choice(ChoiceKind.STAY), "Chose not to grow this week."),
    (Override(StateName.HOLD, 2, "agreed"), "Set by the physio: hold, week 3. agreed"),
    (Override(StateName.HOLD), "Set by the physio: hold."),
    (SET, "Push off, both, set 2: 10 of 10 repetitions (the sensor saw 9)."),
    (replace(SET, counted=None, reps=None), "Push off, both, set 2: not known how many of 10 repetitions."),
    (HOLD, "Balance, left, set 1: held 7 of 10 s, then touched down."),
    (AdviceSaid("shoes"), "Tip given: shoes."),
    (LimitWish(8.0, 90.0), "Asked for beside the plan: at most 8 minutes a day, at most 90 steps/min."),
    (LimitWish(), "The plan's own limits hold again."),
    (PlanUsed(2), "Version 2 of the plan is followed from here on."),
    (
        Decision("12.4-HOLD-pain", DAY, date(2026, 11, 22), StateName.PROGRESS, STATE, "Two walks were AMBER."),
        "Decided (12.4-HOLD-pain, late): Two walks were AMBER.",
    ),
    (WalkNote("b1", "uphill", "physio"), "Note by the physio: uphill"),
    (WalkNote("b1", "", "walker"), "The note by the walker was taken back."),
    (
        Corrected("b1", 900, 12.5, "a bus", "walker"),
        "Corrected by the walker to 900 steps and 12.5 min of walking: a bus.",
    ),
    (Corrected("b1", 900), "Corrected to 900 steps."),
    (Struck("b1", why="not me", author="physio"), "The walk was deleted by the physio: not me."),
    (Struck(seq=7), "Entry 7 was deleted."),
    (Restored(seq=7, author="walker"), "Entry 7 was brought back by the walker."),
]


@pytest.mark.parametrize(("fact", "words"), SENTENCES, ids=[type(fact).__name__ for fact, _ in SENTENCES])
def test_a_sentence(fact: Fact, words: str) -> None:
    assert sentence(fact) == words


def test_every_kind_and_every_answer_has_one() -> None:
    assert {type(fact) for fact, _ in SENTENCES} == set(get_args(Fact))
    answers: list[Fact] = [
        *(PainAnswer(ask, 1) for ask in PAIN_ASKS),
        *(SignsAnswer(each) for each in (None, *Signs)),
        *(GradeAnswer(each) for each in (None, *Grade)),
        *(SteadyAnswer(each, "") for each in (None, *Steady)),
        *(Choice(each) for each in ChoiceKind),
    ]
    assert all(sentence(each).endswith(".") for each in answers)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Three facts in Berlin; the boot of the last never learned the time, that of the first did later."""
    path = tmp_path / "diary.db"
    store = Store.open(path, documents_of=lambda *_: (), clock=SystemClock())
    unset = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
    store.write(PainAnswer(Ask.PAIN_END, 3, "b1-1-9f2c"), Stamp("b1", 300.0, unset, False, "Europe/Berlin"))
    known = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    store.write(SignsAnswer(Signs.NOTHING_NEW), Stamp("b2", 10.0, known, True, "Europe/Berlin"))
    store.write(Choice(ChoiceKind.REST), Stamp("b3", 60.0, unset, False, "Europe/Berlin"))
    store.keep_anchor(TimeAnchor("b1", 400.0, datetime(2026, 11, 19, 8, 1, 40, tzinfo=UTC), synchronised=True))
    store.close()
    return path


def test_newest_first_each_on_its_day(kneemon: Kneemon, kept: Path) -> None:
    told = kneemon("diary", "--store", kept)
    assert (told.code, told.err) == (ExitCode.OK, "")
    assert told.out.splitlines() == [
        "~2026-01-01 01:05  Chose to rest in a flare.",
        "2026-11-20 18:00  Nothing new noticed.",
        "2026-11-19 09:00  Pain at the end of the walk: 3 of 10. (b1-1-9f2c)",
    ]


def test_only_the_last(kneemon: Kneemon, kept: Path) -> None:
    assert len(kneemon("diary", "--last", "1", "--store", kept).out.splitlines()) == 1
    told = kneemon("diary", "--last", "0", "--store", kept)
    assert told.code == ExitCode.CONFIG
    assert told.err == "kneemon: --last: expected a whole number from 1, saw 0. Leave it out for 40.\n"


def test_for_programs(kneemon: Kneemon, kept: Path) -> None:
    entries = [json.loads(line) for line in kneemon("diary", "--json", "--store", kept).out.splitlines()]
    assert [entry["seq"] for entry in entries] == [3, 2, 1]
    assert entries[2] == {
        "seq": 1,
        "at": "2026-11-19T08:00:00+00:00",
        "day": "2026-11-19",
        "certain": True,
        "kind": "pain_answer",
        "fact": {"ask": "pain_end", "score": 3, "session_id": "b1-1-9f2c", "morning": None},
    }
    assert entries[0]["certain"] is False


def test_what_a_newer_kneemon_wrote_is_counted(kneemon: Kneemon, kept: Path) -> None:
    with closing(sqlite3.connect(kept)) as connection, connection:
        connection.execute("UPDATE diary SET kind = 'mood' WHERE seq = 2")
    assert kneemon("diary", "--store", kept).out.endswith("\n(1 more cannot be read by this kneemon.)\n")


def test_nothing_yet(kneemon: Kneemon, store: Path) -> None:
    assert kneemon("diary", "--store", store).out == f"Nothing has been noted yet in {store}.\n"
    assert kneemon("diary", "--json", "--store", store).out == ""
