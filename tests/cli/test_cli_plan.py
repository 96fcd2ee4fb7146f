# SPDX-License-Identifier: MIT
"""`kneemon plan`: shown from a store that was lived in, its versions and decisions, and how it is steered."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_desk import FakeDesk, Typed
from lived_months import BOOT, START, TODAY, clock_on, live

from kneemon.cli import plan_drawing
from kneemon.cli.plan_drawing import WIDEST, Line, bar, show
from kneemon.cli.plan_show import Stored, show_plan
from kneemon.config.plan_file import load_plan
from kneemon.config.presets import preset_text
from kneemon.errors import ExitCode
from kneemon.model.diary import (
    AdviceSaid,
    Choice,
    ChoiceKind,
    DiaryEntry,
    Fact,
    Knee,
    Override,
    PainAnswer,
    Profile,
    Stamp,
)
from kneemon.model.plans import Prescription, StateName
from kneemon.model.questions import Ask
from kneemon.model.records import SessionRecord, TimeQuality
from kneemon.model.sessions import EndReason, PainMark, SessionSummary
from kneemon.store import Store, StoreReader

Kneemon = Callable[..., Any]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The store and the plan's file."""
    folder = tmp_path_factory.mktemp("lived")
    live(folder / "kneemon.db", folder / "plan.toml")
    return folder / "kneemon.db", folder / "plan.toml"


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    def set_to(day: date) -> None:
        monkeypatch.setattr("kneemon.cli.plan.SystemClock", lambda: clock_on(day))

    set_to(TODAY)
    return set_to


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    fake = FakeDesk()
    monkeypatch.setattr("kneemon.cli.plan.desk", fake.opened)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return fake


def walked(day: date, prescription: Prescription | None = None, **summary: Any) -> SessionRecord:
    """A walk of ten minutes, in the morning of that day."""
    anchor = clock_on(day).anchor()
    begun = SessionSummary.begun(anchor.monotonic_s, prescription)
    told = {"ended_s": begun.started_s + 700.0, "walking_s": 600.0, "main_s": 600.0, "end_reason": EndReason.COMMAND}
    return SessionRecord(
        device="d",
        session_id=f"b1-{day}",
        revision=1,
        boot_id=BOOT,
        started_at=anchor.utc,
        ended_at=anchor.utc + timedelta(seconds=700),
        tz="UTC",
        time_quality=TimeQuality.NTP,
        worn="waist",
        sensor="canned",
        software="0",
        summary=replace(begun, **(told | summary)),
        final=True,
    )


