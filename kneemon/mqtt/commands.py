# SPDX-License-Identifier: MIT
"""What a command is, what it asks the control handler, and how it is answered, as JSON in UTF-8: pure.

In comes {"id", "cmd", "args", "expires_at"}, of which only cmd is needed; what else it holds is ignored. Out goes an
ack with the same id. A command is translated into what the control socket would be asked, whose handler alone knows
which args make sense.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

import msgspec

from kneemon.errors import ControlError
from kneemon.model.cues import CueKind
from kneemon.model.diary import ChoiceKind, ExerciseKind
from kneemon.model.questions import Ask
from kneemon.mqtt.documents import rfc3339
from kneemon.mqtt.shapes import AckDocument, Status, encoded
from kneemon.mqtt.topics import CommandName

MOST_BYTES = 4096
MOST_NAME = 64  # characters of an id, and of a command's name
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # all that a payload can do to the decoder
SHAPE = '{"id": "…", "cmd": "…", "args": {…}, "expires_at": "2026-11-23T08:00:00Z"}'

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NAME)]
Args = Mapping[str, object]


class Code(StrEnum):
    """Why it was not done, for programs: of a command's ack, of a wish's result, and of the control handler."""

    BAD_JSON = "bad_json"
    BAD_ARGS = "bad_args"
    UNKNOWN_COMMAND = "unknown_command"
    UNKNOWN_SETTING = "unknown_setting"
    RETAINED_COMMAND = "retained_command"
    EXPIRED = "expired"
    NOT_ALLOWED = "not_allowed"
    LIMIT_LOCKED = "limit_locked"
    ALREADY_WALKING = "already_walking"
    NOT_WALKING = "not_walking"
    ALREADY_PAUSED = "already_paused"
    NOT_PAUSED = "not_paused"
    NOT_EXERCISING = "not_exercising"
    NO_SESSION = "no_session"
    NO_PLAN = "no_plan"
    STORAGE = "storage"
    BUSY = "busy"


CODES: Mapping[Code, str] = MappingProxyType(
    {
        Code.BAD_JSON: "it is no JSON object, or longer than a command may be",
        Code.BAD_ARGS: "a key or a value is missing, or is not as it should be",
        Code.UNKNOWN_COMMAND: "there is no such command",
        Code.UNKNOWN_SETTING: "there is no such setting to be wished for",
        Code.RETAINED_COMMAND: "a command must not be retained",
        Code.EXPIRED: "it came after its expires_at, or the device does not know the time",
        Code.NOT_ALLOWED: "it does not go together with the plan, the walk, or what this device may be told",
        Code.LIMIT_LOCKED: "it would raise a limit, which the device's owner has not permitted",
        Code.ALREADY_WALKING: "a walk is on, or about to begin",
        Code.NOT_WALKING: "no walk is on",
        Code.ALREADY_PAUSED: "the walk is paused already",
        Code.NOT_PAUSED: "the walk is not paused",
        Code.NOT_EXERCISING: "no exercise is on",
        Code.NO_SESSION: "there is no such walk",
        Code.NO_PLAN: "there is no plan, or it has not begun",
        Code.STORAGE: "the device cannot write it down",
        Code.BUSY: "not now; nothing was done, so the same may be sent again with the same id",
    }
)


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
    return encoded(
        AckDocument(id=ack.id, cmd=ack.cmd, status=ack.status, code=ack.code, message=ack.message, ts=rfc3339(at))
    )


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a command asks the control handler.

    args: as the handler wants them, given the command's own and the walk that is on; raises ControlError for what it
    cannot translate. does, takes: what it does and which args it has, for the reader. done: what to say when it is
    done; None: the handler's words.
    """

    request: str
    args: Callable[[Args, str | None], Args]
    does: str
    takes: str = ""
    done: str | None = None


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MOST_NAME else None


def _nothing(_args: Args, _walking: str | None) -> Args:
    return {}


def _start(args: Args, _walking: str | None) -> Args:
    return {name: args.get(name) for name in ("pain", "signs")}


def _answer(args: Args, _walking: str | None) -> Args:
    return {name: args.get(name) for name in ("ask", "value", "session_id", "morning")}


