# SPDX-License-Identifier: MIT
"""What the control socket may ask, and how the loop answers in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from kneemon.engine import Event
from kneemon.model.commands import Command, MarkPain, StartSession, StopSession
from kneemon.model.cues import Cue, CueKind

Answer = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on its way to the loop; the asker waits at `reply`."""

    name: str
    args: Mapping[str, object]
    t_s: float  # when it was asked, stream time
    reply: SimpleQueue[Answer]


def answer(
    asked: Asked,
    *,
    in_session: bool,
    do: Callable[[Command], Sequence[Event]],
    status: Callable[[], Answer],
) -> Answer:
    """Do what is asked and say so, or say why not."""
    if asked.name == "status":
        return {"ok": True, **status()}
    if asked.name == "start":
        if in_session:
            return _no("A walk is already running; `kneemon stop` ends it.")
        do(StartSession(asked.t_s))
        return {"ok": True, "done": "The walk has begun."}
    if asked.name == "stop":
        if not in_session:
            return _no("No walk is running; `kneemon start` begins one.")
        do(StopSession(asked.t_s))
        return {"ok": True, "done": "The walk is over."}
    if asked.name == "pain":
        score = asked.args.get("score")
        if not isinstance(score, int) or isinstance(score, bool) or not 0 <= score <= 10:
            return _no(f"Pain is a whole number from 0 (none) to 10 (worst imaginable), not {score!r}.")
        if not in_session:
            return _no("No walk is running; pain is noted during a walk.")
        told = do(MarkPain(asked.t_s, score))
        too_much = any(isinstance(event, Cue) and event.kind is CueKind.PAIN_STOP for event in told)
        advice = " That is more than the plan allows: stop and rest for today." if too_much else ""
        return {"ok": True, "done": f"Pain {score} of 10 is noted.{advice}"}
    return _no(f"There is no command {asked.name!r}; there are start, stop, pain and status.")


def _no(error: str) -> Answer:
    return {"ok": False, "error": error}
