# SPDX-License-Identifier: MIT
"""What of a walk's events the store keeps: pauses, marks and bouts; and what the home sees meanwhile."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kneemon.app.logbook import Logbook
from kneemon.clock import PacedClock
from kneemon.engine import Event
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.gait import BoutEnded, BoutStarted, InitialContact
from kneemon.model.plans import Part
from kneemon.model.records import EventRow, SessionRecord
from kneemon.model.sessions import (
    Activity,
    EndReason,
    GaveWay,
    PainBeforeTold,
    PainMark,
    PainMarked,
    PauseBegan,
    PauseEnded,
    Progress,
    SessionEnded,
    SessionStarted,
    SessionSummary,
)
from kneemon.store import Store, StoreReader

BEGAN_S = 1000.0
BEGUN = SessionSummary.begun(BEGAN_S, None)
STARTED = SessionStarted(BEGAN_S, by_walking=False, prescription=None)


def second(elapsed_s: float, activity: Activity, cadence_spm: float | None = None) -> Progress:
    t_s = BEGAN_S + elapsed_s
    return Progress(t_s, elapsed_s, 0, cadence_spm, activity, Part.FREE, None, False, replace(BEGUN, ended_s=t_s))


def ended(elapsed_s: float, **facts: object) -> SessionEnded:
    t_s = BEGAN_S + elapsed_s
    return SessionEnded(t_s, replace(BEGUN, ended_s=t_s, end_reason=EndReason.COMMAND, **facts))


def steps(*elapsed_s: float) -> list[Event]:
    """A bout's beginning and its contacts."""
    contacts_s = [BEGAN_S + at_s for at_s in elapsed_s]
    return [BoutStarted(contacts_s[0], contacts_s[0] + 0.5), *(InitialContact(t_s, t_s + 0.5) for t_s in contacts_s)]


def bout_ended(start_s: float, end_s: float) -> BoutEnded:
    return BoutEnded(BEGAN_S + start_s, BEGAN_S + end_s, BEGAN_S + end_s + 3.0, 2, None)


