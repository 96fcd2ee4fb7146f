# SPDX-License-Identifier: MIT
"""Answers that come late, twice, from two sides or not at all, and walks that begin while something is asked."""

from collections.abc import Callable
from dataclasses import replace
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
from kneemon.session.machine import SessionParams
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]

SUNDAY = date(2026, 11, 22)
MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
NEXT = TimeAnchor("4f1d", 50.0, MORNING.utc + timedelta(hours=22), synchronised=True)
PLAN = Plan("six weeks", SUNDAY, (PlanWeek(10.0), PlanWeek(15.0)), warm_up_s=5.0, cool_down_s=5.0)
BY_WALKING = EngineParams(session=SessionParams(start_by_walking=True, start_after_s=20.0))

pytestmark = pytest.mark.usefixtures("in_utc")


@pytest.fixture
def asked(bench: NewBench) -> Callable[..., Bench]:
    def made(**parts: object) -> Bench:
        return bench(**{"plan": PLAN, "clock": PacedClock(start=MORNING), "asking": InterviewParams(), **parts})

    return made


def scores(kneemon: Bench, ask: Ask) -> list[int | None]:
    return [fact.score for fact in kneemon.facts(PainAnswer) if fact.ask is ask]


def stopped(kneemon: Bench) -> bool:
    return any(decision.state.name is StateName.STOP_MEDICAL for decision in kneemon.facts(Decision))


