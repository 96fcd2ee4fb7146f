# SPDX-License-Identifier: MIT
"""Questions before, during and after a walk: by button and by socket, and what the answers bring about."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from app_bench import Bench

from kneemon.app.interview import InterviewParams
from kneemon.clock import PacedClock
from kneemon.engine import EngineParams
from kneemon.model.cues import CueKind
from kneemon.model.diary import GradeAnswer, PainAnswer, SignsAnswer, SteadyAnswer
from kneemon.model.plans import Decision, Plan, PlanWeek, StateName
from kneemon.model.questions import Ask, Grade, Signs, Steady
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import EndReason
from kneemon.session.machine import SessionParams
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]

SUNDAY = date(2026, 11, 22)
MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
UNSET = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=False)
PLAN = Plan("six weeks", SUNDAY, (PlanWeek(10.0), PlanWeek(15.0)), warm_up_s=5.0, cool_down_s=5.0)

pytestmark = pytest.mark.usefixtures("in_utc")


@pytest.fixture
def asked(bench: NewBench) -> Callable[..., Bench]:
    """A kneemon with a plan that asks."""

    def made(**parts: object) -> Bench:
        return bench(**{"plan": PLAN, "clock": PacedClock(start=MORNING), "asking": InterviewParams(), **parts})

    return made


def pains(kneemon: Bench) -> list[tuple[Ask, int | None]]:
    return [(fact.ask, fact.score) for fact in kneemon.facts(PainAnswer)]


def states(kneemon: Bench) -> list[StateName]:
    return [decision.state.name for decision in kneemon.facts(Decision)]


class TestBefore:
    def test_a_walk_begins_with_its_answers_and_its_steps_from_the_press_on(
        self, asked: NewBench, outing: Outing
    ) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1], {2.0: kneemon.press(), 5.5: kneemon.press(2), 14.0: kneemon.press(), 92.0: kneemon.hold()}
        )
        assert kneemon.player.heard[:5] == [
            CueKind.ASK_PAIN,
            CueKind.READ_BACK,
            CueKind.ASK_SIGNS,
            CueKind.READ_BACK,
            CueKind.STARTED,
        ]
        assert pains(kneemon)[0] == (Ask.PAIN_BEFORE, 2)
        assert [fact.signs for fact in kneemon.facts(SignsAnswer)] == [Signs.NOTHING_NEW]
        record = kneemon.record()
        assert {fact.session_id for fact in kneemon.facts(PainAnswer, SignsAnswer)} == {record.session_id}
        assert record.summary.pain_before == 2
        assert record.summary.started_s == pytest.approx(1002.0, abs=0.5)
        assert record.summary.steps == pytest.approx(117, abs=3)

    def test_without_an_answer_it_begins_unknown(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], {2.0: kneemon.press(), 92.0: kneemon.hold()})
        assert pains(kneemon)[0] == (Ask.PAIN_BEFORE, None)
        assert [fact.signs for fact in kneemon.facts(SignsAnswer)] == [None]
        assert kneemon.record().summary.pain_before is None
        assert kneemon.record().summary.steps == pytest.approx(117, abs=3)

    def test_too_much_pain_is_no_day_for_a_walk(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], {2.0: kneemon.press(), 5.5: kneemon.press(7), 20.0: kneemon.press()})
        assert kneemon.player.heard == [
            CueKind.ASK_PAIN,
            CueKind.READ_BACK,
            CueKind.ASK_SIGNS,
            CueKind.READ_BACK,
            CueKind.NOT_TODAY,
        ]
        assert kneemon.records() == []
        assert kneemon.facts(PainAnswer) == [PainAnswer(Ask.PAIN_BEFORE, 7)]

    @pytest.mark.parametrize(("grade", "begins"), [(1, True), (2, True), (3, False), (4, False)])
    def test_something_new_is_graded_first(self, grade: int, begins: bool, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        acts = {2.0: kneemon.press(), 5.5: kneemon.press(2), 14.0: kneemon.press(2), 22.0: kneemon.press(grade)}
        kneemon.walk(outing[1], acts)
        assert (len(kneemon.records()) == 1) is begins
        assert Grade(grade) in [fact.grade for fact in kneemon.facts(GradeAnswer)]
        assert (StateName.STOP_MEDICAL in states(kneemon)) is not begins
        assert (CueKind.GET_ADVICE in kneemon.player.heard) is not begins

    def test_until_the_grade_is_told_no_walk_starts_not_even_after_a_restart(
        self, asked: NewBench, outing: Outing
    ) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], {2.0: kneemon.press(), 5.5: kneemon.press(2), 14.0: kneemon.press(2)})
        assert kneemon.records() == []
        again = asked()
        acts = {1.0: again.ask("start"), 2.0: again.press(), 20.0: again.press(1)}
        again.walk(outing[1], acts)
        assert CueKind.ASK_GRADE in again.player.heard
        assert CueKind.ASK_SIGNS not in again.player.heard
        assert again.answers[0]["ok"] is False
        assert "Which list" in again.answers[0]["error"]
        assert len(again.records()) == 1  # graded as none of these, the walk began

    def test_a_stopped_plan_starts_no_walk(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1],
            {
                1.0: kneemon.ask("answer", ask="grade", value=3),
                2.0: kneemon.press(),
                8.0: kneemon.ask("start", pain=0, signs=1),
                9.0: kneemon.ask("tell", kind="choice", fields={"kind": "advised"}),
                10.0: kneemon.ask("start", pain=0, signs=1),
            },
        )
        assert CueKind.GET_ADVICE in kneemon.player.heard
        graded, refused, advised, begun = kneemon.answers
        assert "medical advice today" in graded["done"]
        assert refused["ok"] is False
        assert advised["ok"] is True, advised
        assert begun["ok"] is True, begun
        (record,) = kneemon.records()
        assert record.summary.prescription is not None
        assert record.summary.prescription.dose_s == 300.0  # half of the last step

    def test_without_a_plan_nobody_is_asked(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked(plan=None)
        kneemon.walk(outing[1], {2.0: kneemon.press(), 92.0: kneemon.hold()})
        assert kneemon.player.heard == [CueKind.STARTED, CueKind.STOPPED]
        assert kneemon.facts(PainAnswer) == []


class TestDuring:
    def begun(self, kneemon: Bench) -> dict[float, Callable[[], object]]:
        return {1.0: kneemon.ask("start", pain=2, signs=1)}

    def test_the_knee_gives_way_and_holds(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1], self.begun(kneemon) | {20.0: kneemon.press(3), 30.0: kneemon.press(), 90.0: kneemon.hold()}
        )
        assert [fact.steady for fact in kneemon.facts(SteadyAnswer)] == [Steady.STEADY]
        assert kneemon.record().summary.end_reason is EndReason.COMMAND
        assert StateName.STOP_MEDICAL not in states(kneemon)

    @pytest.mark.parametrize("presses", [2, 3])
    def test_not_steady_or_a_fall_ends_the_walk(self, presses: int, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], self.begun(kneemon) | {20.0: kneemon.press(3), 30.0: kneemon.press(presses)})
        record = kneemon.record()
        assert record.summary.end_reason is EndReason.COMMAND
        assert record.summary.duration_s == pytest.approx(32.0, abs=4.0)
        assert (StateName.STOP_MEDICAL in states(kneemon)) is (presses == 3)
        assert (CueKind.GET_ADVICE in kneemon.player.heard) is (presses == 3)

    def test_twice_on_one_day_stops_the_plan_without_a_question(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1],
            self.begun(kneemon)
            | {20.0: kneemon.press(3), 30.0: kneemon.press(), 40.0: kneemon.press(3), 60.0: kneemon.press()},
        )
        assert states(kneemon)[-1] is StateName.STOP_MEDICAL
        assert CueKind.GET_ADVICE in kneemon.player.heard
        assert kneemon.record().summary.duration_s < 60.0

    def test_also_while_the_clock_is_not_set(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked(clock=PacedClock(start=UNSET))
        kneemon.walk(outing[1], self.begun(kneemon) | {20.0: kneemon.press(3), 32.0: kneemon.press(3)})
        assert states(kneemon)[-1] is StateName.STOP_MEDICAL

    def test_a_walk_that_began_by_itself_is_asked_at_its_first_rest(self, asked: NewBench, outing: Outing) -> None:
        params = EngineParams(session=SessionParams(start_by_walking=True, start_after_s=20.0))
        kneemon = asked(params=params)
        kneemon.walk(outing[1], {58.0: kneemon.press(3), 68.0: kneemon.press(), 92.0: kneemon.hold()})
        heard = kneemon.player.heard
        assert heard[:3] == [CueKind.STARTED, CueKind.MAIN_PART, CueKind.ASK_PAIN]
        assert pains(kneemon)[0] == (Ask.PAIN_BEFORE, 3)
        assert kneemon.record().summary.pain_before == 3


class TestAfter:
    def test_at_the_end_it_is_asked_and_may_be_corrected(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1],
            {
                1.0: kneemon.ask("start", pain=2, signs=1),
                60.0: kneemon.hold(),
                64.0: kneemon.press(3),
                69.0: kneemon.press(4),
            },
        )
        assert [answer for answer in pains(kneemon) if answer[0] is Ask.PAIN_END] == [
            (Ask.PAIN_END, 3),
            (Ask.PAIN_END, 4),
        ]

    def test_what_was_not_answered_stays_open_and_can_be_told_late(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1], {1.0: kneemon.ask("start", pain=2, signs=1), 60.0: kneemon.hold(), 90.0: kneemon.ask("status")}
        )
        assert [question["ask"] for question in kneemon.answers[-1]["questions"]] == ["pain_end"]
        next_day = PacedClock(start=TimeAnchor("4f1d", 50.0, MORNING.utc + timedelta(hours=22), synchronised=True))
        later = asked(clock=next_day)
        later.walk(
            outing[1],
            {
                1.0: later.ask("status"),
                2.0: later.ask("answer", ask="pain_later", value=2),
                3.0: later.ask("answer", ask="pain_morning", value=1),
                4.0: later.ask("answer", ask="pain_end", value=11),
                5.0: later.ask("status"),
            },
        )
        first, noted, morning, refused, last = later.answers
        assert [question["ask"] for question in first["questions"]] == ["pain_end", "pain_later", "pain_morning"]
        assert noted == {"ok": True, "done": "Pain 2 of 10 is noted."}
        assert morning["done"].startswith("Pain 1 of 10 this morning is noted.")
        assert refused["error"] == (
            "the answer to pain_end: expected a whole number from 0 to 10, saw 11. "
            "Pain is 0 (none) to 10 (worst imaginable)."
        )
        assert [question["ask"] for question in last["questions"]] == ["pain_end"]

    def test_next_morning_the_buzzer_asks_twice_and_then_lets_be(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1], {1.0: kneemon.ask("start", pain=2, signs=1), 60.0: kneemon.hold(), 66.0: kneemon.press(2)}
        )
        next_day = PacedClock(start=TimeAnchor("4f1d", 50.0, MORNING.utc + timedelta(hours=22), synchronised=True))
        later = asked(clock=next_day, asking=InterviewParams(repeat_s=30.0, later=False))
        later.walk(outing[1])
        assert later.player.heard == [CueKind.ASK_PAIN, CueKind.ASK_PAIN]

    def test_not_in_quiet_hours(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(
            outing[1], {1.0: kneemon.ask("start", pain=2, signs=1), 60.0: kneemon.hold(), 66.0: kneemon.press(2)}
        )
        next_day = PacedClock(start=TimeAnchor("4f1d", 50.0, MORNING.utc + timedelta(hours=22), synchronised=True))
        later = asked(clock=next_day)
        with later.running_on(later.source(outing[1], {}), quiet=lambda: True) as app:
            app.run()
        assert later.player.heard == []