class Kept:
    """A logbook upon a real store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.sensor = "looking for a sensor"
        clock = PacedClock()
        self.store = Store.open(path, documents_of=lambda *_: (), clock=clock)
        self.logbook = Logbook(self.store, clock, worn="waist", sensor=lambda: self.sensor)

    def keep(self, *events: Event) -> None:
        for event in events:
            self.logbook.keep(event)

    def record(self) -> SessionRecord:
        self.store.flush()
        with StoreReader(self._path) as reader:
            return reader.session()

    def rows(self) -> list[EventRow]:
        name = self.record().session_id
        with StoreReader(self._path) as reader:
            return reader.events(name)

    def bouts(self) -> list[tuple[float, float]]:
        return [(row.at_s, row.value or 0.0) for row in self.rows() if row.kind == "bout"]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    book = Kept(tmp_path / "kneemon.db")
    with closing(book.store):
        yield book


def test_a_pause_is_a_row_when_it_is_over(kept: Kept) -> None:
    kept.keep(STARTED, PauseBegan(BEGAN_S + 10.0))
    assert kept.rows() == []
    kept.keep(PauseEnded(BEGAN_S + 40.5, BEGAN_S + 10.0))
    assert kept.rows() == [EventRow(10.0, "pause", 30.5, unit="s")]
    kept.keep(PauseBegan(BEGAN_S + 50.0), ended(60.0, paused_s=40.5))
    assert kept.rows() == [EventRow(10.0, "pause", 30.5, unit="s"), EventRow(50.0, "pause", 10.0, unit="s")]
    assert kept.record().summary.paused_s == 40.5


def test_a_forgotten_pause_that_ended_the_walk_where_it_began_is_no_row(kept: Kept) -> None:
    kept.keep(STARTED, PauseBegan(BEGAN_S + 10.0), ended(10.0))
    assert kept.rows() == []
    kept.keep(STARTED, ended(60.0))
    assert kept.rows() == [], "nor is it the next walk's"


def test_a_bout_is_what_was_walked_outside_of_a_pause(kept: Kept) -> None:
    kept.keep(STARTED, *steps(1.0, 2.0, 3.0), PauseBegan(BEGAN_S + 3.4))
    kept.keep(InitialContact(BEGAN_S + 3.3, BEGAN_S + 3.9))  # before the pause, told in it
    kept.keep(*(InitialContact(BEGAN_S + at_s, BEGAN_S + at_s + 0.5) for at_s in (4.0, 5.0, 6.0)))
    kept.keep(PauseEnded(BEGAN_S + 6.5, BEGAN_S + 3.4))
    kept.keep(*(InitialContact(BEGAN_S + at_s, BEGAN_S + at_s + 0.5) for at_s in (7.0, 8.0)), bout_ended(1.0, 8.0))
    assert kept.bouts() == [(1.0, pytest.approx(2.3)), (6.5, pytest.approx(1.5))]
    kept.keep(ended(20.0))
    assert len(kept.bouts()) == 2


def test_a_bout_that_ends_in_a_pause_ends_with_its_last_step_before_it(kept: Kept) -> None:
    kept.keep(STARTED, *steps(1.0, 3.0), PauseBegan(BEGAN_S + 4.0), InitialContact(BEGAN_S + 5.0, BEGAN_S + 5.5))
    kept.keep(bout_ended(1.0, 5.0), PauseEnded(BEGAN_S + 30.0, BEGAN_S + 4.0), ended(40.0))
    assert kept.bouts() == [(1.0, 2.0)]


def test_a_bout_within_a_pause_is_none(kept: Kept) -> None:
    kept.keep(STARTED, PauseBegan(BEGAN_S + 0.5), *steps(1.0, 2.0, 3.0), bout_ended(1.0, 3.0), ended(40.0))
    assert kept.bouts() == []


def test_a_mark_and_its_number_are_rows_of_the_same_moment(kept: Kept) -> None:
    mark = PainMark(10.0, None)
    kept.keep(STARTED, PainMarked(BEGAN_S + 10.0, mark), Cue(BEGAN_S + 10.0, CueKind.NOTED))
    kept.keep(GaveWay(BEGAN_S + 12.0, 12.0, 1), Cue(BEGAN_S + 12.0, CueKind.GAVE_WAY, important=True))
    kept.keep(PainMarked(BEGAN_S + 15.0, replace(mark, score=4), scored=True))
    assert kept.rows() == [
        EventRow(10.0, "pain", None, unit="of 10"),
        EventRow(10.0, "pain", 4.0, unit="of 10"),
        EventRow(12.0, "gave_way"),
    ]
    final = (PainMark(10.0, 4),)
    kept.keep(ended(20.0, pains=final, gave_way_s=(12.0,)))
    assert (kept.record().summary.pains, kept.record().summary.gave_way_s) == (final, (12.0,))


def test_of_the_cues_only_those_are_rows_that_answer_to_no_other(kept: Kept) -> None:
    kept.keep(STARTED, *(Cue(BEGAN_S + 1.0, kind) for kind in CueKind))
    answerable = (CueKind.MAIN_PART, CueKind.GET_ADVICE, *LIMIT_CUES)
    assert [row.kind for row in kept.rows()] == [kind for kind in CueKind if kind in answerable]


def test_what_was_measured_against_what_is_in_the_row_of_a_cue(kept: Kept) -> None:
    kept.keep(STARTED, Cue(BEGAN_S + 1800.0, CueKind.REST_DUE, important=True, value=1800.0, limit=1800.0, unit="s"))
    kept.keep(Cue(BEGAN_S + 1810.0, CueKind.PAIN_ROSE, value=5.0, limit=5.0, unit="of 10"))
    assert kept.rows() == [
        EventRow(1800.0, "rest_due", 1800.0, 1800.0, "s"),
        EventRow(1810.0, "pain_rose", 5.0, 5.0, "of 10"),
    ]


def test_pain_before_is_a_row_and_in_the_record_from_the_beginning(kept: Kept) -> None:
    kept.keep(replace(STARTED, pain_before=3))
    assert kept.rows() == [EventRow(0.0, "pain_before", 3.0, unit="of 10")]
    assert kept.record().summary.pain_before == 3
    kept.keep(ended(60.0, pain_before=3))
    assert kept.record().summary.pain_before == 3


def test_pain_before_that_is_told_on_the_way_is_a_row_of_that_moment(kept: Kept) -> None:
    kept.keep(STARTED)
    assert kept.rows() == []
    assert kept.record().summary.pain_before is None
    kept.keep(PainBeforeTold(BEGAN_S + 90.0, 0))
    assert kept.rows() == [EventRow(90.0, "pain_before", 0.0, unit="of 10")]


def test_the_home_sees_a_pause_at_once_and_to_its_end(kept: Kept) -> None:
    kept.keep(STARTED, PauseBegan(BEGAN_S))
    assert kept.logbook.live().session == "paused"
    kept.keep(PauseEnded(BEGAN_S + 0.5, BEGAN_S), second(1.0, Activity.WALKING, 101.0))
    assert (kept.logbook.live().session, kept.logbook.live().cadence_spm) == ("walking", 101.0)
    kept.keep(PauseBegan(BEGAN_S + 1.2))
    assert (kept.logbook.live().session, kept.logbook.live().cadence_spm) == ("paused", None)
    kept.keep(second(2.0, Activity.PAUSED))
    assert kept.logbook.live().session == "paused"
    kept.keep(PauseEnded(BEGAN_S + 2.5, BEGAN_S + 1.2))
    assert kept.logbook.live().session == "resting"
    kept.keep(PauseBegan(BEGAN_S + 2.7), ended(3.0))
    assert kept.logbook.live().session == "idle"
    kept.keep(STARTED)
    assert kept.logbook.live().session == "resting"


def test_a_sensor_that_is_found_after_the_start_has_its_name_in_the_end(kept: Kept) -> None:
    kept.keep(STARTED)
    assert kept.record().sensor == "looking for a sensor"
    kept.sensor = "lis3dh at 0x18 on bus 1"
    kept.keep(ended(10.0))
    assert kept.record().sensor == "lis3dh at 0x18 on bus 1"
