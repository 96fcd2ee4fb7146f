# SPDX-License-Identifier: MIT
"""What the home alone asks for: read, checked and passed on, or refused in words and with a code."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any

import pytest

from kneemon.app.asked import HOME, REQUESTS, Asked
from kneemon.app.asked_home import answer_home
from kneemon.errors import KneemonError, RefusalError, StoreError
from kneemon.mqtt.commands import COMMANDS

SINCE = "a time such as 2026-11-01T00:00:00Z, or a day such as 2026-11-01"
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


class Doing:
    """A home that does as it is asked, or refuses with `fault`."""

    def __init__(self, fault: KneemonError | None = None) -> None:
        self.done: list[tuple[object, ...]] = []
        self._fault = fault

    def snooze(self, seconds: float) -> str:
        return self._did("snooze", seconds)

    def send_again(self, session_ids: Sequence[str] | None, since: datetime | None, *, detail: bool) -> str:
        return self._did("send_again", session_ids, since, detail)

    def wish(self, key: str, value: str) -> str:
        return self._did("wish", key, value)

    def _did(self, *what: object) -> str:
        if self._fault is not None:
            raise self._fault
        self.done.append(what)
        return "It is so."


def ask(doing: Doing, name: str, /, **args: object) -> Mapping[str, Any]:
    told = answer_home(Asked(name, args, 1.0, SimpleQueue()), home=doing)
    assert told is not None
    return told


def test_what_is_about_something_else_is_left_to_others() -> None:
    doing = Doing()
    for name in (*REQUESTS, "status", "dance"):
        told = answer_home(Asked(name, {}, 1.0, SimpleQueue()), home=doing)
        assert (told is None) is (name not in HOME)


def test_every_command_asks_for_something_that_there_is() -> None:
    assert {meaning.request for meaning in COMMANDS.values()} < set(REQUESTS)


@pytest.mark.parametrize("seconds", [30, 1800, 45.5])
def test_reminders_rest(seconds: float) -> None:
    doing = Doing()
    assert ask(doing, "snooze", seconds=seconds) == {"ok": True, "done": "It is so."}
    assert doing.done == [("snooze", float(seconds))]


@pytest.mark.parametrize("seconds", [None, 29, 1801, 0, -1, True, "60", [60], float("nan"), float("inf"), 10**400])
def test_not_for_so_long(seconds: object) -> None:
    doing = Doing()
    told = ask(doing, "snooze", seconds=seconds)
    assert (told["ok"], told["code"]) == (False, "bad_args")
    assert told["error"] == (
        f"the time without reminders: expected 30 to 1800 seconds, saw {seconds!r}. Ask for so long."
    )
    assert doing.done == []


@pytest.mark.parametrize(
    ("args", "passed"),
    [
        ({"session_ids": ["b1-1-aaaa"], "since": None, "detail": True}, (["b1-1-aaaa"], None, True)),
        ({"session_ids": ["a", "b"]}, (["a", "b"], None, False)),
        ({"since": "2026-11-01T00:00:00Z", "detail": False}, (None, MIDNIGHT, False)),
        ({"since": "2026-11-01T01:00:00+01:00", "detail": None}, (None, MIDNIGHT, False)),
        ({"since": "2026-11-01"}, (None, datetime(2026, 10, 31, 10, tzinfo=UTC), False)),
    ],
)
def test_walks_go_out_again(args: dict[str, object], passed: tuple[object, ...]) -> None:
    doing = Doing()
    assert ask(doing, "send-again", **args) == {"ok": True, "done": "It is so."}
    assert doing.done == [("send_again", *passed)]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({}, "the walks to be sent again: expected since when, or the names of 1 to 100 walks, saw None."),
        (
            {"session_ids": ["a"], "since": "2026-11-01"},
            "the walks to be sent again: expected since when, or the names of 1 to 100 walks, saw both.",
        ),
        (
            {"session_ids": []},
            "the walks to be sent again: expected since when, or the names of 1 to 100 walks, saw [].",
        ),
        (
            {"session_ids": "b1"},
            "the walks to be sent again: expected since when, or the names of 1 to 100 walks, saw 'b1'.",
        ),
        ({"session_ids": ["x"] * 101}, "the walks to be sent again: expected since when, or the names of 1 to 100"),
        ({"session_ids": [None]}, "the walk: expected a walk's name, such as b17-3-9f2c, saw None."),
        ({"session_ids": [""]}, "the walk: expected a walk's name, such as b17-3-9f2c, saw ''."),
        ({"session_ids": ["x" * 65]}, "the walk: expected a walk's name, such as b17-3-9f2c, saw 'xxx"),
        *(
            (
                {"since": since},
                f"since when: expected {SINCE}, saw {since!r}. Name one of them.",
            )
            for since in (
                "yesterday",
                "",
                "2026-11-01T00:00:00",
                "20261101",
                "2026-13-01",
                1793491200,
                True,
                ["2026-11-01"],
                "0001-01-01",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
            )
        ),
        ({"since": "2026-11-01", "detail": "yes"}, "detail: expected true or false, saw 'yes'."),
    ],
)
def test_what_names_no_walks(args: dict[str, object], error: str) -> None:
    doing = Doing()
    told = ask(doing, "send-again", **args)
    assert (told["ok"], told["code"]) == (False, "bad_args")
    assert told["error"].startswith(error)
    assert doing.done == []


@pytest.mark.parametrize(
    ("key", "value", "plain"),
    [("mute", "ON", "ON"), ("plan", "pause", "pause"), ("limit_min", "30.0", "30"), ("pace_spm", " 0", "0")],
)
def test_a_setting_is_wished_for(key: str, value: str, plain: str) -> None:
    doing = Doing()
    assert ask(doing, "wish", key=key, value=value) == {"ok": True, "done": "It is so."}
    assert doing.done == [("wish", key, plain)]


@pytest.mark.parametrize("key", [None, "colour", 3, ["mute"], "MUTE", "Desired.MUTE"])
def test_a_setting_that_there_is_not(key: object) -> None:
    told = ask(Doing(), "wish", key=key, value="ON")
    assert told == {
        "ok": False,
        "error": f"the setting: expected one of mute, plan, limit_min, pace_spm, saw {key!r}. Wish for one of them.",
        "code": "unknown_setting",
    }


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("mute", "yes", "ON or OFF"),
        ("mute", True, "ON or OFF"),
        ("plan", None, "follow or pause"),
        ("limit_min", 30, "0 or 1 to 240"),
        ("limit_min", "241", "0 or 1 to 240"),
        ("pace_spm", "39", "0 or 40 to 180"),
    ],
)
def test_a_value_that_there_is_not(key: str, value: object, expected: str) -> None:
    doing = Doing()
    assert ask(doing, "wish", key=key, value=value) == {
        "ok": False,
        "error": f"the setting {key}: expected {expected}, saw {value!r}. Wish for one of these.",
        "code": "bad_args",
    }
    assert doing.done == []


def test_why_the_home_refuses_is_passed_on() -> None:
    locked = RefusalError("the limit", code="limit_locked", expected="less", seen="40", remedy="Lower it.")
    assert ask(Doing(locked), "wish", key="limit_min", value="40") == {
        "ok": False,
        "error": "the limit: expected less, saw 40. Lower it.",
        "code": "limit_locked",
    }
    full = StoreError("the store", expected="room", seen="none", remedy="Make some.")
    assert ask(Doing(full), "send-again", session_ids=["a"])["code"] == "storage"
