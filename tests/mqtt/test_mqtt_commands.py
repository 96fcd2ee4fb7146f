# SPDX-License-Identifier: MIT
"""What is a command and what is none, in exact words; no payload is too strange to be answered."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kneemon.mqtt.commands import COMMANDS, MOST_BYTES, SHAPE, Ack, AckDocument, Command, Status, ack_document, read

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


@pytest.mark.parametrize(
    ("name", "args", "walking", "meant"),
    [
        ("answer", {**ANSWERED, "colour": "red"}, None, ANSWERED),
        ("answer", {}, "b1", dict.fromkeys(ANSWERED)),
        ("pain.report", {"score": 4}, "b1", {"ask": "pain_now", "value": 4, "session_id": None, "morning": None}),
        ("pain.report", {"score": 4}, None, {"ask": "pain_end", "value": 4, "session_id": None, "morning": None}),
        (
            "pain.report",
            {"score": 4, "session_id": "b1"},
            "b1",
            {"ask": "pain_now", "value": 4, "session_id": "b1", "morning": None},
        ),
        (
            "pain.report",
            {"score": 4, "session_id": "b0"},
            "b1",
            {"ask": "pain_end", "value": 4, "session_id": "b0", "morning": None},
        ),
    ],
)
def test_what_a_command_means(name: str, args: dict[str, object], walking: str | None, meant: dict[str, object]):
    assert COMMANDS[name](args, walking) == meant
