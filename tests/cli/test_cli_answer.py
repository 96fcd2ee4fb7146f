# SPDX-License-Identifier: MIT
"""`kneemon answer` and `kneemon tag`: every question in words or digits; what is none is told; late answers."""

import io
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fake_desk import FakeDesk, Typed

from kneemon.errors import ExitCode
from kneemon.model.diary import Aid, PainAnswer, Surface, Tags
from kneemon.model.questions import ANSWERS, Ask, Grade, Signs, Steady
from kneemon.store import StoreReader

Kneemon = Callable[..., Any]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    fake = FakeDesk()
    monkeypatch.setattr("kneemon.cli.answer.desk", fake.opened)
    monkeypatch.setattr("kneemon.cli.tag.desk", fake.opened)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return fake


@pytest.mark.parametrize(
    ("question", "word", "ask", "value"),
    [
        ("before", "0", Ask.PAIN_BEFORE, 0),
        ("now", "4", Ask.PAIN_NOW, 4),
        ("end", "10", Ask.PAIN_END, 10),
        ("later", "2", Ask.PAIN_LATER, 2),
        ("morning", "3", Ask.PAIN_MORNING, 3),
        ("signs", "nothing", Ask.SIGNS, Signs.NOTHING_NEW),
        ("signs", "1", Ask.SIGNS, Signs.NOTHING_NEW),
        ("grade", "none", Ask.GRADE, Grade.NONE_OF_THESE),
        ("grade", "soon", Ask.GRADE, Grade.SOON),
        ("grade", "same-day", Ask.GRADE, Grade.SAME_DAY),
        ("grade", "Same day", Ask.GRADE, Grade.SAME_DAY),
        ("grade", "emergency", Ask.GRADE, Grade.EMERGENCY),
        ("grade", "4", Ask.GRADE, Grade.EMERGENCY),
        ("gave-way", "steady", Ask.GAVE_WAY, Steady.STEADY),
        ("gave-way", "not-steady", Ask.GAVE_WAY, Steady.NOT_STEADY),
        ("gave-way", "fell", Ask.GAVE_WAY, Steady.FELL),
        ("reps", "12", Ask.REPS, 12),
    ],
)
def test_every_question(kneemon: Kneemon, desk: FakeDesk, question: str, word: str, ask: Ask, value: int) -> None:
    told = kneemon("answer", question, word)
    assert (told.code, told.err) == (ExitCode.OK, "")
    assert told.out == f"{ask.value} {value}: noted.\n"
    assert desk.answers == [(ask, value, "", None)]
    assert value in ANSWERS[ask]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ("end", "11"),
            (
                "The answer to end: expected a whole number from 0 to 10, saw '11'. "
                "Pain: 0 is none, 10 the worst imaginable."
            ),
        ),
        (
            ("end", "two"),
            (
                "The answer to end: expected a whole number from 0 to 10, saw 'two'. "
                "Pain: 0 is none, 10 the worst imaginable."
            ),
        ),
        (
            ("reps", "99"),
            (
                "The answer to reps: expected a whole number from 0 to 15, saw '99'. "
                "It is how many repetitions the set had."
            ),
        ),
        (
            ("signs", "swelling"),
            (
                "The answer to signs: expected nothing or something, or a whole number from 1 to 2, saw 'swelling'. "
                "The card has the same numbers."
            ),
        ),
        (
            ("grade", "0"),
            (
                "The answer to grade: expected none or soon or same-day or emergency, or a whole number from 1 to 4, "
                "saw '0'. The card has the same numbers."
            ),
        ),
        (
            ("end", "3", "--day", "2026-11-22"),
            (
                "--day: expected the question morning, which alone is about a day, saw end. "
                "Name the walk with --walk; `kneemon sessions` lists them."
            ),
        ),
    ],
)
def test_what_is_no_answer(kneemon: Kneemon, desk: FakeDesk, words: tuple[str, ...], error: str) -> None:
    told = kneemon("answer", *words)
    assert (told.code, told.out, told.err) == (ExitCode.CONTROL, "", f"kneemon: {error}\n")
    assert desk.answers == []