class TestTooMuchPain:
    def test_a_walk_that_is_on_ends(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked(params=BY_WALKING)
        kneemon.walk(outing[1], {58.0: kneemon.press(7), 70.0: kneemon.press()})
        assert CueKind.NOT_TODAY in kneemon.player.heard
        assert scores(kneemon, Ask.PAIN_BEFORE) == [7]
        assert kneemon.record().summary.pain_before == 7
        assert kneemon.record().summary.duration_s < 75.0

    def test_told_by_socket_too(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], {1.0: kneemon.ask("start"), 20.0: kneemon.ask("answer", ask="pain_before", value=8)})
        begun, told = kneemon.answers
        assert begun["ok"] is True
        assert "starts no walk" in told["done"]
        assert kneemon.record().summary.duration_s < 25.0

    def test_it_is_not_forgotten_by_asking_again(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], {1.0: kneemon.ask("start", pain=8, signs=1), 10.0: kneemon.ask("start")})
        assert [answer["ok"] for answer in kneemon.answers] == [False, False]
        kneemon.walk(outing[1], {1.0: kneemon.ask("start", pain=3, signs=1)})
        assert kneemon.answers[-1]["ok"] is True

    def test_nor_behind_a_sign_that_is_not_graded(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        acts = {2.0: kneemon.press(), 5.5: kneemon.press(8), 20.0: kneemon.press(2)}
        kneemon.walk(outing[1], acts)
        again = asked()
        again.walk(outing[1], {1.0: again.ask("answer", ask="grade", value=1), 2.0: again.ask("start")})
        assert again.answers[-1]["ok"] is False
        assert again.records() == []


class TestBegunMeanwhile:
    def test_a_walk_that_begins_by_itself_while_it_is_asked_about_has_the_answers(
        self, asked: NewBench, outing: Outing
    ) -> None:
        kneemon = asked(params=BY_WALKING)
        kneemon.walk(
            outing[1], {20.0: kneemon.press(), 23.5: kneemon.press(3), 31.0: kneemon.press(), 92.0: kneemon.hold()}
        )
        record = kneemon.record()
        assert record.summary.pain_before == 3
        assert {fact.session_id for fact in kneemon.facts(PainAnswer) if fact.ask is Ask.PAIN_BEFORE} == {
            record.session_id
        }

    def test_what_was_told_stays_when_the_walk_ends_before_the_signs(self, asked: NewBench, outing: Outing) -> None:
        params = EngineParams(session=SessionParams(start_by_walking=True, start_after_s=8.0))
        kneemon = asked(params=params)
        acts = {6.0: kneemon.press(), 9.5: kneemon.press(3), 15.0: kneemon.ask("stop")}
        kneemon.walk(outing[1][:80], acts)
        assert scores(kneemon, Ask.PAIN_BEFORE) == [3]
        assert kneemon.record().summary.pain_before == 3

    def test_what_was_told_stays_when_a_giving_way_comes_between(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked(params=BY_WALKING)
        acts = {58.0: kneemon.press(4), 63.0: kneemon.ask("gave-way"), 74.0: kneemon.press()}
        kneemon.walk(outing[1], acts)
        assert scores(kneemon, Ask.PAIN_BEFORE) == [4]
        assert kneemon.facts(SteadyAnswer)[-1].steady is Steady.STEADY

    def test_a_sign_without_its_list_ends_it(self, asked: NewBench, outing: Outing) -> None:
        params = EngineParams(session=SessionParams(start_by_walking=True, start_after_s=8.0))
        kneemon = asked(params=params)
        acts = {1.0: kneemon.ask("answer", ask="signs", value=2), 92.0: kneemon.hold()}
        kneemon.walk(outing[1] * 1, acts)
        assert [fact.grade for fact in kneemon.facts(GradeAnswer)] == [None]
        assert CueKind.ASK_GRADE in kneemon.player.heard


class TestTwoSides:
    def test_an_answer_by_socket_closes_the_buttons_question(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        acts = {
            1.0: kneemon.ask("start", pain=1, signs=1),
            10.0: kneemon.press(3),
            22.0: kneemon.ask("answer", ask="gave_way", value=1),
            24.0: kneemon.press(2),
            40.0: kneemon.press(2),
        }
        kneemon.walk(outing[1], acts)
        assert [fact.steady for fact in kneemon.facts(SteadyAnswer)] == [Steady.STEADY]
        assert kneemon.record().summary.paused_s == pytest.approx(16.0, abs=2.0)

    def test_the_open_list_is_written_before_the_sign(self, asked: NewBench, outing: Outing) -> None:
        """A cut between the two leaves what keeps walks from starting."""
        kneemon = asked()
        kneemon.walk(outing[1][:40], {1.0: kneemon.ask("answer", ask="signs", value=2)})
        assert kneemon.facts(SignsAnswer, GradeAnswer) == [GradeAnswer(None), SignsAnswer(Signs.SOMETHING)]

    def test_one_sign_is_one_decision(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        acts = {2.0: kneemon.press(), 5.5: kneemon.press(2), 14.0: kneemon.press(2), 22.0: kneemon.press(3)}
        kneemon.walk(outing[1], acts)
        assert sum(decision.rule == "12.4-STOP-flag" for decision in kneemon.facts(Decision)) == 1
        assert [fact.grade for fact in kneemon.facts(GradeAnswer)] == [None, Grade.SAME_DAY]

    def test_the_reason_is_said_before_anything_is_asked(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        acts = {1.0: kneemon.ask("start", pain=1, signs=1), 10.0: kneemon.ask("answer", ask="grade", value=3)}
        kneemon.walk(outing[1], acts)
        heard = kneemon.player.heard
        assert heard.index(CueKind.GET_ADVICE) < heard.index(CueKind.ASK_PAIN)


class TestLate:
    def walked(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], {1.0: kneemon.ask("start", pain=2, signs=1), 90.0: kneemon.hold()})

    def test_in_the_morning_only_the_morning_is_asked(self, asked: NewBench, outing: Outing) -> None:
        self.walked(asked, outing)
        later = asked(clock=PacedClock(start=NEXT))
        later.walk(outing[1], {20.0: later.press(5)})
        assert scores(later, Ask.PAIN_MORNING)[-1] == 5
        assert scores(later, Ask.PAIN_LATER) == []

    @pytest.mark.parametrize(("hours", "asks"), [(2.5, True), (4.5, False), (14.0, False)])
    def test_two_hours_later_is_no_other_time(self, hours: float, asks: bool, asked: NewBench, outing: Outing) -> None:
        self.walked(asked, outing)
        then = replace(NEXT, utc=MORNING.utc + timedelta(hours=hours))
        later = asked(clock=PacedClock(start=then))
        later.walk(outing[1])
        assert (CueKind.ASK_PAIN in later.player.heard) is asks

    def test_a_walk_of_a_moment_does_not_take_the_answers_of_the_real_one(
        self, asked: NewBench, outing: Outing
    ) -> None:
        self.walked(asked, outing)
        again = asked()
        acts = {
            1.0: again.ask("start", pain=2, signs=1),
            3.0: again.ask("stop"),
            5.0: again.ask("answer", ask="pain_end", value=8),
        }
        again.walk(outing[1][:60], acts)
        real, moment = again.records()
        assert [fact.session_id for fact in again.facts(PainAnswer) if fact.score == 8] == [real.session_id]
        assert moment.session_id != real.session_id

    def test_a_morning_to_come_is_not_answered(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1][:40], {1.0: kneemon.ask("answer", ask="pain_morning", value=0, morning="9999-12-31")})
        assert kneemon.answers == [
            {
                "ok": False,
                "error": "the morning: expected today or a day before, saw 9999-12-31. Answer it when it is.",
                "code": "bad_args",
            }
        ]


class TestHostile:
    @pytest.mark.parametrize(
        ("name", "args"),
        [
            ("exercise", {"action": "cold", "minutes": 10**400}),
            ("exercise", {"action": "push_off", "level": True}),
            ("cue", {"name": "tick", "value": 10**400}),
            ("tell", {"kind": "override", "fields": {"state": "hold", "step": -100}}),
            ("tell", {"kind": "profile", "fields": {"knee": "left", "usual_pain": 99}}),
            ("tell", {"kind": "profile", "fields": {"knee": "left", "weight_kg": -5}}),
            ("answer", {"ask": "pain_end", "value": 10**30}),
            ("start", {"pain": "7"}),
        ],
    )
    def test_it_is_refused_or_harmless_and_kneemon_lives(
        self, name: str, args: dict[str, object], asked: NewBench, outing: Outing
    ) -> None:
        kneemon = asked()
        kneemon.walk(outing[1][:60], {1.0: kneemon.ask(name, **args), 3.0: kneemon.ask("status")})
        assert kneemon.answers[-1]["ok"] is True
        if args.get("level") is not True:
            assert kneemon.answers[0]["ok"] is False

    def test_a_choice_waits_for_the_date(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked(clock=PacedClock(start=replace(MORNING, synchronised=False)))
        kneemon.walk(outing[1][:40], {1.0: kneemon.ask("tell", kind="choice", fields={"kind": "pause"})})
        assert kneemon.answers == [{"ok": True, "done": "Noted; it holds once the date is known."}]

    def test_without_a_date_nothing_has_grown(self, asked: NewBench, outing: Outing) -> None:
        long_ago = replace(PLAN, start=date(2024, 1, 1))
        kneemon = asked(clock=PacedClock(start=replace(MORNING, synchronised=False)), plan=long_ago)
        kneemon.walk(outing[1], {1.0: kneemon.ask("start", pain=1, signs=1)})
        dose = kneemon.record().summary.prescription
        assert dose is not None
        assert (dose.dose_s, dose.day) == (600.0, SUNDAY)


class TestGaveWayTold:
    def test_once_asks_and_twice_on_one_day_stops_whichever_walks_they_were(
        self, asked: NewBench, outing: Outing
    ) -> None:
        kneemon = asked()
        acts = {
            1.0: kneemon.ask("start", pain=1, signs=1),
            10.0: kneemon.ask("gave-way"),
            12.0: kneemon.ask("answer", ask="gave_way", value=1),
            20.0: kneemon.ask("stop"),
            40.0: kneemon.ask("start", pain=1, signs=1),
            50.0: kneemon.ask("gave-way"),
        }
        kneemon.walk(outing[1], acts)
        _, once, steady, _, _, twice = kneemon.answers
        assert once["done"].endswith("`kneemon answer gave-way steady`, `not-steady` or `fell`.")
        assert steady["ok"] is True
        assert "more than once today" in twice["done"]
        assert stopped(kneemon)
        assert len(kneemon.records()) == 2

    def test_between_walks_it_is_an_answer(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        acts = {
            1.0: kneemon.ask("gave-way"),
            2.0: kneemon.ask("answer", ask="gave_way", value=1),
            3.0: kneemon.ask("answer", ask="gave_way", value=1),
        }
        kneemon.walk(outing[1][:40], acts)
        refused, once, twice = kneemon.answers
        assert refused["error"] == (
            "the knee: expected a walk or an exercise that is on, saw neither. "
            "`kneemon answer gave-way steady`, `not-steady` or `fell` notes it."
        )
        assert once["ok"] is True
        assert "more than once today" in twice["done"]
        assert stopped(kneemon)

    def test_nobody_said_that_nothing_is_new(self, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1], {1.0: kneemon.ask("start"), 9.0: kneemon.ask("answer", ask="pain_before", value=3)})
        assert Signs.NOTHING_NEW not in [fact.signs for fact in kneemon.facts(SignsAnswer)]
        assert scores(kneemon, Ask.PAIN_BEFORE)[-1] == 3

    @pytest.mark.parametrize("ask", ["grade", "signs"])
    def test_a_walk_that_there_is_not(self, ask: str, asked: NewBench, outing: Outing) -> None:
        kneemon = asked()
        kneemon.walk(outing[1][:40], {1.0: kneemon.ask("answer", ask=ask, value=1, session_id="nosuch")})
        assert kneemon.answers[0]["ok"] is False
