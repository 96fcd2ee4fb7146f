# SPDX-License-Identifier: MIT
"""`kneemon walk`: upon a store at rest that was lived in; its questions, its refusals, its history."""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_desk import Typed
from lived_months import TODAY, clock_on, live

from kneemon.cli import walk
from kneemon.cli.walk_arguments import walk as arguments
from kneemon.errors import ConfigError, ControlError, ExitCode, RefusalError
from kneemon.model.diary import Corrected, PainAnswer, Restored, Struck, WalkNote
from kneemon.store import StoreReader

Verb = Callable[..., str]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    live(folder / "kneemon.db", folder / "plan.toml")
    return folder


@pytest.fixture
def store(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(walk, "SystemClock", lambda: clock_on(TODAY))
    for name in ("kneemon.db", "plan.toml"):
        shutil.copy(lived / name, tmp_path / name)
    return tmp_path / "kneemon.db"


@pytest.fixture
def ids(store: Path) -> list[str]:
    with StoreReader(store) as reader:
        return [record.session_id for record in reader.walks()]


@pytest.fixture
def verb(store: Path, capsys: pytest.CaptureFixture[str]) -> Verb:
    """verb("note", walk, text): what it prints."""

    def configured(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--config", type=Path)
        parser.add_argument("--set", action="append", default=[f"store.path={store}"])

    def stored(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--store", type=Path)
        configured(parser)

    parser = argparse.ArgumentParser()
    arguments(parser, configured, stored)

    def said(*words: object) -> str:
        capsys.readouterr()
        assert walk.run(parser.parse_args([str(word) for word in words])) == ExitCode.OK
        return capsys.readouterr().out

    return said


def facts(store: Path, *kinds: type) -> list[object]:
    with StoreReader(store) as reader:
        return [entry.fact for entry in reader.diary() if isinstance(entry.fact, kinds)]


def test_noted_corrected_deleted_and_brought_back(verb: Verb, store: Path, ids: list[str]) -> None:
    assert verb("note", ids[0], "windy") == "Noted.\n"
    assert verb("note", ids[0], "") == "The note is taken back.\n"
    assert verb("correct", "latest", "--steps", 9, "--minutes", 7.5, "--why", "the pram") == (
        "Corrected to 9 steps, 7.5 min of walking. As it was before, it is kept: 1500 steps, 15.0 min of walking.\n"
    )
    assert verb("delete", ids[1], "--why", "a dog").startswith("The walk is deleted. ")
    assert verb("restore", ids[1]).startswith("The walk counts again.")
    assert verb("delete", "--entry", 2).startswith("The entry is deleted. ")
    assert verb("restore", "--entry", 2).startswith("The entry counts again.")
    assert facts(store, WalkNote, Corrected, Struck, Restored) == [
        WalkNote(ids[0], "windy"),
        WalkNote(ids[0], ""),
        Corrected(ids[-1], 9, 7.5, "the pram"),
        Struck(ids[1], why="a dog"),
        Restored(ids[1]),
        Struck(seq=2),
        Restored(seq=2),
    ]


def test_the_history_says_each_figure_by_whom_and_why(verb: Verb, store: Path, ids: list[str]) -> None:
    first = ids[0]
    verb("correct", first, "--steps", 900, "--why", "the pram")
    verb("correct", first, "--minutes", 8)
    verb("note", first, "windy")
    verb("delete", first, "--why", "another's")
    with StoreReader(store) as reader:
        pain = next(entry.seq for entry in reader.diary_about(first) if isinstance(entry.fact, PainAnswer))
    verb("delete", "--entry", pain)
    lines = verb("history", first, "--store", store).splitlines()
    assert lines[:4] == [
        f"{first}, began 2026-11-02 09:00, deleted",
        "  as counted: 1000 steps, 10:00 walked (revision 1)",
        "  2026-11-17 by the owner: 900 steps, 10:00 walked (revision 2), the pram",
        "  2026-11-17 by the owner: 900 steps, 8:00 walked (revision 3)",
    ]
    assert [line.split("  ")[-1] for line in lines[4:]] == [
        "Pain before the walk: 2 of 10. (deleted)",
        "Pain at the end of the walk: 3 of 10.",
        "Corrected to 900 steps: the pram.",
        "Corrected to 8 min of walking.",
        "Note: windy",
        "The walk was deleted: another's.",
    ]
    assert lines[4].split()[:2] == [str(pain), "2026-11-02"]


@pytest.mark.parametrize(("typed", "gone"), [("yes", True), ("YES ", True), ("no", False), ("", False)])
def test_erasing_takes_a_typed_yes(
    verb: Verb, store: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch, typed: str, gone: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(typed))
    said = verb("erase", ids[0])
    assert said.startswith(f"It cannot be brought back. Type yes to erase the walk {ids[0]}: ")
    assert ("The walk is erased" in said, "Nothing was erased." in said) == (gone, not gone)
    with StoreReader(store) as reader:
        assert (ids[0] in [record.session_id for record in reader.walks()]) is not gone


def test_an_entry_and_everything_are_erased(
    verb: Verb, store: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("yes"))
    assert "Type yes to erase entry 2: The entry is erased." in verb("erase", "--entry", 2)
    with StoreReader(store) as reader:
        assert 2 not in [entry.seq for entry in reader.diary()]
    monkeypatch.setattr(sys, "stdin", Typed("yes"))
    said = verb("erase", "all")
    assert "Type yes to erase every walk and the whole diary: Every walk and the whole diary are erased." in said
    with StoreReader(store) as reader:
        assert reader.session_count() == 0
        assert not facts(store, PainAnswer)
    left = store.read_bytes()
    assert not [name for name in ids if name.encode() in left]


def test_the_end_of_the_input_is_no_yes(verb: Verb, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Typed())
    assert verb("erase", ids[0]).endswith("\nNothing was erased.\n")


def test_no_script_may_erase(verb: Verb, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Typed("yes")
    monkeypatch.setattr(typed, "isatty", lambda: False)
    monkeypatch.setattr(sys, "stdin", typed)
    with pytest.raises(ControlError) as caught:
        verb("erase", ids[0])
    assert str(caught.value) == (
        "The erasure: expected your own yes at a terminal, saw no terminal. "
        "Run it yourself and answer its question; nothing was erased."
    )


@pytest.mark.parametrize("action", ["delete", "restore", "erase"])
@pytest.mark.parametrize(("words", "seen"), [((), "neither"), (("latest", "--entry", "2"), "both")])
def test_a_walk_or_an_entry(verb: Verb, action: str, words: tuple[str, ...], seen: str) -> None:
    with pytest.raises(ConfigError) as caught:
        verb(action, *words)
    assert str(caught.value) == (
        f"kneemon walk {action}: expected a walk's name, or --entry with a number, saw {seen}. "
        "`kneemon sessions` lists the walks, `kneemon diary --json` the entries."
    )


def test_what_is_refused_is_told_and_nothing_is_kept(verb: Verb, store: Path) -> None:
    before = facts(store, object)
    with pytest.raises(RefusalError, match="expected a walk"):
        verb("note", "nobody", "x")
    assert facts(store, object) == before
