# SPDX-License-Identifier: MIT
"""Which news is worth a document, and what is noted of what was announced."""

from datetime import UTC, date, datetime

import pytest
from mqtt_bench import DEVICE, Notebook, short_walk

from kneemon.clock import PacedClock
from kneemon.model.home import About, Health, LastWalk, OpenQuestion, Questions, Reported, Today
from kneemon.model.questions import Ask
from kneemon.model.records import Backlog
from kneemon.mqtt.announcer import Announcer
from kneemon.mqtt.board import FIRST, LAST, NEXT, Board
from kneemon.mqtt.complaints import Complaints
from kneemon.mqtt.diagnosis import Diagnosis
from kneemon.mqtt.pace import Pace
from kneemon.mqtt.settings import BrokerSettings, Discovery
from kneemon.mqtt.topics import Level

AT = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
DAY = date(2026, 11, 22)
ASKED = Questions((OpenQuestion(Ask.PAIN_END, "b1-1-aaaa", DAY),))
ABOUT = About("0.1.0", "lis3dh", "waist")


def board(*, pain: bool = True, level: Level = Level.SUMMARY) -> Board:
    return Board(DEVICE, BrokerSettings("127.0.0.1", publish_pain=pain, level=level))


def test_the_same_document_at_another_time_is_not_due():
    told = board()
    assert told.offer(Questions())
    notice = told.due(NEXT, at=AT)
    assert notice is not None
    assert b"2026-11-22T09:14:00.000Z" in notice.payload
    told.sent(notice)
    assert not told.offer(Questions())
    told.offer(ASKED)
    told.offer(Questions())
    assert told.due(NEXT, at=LATER) is None
    told.again()
    assert told.due(NEXT, at=LATER) is not None


def test_news_that_reads_the_same_outside_is_not_due():
    """What is asked stays at home, so nothing has changed there."""
    told = board(pain=False)
    told.offer(Questions())
    notice = told.due(NEXT, at=AT)
    assert notice is not None
    told.sent(notice)
    assert told.offer(ASKED)
    assert told.due(NEXT, at=AT) is None


def test_each_kind_has_its_turn():
    told = board()
    for news in (LastWalk(short_walk()), Today(DAY, "UTC", LATER, certain=True), Reported(), ABOUT):
        told.offer(news)
    turns = [(notice.topic.name, told.sent(notice)) for _ in range(2) if (notice := told.due(FIRST, at=AT))]
    assert [name for name, _ in turns] == ["info", "settings"]
    assert told.due(NEXT, at=AT) is None
    last = told.due(LAST, at=AT)
    assert last is not None
    assert last.topic.name == "today"


def test_what_is_above_the_level_is_not_even_kept():
    told = board(level=Level.MINIMAL)
    assert not told.offer(Reported())
    assert told.offer(ABOUT)
    assert told.about == ABOUT


def test_nothing_is_said_about_a_device_that_nobody_has_looked_at():
    diagnosis = Diagnosis(Pace())
    assert not diagnosis.due(Backlog(), 0.0, denied=True)
    assert diagnosis.next_s() is None
    assert diagnosis.offer(Health())
    assert not diagnosis.offer(Health())
    assert diagnosis.due(Backlog(), 0.0, denied=True)


def test_what_was_dropped_is_told_at_once():
    diagnosis = Diagnosis(Pace())
    diagnosis.offer(Health())
    diagnosis.sending(Backlog(5), 0.0, denied=False, at=AT)
    assert not diagnosis.due(Backlog(4), 1.0, denied=False)
    assert diagnosis.due(Backlog(4, dropped_detail=1), 1.0, denied=False)
    assert diagnosis.due(Backlog(4), 1.0, denied=True)


@pytest.mark.parametrize("note", [None, "", "device", "device x 1 1 home", "device 2 1 1"])
@pytest.mark.parametrize(("form", "withdrawn"), [("device", False), ("off", True)])
def test_a_note_that_cannot_be_read_says_nothing(note: str | None, form: Discovery, withdrawn: bool):
    notes = Notebook() if note is None else Notebook(discovery=note)
    announcer = Announcer(DEVICE, BrokerSettings("127.0.0.1", discovery=form), notes, PacedClock(), Pace())
    announcer.begin()
    said = announcer.next(None)
    assert (said is not None) is withdrawn


def test_a_link_that_breaks_before_all_is_announced_leaves_it_to_the_next_one():
    notes, clock = Notebook(), PacedClock()
    announcer = Announcer(DEVICE, BrokerSettings("127.0.0.1"), notes, clock, Pace())
    announcer.begin()
    first = announcer.next(ABOUT)
    assert first is not None
    assert announcer.next(ABOUT) is None
    assert notes.notes == {}
    announcer.begin()
    assert announcer.next(ABOUT) == first
    announcer.answered(taken=True)
    assert announcer.next(ABOUT) is None
    assert notes.notes == {"discovery": "device 2 1 1 homeassistant"}


def test_after_a_withdrawal_home_assistant_gets_a_while():
    clock = PacedClock()
    notes = Notebook(discovery="component 2 1 1 homeassistant")
    announcer = Announcer(DEVICE, BrokerSettings("127.0.0.1"), notes, clock, Pace())
    announcer.begin()
    while (said := announcer.next(ABOUT)) is not None:
        assert said.payload == b""
        announcer.answered(taken=True)
    assert announcer.next_s() == clock.now_s() + 2.0
    assert notes.notes["discovery"].startswith("component")
    clock.advance(2.0)
    announced = announcer.next(ABOUT)
    assert announced is not None
    assert announced.payload


def test_detail_adds_no_entity_so_nothing_is_taken_away():
    notes = Notebook(discovery="device 2 1 1 homeassistant")
    settings = BrokerSettings("127.0.0.1", level=Level.DETAIL)
    announcer = Announcer(DEVICE, settings, notes, PacedClock(), Pace())
    announcer.begin()
    announced = announcer.next(ABOUT)
    assert announced is not None
    assert announced.payload


def test_a_new_link_may_be_allowed_more_and_is_not_told_again(caplog: pytest.LogCaptureFixture):
    complaints = Complaints()
    complaints.tell("event", "the broker refuses event", denied=True)
    complaints.another_link()
    assert not complaints.denied
    complaints.tell("event", "the broker refuses event", denied=True)
    assert complaints.denied
    assert len(caplog.records) == 1


def test_a_complaint_is_denied_until_it_is_over():
    complaints = Complaints()
    complaints.tell("outbox", "it cannot be read")
    assert not complaints.denied
    complaints.tell("event", "the broker refuses event", denied=True)
    assert (complaints.denied, complaints.words()) == (True, "it cannot be read; the broker refuses event")
    complaints.over("event")
    assert (complaints.denied, complaints.words()) == (False, "it cannot be read")
