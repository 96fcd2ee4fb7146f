# SPDX-License-Identifier: MIT
"""What kneemon asks the walker, told to the home: which questions are open, and where the plan stands.

Told when it changes, and to whoever has just been connected to. Where pain stays at home, nothing is ever asked there.
"""

from datetime import datetime
from typing import Literal

import msgspec

from kneemon.model.questions import ANSWERS
from kneemon.mqtt.documents import rfc3339
from kneemon.ports import OpenQuestion, Questions


class QuestionEntry(msgspec.Struct, frozen=True):
    """least and most: the whole numbers that answer it."""

    ask: str
    session_id: str
    day: str
    least: int
    most: int


class StandingEntry(msgspec.Struct, frozen=True):
    """The reason is one sentence for walker and physio."""

    plan_id: str
    plan_rev: int | None
    state: str
    week: int
    since: str
    reason: str


class QuestionsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """All that is open as of ts; it replaces what was told before."""

    schema: Literal["kneemon.questions/1"] = "kneemon.questions/1"
    ts: str
    open: tuple[QuestionEntry, ...]
    plan: StandingEntry | None


class Bulletin:
    """`offer` and `due` may be called by any thread, the rest by one. pain False: nothing is asked, no plan told."""

    def __init__(self, *, pain: bool) -> None:
        self._pain = pain
        self._newest: Questions | None = None
        self._sent: Questions | None = None

    def offer(self, questions: Questions) -> None:
        self._newest = questions if self._pain else Questions()

    def again(self) -> None:
        """Nobody knows of us any more: the newest questions are a change."""
        self._sent = None

    def due(self) -> Questions | None:
        """What is to be sent now, if anything."""
        newest = self._newest
        return None if newest == self._sent else newest

    def sending(self, questions: Questions, *, at: datetime) -> bytes:
        """The document of `questions`, which count as sent with it."""
        self._sent = questions
        return questions_document(questions, at=at)


def questions_document(questions: Questions, *, at: datetime) -> bytes:
    """What is open as of `at` (aware)."""
    plan = questions.plan
    return msgspec.json.encode(
        QuestionsDocument(
            ts=rfc3339(at),
            open=tuple(_entry(question) for question in questions.open),
            plan=None
            if plan is None
            else StandingEntry(
                plan_id=plan.plan,
                plan_rev=plan.rev or None,
                state=plan.state,
                week=plan.week,
                since=plan.since.isoformat(),
                reason=plan.reason,
            ),
        )
    )


def _entry(question: OpenQuestion) -> QuestionEntry:
    allowed = ANSWERS[question.ask]
    return QuestionEntry(question.ask, question.session_id, question.day.isoformat(), allowed[0], allowed[-1])
