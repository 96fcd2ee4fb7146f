# SPDX-License-Identifier: MIT
"""The loop when something is wrong: a wire, a source, a listener, a lag; and what the watchdog is fed with."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from app_bench import Bench, Canned, Scripted, wait_until

from kneemon.app.asked import Asked
from kneemon.app.edges import Seen
from kneemon.app.inbox import ITEMS
from kneemon.app.loop import PATIENCE_S, App
from kneemon.errors import RecordingError
from kneemon.model.cues import CueKind
from kneemon.model.samples import SampleBlock, SensorReport, Wire
from kneemon.model.sessions import EndReason, Progress
from kneemon.sensor.paced import PacedSource
from kneemon.store import Store
from kneemon.virtual.walker import Walker

NewBench = Callable[..., Bench]
Outing = tuple[Walker, list[SampleBlock]]

LONG_S = 20.0  # what any thread may take here


@contextmanager
def running(app: App) -> Iterator[Thread]:
    """The loop on a thread of its own, seen to its end."""
    thread = Thread(target=app.run)
    thread.start()
    try:
        yield thread
    finally:
        app.stop()
        thread.join(LONG_S)
        assert not thread.is_alive()


class TestWire:
    FAULT = SensorReport(1010.0, Wire.FAULT, "ADXL345 at 0x53: expected an answer, saw none. Look for a loose wire.")
    RECOVERY = SensorReport(1011.0, Wire.RECOVERY, "the second attempt")
    BACK = SensorReport(1012.0, Wire.BACK, "samples flow again")

    @pytest.fixture
    def faulty(self, bench: NewBench, outing: Outing, caplog: pytest.LogCaptureFixture) -> Bench:
        kneemon = bench()
        blocks = outing[1]
        status = kneemon.ask("status")
        items = [*blocks[:12], self.FAULT, *blocks[12:16], self.RECOVERY, *blocks[16:20], self.BACK, *blocks[20:40]]
        with caplog.at_level(logging.DEBUG, "kneemon.app"):
            kneemon.walk(items, {1.0: status, 9.0: status})
        return kneemon

    def test_the_wearer_feels_a_fault_once(self, faulty: Bench) -> None:
        (cue,) = faulty.player.cues
        assert (cue.kind, cue.important, cue.t_s) == (CueKind.FAULT, True, 1010.0)

    def test_a_wire_that_comes_and_goes_is_felt_every_five_minutes(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        times_s = (1010.0, 1011.0, 1309.0, 1311.0, 1500.0, 1700.0)
        kneemon.walk([*outing[1][:4], *(replace(self.FAULT, t_s=t_s) for t_s in times_s)])
        assert [cue.t_s for cue in kneemon.player.cues] == [1010.0, 1311.0, 1700.0]

    def test_the_service_manager_hears_of_fault_and_return(self, faulty: Bench) -> None:
        spoken = [word for word in faulty.notifier.told if word != "watchdog"]
        assert spoken == ["ready", f"status: {self.FAULT.text}", f"status: {self.BACK.text}", "stopping"]

    def test_the_journal_has_it_at_its_level(self, faulty: Bench, caplog: pytest.LogCaptureFixture) -> None:
        told = [(record.levelname, record.getMessage()) for record in caplog.get_records("setup")]
        assert told == [
            ("WARNING", f"canned walk: {self.FAULT.text}"),
            ("DEBUG", f"canned walk: {self.RECOVERY.text}"),
            ("INFO", f"canned walk: {self.BACK.text}"),
            ("INFO", "canned walk has ended"),
        ]

    def test_so_has_the_screen(self, faulty: Bench) -> None:
        assert faulty.of(SensorReport) == [self.FAULT, self.RECOVERY, self.BACK]

    def test_status_tells_of_it_while_it_lasts(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        silent = Event()
        with kneemon.running_on(Canned([*outing[1][:4], self.FAULT, silent])) as app, running(app):
            assert silent.wait(LONG_S)
            assert app.control("status", {})["sensor"] == f"canned walk: {self.FAULT.text}"

    def test_once_samples_flow_all_is_well(self, faulty: Bench) -> None:
        assert [status["sensor"] for status in faulty.answers] == ["canned walk: samples flow"] * 2

    def test_a_walk_without_a_sensor_is_a_gap_in_the_walk(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        items = [*outing[1][:80], self.FAULT, *outing[1][120:240]]
        kneemon.walk(items, {2.0: kneemon.press(), 52.0: kneemon.ask("stop")})
        summary = kneemon.record().summary
        assert summary.gaps == 1
        assert summary.gaps_s == pytest.approx(10.0, abs=0.1)
        assert summary.duration_s == pytest.approx(50.0, abs=0.5)
        assert ("gap", pytest.approx(18.0, abs=0.5)) in kneemon.events()


class TestFaultsOfOurOwn:
    @pytest.mark.parametrize(
        "fault",
        [RecordingError("walk.csv", expected="text", seen="noise", remedy="Record again."), ZeroDivisionError("ours")],
        ids=lambda fault: type(fault).__name__,
    )
    def test_what_a_source_raises_ends_the_run(self, fault: Exception, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        with pytest.raises(type(fault)) as raised:
            kneemon.walk([*outing[1][:100], fault], {2.0: kneemon.press()})
        assert raised.value is fault
        summary = kneemon.record().summary
        assert summary.end_reason is EndReason.SHUTDOWN
        assert summary.duration_s == pytest.approx(23.0, abs=0.5)
        assert summary.steps == pytest.approx(33, abs=3)
        assert kneemon.notifier.told[-1] == "stopping"

    def test_so_does_what_a_listener_raises_and_it_is_asked_no_more(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        shown: list[Seen] = []

        def broken(seen: Seen) -> None:
            shown.append(seen)
            if isinstance(seen, Progress) and seen.elapsed_s >= 20.0:
                raise BrokenPipeError("nobody reads")

        source = Scripted(PacedSource(Canned(outing[1]), kneemon.clock.leader), {2.0: kneemon.press()})
        with kneemon.running_on(source, listener=broken) as app, pytest.raises(BrokenPipeError):
            app.run()
        assert shown[-1].elapsed_s == 20.0
        summary = kneemon.record().summary
        assert summary.end_reason is EndReason.SHUTDOWN
        assert summary.steps == pytest.approx(30, abs=4)
        assert summary.duration_s >= 20.0

    def test_a_source_is_closed_whatever_happens(self, bench: NewBench, outing: Outing) -> None:
        for items in ([], outing[1][:4], [ValueError("a fault")]):
            source = Canned(items)
            with bench().running_on(source) as app, suppress(ValueError):
                app.run()
            assert source.closed == 1

    def test_a_store_that_does_not_write_is_told_in_the_status(
        self, bench: NewBench, outing: Outing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Store, "problem", lambda _: "the store k.db cannot be used: … Free some space.")
        kneemon = bench()
        kneemon.walk(outing[1][:8], {1.0: kneemon.ask("status")})
        assert kneemon.answers[0]["store"] == "the store k.db cannot be used: … Free some space."


class TestStop:
    def test_it_ends_a_walk_whose_source_is_silent(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        silent = Event()
        source = Scripted(PacedSource(Canned([*outing[1][:100], silent]), kneemon.clock.leader), {2.0: kneemon.press()})
        with kneemon.running_on(source) as app, running(app) as thread:
            assert silent.wait(LONG_S)
            app.stop()
            thread.join(LONG_S)
            assert not thread.is_alive()
        assert kneemon.record().summary.end_reason is EndReason.SHUTDOWN
        assert kneemon.record().summary.steps == pytest.approx(33, abs=3)

    def test_it_answers_those_who_still_wait(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        busy, go_on, answers = Event(), Event(), []

        def dawdle(_: Seen) -> None:
            busy.set()
            go_on.wait(LONG_S)

        source = Scripted(Canned(outing[1][:8]), {0.5: kneemon.press()})
        with kneemon.running_on(source, listener=dawdle) as app, running(app):
            assert busy.wait(LONG_S)
            asked, put = Event(), app._inbox.put

            def noticed(item: object, *patience_s: float) -> bool:
                taken = put(item, *patience_s)
                if isinstance(item, Asked):
                    asked.set()
                return taken

            app._inbox = SimpleNamespace(put=noticed, get=app._inbox.get, rest=app._inbox.rest)
            asking = Thread(target=lambda: answers.append(app.control("status", {})))
            asking.start()
            assert asked.wait(LONG_S)
            app.stop()
            go_on.set()
            asking.join(LONG_S)
        assert answers == [{"ok": False, "error": "kneemon is stopping.", "code": "busy"}]

    def test_what_was_measured_before_still_counts(self, bench: NewBench, outing: Outing) -> None:
        """Blocks that wait in the inbox when the stop comes are taken in."""
        kneemon = bench()
        busy, go_on = Event(), Event()

        def dawdle(seen: Seen) -> None:
            if isinstance(seen, Progress) and seen.elapsed_s == 10.0:
                busy.set()
                go_on.wait(LONG_S)

        canned = Canned(outing[1][:80])
        source = Scripted(PacedSource(canned, kneemon.clock.leader), {2.0: kneemon.press()})
        with kneemon.running_on(source, listener=dawdle) as app, running(app):
            assert busy.wait(LONG_S)
            wait_until(lambda: canned.reads > 80)  # the last one says that there is no more
            app.stop()
            go_on.set()
        assert kneemon.record().summary.duration_s == pytest.approx(17.8, abs=0.5)


class TestLag:
    def test_a_full_inbox_makes_the_source_wait_and_loses_nothing(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        busy, go_on = Event(), Event()

        def dawdle(seen: Seen) -> None:
            if not busy.is_set():
                busy.set()
                go_on.wait(LONG_S)

        canned = Canned(outing[1])
        source = Scripted(PacedSource(canned, kneemon.clock.leader), {2.0: kneemon.press()})
        with kneemon.running_on(source, listener=dawdle) as app, running(app) as thread:
            assert busy.wait(LONG_S)
            before = kneemon.notifier.told.count("watchdog")
            most = before + ITEMS + 2  # the one that is being taken, the inbox, and the one that acquire holds
            wait_until(lambda: canned.reads >= most)
            Event().wait(3 * PATIENCE_S)
            assert canned.reads == most
            go_on.set()
            thread.join(LONG_S)
        assert kneemon.notifier.told.count("watchdog") == len(outing[1])
        summary = kneemon.record().summary
        assert summary.gaps == 0
        assert summary.steps == pytest.approx(outing[0].truth.steps, abs=3)


class TestWatchdog:
    def test_each_block_and_each_report_feeds_it(self, bench: NewBench, outing: Outing) -> None:
        kneemon = bench()
        reports = [TestWire.FAULT, *[TestWire.RECOVERY] * 5, TestWire.BACK]
        kneemon.walk([*outing[1][:10], *reports, *outing[1][10:20]])
        assert kneemon.notifier.told.count("watchdog") == 20 + 7

    def test_nothing_else_does(self, bench: NewBench) -> None:
        """A source that hangs must be seen from outside, however busy the rest is."""
        kneemon = bench()
        silent = Event()
        with kneemon.running_on(Canned([silent])) as app, running(app):
            assert silent.wait(LONG_S)
            assert app.control("start", {})["ok"]
            assert app.control("status", {})["session"] == "resting"
            assert app.control("pain", {"score": 2})["ok"]
            assert app.control("stop", {})["ok"]
            Event().wait(3 * PATIENCE_S)
        assert kneemon.notifier.told == ["ready", "status: walking", "status: ready for a walk", "stopping"]
