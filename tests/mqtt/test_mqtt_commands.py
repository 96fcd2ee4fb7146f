# SPDX-License-Identifier: MIT
"""What is a command and what is none, in exact words, and what each asks for; each payload can be answered."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kneemon.errors import ControlError
from kneemon.mqtt.commands import CODES, COMMANDS, MOST_BYTES, SHAPE, Ack, Code, Command, ack_document, read
from kneemon.mqtt.shapes import AckDocument, Status
from kneemon.mqtt.topics import CommandName

AT = datetime(2026, 11, 23, 6, 30, 5, 120_999, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_a_whole_command():
    payload = (
        b'{"id":"c-7f","cmd":"answer","args":{"ask":"pain_end","value":3},"expires_at":"2026-11-23T08:00:00+01:00",'
        b'"colour":"ignored"}'
    )
    expires_at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert read(payload) == Command("answer", "c-7f", {"ask": "pain_end", "value": 3}, expires_at)


def test_a_button_may_send_its_name_alone():
    assert read(b'{"cmd":"answer"}') == Command("answer")


@pytest.mark.parametrize(
    ("payload", "code", "seen", "echoed"),
    [
        (b"pain 3", "bad_json", "JSON is malformed: invalid character (byte 0)", (None, None)),
        (b"\xff\xfe", "bad_json", "JSON is malformed: invalid character (byte 0)", (None, None)),
        (b'"\xc3("', "bad_json", "Expected `object`, got `str`", (None, None)),
        (b"[1]", "bad_json", "Expected `object`, got `array`", (None, None)),
        (b"{}", "bad_args", "Object missing required field `cmd`", (None, None)),
        (b'{"id":7,"cmd":"answer"}', "bad_args", "Expected `str | null`, got `int` - at `$.id`", (None, "answer")),
        (
            b'{"id":"","cmd":"answer"}',
            "bad_args",
            "Expected `str` of length >= 1 - at `$.id`",
            (None, "answer"),
        ),
        (
            b'{"id":"a","cmd":"answer","args":[]}',
            "bad_args",
            "Expected `object`, got `array` - at `$.args`",
            ("a", "answer"),
        ),
        (
            b'{"id":"a","cmd":"answer","expires_at":"tomorrow"}',
            "bad_args",
            "Invalid RFC3339 encoded datetime - at `$.expires_at`",
            ("a", "answer"),
        ),
        (
            b'{"id":"a","cmd":"answer","expires_at":"2026-11-23T08:00:00"}',
            "bad_args",
            "Expected `datetime` with a timezone component - at `$.expires_at`",
            ("a", "answer"),
        ),
    ],
)
def test_what_is_no_command(payload: bytes, code: str, seen: str, echoed: tuple[str | None, str | None]):
    ack = read(payload)
    what = f"A command is a JSON object, {SHAPE}" if code == "bad_json" else f"A command is {SHAPE}"
    assert ack == Ack(Status.REJECTED, f"{what}; saw: {seen}.", code, *echoed)


def test_a_name_that_is_too_long_is_not_echoed():
    ack = read(json.dumps({"id": "i" * 65, "cmd": "answer"}).encode())
    assert isinstance(ack, Ack)
    assert (ack.code, ack.id, ack.cmd) == ("bad_args", None, "answer")


def test_a_command_has_a_length():
    def command(size: int) -> bytes:
        return b'{"cmd":"answer"}'.ljust(size)

    assert read(command(MOST_BYTES)) == Command("answer")
    assert read(command(MOST_BYTES + 1)) == Ack(
        Status.REJECTED, "A command is at most 4096 bytes long; this one is longer.", "bad_json"
    )


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"[" * MOST_BYTES)
@example(b'{"cmd":"answer","args":' + b'{"a":' * 600)
@example(b'{"cmd":"answer","args":{"value":' + b"9" * 4000 + b"}}")
@example(b'{"cmd":"\\ud800"}')
@example(b'{"cmd":"answer","expires_at":"0001-01-01T00:00:00+23:59"}')
def test_whatever_comes_is_a_command_or_answered(payload: bytes):
    found = read(payload)
    ack = found.rejected("bad_args", "No.") if isinstance(found, Command) else found
    document = ack_document(ack, at=AT)
    assert msgspec.json.encode(msgspec.json.decode(document, type=AckDocument)) == document


def test_an_ack():
    ack = Ack(Status.REJECTED, "There is none.", "unknown_command", "c-7f", "fly")
    assert ack_document(ack, at=AT) == (
        b'{"schema":"kneemon.ack/1","id":"c-7f","cmd":"fly","status":"rejected","code":"unknown_command",'
        b'"message":"There is none.","ts":"2026-11-23T06:30:05.120Z"}'
    )


ANSWERED = {"ask": "pain_later", "value": 3, "session_id": "b17-3-9f2c", "morning": None}


def pain(ask: str, value: object, session_id: str | None = None) -> dict[str, object]:
    return {"ask": ask, "value": value, "session_id": session_id, "morning": None}


def choice(kind: str) -> dict[str, object]:
    return {"kind": "choice", "fields": {"kind": kind}}


def exercise(action: str, **more: object) -> dict[str, object]:
    return {"action": action, "leg": None, "level": None, "minutes": None, **more}


@pytest.mark.parametrize(
    ("name", "args", "walking", "request_name", "meant"),
    [
        ("session.start", {}, None, "start", {"pain": None, "signs": None}),
        ("session.start", {"pain": 2, "signs": 1, "colour": "red"}, None, "start", {"pain": 2, "signs": 1}),
        ("session.stop", {"colour": "red"}, "b1", "stop", {}),
        ("session.pause", {}, "b1", "pause", {}),
        ("session.resume", {}, "b1", "resume", {}),
        ("answer", {**ANSWERED, "colour": "red"}, None, "answer", ANSWERED),
        ("answer", {}, "b1", "answer", dict.fromkeys(ANSWERED)),
        ("pain.report", {"score": 4}, "b1", "answer", pain("pain_now", 4)),
        ("pain.report", {"score": 4}, None, "answer", pain("pain_end", 4)),
        ("pain.report", {"score": 4, "session_id": "b1"}, "b1", "answer", pain("pain_now", 4, "b1")),
        ("pain.report", {"score": 4, "session_id": "b0"}, "b1", "answer", pain("pain_end", 4, "b0")),
        ("alert.snooze", {"s": 300}, "b1", "snooze", {"seconds": 300}),
        ("alert.snooze", {}, "b1", "snooze", {"seconds": None}),
        ("identify", {}, None, "cue", {"name": "noted"}),
        ("plan.pause", {}, None, "tell", choice("pause")),
        ("plan.resume", {}, None, "tell", choice("resume")),
        ("plan.stay", {}, None, "tell", choice("stay")),
        ("plan.rest", {}, None, "tell", choice("rest")),
        ("exercise.start", {"kind": "push_off"}, None, "exercise", exercise("push_off")),
        ("exercise.start", {"kind": "push_off", "leg": "left", "level": 3}, None, "exercise",
         exercise("push_off", leg="left", level=3)),
        ("exercise.start", {"kind": "cold", "minutes": 10}, None, "exercise", exercise("cold", minutes=10)),
        ("exercise.stop", {}, None, "exercise", {"action": "stop"}),
        ("session.get", {"session_id": "b1"}, None, "send-again",
         {"session_ids": ["b1"], "since": None, "detail": True}),
        ("session.resend", {"since": "2026-11-01"}, None, "send-again",
         {"session_ids": None, "since": "2026-11-01", "detail": False}),
    ],
)  # fmt: skip
def test_what_a_command_asks_the_handler(
    name: CommandName, args: dict[str, object], walking: str | None, request_name: str, meant: dict[str, object]
):
    assert COMMANDS[name].request == request_name
    assert COMMANDS[name].args(args, walking) == meant


@pytest.mark.parametrize("kind", [None, 3, "stop", "dance", ["push_off"], {}])
def test_what_is_no_exercise_does_not_end_one(kind: object):
    with pytest.raises(ControlError) as refused:
        COMMANDS[CommandName.EXERCISE_START].args({"kind": kind}, None)
    assert str(refused.value) == (
        f"the exercise: expected one of push_off, calf_stretch, balance, cold, saw {kind!r}. Name one of them."
    )


def test_every_name_of_the_contract_has_a_meaning_and_every_code_words():
    assert tuple(COMMANDS) == tuple(CommandName)
    assert tuple(CODES) == tuple(Code)
    assert all(meaning.does for meaning in COMMANDS.values())
