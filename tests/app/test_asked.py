# SPDX-License-Identifier: MIT
"""What the control socket may ask of a real engine, and each answer in its words."""

from collections.abc import Mapping
from datetime import date
from queue import SimpleQueue
from typing import Any

import pytest

from kneemon.app.asked import REQUESTS, Asked, answer, refused, refused_as
from kneemon.engine import Engine
from kneemon.errors import ControlError, RefusalError, StoreError
from kneemon.feedback.patterns import MEANINGS
from kneemon.model.commands import StartSession, UsePrescription
from kneemon.model.cues import CueKind
from kneemon.model.plans import Prescription
from kneemon.mqtt.commands import Code

DOSE = Prescription("gentle", date(2026, 11, 22), 1, 600.0, 600.0, 0.0, 60.0, 100.0, 6)
PAUSED = {"ok": True, "done": "The walk is paused: nothing counts until `kneemon resume`."}


class Desk:
    """An engine that is asked; what was played is kept."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.now_s = 0.0
        self.played: list[tuple[CueKind, float | None]] = []

    def ask(self, request: str, /, **args: object) -> Mapping[str, object]:
        self.now_s += 1.0
        if request == "start":  # the gate's, tests/app/test_interview.py
            self.engine.command(StartSession(self.now_s))
            return {"ok": True}
        return answer(
            Asked(request, args, self.now_s, SimpleQueue()),
            in_session=self.engine.in_session,
            do=self.engine.command,
            play=self._play,
            status=lambda: {"session": "idle"},
        )

    def _play(self, kind: CueKind, value: float | None) -> float:
        self.played.append((kind, value))
        return 1.25


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_walk_is_paused_and_goes_on(desk: Desk) -> None:
    desk.ask("start")
    assert desk.ask("resume") == {
        "ok": False,
        "error": "The walk is not paused; `kneemon pause` pauses it.",
        "code": "not_paused",
    }
    assert desk.ask("pause") == PAUSED
    assert desk.engine.paused
    assert desk.ask("pause") == {
        "ok": False,
        "error": "The walk is paused already; `kneemon resume` goes on with it.",
        "code": "already_paused",
    }
    assert desk.ask("resume") == {"ok": True, "done": "The walk goes on."}
    assert not desk.engine.paused
    assert desk.ask("pause") == PAUSED
    assert desk.ask("stop") == {"ok": True, "done": "The walk is over."}
    assert desk.ask("start")["ok"] is True
    assert not desk.engine.paused


@pytest.mark.parametrize("name", ["pause", "resume", "stop"])
def test_without_a_walk_there_is_nothing_to_end_or_to_pause(name: str, desk: Desk) -> None:
    assert desk.ask(name) == {
        "ok": False,
        "error": "No walk is running; `kneemon start` begins one.",
        "code": "not_walking",
    }


def test_a_second_walk_is_refused(desk: Desk) -> None:
    desk.ask("start")
    told = answer(
        Asked("start", {}, desk.now_s, SimpleQueue()),
        in_session=True,
        do=desk.engine.command,
        play=lambda *_: 0.0,
        status=dict,
    )
    assert told == {
        "ok": False,
        "error": "A walk is already running; `kneemon stop` ends it.",
        "code": "already_walking",
    }


@pytest.mark.parametrize("score", [None, -1, 11, 2.5, True, "3"])
def test_what_is_no_pain(score: Any, desk: Desk) -> None:
    assert desk.ask("pain", score=score) == {
        "ok": False,
        "error": f"Pain is a whole number from 0 (none) to 10 (worst imaginable), not {score!r}.",
        "code": "bad_args",
    }


def test_pain_without_a_walk(desk: Desk) -> None:
    assert desk.ask("pain", score=3)["code"] == "not_walking"


def test_pain_in_a_pause_is_noted_and_weighed(desk: Desk) -> None:
    desk.engine.command(UsePrescription(0.0, DOSE))
    desk.ask("start")
    desk.ask("pause")
    assert desk.ask("pain", score=2) == {"ok": True, "done": "Pain 2 of 10 is noted."}
    assert desk.ask("pain", score=6) == {
        "ok": True,
        "done": "Pain 6 of 10 is noted. That is more than the plan allows: stop and rest for today.",
    }


@pytest.mark.parametrize("value", [None, 3, 2.5])
def test_a_cue_is_played_and_named(value: float | None, desk: Desk) -> None:
    told = desk.ask("cue", name="pace_high", **({} if value is None else {"value": value}))
    assert told == {"ok": True, "done": MEANINGS[CueKind.PACE_HIGH], "lasts_s": 1.25}
    assert desk.played == [(CueKind.PACE_HIGH, value)]


@pytest.mark.parametrize("name", ["", "dance", "PACE_HIGH", None, 3, ["fault"], {"a": 1}])
def test_a_cue_that_there_is_not(name: Any, desk: Desk) -> None:
    told = desk.ask("cue", name=name)
    assert told == {
        "ok": False,
        "error": f"There is no cue {name!r}; there are {', '.join(CueKind)}.",
        "code": "bad_args",
    }
    assert desk.played == []


@pytest.mark.parametrize("value", [True, "3", [3]])
def test_a_value_that_is_none(value: Any, desk: Desk) -> None:
    told = desk.ask("cue", name="fault", value=value)
    assert told == {"ok": False, "error": f"A cue's value is a number, not {value!r}.", "code": "bad_args"}
    assert desk.played == []


@pytest.mark.parametrize("value", [None, -1, 11, 2.5, True, "3"])
def test_only_a_pain_number_can_be_read_back(value: Any, desk: Desk) -> None:
    told = desk.ask("cue", name="read_back", value=value)
    assert told == {
        "ok": False,
        "error": f"The cue read_back needs the value that it reads back, a whole number from 0 to 10, not {value!r}.",
        "code": "bad_args",
    }
    assert desk.played == []


def test_why_something_was_refused_is_kept_when_it_is_known() -> None:
    mine = ControlError("the leg", expected="one", seen="none", remedy="Name it.")
    assert refused(mine) == {"ok": False, "error": str(mine), "code": "bad_args"}
    full = StoreError("the store", expected="room", seen="none", remedy="Make some.")
    assert refused(full)["code"] == "storage"
    with pytest.raises(StoreError), refused_as(Code.NOT_WALKING):
        raise full
    with pytest.raises(RefusalError) as known, refused_as(Code.NOT_WALKING):
        raise RefusalError("the limit", code="limit_locked", expected="less", seen="more", remedy="Lower it.")
    assert refused(known.value)["code"] == "limit_locked"
    with pytest.raises(RefusalError) as told, refused_as(Code.NOT_WALKING):
        raise mine
    assert refused(told.value) == {"ok": False, "error": str(mine), "code": "not_walking"}


def test_nonsense(desk: Desk) -> None:
    assert desk.ask("dance") == {
        "ok": False,
        "error": f"There is no command 'dance'; there are {', '.join(REQUESTS)} and status.",
        "code": "unknown_command",
    }
    assert desk.ask("status") == {"ok": True, "session": "idle"}
