# SPDX-License-Identifier: MIT
"""Every command of the MQTT contract, as it is translated, asked of a real loop: what is done, and each code."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from app_bench import Act, Bench

from kneemon.app.interview import InterviewParams
from kneemon.clock import PacedClock
from kneemon.model.cues import CueKind
from kneemon.model.diary import Choice, ChoiceKind, ExerciseSet, PainAnswer
from kneemon.model.plans import Plan, PlanWeek
from kneemon.model.questions import Ask
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import SampleBlock
from kneemon.mqtt.commands import COMMANDS, Code
from kneemon.mqtt.topics import CommandName
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]
Said = list[tuple[bool, str | None]]

MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
PLAN = Plan("six weeks", date(2026, 11, 22), (PlanWeek(10.0), PlanWeek(15.0)), warm_up_s=5.0, cool_down_s=5.0)

pytestmark = pytest.mark.usefixtures("in_utc")


@pytest.fixture
def kneemon(bench: NewBench) -> Bench:
    return bench(plan=PLAN, clock=PacedClock(start=MORNING), asking=InterviewParams())


def command(kneemon: Bench, name: str, /, **args: object) -> Act:
    """As the home would send it, during a walk whose name it does not know."""
    meaning = COMMANDS[CommandName(name)]
    return lambda: kneemon.ask(meaning.request, **meaning.args(args, "live"))()


def said(kneemon: Bench) -> Said:
    return [(bool(answer["ok"]), answer.get("code")) for answer in kneemon.answers]


def acts(kneemon: Bench, *commands: tuple[str, Mapping[str, Any]]) -> dict[float, Act]:
    """One command a second."""
    return {1.0 + place: command(kneemon, name, **args) for place, (name, args) in enumerate(commands)}


def test_a_walk_from_the_home(kneemon: Bench, outing: Outing) -> None:
    kneemon.walk(
        outing[1],
        acts(
            kneemon,
            ("session.stop", {}),
            ("session.start", {"pain": 2, "signs": 1}),
            ("session.start", {}),
            ("session.pause", {}),
            ("session.pause", {}),
            ("session.resume", {}),
            ("session.resume", {}),
            ("pain.report", {"score": 3}),
            ("alert.snooze", {"s": 60}),
            ("alert.snooze", {"s": 1}),
            ("identify", {}),
            ("exercise.start", {"kind": "balance"}),
            ("session.stop", {}),
            ("alert.snooze", {"s": 60}),
            ("pain.report", {"score": 3}),
        ),
    )
    assert said(kneemon) == [
        (False, Code.NOT_WALKING),
        (True, None),
        (False, Code.ALREADY_WALKING),
        (True, None),
        (False, Code.ALREADY_PAUSED),
        (True, None),
        (False, Code.NOT_PAUSED),
        (True, None),
        (True, None),
        (False, Code.BAD_ARGS),
        (True, None),
        (False, Code.ALREADY_WALKING),
        (True, None),
        (False, Code.NOT_WALKING),
        (False, Code.NOT_WALKING),
    ]
    record = kneemon.record()
    assert record.summary.pain_before == 2
    assert [mark.score for mark in record.summary.pains] == [3]
    assert CueKind.NOTED in kneemon.player.heard


def test_what_is_told_before_a_walk_must_make_sense(kneemon: Bench, outing: Outing) -> None:
    kneemon.walk(
        outing[1][:100],
        acts(
            kneemon,
            ("exercise.start", {"kind": "cold", "minutes": 10}),
            ("session.start", {"pain": 11}),
            ("session.start", {"signs": 0}),
            ("session.start", {"pain": "2"}),
            ("exercise.stop", {}),
            ("session.start", {"pain": 7, "signs": 1}),
            ("session.start", {"pain": 1, "signs": 2}),
        ),
    )
    assert said(kneemon) == [
        (True, None),
        (False, Code.BAD_ARGS),
        (False, Code.BAD_ARGS),
        (False, Code.BAD_ARGS),
        (True, None),  # what was no beginning of a walk ended no exercise
        (False, Code.NOT_ALLOWED),  # too much pain for a walk of the plan
        (False, Code.NOT_ALLOWED),  # which list is it on?
    ]
    assert kneemon.records() == []


def test_answers_find_their_walk_or_say_that_there_is_none(kneemon: Bench, outing: Outing) -> None:
    kneemon.walk(
        outing[1],
        acts(
            kneemon,
            ("answer", {"ask": "pain_end", "value": 3}),
            ("answer", {"ask": "pain_end", "value": 11}),
            ("answer", {"ask": "colour", "value": 1}),
            ("answer", {"ask": "reps", "value": 5}),
            ("answer", {"ask": "pain_morning", "value": 3, "morning": "2026-11-23"}),
            ("answer", {"ask": "pain_morning", "value": 3, "morning": "tomorrow"}),
            ("answer", {"ask": "pain_morning", "value": 3, "session_id": "b0"}),
            ("session.start", {"pain": 1, "signs": 1}),
            ("answer", {"ask": "pain_now", "value": 2}),
            ("session.stop", {}),
            ("answer", {"ask": "pain_now", "value": 2}),
            ("answer", {"ask": "pain_end", "value": 3, "session_id": "b0-0-none"}),
            ("answer", {"ask": "gave_way", "value": 1, "session_id": "b0-0-none"}),
            ("answer", {"ask": "pain_end", "value": 3}),
        ),
    )
    assert said(kneemon) == [
        (False, Code.NO_SESSION),
        (False, Code.BAD_ARGS),
        (False, Code.BAD_ARGS),
        (False, Code.NOT_EXERCISING),
        (False, Code.BAD_ARGS),
        (False, Code.BAD_ARGS),
        (True, None),
        (True, None),
        (True, None),
        (True, None),
        (False, Code.NOT_WALKING),
        (False, Code.NO_SESSION),
        (False, Code.NO_SESSION),
        (True, None),
    ]
    assert [fact.score for fact in kneemon.facts(PainAnswer) if fact.ask is Ask.PAIN_END] == [3]


def test_exercises_and_choices(kneemon: Bench, outing: Outing) -> None:
    kneemon.walk(
        outing[1],
        acts(
            kneemon,
            ("exercise.stop", {}),
            ("exercise.start", {"kind": "push_off", "level": 4}),
            ("exercise.start", {"kind": "calf_stretch", "leg": "left"}),
            ("exercise.stop", {}),
            ("session.start", {"pain": 1, "signs": 1}),
            ("session.stop", {}),
            ("plan.pause", {}),
            ("plan.resume", {}),
            ("session.get", {"session_id": "b0-0-none"}),
            ("session.get", {}),
            ("session.resend", {"since": "2026-11-22"}),
            ("session.resend", {"since": "2026-11-24"}),
            ("session.resend", {"since": 7}),
        ),
    )
    assert said(kneemon) == [
        (False, Code.NOT_EXERCISING),
        (False, Code.BAD_ARGS),
        *[(True, None)] * 6,
        (False, Code.NO_SESSION),
        (False, Code.BAD_ARGS),
        (True, None),
        (False, Code.NO_SESSION),
        (False, Code.BAD_ARGS),
    ]
    assert [fact.kind for fact in kneemon.facts(Choice)] == [ChoiceKind.PAUSE, ChoiceKind.RESUME]
    assert not kneemon.facts(ExerciseSet)


def test_a_plan_that_is_stopped_lets_nothing_begin(kneemon: Bench, outing: Outing) -> None:
    kneemon.walk(
        outing[1],
        acts(
            kneemon,
            ("answer", {"ask": "grade", "value": 3}),
            ("session.start", {"pain": 1, "signs": 1}),
            ("exercise.start", {"kind": "balance"}),
            ("exercise.start", {"kind": "cold", "minutes": 99}),
        ),
    )
    assert said(kneemon) == [
        (True, None),
        (False, Code.NOT_ALLOWED),
        (False, Code.NOT_ALLOWED),
        (False, Code.BAD_ARGS),  # cold may always be
    ]


def test_without_a_plan_there_is_none_to_change(bench: NewBench, outing: Outing) -> None:
    kneemon = bench(clock=PacedClock(start=MORNING))
    names = ("plan.pause", "plan.resume", "plan.stay", "plan.rest")
    kneemon.walk(outing[1][:60], acts(kneemon, *((name, {}) for name in names)))
    assert said(kneemon) == [(False, Code.NO_PLAN)] * 4


def test_wishes(kneemon: Bench, outing: Outing) -> None:
    wishes = (("mute", "ON"), ("limit_min", "5"), ("limit_min", "60"), ("pace_spm", "500"), ("colour", "red"))
    kneemon.walk(
        outing[1][:60],
        {1.0 + place: kneemon.ask("wish", key=key, value=value) for place, (key, value) in enumerate(wishes)},
    )
    assert said(kneemon) == [
        (True, None),
        (True, None),
        (False, Code.LIMIT_LOCKED),
        (False, Code.BAD_ARGS),
        (False, Code.UNKNOWN_SETTING),
    ]
    assert kneemon.player.muted
