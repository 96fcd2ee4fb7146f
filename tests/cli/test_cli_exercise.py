# SPDX-License-Identifier: MIT
"""`kneemon exercise`: what it asks first, what it sends, what it lists."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_desk import Typed

from kneemon.controls.socket import ControlServer
from kneemon.errors import ExitCode

Kneemon = Callable[..., Any]


@pytest.fixture
def asked(tmp_path: Path) -> Any:
    """A kneemon at the socket that keeps what it is asked."""
    kept: list[tuple[str, Mapping[str, object]]] = []

    def handler(name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        kept.append((name, args))
        if args.get("action") == "balance":
            return {"ok": False, "error": "the exercise: expected no walk, saw one that is on."}
        return {"ok": True, "done": "push off: 2 × 10. Hold the button to stop."}

    server = ControlServer(tmp_path / "s", handler)
    yield kept
    server.close()


def at(tmp_path: Path) -> tuple[str, ...]:
    return ("--set", f"control.socket={tmp_path / 's'}", "--set", f"store.path={tmp_path / 'kneemon.db'}")


def test_the_list_needs_nothing(kneemon: Kneemon, tmp_path: Path) -> None:
    told = kneemon("exercise", "list", *at(tmp_path))
    assert told.code == ExitCode.OK
    assert told.out.splitlines()[0] == "push-off      2 × 10, both legs, 2 s up, 2 s down (level 1); due today"
    assert "cold          a timer of 15 minutes for cold or heat, when you want it" in told.out


def test_without_support_within_reach_nothing_begins(kneemon: Kneemon, tmp_path: Path, asked: list[Any]) -> None:
    told = kneemon("exercise", "push-off", *at(tmp_path))
    assert told.code == ExitCode.CONTROL
    assert told.err == (
        "kneemon: the exercise: expected something steady to hold on to within reach, saw no yes to that. "
        "Stand beside it, then say so with --support.\n"
    )
    assert not [each for each in asked if each[0] == "exercise"]


@pytest.mark.parametrize("exercise", ["push-off", "balance", "calf-stretch"])
def test_the_end_of_the_input_is_no_yes(
    exercise: str, kneemon: Kneemon, tmp_path: Path, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed())
    told = kneemon("exercise", exercise, *at(tmp_path))
    assert told.code == ExitCode.CONTROL
    assert told.out.endswith("within your reach? (yes/no) \n")
    assert "saw no yes to that. Stand beside it, then say so with --support.\n" in told.err
    assert not [each for each in asked if each[0] == "exercise"]


def test_it_is_asked_of_the_running_kneemon_with_its_safety_lines(
    kneemon: Kneemon, tmp_path: Path, asked: list[Any]
) -> None:
    told = kneemon("exercise", "push-off", "--support", "--level", "1", *at(tmp_path))
    assert told.code == ExitCode.OK
    assert "not a domed arch" in told.out
    assert told.out.endswith("push off: 2 × 10. Hold the button to stop.\n")
    assert asked[-1] == ("exercise", {"action": "push_off", "level": 1})


def test_a_refusal_is_told(kneemon: Kneemon, tmp_path: Path, asked: list[Any]) -> None:
    told = kneemon("exercise", "balance", "--support", *at(tmp_path))
    assert told.code == ExitCode.CONTROL
    assert told.err == "kneemon: the exercise: expected no walk, saw one that is on.\n"


def test_cold_needs_no_support(kneemon: Kneemon, tmp_path: Path, asked: list[Any]) -> None:
    told = kneemon("exercise", "cold", "--minutes", "10", *at(tmp_path))
    assert told.code == ExitCode.OK
    assert "Never on skin that is numb" in told.out
    assert asked[-1] == ("exercise", {"action": "cold", "minutes": 10.0})