def _pain(args: Args, walking: str | None) -> Args:
    """During a walk it is that walk's, else the newest's end."""
    session_id = args.get("session_id")
    during = walking is not None and session_id in (None, "", walking)
    return {
        "ask": Ask.PAIN_NOW.value if during else Ask.PAIN_END.value,
        "value": args.get("score"),
        "session_id": session_id,
        "morning": None,
    }


def _snooze(args: Args, _walking: str | None) -> Args:
    return {"seconds": args.get("s")}


def _identify(_args: Args, _walking: str | None) -> Args:
    return {"name": CueKind.NOTED.value}


def _choice(kind: ChoiceKind) -> Callable[[Args, str | None], Args]:
    def chosen(_args: Args, _walking: str | None) -> Args:
        return {"kind": "choice", "fields": {"kind": kind.value}}

    return chosen


def _exercise(args: Args, _walking: str | None) -> Args:
    """The handler's action is the exercise's name, or "stop", which is no exercise."""
    kind = args.get("kind")
    if not isinstance(kind, str) or kind not in tuple(ExerciseKind):
        raise ControlError(
            "the exercise", expected=f"one of {', '.join(ExerciseKind)}", seen=repr(kind), remedy="Name one of them."
        )
    return {"action": kind, **{name: args.get(name) for name in ("leg", "level", "minutes")}}


def _stop_exercise(_args: Args, _walking: str | None) -> Args:
    return {"action": "stop"}


def _get(args: Args, _walking: str | None) -> Args:
    return {"session_ids": [args.get("session_id")], "since": None, "detail": True}


def _resend(args: Args, _walking: str | None) -> Args:
    return {"session_ids": None, "since": args.get("since"), "detail": False}


COMMANDS: Mapping[CommandName, Meaning] = MappingProxyType(
    {
        CommandName.SESSION_START: Meaning(
            "start",
            _start,
            "begins a walk, if the plan lets one begin",
            "pain: 0 to 10, how much it hurts before; signs: 1 nothing new, 2 something new; both may be left out",
        ),
        CommandName.SESSION_STOP: Meaning("stop", _nothing, "ends the walk"),
        CommandName.SESSION_PAUSE: Meaning("pause", _nothing, "pauses the walk: nothing counts"),
        CommandName.SESSION_RESUME: Meaning("resume", _nothing, "goes on with a paused walk"),
        CommandName.PAIN_REPORT: Meaning(
            "answer",
            _pain,
            "notes how much it hurts: now, during a walk; else at the end of the newest walk",
            "score: 0 to 10; session_id: of an earlier walk, may be left out",
        ),
        CommandName.ANSWER: Meaning(
            "answer",
            _answer,
            "answers one of the open questions",
            "ask, value: as in `questions`; session_id: the walk's, may be left out; morning: the day, when it is not "
            "today",
        ),
        CommandName.ALERT_SNOOZE: Meaning(
            "snooze",
            _snooze,
            "no cue about a limit for so long, and at most until the walk is over",
            "s: 30 to 1800 seconds",
        ),
        CommandName.IDENTIFY: Meaning("cue", _identify, "buzzes once, to be found", done="It buzzes once."),
        CommandName.PLAN_PAUSE: Meaning("tell", _choice(ChoiceKind.PAUSE), "pauses the plan, as for a holiday"),
        CommandName.PLAN_RESUME: Meaning("tell", _choice(ChoiceKind.RESUME), "goes on with a paused plan"),
        CommandName.PLAN_STAY: Meaning("tell", _choice(ChoiceKind.STAY), "stays at this week's dose for another week"),
        CommandName.PLAN_REST: Meaning("tell", _choice(ChoiceKind.REST), "rests instead of short walks while it hurts"),
        CommandName.EXERCISE_START: Meaning(
            "exercise",
            _exercise,
            "begins an exercise, between walks",
            f"kind: {', '.join(ExerciseKind)}; leg: left, right or both; level: 1 to 4; minutes: of cold; all but kind "
            "may be left out",
        ),
        CommandName.EXERCISE_STOP: Meaning("exercise", _stop_exercise, "ends the exercise"),
        CommandName.SESSION_GET: Meaning(
            "send-again", _get, "sends a walk's summary and its rows of ten seconds once more", "session_id: the walk's"
        ),
        CommandName.SESSION_RESEND: Meaning(
            "send-again",
            _resend,
            "sends the summaries of all walks since then once more",
            "since: a time such as 2026-11-01T00:00:00Z, or a day such as 2026-11-01",
        ),
    }
)