def test_late(kneemon: Kneemon, desk: FakeDesk) -> None:
    kneemon("answer", "morning", "3", "--day", "2026-11-20")
    kneemon("answer", "later", "2", "--walk", "b1-1-9f2c")
    assert desk.answers == [
        (Ask.PAIN_MORNING, 3, "", date(2026, 11, 20)),
        (Ask.PAIN_LATER, 2, "b1-1-9f2c", None),
    ]


class TestSomething:
    """Something new: which list? At a terminal it is asked at once."""

    def test_at_a_terminal(self, kneemon: Kneemon, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", Typed("", "7", "same day"))
        told = kneemon("answer", "signs", "something")
        assert told.code == ExitCode.OK
        assert [(ask, value) for ask, value, _, _ in desk.answers] == [
            (Ask.SIGNS, Signs.SOMETHING),
            (Ask.GRADE, Grade.SAME_DAY),
        ]
        assert told.out.count("The answer to grade: expected none or soon") == 2
        assert told.out.endswith("grade 3: noted.\n")

    def test_left_open(self, kneemon: Kneemon, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", Typed())
        told = kneemon("answer", "signs", "2")
        assert told.out.endswith("\nNot answered: no walk starts until you tell it with `kneemon answer grade 1-4`.\n")
        assert desk.answers == [(Ask.SIGNS, 2, "", None)]

    def test_elsewhere(self, kneemon: Kneemon, desk: FakeDesk) -> None:
        told = kneemon("answer", "signs", "something", "--walk", "b1")
        assert told.out.endswith("Tell which with `kneemon answer grade 1-4`: until then no walk starts.\n")
        assert desk.answers == [(Ask.SIGNS, 2, "b1", None)]

    def test_the_lists_are_the_cards(self, kneemon: Kneemon, desk: FakeDesk) -> None:
        from kneemon.plan.gate import RED_FLAG_LISTS

        out = kneemon("answer", "signs", "something").out
        for entries in RED_FLAG_LISTS.values():
            for entry in entries:
                assert entry in out
        for grade in Grade:
            assert f"\n  {grade.value}  " in out


class TestTag:
    def test_the_newest_walk(self, kneemon: Kneemon, desk: FakeDesk, store: Path) -> None:
        with StoreReader(store) as reader:
            newest = reader.session().session_id
        told = kneemon("tag", "--surface", "grass", "--no-brace", "--set", f"store.path={store}")
        assert (told.code, told.out) == (ExitCode.OK, f"{newest}: Noted.\n")
        assert desk.facts == [Tags(newest, brace=False, surface=Surface.GRASS)]

    def test_one_by_name(self, kneemon: Kneemon, desk: FakeDesk, store: Path) -> None:
        with StoreReader(store) as reader:
            oldest = reader.sessions()[-1].session_id
        configured = ("--set", f"store.path={store}")
        kneemon("tag", "--walk", oldest, "--aid", "stick_opposite", "--shoes", "brown", *configured)
        assert desk.facts == [Tags(oldest, aid=Aid.STICK_OPPOSITE, shoes="brown")]

    def test_no_such_walk(self, kneemon: Kneemon, desk: FakeDesk, store: Path) -> None:
        told = kneemon("tag", "--walk", "nowhere", "--shoes", "brown", "--set", f"store.path={store}")
        assert told.code == ExitCode.STORE
        assert desk.facts == []

    def test_nothing_to_note(self, kneemon: Kneemon, desk: FakeDesk) -> None:
        told = kneemon("tag")
        assert told.code == ExitCode.CONTROL
        assert told.err == (
            "kneemon: The tag: expected at least one of --aid, --brace, --surface and --shoes, saw none. "
            "For example: kneemon tag --surface grass\n"
        )


def test_it_reaches_the_diary(kneemon: Kneemon, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the real desk, into a store at rest; a later answer stands beside the earlier one."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    configured = ("--set", f"store.path={store}", "--set", "control.socket=s")
    for score in (4, 3):
        told = kneemon("answer", "end", score, *configured)
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert told.out == f"Pain {score} of 10 is noted.\n"
    with StoreReader(store) as reader:
        newest = reader.session().session_id
        assert [entry.fact for entry in reader.diary()] == [
            PainAnswer(Ask.PAIN_END, 4, newest),
            PainAnswer(Ask.PAIN_END, 3, newest),
        ]
