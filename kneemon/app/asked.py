# SPDX-License-Identifier: MIT
"""What the control socket may ask about a walk, a cue or the status, and how the loop answers in words.

Beginning a walk, answers, a knee that gave way and exercises are `asked_diary`'s, what the home alone asks for is
`asked_home`'s, what is kept already `asked_records`'. A refusal has a code of the MQTT contract beside its words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock
from typing import TypeGuard

from kneemon.app.interview import TOO_MUCH
from kneemon.engine import Event
from kneemon.errors import KneemonError, RefusalError, StoreError
from kneemon.feedback.patterns import MEANINGS
from kneemon.model.commands import Command, MarkPain, Pause, Resume, StopSession
from kneemon.model.cues import Cue, CueKind
from kneemon.model.sessions import PainMarked, PauseBegan, PauseEnded
from kneemon.mqtt.commands import Code

Answer = Mapping[str, object]
Do = Callable[[Command], Sequence[Event]]  # a command, done; what it brought about
Play = Callable[[CueKind, float | None], float]  # a cue and its value; how long it lasts, seconds

WALK = ("start", "stop", "pause", "resume")
HOME = ("snooze", "send-again", "wish")
RECORDS = ("note-walk", "correct-walk", "strike", "restore", "erase", "erase-all", "save-plan")
KEPT = ("raw", "forget-raw", "backed-up")
REQUESTS = (*WALK, "pain", "gave-way", "cue", "answer", "tell", "exercise", *HOME, *RECORDS, *KEPT)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on its way to the loop; the asker waits at `reply`."""

    name: str
    args: Mapping[str, object]
    t_s: float  # when it was asked, stream time
    reply: SimpleQueue[Answer]
    claim: Lock = field(default_factory=Lock)  # who holds it first decides: the loop to do it, the asker to give it up


def answer(
    asked: Asked,
    *,
    in_session: bool,
    do: Do,
    play: Play,
    status: Callable[[], Answer],
) -> Answer:
    """Do what is asked and say so, or say why not."""
    if asked.name == "status":
        return {"ok": True, **status()}
    if asked.name == "cue":
        return _cue(asked.args, play)
    if asked.name == "pain":
        return _pain(asked, do, in_session=in_session)
    if asked.name in WALK:
        return _walk(asked, do, in_session=in_session)
    return no(Code.UNKNOWN_COMMAND, f"There is no command {asked.name!r}; there are {', '.join(REQUESTS)} and status.")


def no(code: str, error: str) -> Answer:
    """It is not done. code: one of the MQTT contract, for programs."""
    return {"ok": False, "error": error, "code": code}


def refused(error: KneemonError) -> Answer:
    """It is not done, for this reason; without a code of its own it is about what was asked with."""
    if isinstance(error, RefusalError):
        return no(error.code, str(error))
    return no(Code.STORAGE if isinstance(error, StoreError) else Code.BAD_ARGS, str(error))


@contextmanager
def refused_as(code: Code) -> Iterator[None]:
    """What is refused in here has this code; what the card refuses, and what has a code, keeps its own."""
    try:
        yield
    except (RefusalError, StoreError):
        raise
    except KneemonError as error:
        raise RefusalError(
            error.what, code=code, expected=error.expected, seen=error.seen, remedy=error.remedy
        ) from error


def _walk(asked: Asked, do: Do, *, in_session: bool) -> Answer:
    """Begin, end, pause and resume."""
    if asked.name == "start":
        return no(Code.ALREADY_WALKING, "A walk is already running; `kneemon stop` ends it.")
    if not in_session:
        return no(Code.NOT_WALKING, "No walk is running; `kneemon start` begins one.")
    if asked.name == "stop":
        do(StopSession(asked.t_s))
        return {"ok": True, "done": "The walk is over."}
    if asked.name == "pause":
        if not _told(do(Pause(asked.t_s)), PauseBegan):
            return no(Code.ALREADY_PAUSED, "The walk is paused already; `kneemon resume` goes on with it.")
        return {"ok": True, "done": "The walk is paused: nothing counts until `kneemon resume`."}
    if not _told(do(Resume(asked.t_s)), PauseEnded):
        return no(Code.NOT_PAUSED, "The walk is not paused; `kneemon pause` pauses it.")
    return {"ok": True, "done": "The walk goes on."}


def _pain(asked: Asked, do: Do, *, in_session: bool) -> Answer:
    score = asked.args.get("score")
    if not _is_pain(score):
        return no(Code.BAD_ARGS, f"Pain is a whole number from 0 (none) to 10 (worst imaginable), not {score!r}.")
    if not in_session:
        return no(
            Code.NOT_WALKING, "No walk is running; `kneemon answer end`, `later` or `morning` notes pain after it."
        )
    told = do(MarkPain(asked.t_s, score))
    if not _told(told, PainMarked):
        return no(Code.NOT_WALKING, "No walk is running any more; pain is noted during a walk.")
    too_much = any(isinstance(event, Cue) and event.kind is CueKind.PAIN_STOP for event in told)
    advice = f" {TOO_MUCH}" if too_much else ""
    return {"ok": True, "done": f"Pain {score} of 10 is noted.{advice}"}


def _cue(args: Mapping[str, object], play: Play) -> Answer:
    name, value = args.get("name"), args.get("value")
    if not isinstance(name, str) or name not in tuple(CueKind):
        return no(Code.BAD_ARGS, f"There is no cue {name!r}; there are {', '.join(CueKind)}.")
    kind = CueKind(name)
    if kind is CueKind.READ_BACK and not _is_pain(value):
        return no(
            Code.BAD_ARGS,
            f"The cue read_back needs the value that it reads back, a whole number from 0 to 10, not {value!r}.",
        )
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 1e9):
        return no(Code.BAD_ARGS, f"A cue's value is a number, not {value!r}.")
    try:
        lasts_s = play(kind, None if value is None else float(value))
    except KneemonError as error:
        return refused(error)
    return {"ok": True, "done": MEANINGS[kind], "lasts_s": lasts_s}


def _told(events: Sequence[Event], kind: type[Event]) -> bool:
    return any(isinstance(event, kind) for event in events)


def _is_pain(score: object) -> TypeGuard[int]:
    return isinstance(score, int) and not isinstance(score, bool) and 0 <= score <= 10
