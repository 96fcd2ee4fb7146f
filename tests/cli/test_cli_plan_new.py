# SPDX-License-Identifier: MIT
"""`kneemon plan new`: what it writes, what it asks, what it keeps, and what it refuses."""

import argparse
import os
import stat
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kneemon.cli.plan_new import drawn_weeks, run_new, write_plan
from kneemon.clock import PacedClock
from kneemon.config.options import Config, DeviceOptions
from kneemon.config.places import Places, places
from kneemon.config.plan_file import load_plan
from kneemon.config.presets import preset_text
from kneemon.errors import ExitCode, PlanError
from kneemon.model.records import TimeAnchor

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # Monday already in Helsinki


@pytest.fixture
def clock() -> PacedClock:
    return PacedClock(start=TimeAnchor("boot", 10.0, NOW, synchronised=True))


@pytest.fixture
def somewhere(tmp_path: Path) -> Path:
    return tmp_path / "plan.toml"


def asked(plan: Path | None, **wishes: object) -> argparse.Namespace:
    usual: dict[str, object] = dict.fromkeys(
        ("preset", "start", "minutes", "sessions", "days", "weeks", "step", "ceiling")
    )
    usual |= {"replace": False, "yes": False}
    return argparse.Namespace(plan=plan, **(usual | wishes))


def here(config: Config) -> Places:
    return places(config, os.environ)


