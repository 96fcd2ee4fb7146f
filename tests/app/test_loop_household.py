# SPDX-License-Identifier: MIT
"""What the home hears of a walk, and what it may ask for: a real loop on a real store, the home an attentive one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from app_bench import Bench

from kneemon.clock import PacedClock
from kneemon.model.cues import CueKind
from kneemon.model.diary import LimitWish
from kneemon.model.home import About, Health, LastWalk, News, PlanMode, PlanToday, Problem, Reported, Today
from kneemon.model.plans import Plan, PlanWeek
from kneemon.model.records import PainTold, TimeAnchor, TimeQuality
from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.store.reader import StoreReader
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]

SUNDAY = date(2026, 11, 22)
MORNING = TimeAnchor("4f1c", 1000.0, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), synchronised=True)
PLAN = Plan("six weeks", SUNDAY, (PlanWeek(10.0),), warm_up_s=5.0, cool_down_s=5.0, cadence_ceiling_spm=110.0)

pytestmark = pytest.mark.usefixtures("in_utc")


class LateClock(PacedClock):
    """Nobody has set it; from a second on the network does."""

    def __init__(self, start: TimeAnchor, known_from_s: float) -> None:
        super().__init__(start=replace(start, synchronised=False))
        self._known_from_s = known_from_s
        self._true = timedelta(days=3)

    def anchor(self) -> TimeAnchor:
        anchor = super().anchor()
        if anchor.monotonic_s < self._known_from_s:
            return anchor
        return replace(anchor, utc=anchor.utc + self._true, synchronised=True)


def told(kneemon: Bench, kind: type[News]) -> list[News]:
    return [news for news in kneemon.home.news if isinstance(news, kind)]


@pytest.fixture
def walker(bench: NewBench) -> Bench:
    return bench(plan=PLAN, clock=PacedClock(start=MORNING))


class TestTold:
    def test_moments_of_a_walk(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1], {2.0: walker.ask("start"), 60.0: walker.ask("gave-way"), 92.0: walker.ask("stop")})
        session_id = walker.record().session_id
        assert [moment.kind for moment in walker.home.moments] == ["walk_started", "gave_way", "walk_ended"]
        assert {moment.session_id for moment in walker.home.moments} == {session_id}
        began, gave_way, _ = walker.home.moments
        assert gave_way.at - began.at == timedelta(seconds=58.0)

    def test_limits_are_moments(self, walker: Bench, outing: Outing) -> None:
        walker.plan = replace(PLAN, weeks=(PlanWeek(0.5),))
        walker.walk(outing[1], {2.0: walker.ask("start")})
        kinds = [moment.kind for moment in walker.home.moments]
        assert [kind for kind in kinds if kind.startswith(("limit", "over"))] == ["limit_reached", "over_limit"]

    def test_todays_total_is_told_a_look_after_it_was_true_and_never_falls(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1], {2.0: walker.ask("start"), 40.0: walker.ask("stop")})
        totals = [today for today in told(walker, Today) if isinstance(today, Today)]
        steps = [today.steps for today in totals]
        assert steps == sorted(steps)
        assert steps[0] == 0
        assert steps[-1] == walker.record().summary.steps
        assert totals[-1].sessions == 1
        assert {today.ends_at for today in totals} == {datetime(2026, 11, 23, tzinfo=UTC)}

    def test_the_last_walk_and_what_was_answered_about_it(self, walker: Bench, outing: Outing) -> None:
        acts = {
            2.0: walker.ask("start", pain=2, signs=1),
            70.0: walker.ask("stop"),
            80.0: walker.ask("answer", ask="pain_end", value=3),
        }
        walker.walk(outing[1], acts)
        walks = [news.record for news in told(walker, LastWalk) if isinstance(news, LastWalk) and news.record]
        assert [(walk.revision, walk.pain_told) for walk in walks] == [
            (1, PainTold(before=2)),
            (2, PainTold(before=2, after=3)),
        ]
        assert walker.record() == walks[-1], "what is told is what is stored"
        with StoreReader(walker.path) as reader:
            documents = reader.waiting(0, 10)
        assert [document.key for document in documents] == [f"{walks[-1].session_id}/2"], "the newest alone waits"

    def test_what_the_device_is_and_how_it_does(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1][:60])
        (about,) = told(walker, About)
        assert about == About(about.software, "canned walk", "pocket")  # type: ignore[union-attr]
        health = told(walker, Health)[-1]
        assert isinstance(health, Health)
        assert (health.clock_known, health.problems, health.sensor) == (True, (), "samples flow")

    def test_a_sensor_that_is_gone_is_told_while_it_is(self, walker: Bench, outing: Outing) -> None:
        gone = [SensorReport(1005.0 + 20.0 * n, Wire.RECOVERY if n else Wire.FAULT, "gone") for n in range(4)]
        walker.walk([*outing[1][:20], *gone])
        health = told(walker, Health)[-1]
        assert isinstance(health, Health)
        assert (health.sensor, health.problems) == ("gone", (Problem.SENSOR,))

    def test_advice_is_a_moment(self, walker: Bench, outing: Outing) -> None:
        acts = {
            2.0: walker.ask("start"),
            60.0: walker.ask("gave-way"),
            62.0: walker.ask("answer", ask="gave_way", value=3),
        }
        walker.walk(outing[1], acts)
        kinds = [moment.kind for moment in walker.home.moments]
        assert kinds[:3] == ["walk_started", "gave_way", "get_advice"]

    def test_a_clock_that_nobody_set_is_a_problem(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench(clock=LateClock(MORNING, 1e9))
        kneemon.walk(outing[1][:60])
        health = told(kneemon, Health)[-1]
        assert isinstance(health, Health)
        assert health.problems == (Problem.CLOCK,)

    def test_the_plan_in_force(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1][:60], {2.0: walker.ask("wish", key="limit_min", value="8")})
        before, after = (plan for plan in told(walker, PlanToday) if isinstance(plan, PlanToday))
        assert (before.limit_s, before.own_limit_s, before.wished) == (600.0, 600.0, LimitWish())
        assert (after.limit_s, after.own_limit_s, after.wished) == (480.0, 600.0, LimitWish(8.0))
        assert before.mode is PlanMode.FOLLOW
        assert before.standing is not None
        assert (before.plan, before.standing.week, before.walk_day) == ("six weeks", 1, True)


class TestTime:
    def test_a_walk_is_dated_anew_when_the_time_comes(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench(clock=LateClock(MORNING, 1080.0))
        kneemon.walk(outing[1], {2.0: kneemon.ask("start"), 60.0: kneemon.ask("stop")})
        record = kneemon.record()
        assert (record.revision, record.time_quality) == (2, TimeQuality.NTP)
        assert record.started_at == MORNING.utc + timedelta(days=3, seconds=record.summary.started_s - 1000.0)
        assert record.ended_at - record.started_at == timedelta(seconds=record.summary.duration_s)

    def test_until_then_it_says_that_it_does_not_know(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench(clock=LateClock(MORNING, 1e9))
        kneemon.walk(outing[1], {2.0: kneemon.ask("start"), 60.0: kneemon.ask("stop")})
        record = kneemon.record()
        assert (record.revision, record.time_quality, record.time_error_s) == (1, TimeQuality.UNSYNCED, None)


class TestAsked:
    def test_mute_ends_with_the_walk(self, walker: Bench, outing: Outing) -> None:
        acts = {
            2.0: walker.ask("wish", key="mute", value="ON"),
            3.0: walker.ask("start"),
            60.0: walker.ask("stop"),
        }
        walker.walk(outing[1], acts)
        mutes = [news.mute for news in told(walker, Reported) if isinstance(news, Reported)]
        assert mutes == [False, True, False]
        assert walker.player.muted is False

    def test_a_snooze_hushes_reminders_and_not_what_says_stop(self, walker: Bench, outing: Outing) -> None:
        walker.plan = replace(PLAN, weeks=(PlanWeek(1.5),), cadence_ceiling_spm=60.0)
        acts = {2.0: walker.ask("start"), 4.0: walker.ask("snooze", seconds=600)}
        walker.walk(outing[1], acts)
        assert CueKind.PACE_HIGH not in walker.player.heard
        kinds = [moment.kind for moment in walker.home.moments]
        assert CueKind.PACE_HIGH in kinds, "the log and the home know all the same"

    def test_a_pause_from_afar_ends_when_somebody_walks_on(self, walker: Bench, outing: Outing) -> None:
        def paused() -> None:
            assert walker.app is not None
            walker.answers.append(walker.app.asked_by_home("pause", {}))

        walker.walk(outing[1], {2.0: walker.ask("start"), 6.0: paused})
        (pause,) = [at_s for kind, at_s in walker.events() if kind == "pause"]
        assert 3.0 < pause < 5.0
        summary = walker.record().summary
        assert 20.0 < summary.paused_s < 80.0, "sixty steps, and a look"
        assert summary.walking_s > 12.0, "then all counts again"

    def test_the_walkers_own_pause_lasts(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1], {2.0: walker.ask("start"), 6.0: walker.ask("pause")})
        assert walker.record().summary.walking_s < 10.0

    def test_one_cue_at_a_time_for_who_asks_from_afar(self, walker: Bench, outing: Outing) -> None:
        acts = {2.0: walker.ask("cue", name="fault"), 2.2: walker.ask("cue", name="fault")}
        walker.walk(outing[1][:60], acts)
        assert [answer["ok"] for answer in walker.answers] == [True, False]
        assert walker.answers[1]["code"] == "busy"

    def test_a_plan_that_is_stopped_is_not_paused(self, walker: Bench, outing: Outing) -> None:
        acts = {2.0: walker.ask("answer", ask="grade", value=4), 4.0: walker.ask("wish", key="plan", value="pause")}
        walker.walk(outing[1][:60], acts)
        assert walker.answers[1]["code"] == "not_allowed"
        plan = told(walker, PlanToday)[-1]
        assert isinstance(plan, PlanToday)
        assert plan.standing is not None
        assert plan.standing.reason == "A sign of the EMERGENCY list was reported."

    def test_a_snooze_needs_a_walk(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1][:30], {2.0: walker.ask("snooze", seconds=600)})
        assert walker.answers[0]["code"] == "not_walking"

    def test_a_lower_limit_holds_for_the_next_walk_and_is_in_the_diary(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1], {2.0: walker.ask("wish", key="limit_min", value="8"), 3.0: walker.ask("start")})
        prescription = walker.record().summary.prescription
        assert prescription is not None
        assert (prescription.limit_s, prescription.dose_s) == (480.0, 600.0)
        assert walker.facts(LimitWish) == [LimitWish(8.0)]

    def test_a_higher_one_is_locked(self, walker: Bench, outing: Outing) -> None:
        walker.walk(outing[1][:60], {2.0: walker.ask("wish", key="limit_min", value="12")})
        (answer,) = walker.answers
        assert answer == {
            "ok": False,
            "error": "the limit: expected no more than the plan's own, saw 12 minutes. A limit may be lowered; "
            "raising it needs allow_remote_raise = true under [mqtt] on the device.",
            "code": "limit_locked",
        }
        assert walker.facts(LimitWish) == []

    def test_without_a_plan_there_is_nothing_to_limit(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench(clock=PacedClock(start=MORNING))
        kneemon.walk(outing[1][:30], {2.0: kneemon.ask("wish", key="pace_spm", value="90")})
        assert kneemon.answers[0]["code"] == "no_plan"

    def test_the_plan_is_paused_and_goes_on(self, walker: Bench, outing: Outing) -> None:
        acts = {
            2.0: walker.ask("wish", key="plan", value="pause"),
            4.0: walker.ask("wish", key="plan", value="pause"),
            6.0: walker.ask("wish", key="plan", value="follow"),
        }
        walker.walk(outing[1][:60], acts)
        modes = [plan.mode for plan in told(walker, PlanToday) if isinstance(plan, PlanToday)]
        assert modes[:3] == [PlanMode.FOLLOW, PlanMode.PAUSE, PlanMode.FOLLOW]
        assert [answer["ok"] for answer in walker.answers] == [True, True, True]

    def test_walks_go_out_again(self, walker: Bench, outing: Outing) -> None:
        def wiped() -> None:
            assert walker.app is not None
            store = walker.app._edges.store
            for document in store.waiting(0, 10):  # type: ignore[attr-defined]
                store.acknowledged(document.seq)  # type: ignore[attr-defined]

        acts = {
            2.0: walker.ask("start"),
            60.0: walker.ask("stop"),
            65.0: wiped,
            66.0: walker.ask("send-again", since="2026-11-22"),
            67.0: walker.ask("send-again", session_ids=["b9-9-ffff"]),
        }
        walker.walk(outing[1], acts)
        assert walker.answers[2]["done"] == "1 walk goes out again."
        assert walker.answers[3]["code"] == "no_session"
        with StoreReader(walker.path) as reader:
            assert [document.key for document in reader.waiting(0, 10)] == [f"{walker.record().session_id}/1"]
