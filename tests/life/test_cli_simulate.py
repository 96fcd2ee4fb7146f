# SPDX-License-Identifier: MIT
"""`kneemon simulate life` as people type it: what it tells, where it writes, what it refuses."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from kneemon.cli import main
from kneemon.clock import SystemClock
from kneemon.config.presets import preset_text
from kneemon.errors import ExitCode

LIFE = ("simulate", "life", "--weeks", "1", "--seed", "3", "--start", "2026-08-31")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and no configuration."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "STATE_DIRECTORY", "KNEEMON_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


def test_a_life_is_told_and_every_verb_reads_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([*LIFE, "--store", "life.db"]) == ExitCode.OK
    told = capsys.readouterr()
    assert told.err == ""
    first = told.out.splitlines()[0]
    assert first == "A made-up life: 1 week from 2026-08-31, seed 3, plan Six weeks of walking"
    assert [line.split()[0] for line in told.out.splitlines()[1:9]] == [
        "Who",
        "Walks",
        "Minutes",
        "Days",
        "States",
        "Decisions",
        "Stored",
        "Look",
    ]
    assert "States        baseline" in told.out
    assert main(["sessions", "--store", "life.db", "--json"]) == ExitCode.OK
    walks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert f"Walks         {len(walks)} on " in told.out
    for verb in (["diary"], ["plan", "show"], ["plan", "decisions"]):
        assert main([*verb, "--store", "life.db"]) == ExitCode.OK
        assert capsys.readouterr().out
    assert main(["export", "--store", "life.db", "--out", "log"]) == ExitCode.OK
    assert list((tmp_path / "log").glob("*_session.csv"))


def test_without_a_start_it_ends_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "life", "--weeks", "1", "--store", "life.db"]) == ExitCode.OK
    start = SystemClock().today() - timedelta(weeks=1)
    assert capsys.readouterr().out.startswith(f"A made-up life: 1 week from {start}, seed 7, ")


def test_it_lives_by_the_plan_that_is_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(preset_text("severe", date(2026, 8, 31)))
    assert main([*LIFE, "--store", "life.db", "--plan", str(plan)]) == ExitCode.OK
    assert "plan Short walks\n" in capsys.readouterr().out
    assert main(["plan", "decisions", "--store", "life.db"]) == ExitCode.OK
    assert "nothing -> baseline, 5 min, 3 a week" in capsys.readouterr().out


@pytest.mark.parametrize("link", [False, True])
def test_a_file_that_is_there_is_left_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path, link: bool) -> None:
    there = tmp_path / "life.db"
    if link:
        there.symlink_to(tmp_path / "nowhere")
    else:
        there.write_bytes(b"precious")
    assert main([*LIFE, "--store", str(there)]) == ExitCode.STORE
    assert refused(capsys) == (
        f"kneemon: --store {there}: expected a name for a new file, saw one that is there already. "
        "A made-up life is written only into a store that it made; name another file.\n"
    )
    assert (there.readlink() == tmp_path / "nowhere") if link else (there.read_bytes() == b"precious")


def test_the_place_of_the_own_walks_is_refused_though_nothing_is_there(
    capsys: pytest.CaptureFixture[str], at_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = at_home / ".local" / "state" / "kneemon" / "kneemon.db"
    configured = tmp_path / "kneemon.toml"
    configured.write_text('[store]\npath = "elsewhere.db"\n')
    system = Path("/var/lib/kneemon/kneemon.db")
    for config, store in ((None, mine), (None, system), (configured, tmp_path / "elsewhere.db")):
        if config:
            monkeypatch.setenv("KNEEMON_CONFIG", str(config))
        named = store.parent / ".." / store.parent.name / store.name
        assert main([*LIFE, "--store", str(named)]) == ExitCode.STORE
        assert refused(capsys) == (
            f"kneemon: --store {named}: expected a store for made-up walks alone, saw the place of this device's own "
            "walks. Name another file.\n"
        )
        assert not store.exists()


def test_no_folder_is_made_unasked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([*LIFE, "--store", "lives/life.db"]) == ExitCode.STORE
    assert refused(capsys) == (
        "kneemon: --store lives/life.db: expected a name in a folder that is there, saw no folder lives. "
        "Make it first, or name another file.\n"
    )
    assert not (tmp_path / "lives").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--weeks", "0"], "--weeks: expected a whole number from 1 to 104, saw 0. Try 12."),
        (["--weeks", "105"], "--weeks: expected a whole number from 1 to 104, saw 105. Try 12."),
        (
            ["--start", "31.8.2026"],
            "--start: expected a date such as 2026-08-30, saw '31.8.2026'. Year, month and day.",
        ),
        (["--seed", "-1"], "--seed: expected a whole number from 0, saw -1. Try 7."),
        (
            ["--start", "1999-12-31"],
            "--start: expected a day from 2000-01-01 to 2099-12-31, saw 1999-12-31. Is the year right?",
        ),
        (
            ["--start", "9999-12-31"],
            "--start: expected a day from 2000-01-01 to 2099-12-31, saw 9999-12-31. Is the year right?",
        ),
        (
            ["--start", "2026-08-24", "--plan", "plan.toml"],
            (
                "the plan plan.toml: expected a first day within this life, 2026-08-24 to 2026-08-30, saw 2026-08-31. "
                "Add --start 2026-08-31, or change the plan's start."
            ),
        ),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, more: list[str], sentence: str
) -> None:
    (tmp_path / "plan.toml").write_text(preset_text("six_week", date(2026, 8, 31)))
    assert main([*LIFE, "--store", "life.db", *more]) == ExitCode.PLAN
    assert refused(capsys) == f"kneemon: {sentence}\n"
    assert not (tmp_path / "life.db").exists()