def in_zone(zone: str) -> Config:
    return Config(device=DeviceOptions(time_zone=zone))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch):
    """A terminal at which somebody types these lines; the questions are kept."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)

    def type_in(*lines: str) -> list[str]:
        waiting, questions = list(lines), []

        def answer(question: str) -> str:
            questions.append(question)
            if not waiting:
                raise EOFError
            return waiting.pop(0)

        monkeypatch.setattr("builtins.input", answer)
        return questions

    return type_in


def test_without_a_terminal_it_is_the_six_weeks_from_today(clock, capsys, at_home):
    config = in_zone("Europe/Helsinki")
    assert run_new(asked(None), config, here(config), clock) is ExitCode.OK
    path = at_home / ".config/kneemon/plan.toml"
    assert path.read_text() == preset_text("six_week", date(2026, 11, 23))
    assert stat.S_IMODE(path.stat().st_mode) & 0o400
    assert capsys.readouterr().out == (
        f"Written to {path}: Six weeks of walking, 6 weeks from 2026-11-23 on mon, wed, fri.\n"
        "Minutes of a walk, walks a week, and minutes of the week in all:\n"
        "  week  1    10 min × 3  ███████████ 30\n"
        "  week  2    15 min × 3  █████████████████ 45\n"
        "  week  3    20 min × 3  ███████████████████████ 60\n"
        "  week  4    25 min × 3  █████████████████████████████ 75\n"
        "  week  5    30 min × 3  ██████████████████████████████████ 90\n"
        "  week  6    35 min × 3  ████████████████████████████████████████ 105\n"
        "A step is taken when a week went well, not by the calendar; you can stop at any time.\n"
        "Next: go through it with your physio; `kneemon plan check` reads it after every change, `kneemon plan show` "
        "tells what it means for today. A running kneemon reads it when it starts.\n"
    )


def test_the_day_is_the_walkers(clock, somewhere):
    run_new(asked(somewhere), in_zone("America/New_York"), here(Config()), clock)
    assert load_plan(somewhere).start == date(2026, 11, 22)


def test_what_is_given_is_written(clock, somewhere, capsys):
    wishes = {"preset": "severe", "start": date(2026, 12, 1), "minutes": 4.0, "sessions": 4, "ceiling": 96.0}
    assert run_new(asked(somewhere, yes=True, **wishes), Config(), here(Config()), clock) is ExitCode.OK
    plan = load_plan(somewhere)
    assert (plan.preset, plan.start, plan.sessions, plan.cadence_ceiling_spm) == ("severe", date(2026, 12, 1), 4, 96.0)
    assert plan.weeks[0].minutes == 4.0
    assert "unusual: 4 and 4 walks in the first weeks do not fit" in capsys.readouterr().out


CUSTOM = ("plan", "new", "plan.toml", "--preset", "custom", "--start", "2026-12-01", "--minutes", "6")


def test_an_own_plan_by_options_alone(kneemon, tmp_path):
    told = kneemon(*CUSTOM, "--weeks", "8", "--step", "4", "--days", "Tue, sat")
    assert (told.code, told.err) == (ExitCode.OK, "")
    plan = load_plan(tmp_path / "plan.toml")
    assert (plan.preset, plan.walk_days, plan.sessions) == ("custom", (1, 5), 2)
    assert [week.minutes for week in plan.weeks] == [6.0, 10.0, 14.0, 18.0, 22.0, 26.0, 30.0, 34.0]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--days", "someday"), '--days: expected days such as mon,wed,fri, saw "someday". Nothing was written.'),
        (
            ("--days", "mon,tue", "--sessions", "3"),
            (
                'A new plan: days: expected 3, as many as walks in a week, saw ["mon", "tue"]. '
                "docs/defaults.md tells every range; a physio may write other numbers into the file."
            ),
        ),
        (
            ("--weeks", "3"),
            (
                "A new plan: weeks: expected a whole number from 4 to 26 weeks, saw 3. "
                "docs/defaults.md tells every range; a physio may write other numbers into the file."
            ),
        ),
    ],
)
def test_an_own_plan_that_cannot_be(kneemon, tmp_path, words, error):
    told = kneemon(*CUSTOM, *words)
    assert (told.code, told.out, told.err) == (ExitCode.PLAN, "", f"kneemon: {error}\n")
    assert not (tmp_path / "plan.toml").exists()


def test_of_an_own_plan_only_the_rest_is_asked(clock, somewhere, answers):
    questions = answers()
    wishes = {"preset": "custom", "start": date(2026, 12, 1), "minutes": 6.0, "weeks": 5, "step": 2.0, "days": "mon"}
    run_new(asked(somewhere, **wishes), Config(), here(Config()), clock)
    assert questions == []
    assert [week.minutes for week in load_plan(somewhere).weeks] == [6.0, 8.0, 10.0, 12.0, 14.0]


def test_a_number_out_of_range_writes_nothing(clock, somewhere):
    with pytest.raises(PlanError, match="A new plan: minutes: expected a number from 3 to 30 min, saw 40"):
        run_new(asked(somewhere, minutes=40.0), Config(), here(Config()), clock)
    assert not somewhere.exists()


def test_a_plan_that_is_there_stays(clock, somewhere):
    somewhere.write_text("mine")
    with pytest.raises(PlanError) as caught:
        run_new(asked(somewhere), Config(), here(Config()), clock)
    assert str(caught.value) == (
        f"{somewhere}: expected no plan yet, saw one that is there already. "
        "Keep it, or add --replace: the old one is then kept beside the new one."
    )
    assert somewhere.read_text() == "mine"


def test_a_replaced_plan_is_kept_beside_it_each_time(clock, somewhere, capsys):
    somewhere.write_text("mine")
    config = in_zone("UTC")
    run_new(asked(somewhere, replace=True), config, here(config), clock)
    kept = somewhere.with_name("plan-20261122-233000.toml")
    assert kept.read_text() == "mine"
    assert capsys.readouterr().out.startswith(f"The plan before is kept as {kept}.\n")
    run_new(asked(somewhere, replace=True, preset="gentle"), config, here(config), clock)
    assert somewhere.with_name("plan-20261122-233000-2.toml").read_text() == preset_text("six_week", date(2026, 11, 22))
    assert load_plan(somewhere).preset == "gentle"
    assert len(list(somewhere.parent.glob("plan*"))) == 3


def test_a_link_stays_a_link(somewhere):
    real = somewhere.with_name("real.toml")
    real.write_text("mine")
    somewhere.symlink_to(real)
    kept = write_plan(somewhere, "new", NOW)
    assert (kept, real.read_text(), somewhere.is_symlink()) == (
        real.with_name("real-20261122-233000.toml"),
        "new",
        True,
    )


def test_a_cut_while_writing_leaves_the_old_plan(somewhere, monkeypatch):
    somewhere.write_text("mine")

    def cut(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().name == "plan.toml.new":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(PlanError) as caught:
        write_plan(somewhere, "new", NOW)
    assert str(caught.value) == (
        f"{somewhere}: expected a place that can be written, saw No space left on device. "
        "On the device put sudo before the command; else name another file. Nothing was replaced."
    )
    assert somewhere.read_text() == "mine"


def test_a_place_in_a_file_is_refused(somewhere):
    somewhere.write_text("mine")
    with pytest.raises(PlanError, match="expected a place that can be written, saw "):
        write_plan(somewhere / "plan.toml", "new", NOW)


def test_enter_takes_what_stands_in_brackets(clock, somewhere, answers):
    questions = answers("", "", "", "")
    run_new(asked(somewhere), in_zone("UTC"), here(Config()), clock)
    assert questions == [
        "What should it follow [six_week]: ",
        "The first day [2026-11-22]: ",
        "Minutes of walking that are comfortable now [10]: ",
        "Walks in a week, or their days such as mon,wed,fri [3]: ",
    ]
    assert somewhere.read_text() == preset_text("six_week", date(2026, 11, 22), minutes=10.0, sessions=3)


def test_answers_are_asked_again_until_they_can_be_meant(clock, somewhere, answers, capsys):
    questions = answers("wild", "custom", "monday", "2026-12-01", "2", "6", "4", "8", "nine", "Tue, sat")
    run_new(asked(somewhere), Config(), here(Config()), clock)
    plan = load_plan(somewhere)
    assert (plan.preset, plan.start, plan.walk_days) == ("custom", date(2026, 12, 1), (1, 5))
    assert [week.minutes for week in plan.weeks] == [6.0, 10.0, 14.0, 18.0, 22.0, 26.0, 30.0, 34.0]
    assert len(questions) == 10
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  Expected")]
    assert told == [
        '  Expected "six_week", "gentle", "severe" or "custom", saw "wild".',
        '  Expected a day such as 2026-11-23, saw "monday".',
        '  Expected a number from 3 to 30 min, saw "2".',
        '  Expected a number from 1 to 7, or days such as mon,wed,fri, saw "nine".',
    ]


def test_what_was_given_is_not_asked(clock, somewhere, answers):
    questions = answers("7")
    wishes = {"preset": "gentle", "start": date(2026, 12, 1), "sessions": 2}
    run_new(asked(somewhere, **wishes), Config(), here(Config()), clock)
    assert questions == ["Minutes of walking that are comfortable now [10]: "]
    assert load_plan(somewhere).weeks[0].minutes == 7.0


def test_yes_asks_nothing(clock, somewhere, answers):
    questions = answers()
    run_new(asked(somewhere, yes=True), Config(), here(Config()), clock)
    assert questions == []


def test_the_end_of_the_answers_writes_nothing(clock, somewhere, answers):
    answers("gentle")
    with pytest.raises(PlanError) as caught:
        run_new(asked(somewhere), Config(), here(Config()), clock)
    assert str(caught.value) == (
        "The questions: expected an answer, or Enter, saw the end of the input. Nothing was written."
    )
    assert not somewhere.exists()


def test_bars_are_as_long_as_the_weeks(somewhere):
    somewhere.write_text(
        'schema = 1\nname = "k"\nstart = 2026-11-23\n'
        "[[week]]\nminutes = 3\nsessions_per_week = 1\n[[week]]\nminutes = 12.5\n"
        "[[week]]\nminutes = 35\nsessions_per_week = 7"
    )
    lines = drawn_weeks(load_plan(somewhere))
    assert [line.count("█") for line in lines] == [1, 6, 40]
    assert lines[1] == "  week  2  12.5 min × 3  ██████ 37.5"
