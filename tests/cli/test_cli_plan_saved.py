# SPDX-License-Identifier: MIT
"""`kneemon plan`, where a plan was saved on the page: which one holds, and who saved it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lived_months import START, TODAY, clock_on, live

from kneemon.app.asked_records import amend
from kneemon.app.plan_in_use import planned
from kneemon.app.programme import Programme
from kneemon.config.presets import preset_text
from kneemon.errors import ExitCode
from kneemon.store import Store

Kneemon = Callable[..., Any]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The physio has saved a gentler plan on the page."""
    folder = tmp_path_factory.mktemp("lived")
    live(folder / "kneemon.db", folder / "plan.toml")
    clock = clock_on(TODAY)
    store = Store.open(folder / "kneemon.db", documents_of=lambda *_: (), clock=clock)
    programme = Programme(planned(folder / "plan.toml", store), store, clock)
    args = {"text": preset_text("gentle", START), "author": "physio", "note": "more\nslowly"}
    amend("save-plan", args, programme, store)
    store.close()
    return folder


@pytest.fixture
def configured(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with that store, and the plan's file beside it."""
    monkeypatch.setattr("kneemon.cli.plan.SystemClock", lambda: clock_on(TODAY))
    for name in ("kneemon.db", "plan.toml"):
        shutil.copy(lived / name, tmp_path / name)
    config = tmp_path / "kneemon.toml"
    config.write_text('[store]\npath = "kneemon.db"\n')
    return config


def test_versions_say_who_saved_them_and_which_holds(kneemon: Kneemon, configured: Path) -> None:
    assert kneemon("plan", "versions", "--config", configured).out == (
        "  1  kept 2026-11-02 09:00 (UTC)  Six weeks of walking\n"
        "  2  kept 2026-11-17 09:00 (UTC)  Gentle walking  by the physio: more slowly  (it holds now)\n"
    )


def test_the_saved_plan_is_shown_until_the_file_changes(kneemon: Kneemon, configured: Path) -> None:
    lines = kneemon("plan", "show", "--config", configured).out.splitlines()
    place = lines.index("Gentle walking, from 2026-11-02:")
    assert lines[place + 1] == "  (version 2, saved by the physio on 2026-11-17: more slowly)"
    file = configured.with_name("plan.toml")
    file.write_text(f"{file.read_text()}# changed\n")
    told = kneemon("plan", "show", "--config", configured).out
    assert "Six weeks of walking, from 2026-11-02:" in told
    assert "saved by" not in told


def test_a_file_that_is_named_is_shown_whatever_holds(kneemon: Kneemon, configured: Path) -> None:
    told = kneemon("plan", "show", configured.with_name("plan.toml"), "--config", configured)
    assert "Six weeks of walking, from 2026-11-02:" in told.out


def test_a_check_tells_what_holds(kneemon: Kneemon, configured: Path) -> None:
    file = configured.with_name("plan.toml")
    assert kneemon("plan", "check", "--config", configured).out.splitlines()[-1] == (
        "What holds is version 2, saved by the physio on 2026-11-17: more slowly. "
        "It is newer than the file, which is followed again when its text changes."
    )
    assert "What holds" not in kneemon("plan", "check", file, "--config", configured).out
    file.unlink()
    lines = kneemon("plan", "check", "--config", configured).out.splitlines()
    assert lines[-2].startswith("the plan that was saved: Gentle walking, ")
    assert lines[-1] == "What holds is version 2, saved by the physio on 2026-11-17: more slowly."


def test_a_broken_file_is_told_though_another_plan_holds(kneemon: Kneemon, configured: Path) -> None:
    configured.with_name("plan.toml").write_text("weeks = 3\n")
    assert kneemon("plan", "check", "--config", configured).code == ExitCode.PLAN


def test_a_deleted_walk_is_not_among_the_last_ones(kneemon: Kneemon, configured: Path) -> None:
    path = configured.with_name("kneemon.db")
    store = Store.open(path, documents_of=lambda *_: (), clock=clock_on(TODAY))
    programme = Programme(planned(configured.with_name("plan.toml"), store), store, clock_on(TODAY))

    def last_walks() -> str:
        store.flush()
        said: str = kneemon("plan", "show", "--config", configured).out
        return said.split("The last walks:")[1].split("\n\n")[0]

    hurt = programme.walks[-2]
    day = f"{hurt.started_at:%Y-%m-%d}"
    assert day in last_walks()
    amend("strike", {"session_id": hurt.session_id}, programme, store)
    assert day not in last_walks()
    store.close()
