# SPDX-License-Identifier: MIT
"""Where other threads ask the loop and wait for its answer. Who is told "busy" can be sure that nothing was done."""

from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue

from kneemon.app.asked import Answer, Asked

ANSWERED_S = 4.0  # who asks waits so long
BUSY: Answer = {"ok": False, "error": "kneemon is busy or stopping; try again.", "code": "busy"}

STOPPING: Answer = {"ok": False, "error": "kneemon is stopping.", "code": "busy"}


def ask(put: Callable[[Asked], bool], name: str, args: Mapping[str, object], t_s: float) -> Answer:
    """On the asker's thread. put: hands the request to the loop; False when it takes none any more."""
    asked = Asked(name, args, t_s, SimpleQueue())
    if not put(asked):
        return BUSY
    try:
        return asked.reply.get(timeout=ANSWERED_S)
    except Empty:
        given_up = asked.claim.acquire(blocking=False)
        return BUSY if given_up else asked.reply.get()  # else it is being done


def answer(asked: Asked, how: Callable[[Asked], Answer]) -> None:
    """On the loop's thread: do what is asked, unless who asked has given up."""
    if asked.claim.acquire(blocking=False):
        asked.reply.put(how(asked))


def refuse(asked: Asked) -> None:
    """On the loop's thread, when it stops."""
    answer(asked, lambda _: STOPPING)
