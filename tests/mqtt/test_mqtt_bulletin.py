# SPDX-License-Identifier: MIT
"""Which questions are told to the home, byte for byte, and when."""

import json
from datetime import UTC, date, datetime

import msgspec
import pytest

from kneemon.model.plans import StateName
from kneemon.model.questions import Ask
from kneemon.mqtt.bulletin import Bulletin, QuestionsDocument, questions_document
from kneemon.ports import OpenQuestion, PlanStanding, Questions

AT = datetime(2026, 11, 23, 6, 30, 5, 120_999, tzinfo=UTC)
MORNING = OpenQuestion(Ask.PAIN_MORNING, "b17-3-9f2c", date(2026, 11, 23))
STANDING = PlanStanding("gentle", 4, StateName.HOLD, 3, date(2026, 11, 20), "The week was not walked often enough.")
TOLD = (
    b'{"schema":"kneemon.questions/1","ts":"2026-11-23T06:30:05.120Z","open":[{"ask":"pain_morning",'
    b'"session_id":"b17-3-9f2c","day":"2026-11-23","least":0,"most":10}],"plan":{"plan_id":"gentle","plan_rev":4,'
    b'"state":"hold","week":3,"since":"2026-11-20","reason":"The week was not walked often enough."}}'
)
NOTHING = b'{"schema":"kneemon.questions/1","ts":"2026-11-23T06:30:05.120Z","open":[],"plan":null}'


def sent(bulletin: Bulletin) -> bytes | None:
    """What was due and is sent now."""
    due = bulletin.due()
    return None if due is None else bulletin.sending(due, at=AT)


def test_an_open_question_and_the_plan():
    document = questions_document(Questions((MORNING,), STANDING), at=AT)
    assert document == TOLD
    assert msgspec.json.encode(msgspec.json.decode(document, type=QuestionsDocument)) == document


def test_nothing_is_asked():
    assert questions_document(Questions(), at=AT) == NOTHING


def test_a_plan_of_which_no_version_is_kept_has_none():
    standing = PlanStanding("gentle", 0, StateName.BASELINE, 1, date(2026, 11, 20), "The plan begins.")
    assert json.loads(questions_document(Questions(plan=standing), at=AT))["plan"]["plan_rev"] is None


@pytest.mark.parametrize(
    ("ask", "least", "most"),
    [(Ask.PAIN_END, 0, 10), (Ask.SIGNS, 1, 2), (Ask.GRADE, 1, 4), (Ask.GAVE_WAY, 1, 3), (Ask.REPS, 0, 15)],
)
def test_a_question_tells_what_answers_it(ask: Ask, least: int, most: int):
    document = questions_document(Questions((OpenQuestion(ask, "", date(2026, 11, 23)),)), at=AT)
    (told,) = json.loads(document)["open"]
    assert (told["ask"], told["least"], told["most"]) == (ask, least, most)


def test_only_a_change_is_told_and_a_new_link_hears_it_again():
    bulletin = Bulletin(pain=True)
    assert sent(bulletin) is None
    bulletin.offer(Questions((MORNING,), STANDING))
    assert sent(bulletin) == TOLD
    bulletin.offer(Questions((MORNING,), STANDING))
    assert sent(bulletin) is None
    bulletin.again()
    assert sent(bulletin) == TOLD
    bulletin.offer(Questions())
    assert sent(bulletin) == NOTHING


def test_where_pain_stays_at_home_nothing_is_ever_asked_there():
    bulletin = Bulletin(pain=False)
    bulletin.offer(Questions((MORNING,), STANDING))
    assert sent(bulletin) == NOTHING
    bulletin.offer(Questions())
    assert sent(bulletin) is None
