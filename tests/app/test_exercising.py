# SPDX-License-Identifier: MIT
"""Exercises in the loop: by button and socket, beside walks, into the diary."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from app_bench import Bench, cut

from kneemon.app.interview import InterviewParams
from kneemon.clock import PacedClock
from kneemon.model.cues import CueKind
from kneemon.model.diary import ExerciseKind, ExerciseSet, SteadyAnswer
from kneemon.model.plans import ExerciseRules, Plan, PlanWeek
from kneemon.model.questions import Steady
from kneemon.model.records import TimeAnchor
from kneemon.model.samples import SampleBlock
from kneemon.virtual.script import Stand
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Blocks = list[SampleBlock]

MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
QUICK = ExerciseRules(
    balance_hold_s=6.0, push_off_reps=5, push_off_up_s=1.0, push_off_down_s=1.0, rest_between_sets_s=30.0
)
PLAN = Plan("six weeks", date(2026, 11, 22), (PlanWeek(10.0),), exercises=QUICK)

pytestmark = pytest.mark.usefixtures("in_utc")


@pytest.fixture(scope="session")
def standing(sampled: Callable[..., tuple[Walker, SampleBlock]]) -> Blocks:
    """A minute and a half of standing still."""
    return cut(sampled(Stand(90.0))[1])


@pytest.fixture
def kneemon(bench: NewBench) -> Bench:
    return bench(plan=PLAN, clock=PacedClock(start=MORNING), asking=InterviewParams())


def test_balance_by_button_is_held_and_kept(kneemon: Bench, standing: Blocks) -> None:
    kneemon.walk(standing, {2.0: kneemon.press(4)})
    sets = kneemon.facts(ExerciseSet)
    assert [(each.exercise, each.leg.value, each.touched) for each in sets] == [
        (ExerciseKind.BALANCE, "left", False),
        (ExerciseKind.BALANCE, "right", False),
    ]
    assert all(each.held_s == pytest.approx(6.0, abs=0.5) for each in sets)
    assert kneemon.player.heard[-1] is CueKind.EXERCISE_DONE
    assert kneemon.records() == []


def test_repetitions_are_asked_for_and_corrected(kneemon: Bench, standing: Blocks) -> None:
    """Nobody moves, so the sensor sees none; the walker knows better."""
    acts_s = 24.0  # the set is over after its beats, and the question is felt
    kneemon.walk(standing, {2.0: kneemon.press(2), acts_s: kneemon.press(5)})
    heard = kneemon.player.heard
    assert CueKind.BEAT_UP in heard
    assert CueKind.ASK_REPS in heard
    sets = kneemon.facts(ExerciseSet)
    assert sets[0].counted == 0
    assert any(each.number == sets[0].number and each.reps == 5 for each in sets[1:])


def test_a_walk_ends_it_and_it_does_not_begin_on_one(kneemon: Bench, standing: Blocks) -> None:
    kneemon.walk(
        standing,
        {
            2.0: kneemon.ask("exercise", action="calf_stretch"),
            10.0: kneemon.ask("start", pain=1, signs=1),
            20.0: kneemon.ask("exercise", action="balance"),
            30.0: kneemon.ask("stop"),
            40.0: kneemon.ask("exercise", action="stop"),
        },
    )
    begun, started, refused, _, nothing = kneemon.answers
    assert begun == {"ok": True, "done": "calf stretch: 1 × 60 s. Hold the button to stop."}
    assert started["ok"] is True
    assert refused == {
        "ok": False,
        "error": "the exercise: expected no walk, saw one that is on. `kneemon stop` ends it.",
        "code": "already_walking",
    }
    assert nothing["error"] == "the exercise: expected one that is on, saw none. There is nothing to end."
    assert len(kneemon.records()) == 1


def test_the_button_is_its_own_while_it_is_on(kneemon: Bench, standing: Blocks) -> None:
    kneemon.walk(standing, {2.0: kneemon.press(3), 15.0: kneemon.hold()})
    assert kneemon.player.heard[-1] is CueKind.STOPPED
    assert kneemon.records() == []


def test_a_knee_that_gives_way_at_it_is_asked_about(kneemon: Bench, standing: Blocks) -> None:
    kneemon.walk(
        standing, {2.0: kneemon.press(4), 8.0: kneemon.press(3), 24.0: kneemon.press(3), 45.0: kneemon.press()}
    )
    assert [fact.steady for fact in kneemon.facts(SteadyAnswer)] == [Steady.FELL]
    assert CueKind.GET_ADVICE in kneemon.player.heard
    assert kneemon.records() == []  # a stopped plan starts no walk


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"action": "dance"}, "the exercise: expected one of push_off, calf_stretch, balance, cold, saw 'dance'."),
        ({"action": "push_off", "level": 4}, "push-off level: expected 1 to 1, saw 4."),
        ({"action": "cold", "minutes": 60}, "cold or heat timer: expected 5 to 20 minutes, saw 60."),
        ({"action": "cold", "minutes": "10"}, "the minutes: expected a number, saw '10'."),
        ({"action": "balance", "leg": "third"}, "the leg: expected left, right or both, saw 'third'."),
        ({"action": "push_off", "level": True}, "the level: expected a whole number, saw True."),
    ],
)
def test_what_cannot_be_done(args: dict[str, object], error: str, kneemon: Bench, standing: Blocks) -> None:
    kneemon.walk(standing[:40], {2.0: kneemon.ask("exercise", **args)})
    (told,) = kneemon.answers
    assert told["ok"] is False
    assert told["error"].startswith(error)
    assert told["code"] == "bad_args"
