# SPDX-License-Identifier: MIT
"""Where other threads ask the loop and wait for its answer.

Who is told "busy" can be sure that nothing was done, who is told yes that it is kept.
"""

from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue

from kneemon.app.asked import Answer, Asked, no
from kneemon.app.edges import Store
from kneemon.mqtt.commands import Code
from kneemon.ports import ControlHandler

ROOM_S, ANSWERED_S = 1.0, 3.0  # who asks waits so long; the control socket gives up after 5 s
FILE_S = 0.5  # … and so long for a store that writes its file anew
ENDED_S = 60.0  # … and so long for what is being done: a loop that fails in the midst of it never answers
BUSY: Answer = {"ok": False, "error": "kneemon is busy or stopping; try again.", "code": "busy"}

NOTHING_KEPT = ("status", "cue", "snooze")
STOPPING: Answer = {"ok": False, "error": "kneemon is stopping.", "code": "busy"}


def ask(put: Callable[[Asked, float], bool], name: str, args: Mapping[str, object], t_s: float) -> Answer:
    """On the asker's thread. put: hands the request to the loop, within so many seconds; False when it could not."""
    asked = Asked(name, args, t_s, SimpleQueue())
    if not put(asked, ROOM_S):
        return BUSY
    try:
        return asked.reply.get(timeout=ANSWERED_S)
    except Empty:
        if asked.claim.acquire(blocking=False):
            return BUSY
    try:  # it is being done
        return asked.reply.get(timeout=ENDED_S)
    except Empty:
        return no(Code.STORAGE, "It was begun, and its end was not seen; the log says more.")


def answer(asked: Asked, how: Callable[[Asked], Answer]) -> None:
    """On the loop's thread: do what is asked, unless who asked has given up."""
    if asked.claim.acquire(blocking=False):
        asked.reply.put(how(asked))


def refuse(asked: Asked) -> None:
    """On the loop's thread, when it stops."""
    answer(asked, lambda _: STOPPING)


def kept(control: ControlHandler, store: Store) -> ControlHandler:
    """The same, on the asker's thread, but that a yes is said only when it is on disk.

    While the store's file is written anew nothing can be kept: who asks then waits a while, and is told "busy".
    """

    def asked(name: str, args: Mapping[str, object]) -> Mapping[str, object]:
        if name in NOTHING_KEPT:
            return control(name, args)
        if not store.ready(FILE_S):
            return BUSY
        reply = control(name, args)
        if not reply.get("ok"):
            return reply
        store.flush()
        problem = store.problem()
        return reply if problem is None else no(Code.STORAGE, f"It was taken, but could not be kept: {problem}")

    return asked
