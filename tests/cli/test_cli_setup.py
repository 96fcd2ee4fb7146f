# SPDX-License-Identifier: MIT
"""`kneemon setup`: consent first, questions with defaults, a wrong answer asked again with why, then a first plan."""

import io
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fake_desk import FakeDesk, Typed

from kneemon.config.plan_file import load_plan
from kneemon.errors import ExitCode
from kneemon.model.diary import Aid, Knee, Profile
from kneemon.store import StoreReader

Kneemon = Callable[..., Any]

GIVEN = ("--consent", "--knee", "left", "--time-zone", "Europe/Berlin")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    fake = FakeDesk()
    monkeypatch.setattr("kneemon.cli.setup.desk", fake.opened)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setenv("TZ", "Europe/Vienna")
    return fake


@pytest.fixture
def plan_file(at_home: Path) -> Path:
    """Where a user's plan is."""
    return at_home / ".config/kneemon/plan.toml"


class TestConsent:
    def test_without_it_nothing_is_written(
        self, kneemon: Kneemon, desk: FakeDesk, at_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for typed in ("no", ""):
            monkeypatch.setattr(sys, "stdin", Typed(typed))
            told = kneemon("setup", "--knee", "left")
            assert told.code == ExitCode.OK
            assert told.out.endswith("Then nothing was written. `kneemon setup` asks again whenever you like.\n")
        assert desk.facts == []
        assert list(at_home.iterdir()) == []

    def test_the_end_of_the_input_is_no_yes(
        self, kneemon: Kneemon, desk: FakeDesk, at_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", Typed())
        told = kneemon("setup", "--knee", "left")
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert "\nThen nothing was written." in told.out
        assert desk.facts == []
        assert list(at_home.iterdir()) == []

    def test_nobody_to_ask(self, kneemon: Kneemon, desk: FakeDesk, at_home: Path) -> None:
        told = kneemon("setup", "--knee", "left")
        assert told.code == ExitCode.CONTROL
        assert told.err == (
            "kneemon: The consent: expected your yes to keeping this diary on the device, saw no terminal to ask at, "
            "and no --consent. Nothing was written. Read the lines above; with --consent you say yes to them.\n"
        )
        assert desk.facts == []
        assert list(at_home.iterdir()) == []

    def test_in_plain_words(self, kneemon: Kneemon, desk: FakeDesk, at_home: Path) -> None:
        out = " ".join(kneemon("setup", *GIVEN, "--preset", "none").out.split())
        for words in (
            "That is health data. It stays on this device",
            "leaves the device only when you export it or switch on MQTT yourself",
            f"You can delete all of it at any time by deleting the file {at_home}/.local/state/kneemon/kneemon.db",
            "It makes no diagnosis and treats nothing",
        ):
            assert words in out


class TestByOptions:
    def test_the_least(self, kneemon: Kneemon, desk: FakeDesk, plan_file: Path) -> None:
        told = kneemon("setup", "--consent", "--knee", "right", "--start", "2026-11-23")
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert desk.facts == [Profile(Knee.RIGHT, tz="Europe/Vienna", consent=True)]
        plan = load_plan(plan_file)
        assert (plan.preset, plan.start) == ("six_week", date(2026, 11, 23))

    @pytest.mark.parametrize("word", ["stick-opposite", "stick_opposite", "Stick opposite"])
    def test_an_aid_however_it_is_written(self, word: str, kneemon: Kneemon, desk: FakeDesk) -> None:
        assert kneemon("setup", *GIVEN, "--aid", word, "--preset", "none").code == ExitCode.OK
        (profile,) = desk.facts
        assert isinstance(profile, Profile)
        assert profile.aid is Aid.STICK_OPPOSITE

    def test_a_tip_at_the_end_that_concerns_the_walker(self, kneemon: Kneemon, desk: FakeDesk) -> None:
        shoes = "\nA tip: Stable, supportive shoes: in one trial they hurt less to walk in than flat, flexible ones."
        brace = "\nA tip: A knee brace helps some people to walk: ask your physio whether one would suit you."
        given = ("setup", *GIVEN, "--preset", "none", "--set")
        assert kneemon(*given, "advice.warm_up=true").out.endswith(f"{shoes} (`kneemon advice`)\n")
        off = (*given, "advice.shoes=false", "--set", "advice.stick=false")
        assert kneemon(*off).out.endswith(f"{brace} (`kneemon advice`)\n")
        assert brace not in kneemon(*off, "--brace").out
        none = [word for name in ("brace", "warm_up") for word in ("--set", f"advice.{name}=false")]
        assert "A tip:" not in kneemon(*off, *none).out

    def test_all(self, kneemon: Kneemon, desk: FakeDesk, plan_file: Path) -> None:
        told = kneemon(
            "setup", *GIVEN, "--aid", "stick_opposite", "--brace", "--usual-pain", "3", "--weight", "88,5", "--preset",
            "severe", "--start", "2026-11-23",
        )  # fmt: skip
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert desk.facts == [Profile(Knee.LEFT, Aid.STICK_OPPOSITE, True, 3, 88.5, "Europe/Berlin", consent=True)]
        assert load_plan(plan_file).weekly_cap_min == 70
        assert "until\n  three comfortable walks have told your own usual pace" in told.out

    def test_what_is_there_is_kept(self, kneemon: Kneemon, desk: FakeDesk, plan_file: Path) -> None:
        plan_file.parent.mkdir(parents=True)
        plan_file.write_text("mine")
        assert kneemon("setup", *GIVEN).code == ExitCode.OK
        assert plan_file.read_text() == "mine"
        assert len(desk.facts) == 1

    def test_replaced_when_asked_for_and_kept_beside(self, kneemon: Kneemon, desk: FakeDesk, plan_file: Path) -> None:
        plan_file.parent.mkdir(parents=True)
        plan_file.write_text("mine")
        assert kneemon("setup", *GIVEN, "--preset", "gentle").code == ExitCode.OK
        assert load_plan(plan_file).preset == "gentle"
        assert [path.read_text() for path in plan_file.parent.glob("plan-*.toml")] == ["mine"]

    @pytest.mark.parametrize(
        ("words", "error"),
        [
            (
                ("--consent",),
                (
                    "--knee: expected left, right or both, saw none. "
                    "Nothing was written. Name the knee that hurts, or run `kneemon setup` at a terminal."
                ),
            ),
            (
                (*GIVEN, "--weight", "8"),
                "--weight: expected a weight from 25 to 300 kg, or none, saw '8'. Nothing was written.",
            ),
            (
                ("--consent", "--knee", "left", "--time-zone", "Berlin"),
                "--time-zone: expected a time zone such as Europe/Berlin, saw 'Berlin'. Nothing was written.",
            ),
        ],
    )
    def test_a_mistake(
        self, words: tuple[str, ...], error: str, kneemon: Kneemon, desk: FakeDesk, plan_file: Path
    ) -> None:
        told = kneemon("setup", *words)
        assert (told.code, told.err) == (ExitCode.CONFIG, f"kneemon: {error}\n")
        assert desk.facts == []
        assert not plan_file.exists()


class TestAtATerminal:
    def test_question_by_question(
        self, kneemon: Kneemon, desk: FakeDesk, plan_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A wrong answer is asked again, with why; Enter takes what is in brackets."""
        monkeypatch.setattr(
            sys,
            "stdin",
            Typed(
                "perhaps", "yes", "", "middle", "left", "stick-opposite", "", "11", "2", "88 kg", "",
                "gentle", "tomorrow", "2026-11-23", "8", "",
            ),
        )  # fmt: skip
        told = kneemon("setup")
        assert (told.code, told.err) == (ExitCode.OK, "")
        assert desk.facts == [Profile(Knee.LEFT, Aid.STICK_OPPOSITE, False, 2, 88.0, "Europe/Vienna", consent=True)]
        plan = load_plan(plan_file)
        assert (plan.preset, plan.start, plan.weeks[0].minutes) == ("gentle", date(2026, 11, 23), 8.0)
        for why in (
            "  Expected yes or no, saw 'perhaps'.",
            "  Expected left, right or both, saw ''.",
            "  Expected left, right or both, saw 'middle'.",
            "  Expected a whole number from 0 to 10, saw '11'.",
            "  Expected a day such as 2026-11-23, saw 'tomorrow'.",
        ):
            assert f"{why}\n" in told.out

    def test_left_in_the_middle(
        self, kneemon: Kneemon, desk: FakeDesk, plan_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", Typed("yes", "left"))
        told = kneemon("setup")
        assert told.code == ExitCode.CONTROL
        assert told.err == (
            "kneemon: The questions: expected an answer, or Enter, saw the end of the input. Nothing was written.\n"
        )
        assert desk.facts == []
        assert not plan_file.exists()


def test_for_real_and_again(kneemon: Kneemon, at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the real desk; a second time, what it knows stands in brackets and needs only Enter."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    here = ("--set", "control.socket=s")
    told = kneemon("setup", *GIVEN, "--usual-pain", "3", "--weight", "90", *here)
    assert (told.code, told.err) == (ExitCode.OK, "")
    monkeypatch.setattr(sys, "stdin", Typed("", "both", "", "", "", "none", "", ""))
    told = kneemon("setup", *here)
    assert (told.code, told.err) == (ExitCode.OK, "")
    assert "Which knee hurts? left, right or both [left]: " in told.out
    assert "may kneemon keep this diary on this device? yes or no [yes]: " in told.out.lower()
    with StoreReader(at_home / ".local/state/kneemon/kneemon.db") as reader:
        profiles = [entry.fact for entry in reader.diary() if isinstance(entry.fact, Profile)]
        assert profiles == [
            Profile(Knee.LEFT, usual_pain=3, weight_kg=90.0, tz="Europe/Berlin", consent=True),
            Profile(Knee.BOTH, usual_pain=3, tz="Europe/Berlin", consent=True),
        ]
        assert [version.rev for version in reader.plan_versions()] == [1]
