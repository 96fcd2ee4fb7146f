# SPDX-License-Identifier: MIT
"""`kneemon pause`, `resume` and `gave-way`, and what `status` tells of a walk with pauses."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kneemon.controls.socket import ControlServer
from kneemon.errors import ExitCode

Kneemon = Callable[..., Any]
HERE = ("--set", "control.socket=s")
STATUS = {
    "session": "paused",
    "session_id": "b1-1-9f2c",
    "steps": 67,
    "cadence_spm": None,
    "remaining_s": None,
    "plan": None,
    "plan_begins": None,
    "sensor": "adxl345 at 0x53 on bus 1: samples flow",
    "mqtt": "off: no broker configured",
    "store": "writing",
    "version": "0.1.0",
}
LINES = [
    "session  paused",
    "  name     b1-1-9f2c",
    "  steps    67",
    "  cadence  not known now",
    "plan     none: kneemon counts and stores, and gives no limit cues",
    "sensor   adxl345 at 0x53 on bus 1: samples flow",
    "store    writing",
    "MQTT     off: no broker configured",
    "version  0.1.0",
]


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[dict[str, Mapping[str, object]]]:
    """What a running kneemon answers to which request, for the test to fill in."""
    known: dict[str, Mapping[str, object]] = {}
    server = ControlServer(tmp_path / "s", lambda name, args: known[name] if not args else {"ok": False})
    yield known
    server.close()


@pytest.mark.parametrize("verb", ["pause", "resume", "gave-way"])
def test_what_is_done_and_what_is_refused(verb: str, kneemon: Kneemon, answers: dict[str, Any]) -> None:
    answers[verb] = {"ok": True, "done": "Done so."}
    told = kneemon(verb, *HERE)
    assert (told.code, told.out, told.err) == (ExitCode.OK, "Done so.\n", "")
    answers[verb] = {"ok": False, "error": "Not now."}
    told = kneemon(verb, *HERE)
    assert (told.code, told.out) == (ExitCode.CONTROL, "")
    assert told.err == ("kneemon: Not now.\n")


def test_a_paused_walk(kneemon: Kneemon, answers: dict[str, Any]) -> None:
    answers["status"] = {"ok": True, **STATUS}
    assert kneemon("status", *HERE).out.splitlines() == LINES


@pytest.mark.parametrize(("times", "words"), [(1, "1 time"), (2, "2 times")])
def test_pauses_a_knee_that_gave_way_and_the_battery(
    times: int, words: str, kneemon: Kneemon, answers: dict[str, Any]
) -> None:
    answers["status"] = {"ok": True, **STATUS, "paused_s": 125.4, "gave_way": times, "battery": "64 %, 3.84 V"}
    assert kneemon("status", *HERE).out.splitlines() == [
        *LINES[:4],
        "  paused   2:05",
        f"  gave way {words}",
        *LINES[4:6],
        "battery  64 %, 3.84 V",
        *LINES[6:],
    ]


def test_what_is_nothing_is_no_line(kneemon: Kneemon, answers: dict[str, Any]) -> None:
    answers["status"] = {"ok": True, **STATUS, "paused_s": 0.0, "gave_way": 0, "battery": None}
    assert kneemon("status", *HERE).out.splitlines() == LINES


@pytest.mark.parametrize(
    ("backed_up", "walked", "line"),
    [
        (None, True, r"No backup of the diary has been made yet. `kneemon backup` makes one\."),
        ("2020-01-01T00:00:00+00:00", True, r"The newest backup is \d+ days old. `kneemon backup` makes one\."),
        ("2999-01-01T00:00:00+00:00", True, None),
        (None, False, None),
    ],
)
def test_it_reminds_of_a_backup_when_it_is_time(
    backed_up: str | None, walked: bool, line: str | None, kneemon: Kneemon, answers: dict[str, Any]
) -> None:
    answers["status"] = {"ok": True, **STATUS, "backed_up": backed_up, "walked": walked}
    lines = kneemon("status", *HERE).out.splitlines()
    if line is not None:
        assert re.fullmatch(f"backup   {line}", lines.pop(-3))
    assert lines == LINES
    assert kneemon("status", *HERE, "--set", "store.backup_days=0").out.splitlines() == LINES


def test_status_tells_where_the_plan_stands_and_what_is_asked(kneemon: Kneemon, tmp_path: Path) -> None:
    lived = {
        "session": "idle",
        "session_id": None,
        "plan": "Six weeks",
        "plan_begins": "2026-11-23",
        "plan_state": "hold",
        "plan_reason": "Two walks were amber.",
        "clock": "not known: no week ends and nothing grows until it is",
        "questions": [{"ask": "pain_morning", "session_id": "b1", "day": "2026-11-24"}],
    }
    server = ControlServer(tmp_path / "s", lambda *_: {"ok": True, **STATUS, **lived})
    try:
        told = kneemon("status", "--set", f"control.socket={tmp_path / 's'}")
    finally:
        server.close()
    assert told.out.splitlines()[:5] == [
        "session  idle",
        "plan     Six weeks, from 2026-11-23",
        "  stands   hold: Two walks were amber.",
        "  asks     kneemon answer morning 0-10",
        "clock    not known: no week ends and nothing grows until it is",
    ]
