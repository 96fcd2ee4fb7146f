# SPDX-License-Identifier: MIT
"""What is told from outside, to a store at rest and over the desk: each sentence, each refusal, and what is kept."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from app_bench import Bench

from kneemon.app import told
from kneemon.app.desk import desk
from kneemon.app.programme import Programme
from kneemon.clock import PacedClock, SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import places
from kneemon.errors import ControlError, StoreError
from kneemon.model.diary import Aid, Choice, ChoiceKind, GradeAnswer, Knee, Override, PainAnswer, Profile, Tags
from kneemon.model.plans import Plan, PlanWeek, StateName
from kneemon.model.questions import Ask, Grade, Signs
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import SampleBlock
from kneemon.plan.advice import Moment
from kneemon.store import Store, StoreReader
from kneemon.virtual.walker import Walker

Outing = tuple[Walker, list[SampleBlock]]
MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
PLAN = Plan("six weeks", date(2026, 11, 22), (PlanWeek(10.0), PlanWeek(15.0)))

pytestmark = pytest.mark.usefixtures("in_utc")


@pytest.fixture
def walked(bench: Callable[..., Bench], outing: Outing) -> Bench:
    """One walk is in the store."""
    kneemon = bench(plan=PLAN, clock=PacedClock(start=MORNING))
    kneemon.walk(outing[1], {2.0: kneemon.ask("start", pain=2, signs=1), 90.0: kneemon.ask("stop")})
    return kneemon


@pytest.fixture
def store(walked: Bench) -> Iterator[Store]:
    with closing(Store.open(walked.path, documents_of=lambda *_: (), clock=walked.clock)) as opened:
        yield opened


@pytest.fixture
def programme(store: Store, walked: Bench) -> Programme:
    made = Programme(PLAN, store, walked.clock, tips=("stick", "shoes"))
    made.look()
    return made


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ControlError) as caught:
        call()
    return str(caught.value)


def test_answers_about_the_newest_walk(programme: Programme, walked: Bench) -> None:
    assert told.answer(programme, Ask.PAIN_END, 3) == "Pain 3 of 10 is noted."
    assert told.answer(programme, Ask.PAIN_LATER, 2, "latest") == "Pain 2 of 10 is noted."
    (walk,) = programme.history.walks
    assert (walk.p0, walk.p1, walk.p2) == (2, 3, 2)


@pytest.mark.parametrize(("days_later", "which"), [(0, 0), (1, 1)])
def test_a_try_of_seconds_gets_the_answer_only_where_it_is_all_that_was_walked_that_day(
    days_later: int, which: int, programme: Programme, walked: Bench
) -> None:
    record = walked.record()
    at = record.started_at + timedelta(days=days_later, hours=1)
    short = replace(record.summary, started_s=record.summary.started_s + 3600.0, walking_s=9.0, pain_before=None)
    programme.walked(replace(record, session_id="b2-1-aaaa", boot_id="5a2d", started_at=at, ended_at=at, summary=short))
    told.answer(programme, Ask.PAIN_END, 3)
    assert [walk.p1 for walk in programme.history.walks] == [3 if place == which else None for place in (0, 1)]


def test_a_morning_is_replaced_by_a_later_answer(programme: Programme) -> None:
    assert told.answer(programme, Ask.PAIN_MORNING, 4) == "Pain 4 of 10 this morning is noted."
    assert told.answer(programme, Ask.PAIN_MORNING, 3).endswith("It replaces the answer before.")
    assert programme.history.mornings == {date(2026, 11, 22): 3}


def test_a_sign_is_graded(programme: Programme) -> None:
    assert told.answer(programme, Ask.SIGNS, Signs.SOMETHING) == (
        "Noted. Which list is it on? No walk starts until that is told: `kneemon answer grade 1-4`."
    )
    assert programme.grade_open
    words = told.answer(programme, Ask.GRADE, Grade.SOON)
    assert words.startswith("You reported a sign on the list SOON.")
    assert not programme.grade_open
    assert programme.state is not None
    assert programme.state.name is StateName.REVIEW


def test_what_makes_no_sense_is_refused(programme: Programme) -> None:
    assert refusal(lambda: told.answer(programme, Ask.PAIN_END, 11)) == (
        "the answer to pain_end: expected a whole number from 0 to 10, saw 11. "
        "Pain is 0 (none) to 10 (worst imaginable)."
    )
    assert refusal(lambda: told.answer(programme, Ask.PAIN_NOW, 3)) == (
        "the answer: expected a walk or an exercise that is on, saw none. It is noted while it lasts."
    )
    assert refusal(lambda: told.answer(programme, Ask.PAIN_END, 3, "b9")).startswith(
        "the walk 'b9': expected a walk's name, such as b1-1-"
    )
    assert refusal(lambda: told.tell(programme, Choice(ChoiceKind.ADVISED))) == (
        "the confirmation: expected a plan that is stopped or waits for a review, saw the plan in the state baseline. "
        "There is nothing to confirm; walk on by the plan."
    )


def test_a_stop_is_left_by_the_walker_alone(programme: Programme) -> None:
    told.answer(programme, Ask.GRADE, Grade.EMERGENCY)
    assert programme.stopped
    assert refusal(lambda: told.tell(programme, Override(StateName.HOLD))) == (
        "the override: expected a plan that is not stopped, saw stop_medical, which only the walker's own "
        "`kneemon plan advised` leaves. Let the walker confirm first that a professional has advised."
    )
    told.tell(programme, Choice(ChoiceKind.ADVISED))
    assert not programme.stopped


def test_a_tag_names_the_walk_it_is_about(programme: Programme) -> None:
    assert told.tell(programme, Tags("", aid=Aid.STICK_OPPOSITE)) == "Noted."
    assert programme.history.walks[0].aid is Aid.STICK_OPPOSITE


def test_a_tip_is_given_once_and_only_after_setup(programme: Programme) -> None:
    assert programme.tip(Moment.ANY) == ""
    told.tell(programme, Profile(Knee.LEFT, consent=True))
    assert programme.tip(Moment.ANY)
    assert programme.tip(Moment.ANY) == ""


@pytest.mark.parametrize(
    ("kind", "fields", "error"),
    [
        (
            "dance",
            {},
            "the request: expected one of profile, tags, choice, override, limits, saw 'dance'. See the manual.",
        ),
        (None, {}, "the request: expected one of profile, tags, choice, override, limits, saw None. See the manual."),
        ("choice", {"kind": "fly"}, "the choice: expected its fields, saw Invalid enum value 'fly' - at `$.kind`."),
        ("choice", 7, "the choice: expected its fields, saw Expected `object`, got `int`."),
        ("override", {"state": "hold", "step": "x"}, "the override: expected its fields, saw Expected `int | null`"),
    ],
)
def test_a_request_that_is_none(kind: object, fields: object, error: str) -> None:
    assert refusal(lambda: told.fact_of(kind, fields)).startswith(error)


@pytest.mark.parametrize(
    "fact",
    [Profile(Knee.RIGHT, usual_pain=3), Tags("b1", brace=True), Choice(ChoiceKind.PAUSE), Override(StateName.HOLD, 2)],
)
def test_a_fact_travels_whole(fact: Any) -> None:
    assert told.fact_of(*told.fields_of(fact)) == fact


class TestDesk:
    def settings(self, walked: Bench) -> Any:
        environ = {"HOME": str(walked.path.parent)}
        config = load_config(
            overrides={"store.path": str(walked.path), "control.socket": str(walked.path.parent / "s")}, environ=environ
        )
        return config, places(config, environ)

    def test_without_a_daemon_the_store_itself_is_written(self, walked: Bench) -> None:
        with desk(*self.settings(walked), SystemClock()) as at:
            assert at.answer(Ask.PAIN_END, 4) == "Pain 4 of 10 is noted."
            assert at.tell(Profile(Knee.LEFT, consent=True)) == "Noted."
        with StoreReader(walked.path) as reader:
            facts = [entry.fact for entry in reader.diary()]
        assert PainAnswer(Ask.PAIN_END, 4, walked.record().session_id) in facts
        assert facts[-1] == Profile(Knee.LEFT, consent=True)

    def test_a_store_that_is_in_use_is_not_written_twice(self, walked: Bench, store: Store) -> None:
        with (
            pytest.raises(StoreError, match="expected to be its only writer"),
            desk(*self.settings(walked), SystemClock()),
        ):
            pass

    def test_what_is_refused_is_not_kept(self, walked: Bench) -> None:
        with desk(*self.settings(walked), SystemClock()) as at:
            assert "expected one to change, saw none" in refusal(lambda: at.tell(Choice(ChoiceKind.PAUSE)))
        with StoreReader(walked.path) as reader:
            assert not [entry for entry in reader.diary() if isinstance(entry.fact, Choice | GradeAnswer)]