@pytest.mark.usefixtures("today")
class TestShow:
    def test_where_it_stands_and_why(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        store, plan = lived
        told = kneemon("plan", "show", "--set", f"store.path={store}", "--set", f"plan.path={plan}")
        assert (told.code, told.err) == (ExitCode.OK, "")
        out = told.out
        assert out.startswith("Today, Tuesday 17 November ")
        assert "is a rest day; the next walk is on Wednesday 18 November" in out
        assert "\nA step back: fewer minutes and shorter stretches on the same number of days.\n" in out
        reasons = [line for line in out.splitlines() if "(12.4-" in line]
        assert [line.rpartition(" (")[2] for line in reasons] == ["12.4-REGRESS-red)", "12.4-PROGRESS)", "12.4-BEGIN)"]
        assert [line for line in out.splitlines() if "< you are here" in line] == [
            "  week  1    10 min × 3  █████████  < you are here"
        ]

    def test_what_was_held_and_how_it_went(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        out = kneemon("plan", "show", "--store", lived[0]).out.splitlines()
        held = [line.split() for line in out if line.startswith("  from ")]
        assert [(words[1], words[2], " ".join(words[7:])) for words in held] == [
            ("2026-11-02", "10", "first week"),
            ("2026-11-09", "15", "grown, or may grow"),
            ("2026-11-16", "10", "a step back"),
        ]
        walks = {line[2:12]: line for line in out if "pain before" in line}
        assert walks["2026-11-13"].endswith("pain before 2, most 6, 2 h later –, morning 2  red")
        assert walks["2026-11-11"].endswith("green")
        assert walks["2026-11-16"].endswith("waits for the morning")

    def test_for_information(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        """In seven days 45 minutes of walking, half of it moderate; 4500 steps are 2340 BW·s per knee (5.2)."""
        out = kneemon("plan", "show", "--store", lived[0]).out
        assert "\nThe last seven days, to 2026-11-17, for information; never a reason to walk on:\n" in out
        assert "\n  at 100 steps/min or more: 22 min, of 45\n" in out
        assert "\n  steps on walks, on the day with most: 1500, of 3000\n" in out
        assert "\n  load units: 2340, somewhere from 1755 to 2925" in out

    def test_a_tip_on_the_own_device_alone_and_not_noted(
        self, kneemon: Kneemon, lived: tuple[Path, Path], tmp_path: Path
    ) -> None:
        """Nothing is told twice within two weeks, and nothing on a day that had a tip."""
        store, plan = tmp_path / "kneemon.db", lived[1]
        shutil.copy(lived[0], store)
        own = ("plan", "show", "--set", f"store.path={store}", "--set", f"plan.path={plan}")
        shoes = "\nA tip: Stable, supportive shoes: in one trial they hurt less to walk in than flat, flexible ones."
        for _ in range(2):
            assert kneemon(*own).out.endswith(f"{shoes} (`kneemon advice`)\n")
        assert "A tip:" not in kneemon("plan", "show", "--store", store).out
        assert "A tip:" not in kneemon(*own, "--day", "2026-11-16").out
        assert "\nA tip: Uneven ground needs more balance." in kneemon(*own, "--set", "advice.shoes=false").out
        for day, tip in ((TODAY - timedelta(days=3), "\nA tip: Uneven"), (TODAY, "")):
            clock = clock_on(day)
            kept = Store.open(store, documents_of=lambda *_: (), clock=clock)
            anchor = clock.anchor()
            kept.write(AdviceSaid("shoes"), Stamp(anchor.boot_id, anchor.monotonic_s, anchor.utc, True, "UTC"))
            kept.close()
            out = kneemon(*own).out
            assert ("A tip:" in out) == bool(tip)
            assert tip in out

    def test_more_than_planned_is_a_reason_of_its_own(
        self, kneemon: Kneemon, plan: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Its colour stays what the rules make of it."""
        followed = load_plan(plan)
        dose = Prescription("gentle", TODAY, 1, 180.0, 180.0, 0.0, 0.0, None, 6)
        clock = clock_on(TODAY)
        record = walked(TODAY, prescription=dose, steps=400, walking_s=240.0, main_s=230.0)
        show_plan(followed, Stored([record], known=True), clock, None)
        out = capsys.readouterr().out
        assert "3.83 of 3 min" in out
        assert (
            "\n              longer than planned: 128 % of its minutes; stop at the signal, also on a good day\n" in out
        )

    def test_the_own_pace_is_that_of_walks_whose_morning_was_good(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A tenth above the median of 100, 102 and 104: the first walk's morning was 5, with a usual pain of 1."""
        path = tmp_path / "plan.toml"
        path.write_text(preset_text("six_week", START))
        days = [START + timedelta(days=number) for number in (0, 2, 4, 7)]
        paces = (60.0, 100.0, 102.0, 104.0)
        records = [
            walked(day, cadence_mean_spm=pace, pains=(PainMark(5.0, 2),)) for day, pace in zip(days, paces, strict=True)
        ]
        facts: tuple[Fact, ...] = (
            Profile(Knee.LEFT, usual_pain=1),
            PainAnswer(Ask.PAIN_MORNING, 5, "", START + timedelta(days=1)),
        )
        anchor = clock_on(START).anchor()
        stamp = Stamp(BOOT, anchor.monotonic_s, anchor.utc, certain=True, tz="UTC")
        entries = [DiaryEntry(stamp, fact, seq) for seq, fact in enumerate(facts, start=1)]
        show_plan(load_plan(path), Stored(records, entries), clock_on(TODAY + timedelta(days=1)), None)
        assert "not over 112 steps/min" in capsys.readouterr().out

    @pytest.mark.parametrize("walking", [{"walking_s": 60.0}, {"main_s": 60.0}])
    def test_a_day_walked_in_any_part_of_the_plan_is_walked(
        self, walking: dict[str, float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "plan.toml"
        path.write_text(preset_text("six_week", START, sessions=7))
        record = walked(START, **({"walking_s": 0.0, "main_s": 0.0} | walking))
        show_plan(load_plan(path), Stored([record]), clock_on(START + timedelta(days=1)), None)
        assert capsys.readouterr().out.startswith("Today, Tuesday 3 November (week 1), is a rest day;")

    def test_a_day_gone_by(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        out = kneemon("plan", "show", "--store", lived[0], "--day", "2026-11-08").out
        assert "12.4-PROGRESS" not in out
        assert "2026-11-13" not in out
        assert "The first week: its dose is walked and nothing grows in it.\n" in out

    def test_it_shows_what_is_due_and_writes_nothing(
        self, kneemon: Kneemon, lived: tuple[Path, Path], today: Callable[[date], None]
    ) -> None:
        """Eight days later nobody has walked, and no kneemon has run: the pause is shown as it will be decided."""
        store, _ = lived
        before = store.read_bytes()
        today(TODAY + timedelta(days=8))
        assert "\nPaused. A walk, or `kneemon plan resume`, goes on.\n" in kneemon("plan", "show", "--store", store).out
        with StoreReader(store) as reader:
            assert "PAUSED" not in str(reader.diary())
        assert store.read_bytes() == before

    def test_without_a_store_by_the_calendar(self, kneemon: Kneemon, tmp_path: Path) -> None:
        plan = tmp_path / "plan.toml"
        plan.write_text(preset_text("six_week", START))
        for words in ((plan,), ("--set", f"plan.path={plan}")):
            told = kneemon("plan", "show", *words)
            assert told.code == ExitCode.OK
            assert "  week  3    20 min × 3  █████████████████  < you are here\n" in told.out
            assert "What was held" not in told.out
            assert "The last walks" not in told.out

    def test_a_day_before_anything_was_decided(self, kneemon: Kneemon, lived: tuple[Path, Path], store: Path) -> None:
        """A store in which the plan was not lived yet: by the calendar, and no week of walks that were not."""
        words = (lived[1], "--store", store, "--day", "2026-11-10")
        out = kneemon("plan", "show", *words).out
        assert "  week  2    15 min × 3  █████████████  < you are here\n" in out
        assert "The last seven days" not in out

    def test_before_the_plan_begins(self, kneemon: Kneemon, tmp_path: Path) -> None:
        plan = tmp_path / "plan.toml"
        plan.write_text(preset_text("six_week", START))
        out = kneemon("plan", "show", plan, "--day", "2026-10-30").out
        assert out.startswith("The plan begins on Monday 2 November 2026.\n")
        assert "you are here" not in out

    def test_a_store_without_a_plan(self, kneemon: Kneemon, store: Path) -> None:
        told = kneemon("plan", "show", "--store", store)
        assert told.code == ExitCode.PLAN
        assert told.err == (
            "kneemon: The plan: expected a plan's file, saw none: neither named here, nor in the configuration, nor "
            "beside it as plan.toml. `kneemon plan new` writes a first one; without a plan kneemon counts and limits "
            "nothing.\n"
        )


class TestKept:
    def test_versions(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        store, plan = lived
        assert kneemon("plan", "versions", "--store", store).out == (
            "  1  kept 2026-11-02 09:00 (UTC)  Six weeks of walking  (it holds now)\n"
        )
        assert kneemon("plan", "versions", "1", "--store", store).out == plan.read_text()

    def test_no_such_version(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        told = kneemon("plan", "versions", "7", "--store", lived[0])
        assert (told.code, told.out) == (ExitCode.STORE, "")
        assert told.err == (
            "kneemon: version 7 of the plan: expected a version from 1 to 1, saw none of that number. "
            "`kneemon plan versions` lists them.\n"
        )

    def test_decisions_in_words(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        lines = kneemon("plan", "decisions", "--store", lived[0]).out.splitlines()
        assert lines[4:7] == [
            "2026-11-09  12.4-PROGRESS",
            "  baseline -> progress, 15 min, 3 a week",
            "  The week went well: walks on 3 of 3 days. 10 minutes become 15.",
        ]
        assert "usual_pain 2, days_walked 3, days_planned 3" in lines[7]
        assert "at_baseline no" in lines[7]

    def test_decisions_for_programs(self, kneemon: Kneemon, lived: tuple[Path, Path]) -> None:
        told = kneemon("plan", "decisions", "--json", "--store", lived[0])
        decisions = [json.loads(line) for line in told.out.splitlines()]
        assert [(each["day"], each["rule"], each["late"], each["was"]) for each in decisions] == [
            ("2026-11-02", "12.4-BEGIN", False, None),
            ("2026-11-09", "12.4-PROGRESS", False, "baseline"),
            ("2026-11-16", "12.4-REGRESS-red", False, "progress"),
        ]
        assert decisions[1]["state"]["dose"]["minutes"] == 15.0
        assert decisions[1]["values"]["days_walked"] == 3
        assert all(each["reason"] and each["values"] for each in decisions)

    def test_nothing_yet(self, kneemon: Kneemon, store: Path) -> None:
        assert kneemon("plan", "versions", "--store", store).out == f"No plan has been followed yet in {store}.\n"
        assert kneemon("plan", "decisions", "--store", store).out == f"Nothing has been decided yet in {store}.\n"


class TestSteering:
    @pytest.mark.parametrize("action", ["pause", "resume", "stay", "rest"])
    def test_a_choice(self, action: str, kneemon: Kneemon, desk: FakeDesk) -> None:
        told = kneemon("plan", action)
        assert (told.code, told.out, told.err) == (ExitCode.OK, "Noted.\n", "")
        assert desk.facts == [Choice(ChoiceKind(action))]

    @pytest.mark.parametrize(
        ("typed", "facts", "last"),
        [
            ("yes", [Choice(ChoiceKind.ADVISED)], "Noted.\n"),
            ("Yes ", [Choice(ChoiceKind.ADVISED)], "Noted.\n"),
            ("y", [], "Then the plan stays as it is. Get advice first.\n"),
            ("", [], "Then the plan stays as it is. Get advice first.\n"),
        ],
    )
    def test_advised_takes_a_whole_yes(
        self, typed: str, facts: list[Choice], last: str, kneemon: Kneemon, desk: FakeDesk, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(sys, "stdin", Typed(typed))
        told = kneemon("plan", "advised")
        assert told.code == ExitCode.OK
        assert told.out == (
            "Has a doctor or a physiotherapist advised you since, and said that you may walk again? Type yes: " + last
        )
        assert desk.facts == facts

    def test_advised_the_end_of_the_input_is_no_yes(
        self, kneemon: Kneemon, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", Typed())
        told = kneemon("plan", "advised")
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert told.out.endswith("Type yes: \nThen the plan stays as it is. Get advice first.\n")
        assert desk.facts == []

    def test_advised_by_no_script(self, kneemon: Kneemon, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
        told = kneemon("plan", "advised")
        assert told.code == ExitCode.CONTROL
        assert told.err == (
            "kneemon: The confirmation: expected your own yes at a terminal, saw no terminal. "
            "Run `kneemon plan advised` yourself and answer its question; the plan stays as it is.\n"
        )
        assert desk.facts == []

    def test_override(self, kneemon: Kneemon, desk: FakeDesk) -> None:
        kneemon("plan", "override", "hold")
        kneemon("plan", "override", "progress", "--week", "3", "--note", "agreed on the phone")
        assert desk.facts == [
            Override(StateName.HOLD),
            Override(StateName.PROGRESS, 2, "agreed on the phone"),
        ]

    def test_no_such_week(self, kneemon: Kneemon, desk: FakeDesk) -> None:
        told = kneemon("plan", "override", "hold", "--week", "0")
        assert told.code == ExitCode.CONTROL
        assert told.err == (
            "kneemon: --week: expected a week of the plan, from 1, saw 0. `kneemon plan show` lists them.\n"
        )
        assert desk.facts == []

    def test_for_real(self, kneemon: Kneemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Through the real desk: a pause is decided at once, and shown."""
        store, plan = tmp_path / "kneemon.db", tmp_path / "plan.toml"
        live(store, plan)
        monkeypatch.setattr("kneemon.cli.plan.SystemClock", lambda: clock_on(TODAY))
        here = ("--set", f"store.path={store}", "--set", f"plan.path={plan}", "--set", "control.socket=s")
        told = kneemon("plan", "pause", *here)
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert "\nPaused. A walk, or `kneemon plan resume`, goes on.\n" in kneemon("plan", "show", *here).out
        assert "12.4-PAUSED-choice" in kneemon("plan", "decisions", "--store", store).out
        assert kneemon("plan", "advised", *here).code == ExitCode.CONTROL


class TestDrawing:
    @pytest.mark.parametrize(
        ("value", "most", "length"), [(0, 10, 0), (10, 10, WIDEST), (5, 10, WIDEST // 2), (0.01, 10, 1), (5, 0, 0)]
    )
    def test_a_bar(self, value: float, most: float, length: int) -> None:
        assert bar(value, most) == "█" * length

    def test_plain_where_it_is_piped(self, capsys: pytest.CaptureFixture[str]) -> None:
        show([Line("red words", "red"), Line("[not markup]")])
        assert capsys.readouterr().out == "red words\n[not markup]\n"

    def test_coloured_at_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Screen(io.StringIO):
            def isatty(self) -> bool:
                return True

        screen = Screen()
        monkeypatch.setattr(plan_drawing.sys, "stdout", screen)
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        show([Line("red words", "red"), Line("[not markup]")])
        assert screen.getvalue() == "\x1b[31mred words\x1b[0m\n[not markup]\n"
