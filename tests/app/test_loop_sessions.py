# SPDX-License-Identifier: MIT
"""A walk through the loop: what the button, the socket and the walking itself make of it, on all the edges."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Any

import pytest
from app_bench import Bench

from kneemon import __version__
from kneemon.app.asked import REQUESTS
from kneemon.engine import EngineParams
from kneemon.model.cues import CueKind
from kneemon.model.home import LiveState
from kneemon.model.plans import Plan, PlanWeek
from kneemon.model.records import TimeQuality
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import EndReason, Progress, SessionEnded, SessionStarted
from kneemon.session.machine import SessionParams
from kneemon.store import Store, StoreReader
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]


@pytest.fixture
def walked(bench: NewBench, outing: Outing) -> Bench:
    """Button pressed before the first step, when it hurts, and held when all is over."""
    bench_ = bench()
    bench_.walk(outing[1], {2.0: bench_.press(), 30.0: bench_.press(), 92.0: bench_.hold()})
    return bench_


class TestButton:
    def test_it_begins_marks_and_ends_a_walk(self, walked: Bench, outing: Outing) -> None:
        assert walked.player.heard == [CueKind.STARTED, CueKind.ASK_PAIN, CueKind.STOPPED]
        summary = walked.record().summary
        assert summary.end_reason is EndReason.COMMAND
        assert abs(summary.steps - outing[0].truth.steps) <= 3
        assert summary.bouts == 2
        assert [(mark.at_s, mark.score) for mark in summary.pains] == [(pytest.approx(28.0, abs=0.3), None)]
        assert summary.started_s == pytest.approx(1002.0, abs=0.3)
        assert summary.ended_s == pytest.approx(1092.0, abs=0.3)
        assert summary.prescription is None

    def test_what_it_means_depends_on_the_session(self, bench: NewBench, outing: Outing) -> None:
        """Held out of a session it means nothing, and is refused; a second hold, too."""
        kneemon = bench()
        held = kneemon.hold()
        kneemon.walk(outing[1], {1.0: held, 5.0: kneemon.press(), 20.0: held, 22.0: held})
        refused, started, stopped = CueKind.REFUSED, CueKind.STARTED, CueKind.STOPPED
        assert kneemon.player.heard == [refused, started, stopped, refused]
        assert kneemon.record().summary.duration_s == pytest.approx(15.0, abs=0.3)

    def test_each_walk_is_a_session_of_its_own(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        held = kneemon.hold()
        kneemon.walk(outing[1], {2.0: kneemon.press(), 50.0: held, 54.0: kneemon.press(), 92.0: held})
        one, two = kneemon.records()
        assert (one.session_id[:5], two.session_id[:5]) == ("b1-1-", "b1-2-")
        assert one.summary.steps == pytest.approx(67, abs=2)
        assert two.summary.steps == pytest.approx(50, abs=2)
        assert two.started_at > one.ended_at


class TestRecord:
    def test_it_says_who_what_and_when(self, walked: Bench) -> None:
        record = walked.record()
        anchor = walked.clock.anchor()
        assert record.revision == 1
        assert record.final
        assert record.worn == "pocket"
        assert record.sensor == "canned walk"
        assert record.software == __version__
        assert record.boot_id == anchor.boot_id
        assert record.time_quality is TimeQuality.NTP
        assert record.tz == walked.clock.zone()
        since_start = timedelta(seconds=anchor.monotonic_s - record.summary.started_s)
        assert abs(record.started_at - (anchor.utc - since_start)) < timedelta(milliseconds=1)
        assert record.ended_at - record.started_at == pytest.approx(
            timedelta(seconds=record.summary.duration_s), abs=timedelta(milliseconds=1)
        )

    def test_every_second_and_event_is_stored(self, walked: Bench) -> None:
        record = walked.record()
        with StoreReader(walked.path) as reader:
            seconds = reader.seconds(record.session_id)
        whole = int(record.summary.duration_s)
        assert [second.elapsed_s for second in seconds[:whole]] == [float(k) for k in range(1, whole + 1)]
        assert sum(second.steps for second in seconds) == record.summary.steps
        kinds = [kind for kind, _ in walked.events()]
        assert kinds == ["bout", "pain", "bout"]

    def test_its_document_waits_for_the_broker(self, walked: Bench) -> None:
        with StoreReader(walked.path) as reader:
            (document,) = reader.waiting(0, 10)
        record = walked.record()
        assert document.key == f"{record.session_id}/1"
        assert document.topic == f"kneemon/v1/{record.device}/session/summary"
        assert json.loads(document.payload)["steps"] == record.summary.steps
        assert walked.home.woken == 1

    @pytest.mark.parametrize("held_at_s", [70.0, 86.5, 92.0], ids=["walking", "last steps", "standing"])
    def test_the_last_bout_is_in_the_log_however_soon_the_walk_is_over(
        self, held_at_s: float, bench: NewBench, outing: Outing
    ) -> None:
        kneemon = bench()
        kneemon.walk(outing[1], {2.0: kneemon.press(), held_at_s: kneemon.hold()})
        with StoreReader(kneemon.path) as reader:
            bouts = [row for row in reader.events(kneemon.record().session_id) if row.kind == "bout"]
        assert len(bouts) == kneemon.record().summary.bouts == 2
        assert sum(bout.value or 0.0 for bout in bouts) == pytest.approx(kneemon.record().summary.walking_s, abs=0.1)

    def test_nothing_of_what_was_walked_before_belongs_to_it(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        kneemon.walk(outing[1], {20.0: kneemon.press(), 92.0: kneemon.hold()})
        (_, first_bout_s), *_ = [event for event in kneemon.events() if event[0] == "bout"]
        assert first_bout_s == 0.0
        assert kneemon.record().summary.steps == pytest.approx(117 - 27, abs=3)


class TestOtherEnds:
    def test_stillness_ends_it_at_its_last_step(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench(params=EngineParams(session=SessionParams(end_after_s=11.0)))
        kneemon.walk(outing[1], {2.0: kneemon.press()})
        summary = kneemon.record().summary
        assert summary.end_reason is EndReason.STILLNESS
        assert summary.ended_s == pytest.approx(1044.0, abs=1.0)
        assert [kind for kind, _ in kneemon.events()] == ["bout"]

    def test_the_end_of_the_source_interrupts_it(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        kneemon.walk(outing[1][:280], {2.0: kneemon.press()})
        summary = kneemon.record().summary
        assert summary.end_reason is EndReason.SHUTDOWN
        assert summary.ended_s == pytest.approx(1070.0, abs=0.3)
        assert summary.steps == pytest.approx(67 + 20, abs=3)
        assert kneemon.home.woken == 1

    def test_walking_begins_it_with_its_first_step(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench(params=EngineParams(session=SessionParams(start_by_walking=True, start_after_s=20.0)))
        kneemon.walk(outing[1])
        (started,) = kneemon.of(SessionStarted)
        assert started.by_walking
        record = kneemon.record()
        assert record.summary.started_s == pytest.approx(1004.0, abs=1.5)
        assert record.summary.steps == pytest.approx(outing[0].truth.steps, abs=3)
        assert [progress.elapsed_s for progress in kneemon.of(Progress)][:3] == [1.0, 2.0, 3.0]
        assert [kind for kind, _ in kneemon.events()] == ["bout", "bout"]


class TestNews:
    def test_the_home_hears_of_every_change(self, walked: Bench) -> None:
        states = walked.home.states
        assert [session for session, _ in groupby(state.session for state in states)] == [
            "idle",
            "resting",
            "walking",
            "resting",
            "walking",
            "idle",
        ]
        assert states[-1].steps is None
        assert states[-2].steps == walked.record().summary.steps
        assert {state.session_id for state in states[1:-1]} == {walked.record().session_id}

    def test_so_does_the_service_manager(self, walked: Bench) -> None:
        spoken = [word for word in walked.notifier.told if word != "watchdog"]
        assert spoken == ["ready", "status: walking", "status: ready for a walk", "stopping"]

    def test_a_pace_above_the_ceiling_is_told(self, bench: NewBench, outing: Outing, in_utc: None) -> None:
        kneemon = bench()
        kneemon.plan = Plan("gentle", kneemon.clock.today(), (PlanWeek(10.0),), warm_up_s=0.0, cadence_ceiling_spm=90.0)
        kneemon.walk(outing[1], {2.0: kneemon.press(), 42.0: kneemon.ask("status")})
        over = [state for state in kneemon.home.states if state.over]
        assert over
        assert {(state.session, state.over) for state in over} == {("walking", ("pace_high",))}
        cues = kneemon.player.heard.count(CueKind.PACE_HIGH)
        assert sum(a.over != b.over for a, b in pairwise(kneemon.home.states)) <= 2 * cues, "it flickers"
        assert {state.limit_s for state in over} == {600.0}
        assert CueKind.PACE_HIGH in kneemon.player.heard
        assert kneemon.record().summary.alerts[0].kind is CueKind.PACE_HIGH
        assert ("pace_high", kneemon.record().summary.alerts[0].at_s) in kneemon.events()
        assert kneemon.answers[0]["session"] == "walking"


class TestControl:
    def test_out_of_a_session(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        kneemon.walk(
            outing[1][:20], {1.0: kneemon.ask("status"), 2.0: kneemon.ask("stop"), 3.0: kneemon.ask("pain", score=3)}
        )
        status, stop, pain = kneemon.answers
        assert status == {
            "ok": True,
            "session": "idle",
            "session_id": None,
            "steps": None,
            "cadence_spm": None,
            "elapsed_s": None,
            "part": None,
            "remaining_s": None,
            "paused_s": None,
            "gave_way": None,
            "plan": None,
            "plan_begins": None,
            "plan_state": None,
            "plan_reason": None,
            "clock": "known",
            "questions": [],
            "sensor": "canned walk: samples flow",
            "battery": None,
            "mqtt": "at home",
            "store": "writing",
            "backed_up": None,
            "walked": False,
            "version": __version__,
        }
        assert stop == {
            "ok": False,
            "error": "No walk is running; `kneemon start` begins one.",
            "code": "not_walking",
        }
        assert pain["error"] == "No walk is running; `kneemon answer end`, `later` or `morning` notes pain after it."
        assert kneemon.records() == []

    def test_in_a_session(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        ask = kneemon.ask
        acts = {
            2.0: ask("start"),
            3.0: ask("start"),
            20.0: ask("pain", score=0),
            30.0: ask("status"),
            40.0: ask("stop"),
        }
        kneemon.walk(outing[1], acts)
        start, again, pain, status, stop = kneemon.answers
        assert start == {"ok": True, "done": "The walk has begun."}
        assert again == {
            "ok": False,
            "error": "A walk is already running; `kneemon stop` ends it.",
            "code": "already_walking",
        }
        assert pain == {"ok": True, "done": "Pain 0 of 10 is noted."}
        assert stop == {"ok": True, "done": "The walk is over."}
        summary = kneemon.record().summary
        assert [mark.score for mark in summary.pains] == [0]
        assert ("pain", summary.pains[0].at_s) in kneemon.events()
        assert status["session"] == "walking"
        assert status["session_id"] == kneemon.record().session_id
        assert status["steps"] == pytest.approx(43, abs=3)
        assert status["cadence_spm"] == pytest.approx(100.0, abs=3.0)
        assert status["elapsed_s"] == pytest.approx(27.5, abs=0.6)
        assert status["part"] == "free"

    @pytest.mark.parametrize("score", [-1, 11, 3.0, "3", True, None, [3], {"a": 1}])
    def test_pain_is_a_whole_number_from_0_to_10(self, score: Any, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        kneemon.walk(outing[1][:20], {1.0: kneemon.ask("start"), 2.0: kneemon.ask("pain", score=score)})
        assert kneemon.answers[1] == {
            "ok": False,
            "error": f"Pain is a whole number from 0 (none) to 10 (worst imaginable), not {score!r}.",
            "code": "bad_args",
        }
        assert kneemon.record().summary.pains == ()

    def test_pain_without_a_number(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        kneemon.walk(outing[1][:20], {1.0: kneemon.ask("start"), 2.0: kneemon.ask("pain")})
        assert kneemon.answers[1]["ok"] is False

    def test_nonsense(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        kneemon.walk(
            outing[1][:20], {1.0: kneemon.ask("dance"), 2.0: kneemon.ask(""), 3.0: kneemon.ask("status", a=[1])}
        )
        dance, nothing, status = kneemon.answers
        assert dance == {
            "ok": False,
            "error": f"There is no command 'dance'; there are {', '.join(REQUESTS)} and status.",
            "code": "unknown_command",
        }
        assert nothing["ok"] is False
        assert status["ok"] is True

    def test_when_all_is_over_it_says_so(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        kneemon.walk(outing[1][:4])
        kneemon.ask("status")()
        assert kneemon.answers == [{"ok": False, "error": "kneemon is busy or stopping; try again.", "code": "busy"}]


class TestOrder:
    """The wearer comes first, then the store, the home, the journal, the screen."""

    @pytest.fixture
    def told(self, bench: NewBench, outing: Outing, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """Who was told what, from a walk that pain ends."""
        kneemon = bench()
        kneemon.plan = Plan("gentle", kneemon.clock.today(), (PlanWeek(10.0),))
        told: list[tuple[str, str]] = []

        def telling(owner: object, method: str, who: str, what: Callable[..., str]) -> None:
            original = getattr(owner, method)

            def tell(*args: Any) -> None:
                if words := what(*args):
                    told.append((who, words))
                original(*args)

            monkeypatch.setattr(owner, method, tell)

        telling(kneemon.player, "play", "wearer", lambda cue: cue.kind)
        telling(Store, "begin", "store", lambda _self, _record: "begin")
        telling(Store, "note", "store", lambda _self, _name, row: row.kind)
        telling(Store, "end", "store", lambda _self, _record: "end")
        telling(kneemon.home, "tell", "home", lambda news: news.session if isinstance(news, LiveState) else "")
        telling(kneemon.home, "happened", "home", lambda moment: f"{moment.kind}!")
        telling(kneemon.notifier, "status", "journal", lambda text: text)
        kneemon.seen = Watched(told)
        hurts, held = kneemon.ask("pain", score=7), kneemon.hold()
        kneemon.walk(outing[1][:20], {1.0: kneemon.press(), 3.0: hurts, 4.0: held})
        return [one for one in told if one != ("wearer", CueKind.TICK)]

    def test_of_a_beginning(self, told: list[tuple[str, str]]) -> None:
        assert told[:8] == [
            ("home", "idle"),  # at the start: a walk that a cut ended must not live on there
            ("store", "begin"),
            ("home", "resting"),
            ("home", "walk_started!"),
            ("journal", "walking"),
            ("screen", "SessionStarted"),
            ("wearer", "started"),
            ("screen", "Cue"),
        ]

    def test_of_a_cue(self, told: list[tuple[str, str]]) -> None:
        marked = told.index(("store", "pain"))
        assert told[marked : marked + 6] == [
            ("store", "pain"),
            ("screen", "PainMarked"),
            ("wearer", "pain_stop"),
            ("store", "pain_stop"),
            ("home", "pain_stop!"),
            ("screen", "Cue"),
        ]

    def test_of_an_end(self, told: list[tuple[str, str]]) -> None:
        assert told[told.index(("store", "end")) :] == [
            ("store", "end"),
            ("home", "idle"),
            ("home", "walk_ended!"),
            ("journal", "ready for a walk"),
            ("screen", "SessionEnded"),
            ("wearer", "stopped"),
            ("screen", "Cue"),
        ]


class Watched(list[Any]):
    """A screen that tells when it was shown what."""

    def __init__(self, told: list[tuple[str, str]]) -> None:
        super().__init__()
        self._told = told

    def append(self, seen: Any) -> None:
        super().append(seen)
        self._told.append(("screen", type(seen).__name__))


def test_a_session_is_over_for_the_log_when_it_is_over(walked: Bench) -> None:
    """What comes after its end, the last cue among it, is no part of it."""
    (ended,) = walked.of(SessionEnded)
    assert ended.summary == walked.record().summary
    assert max(at_s for _, at_s in walked.events()) < ended.summary.duration_s
