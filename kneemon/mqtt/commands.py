# SPDX-License-Identifier: MIT
"""What a command is and how it is answered, as JSON in UTF-8: pure.

In comes {"id", "cmd", "args", "expires_at"}, of which only cmd is needed; what else it holds is ignored. Out goes an
ack with the same id. A command is translated into what the control socket would be asked, whose handler alone knows
which answers make sense.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from kneemon.model.questions import Ask
from kneemon.mqtt.documents import rfc3339

MOST_BYTES = 4096
MOST_NAME = 64  # characters of an id, and of a command's name
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # all that a payload can do to the decoder
SHAPE = '{"id": "…", "cmd": "…", "args": {…}, "expires_at": "2026-11-23T08:00:00Z"}'

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NAME)]
Args = Mapping[str, object]


class Status(StrEnum):
    """What became of a command."""

    DONE = "done"
    REJECTED = "rejected"
    FAILED = "failed"
    DUPLICATE = "duplicate"  # of one that was taken before; nothing was done again


class Code(StrEnum):
    """Why it was not done, for programs; the handler may know better ones."""

    BAD_JSON = "bad_json"
    BAD_ARGS = "bad_args"
    UNKNOWN_COMMAND = "unknown_command"
    RETAINED_COMMAND = "retained_command"
    EXPIRED = "expired"
    NOT_ALLOWED = "not_allowed"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to a command. id and cmd: the command's own, None where it has none that can be read."""

    status: Status
    message: str
    code: str | None = None
    id: str | None = None
    cmd: str | None = None


class Command(msgspec.Struct, frozen=True):
    """One command. id: makes a second delivery harmless. expires_at: from then on it does not count any more."""

    cmd: Name
    id: Name | None = None
    args: dict[str, object] = {}
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    def answered(self, status: Status, message: str, code: str | None = None) -> Ack:
        return Ack(status, message, code, self.id, self.cmd)

    def rejected(self, code: str, message: str) -> Ack:
        return self.answered(Status.REJECTED, message, code)


class AckDocument(msgspec.Struct, frozen=True, kw_only=True):
    """code is null when it was done; message is a sentence for a person."""

    schema: Literal["kneemon.ack/1"] = "kneemon.ack/1"
    id: str | None
    cmd: str | None
    status: Status
    code: str | None
    message: str
    ts: str


def read(payload: bytes) -> Command | Ack:
    """The command in a message, or why there is none."""
    if len(payload) > MOST_BYTES:
        return Ack(Status.REJECTED, f"A command is at most {MOST_BYTES} bytes long; this one is longer.", Code.BAD_JSON)
    try:
        fields = msgspec.json.decode(payload, type=dict[str, object])
    except UNREADABLE as fault:
        return Ack(Status.REJECTED, f"A command is a JSON object, {SHAPE}; saw: {fault}.", Code.BAD_JSON)
    try:
        return msgspec.convert(fields, Command)
    except msgspec.ValidationError as fault:
        words = f"A command is {SHAPE}; saw: {fault}."
        return Ack(Status.REJECTED, words, Code.BAD_ARGS, _name(fields.get("id")), _name(fields.get("cmd")))


def ack_document(ack: Ack, *, at: datetime) -> bytes:
    """The answer as of `at` (aware)."""
    return msgspec.json.encode(
        AckDocument(id=ack.id, cmd=ack.cmd, status=ack.status, code=ack.code, message=ack.message, ts=rfc3339(at))
    )


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MOST_NAME else None


def _answer(args: Args, _walking: str | None) -> Args:
    """An answer to a question; args: ask, value and perhaps session_id and morning."""
    return {name: args.get(name) for name in ("ask", "value", "session_id", "morning")}


def _pain(args: Args, walking: str | None) -> Args:
    """How much it hurts; args: score and perhaps session_id. During a walk it is that walk's, else the newest's end."""
    session_id = args.get("session_id")
    during = walking is not None and session_id in (None, "", walking)
    return {
        "ask": Ask.PAIN_NOW.value if during else Ask.PAIN_END.value,
        "value": args.get("score"),
        "session_id": session_id,
        "morning": None,
    }


# Each command and what its args mean to the handler's "answer", given the walk that is on.
COMMANDS: Mapping[str, Callable[[Args, str | None], Args]] = MappingProxyType({"answer": _answer, "pain.report": _pain})
